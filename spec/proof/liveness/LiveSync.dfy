include "../Quorum.dfy"
// View synchronisation under partial synchrony: with doubling time-outs, the f+1 join rule and the rule that a
// view's timer starts only when a quorum of replicas have asked for that view OR A LATER ONE, all honest replicas
// eventually stay together, for as long as one likes, in a view with an honest primary.
// Independent of what happens inside a view: a Run only says which view each replica has asked for and knows of.
module PbftLiveSync {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftQuorum

  // Time is counted in ticks of any fixed length.
  datatype Run = Run(
    view: (Id, nat) -> View,          // view(i,t): the view i is in, or has asked for, at time t
    obs: (Id, Id, nat) -> View,       // obs(i,j,t): the highest view for which i has j's VIEW-CHANGE at time t (0: none)
    done: (Id, nat) -> bool)          // done(i,t): i has executed the request by time t

  // G: from G on the network is timely and the request is known to all honest replicas (G >= GST).
  // Delta: bound on message delay from G on. T0: time-out of view 0. R, D: a timer of T may end the view as late as after R * T + D (a clock
  // may be slow, and a replica busy).
  datatype Clock = Clock(G: nat, Delta: nat, T0: nat, R: nat, D: nat)

  function Pow2(v: nat): nat { if v == 0 then 1 else 2 * Pow2(v - 1) }
  function T(c: Clock, v: View): nat { c.T0 * Pow2(v) }
  function Late(c: Clock, v: View): nat { c.R * T(c, v) + c.D }

  // Replicas that i knows to have asked for view w or later
  ghost function Asking(p: Params, r: Run, i: Id, t: nat, w: View): set<Id> {
    set j | j in Upto(p.N()) && r.obs(i, j, t) >= w
  }
  // i's timer for view v is running (or has run out) at time t
  ghost predicate Armed(e: Env, r: Run, i: Id, v: View, t: nat) {
    Honest(e, i) && r.view(i, t) == v && |Asking(e.p, r, i, t, v)| >= e.p.Q()
  }

  // ---- the rules honest replicas follow, and the network ----
  // Views start at 0 and never decrease; a replica knows its own view, and of others' what they sent before.
  ghost predicate Views(e: Env, r: Run) {
    && (forall i: Id :: Honest(e, i) ==> r.view(i, 0) == 0)
    && (forall i: Id, t: nat, t': nat :: Honest(e, i) && t <= t' ==> r.view(i, t) <= r.view(i, t'))
    && (forall i: Id, t: nat :: Honest(e, i) ==> r.obs(i, i, t) == r.view(i, t))
    && (forall i: Id, j: Id, t: nat :: Honest(e, i) && Honest(e, j) && i != j ==> r.obs(i, j, t + 1) <= r.view(j, t))
    && (forall i: Id, j: Id :: Honest(e, i) && Honest(e, j) && i != j ==> r.obs(i, j, 0) == 0)
  }
  // Partial synchrony: whatever an honest replica sent up to t >= G has reached all honest replicas by t + Delta.
  ghost predicate Delivered(e: Env, c: Clock, r: Run) {
    forall i: Id, j: Id, t: nat, t': nat :: Honest(e, i) && Honest(e, j) && c.G <= t && t + c.Delta <= t'
      ==> r.obs(i, j, t') >= r.view(j, t)
  }
  // Join rule: a replica never stays behind f+1 others that it knows to have asked for later views...
  ghost predicate JoinRule(e: Env, r: Run) {
    forall i: Id, t: nat {:trigger r.view(i, t)} :: Honest(e, i) ==> |Asking(e.p, r, i, t, r.view(i, t) + 1)| <= e.p.f
  }
  // ...and moves only to a view that f+1 others have reached (the smallest in the set), or one further on time-out.
  ghost predicate Joined(e: Env, r: Run, i: Id, t: nat) {
    |Asking(e.p, r, i, t + 1, r.view(i, t + 1)) - {i}| >= e.p.f + 1
  }
  ghost predicate TimedOut(e: Env, c: Clock, r: Run, i: Id, t: nat) {
    r.view(i, t + 1) == r.view(i, t) + 1
    && exists st: nat :: st + T(c, r.view(i, t)) <= t + 1 && Armed(e, r, i, r.view(i, t), st)
  }
  ghost predicate MoveRule(e: Env, c: Clock, r: Run) {
    forall i: Id, t: nat {:trigger r.view(i, t)} :: Honest(e, i) && r.view(i, t + 1) > r.view(i, t)
      ==> Joined(e, r, i, t) || TimedOut(e, c, r, i, t)
  }
  // A timer that runs while the request is pending ends the view.
  ghost predicate ExpiryRule(e: Env, c: Clock, r: Run) {
    forall i: Id, v: View, t: nat {:trigger Armed(e, r, i, v, t)} :: Armed(e, r, i, v, t) && c.G <= t
      ==> r.view(i, t + Late(c, v)) > v || DoneBy(r, i, t + Late(c, v))
  }
  ghost predicate DoneBy(r: Run, i: Id, t: nat) { exists u: nat :: u <= t && r.done(i, u) }
  opaque ghost predicate Rules(e: Env, c: Clock, r: Run) {
    EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && c.T0 > 0 && Views(e, r) && Delivered(e, c, r) && JoinRule(e, r) && MoveRule(e, c, r) && ExpiryRule(e, c, r)
  }

  // Single rules, so that proofs need not see all of them
  lemma RulesEnv(e: Env, c: Clock, r: Run)
    requires Rules(e, c, r)
    ensures EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && c.T0 > 0 && e.p.Q() + e.p.f <= e.p.n && e.p.Q() >= 2 * e.p.f + 1
  {
    reveal Rules();
    QuorumSizes(e.p);
  }
  lemma ViewMono(e: Env, c: Clock, r: Run, i: Id, t: nat, t': nat)
    requires Rules(e, c, r) && Honest(e, i) && t <= t'
    ensures r.view(i, t) <= r.view(i, t')
  {
    reveal Rules();
  }
  lemma ViewStart(e: Env, c: Clock, r: Run, i: Id)
    requires Rules(e, c, r) && Honest(e, i)
    ensures r.view(i, 0) == 0
  {
    reveal Rules();
  }
  // What i knows of j was true before.
  lemma ObsTrue(e: Env, c: Clock, r: Run, i: Id, j: Id, t: nat)
    requires Rules(e, c, r) && Honest(e, i) && Honest(e, j)
    ensures r.obs(i, j, t) <= r.view(j, t)
    ensures i != j && t > 0 ==> r.obs(i, j, t) <= r.view(j, t - 1)
  {
    if i == j || t == 0 { reveal Rules(); }
    else {
      assert r.obs(i, j, t - 1 + 1) <= r.view(j, t - 1) by { reveal Rules(); }
      ViewMono(e, c, r, j, t - 1, t);
    }
  }
  lemma ObsNew(e: Env, c: Clock, r: Run, i: Id, j: Id, t: nat, t': nat)
    requires Rules(e, c, r) && Honest(e, i) && Honest(e, j) && c.G <= t && t + c.Delta <= t'
    ensures r.obs(i, j, t') >= r.view(j, t)
  {
    reveal Rules();
  }
  lemma JoinAt(e: Env, c: Clock, r: Run, i: Id, t: nat)
    requires Rules(e, c, r) && Honest(e, i)
    ensures |Asking(e.p, r, i, t, r.view(i, t) + 1)| <= e.p.f
  {
    JoinOf(e, c, r);
    var v := r.view(i, t);
    assert |Asking(e.p, r, i, t, v + 1)| <= e.p.f;
  }
  lemma JoinOf(e: Env, c: Clock, r: Run)
    requires Rules(e, c, r)
    ensures JoinRule(e, r)
  {
    reveal Rules();
    assert JoinRule(e, r);
  }
  lemma MoveAt(e: Env, c: Clock, r: Run, i: Id, t: nat)
    requires Rules(e, c, r) && Honest(e, i) && r.view(i, t + 1) > r.view(i, t)
    ensures Joined(e, r, i, t) || TimedOut(e, c, r, i, t)
  {
    reveal Rules();
  }

  // ---- arithmetic of sets of ids ----
  lemma HonestIn(e: Env, A: set<Id>, m: nat)
    requires EnvOk(e) && |A| >= m + e.p.f
    ensures |A - e.faulty| >= m
  {
    SubsetSize(A * e.faulty, e.faulty);
    assert |A - e.faulty| + |A * e.faulty| == |A|;
  }
  lemma AskingIds(p: Params, r: Run, i: Id, t: nat, w: View)
    ensures forall j: Id :: j in Asking(p, r, i, t, w) <==> j < p.N() && r.obs(i, j, t) >= w
  {
    UptoSize(p.N());
  }
  lemma PowGrows(v: nat)
    ensures Pow2(v) > v
  {
  }
  lemma TPos(c: Clock, v: View)
    requires c.T0 > 0
    ensures T(c, v) > v
  {
    PowGrows(v);
    MulGe(c.T0, Pow2(v));
  }

  // ---- first time somebody honest is beyond v / is armed for v ----
  ghost predicate NoneAbove(e: Env, r: Run, v: View, t: nat) { forall j: Id :: Honest(e, j) ==> r.view(j, t) <= v }
  lemma FirstAbove(e: Env, c: Clock, r: Run, v: View, t: nat) returns (t0: nat)
    requires Rules(e, c, r) && !NoneAbove(e, r, v, t)
    ensures t0 < t && NoneAbove(e, r, v, t0) && !NoneAbove(e, r, v, t0 + 1)
  {
    if t == 0 {
      forall j: Id | Honest(e, j) ensures r.view(j, 0) <= v { ViewStart(e, c, r, j); }
      assert NoneAbove(e, r, v, 0);
    }
    else if NoneAbove(e, r, v, t - 1) { t0 := t - 1; }
    else { t0 := FirstAbove(e, c, r, v, t - 1); }
  }
  ghost predicate NoneArmed(e: Env, r: Run, v: View, t: nat) { forall i: Id, s: nat :: s < t ==> !Armed(e, r, i, v, s) }
  lemma FirstArmed(e: Env, r: Run, v: View, i: Id, t: nat) returns (i0: Id, s: nat)
    requires Armed(e, r, i, v, t)
    ensures s <= t && Armed(e, r, i0, v, s) && NoneArmed(e, r, v, s)
    decreases t
  {
    if NoneArmed(e, r, v, t) { i0, s := i, t; }
    else {
      var i1: Id, s1: nat :| s1 < t && Armed(e, r, i1, v, s1);
      i0, s := FirstArmed(e, r, v, i1, s1);
    }
  }

  // A. The first honest replica to get beyond v does so by time-out, so it had been armed for v.
  lemma FirstLeaver(e: Env, c: Clock, r: Run, v: View, t: nat) returns (i: Id, st: nat)
    requires Rules(e, c, r) && !NoneAbove(e, r, v, t)
    ensures Armed(e, r, i, v, st) && st + T(c, v) <= t
  {
    var t0 := FirstAbove(e, c, r, v, t);
    i :| Honest(e, i) && r.view(i, t0 + 1) > v;
    assert r.view(i, t0) <= v;
    MoveAt(e, c, r, i, t0);
    if Joined(e, r, i, t0) { NotJoined(e, c, r, v, t0, i); }
    st := TimerOf(e, c, r, i, t0);
    assert r.view(i, t0) == v;
  }
  // Nobody can have joined a view that no honest replica had reached before.
  lemma NotJoined(e: Env, c: Clock, r: Run, v: View, t0: nat, i: Id)
    requires Rules(e, c, r) && NoneAbove(e, r, v, t0) && Honest(e, i) && r.view(i, t0 + 1) > v
    ensures !Joined(e, r, i, t0)
  {
    RulesEnv(e, c, r);
    if Joined(e, r, i, t0) {
      var w := r.view(i, t0 + 1);
      var A := Asking(e.p, r, i, t0 + 1, w) - {i};
      AskingIds(e.p, r, i, t0 + 1, w);
      var k := WeakQuorumHonest(e, A);
      ObsTrue(e, c, r, i, k, t0 + 1);
      assert {:contradiction} r.view(k, t0) <= v;
    }
  }
  lemma TimerOf(e: Env, c: Clock, r: Run, i: Id, t0: nat) returns (st: nat)
    requires TimedOut(e, c, r, i, t0)
    ensures st + T(c, r.view(i, t0)) <= t0 + 1 && Armed(e, r, i, r.view(i, t0), st)
    ensures r.view(i, t0 + 1) == r.view(i, t0) + 1
  {
    st :| st + T(c, r.view(i, t0)) <= t0 + 1 && Armed(e, r, i, r.view(i, t0), st);
  }

  // B. Once somebody is armed for v, all honest replicas are in v or later within Delta.
  lemma AllFollow(e: Env, c: Clock, r: Run, v: View, i: Id, st: nat, k: Id, t: nat)
    requires Rules(e, c, r) && Armed(e, r, i, v, st) && Honest(e, k)
    requires st + c.Delta <= t && c.G + c.Delta <= t
    ensures r.view(k, t) >= v
  {
    RulesEnv(e, c, r);
    var u := if st <= c.G then c.G else st;
    var A := Asking(e.p, r, i, st, v);
    AskingIds(e.p, r, i, st, v);
    HonestIn(e, A, e.p.f + 1);
    if r.view(k, t) < v {
      var w := r.view(k, t) + 1;
      var B := Asking(e.p, r, k, t, w);
      AskingIds(e.p, r, k, t, w);
      forall j | j in A - e.faulty ensures j in B {
        ObsTrue(e, c, r, i, j, st);
        ViewMono(e, c, r, j, st, u);
        ObsNew(e, c, r, k, j, u, t);
      }
      SubsetSize(A - e.faulty, B);
      JoinAt(e, c, r, k, t);
    }
  }

  // When all honest replicas have been at v or later for Delta, whoever is at v is armed for v.
  lemma AllArmed(e: Env, c: Clock, r: Run, v: View, t: nat, k: Id)
    requires Rules(e, c, r) && c.G <= t && (forall j: Id :: Honest(e, j) ==> r.view(j, t) >= v)
    requires Honest(e, k) && r.view(k, t + c.Delta) == v
    ensures Armed(e, r, k, v, t + c.Delta)
  {
    RulesEnv(e, c, r);
    var A := Asking(e.p, r, k, t + c.Delta, v);
    AskingIds(e.p, r, k, t + c.Delta, v);
    var H := Upto(e.p.N()) - e.faulty;
    UptoSize(e.p.N());
    HonestIn(e, Upto(e.p.N()), e.p.Q());
    forall j | j in H ensures j in A { ObsNew(e, c, r, k, j, t, t + c.Delta); }
    SubsetSize(H, A);
  }

  lemma Expires(e: Env, c: Clock, r: Run, i: Id, v: View, t: nat)
    requires Rules(e, c, r) && Armed(e, r, i, v, t) && c.G <= t && !DoneBy(r, i, t + Late(c, v))
    ensures r.view(i, t + Late(c, v)) > v
  {
    reveal Rules();
  }

  ghost predicate NeverDone(e: Env, r: Run) { forall j: Id, t: nat :: Honest(e, j) ==> !r.done(j, t) }

  // C. Without progress, no view is the last: if somebody is armed for v, somebody gets armed for v+1.
  lemma NextArmed(e: Env, c: Clock, r: Run, v: View, i: Id, st: nat) returns (i': Id, st': nat)
    requires Rules(e, c, r) && Armed(e, r, i, v, st) && NeverDone(e, r)
    ensures Armed(e, r, i', v + 1, st')
  {
    var u := if st <= c.G then c.G else st;
    var t1 := u + c.Delta;                       // all at v or later
    var t2 := t1 + c.Delta;                      // those at v are armed for v
    var t3 := t2 + Late(c, v);                      // all at v+1 or later
    var t4 := t3 + c.Delta;
    forall k: Id | Honest(e, k) ensures r.view(k, t1) >= v { AllFollow(e, c, r, v, i, st, k, t1); }
    forall k: Id | Honest(e, k) ensures r.view(k, t3) >= v + 1 { Leaves(e, c, r, v, t1, k); }
    if NoneAbove(e, r, v + 1, t4) {
      i', st' := i, t4;
      ViewMono(e, c, r, i, t3, t4);
      AllArmed(e, c, r, v + 1, t3, i);
    } else {
      i', st' := FirstLeaver(e, c, r, v + 1, t4);
    }
  }
  lemma Leaves(e: Env, c: Clock, r: Run, v: View, t: nat, k: Id)
    requires Rules(e, c, r) && NeverDone(e, r) && c.G <= t && Honest(e, k)
    requires forall j: Id :: Honest(e, j) ==> r.view(j, t) >= v
    ensures r.view(k, t + c.Delta + Late(c, v)) >= v + 1
  {
    ViewMono(e, c, r, k, t, t + c.Delta);
    ViewMono(e, c, r, k, t + c.Delta, t + c.Delta + Late(c, v));
    if r.view(k, t + c.Delta) == v {
      AllArmed(e, c, r, v, t, k);
      Expires(e, c, r, k, v, t + c.Delta);
    }
  }
  lemma EveryViewArmed(e: Env, c: Clock, r: Run, v: View) returns (i: Id, st: nat)
    requires Rules(e, c, r) && NeverDone(e, r)
    ensures Armed(e, r, i, v, st)
  {
    if v == 0 {
      RulesEnv(e, c, r);
      UptoSize(e.p.N());
      i := QuorumHonest(e, Upto(e.p.N()));
      st := 0;
      ViewStart(e, c, r, i);
      assert Asking(e.p, r, i, 0, 0) == Upto(e.p.N());
    } else {
      i, st := EveryViewArmed(e, c, r, v - 1);
      i, st := NextArmed(e, c, r, v - 1, i, st);
    }
  }

  // All honest replicas are in view v at all times from t until (not including) t + len.
  ghost predicate Together(e: Env, r: Run, v: View, t: nat, len: nat) {
    forall k: Id, u: nat :: Honest(e, k) && t <= u < t + len ==> r.view(k, u) == v
  }

  // D. A view first armed after G is shared by all honest replicas from Delta after that until its time-out.
  lemma StayTogether(e: Env, c: Clock, r: Run, v: View, i: Id, s: nat, len: nat)
    requires Rules(e, c, r) && Armed(e, r, i, v, s) && NoneArmed(e, r, v, s) && c.G <= s
    requires c.Delta + len <= T(c, v)
    ensures Together(e, r, v, s + c.Delta, len)
  {
    forall k: Id, u: nat | Honest(e, k) && s + c.Delta <= u < s + c.Delta + len ensures r.view(k, u) == v {
      AllFollow(e, c, r, v, i, s, k, u);
      if r.view(k, u) > v {
        assert !NoneAbove(e, r, v, u);
        var i1, st := FirstLeaver(e, c, r, v, u);
        assert {:contradiction} st < s;
        assert {:contradiction} false;
      }
    }
  }

  ghost function MaxView(r: Run, t: nat, k: nat): View {
    if k == 0 then 0
    else
      var m := MaxView(r, t, k - 1);
      if r.view(k - 1, t) > m then r.view(k - 1, t) else m
  }
  lemma MaxViewOk(r: Run, t: nat, k: nat)
    ensures forall i: Id :: i < k ==> r.view(i, t) <= MaxView(r, t, k)
  {
  }

  ghost predicate Shared(e: Env, c: Clock, r: Run, v: View, len: nat) { exists t: nat :: c.G <= t && Together(e, r, v, t, len) }

  // Theorem. Without progress, every late enough view is shared by all honest replicas for len ticks
  // (and so is, by the choice of v, one with an honest primary: see Liveness).
  lemma Synchronised(e: Env, c: Clock, r: Run, len: nat) returns (v0: View)
    requires Rules(e, c, r) && NeverDone(e, r)
    ensures forall v: View :: v >= v0 ==> Shared(e, c, r, v, len)
  {
    var m := MaxView(r, c.G, e.p.N());
    MaxViewOk(r, c.G, e.p.N());
    v0 := m + 1 + c.Delta + len;
    forall v: View | v >= v0 ensures Shared(e, c, r, v, len) {
      var i, st := EveryViewArmed(e, c, r, v);
      var i0, s := FirstArmed(e, r, v, i, st);
      if s < c.G { ViewMono(e, c, r, i0, s, c.G); assert {:contradiction} r.view(i0, c.G) <= m; assert {:contradiction} false; }
      RulesEnv(e, c, r);
      TPos(c, v);
      StayTogether(e, c, r, v, i0, s, len);
      assert c.G <= s + c.Delta;
    }
  }

  // ---- liveness, given what the protocol does inside a view ----
  // Progress inside a view: if all honest replicas are together for len ticks from t >= G in a view with an honest
  // primary, one of them executes the request.
  ghost predicate ViewProgress(e: Env, c: Clock, r: Run, len: nat) {
    forall v: View, t: nat :: v > 0 && c.G <= t && Honest(e, e.p.Primary(v)) && Together(e, r, v, t, len) ==> !NeverDone(e, r)
  }
  // Catch-up: what one honest replica has executed all execute.
  ghost predicate CatchUp(e: Env, r: Run) {
    forall i: Id, t: nat :: Honest(e, i) && r.done(i, t) ==> exists t': nat :: AllDone(e, r, t')
  }
  ghost predicate AllDone(e: Env, r: Run, t: nat) { forall j: Id :: Honest(e, j) ==> r.done(j, t) }

  lemma HonestPrimary(e: Env, v0: View) returns (v: View)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures v >= v0 && Honest(e, e.p.Primary(v))
  {
    UptoSize(e.p.N());
    QuorumSizes(e.p);
    var h := QuorumHonest(e, Upto(e.p.N()));
    v := v0 * e.p.N() + h;
    MulGe(e.p.N(), v0);
    ModOf(v0, e.p.N(), h);
  }
  lemma ModOf(a: nat, n: nat, h: nat)
    requires h < n
    ensures (a * n + h) % n == h
  {
    var x := a * n + h;
    var q := x / n;
    assert x == q * n + x % n;
    assert (q - a) * n == h - x % n && (a - q) * n == x % n - h;
    if q > a { MulGe(q - a, n); }
    if q < a { MulGe(a - q, n); }
  }
  lemma MulGe(k: nat, n: nat)
    requires k >= 1
    ensures k * n >= n
  {
    assert k * n == (k - 1) * n + n;
  }

  lemma SharedUse(e: Env, c: Clock, r: Run, v: View, len: nat)
    requires ViewProgress(e, c, r, len) && v > 0 && Honest(e, e.p.Primary(v)) && Shared(e, c, r, v, len)
    ensures !NeverDone(e, r)
  {
    var u: nat :| c.G <= u && Together(e, r, v, u, len);
  }

  // Theorem. Under partial synchrony, with these rules, the request is executed by all honest replicas.
  lemma Liveness(e: Env, c: Clock, r: Run, len: nat) returns (t: nat)
    requires Rules(e, c, r) && ViewProgress(e, c, r, len) && CatchUp(e, r)
    ensures AllDone(e, r, t)
  {
    if NeverDone(e, r) {
      RulesEnv(e, c, r);
      var v0 := Synchronised(e, c, r, len);
      var v := HonestPrimary(e, v0 + 1);
      SharedUse(e, c, r, v, len);
    }
    var j: Id, u: nat :| Honest(e, j) && r.done(j, u);
    t :| AllDone(e, r, t);
  }
}
