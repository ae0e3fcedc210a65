include "LiveRun.dfy"
// The clocks, timers and mail of the run in LiveRun: the correct replicas 0, 1 and 2 time out in view 0 after 40 ticks. Replica 0 then wakes at
// once, 1 and 2 are busy for one and two ticks; 2 joins the others rather than time out.
module PbftLiveRunTime {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftLiveRun
  import opened PbftLiveTimers
  import W = PbftWitness
  import Sync = PbftLiveSync

  // all see the true time; messages take one tick; a replica sends its view-change at every tick, and may be busy for two
  const K: Pace := Pace(1, 1, 40, 1, 3, 0)
  const Views0: set<Vc> := {Vc(0, 0), Vc(1, 0), Vc(2, 0)}

  ghost function MailAt(t: nat): set<Vc> {
    (if t > 0 then Views0 else {}) + (if t > 40 then {Vc(0, 1)} else {}) + (if t > 41 then {Vc(1, 1)} else {}) + (if t > 42 then {Vc(2, 1)} else {})
  }
  predicate Busy(i: Id, t: nat) { 40 <= t < 40 + i }
  function ViewAt(i: Id, t: nat): View { if t < 40 + i then 0 else 1 }
  function SinceAt(i: Id, t: nat): Option<nat> {
    if t < 40 + i then Some(0) else if i == 2 then Some(42) else if t < 43 then None else Some(43)
  }
  ghost function LocalAt(i: Id, t: nat): Local { Local(ViewAt(i, t), MailAt(if Busy(i, t) then 39 else t), SinceAt(i, t)) }
  // at 100 the request is long executed
  ghost function M(): Timed {
    Timed((i: Id, t: nat) => LocalAt(i, t), (i: Id, t: nat) => t, (i: Id, t: nat) => !Busy(i, t), (i: Id, t: nat) => true,
          (i: Id, t: nat) => MailAt(t), (i: Id, t: nat) => t >= 100)
  }

  lemma KnownAt(t: nat, j: Id)
    ensures Known(MailAt(t), j) == if j < 3 && t > 40 + j then 1 else 0
  {
    KnownIs(MailAt(t), j);
    if j < 3 && t > 40 + j { assert Vc(j, 1) in MailAt(t); }
  }
  // those that others know to have asked for view 1
  function Seen1(t: nat): set<Id> { (if t > 40 then {0} else {}) + (if t > 41 then {1} else {}) + (if t > 42 then {2} else {}) }
  lemma OthersAt(i: Id, t: nat, w: View)
    ensures Others(P(), i, MailAt(t), w) == if w == 0 then Upto(4) - {i} else if w == 1 then Seen1(t) - {i} else {}
    ensures Counted(P(), i, MailAt(t), w) == if w == 0 then Upto(4) else if w == 1 then Seen1(t) + (if i < 4 then {i} else {}) else if i < 4 then {i} else {}
  {
    hide MailAt, Known, P, W.WitnessParams;
    Sizes();
    UptoSize(4);
    forall j: Id ensures Known(MailAt(t), j) == if j in Seen1(t) then 1 else 0 { KnownAt(t, j); }
  }
  lemma BoundAt(t: nat)
    ensures Bound(MailAt(t), 4) == if t > 40 then 1 else 0
  {
    KnownAt(t, 0); KnownAt(t, 1); KnownAt(t, 2); KnownAt(t, 3);
    var log := MailAt(t);
    hide MailAt, Known;
    assert Bound(log, 0) == 0;
    assert Bound(log, 1) == Known(log, 0);
    assert Bound(log, 2) == Known(log, 0);
    assert Bound(log, 3) == Known(log, 0);
  }
  lemma TargetAt(i: Id, t: nat)
    requires i < 3
    ensures Target(P(), i, MailAt(t), Bound(MailAt(t), P().N())) == if |Seen1(t) - {i}| >= 2 then 1 else 0
  {
    Sizes();
    BoundAt(t);
    OthersAt(i, t, 1);
    hide MailAt, Bound, Others, P, W.WitnessParams;
    if t > 40 {
      assert Target(P(), i, MailAt(t), 0) == 0;
    } else {
      assert Seen1(t) == {};
      assert Seen1(t) - {i} == {};
    }
  }
  lemma CountAt(i: Id, t: nat)
    requires i < 3
    ensures |Seen1(t) - {i}| >= 2 <==> (i == 2 && t >= 42) || t >= 43
    ensures |Seen1(t) + {i}| >= 3 <==> (i == 2 && t >= 42) || t >= 43
    ensures |Upto(4)| == 4
  {
    UptoSize(4);
    var S := Seen1(t);
    if t <= 40 { assert S == {}; assert S - {i} == {} && S + {i} == {i}; }
    else if t == 41 { assert S == {0}; assert S - {i} == if i == 0 then {} else {0}; assert S + {i} == {0, i}; }
    else if t == 42 { assert S == {0, 1}; assert S - {i} == if i == 0 then {1} else if i == 1 then {0} else {0, 1}; assert S + {i} == {0, 1, i}; }
    else { assert S == {0, 1, 2}; assert S - {i} == if i == 0 then {1, 2} else if i == 1 then {0, 2} else {0, 1}; assert S + {i} == {0, 1, 2}; }
  }
  // The step of each replica is the one that its timer and its mail ask for.
  lemma MovesAt(i: Id, t: nat)
    requires i < 3
    ensures Moves(P(), K, M(), i, t)
  {
    var u := t + 1;
    if !Busy(i, u) {
      Sizes();
      TargetAt(i, u);
      CountAt(i, u);
      OthersAt(i, u, 0);
      OthersAt(i, u, 1);
      assert Sync.Pow2(0) == 1 && Sync.Pow2(1) == 2;
      WakeAt(i, t);
    } else if t == 39 { assert LocalAt(i, 40) == LocalAt(i, 39); }
  }
  lemma WakeAt(i: Id, t: nat)
    requires i < 3 && !Busy(i, t + 1) && P().Q() == 3
    requires Target(P(), i, MailAt(t + 1), Bound(MailAt(t + 1), P().N())) == if (i == 2 && t + 1 >= 42) || t + 1 >= 43 then 1 else 0
    requires |Counted(P(), i, MailAt(t + 1), 0)| == 4 && (|Counted(P(), i, MailAt(t + 1), 1)| >= 3 <==> (i == 2 && t + 1 >= 42) || t + 1 >= 43)
    requires Sync.Pow2(0) == 1 && Sync.Pow2(1) == 2
    ensures Wake(P(), K, i, LocalAt(i, t), MailAt(t + 1), t + 1, t + 1 >= 100) == LocalAt(i, t + 1)
  {
    hide MailAt, Target, Bound, Counted, P, Sync.Pow2;
    var l := LocalAt(i, t);
    if t + 1 < 40 + i { assert l.view == 0 && l.since == Some(0) && !Expired(K, l, t + 1); }
    else if t + 1 == 40 + i { assert l.view == 0 && l.since == Some(0) && Expired(K, l, t + 1); }
    else { assert l.view == 1; assert t + 1 < 100 ==> !Expired(K, l, t + 1); }
  }
  lemma SentIs(x: Vc, t: nat)
    requires x in MailAt(t)
    ensures SentBefore(M(), x, t)
  {
    var m := M();
    assert x.from < 3 && x.view <= 1;
    var u := if x.view == 0 then 0 else 40 + x.from;
    assert u < t;
    hide MailAt;
    assert m.tells(x.from, u) && m.local(x.from, u).view == x.view;
  }
  lemma Delivered(j: Id, t: nat)
    requires j < 3
    ensures Vc(j, ViewAt(j, t)) in MailAt(t + 1)
  {
  }
  lemma Collected(t: nat)
    ensures MailAt(t) <= MailAt(t + 1)
  {
  }
  lemma MailOk()
    ensures Mail(E(), K, M())
  {
    Sizes();
    forall t: nat, x: Vc | x in MailAt(t) ensures SentBefore(M(), x, t) { SentIs(x, t); }
    forall j: Id, t: nat | j < 3 ensures Vc(j, ViewAt(j, t)) in MailAt(t + 1) { Delivered(j, t); }
    forall t: nat ensures MailAt(t) <= MailAt(t + 1) { Collected(t); }
    hide MailAt, ViewAt, SinceAt, Busy, SentBefore, P, W.WitnessParams;
  }
  lemma AwakeOk()
    ensures Awake(E(), K, M()) && Clocks(E(), K, M())
  {
    Sizes();
    var m := M();
    forall i: Id, t: nat | i < 3 ensures WakesIn(m, i, t, K.D) && TellsIn(m, i, t, K.P) {
      assert m.tells(i, t);
      var u := if !Busy(i, t + 1) then t + 1 else if !Busy(i, t + 2) then t + 2 else t + 3;
      assert m.wakes(i, u);
    }
  }
  lemma Operating()
    ensures Operates(E(), K, M())
  {
    Sizes();
    W.NoCollisions();
    MailOk();
    AwakeOk();
    forall i: Id, t: nat | i < 3 ensures Moves(P(), K, M(), i, t) { MovesAt(i, t); }
    assert Acts(E(), K, M()) by { hide Moves; }
    hide Acts, Clocks, Awake, Mail;
    reveal Operates();
  }
}
