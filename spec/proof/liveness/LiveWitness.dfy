include "LiveSync.dfy"
// The hypotheses of LiveSync hold together of a run in which something happens: all honest replicas time out in view 0, meet in
// view 1, and execute the request there.
module PbftLiveWitness {
  import opened PbftTypes
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftLiveSync

  function View1(t: nat): View { if t < 4 then 0 else 1 }
  function Known(e: Env, i: Id, j: Id, t: nat): View {
    if !Honest(e, j) then 0 else if i == j then View1(t) else if t == 0 then 0 else View1(t - 1)
  }
  ghost function TheRun(e: Env): Run { Run((i: Id, t: nat) => View1(t), (i: Id, j: Id, t: nat) => Known(e, i, j, t), (i: Id, t: nat) => t >= 8) }
  const C: Clock := Clock(0, 1, 4, 1, 0)

  lemma ArmedEarly(e: Env)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures forall i: Id :: Honest(e, i) ==> Armed(e, TheRun(e), i, 0, 0)
  {
    QuorumSizes(e.p);
    UptoSize(e.p.N());
    forall i: Id | Honest(e, i) ensures Armed(e, TheRun(e), i, 0, 0) {
      assert Asking(e.p, TheRun(e), i, 0, 0) == Upto(e.p.N());
    }
  }
  lemma NobodyAhead(e: Env, i: Id, t: nat)
    requires Honest(e, i)
    ensures |Asking(e.p, TheRun(e), i, t, View1(t) + 1)| == 0
  {
    var A := Asking(e.p, TheRun(e), i, t, View1(t) + 1);
    forall j | j in A ensures false { assert {:contradiction} Known(e, i, j, t) <= View1(t); }
    assert A == {};
  }
  lemma Times()
    ensures T(C, 0) == 4 && T(C, 1) == 8 && Late(C, 0) == 4 && Late(C, 1) == 8
  {
    assert Pow2(0) == 1 && Pow2(1) == 2;
  }
  lemma JoinOk(e: Env)
    ensures JoinRule(e, TheRun(e))
  {
    var r := TheRun(e);
    forall i: Id, t: nat {:trigger r.view(i, t)} | Honest(e, i) ensures |Asking(e.p, r, i, t, r.view(i, t) + 1)| <= e.p.f {
      NobodyAhead(e, i, t);
      assert r.view(i, t) == View1(t);
    }
  }
  lemma MoveOk(e: Env)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures MoveRule(e, C, TheRun(e))
  {
    hide *;
    var r := TheRun(e);
    forall i: Id, t: nat {:trigger r.view(i, t)} | Honest(e, i) && r.view(i, t + 1) > r.view(i, t) ensures TimedOut(e, C, r, i, t) { MoveOf(e, i, t); }
    reveal MoveRule;
  }
  lemma MoveOf(e: Env, i: Id, t: nat)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && Honest(e, i) && TheRun(e).view(i, t + 1) > TheRun(e).view(i, t)
    ensures TimedOut(e, C, TheRun(e), i, t)
  {
    Times();
    ArmedEarly(e);
    hide Armed, Honest;
    assert t == 3 && 0 + T(C, 0) <= t + 1 && Armed(e, TheRun(e), i, 0, 0);
  }
  lemma ExpiryOk(e: Env)
    ensures ExpiryRule(e, C, TheRun(e))
  {
    var r := TheRun(e);
    Times();
    forall i: Id, v: View, t: nat {:trigger Armed(e, r, i, v, t)} | Armed(e, r, i, v, t) ensures r.view(i, t + Late(C, v)) > v || DoneBy(r, i, t + Late(C, v)) {
      assert v == View1(t);
      if v == 0 { assert t + Late(C, v) >= 4; } else { assert v == 1 && r.done(i, t + Late(C, v)); }
    }
  }
  lemma ViewsOk(e: Env)
    ensures Views(e, TheRun(e)) && Delivered(e, C, TheRun(e))
  {
  }
  // for every number of replicas and faults; the faulty are silent
  lemma Satisfiable(e: Env)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures Rules(e, C, TheRun(e)) && CatchUp(e, TheRun(e)) && ViewProgress(e, C, TheRun(e), 5)
    ensures forall i: Id :: Honest(e, i) ==> TheRun(e).view(i, 3) == 0 && TheRun(e).view(i, 4) == 1
    ensures forall i: Id :: Honest(e, i) ==> !TheRun(e).done(i, 7) && TheRun(e).done(i, 8)
  {
    var r := TheRun(e);
    assert Rules(e, C, r) by {
      JoinOk(e); MoveOk(e); ExpiryOk(e); ViewsOk(e);
      hide JoinRule, MoveRule, ExpiryRule, Views, Delivered;
      reveal Rules();
    }
    hide Rules;
    assert AllDone(e, r, 8);
    UptoSize(e.p.N());
    QuorumSizes(e.p);
    var h := QuorumHonest(e, Upto(e.p.N()));
    assert r.done(h, 8);
    assert !NeverDone(e, r);
  }
}
