include "LiveBase.dfy"
// Further invariants, not needed for safety: how views with an honest primary run. Used by LiveProgress.dfy.
module PbftLiveXInv {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftLiveBase

  // i has asked for view v
  opaque ghost predicate AskedFor(net: set<Msg>, i: Id, v: View) {
    exists vc: VC :: ViewChange(vc) in net && vc.from == i && vc.newView == v
  }
  // a new-view message of view v, with digest h, that was really sent has d at n
  opaque ghost predicate InNewView(e: Env, net: set<Msg>, v: View, h: Digest, n: SeqNo, d: Digest) {
    exists V: map<Id, VC>, O: map<SeqNo, Digest> :: NewView(v, V, O) in net && e.p.nvHash(v, V, O) == h && n in O && O[n] == d
  }
  // the log of view v starts with the slots of a new-view message, with digest h, that was really sent
  opaque ghost predicate Follows(e: Env, net: set<Msg>, v: View, h: Digest, low: SeqNo, acc: map<SeqNo, Digest>) {
    exists V: map<Id, VC>, O: map<SeqNo, Digest> :: NewView(v, V, O) in net && e.p.nvHash(v, V, O) == h
      && forall n: SeqNo :: n in O && n > low ==> n in acc && acc[n] == O[n]
  }

  // X1: what i accepted is in its window, and it voted for it; and, if the primary is honest, the primary proposed it (in a message of its own or
  // in the new-view)
  ghost predicate AccInv(e: Env, net: set<Msg>, i: Id, r: Replica) {
    forall n: SeqNo {:trigger r.accepted[n]} :: n in r.accepted ==>
      && InWindow(e.p, r, n)
      && VoteMsg(e.p, r.view, n, r.accepted[n], r.nv, i) in net
      && (Honest(e, e.p.Primary(r.view)) ==>
            PrePrepare(r.view, n, r.accepted[n], r.nv) in net || InNewView(e, net, r.view, r.nv, n, r.accepted[n]))
  }
  // X2: the new-view messages that an honest primary sends are valid and authentic
  ghost predicate NvSent(e: Env, net: set<Msg>, i: Id) {
    forall v: View, V: map<Id, VC>, O: map<SeqNo, Digest> {:trigger NewView(v, V, O)} ::
      NewView(v, V, O) in net && e.p.Primary(v) == i ==> NvOk(e, net, v, V, O)
  }
  // X4: waiting for a view means having asked for it; being in a view of an honest primary means following it
  ghost predicate PhaseInv(e: Env, net: set<Msg>, i: Id, r: Replica) {
    && (!r.active ==> r.view > 0 && AskedFor(net, i, r.view))
    && (r.active && r.view > 0 && Honest(e, e.p.Primary(r.view)) ==> Follows(e, net, r.view, r.nv, r.stable.seqno, r.accepted))
  }
  // X5: an honest primary leaves no gaps
  ghost predicate GapFree(r: Replica) {
    forall n: SeqNo {:trigger r.accepted[n]} :: n in r.accepted ==> FilledBelow(r, n)
  }
  predicate FilledBelow(r: Replica, n: SeqNo) { n > r.stable.seqno && (n == r.stable.seqno + 1 || n - 1 in r.accepted) }

  ghost predicate XRep(e: Env, net: set<Msg>, i: Id, r: Replica) {
    && AccInv(e, net, i, r) && NvSent(e, net, i)
    && PhaseInv(e, net, i, r) && (i == e.p.Primary(r.view) ==> GapFree(r))
  }
  lemma AcceptedInWindow(e: Env, net: set<Msg>, i: Id, r: Replica, n: SeqNo)
    requires XRep(e, net, i, r) && n in r.accepted
    ensures InWindow(e.p, r, n)
  {
    var d := r.accepted[n];
  }
  opaque ghost predicate XInv(e: Env, s: Sys) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> XRep(e, s.net, i, s.reps[i])
  }

  // Correct primaries propose consecutive slots.
  predicate Consecutive(r: Replica, a: Action) { a.Propose? ==> FilledBelow(r, a.n) }
  ghost predicate BookNext(e: Env, s: Sys, s': Sys) {
    || s' == s
    || ByzStep(e, s, s')
    || exists i: Id, a: Action :: CanStep(e, s, i, a) && Consecutive(s.reps[i], a) && s' == Step(e, s, i, a)
  }

  lemma XMono(e: Env, net: set<Msg>, net': set<Msg>)
    requires net <= net'
    ensures forall i, v :: AskedFor(net, i, v) ==> AskedFor(net', i, v)
    ensures forall v, h, n, d :: InNewView(e, net, v, h, n, d) ==> InNewView(e, net', v, h, n, d)
    ensures forall v, h, low, acc :: Follows(e, net, v, h, low, acc) ==> Follows(e, net', v, h, low, acc)
    ensures forall v, V, O :: NvOk(e, net, v, V, O) ==> NvOk(e, net', v, V, O)
  {
    forall i, v | AskedFor(net, i, v) ensures AskedFor(net', i, v) { reveal AskedFor(); }
    forall v, h, n, d | InNewView(e, net, v, h, n, d) ensures InNewView(e, net', v, h, n, d) { reveal InNewView(); }
    forall v, h, low, acc | Follows(e, net, v, h, low, acc) ensures Follows(e, net', v, h, low, acc) { reveal Follows(); }
    forall v, V, O | NvOk(e, net, v, V, O) ensures NvOk(e, net', v, V, O) { reveal NvOk(); AuthVCsMono(e, net, net', V); }
  }

  lemma XFrame(e: Env, net: set<Msg>, net': set<Msg>, i: Id, r: Replica)
    requires Honest(e, i) && XRep(e, net, i, r) && net <= net'
    requires forall m :: m in net' && m !in net ==> Sender(e.p, m) != i
    ensures XRep(e, net', i, r)
  {
    XMono(e, net, net');
    assert forall v: View, V: map<Id, VC>, O: map<SeqNo, Digest> :: Sender(e.p, NewView(v, V, O)) == e.p.Primary(v);
  }

  // Steps that do not enter or leave a view
  lemma XPresIn(e: Env, s: Sys, i: Id, a: Action)
    requires Honest(e, i) && CanStep(e, s, i, a) && Consecutive(s.reps[i], a)
    requires !a.StartViewChange? && !a.SendNewView? && !a.AcceptNewView?
    requires XRep(e, s.net, i, s.reps[i])
    ensures XRep(e, Step(e, s, i, a).net, i, Next(e.p, i, s.reps[i], a))
  {
    var r := s.reps[i];
    var r' := Next(e.p, i, r, a);
    var net' := Step(e, s, i, a).net;
    XMono(e, s.net, net');
    assert forall V: map<Id, VC>, v: View, O: map<SeqNo, Digest> :: NewView(v, V, O) in net' ==> NewView(v, V, O) in s.net;
    if r'.active && r'.view > 0 && Honest(e, e.p.Primary(r'.view)) {
      assert Follows(e, net', r'.view, r'.nv, r'.stable.seqno, r'.accepted) by { reveal Follows(); }
    }
  }

  lemma XPresStart(e: Env, s: Sys, i: Id, a: Action)
    requires Honest(e, i) && CanStep(e, s, i, a) && a.StartViewChange?
    requires XRep(e, s.net, i, s.reps[i])
    ensures XRep(e, Step(e, s, i, a).net, i, Next(e.p, i, s.reps[i], a))
  {
    var net' := Step(e, s, i, a).net;
    XMono(e, s.net, net');
    assert AskedFor(net', i, a.v) by {
      reveal AskedFor();
      assert ViewChange(VC(a.v, s.reps[i].stable, s.reps[i].prepared, i)) in net';
    }
  }

  // the log is what O has above the low watermark
  ghost predicate Carried(r: Replica, O: map<SeqNo, Digest>) { r.accepted == (map n | n in O && n > r.stable.seqno :: O[n]) }

  // A new-view orders nothing above the window of its checkpoint. above: the places in O that are not below n
  lemma NewViewWindow(p: Params, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, n: SeqNo, above: set<SeqNo>)
    requires ValidNewView(p, v, V, O) && n in O && forall m: SeqNo :: m in O && m >= n ==> m in above
    ensures n <= Base(p, V).seqno + p.L
    decreases |above|
  {
    hide *;
    if n + 1 !in O { TopReported(p, v, V, O, n); }
    else {
      assert |above - {n}| < |above|;
      NewViewWindow(p, v, V, O, n + 1, above - {n});
    }
  }
  lemma TopReported(p: Params, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, n: SeqNo)
    requires ValidNewView(p, v, V, O) && n in O && n + 1 !in O
    ensures n <= Base(p, V).seqno + p.L
  {
    assert SlotOk(Base(p, V).seqno, V, O, n);
    assert Reported(V, n);
    var i: Id :| i in V && n in V[i].P;
    assert ValidVC(p, V[i]) && V[i].from == i;
    hide *;
    reveal ValidVC, Base;
    LatestBound(p, V, p.N(), i);
  }
  // What it means to have entered view v by V/O
  lemma EnterAcc(e: Env, net: set<Msg>, i: Id, r: Replica, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires r.view == v && r.nv == e.p.nvHash(v, V, O) && r.active
    requires Carried(r, O) && ValidNewView(e.p, v, V, O) && r.stable.seqno >= Base(e.p, V).seqno
    requires forall n: SeqNo {:trigger r.accepted[n]} :: n in r.accepted ==> VoteMsg(e.p, v, n, O[n], r.nv, i) in net
    requires Honest(e, e.p.Primary(v)) ==> NewView(v, V, O) in net
    ensures AccInv(e, net, i, r) && PhaseInv(e, net, i, r)
  {
    forall n: SeqNo {:trigger r.accepted[n]} | n in r.accepted ensures InWindow(e.p, r, n) { NewViewWindow(e.p, v, V, O, n, O.Keys); }
    if Honest(e, e.p.Primary(v)) {
      forall n: SeqNo | n in O ensures InNewView(e, net, v, r.nv, n, O[n]) { reveal InNewView(); }
      assert Follows(e, net, v, r.nv, r.stable.seqno, r.accepted) by {
        reveal Follows();
        assert forall n: SeqNo :: n in O && n > r.stable.seqno ==> n in r.accepted && r.accepted[n] == O[n];
      }
    }
  }
  lemma BelowIn(p: Params, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, n: SeqNo)
    requires ValidNewView(p, v, V, O) && n in O
    ensures n == Base(p, V).seqno + 1 || (n > 0 && n - 1 in O)
  {
    assert SlotOk(Base(p, V).seqno, V, O, n);
  }
  lemma EnterGaps(e: Env, r: Replica, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires ValidNewView(e.p, v, V, O) && r.stable.seqno >= Base(e.p, V).seqno
    requires Carried(r, O)
    ensures GapFree(r)
  {
    hide ValidNewView;
    forall n: SeqNo {:trigger r.accepted[n]} | n in r.accepted ensures FilledBelow(r, n) {
      BelowIn(e.p, v, V, O, n);
    }
  }
  lemma EnterFields(p: Params, r: Replica, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    ensures var r' := EnterView(p, r, v, V, O);
      && r'.view == v && r'.nv == p.nvHash(v, V, O) && r'.active && r'.stable.seqno >= Base(p, V).seqno
      && Carried(r', O)
  {
  }

  lemma XPresSend(e: Env, s: Sys, i: Id, a: Action)
    requires Honest(e, i) && CanStep(e, s, i, a) && a.SendNewView?
    requires XRep(e, s.net, i, s.reps[i])
    ensures XRep(e, Step(e, s, i, a).net, i, Next(e.p, i, s.reps[i], a))
  {
    var r := s.reps[i];
    var v, V, O := r.view, a.V, a.O;
    var r' := Next(e.p, i, r, a);
    var net' := Step(e, s, i, a).net;
    var out := Output(e.p, i, r, a);
    assert net' == s.net + out;
    EnterFields(e.p, r, v, V, O);
    assert NewView(v, V, O) in out;
    forall n: SeqNo | n in O && n > r'.stable.seqno ensures VoteMsg(e.p, v, n, O[n], r'.nv, i) in out {
      assert PrePrepare(v, n, O[n], r'.nv) in out;
    }
    assert forall v', V', O' :: NewView(v', V', O') in out ==> v' == v && V' == V && O' == O;
    SendSent(e, s.net, net', out, i, v, V, O);
    EnterAcc(e, net', i, r', v, V, O);
    EnterGaps(e, r', v, V, O);
  }
  lemma SendSent(e: Env, net: set<Msg>, net': set<Msg>, out: set<Msg>, i: Id, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires NvSent(e, net, i) && net' == net + out && NewView(v, V, O) in out && ValidNewView(e.p, v, V, O) && AuthVCs(e, net, V)
    requires forall v', V', O' :: NewView(v', V', O') in out ==> v' == v && V' == V && O' == O
    ensures NvSent(e, net', i)
  {
    XMono(e, net, net');
    assert NvOk(e, net', v, V, O) by { reveal NvOk(); AuthVCsMono(e, net, net', V); }
  }

  lemma XPresAccept(e: Env, s: Sys, i: Id, a: Action)
    requires Honest(e, i) && CanStep(e, s, i, a) && a.AcceptNewView?
    requires XRep(e, s.net, i, s.reps[i])
    ensures XRep(e, Step(e, s, i, a).net, i, Next(e.p, i, s.reps[i], a))
  {
    var r := s.reps[i];
    var v, V, O := a.v, a.V, a.O;
    var r' := Next(e.p, i, r, a);
    var net' := Step(e, s, i, a).net;
    var out := Output(e.p, i, r, a);
    assert net' == s.net + out;
    EnterFields(e.p, r, v, V, O);
    forall n: SeqNo | n in O && n > r'.stable.seqno ensures VoteMsg(e.p, v, n, O[n], r'.nv, i) in out {
      assert Prepare(v, n, O[n], r'.nv, i) in out;
    }
    assert NvSent(e, net', i) by {
      XMono(e, s.net, net');
      assert forall v', V', O' :: NewView(v', V', O') !in out;
    }
    EnterAcc(e, net', i, r', v, V, O);
  }

  lemma XNext(e: Env, s: Sys, s': Sys)
    requires XInv(e, s) && BookNext(e, s, s')
    ensures XInv(e, s')
  {
    reveal XInv();
    if s' == s {
    } else if ByzStep(e, s, s') {
      forall j: Id {:trigger s'.reps[j]} | Honest(e, j) ensures XRep(e, s'.net, j, s'.reps[j]) { XFrame(e, s.net, s'.net, j, s.reps[j]); }
    } else {
      var i: Id, a: Action :| CanStep(e, s, i, a) && Consecutive(s.reps[i], a) && s' == Step(e, s, i, a);
      assert XRep(e, s.net, i, s.reps[i]);
      OutputSender(e.p, i, s.reps[i], a);
      if a.StartViewChange? { XPresStart(e, s, i, a); }
      else if a.SendNewView? { XPresSend(e, s, i, a); }
      else if a.AcceptNewView? { XPresAccept(e, s, i, a); }
      else { XPresIn(e, s, i, a); }
      forall j: Id {:trigger s'.reps[j]} | Honest(e, j) ensures XRep(e, s'.net, j, s'.reps[j]) {
        if j != i { XFrame(e, s.net, s'.net, j, s.reps[j]); }
      }
    }
  }

  lemma XInit(e: Env, s: Sys)
    requires Init(e, s)
    ensures XInv(e, s)
  {
    reveal XInv();
  }
}
