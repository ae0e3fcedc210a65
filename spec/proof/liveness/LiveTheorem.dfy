include "LiveSync.dfy"
include "LiveProgress.dfy"
include "LiveCatchUp.dfy"
include "LiveTimers.dfy"
// Liveness of the protocol: view synchronisation (LiveSync) and progress inside a view (LiveProgress) together.
module PbftLiveTheorem {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftLiveProgress
  import opened PbftLiveCatchUp
  import Sync = PbftLiveSync
  import Timers = PbftLiveTimers

  // The timing run of a protocol run b: views as they are in the replicas' states; obs says whose VIEW-CHANGEs for
  // which views have been delivered to whom; done: q is executed, seen from c.G on (an earlier execution may be lost in a restart).
  ghost function TimingOf(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, q: Digest): Sync.Run {
    Sync.Run((i: Id, t: nat) => if i < |b(t).reps| then b(t).reps[i].view else 0,
             obs,
             (i: Id, t: nat) => t >= c.G && Executed(e, b(t), i, q))
  }

  // An epoch with prompt replicas (see LiveProgress)
  ghost predicate GoodEpoch(e: Env, b: TRun, D: nat, v: View, t: nat, q: Digest) {
    var t' := t + Enough(e.p, D);
    (exists low: SeqNo :: Epoch(e, b, v, low, t, t')) && Prompt(e, b, D, t, t', q)
  }
  // There is a batch of q alone, and in the decisive periods q's timestamp is not beyond its client's window at the primary (true of a
  // client that uses timestamps in order and waits for the reply to t - W before it sends t; a window never moves down).
  ghost predicate InTime(e: Env, c: Sync.Clock, b: TRun, r: Sync.Run, D: nat, q: Digest) {
    forall v: View, t: nat :: v > 0 && c.G <= t && Honest(e, e.p.Primary(v))
      && Sync.Together(e, r, v, t, Enough(e.p, D) + 1)
      ==> Proposable(e, b(t), e.p.Primary(v), q)
  }
  // While the honest replicas are together in a view with an honest primary: each does within D what it can do on the
  // word of honest replicas, nobody loses state in a restart, no checkpoint becomes stable, all have the same stable checkpoint, and
  // the window is not used up.
  ghost predicate GoodWhenTogether(e: Env, c: Sync.Clock, b: TRun, r: Sync.Run, D: nat, q: Digest) {
    forall v: View, t: nat :: v > 0 && c.G <= t && Honest(e, e.p.Primary(v))
      && Sync.Together(e, r, v, t, Enough(e.p, D) + 1)
      ==> GoodEpoch(e, b, D, v, t, q)
  }

  lemma EpochProgress(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest, v: View, u: nat)
    requires IsRun(e, b) && e.p.L > 0 && Request(q) in b(c.G).net
    requires var r := TimingOf(e, c, b, obs, q);
      GoodWhenTogether(e, c, b, r, D, q) && InTime(e, c, b, r, D, q) && Sync.Together(e, r, v, u, Enough(e.p, D) + 1)
    requires v > 0 && c.G <= u && Honest(e, e.p.Primary(v))
    ensures !Sync.NeverDone(e, TimingOf(e, c, b, obs, q))
  {
    var r := TimingOf(e, c, b, obs, q);
    assert GoodEpoch(e, b, D, v, u, q) && Proposable(e, b(u), e.p.Primary(v), q);
    NetMono(e, b, c.G, u);
    InEpoch(e, b, D, v, u, q);
    hide *;
    assert r.done(e.p.Primary(v), u + Enough(e.p, D)) by { reveal TimingOf; }
    assert Honest(e, e.p.Primary(v));
    reveal Sync.NeverDone;
  }
  lemma InEpoch(e: Env, b: TRun, D: nat, v: View, u: nat, q: Digest)
    requires IsRun(e, b) && e.p.L > 0 && Request(q) in b(u).net && GoodEpoch(e, b, D, v, u, q) && Proposable(e, b(u), e.p.Primary(v), q)
    ensures Executed(e, b(u + Enough(e.p, D)), e.p.Primary(v), q)
  {
    hide Enough, IsRun, Epoch, Prompt, Proposable, Executed;
    var u1 := u + Enough(e.p, D);
    var low: SeqNo :| Epoch(e, b, v, low, u, u1);
    InViewProgress(e, b, D, v, low, u, u1, q);
  }

  // Theorem. Let b be a run with at most f faulty replicas (which may do anything at any time), and q a request that
  // a client has sent to all by time c.G >= GST. If honest replicas follow the view-change timing rules, react within D
  // to what honest replicas sent, lose no state and move no watermark in the decisive periods, and what one has executed all
  // execute (CatchUp), then all honest replicas execute q.
  lemma Liveness(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest) returns (t: nat)
    requires IsRun(e, b) && e.p.L > 0 && Request(q) in b(c.G).net
    requires var r := TimingOf(e, c, b, obs, q);
      Sync.Rules(e, c, r) && GoodWhenTogether(e, c, b, r, D, q) && InTime(e, c, b, r, D, q) && Sync.CatchUp(e, r)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t), i, q)
  {
    var r, len := TimingOf(e, c, b, obs, q), Enough(e.p, D) + 1;
    assert Sync.ViewProgress(e, c, r, len) by {
      forall v: View, u: nat | v > 0 && c.G <= u && Honest(e, e.p.Primary(v)) && Sync.Together(e, r, v, u, len)
        ensures !Sync.NeverDone(e, r) { EpochProgress(e, c, b, obs, D, q, v, u); }
    }
    t := Sync.Liveness(e, c, r, len);
    AllExecuted(e, c, b, obs, q, t);
  }
  lemma AllExecuted(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, q: Digest, t: nat)
    requires Sync.AllDone(e, TimingOf(e, c, b, obs, q), t)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t), i, q)
  {
    var r := TimingOf(e, c, b, obs, q);
    assert forall i: Id :: Honest(e, i) ==> r.done(i, t);
  }

  // Handing certificates on discharges CatchUp.
  lemma CatchUpHolds(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest)
    requires Handed(e, b, D, c.G)
    ensures Sync.CatchUp(e, TimingOf(e, c, b, obs, q))
  {
    var r := TimingOf(e, c, b, obs, q);
    forall i: Id, t: nat | Honest(e, i) && r.done(i, t) ensures exists t': nat :: Sync.AllDone(e, r, t') {
      var t' := AllCatchUp(e, b, D, c.G, t, i, q);
      assert Sync.AllDone(e, r, t');
    }
  }

  // Theorem. The same, with certificates handed on from G on in place of CatchUp.
  lemma LivenessByStatus(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest) returns (t: nat)
    requires IsRun(e, b) && e.p.L > 0 && Request(q) in b(c.G).net
    requires var r := TimingOf(e, c, b, obs, q);
      Sync.Rules(e, c, r) && GoodWhenTogether(e, c, b, r, D, q) && InTime(e, c, b, r, D, q)
    requires Handed(e, b, D, c.G)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t), i, q)
  {
    CatchUpHolds(e, c, b, obs, D, q);
    t := Liveness(e, c, b, obs, D, q);
  }

  // ---- with replicas that have clocks, timers and mail, instead of the rules ----
  // The view of each replica in the run is that of its timer; and from G on, while it waits for no request, it has executed q.
  ghost predicate Drives(e: Env, k: Timers.Pace, m: Timers.Timed, b: TRun, q: Digest) {
    && (forall i: Id, t: nat :: Honest(e, i) ==> i < |b(t).reps| && b(t).reps[i].view == m.local(i, t).view)
    && (forall i: Id, t: nat :: Honest(e, i) && k.G <= t && m.idle(i, t) ==> Executed(e, b(t), i, q))
  }
  ghost function TimedRun(e: Env, k: Timers.Pace, m: Timers.Timed, b: TRun, q: Digest): Sync.Run {
    TimingOf(e, Timers.ClockOf(k), b, (i: Id, j: Id, t: nat) => Timers.Seen(m, i, j, t), q)
  }
  lemma RulesOf(e: Env, k: Timers.Pace, m: Timers.Timed, b: TRun, q: Digest)
    requires Timers.Operates(e, k, m) && Drives(e, k, m, b, q)
    ensures Sync.Rules(e, Timers.ClockOf(k), TimedRun(e, k, m, b, q))
  {
    hide Executed;
    Timers.RulesHold(e, k, m, TimedRun(e, k, m, b, q));
  }

  // Theorem. LivenessByStatus with the timing rules derived.
  lemma LivenessByClock(e: Env, k: Timers.Pace, m: Timers.Timed, b: TRun, D: nat, q: Digest) returns (t: nat)
    requires IsRun(e, b) && e.p.L > 0 && Request(q) in b(k.G).net
    requires Timers.Operates(e, k, m) && Drives(e, k, m, b, q)
    requires var c, r := Timers.ClockOf(k), TimedRun(e, k, m, b, q);
      GoodWhenTogether(e, c, b, r, D, q) && InTime(e, c, b, r, D, q)
    requires Handed(e, b, D, k.G)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t), i, q)
  {
    RulesOf(e, k, m, b, q);
    t := LivenessByStatus(e, Timers.ClockOf(k), b, (i: Id, j: Id, t: nat) => Timers.Seen(m, i, j, t), D, q);
  }
}
