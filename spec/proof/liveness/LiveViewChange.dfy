include "LiveBase.dfy"
// From any reachable state the honest replicas can, by themselves, all enter any view that is later than all of
// theirs and has an honest primary. After that they agree on watermark and log of the view.
module PbftLiveViewChange {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftSanity
  import opened PbftLiveBase

  // r and r' differ in view, active and accepted at most.
  predicate SameLog(r: Replica, r': Replica) {
    r'.stable == r.stable && r'.prepared == r.prepared && r'.committed == r.committed
    && r'.ckpts == r.ckpts && r'.lastExec == r.lastExec && r'.state == r.state
  }
  function OwnVC(v: View, i: Id, r: Replica): VC { VC(v, r.stable, r.prepared, i) }

  // i has left its view for v and has asked for v.
  predicate Asked(s: Sys, v: View, i: Id)
    requires i < |s.reps|
  {
    s.reps[i].view == v && !s.reps[i].active && ViewChange(OwnVC(v, i, s.reps[i])) in s.net
  }

  // ---- 1. time-outs: everybody moves up to view v, one view at a time ----
  lemma RaiseViews(e: Env, s: Sys, v: View) returns (s': Sys)
    requires Ok(e, s)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==>
      && SameLog(s.reps[i], s'.reps[i])
      && (s.reps[i].view <  v ==> Asked(s', v, i))
      && (s.reps[i].view >= v ==> s'.reps[i] == s.reps[i])
  {
    if v == 0 {
      s' := s;
      ReachRefl(e, s);
    } else {
      var s1 := RaiseViews(e, s, v - 1);
      HonestQuorum(e);
      var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && s1.reps[i].view < v :: StartViewChange(v);
      s' := Round(e, s1, acts);
      ReachTrans(e, s, s1, s');
      forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
        ensures SameLog(s.reps[i], s'.reps[i])
        ensures s.reps[i].view <  v ==> Asked(s', v, i)
        ensures s.reps[i].view >= v ==> s'.reps[i] == s.reps[i]
      {
        var r1 := s1.reps[i];
        if i in acts {
          assert acts[i] == StartViewChange(v);
          assert ViewChange(VC(v, r1.stable, r1.prepared, i)) in Output(e.p, i, r1, acts[i]);
        }
      }
    }
  }

  // ---- 2. the new primary announces the view, 3. the others enter it ----

  // All honest replicas run view v, by the new-view with digest h, with low watermark low; each has voted for O[n] at n for exactly the slots
  // n in (low, top], and has executed at most top.
  ghost predicate AllIn(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>) {
    && |s.reps| == e.p.N()
    && v > 0 && Honest(e, e.p.Primary(v))
    && low <= top <= low + e.p.L
    && (forall n: SeqNo :: n in O <==> low < n <= top)
    && (forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==>
         var r := s.reps[i];
         r.view == v && r.nv == h && r.active && r.stable.seqno == low && r.accepted == O && r.lastExec <= top)
    && Voted(e, s.net, v, h, O)
  }
  ghost predicate Voted(e: Env, net: set<Msg>, v: View, h: Digest, O: map<SeqNo, Digest>) {
    forall i: Id, n: SeqNo :: Honest(e, i) && n in O ==> VoteMsg(e.p, v, n, O[n], h, i) in net
  }

  // The view-change messages of all honest replicas
  opaque ghost function HonestVCs(e: Env, s: Sys, v: View): (V: map<Id, VC>)
    requires |s.reps| == e.p.N()
    ensures V.Keys == HonestSet(e) && forall i: Id :: i in V ==> i < e.p.N() && V[i] == OwnVC(v, i, s.reps[i])
  {
    UptoSize(e.p.N());
    map i: Id | i in HonestSet(e) :: OwnVC(v, i, s.reps[i])
  }

  // While all honest replicas wait for view v, nothing has been committed in v or later.
  lemma NoCommitYet(e: Env, s: Sys, v: View, v0: View, n: SeqNo, d: Digest)
    requires Ok(e, s) && CCertX(e, s.net, v0, n, d)
    requires forall i: Id :: Honest(e, i) ==> Asked(s, v, i)
    ensures v0 < v
  {
    reveal Good();
    var c := CCertOf(e, s.net, v0, n, d);
    var k := QuorumHonest(e, c.signers);
    assert RepInv(e, s.net, k, s.reps[k]);
    assert Commit(v0, n, d, k) in s.net;
    assert Asked(s, v, k);
    var pc := PCertOf(e, s.net, v0, n, d);
    var j := QuorumHonest(e, pc.voters);
    assert RepInv(e, s.net, j, s.reps[j]);
    assert VoteMsg(e.p, v0, n, d, pc.nv, j) in s.net;
    assert Asked(s, v, j);
  }

  // Whatever any replica has executed is below the checkpoint of, or reported to, the new view.
  lemma ExecReported(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, i: Id)
    requires Ok(e, s) && Honest(e, i)
    requires forall j: Id :: Honest(e, j) ==> Asked(s, v, j) && j in V && V[j] == OwnVC(v, j, s.reps[j])
    requires ValidNewView(e.p, v, V, O)
    ensures s.reps[i].lastExec <= Base(e.p, V).seqno || s.reps[i].lastExec in O
  {
    reveal Good();
    var n := s.reps[i].lastExec;
    if n > 0 {
      assert RepInv(e, s.net, i, s.reps[i]);
      reveal StateOk();
      var h: seq<Digest> :| |h| == n && ChosenLog(e, s.net, h) && Fold(e.p, h) == s.reps[i].state;
      assert Chosen(e, s.net, n - 1 + 1, h[n - 1]);
      var v0: View :| CCertX(e, s.net, v0, n, h[n - 1]);
      NoCommitYet(e, s, v, v0, n, h[n - 1]);
      var c := CCertOf(e, s.net, v0, n, h[n - 1]);
      var k := QuorumHonest(e, c.signers);
      assert RepInv(e, s.net, k, s.reps[k]);
      assert Commit(v0, n, h[n - 1], k) in s.net;
      assert Asked(s, v, k) && ViewChange(V[k]) in s.net;
      assert Reports(V[k], v0, n);
      LatestBound(e.p, V, e.p.N(), k);
    }
  }

  lemma OwnVcOk(e: Env, s: Sys, v: View, i: Id)
    requires Ok(e, s) && Honest(e, i) && Asked(s, v, i)
    ensures ValidVC(e.p, OwnVC(v, i, s.reps[i])) && AuthVC(e, s.net, OwnVC(v, i, s.reps[i]))
  {
    reveal Good();
    HonestVcAccepted(e, s, OwnVC(v, i, s.reps[i]));
  }

  // Content of a new-view message, and what it means for the replicas that will receive it.
  opaque ghost predicate Ready(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo) {
    && |s.reps| == e.p.N()
    && ValidNewView(e.p, v, V, O) && AuthVCs(e, s.net, V) && O == ComputeO(e.p, V)
    && (forall i: Id :: i in V ==> ViewChange(V[i]) in s.net)
    && low == Base(e.p, V).seqno <= top <= low + e.p.L
    && (forall n: SeqNo :: n in O <==> low < n <= top)
    && (forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].stable.seqno <= low && s.reps[i].lastExec <= top)
  }

  lemma ComputeORange(p: Params, V: map<Id, VC>) returns (low: SeqNo, top: SeqNo)
    ensures low == Base(p, V).seqno <= top <= low + p.L
    ensures forall n: SeqNo :: n in ComputeO(p, V) <==> low < n <= top
  {
    low := Base(p, V).seqno;
    top := Top(V, low, low + p.L);
    TopOk(V, low, low + p.L);
  }

  lemma HonestVCsOk(e: Env, s: Sys, v: View)
    requires Ok(e, s) && forall i: Id :: Honest(e, i) ==> Asked(s, v, i)
    ensures forall i: Id {:trigger HonestVCs(e, s, v)[i]} :: i in HonestVCs(e, s, v) ==>
      var vc := HonestVCs(e, s, v)[i];
      Honest(e, i) && vc.from == i && vc.newView == v && ValidVC(e.p, vc) && AuthVC(e, s.net, vc) && ViewChange(vc) in s.net
  {
    HonestQuorum(e);
    forall i: Id | i in HonestVCs(e, s, v)
      ensures ValidVC(e.p, HonestVCs(e, s, v)[i]) && AuthVC(e, s.net, HonestVCs(e, s, v)[i]) {
      assert Asked(s, v, i);
      OwnVcOk(e, s, v, i);
    }
  }

  lemma NewViewReady(e: Env, s: Sys, v: View) returns (V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo)
    requires Ok(e, s) && v > 0
    requires forall i: Id :: Honest(e, i) ==> Asked(s, v, i)
    ensures Ready(e, s, v, V, O, low, top)
  {
    HonestQuorum(e);
    V := HonestVCs(e, s, v);
    O := ComputeO(e.p, V);
    low, top := ComputeORange(e.p, V);
    HonestVCsOk(e, s, v);
    assert ValidNewView(e.p, v, V, O) by { NewViewExists(e.p, v, V); }
    assert AuthVCs(e, s.net, V);
    forall i: Id {:trigger s.reps[i]} | Honest(e, i) ensures s.reps[i].stable.seqno <= low && s.reps[i].lastExec <= top {
      LatestBound(e.p, V, e.p.N(), i);
      ExecReported(e, s, v, V, O, i);
    }
    hide *;
    reveal Ready();
  }

  lemma SendIt(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo) returns (s': Sys)
    requires Ok(e, s) && Honest(e, e.p.Primary(v)) && Asked(s, v, e.p.Primary(v)) && Ready(e, s, v, V, O, low, top)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures forall i: Id :: Honest(e, i) && i != e.p.Primary(v) ==> s'.reps[i] == s.reps[i]
    ensures s'.reps[e.p.Primary(v)] == EnterView(e.p, s.reps[e.p.Primary(v)], v, V, O)
    ensures NewView(v, V, O) in s'.net
    ensures forall n: SeqNo :: n in O ==> PrePrepare(v, n, O[n], e.p.nvHash(v, V, O)) in s'.net
  {
    var h := e.p.Primary(v);
    var act := SendNewView(V, O);
    assert CanMove(e, s, h, act) by { reveal Ready(); }
    s' := Round(e, s, map[h := act]);
    assert NewView(v, V, O) in Output(e.p, h, s.reps[h], act);
    var x := e.p.nvHash(v, V, O);
    assert Next(e.p, h, s.reps[h], act).stable.seqno == low by { EnterShape(e, s, v, V, O, low, top, h); }
    forall n: SeqNo | n in O ensures PrePrepare(v, n, O[n], x) in s'.net {
      assert n > low by { reveal Ready(); }
      assert PrePrepare(v, n, O[n], x) in Output(e.p, h, s.reps[h], act);
    }
  }

  lemma AcceptEnabled(e: Env, s: Sys, s1: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo, i: Id)
    requires |s.reps| == e.p.N() && Ready(e, s, v, V, O, low, top)
    requires Honest(e, i) && i != e.p.Primary(v) && Asked(s, v, i)
    requires s.net <= s1.net && NewView(v, V, O) in s1.net && |s1.reps| == e.p.N() && s1.reps[i] == s.reps[i]
    ensures CanMove(e, s1, i, AcceptNewView(v, V, O))
  {
    reveal Ready();
    AuthVCsMono(e, s.net, s1.net, V);
  }

  lemma EnterShape(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo, i: Id)
    requires |s.reps| == e.p.N() && Ready(e, s, v, V, O, low, top) && Honest(e, i)
    ensures var r' := EnterView(e.p, s.reps[i], v, V, O);
      r'.view == v && r'.nv == e.p.nvHash(v, V, O) && r'.active && r'.stable.seqno == low && r'.accepted == O && r'.lastExec <= top
  {
    reveal Ready();
    var r1 := Advance(s.reps[i], Base(e.p, V));
    assert r1.stable.seqno == low;
    assert r1.lastExec == s.reps[i].lastExec;
    assert (map n | n in O && n > low :: O[n]) == O;
  }

  lemma AcceptOut(e: Env, s: Sys, s1: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo, i: Id)
    requires |s.reps| == e.p.N() && Ready(e, s, v, V, O, low, top)
    requires Honest(e, i) && i < |s1.reps| && s1.reps[i] == s.reps[i] && CanMove(e, s1, i, AcceptNewView(v, V, O))
    ensures Next(e.p, i, s1.reps[i], AcceptNewView(v, V, O)) == EnterView(e.p, s.reps[i], v, V, O)
    ensures forall n: SeqNo :: n in O ==>
      Prepare(v, n, O[n], e.p.nvHash(v, V, O), i) in Output(e.p, i, s1.reps[i], AcceptNewView(v, V, O))
  {
    EnterShape(e, s, v, V, O, low, top, i);
    reveal Ready();
  }

  lemma EnterView1(e: Env, s: Sys, v: View) returns (s': Sys, x: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>)
    requires Ok(e, s) && v > 0 && Honest(e, e.p.Primary(v))
    requires forall i: Id :: Honest(e, i) ==> Asked(s, v, i)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, x, low, top, O)
  {
    hide Next, Output, EnterView, Enabled, Received, ByTheBook, ValidNewView, AuthVCs;
    var h := e.p.Primary(v);
    var V;
    V, O, low, top := NewViewReady(e, s, v);
    x := e.p.nvHash(v, V, O);
    HonestQuorum(e);
    var s1 := SendIt(e, s, v, V, O, low, top);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && i != h :: AcceptNewView(v, V, O);
    forall i | i in acts ensures CanMove(e, s1, i, acts[i]) { AcceptEnabled(e, s, s1, v, V, O, low, top, i); }
    s' := Round(e, s1, acts);
    ReachTrans(e, s, s1, s');
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i] == EnterView(e.p, s.reps[i], v, V, O)
      ensures forall n: SeqNo :: n in O ==> VoteMsg(e.p, v, n, O[n], x, i) in s'.net
    {
      if i != h {
        assert i in acts && acts[i] == AcceptNewView(v, V, O);
        AcceptOut(e, s, s1, v, V, O, low, top, i);
      }
    }
    Entered1(e, s, s', v, V, O, low, top);
  }
  lemma Entered1(e: Env, s: Sys, s': Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, low: SeqNo, top: SeqNo)
    requires |s.reps| == |s'.reps| == e.p.N() && Ready(e, s, v, V, O, low, top) && Honest(e, e.p.Primary(v))
    requires forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==> s'.reps[i] == EnterView(e.p, s.reps[i], v, V, O)
    requires Voted(e, s'.net, v, e.p.nvHash(v, V, O), O)
    ensures AllIn(e, s', v, e.p.nvHash(v, V, O), low, top, O)
  {
    hide EnterView;
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures var r := s'.reps[i];
        r.view == v && r.nv == e.p.nvHash(v, V, O) && r.active && r.stable.seqno == low && r.accepted == O && r.lastExec <= top
    {
      EnterShape(e, s, v, V, O, low, top, i);
    }
    reveal Ready();
  }

  // ---- a later view with an honest primary exists ----
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

  ghost function MaxView(s: Sys, k: nat): View { if k == 0 || k > |s.reps| then 0 else
      var m := MaxView(s, k - 1); if s.reps[k - 1].view > m then s.reps[k - 1].view else m }
  lemma MaxViewOk(s: Sys, k: nat)
    requires k <= |s.reps|
    ensures forall i: Id :: i < k ==> s.reps[i].view <= MaxView(s, k)
  {
  }

  lemma LaterView(e: Env, s: Sys) returns (v: View)
    requires Ok(e, s)
    ensures v > 0 && Honest(e, e.p.Primary(v)) && forall i: Id :: i < e.p.N() ==> s.reps[i].view < v
  {
    HonestQuorum(e);
    var h: Id :| h in HonestSet(e);
    var m := MaxView(s, e.p.N());
    MaxViewOk(s, e.p.N());
    v := (m + 1) * e.p.N() + h;
    ModOf(m + 1, e.p.N(), h);
    MulGe(e.p.N(), m + 1);
    assert v >= m + 1;
  }
}
