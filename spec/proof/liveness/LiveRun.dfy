include "LiveTheorem.dfy"
include "../Witness.dfy"
// A run of the protocol of which all hypotheses of the end-to-end theorem hold together: four replicas, the last one faulty and silent. A client
// asks; nobody serves it in view 0; the correct replicas time out by their clocks, meet in view 1, and there they execute the request, sign
// the checkpoint and make it stable, so that their windows move.
module PbftLiveRun {
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
  import Timers = PbftLiveTimers
  import W = PbftWitness
  import Sync = PbftLiveSync

  // ---- the eight moves of each correct replica ----
  ghost function P(): Params { W.WitnessParams() }
  ghost function E(): Env { W.WitnessEnv() }
  const A: set<Id> := {0, 1, 2}
  ghost function Ask(i: Id): VC { VC(1, Genesis(P()), map[], i) }
  ghost function V(): map<Id, VC> { map[0 := Ask(0), 1 := Ask(1), 2 := Ask(2)] }
  const O: map<SeqNo, Digest> := map[]
  ghost function H(): Digest { P().nvHash(1, V(), O) }
  ghost function Votes(): PCert { PCert(1, 1, 1, H(), A) }
  ghost function Commits(): CCert { CCert(1, 1, 1, A) }
  ghost function After(): State { P().Apply(P().Init(), 1) }
  ghost function Mark(): Digest { P().stHash(1, After()) }
  ghost function Marked(): CkCert { CkCert(1, Mark(), A) }

  // a replica after k of its moves
  ghost function Ph(k: nat): Replica {
    if k == 0 then InitReplica(P())
    else Replica(1, if k < 2 then NoNv else H(), k >= 2, if k < 8 then Genesis(P()) else Marked(),
                 if 3 <= k < 8 then map[1 := 1] else map[], if 4 <= k < 8 then map[1 := Votes()] else map[],
                 if 5 <= k < 8 then map[1 := 1] else map[], if k < 7 then map[] else map[1 := Mark()],
                 if k < 6 then 0 else 1, if k < 6 then P().Init() else After())
  }
  ghost function Act(i: Id, k: nat): Action {
    if k == 0 then StartViewChange(1)
    else if k == 1 then if i == 1 then SendNewView(V(), O) else AcceptNewView(1, V(), O)
    else if k == 2 then if i == 1 then Propose(1, 1) else AcceptPrePrepare(1, 1, 1, H())
    else if k == 3 then SendCommit(Votes())
    else if k == 4 then CommitLocal(Commits(), Votes())
    else if k == 5 then Execute
    else if k == 6 then SendCheckpoint
    else MakeStable(Marked())
  }
  ghost function Out(i: Id, k: nat): set<Msg> {
    if k == 0 then {ViewChange(Ask(i))}
    else if k == 1 then if i == 1 then {NewView(1, V(), O)} else {}
    else if k == 2 then {VoteMsg(P(), 1, 1, 1, H(), i)}
    else if k == 3 then {Commit(1, 1, 1, i)}
    else if k == 5 then Replies(P(), i, P().Init(), 1)
    else if k == 6 then {Checkpoint(1, Mark(), i)}
    else {}
  }

  lemma Sizes()
    ensures P().n == 4 && P().Q() == 3 && P().f == 1 && P().K == 1 && P().L == 4 && P().W == 4 && E().p == P() && E().faulty == {3}
    ensures P().IsQuorum(A) && P().Primary(1) == 1 && P().Requests(1) == [1] && P().req(1) == Req(1, 1, 1)
    ensures forall i: Id :: Honest(E(), i) <==> i < 3
  {
    assert A == {0, 1, 2} && |A| == 3;
  }
  lemma NewViewOk()
    ensures ValidNewView(P(), 1, V(), O) && Base(P(), V()) == Genesis(P()) && V().Keys == A
  {
    Sizes();
    LatestFrom(P(), V(), P().N());
    assert V().Keys == A;
    assert forall i: Id :: i in V() ==> V()[i] == Ask(i) && i < 3;
    forall i: Id | i in V() ensures V()[i].from == i && V()[i].newView == 1 && ValidVC(P(), V()[i]) {}
  }
  lemma Undone()
    ensures !P().Done(P().Init().table, 1)
  {
    Sizes();
  }
  // the k-th move of i takes it from Ph(k) to Ph(k + 1), and sends Out(i, k)
  ghost predicate Goes(i: Id, r: Replica, a: Action, r': Replica, out: set<Msg>) {
    Enabled(P(), i, r, a) && Next(P(), i, r, a) == r' && Output(P(), i, r, a) == out
  }
  lemma Ask0(i: Id)
    requires i < 3
    ensures Goes(i, Ph(0), Act(i, 0), Ph(1), Out(i, 0))
  {
  }
  lemma Enter1(i: Id)
    requires i < 3
    ensures Goes(i, Ph(1), Act(i, 1), Ph(2), Out(i, 1))
  {
    Sizes();
    NewViewOk();
    hide ValidNewView, Base, V, W.WitnessParams;
  }
  lemma Vote2(i: Id)
    requires i < 3
    ensures Goes(i, Ph(2), Act(i, 2), Ph(3), Out(i, 2))
  {
    Sizes();
    Undone();
    hide W.WitnessParams;
  }
  lemma Commit3(i: Id)
    requires i < 3
    ensures Goes(i, Ph(3), Act(i, 3), Ph(4), Out(i, 3))
  {
    Sizes();
    hide W.WitnessParams;
  }
  lemma Local4(i: Id)
    requires i < 3
    ensures Goes(i, Ph(4), Act(i, 4), Ph(5), Out(i, 4))
  {
    Sizes();
    hide W.WitnessParams;
  }
  lemma Execute5(i: Id)
    requires i < 3
    ensures Goes(i, Ph(5), Act(i, 5), Ph(6), Out(i, 5))
  {
    Sizes();
    hide W.WitnessParams;
    assert Ph(5).committed[1] == 1;
    assert Next(P(), i, Ph(5), Execute).committed == Ph(6).committed;
  }
  lemma Mark6(i: Id)
    requires i < 3
    ensures Goes(i, Ph(6), Act(i, 6), Ph(7), Out(i, 6))
  {
    Sizes();
    hide W.WitnessParams;
    assert 1 % P().K == 0;
  }
  lemma Stable7(i: Id)
    requires i < 3
    ensures Goes(i, Ph(7), Act(i, 7), Ph(8), Out(i, 7))
  {
    Sizes();
    hide W.WitnessParams;
    assert 1 % P().K == 0;
    assert ValidCkCert(P(), Marked());
    var r := Next(P(), i, Ph(7), MakeStable(Marked()));
    assert r.accepted == map[] && r.prepared == map[] && r.committed == map[] && r.ckpts == Ph(8).ckpts;
  }
  lemma MoveIs(i: Id, k: nat)
    requires i < 3 && k < 8
    ensures Goes(i, Ph(k), Act(i, k), Ph(k + 1), Out(i, k))
  {
    hide *;
    if k == 0 { Ask0(i); } else if k == 1 { Enter1(i); } else if k == 2 { Vote2(i); } else if k == 3 { Commit3(i); }
    else if k == 4 { Local4(i); } else if k == 5 { Execute5(i); } else if k == 6 { Mark6(i); } else { Stable7(i); }
  }

  // ---- who moves when: the m-th move, m < 24, happens at tick 40 + m ----
  // in rounds; the primary of view 1 is first in the rounds of the new-view and of the batch
  function Pos(i: Id, round: nat): nat { if (round == 1 || round == 2) && i < 2 then 1 - i else i }
  function Phase(i: Id, m: nat): nat { m / 3 + (if Pos(i, m / 3) < m % 3 then 1 else 0) }
  function Moved(t: nat): nat { if t < 40 then 0 else if t > 63 then 24 else t - 39 }
  ghost function Sent(i: Id, k: nat): set<Msg> { if k == 0 then {} else Sent(i, k - 1) + Out(i, k - 1) }
  ghost function Net(t: nat): set<Msg> {
    (if t == 0 then {} else {Request(1)}) + Sent(0, Phase(0, Moved(t))) + Sent(1, Phase(1, Moved(t))) + Sent(2, Phase(2, Moved(t)))
  }
  ghost function RepAt(i: Id, t: nat): Replica { Ph(Phase(i, Moved(t))) }
  ghost function At0(t: nat): Sys { Sys([RepAt(0, t), RepAt(1, t), RepAt(2, t), InitReplica(P())], Net(t)) }
  ghost function B(): TRun { (t: nat) => At0(t) }

  lemma Turn(m: nat) returns (i: Id)
    requires m < 24
    ensures i < 3 && Phase(i, m) == m / 3 && Phase(i, m + 1) == m / 3 + 1 && m / 3 < 8
    ensures forall j: Id :: j < 3 && j != i ==> Phase(j, m + 1) == Phase(j, m)
    ensures forall j: Id :: j < 3 ==> Phase(j, m) >= m / 3
    ensures (m / 3 == 1 || m / 3 == 2) && i != 1 ==> Phase(1, m) == m / 3 + 1
  {
    var r, x := m / 3, m % 3;
    i := if r == 1 || r == 2 then (if x == 0 then 1 else if x == 1 then 0 else 2) else x;
    assert m == 3 * r + x;
    if x < 2 { assert (m + 1) / 3 == r && (m + 1) % 3 == x + 1; } else { assert (m + 1) / 3 == r + 1 && (m + 1) % 3 == 0; }
  }
  lemma SentUp(i: Id, k: nat, k': nat)
    requires k < k'
    ensures Out(i, k) <= Sent(i, k')
  {
    if k + 1 < k' { SentUp(i, k, k' - 1); }
  }
  lemma InNet(i: Id, k: nat, t: nat)
    requires i < 3 && k < Phase(i, Moved(t))
    ensures Out(i, k) <= Net(t)
  {
    SentUp(i, k, Phase(i, Moved(t)));
  }
  lemma AllIn(k: nat, t: nat)
    requires forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > k
    ensures Out(0, k) + Out(1, k) + Out(2, k) <= Net(t)
  {
    hide Out, Net, Phase, Moved;
    InNet(0, k, t); InNet(1, k, t); InNet(2, k, t);
  }
  lemma VotesIn(t: nat)
    requires forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 2
    ensures AuthPCert(E(), Net(t), Votes())
  {
    Sizes();
    AllIn(2, t);
    hide Net, Phase, Moved;
  }
  lemma Asked(t: nat)
    requires forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 0
    ensures AuthVCs(E(), Net(t), V())
  {
    Sizes();
    AllIn(0, t);
    hide Net, Phase, Moved;
  }
  lemma Batch(t: nat)
    requires t > 0
    ensures AuthBatch(E(), Net(t), 1)
  {
    Sizes();
    assert Request(1) in Net(t);
    hide Net;
  }
  lemma Ready1(t: nat, i: Id)
    requires i < 3 && (forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 0) && (i != 1 ==> Phase(1, Moved(t)) > 1)
    ensures Received(E(), Net(t), Act(i, 1))
  {
    hide Net, Phase, Moved, V, H, P, E, AuthVCs;
    Asked(t);
    if i != 1 { InNet(1, 1, t); }
    assert i != 1 ==> NewView(1, V(), O) in Net(t);
  }
  lemma Ready2(t: nat, i: Id)
    requires t > 0 && i < 3 && (i != 1 ==> Phase(1, Moved(t)) > 2)
    ensures Received(E(), Net(t), Act(i, 2))
  {
    Sizes();
    Batch(t);
    if i != 1 { InNet(1, 2, t); }
    hide Net, Phase, Moved, H, AuthBatch;
    assert i != 1 ==> VoteMsg(P(), 1, 1, 1, H(), 1) in Net(t);
  }
  lemma OutHas(i: Id)
    ensures Commit(1, 1, 1, i) in Out(i, 3) && Checkpoint(1, Mark(), i) in Out(i, 6)
  {
    hide Mark;
  }
  lemma SentByAll(t: nat)
    ensures (forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 3) ==> forall i: Id :: i < 3 ==> Commit(1, 1, 1, i) in Net(t)
    ensures (forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 6) ==> forall i: Id :: i < 3 ==> Checkpoint(1, Mark(), i) in Net(t)
  {
    hide *;
    OutHas(0); OutHas(1); OutHas(2);
    if forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 3 { AllIn(3, t); }
    if forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 6 { AllIn(6, t); }
  }
  lemma Ready4(t: nat, i: Id)
    requires forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 3
    ensures Received(E(), Net(t), Act(i, 4))
  {
    Sizes();
    VotesIn(t);
    SentByAll(t);
    hide *;
    reveal AuthCCert, Received, Act, Commits, Honest;
  }
  lemma Ready7(t: nat, i: Id)
    requires forall j: Id :: j < 3 ==> Phase(j, Moved(t)) > 6
    ensures Received(E(), Net(t), Act(i, 7))
  {
    Sizes();
    SentByAll(t);
    hide *;
    reveal AuthCkCert, Received, Act, Marked, Honest;
  }
  lemma Ready(t: nat, i: Id, k: nat)
    requires t > 0 && i < 3 && k < 8 && (forall j: Id :: j < 3 ==> Phase(j, Moved(t)) >= k)
    requires (k == 1 || k == 2) && i != 1 ==> Phase(1, Moved(t)) > k
    ensures Received(E(), Net(t), Act(i, k))
  {
    if k == 1 { Ready1(t, i); }
    else if k == 2 { Ready2(t, i); }
    else if k == 3 { VotesIn(t); hide Net, Phase, Moved, Votes, P, E; }
    else if k == 4 { Ready4(t, i); }
    else if k == 7 { Ready7(t, i); }
    else { hide Net, Phase, Moved, P, E; }
  }
  ghost predicate Stepped(s: Sys, s': Sys) { BookNext(E(), s, s') && Calm(E(), s, s') && Orderly(E(), s, s') }
  // Every tick is a calm and orderly step, by the book.
  lemma Tick(t: nat)
    ensures Stepped(At0(t), At0(t + 1))
  {
    Sizes();
    if t == 0 {
      assert Moved(0) == Moved(1) == 0;
      assert ByzStep(E(), At0(0), At0(1));
    } else if 39 <= t < 63 {
      var m := Moved(t);
      assert Moved(t + 1) == m + 1 && m < 24;
      var i := Turn(m);
      MoveTick(t, i);
    } else {
      assert Moved(t + 1) == Moved(t) && At0(t + 1) == At0(t);
    }
  }
  lemma MoveTick(t: nat, i: Id)
    requires t > 0 && Moved(t) < 24 && Moved(t + 1) == Moved(t) + 1 && i < 3
    requires var m := Moved(t); (Phase(i, m) == m / 3 && Phase(i, m + 1) == m / 3 + 1 && m / 3 < 8
              && (forall j: Id :: j < 3 && j != i ==> Phase(j, m + 1) == Phase(j, m)) && (forall j: Id :: j < 3 ==> Phase(j, m) >= m / 3)
              && ((m / 3 == 1 || m / 3 == 2) && i != 1 ==> Phase(1, m) == m / 3 + 1))
    ensures Stepped(At0(t), At0(t + 1))
  {
    var k := Moved(t) / 3;
    var s, s' := At0(t), At0(t + 1);
    assert s.reps[i] == Ph(k) && s'.reps[i] == Ph(k + 1);
    assert s'.reps == s.reps[i := Ph(k + 1)] by { hide Ph; }
    SentStep(t, i, k);
    Ready(t, i, k);
    MoveIs(i, k);
    Sizes();
    hide *;
    reveal At0;
    StepIs(s, s', i, k);
  }
  lemma StepIs(s: Sys, s': Sys, i: Id, k: nat)
    requires i < 3 && k < 8 && |s.reps| == |s'.reps| == 4 && s.reps[i] == Ph(k) && s'.reps == s.reps[i := Ph(k + 1)]
    requires s'.net == s.net + Out(i, k) && Received(E(), s.net, Act(i, k)) && Goes(i, Ph(k), Act(i, k), Ph(k + 1), Out(i, k))
    ensures Stepped(s, s')
  {
    var a := Act(i, k);
    Sizes();
    assert !Loses(a) && Consecutive(s.reps[i], a) && (a.Execute? ==> s.reps[i].lastExec == 0) && !a.StateTransfer? by { hide P, E; }
    hide Act, Ph, Out, P, E, Received;
    assert CanStep(E(), s, i, a);
    assert s' == Step(E(), s, i, a);
    assert SignsFirst(E(), s, i, a);
  }
  lemma SentStep(t: nat, i: Id, k: nat)
    requires t > 0 && i < 3 && Phase(i, Moved(t)) == k && Phase(i, Moved(t + 1)) == k + 1
    requires forall j: Id :: j < 3 && j != i ==> Phase(j, Moved(t + 1)) == Phase(j, Moved(t))
    ensures Net(t + 1) == Net(t) + Out(i, k)
  {
    hide Out, Phase, Moved;
    assert Sent(i, k + 1) == Sent(i, k) + Out(i, k);
  }
  lemma RunIs()
    ensures OrderlyRun(E(), B()) && Kept(E(), B(), 1)
  {
    Sizes();
    W.NoCollisions();
    assert Init(E(), B()(0)) by { assert Moved(0) == 0 && Phase(0, 0) == Phase(1, 0) == Phase(2, 0) == 0; }
    forall t: nat ensures Stepped(B()(t), B()(t + 1)) { Tick(t); }
  }
}
