include "../spec/System.dfy"
// Finite-set arithmetic: two quorums share an honest replica; a quorum contains an honest replica.
module PbftQuorum {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem

  function Upto(n: nat): set<Id> { if n == 0 then {} else Upto(n - 1) + {n - 1} }

  lemma UptoSize(n: nat)
    ensures |Upto(n)| == n && forall i: Id :: i in Upto(n) <==> i < n
  {
  }

  lemma SubsetSize<T>(a: set<T>, b: set<T>)
    requires a <= b
    ensures |a| <= |b|
  {
    if a != {} {
      var x :| x in a;
      SubsetSize(a - {x}, b - {x});
    }
  }

  // What the quorum size guarantees: two quorums share f + 1 replicas, and (for n >= 3f + 1, and only then)
  // the n - f correct replicas form a quorum.
  lemma QuorumSizes(p: Params)
    ensures 2 * p.Q() >= p.n + p.f + 1
    ensures p.n >= 3 * p.f + 1 <==> p.Q() <= p.n - p.f
    ensures p.n == 3 * p.f + 1 ==> p.Q() == 2 * p.f + 1
    ensures p.Q() <= p.n ==> p.Q() >= p.f + 1
  {
  }

  // Two quorums share at least 2Q - n replicas.
  lemma Overlap(p: Params, A: set<Id>, B: set<Id>)
    requires p.IsQuorum(A) && p.IsQuorum(B)
    ensures |A * B| >= 2 * p.Q() - p.n
  {
    assert |A + B| + |A * B| == |A| + |B|;
    UptoSize(p.n);
    SubsetSize(A + B, Upto(p.n));
  }

  lemma QuorumsMeet(e: Env, A: set<Id>, B: set<Id>) returns (k: Id)
    requires EnvOk(e) && e.p.IsQuorum(A) && e.p.IsQuorum(B)
    ensures k in A && k in B && Honest(e, k)
  {
    var I := A * B;
    Overlap(e.p, A, B);
    if I <= e.faulty { SubsetSize(I, e.faulty); assert false; }
    k :| k in I && k !in e.faulty;
  }

  lemma WeakQuorumHonest(e: Env, A: set<Id>) returns (k: Id)
    requires EnvOk(e) && e.p.IsWeak(A)
    ensures k in A && Honest(e, k)
  {
    if A <= e.faulty { SubsetSize(A, e.faulty); assert false; }
    k :| k in A && k !in e.faulty;
  }

  lemma QuorumHonest(e: Env, A: set<Id>) returns (k: Id)
    requires EnvOk(e) && e.p.IsQuorum(A)
    ensures k in A && Honest(e, k)
  {
    k := QuorumsMeet(e, A, A);
  }
}
