include "LiveRun.dfy"
include "LiveRunTime.dfy"
// All hypotheses of the end-to-end theorem hold together of the run in LiveRun, with the clocks and mail of LiveRunTime; so its conclusion does.
module PbftLiveRunHolds {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftLiveBase
  import opened PbftLiveXInv
  import opened PbftLiveNonBlocking
  import opened PbftLiveProgress
  import opened PbftLiveWindow
  import opened PbftLiveCatchUp
  import opened PbftLiveTheorem
  import opened PbftLiveRun
  import opened PbftLiveRunTime
  import Timers = PbftLiveTimers
  import W = PbftWitness
  import Sync = PbftLiveSync

  // ---- what is ever sent ----
  ghost predicate Ours(m: Msg) {
    match m
    case Request(r) => r == 1
    case PrePrepare(v, n, d, h) => v == n == d == 1 && h == H()
    case Prepare(v, n, d, h, j) => v == n == d == 1 && h == H() && j < 3
    case Commit(v, n, d, j) => v == n == d == 1 && j < 3
    case Checkpoint(n, sd, j) => n == 1 && sd == Mark() && j < 3
    case Reply(c, ts, result, j) => j < 3
    case ViewChange(vc) => vc.from < 3 && vc == Ask(vc.from)
    case NewView(v, V1, O1) => v == 1 && V1 == V() && O1 == O
    case _ => false
  }
  lemma OutOurs(i: Id, k: nat)
    requires i < 3
    ensures forall m :: m in Out(i, k) ==> Ours(m)
  {
    Sizes();
    hide H, Mark, V, W.WitnessParams, E;
  }
  lemma SentOurs(i: Id, k: nat)
    requires i < 3
    ensures forall m :: m in Sent(i, k) ==> Ours(m)
  {
    if k > 0 { SentOurs(i, k - 1); OutOurs(i, k - 1); hide Out, Ours; }
  }
  lemma NetOurs(t: nat)
    ensures forall m :: m in Net(t) ==> Ours(m)
  {
    SentOurs(0, Phase(0, Moved(t))); SentOurs(1, Phase(1, Moved(t))); SentOurs(2, Phase(2, Moved(t)));
    assert Ours(Request(1));
    hide Sent, Ours, Phase, Moved;
  }

  // ---- the end: from tick 63 on all has been done ----
  lemma Ended(t: nat)
    requires t >= 63
    ensures forall i: Id :: i < 3 ==> RepAt(i, t) == Ph(8)
    ensures forall i: Id :: i < 3 ==> Checkpoint(1, Mark(), i) in Net(t)
  {
    assert forall i: Id :: i < 3 ==> Phase(i, Moved(t)) == 8;
    SentByAll(t);
    hide Ph, Mark, Net;
  }
  lemma AfterDone()
    ensures P().Done(After().table, 1)
  {
    Sizes();
    var st := P().Init();
    Undone();
    assert P().Requests(1) == [1];
    assert P().Admits(st.table, 1);
    assert [1][..0] == [] && P().Runnable(st.table, []) == [];
    assert P().Runnable(st.table, [1]) == [1];
    var (app', results) := P().exec(st.app, [1]);
    assert After().table == P().MarkAll(st.table, [1], results, 1);
    assert P().MarkAll(st.table, [1], results, 0) == st.table;
    assert After().table == P().Mark(st.table, 1, P().ResultAt(results, 0));
    assert P().EntryOf(st.table, 1) == Entry(0, {}, map[]);
    assert {} + {1} == {1} && {1} - {1} == {};
    assert P().Slide(0, {1}, 4) == P().Slide(1, {}, 3) == (1, {});
  }
  // Replica i at any time is in one of nine states.
  lemma PhaseIs(i: Id, t: nat)
    requires i < 3
    ensures Phase(i, Moved(t)) <= 8 && RepAt(i, t) == Ph(Phase(i, Moved(t))) == At0(t).reps[i]
  {
    hide Ph;
  }
  // what the nine states allow
  lemma StateIs(k: nat)
    requires k <= 8
    ensures var r := Ph(k);
      && (r.lastExec + 1 in r.committed ==> r.lastExec == 0)
      && (forall n: SeqNo :: n in r.ckpts ==> n == 1)
      && r.stable.seqno <= r.lastExec <= 1 && r.view <= 1
      && (r.lastExec == 1 ==> r.state == After())
    ensures var r := Ph(8); r.view == 1 && r.active && r.stable.seqno == 1 && r.lastExec == 1 && r.state == After()
  {
    hide H, Mark, Votes, After, W.WitnessParams;
    assert Genesis(P()).seqno == 0;
  }

  // ---- whatever is possible at t > 0 has been done by t + 63 ----
  ghost predicate Final(s: Sys) {
    && |s.reps| == 4 && (forall i: Id :: i < 3 ==> s.reps[i] == Ph(8))
    && (forall i: Id :: i < 3 ==> Checkpoint(1, Mark(), i) in s.net)
  }
  lemma FinalAt(t: nat)
    requires t >= 63
    ensures Final(B()(t))
  {
    hide Ph, Mark, Net;
    Ended(t);
  }
  lemma FinalExecuted(s: Sys, i: Id)
    requires Final(s) && i < 3
    ensures Executed(E(), s, i, 1)
  {
    Sizes();
    StateIs(8);
    AfterDone();
    hide Ph, P, E, Mark, After;
    reveal E, P;
    hide W.WitnessParams;
  }
  // i is in one of the nine states, and only what is ours was sent
  ghost predicate Usual(s: Sys, i: Id, k: nat) { i < 3 && i < |s.reps| && k <= 8 && s.reps[i] == Ph(k) && forall m :: m in s.net ==> Ours(m) }
  lemma UsualAt(t: nat, i: Id)
    requires i < 3
    ensures Usual(B()(t), i, Phase(i, Moved(t)))
  {
    PhaseIs(i, t);
    NetOurs(t);
    hide Ph, Net, Ours, Phase, Moved;
  }
  lemma AtMark(i: Id, r: Replica)
    requires Enabled(P(), i, r, SendCheckpoint)
    ensures r.lastExec > 0
  {
  }
  lemma SignedAt(s: Sys, s': Sys, i: Id, k: nat)
    requires Usual(s, i, k) && Final(s') && Enabled(P(), i, s.reps[i], SendCheckpoint)
    ensures Signed(P(), s'.net, i, s.reps[i])
  {
    hide *;
    assert i < 3 && k <= 8 && s.reps[i] == Ph(k) by { reveal Usual; }
    AtMark(i, s.reps[i]);
    StateIs(k);
    assert Checkpoint(1, Mark(), i) in s'.net by { reveal Final; }
    reveal Signed, Mark;
  }
  lemma Someone(S: set<Id>) returns (j: Id)
    requires P().IsQuorum(S) || P().IsWeak(S)
    ensures j in S
  {
    Sizes();
    assert |S| > 0;
    j :| j in S;
  }
  lemma VoteOurs(s: Sys, v: View, n: SeqNo, d: Digest, h: Digest, j: Id)
    requires VoteMsg(P(), v, n, d, h, j) in s.net && forall m :: m in s.net ==> Ours(m)
    ensures n == 1
  {
    hide P, H, Mark, V, Ask;
    assert Ours(VoteMsg(P(), v, n, d, h, j));
  }
  lemma Settles(s: Sys, s': Sys, i: Id, k: nat, a: Action)
    requires Usual(s, i, k) && Final(s') && CanMove(E(), s, i, a) && HonestBased(E(), a) && !a.Propose?
    ensures Settled(E(), s, s', i, a, 1)
  {
    StateIs(k); StateIs(8);
    if a.SendCommit? {
      assert a.pc.seqno == 1 by { var j := Someone(a.pc.voters); VoteOurs(s, a.pc.view, a.pc.seqno, a.pc.digest, a.pc.nv, j); }
    } else if a.CommitLocal? {
      assert a.cc.seqno == 1 by { var j := Someone(a.cc.signers); assert Ours(Commit(a.cc.view, a.cc.seqno, a.cc.digest, j)); }
    } else if a.SendCheckpoint? {
      SignedAt(s, s', i, k);
    } else if a.StateTransfer? {
      assert a.ck.seqno == 1 by {
        var S: set<Id> :| P().IsWeak(S) && SentCk(s.net, a.ck.seqno, a.ck.digest, S);
        var j := Someone(S);
        assert Ours(Checkpoint(a.ck.seqno, a.ck.digest, j));
      }
    } else if a.AcceptPrePrepare? {
      assert a.n == 1 by { assert Ours(PrePrepare(a.v, a.n, a.d, a.nv)); }
    }
    hide Ph, Ours, Mark, After, H, V, W.WitnessParams;
  }

  // Certificates may name the faulty replica, but not without two others.
  lemma TookAll(s: Sys, s': Sys, i: Id, k: nat, a: Action)
    requires Usual(s, i, k) && Final(s') && Helps(E(), s, i, a)
    ensures Took(E(), s, s', i, a)
  {
    Sizes();
    W.NoCollisions();
    StateIs(k); StateIs(8);
    if a.CommitLocal? {
      assert a.cc.seqno == 1 by { var j := QuorumHonest(E(), a.cc.signers); assert Ours(Commit(a.cc.view, a.cc.seqno, a.cc.digest, j)); }
    } else if a.SendCheckpoint? {
      SignedAt(s, s', i, k);
    } else if a.StateTransfer? {
      assert a.ck.seqno == 1 by { Transferred(s, i, k, a); }
    } else if a.AcceptNewView? {
      assert a.v == 1 by { NewViewIs(s, a.v, a.V, a.O); }
    }
    hide Ph, Ours, Mark, After, H, V, W.WitnessParams;
  }
  lemma Transferred(s: Sys, i: Id, k: nat, a: Action)
    requires Usual(s, i, k) && Helps(E(), s, i, a) && a.StateTransfer?
    ensures a.ck.seqno == 1
  {
    StateIs(k);
    Sizes();
    hide *;
    reveal Helps, CanStep, Enabled, Usual;
    assert SentWeak(P(), s.net, a.ck.seqno, a.ck.digest);
    WeakOurs(s, a.ck.seqno, a.ck.digest);
  }
  lemma WeakOurs(s: Sys, n: SeqNo, sd: Digest)
    requires SentWeak(P(), s.net, n, sd) && forall m :: m in s.net ==> Ours(m)
    ensures n == 1
  {
    hide P;
    var S: set<Id> :| P().IsWeak(S) && SentCk(s.net, n, sd, S);
    var j := Someone(S);
    assert Ours(Checkpoint(n, sd, j));
  }
  // All new-views that can be shown are of view 1.
  lemma NewViewIs(s: Sys, v: View, V1: map<Id, VC>, O1: map<SeqNo, Digest>)
    requires (forall m :: m in s.net ==> Ours(m)) && ValidNewView(P(), v, V1, O1) && AuthVCs(E(), s.net, V1)
    ensures v == 1
  {
    Sizes();
    W.NoCollisions();
    var j := QuorumHonest(E(), V1.Keys);
    assert V1[j].from == j && V1[j].newView == v && AuthVC(E(), s.net, V1[j]);
    assert Ours(ViewChange(V1[j]));
  }

  // ---- the hypotheses ----
  const D: nat := 63
  const G: nat := 1

  lemma StatusHolds()
    ensures Status(E(), B(), D, G)
  {
    Sizes();
    forall t: nat, j: Id, a: Action | G <= t && Honest(E(), j) && Helps(E(), B()(t), j, a) && j < |B()(t + D).reps|
      ensures Took(E(), B()(t), B()(t + D), j, a) {
      UsualAt(t, j);
      FinalAt(t + D);
      TookAll(B()(t), B()(t + D), j, Phase(j, Moved(t)), a);
    }
  }
  lemma PromptHolds(t0: nat, t1: nat)
    requires t0 >= G
    ensures Prompt(E(), B(), D, t0, t1, 1)
  {
    Sizes();
    forall t: nat, i: Id, a: Action | t0 <= t && t + D <= t1 && CanMove(E(), B()(t), i, a) && HonestBased(E(), a)
      && (a.Propose? ==> 1 in P().Requests(a.d) && !Executed(E(), B()(t + D), i, 1)) && i < |B()(t + D).reps|
      ensures Settled(E(), B()(t), B()(t + D), i, a, 1) {
      UsualAt(t, i);
      FinalAt(t + D);
      FinalExecuted(B()(t + D), i);
      Settles(B()(t), B()(t + D), i, Phase(i, Moved(t)), a);
    }
  }
  lemma AdmittedAt(t: nat)
    ensures Admitted(E(), B()(t), 1)
  {
    Sizes();
    assert Proposable(E(), B()(t), 0, 1) by { hide Ph, Net, W.WitnessParams; }
    hide Proposable, B, W.WitnessParams;
  }
  lemma ViewIs(i: Id, t: nat)
    requires i < 3
    ensures B()(t).reps[i].view == ViewAt(i, t)
  {
    PhaseIs(i, t);
    assert Phase(i, Moved(t)) == 0 <==> t < 40 + i;
    hide Phase, Moved, Net;
  }
  lemma DrivesHolds()
    ensures Drives(E(), K, M(), B(), 1)
  {
    Sizes();
    forall i: Id, t: nat | i < 3 ensures B()(t).reps[i].view == M().local(i, t).view { ViewIs(i, t); }
    forall i: Id, t: nat | i < 3 && t >= 100 ensures Executed(E(), B()(t), i, 1) { FinalAt(t); FinalExecuted(B()(t), i); }
    hide Executed, RepAt, Net, LocalAt, W.WitnessParams;
    reveal LocalAt;
  }
  lemma HandedHolds()
    ensures Handed(E(), B(), D, G)
  {
    Sizes();
    RunIs();
    StatusHolds();
    assert Windowed(P()) by { assert 4 % 1 == 0; }
    hide OrderlyRun, Kept, Status;
  }

  // What LivenessByClock supposes.
  ghost predicate Hypotheses(e: Env, k: Timers.Pace, m: Timers.Timed, b: TRun, D: nat, q: Digest) {
    var c, r := Timers.ClockOf(k), TimedRun(e, k, m, b, q);
    && Request(q) in b(k.G).net && Admitted(e, b(k.G), q) && Timers.Operates(e, k, m) && Drives(e, k, m, b, q)
    && PromptWhenTogether(e, c, b, r, D, q) && Handed(e, b, D, k.G)
  }

  // Theorem. They hold together of this run, in which the replicas are in view 0 until tick 39, together in view 1 from tick 42 to the end of
  // time, have not executed the request by tick 42, and have moved their windows at tick 63.
  lemma Satisfiable()
    ensures Hypotheses(E(), K, M(), B(), D, 1)
    ensures forall i: Id :: Honest(E(), i) ==> i < |B()(39).reps| && i < |B()(63).reps| && B()(39).reps[i].view == 0 && !Executed(E(), B()(42), i, 1) && B()(63).reps[i].stable.seqno == 1
    ensures forall len: nat :: Sync.Together(E(), TimedRun(E(), K, M(), B(), 1), 1, 42, len)
  {
    Operating();
    DrivesHolds();
    HandedHolds();
    Request1();
    PromptAll();
    AdmittedAt(G);
    Joined();
    Sizes();
    hide *;
    forall i: Id | Honest(E(), i)
      ensures i < |B()(39).reps| && i < |B()(63).reps|
      ensures B()(39).reps[i].view == 0 && !Executed(E(), B()(42), i, 1) && B()(63).reps[i].stable.seqno == 1 { Story(i); }
    reveal Hypotheses;
    assert K.G == G by { reveal K, G; }
  }
  lemma Request1()
    ensures Request(1) in B()(G).net
  {
  }
  lemma PromptAll()
    ensures PromptWhenTogether(E(), Timers.ClockOf(K), B(), TimedRun(E(), K, M(), B(), 1), D, 1)
  {
    hide *;
    var c := Timers.ClockOf(K);
    assert c.G == G by { reveal Timers.ClockOf, K, G; }
    forall t: nat, u: nat | t >= c.G ensures Prompt(E(), B(), D, t, u, 1) { PromptHolds(t, u); }
    PromptFrom(E(), c, B(), TimedRun(E(), K, M(), B(), 1), D, 1);
  }
  lemma PromptFrom(e: Env, c: Sync.Clock, b: TRun, r: Sync.Run, D: nat, q: Digest)
    requires forall t: nat, u: nat :: t >= c.G ==> Prompt(e, b, D, t, u, q)
    ensures PromptWhenTogether(e, c, b, r, D, q)
  {
    hide Prompt, Enough, Sync.Together, Honest;
    assert forall v: View, t: nat :: Decisive(e, c, r, D, v, t) ==> t >= c.G;
  }
  lemma ViewShown(i: Id, t: nat)
    requires i < 3
    ensures TimedRun(E(), K, M(), B(), 1).view(i, t) == ViewAt(i, t) && (t >= 42 ==> ViewAt(i, t) == 1) && |B()(t).reps| == 4
  {
    ViewIs(i, t);
    hide RepAt, Net, P, E, M, W.WitnessParams;
  }
  lemma Story(i: Id)
    requires i < 3
    ensures |B()(39).reps| == |B()(42).reps| == |B()(63).reps| == 4
    ensures B()(39).reps[i].view == 0 && !Executed(E(), B()(42), i, 1) && B()(63).reps[i].stable.seqno == 1
  {
    hide *;
    ViewShown(i, 39);
    ViewShown(i, 42);
    ViewShown(i, 63);
    ViewIs(i, 39);
    NotYet(i);
    StateIs(8);
    FinalAt(63);
    reveal ViewAt, Final;
  }
  lemma Joined()
    ensures forall len: nat :: Sync.Together(E(), TimedRun(E(), K, M(), B(), 1), 1, 42, len)
  {
    Sizes();
    hide *;
    forall i: Id, t: nat | i < 3 && t >= 42 ensures TimedRun(E(), K, M(), B(), 1).view(i, t) == 1 {
      ViewShown(i, t);
    }
    reveal Sync.Together;
  }
  lemma NotYet(i: Id)
    requires i < 3
    ensures i < |B()(42).reps| && !Executed(E(), B()(42), i, 1)
  {
    Sizes();
    Undone();
    PhaseIs(i, 42);
    assert Phase(i, Moved(42)) == 1;
    assert B()(42).reps[i] == Ph(1) && Ph(1).state == P().Init();
    hide Ph, Net, RepAt, W.WitnessParams;
  }
  // And so, by the theorem, all execute the request.
  lemma Conclusion() returns (t: nat)
    ensures forall i: Id :: Honest(E(), i) ==> Executed(E(), B()(t), i, 1)
  {
    Satisfiable();
    hide *;
    reveal Hypotheses;
    t := LivenessByClock(E(), K, M(), B(), D, 1);
  }
}
