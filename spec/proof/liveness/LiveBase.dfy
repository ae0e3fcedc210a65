include "../ExactlyOnce.dfy"
include "../Sanity.dfy"
// Schedules made of steps of honest replicas only, on messages that were really sent.
// Basis of the non-blocking theorem (LiveNonBlocking.dfy).
module PbftLiveBase {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve

  // ---- the honest replicas form a quorum ----
  ghost function HonestSet(e: Env): set<Id> { Upto(e.p.N()) - e.faulty }

  lemma HonestQuorum(e: Env)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures forall i: Id :: i in HonestSet(e) <==> Honest(e, i)
    ensures e.p.IsQuorum(HonestSet(e)) && e.p.IsWeak(HonestSet(e)) && HonestSet(e) != {}
  {
    QuorumSizes(e.p);
    var A := Upto(e.p.N());
    UptoSize(e.p.N());
    SubsetSize(A * e.faulty, e.faulty);
    assert |A - e.faulty| + |A * e.faulty| == |A|;
  }

  // ---- stricter steps ----
  // The safety model is generous to replicas (guards no proof needs are absent) and to the adversary (its
  // signatures may appear in any certificate at any time). For liveness both are unwanted, so a schedule may only
  // use what PBFT allows and evidence that consists of messages somebody has sent.
  ghost predicate ByTheBook(e: Env, s: Sys, i: Id, a: Action)
    requires i < |s.reps|
  {
    var r := s.reps[i];
    match a
    case Propose(n, d)             => n == r.stable.seqno + 1 || (n > 0 && n - 1 in r.accepted)   // consecutive
    case AcceptPrePrepare(v, n, d, h) => PrePrepare(v, n, d, h) in s.net
    case SendCommit(pc)            => SentPCert(e.p, s.net, pc)
    case CommitLocal(cc, pc)       => SentPCert(e.p, s.net, pc) && SentCCert(s.net, cc)
    case Execute                   => true
    case SendCheckpoint            => true
    case MakeStable(ck)            => SentCk(s.net, ck.seqno, ck.digest, ck.signers)
    // a state for which f + 1 replicas have sent a checkpoint message
    case StateTransfer(ck, st)     => SentWeak(e.p, s.net, ck.seqno, ck.digest)
    case Restart(_)                => false
    case StartViewChange(v)        => v == r.view + 1                  // one time-out, one view
    case SendNewView(V, O)         => O == ComputeO(e.p, V) && forall j :: j in V ==> ViewChange(V[j]) in s.net
    case AcceptNewView(v, V, O)    => r.view == v && NewView(v, V, O) in s.net   // having sent its own VIEW-CHANGE
  }
  predicate SentPCert(p: Params, net: set<Msg>, pc: PCert) {
    forall j :: j in pc.voters ==> VoteMsg(p, pc.view, pc.seqno, pc.digest, pc.nv, j) in net
  }
  predicate SentCCert(net: set<Msg>, cc: CCert) { forall j :: j in cc.signers ==> Commit(cc.view, cc.seqno, cc.digest, j) in net }
  predicate SentCk(net: set<Msg>, n: SeqNo, sd: Digest, S: set<Id>) { forall j :: j in S ==> Checkpoint(n, sd, j) in net }
  ghost predicate SentWeak(p: Params, net: set<Msg>, n: SeqNo, sd: Digest) { exists S: set<Id> :: p.IsWeak(S) && SentCk(net, n, sd, S) }

  ghost predicate CanMove(e: Env, s: Sys, i: Id, a: Action) { CanStep(e, s, i, a) && ByTheBook(e, s, i, a) }

  // ---- schedules ----
  datatype Move = Move(i: Id, a: Action)

  ghost predicate Runs(e: Env, s: Sys, ms: seq<Move>, s': Sys)
    decreases |ms|
  {
    if ms == [] then s == s'
    else CanMove(e, s, ms[0].i, ms[0].a) && Runs(e, Step(e, s, ms[0].i, ms[0].a), ms[1..], s')
  }

  // s' results from s by finitely many moves of honest replicas; no faulty replica does anything.
  opaque ghost predicate Reach(e: Env, s: Sys, s': Sys) { exists ms: seq<Move> :: Runs(e, s, ms, s') }

  lemma RunsTrans(e: Env, s: Sys, ms: seq<Move>, s1: Sys, ms': seq<Move>, s2: Sys)
    requires Runs(e, s, ms, s1) && Runs(e, s1, ms', s2)
    ensures Runs(e, s, ms + ms', s2)
    decreases |ms|
  {
    hide CanStep, ByTheBook, Step;
    if ms == [] { assert ms + ms' == ms'; }
    else {
      assert (ms + ms')[0] == ms[0] && (ms + ms')[1..] == ms[1..] + ms';
      RunsTrans(e, Step(e, s, ms[0].i, ms[0].a), ms[1..], s1, ms', s2);
    }
  }
  lemma ReachRefl(e: Env, s: Sys)
    ensures Reach(e, s, s)
  {
    reveal Reach();
    assert Runs(e, s, [], s);
  }
  lemma ReachStep(e: Env, s: Sys, i: Id, a: Action)
    requires CanMove(e, s, i, a)
    ensures Reach(e, s, Step(e, s, i, a))
  {
    reveal Reach();
    var ms := [Move(i, a)];
    assert Runs(e, Step(e, s, i, a), ms[1..], Step(e, s, i, a));
    assert Runs(e, s, ms, Step(e, s, i, a));
  }
  lemma ReachTrans(e: Env, s: Sys, s1: Sys, s2: Sys)
    requires Reach(e, s, s1) && Reach(e, s1, s2)
    ensures Reach(e, s, s2)
  {
    reveal Reach();
    var ms: seq<Move> :| Runs(e, s, ms, s1);
    var ms': seq<Move> :| Runs(e, s1, ms', s2);
    RunsTrans(e, s, ms, s1, ms', s2);
  }

  // ---- what holds in every reachable state ----
  opaque ghost predicate Good(e: Env, s: Sys) { Inv(e, s) }
  // n >= 3f + 1: the honest replicas are a quorum
  ghost predicate Ok(e: Env, s: Sys) { EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && |s.reps| == e.p.N() && Good(e, s) }

  lemma GoodInit(e: Env, s: Sys)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && Init(e, s)
    ensures Ok(e, s)
  {
    reveal Good();
    InvInit(e, s);
  }
  lemma GoodNext(e: Env, s: Sys, s': Sys)
    requires Ok(e, s) && SysNext(e, s, s')
    ensures Ok(e, s')
  {
    reveal Good();
    InvNext(e, s, s');
  }
  lemma GoodBehavior(e: Env, b: seq<Sys>, k: nat)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && Behavior(e, b) && k < |b|
    ensures Ok(e, b[k])
  {
    if k == 0 { GoodInit(e, b[0]); }
    else { GoodBehavior(e, b, k - 1); GoodNext(e, b[k - 1], b[k]); }
  }
  lemma GoodStep(e: Env, s: Sys, i: Id, a: Action)
    requires Ok(e, s) && CanStep(e, s, i, a)
    ensures Ok(e, Step(e, s, i, a))
  {
    GoodNext(e, s, Step(e, s, i, a));
  }

  // ---- one round: any set of honest replicas take one step each, all enabled at the start of the round ----
  lemma MoveMono(e: Env, s: Sys, s': Sys, i: Id, a: Action)
    requires CanMove(e, s, i, a) && s.net <= s'.net && i < |s'.reps| && s'.reps[i] == s.reps[i]
    ensures CanMove(e, s', i, a)
  {
    if a.SendNewView? || a.AcceptNewView? { AuthVCsMono(e, s.net, s'.net, a.V); }
    if a.StateTransfer? {
      var S: set<Id> :| e.p.IsWeak(S) && SentCk(s.net, a.ck.seqno, a.ck.digest, S);
      assert SentCk(s'.net, a.ck.seqno, a.ck.digest, S);
    }
  }

  lemma OneMove(e: Env, s: Sys, i: Id, a: Action) returns (s': Sys)
    requires Ok(e, s) && CanMove(e, s, i, a)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures s'.reps == s.reps[i := Next(e.p, i, s.reps[i], a)] && Output(e.p, i, s.reps[i], a) <= s'.net
  {
    s' := Step(e, s, i, a);
    GoodStep(e, s, i, a);
    ReachStep(e, s, i, a);
  }

  lemma Round(e: Env, s: Sys, acts: map<Id, Action>) returns (s': Sys)
    requires Ok(e, s)
    requires forall i :: i in acts ==> CanMove(e, s, i, acts[i])
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures forall i: Id :: i < e.p.N() && i !in acts ==> s'.reps[i] == s.reps[i]
    ensures forall i: Id :: i in acts ==>
      && CanMove(e, s, i, acts[i])
      && s'.reps[i] == Next(e.p, i, s.reps[i], acts[i])
      && Output(e.p, i, s.reps[i], acts[i]) <= s'.net
    decreases |acts|
  {
    hide Enabled, Received, ByTheBook, Next, Output;
    if acts == map[] {
      s' := s;
      ReachRefl(e, s);
    } else {
      var i :| i in acts;
      var s1 := OneMove(e, s, i, acts[i]);
      var rest := acts - {i};
      forall j | j in rest ensures CanMove(e, s1, j, rest[j]) { MoveMono(e, s, s1, j, acts[j]); }
      assert |rest| < |acts| by { assert rest.Keys == acts.Keys - {i}; assert |rest.Keys| == |rest|; assert |acts.Keys| == |acts|; }
      s' := Round(e, s1, rest);
      ReachTrans(e, s, s1, s');
    }
  }
}
