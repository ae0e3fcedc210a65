include "LiveSync.dfy"
// The rules of LiveSync derived from what a replica does: it has a clock of its own, a timer, and the view-changes that were delivered to it;
// whenever it wakes it takes a step that is a function of these alone. The network and the clocks are assumed, the rules are not.
module PbftLiveTimers {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftLiveSync

  // a view-change of `from` for `view` (its content does not matter here)
  datatype Vc = Vc(from: Id, view: View)
  // view: that it is in or has asked for; log: view-changes taken in; since: reading of its own clock when the timer of `view` was started
  datatype Local = Local(view: View, log: set<Vc>, since: Option<nat>)

  // From G on a message between correct replicas takes at most Delta. A clock never runs faster than time, and at least at 1/R of its rate. A
  // replica wakes at least every D and sends its view-change (again) at least every P. T0: the time-out of view 0, by the clock.
  datatype Pace = Pace(G: nat, Delta: nat, T0: nat, R: nat, D: nat, P: nat)

  datatype Timed = Timed(
    local: (Id, nat) -> Local,
    clock: (Id, nat) -> nat,         // reading of i's clock at time t
    wakes: (Id, nat) -> bool,        // i takes a step at t
    tells: (Id, nat) -> bool,        // i sends the view-change of its view at t
    mail: (Id, nat) -> set<Vc>,      // all that was delivered to i up to t
    idle: (Id, nat) -> bool)         // i waits for no request at t

  // ---- the step of one replica ----
  // the highest view for which j's view-change is in the log (0: none)
  ghost function Known(log: set<Vc>, j: Id): View {
    if log == {} then 0
    else
      var x :| x in log;
      var rest := Known(log - {x}, j);
      if x.from == j && x.view > rest then x.view else rest
  }
  ghost function Bound(log: set<Vc>, k: nat): View {
    if k == 0 then 0
    else
      var rest := Bound(log, k - 1);
      if Known(log, k - 1) > rest then Known(log, k - 1) else rest
  }
  // the others that have asked for w or later; and those, with i itself, that count for the timer of w
  ghost function Others(p: Params, i: Id, log: set<Vc>, w: View): set<Id> { set j | j in Upto(p.N()) && j != i && Known(log, j) >= w }
  ghost function Counted(p: Params, i: Id, log: set<Vc>, w: View): set<Id> { set j | j in Upto(p.N()) && (j == i || Known(log, j) >= w) }
  // the highest view up to w that f + 1 others have asked for, or a later one
  ghost function Target(p: Params, i: Id, log: set<Vc>, w: View): View {
    if w == 0 || |Others(p, i, log, w)| >= p.f + 1 then w else Target(p, i, log, w - 1)
  }
  ghost function Timer(p: Params, i: Id, log: set<Vc>, v: View, since: Option<nat>, clock: nat): Option<nat> {
    if since.None? && |Counted(p, i, log, v)| >= p.Q() then Some(clock) else since
  }
  predicate Expired(k: Pace, l: Local, clock: nat) { l.since.Some? && clock >= l.since.value + k.T0 * Pow2(l.view) }
  ghost function Enter(p: Params, i: Id, log: set<Vc>, v: View, clock: nat): Local { Local(v, log, Timer(p, i, log, v, None, clock)) }
  // Join f + 1 others that are ahead; otherwise, if the timer has run out and something is waited for, ask for the next view; start the timer
  // once a quorum has asked for this view or a later one.
  ghost function Wake(p: Params, k: Pace, i: Id, l: Local, mail: set<Vc>, clock: nat, idle: bool): Local {
    var to := Target(p, i, mail, Bound(mail, p.N()));
    if to > l.view then Enter(p, i, mail, to, clock)
    else if Expired(k, l, clock) && !idle then Enter(p, i, mail, l.view + 1, clock)
    else Local(l.view, mail, Timer(p, i, mail, l.view, l.since, clock))
  }

  // ---- what is assumed of replicas, clocks and network ----
  ghost predicate Acts(e: Env, k: Pace, m: Timed) {
    && (forall i: Id :: Honest(e, i) ==> m.local(i, 0) == Local(0, {}, Some(m.clock(i, 0))))
    && (forall i: Id, t: nat :: Honest(e, i) ==> Moves(e.p, k, m, i, t))
  }
  ghost predicate Moves(p: Params, k: Pace, m: Timed, i: Id, t: nat) {
    m.local(i, t + 1) ==
      if m.wakes(i, t + 1) then Wake(p, k, i, m.local(i, t), m.mail(i, t + 1), m.clock(i, t + 1), m.idle(i, t + 1)) else m.local(i, t)
  }
  ghost predicate Clocks(e: Env, k: Pace, m: Timed) {
    && (forall i: Id, t: nat :: Honest(e, i) ==> m.clock(i, t) <= m.clock(i, t + 1) <= m.clock(i, t) + 1)
    && (forall i: Id, t: nat, x: nat :: Honest(e, i) ==> Advances(k, m, i, t, x))
  }
  ghost predicate Advances(k: Pace, m: Timed, i: Id, t: nat, x: nat) { k.R * x >= 0 && m.clock(i, t + k.R * x) >= m.clock(i, t) + x }
  ghost predicate WakesIn(m: Timed, i: Id, t: nat, D: nat) { exists u: nat :: t < u <= t + D && m.wakes(i, u) }
  ghost predicate TellsIn(m: Timed, i: Id, t: nat, P: nat) { exists u: nat :: t <= u <= t + P && m.tells(i, u) }
  ghost predicate Awake(e: Env, k: Pace, m: Timed) {
    forall i: Id, t: nat :: Honest(e, i) ==> WakesIn(m, i, t, k.D) && TellsIn(m, i, t, k.P)
  }
  // What comes from a correct replica was sent by it before; what it sends from G on arrives within Delta (before G all may be lost).
  ghost predicate Mail(e: Env, k: Pace, m: Timed) {
    && (forall i: Id, t: nat :: Honest(e, i) ==> m.mail(i, t) <= m.mail(i, t + 1))
    && (forall i: Id, t: nat, x: Vc :: Honest(e, i) && x in m.mail(i, t) && Honest(e, x.from) ==> SentBefore(m, x, t))
    && (forall i: Id, j: Id, t: nat :: Honest(e, i) && Honest(e, j) && k.G <= t && m.tells(j, t) ==> Vc(j, m.local(j, t).view) in m.mail(i, t + k.Delta))
  }
  ghost predicate SentBefore(m: Timed, x: Vc, t: nat) { exists s: nat :: s < t && m.tells(x.from, s) && m.local(x.from, s).view == x.view }

  opaque ghost predicate Operates(e: Env, k: Pace, m: Timed) {
    && EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && k.T0 > 0
    && Acts(e, k, m) && Clocks(e, k, m) && Awake(e, k, m) && Mail(e, k, m)
  }

  // ---- the run that LiveSync sees ----
  ghost function Seen(m: Timed, i: Id, j: Id, t: nat): View { if i == j then m.local(i, t).view else Known(m.local(i, t).log, j) }
  ghost predicate Shows(e: Env, k: Pace, m: Timed, r: Run) {
    && (forall i: Id, t: nat :: Honest(e, i) ==> r.view(i, t) == m.local(i, t).view)
    && (forall i: Id, j: Id, t: nat :: Honest(e, i) ==> r.obs(i, j, t) == Seen(m, i, j, t))
    // from G on a replica waits for the request until it has executed it
    && (forall i: Id, t: nat :: Honest(e, i) && k.G <= t && m.idle(i, t) ==> r.done(i, t))
  }
  function ClockOf(k: Pace): Clock { Clock(k.G, k.P + k.Delta + k.D, k.T0, k.R, k.D) }

  // Single assumptions
  lemma Base0(e: Env, k: Pace, m: Timed, i: Id)
    requires Operates(e, k, m) && Honest(e, i)
    ensures m.local(i, 0) == Local(0, {}, Some(m.clock(i, 0)))
  {
    reveal Operates();
  }
  lemma StepAt(e: Env, k: Pace, m: Timed, i: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures Moves(e.p, k, m, i, t)
  {
    reveal Operates();
  }
  lemma Ticks(e: Env, k: Pace, m: Timed, i: Id, t: nat, t': nat)
    requires Operates(e, k, m) && Honest(e, i) && t <= t'
    ensures m.clock(i, t) <= m.clock(i, t') <= m.clock(i, t) + (t' - t)
  {
    if t < t' {
      Ticks(e, k, m, i, t, t' - 1);
      assert m.clock(i, t' - 1) <= m.clock(i, t' - 1 + 1) <= m.clock(i, t' - 1) + 1 by { reveal Operates(); }
    }
  }
  lemma Runs(e: Env, k: Pace, m: Timed, i: Id, t: nat, x: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures k.R * x >= 0 && m.clock(i, t + k.R * x) >= m.clock(i, t) + x
  {
    assert Advances(k, m, i, t, x) by { reveal Operates(); }
  }
  lemma NextWake(e: Env, k: Pace, m: Timed, i: Id, t: nat) returns (u: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures t < u <= t + k.D && m.wakes(i, u)
  {
    assert WakesIn(m, i, t, k.D) by { reveal Operates(); }
    u :| t < u <= t + k.D && m.wakes(i, u);
  }
  lemma NextTells(e: Env, k: Pace, m: Timed, i: Id, t: nat) returns (u: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures t <= u <= t + k.P && m.tells(i, u)
  {
    assert TellsIn(m, i, t, k.P) by { reveal Operates(); }
    u :| t <= u <= t + k.P && m.tells(i, u);
  }
  lemma MailGrows(e: Env, k: Pace, m: Timed, i: Id, t: nat, t': nat)
    requires Operates(e, k, m) && Honest(e, i) && t <= t'
    ensures m.mail(i, t) <= m.mail(i, t')
  {
    if t < t' {
      MailGrows(e, k, m, i, t, t' - 1);
      assert m.mail(i, t' - 1) <= m.mail(i, t' - 1 + 1) by { reveal Operates(); }
    }
  }
  lemma Arrives(e: Env, k: Pace, m: Timed, i: Id, j: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i) && Honest(e, j) && k.G <= t && m.tells(j, t)
    ensures Vc(j, m.local(j, t).view) in m.mail(i, t + k.Delta)
  {
    reveal Operates();
  }
  lemma WasSent(e: Env, k: Pace, m: Timed, i: Id, t: nat, x: Vc)
    requires Operates(e, k, m) && Honest(e, i) && x in m.mail(i, t) && Honest(e, x.from)
    ensures SentBefore(m, x, t)
  {
    reveal Operates();
  }

  // ---- the step ----
  lemma KnownIs(log: set<Vc>, j: Id)
    ensures forall x :: x in log && x.from == j ==> x.view <= Known(log, j)
    ensures Known(log, j) == 0 || Vc(j, Known(log, j)) in log
  {
    if log != {} {
      var x :| x in log && Known(log, j) ==
        (if x.from == j && x.view > Known(log - {x}, j) then x.view else Known(log - {x}, j));
      KnownIs(log - {x}, j);
      forall y | y in log && y.from == j ensures y.view <= Known(log, j) {
        if y != x { assert y in log - {x}; }
      }
      assert x == Vc(x.from, x.view);
    }
  }
  lemma KnownUp(log: set<Vc>, log': set<Vc>, j: Id)
    requires log <= log'
    ensures Known(log, j) <= Known(log', j)
  {
    KnownIs(log, j);
    KnownIs(log', j);
  }
  lemma BoundIs(log: set<Vc>, n: nat, j: Id)
    requires j < n
    ensures Known(log, j) <= Bound(log, n)
  {
  }
  lemma TargetIs(p: Params, i: Id, log: set<Vc>, w: View)
    ensures var to := Target(p, i, log, w);
      to <= w && (to == 0 || |Others(p, i, log, to)| >= p.f + 1) && forall x: View :: to < x <= w ==> |Others(p, i, log, x)| <= p.f
  {
  }
  // No f + 1 others are ahead of the target.
  lemma NoneAhead(p: Params, i: Id, log: set<Vc>, x: View)
    requires x > Target(p, i, log, Bound(log, p.N()))
    ensures |Others(p, i, log, x)| <= p.f
  {
    var w := Bound(log, p.N());
    TargetIs(p, i, log, w);
    if x > w {
      UptoSize(p.N());
      forall j | j in Others(p, i, log, x) ensures false { BoundIs(log, p.N(), j); }
      assert Others(p, i, log, x) == {};
    }
  }
  lemma OthersDown(p: Params, i: Id, log: set<Vc>, x: View, y: View)
    requires x <= y
    ensures |Others(p, i, log, y)| <= |Others(p, i, log, x)|
  {
    SubsetSize(Others(p, i, log, y), Others(p, i, log, x));
  }
  // What one step does.
  lemma WakeIs(p: Params, k: Pace, i: Id, l: Local, mail: set<Vc>, clock: nat, idle: bool)
    ensures var l' := Wake(p, k, i, l, mail, clock, idle);
      && l'.view >= l.view && l'.log == mail && |Others(p, i, mail, l'.view + 1)| <= p.f
      && (|Counted(p, i, mail, l'.view)| >= p.Q() ==> l'.since.Some?)
      && (l'.since.Some? ==> (l'.view == l.view && l'.since == l.since) || (l'.since.value == clock && |Counted(p, i, mail, l'.view)| >= p.Q()))
      && (l'.view == l.view && l.since.Some? ==> l'.since == l.since)
      && (l'.view > l.view ==> |Others(p, i, mail, l'.view)| >= p.f + 1 || (l'.view == l.view + 1 && Expired(k, l, clock)))
      && (Expired(k, l, clock) && !idle ==> l'.view > l.view)
  {
    var to := Target(p, i, mail, Bound(mail, p.N()));
    TargetIs(p, i, mail, Bound(mail, p.N()));
    var l' := Wake(p, k, i, l, mail, clock, idle);
    NoneAhead(p, i, mail, l'.view + 1);
  }

  // ---- what holds of a replica at all times ----
  lemma LogIs(e: Env, k: Pace, m: Timed, i: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures m.local(i, t).log <= m.mail(i, t)
  {
    if t == 0 { Base0(e, k, m, i); }
    else {
      LogIs(e, k, m, i, t - 1);
      StepAt(e, k, m, i, t - 1);
      MailGrows(e, k, m, i, t - 1, t);
      WakeIs(e.p, k, i, m.local(i, t - 1), m.mail(i, t), m.clock(i, t), m.idle(i, t));
    }
  }
  lemma OneTick(e: Env, k: Pace, m: Timed, i: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures var l, l' := m.local(i, t), m.local(i, t + 1);
      l'.view >= l.view && l.log <= l'.log && (l'.view == l.view && l.since.Some? ==> l'.since == l.since)
  {
    LogIs(e, k, m, i, t);
    StepAt(e, k, m, i, t);
    MailGrows(e, k, m, i, t, t + 1);
    WakeIs(e.p, k, i, m.local(i, t), m.mail(i, t + 1), m.clock(i, t + 1), m.idle(i, t + 1));
  }
  lemma Later(e: Env, k: Pace, m: Timed, i: Id, t: nat, t': nat)
    requires Operates(e, k, m) && Honest(e, i) && t <= t'
    ensures var l, l' := m.local(i, t), m.local(i, t');
      l'.view >= l.view && l.log <= l'.log && (l'.view == l.view && l.since.Some? ==> l'.since == l.since)
  {
    if t < t' {
      Later(e, k, m, i, t, t' - 1);
      OneTick(e, k, m, i, t' - 1);
    }
  }
  // It never stays behind f + 1 others; and its timer runs if a quorum has asked for its view or a later one.
  lemma Settles(e: Env, k: Pace, m: Timed, i: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i)
    ensures var l := m.local(i, t);
      |Others(e.p, i, l.log, l.view + 1)| <= e.p.f && (|Counted(e.p, i, l.log, l.view)| >= e.p.Q() ==> l.since.Some?)
  {
    if t == 0 {
      Base0(e, k, m, i);
      assert Others(e.p, i, {}, 1) == {};
    } else {
      Settles(e, k, m, i, t - 1);
      StepAt(e, k, m, i, t - 1);
      WakeIs(e.p, k, i, m.local(i, t - 1), m.mail(i, t), m.clock(i, t), m.idle(i, t));
    }
  }
  // A timer that runs was started, at the time that it shows, when a quorum was counted.
  ghost predicate StartedAt(e: Env, m: Timed, i: Id, v: View, since: nat, st: nat) {
    m.local(i, st).view == v && m.clock(i, st) == since && |Counted(e.p, i, m.local(i, st).log, v)| >= e.p.Q()
  }
  lemma Started(e: Env, k: Pace, m: Timed, i: Id, t: nat) returns (st: nat)
    requires Operates(e, k, m) && Honest(e, i) && m.local(i, t).since.Some?
    ensures st <= t && StartedAt(e, m, i, m.local(i, t).view, m.local(i, t).since.value, st)
  {
    if t == 0 {
      st := 0;
      Base0(e, k, m, i);
      assert Counted(e.p, i, {}, 0) == Upto(e.p.N());
      UptoSize(e.p.N());
      assert e.p.Q() <= e.p.n by { reveal Operates(); QuorumSizes(e.p); }
    } else {
      StepAt(e, k, m, i, t - 1);
      var l, l' := m.local(i, t - 1), m.local(i, t);
      WakeIs(e.p, k, i, l, m.mail(i, t), m.clock(i, t), m.idle(i, t));
      if l'.view == l.view && l'.since == l.since { st := Started(e, k, m, i, t - 1); } else { st := t; }
    }
  }

  // ---- the rules ----
  lemma AskingIs(e: Env, k: Pace, m: Timed, r: Run, i: Id, t: nat)
    requires Shows(e, k, m, r) && Honest(e, i)
    ensures forall w: View :: Asking(e.p, r, i, t, w) - {i} == Others(e.p, i, m.local(i, t).log, w)
    ensures forall w: View :: w > r.view(i, t) ==> Asking(e.p, r, i, t, w) == Others(e.p, i, m.local(i, t).log, w)
    ensures Asking(e.p, r, i, t, r.view(i, t)) == Counted(e.p, i, m.local(i, t).log, m.local(i, t).view)
  {
    forall w: View ensures Asking(e.p, r, i, t, w) - {i} == Others(e.p, i, m.local(i, t).log, w) {}
    forall w: View | w > r.view(i, t) ensures Asking(e.p, r, i, t, w) == Others(e.p, i, m.local(i, t).log, w) {
      assert r.obs(i, i, t) == r.view(i, t);
      assert i !in Asking(e.p, r, i, t, w);
    }
  }
  lemma Sees(e: Env, k: Pace, m: Timed, r: Run, i: Id, j: Id, t: nat)
    requires Shows(e, k, m, r) && Honest(e, i)
    ensures r.view(i, t) == m.local(i, t).view
    ensures r.obs(i, j, t) == if i == j then m.local(i, t).view else Known(m.local(i, t).log, j)
  {
  }
  lemma ViewsHold(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures Views(e, r)
  {
    hide *;
    forall i: Id | Honest(e, i) ensures r.view(i, 0) == 0 { Base0(e, k, m, i); Sees(e, k, m, r, i, i, 0); }
    forall i: Id, t: nat, t': nat | Honest(e, i) && t <= t' ensures r.view(i, t) <= r.view(i, t') {
      Later(e, k, m, i, t, t');
      Sees(e, k, m, r, i, i, t);
      Sees(e, k, m, r, i, i, t');
    }
    forall i: Id, t: nat | Honest(e, i) ensures r.obs(i, i, t) == r.view(i, t) { Sees(e, k, m, r, i, i, t); }
    forall i: Id, j: Id, t: nat | Honest(e, i) && Honest(e, j) && i != j ensures r.obs(i, j, t + 1) <= r.view(j, t) {
      Truth(e, k, m, i, j, t + 1);
      assert m.local(j, t + 1 - 1) == m.local(j, t);
      Sees(e, k, m, r, i, j, t + 1);
      Sees(e, k, m, r, j, j, t);
    }
    forall i: Id, j: Id | Honest(e, i) && Honest(e, j) && i != j ensures r.obs(i, j, 0) == 0 {
      Base0(e, k, m, i);
      KnownIs(m.local(i, 0).log, j);
      Sees(e, k, m, r, i, j, 0);
    }
    reveal Views;
  }
  lemma Truth(e: Env, k: Pace, m: Timed, i: Id, j: Id, t: nat)
    requires Operates(e, k, m) && Honest(e, i) && Honest(e, j) && t > 0
    ensures Known(m.local(i, t).log, j) <= m.local(j, t - 1).view
  {
    var log := m.local(i, t).log;
    KnownIs(log, j);
    if Known(log, j) > 0 {
      var x := Vc(j, Known(log, j));
      LogIs(e, k, m, i, t);
      WasSent(e, k, m, i, t, x);
      var s: nat :| s < t && m.tells(x.from, s) && m.local(x.from, s).view == x.view;
      Later(e, k, m, j, s, t - 1);
    }
  }
  lemma DeliveredHolds(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures Delivered(e, ClockOf(k), r)
  {
    var c := ClockOf(k);
    forall i: Id, j: Id, t: nat, t': nat | Honest(e, i) && Honest(e, j) && c.G <= t && t + c.Delta <= t' ensures r.obs(i, j, t') >= r.view(j, t) {
      if i == j { Later(e, k, m, i, t, t'); } else { Reaches(e, k, m, i, j, t, t'); }
    }
  }
  lemma Reaches(e: Env, k: Pace, m: Timed, i: Id, j: Id, t: nat, t': nat)
    requires Operates(e, k, m) && Honest(e, i) && Honest(e, j) && k.G <= t && t + k.P + k.Delta + k.D <= t'
    ensures Known(m.local(i, t').log, j) >= m.local(j, t).view
  {
    var s := NextTells(e, k, m, j, t);
    Later(e, k, m, j, t, s);
    Arrives(e, k, m, i, j, s);
    var x := Vc(j, m.local(j, s).view);
    var u := NextWake(e, k, m, i, s + k.Delta);
    MailGrows(e, k, m, i, s + k.Delta, u);
    StepAt(e, k, m, i, u - 1);
    WakeIs(e.p, k, i, m.local(i, u - 1), m.mail(i, u), m.clock(i, u), m.idle(i, u));
    assert m.local(i, u - 1 + 1).log == m.mail(i, u);
    Later(e, k, m, i, u, t');
    KnownIs(m.local(i, t').log, j);
    assert x in m.local(i, t').log;
  }
  lemma JoinHolds(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures JoinRule(e, r)
  {
    forall i: Id, t: nat {:trigger r.view(i, t)} | Honest(e, i) ensures |Asking(e.p, r, i, t, r.view(i, t) + 1)| <= e.p.f {
      Settles(e, k, m, i, t);
      AskingIs(e, k, m, r, i, t);
      assert r.view(i, t) == m.local(i, t).view;
    }
  }
  lemma MoveHolds(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures MoveRule(e, ClockOf(k), r)
  {
    hide *;
    var c := ClockOf(k);
    forall i: Id, t: nat {:trigger r.view(i, t)} | Honest(e, i) && r.view(i, t + 1) > r.view(i, t)
      ensures Joined(e, r, i, t) || TimedOut(e, c, r, i, t) { MoveOf(e, k, m, r, i, t); }
    reveal MoveRule;
  }
  lemma MoveOf(e: Env, k: Pace, m: Timed, r: Run, i: Id, t: nat)
    requires Operates(e, k, m) && Shows(e, k, m, r) && Honest(e, i) && r.view(i, t + 1) > r.view(i, t)
    ensures Joined(e, r, i, t) || TimedOut(e, ClockOf(k), r, i, t)
  {
    var c := ClockOf(k);
    var l, l' := m.local(i, t), m.local(i, t + 1);
    StepAt(e, k, m, i, t);
    WakeIs(e.p, k, i, l, m.mail(i, t + 1), m.clock(i, t + 1), m.idle(i, t + 1));
    AskingIs(e, k, m, r, i, t + 1);
    assert r.view(i, t) == l.view && r.view(i, t + 1) == l'.view;
    if |Others(e.p, i, l'.log, l'.view)| >= e.p.f + 1 {
      assert Joined(e, r, i, t);
    } else {
      var st := Started(e, k, m, i, t);
      Ticks(e, k, m, i, st, t + 1);
      AskingIs(e, k, m, r, i, st);
      assert r.view(i, st) == m.local(i, st).view == l.view;
      assert Armed(e, r, i, r.view(i, t), st);
      assert st + T(c, r.view(i, t)) <= t + 1;
      assert TimedOut(e, c, r, i, t);
    }
  }
  lemma ExpiryHolds(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures ExpiryRule(e, ClockOf(k), r)
  {
    var c := ClockOf(k);
    forall i: Id, v: View, t: nat {:trigger Armed(e, r, i, v, t)} | Armed(e, r, i, v, t) && c.G <= t
      ensures r.view(i, t + Late(c, v)) > v || DoneBy(r, i, t + Late(c, v)) { ExpiryOf(e, k, m, r, i, v, t); }
  }
  lemma ExpiryOf(e: Env, k: Pace, m: Timed, r: Run, i: Id, v: View, t: nat)
    requires Operates(e, k, m) && Shows(e, k, m, r) && Armed(e, r, i, v, t) && k.G <= t
    ensures r.view(i, t + Late(ClockOf(k), v)) > v || DoneBy(r, i, t + Late(ClockOf(k), v))
  {
    var c := ClockOf(k);
    AskingIs(e, k, m, r, i, t);
    Settles(e, k, m, i, t);
    assert r.view(i, t) == m.local(i, t).view == v;
    var st := Started(e, k, m, i, t);
    Ticks(e, k, m, i, st, t);
    Runs(e, k, m, i, t, T(c, v));
    var x := t + k.R * T(c, v);
    var u := NextWake(e, k, m, i, x);
    Ticks(e, k, m, i, x, u);
    Later(e, k, m, i, t, u - 1);
    Later(e, k, m, i, u, t + Late(c, v));
    StepAt(e, k, m, i, u - 1);
    OneTick(e, k, m, i, u - 1);
    WakeIs(e.p, k, i, m.local(i, u - 1), m.mail(i, u), m.clock(i, u), m.idle(i, u));
    assert m.local(i, u - 1 + 1) == m.local(i, u);
    if m.local(i, u - 1).view == v && m.idle(i, u) { assert r.done(i, u); }
  }

  // Theorem. Replicas that take such steps, with such clocks and such a network, obey the rules of LiveSync.
  lemma RulesHold(e: Env, k: Pace, m: Timed, r: Run)
    requires Operates(e, k, m) && Shows(e, k, m, r)
    ensures Rules(e, ClockOf(k), r)
  {
    var c := ClockOf(k);
    ViewsHold(e, k, m, r);
    DeliveredHolds(e, k, m, r);
    JoinHolds(e, k, m, r);
    MoveHolds(e, k, m, r);
    ExpiryHolds(e, k, m, r);
    assert EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && c.T0 > 0 by { reveal Operates(); }
    hide Views, Delivered, JoinRule, MoveRule, ExpiryRule;
    reveal Rules();
  }
}
