include "LiveSync.dfy"
include "LiveWindow.dfy"
include "LiveCatchUp.dfy"
include "LiveTimers.dfy"
// Liveness of the protocol: view synchronisation (LiveSync), progress inside a view (LiveWindow) and catching up (LiveCatchUp)
// together.
module PbftLiveTheorem {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftLiveBase
  import opened PbftLiveProgress
  import opened PbftLiveWindow
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

  // From t on, for long enough, all honest replicas are in view v, whose primary is honest.
  ghost predicate Decisive(e: Env, c: Sync.Clock, r: Sync.Run, D: nat, v: View, t: nat) {
    v > 0 && c.G <= t && Honest(e, e.p.Primary(v)) && Sync.Together(e, r, v, t, Enough(e.p, D) + 1)
  }
  // In such a period each does within D what it can do on the word of honest replicas. (Nothing is said of watermarks and windows.)
  ghost predicate PromptWhenTogether(e: Env, c: Sync.Clock, b: TRun, r: Sync.Run, D: nat, q: Digest) {
    forall v: View, t: nat :: Decisive(e, c, r, D, v, t) ==> Prompt(e, b, D, t, t + Enough(e.p, D), q)
  }

  lemma TogetherIs(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, q: Digest, v: View, t: nat, len: nat)
    requires IsRun(e, b) && Kept(e, b, c.G) && c.G <= t && v > 0 && Honest(e, e.p.Primary(v))
    requires Sync.Together(e, TimingOf(e, c, b, obs, q), v, t, len + 1)
    ensures Period(e, b, v, t, t + len)
  {
    var r := TimingOf(e, c, b, obs, q);
    forall u: nat | t <= u <= t + len ensures Gathered(e, b(u), v) {
      RunOk(e, b, u);
      forall i: Id {:trigger b(u).reps[i]} | Honest(e, i) ensures b(u).reps[i].view == v { assert r.view(i, u) == v; }
    }
  }
  lemma EpochProgress(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest, v: View, u: nat)
    requires OrderlyRun(e, b) && Kept(e, b, c.G) && Windowed(e.p) && Request(q) in b(c.G).net && Admitted(e, b(c.G), q)
    requires var r := TimingOf(e, c, b, obs, q);
      PromptWhenTogether(e, c, b, r, D, q) && Sync.Together(e, r, v, u, Enough(e.p, D) + 1)
    requires v > 0 && c.G <= u && Honest(e, e.p.Primary(v))
    ensures !Sync.NeverDone(e, TimingOf(e, c, b, obs, q))
  {
    var r := TimingOf(e, c, b, obs, q);
    hide *;
    assert IsRun(e, b) && Honest(e, e.p.Primary(v)) by { reveal OrderlyRun; }
    TogetherIs(e, c, b, obs, q, v, u, Enough(e.p, D));
    assert Prompt(e, b, D, u, u + Enough(e.p, D), q) by { reveal PromptWhenTogether, Decisive; assert Decisive(e, c, r, D, v, u); }
    NetMono(e, b, c.G, u);
    StillAdmitted(e, b, c.G, u, q);
    InPeriod(e, b, D, v, u, q);
    assert r.done(e.p.Primary(v), u + Enough(e.p, D)) by { reveal TimingOf; }
    reveal Sync.NeverDone;
  }
  // A client's window never moves down.
  lemma StillAdmitted(e: Env, b: TRun, G: nat, u: nat, q: Digest)
    requires IsRun(e, b) && Kept(e, b, G) && G <= u && Admitted(e, b(G), q)
    ensures Admitted(e, b(u), q)
  {
    RunOk(e, b, G);
    RunOk(e, b, u);
    NetMono(e, b, G, u);
    var j: Id :| Honest(e, j) && Proposable(e, b(G), j, q);
    GrowsTo(e, b, G, j, G, u);
    DoneCarries(e, b(G), j, b(u), j, q);
  }
  lemma InPeriod(e: Env, b: TRun, D: nat, v: View, u: nat, q: Digest)
    requires OrderlyRun(e, b) && Windowed(e.p) && Period(e, b, v, u, u + Enough(e.p, D)) && Prompt(e, b, D, u, u + Enough(e.p, D), q)
    requires Request(q) in b(u).net && Admitted(e, b(u), q)
    ensures Honest(e, e.p.Primary(v)) && Executed(e, b(u + Enough(e.p, D)), e.p.Primary(v), q)
  {
    assert Honest(e, e.p.Primary(v));
    hide *;
    assert Moving(e, b, D, v, u, u + Enough(e.p, D), q) by { reveal Moving, Course, OrderlyRun; }
    InViewProgress(e, b, D, v, u, u + Enough(e.p, D), q);
  }

  // Theorem. Let b be a run with at most f faulty replicas (which may do anything at any time), and q a request that
  // a client has sent to all by time c.G >= GST. If honest replicas follow the view-change timing rules, sign a checkpoint before they
  // execute on, lose no state from c.G on, react within D to what honest replicas sent while they are together, and what one has executed
  // all execute (CatchUp), then all honest replicas execute q.
  lemma Liveness(e: Env, c: Sync.Clock, b: TRun, obs: (Id, Id, nat) -> View, D: nat, q: Digest) returns (t: nat)
    requires OrderlyRun(e, b) && Kept(e, b, c.G) && Windowed(e.p) && Request(q) in b(c.G).net && Admitted(e, b(c.G), q)
    requires var r := TimingOf(e, c, b, obs, q);
      Sync.Rules(e, c, r) && PromptWhenTogether(e, c, b, r, D, q) && Sync.CatchUp(e, r)
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
    requires Request(q) in b(c.G).net && Admitted(e, b(c.G), q)
    requires var r := TimingOf(e, c, b, obs, q);
      Sync.Rules(e, c, r) && PromptWhenTogether(e, c, b, r, D, q)
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
    requires Request(q) in b(k.G).net && Admitted(e, b(k.G), q)
    requires Timers.Operates(e, k, m) && Drives(e, k, m, b, q)
    requires var c, r := Timers.ClockOf(k), TimedRun(e, k, m, b, q);
      PromptWhenTogether(e, c, b, r, D, q)
    requires Handed(e, b, D, k.G)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t), i, q)
  {
    RulesOf(e, k, m, b, q);
    t := LivenessByStatus(e, Timers.ClockOf(k), b, (i: Id, j: Id, t: nat) => Timers.Seen(m, i, j, t), D, q);
  }
}
