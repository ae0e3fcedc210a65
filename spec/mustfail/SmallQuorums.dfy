include "../proof/Quorum.dfy"
// QuorumsMeet of Quorum.dfy, word for word, for quorums of 2f: with n = 3f + 1 two of them may share nobody but the faulty.
// expect: 1 error
module SmallQuorums {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum

  lemma QuorumsMeet(e: Env, A: set<Id>, B: set<Id>) returns (k: Id)
    requires EnvOk(e) && e.p.n == 3 * e.p.f + 1 && e.p.Ids(A) && e.p.Ids(B) && |A| >= 2 * e.p.f && |B| >= 2 * e.p.f
    ensures k in A && k in B && Honest(e, k)
  {
    var I := A * B;
    assert |A + B| + |A * B| == |A| + |B|;
    UptoSize(e.p.n);
    SubsetSize(A + B, Upto(e.p.n));
    assert |I| >= 4 * e.p.f - e.p.n;
    if I <= e.faulty { SubsetSize(I, e.faulty); assert false; }
    k :| k in I && k !in e.faulty;
  }
}
