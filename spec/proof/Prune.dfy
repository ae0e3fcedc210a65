include "ExactlyOnce.dfy"
include "TraceSound.dfy"
// Pruning changes no verdict: the oracle may forget what is not Needed, at any time, and will accept and refuse the same events.
module PbftPrune {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftExactlyOnce
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftTraceSound

  // y is x with some messages forgotten, none of them needed.
  ghost predicate Forgot(p: Params, x: Peer, y: Peer) {
    && y.r == x.r && y.known == x.known && y.log <= x.log
    && forall m :: m in x.log && Needed(p, x.r, m) ==> m in y.log
  }

  lemma PruneForgot(p: Params, x: Peer, y: Peer)
    requires Forgot(p, x, y)
    ensures Forgot(p, x, Prune(p, y)) && Forgot(p, x, x)
  {
  }

  // The replies of an execution are not needed, from the start.
  lemma RepliesForgotten(p: Params, i: Id, x: Peer)
    requires CanAct(p, i, x, LExecute)
    ensures Forgot(p, LocalAct(p, i, x, LExecute), x.(r := AfterExecution(p, i, x)))
  {
    assert forall m :: m in Sent(p, i, x, LExecute) ==> m.Reply?;
    assert NvDigests(p, Sent(p, i, x, LExecute) + Gained(LExecute)) == {};
  }

  // The same verdict on every act, and the same messages sent.
  lemma SameVerdict(p: Params, i: Id, x: Peer, y: Peer, l: Local)
    requires Forgot(p, x, y)
    ensures CanAct(p, i, x, l) <==> CanAct(p, i, y, l)
    ensures CanAct(p, i, x, l) ==> Sent(p, i, x, l) == Sent(p, i, y, l)
  {
    if CanAct(p, i, x, l) { StillWitnessed(p, i, x, y, l); }
    if CanAct(p, i, y, l) { assert Witnessed(p, x, l); }
  }
  lemma StillWitnessed(p: Params, i: Id, x: Peer, y: Peer, l: Local)
    requires Forgot(p, x, y) && CanAct(p, i, x, l)
    ensures Witnessed(p, y, l)
  {
    match l
    case LPropose(_, d) =>
      forall q | q in p.Requests(d) ensures Request(q) in y.log { assert Needed(p, x.r, Request(q)); }
    case LPrepare(n, d) => assert Needed(p, x.r, PrePrepare(x.r.view, n, d, x.r.nv)) && Needed(p, x.r, Body(n, d));
    case LCommit(pc) => StillVotes(p, x, y, pc);
    case LCommitted(cc, pc) =>
      StillVotes(p, x, y, pc);
      forall j | j in cc.signers ensures Commit(cc.view, cc.seqno, cc.digest, j) in y.log {
        assert Needed(p, x.r, Commit(cc.view, cc.seqno, cc.digest, j));
      }
    case LExecute =>
      var n := x.r.lastExec + 1;
      assert Needed(p, x.r, Body(n, x.r.committed[n]));
    case LStable(ck) => StillCheckpoints(p, x, y, ck);
    case LTransfer(ck, _) => if ck != x.r.stable { StillCheckpoints(p, x, y, ck); }
    case LNewView(V, O) =>
      forall j | j in V ensures ViewChange(V[j]) in y.log { assert Needed(p, x.r, ViewChange(V[j])); }
    case LEnterView(v, V, O) => assert Needed(p, x.r, NewView(v, V, O));
    case _ =>
  }
  lemma StillVotes(p: Params, x: Peer, y: Peer, c: PCert)
    requires Forgot(p, x, y) && HasVotes(p, x.log, c) && c.seqno > x.r.stable.seqno
    ensures HasVotes(p, y.log, c)
  {
    forall j | j in c.voters ensures VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in y.log {
      assert Needed(p, x.r, VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j));
    }
  }
  lemma StillCheckpoints(p: Params, x: Peer, y: Peer, c: CkCert)
    requires Forgot(p, x, y) && HasCheckpoints(x.log, c) && c.seqno > x.r.stable.seqno
    ensures HasCheckpoints(y.log, c)
  {
    forall j | j in c.signers ensures Checkpoint(c.seqno, c.digest, j) in y.log {
      assert Needed(p, x.r, Checkpoint(c.seqno, c.digest, j));
    }
  }

  // What a state transfer installs has executed all that the replica had executed. With at most f faulty replicas every transfer
  // does (TransferKeepsDone).
  ghost predicate KeepsDone(p: Params, r: Replica, l: Local) {
    l.LTransfer? ==> forall q: Digest :: p.Done(r.state.table, q) ==> p.Done(l.st.table, q)
  }
  // What is not needed is never needed again.
  lemma NeverAgain(p: Params, i: Id, x: Peer, l: Local, m: Msg)
    requires CanAct(p, i, x, l) && KeepsDone(p, x.r, l) && !Needed(p, x.r, m)
    ensures !Needed(p, LocalAct(p, i, x, l).r, m)
  {
    if m.Request? { DoneKept(p, i, x, l, m.r); }
    else {
      OnlyRises(p, i, x.r, ActionOf(x.r, l));
      OutOfSight(p, x.r, LocalAct(p, i, x, l).r, m);
    }
  }
  // The low watermark, the view and the number of executed batches only rise (without a restart that loses something).
  ghost predicate Rises(r: Replica, r': Replica) {
    && r.stable.seqno <= r'.stable.seqno && r.lastExec <= r'.lastExec
    && (r.view < r'.view || (r.view == r'.view && (r.active ==> r'.active)))
  }
  lemma OnlyRises(p: Params, i: Id, r: Replica, a: Action)
    requires Enabled(p, i, r, a) && (a.Restart? ==> a.lost.None?)
    ensures Rises(r, Next(p, i, r, a))
  {
    match a
    case SendNewView(V, O) => EnterRises(p, r, r.view, V, O);
    case AcceptNewView(v, V, O) => EnterRises(p, r, v, V, O);
    case _ =>
  }
  lemma EnterRises(p: Params, r: Replica, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires r.view <= v
    ensures Rises(r, EnterView(p, r, v, V, O))
  {
  }
  lemma OutOfSight(p: Params, r: Replica, r': Replica, m: Msg)
    requires Rises(r, r') && !m.Request? && !Needed(p, r, m)
    ensures !Needed(p, r', m)
  {
  }
  lemma DoneKept(p: Params, i: Id, x: Peer, l: Local, q: Digest)
    requires CanAct(p, i, x, l) && KeepsDone(p, x.r, l) && p.Done(x.r.state.table, q)
    ensures p.Done(LocalAct(p, i, x, l).r.state.table, q)
  {
    if l.LExecute? {
      ApplyOk(p, x.r.state, x.r.committed[x.r.lastExec + 1], p.req(q).client, p.req(q).ts);
    }
  }

  // Later, too: the relation is kept by acts ...
  lemma ForgotAct(p: Params, i: Id, x: Peer, y: Peer, l: Local)
    requires Forgot(p, x, y) && CanAct(p, i, x, l) && KeepsDone(p, x.r, l)
    ensures CanAct(p, i, y, l) && Sent(p, i, x, l) == Sent(p, i, y, l)
    ensures Forgot(p, LocalAct(p, i, x, l), LocalAct(p, i, y, l))
  {
    SameVerdict(p, i, x, y, l);
    var x', y' := LocalAct(p, i, x, l), LocalAct(p, i, y, l);
    assert x'.r == y'.r;
    forall m | m in x'.log && Needed(p, x'.r, m) ensures m in y'.log {
      if m in x.log && !Needed(p, x.r, m) { NeverAgain(p, i, x, l, m); }
    }
  }
  // ... and by deliveries.
  lemma ForgotDeliver(p: Params, x: Peer, y: Peer, m: Msg)
    requires Forgot(p, x, y)
    ensures LocalDeliver(p, x, m).Some? <==> LocalDeliver(p, y, m).Some?
    ensures LocalDeliver(p, x, m).Some? ==> Forgot(p, LocalDeliver(p, x, m).value, LocalDeliver(p, y, m).value)
  {
  }

  // ---- all replicas together ----
  ghost predicate AllForgot(p: Params, t: TState, u: TState) {
    && |t.peers| == |u.peers| && t.net == u.net
    && forall i: Id {:trigger t.peers[i]} {:trigger u.peers[i]} :: i < |t.peers| ==> Forgot(p, t.peers[i], u.peers[i])
  }
  ghost predicate EventKeepsDone(p: Params, t: TState, ev: Event) {
    ev.Act? && ev.i < |t.peers| ==> KeepsDone(p, t.peers[ev.i].r, ev.l)
  }
  lemma CheckForgot(e: Env, t: TState, u: TState, ev: Event)
    requires AllForgot(e.p, t, u) && EventKeepsDone(e.p, t, ev)
    ensures Check(e, t, ev).Some? <==> Check(e, u, ev).Some?
    ensures Check(e, t, ev).Some? ==> AllForgot(e.p, Check(e, t, ev).value, Check(e, u, ev).value)
  {
    match ev
    case EnvSend(_) =>
    case Deliver(i, m) => if i < |t.peers| { ForgotDeliver(e.p, t.peers[i], u.peers[i], m); }
    case Act(i, l, out) =>
      if i < |t.peers| {
        SameVerdict(e.p, i, t.peers[i], u.peers[i], l);
        if CanAct(e.p, i, t.peers[i], l) { ForgotAct(e.p, i, t.peers[i], u.peers[i], l); }
      }
  }

  // With at most f faulty replicas, in an accepted trace, what a transfer installs is a later state of the common log.
  lemma TransferKeepsDone(e: Env, t: TState, ev: Event)
    requires EnvOk(e) && TraceInv(e, t) && Check(e, t, ev).Some?
    ensures EventKeepsDone(e.p, t, ev)
  {
    if ev.Act? && ev.l.LTransfer? {
      var x, s, ck, st := t.peers[ev.i], SysOf(t), ev.l.ck, ev.l.st;
      assert RepInv(e, s.net, ev.i, s.reps[ev.i]) && s.reps[ev.i] == x.r;
      WitnessedReceived(e, t.net, x, ev.l);
      CkCertChosen(e, s, ck);
      DigestState(e, s, ck.seqno, ck.digest, st);
      var h := LogOf(e, s, x.r.lastExec, x.r.state);
      var h' := LogOf(e, s, ck.seqno, st);
      LogsAgree(e, s, h, h');
      forall q: Digest | e.p.Done(x.r.state.table, q) ensures e.p.Done(st.table, q) { DoneGrows(e.p, h, h', q); }
    }
  }

  // The oracle that prunes its peers after every event (those of any choice: which(k) after event k).
  function PruneSome(p: Params, t: TState, which: set<Id>): TState {
    t.(peers := seq(|t.peers|, i requires 0 <= i < |t.peers| => if i in which then Prune(p, t.peers[i]) else t.peers[i]))
  }
  function RunPruned(e: Env, t: TState, evs: seq<Event>, which: nat -> set<Id>): Option<TState> {
    if |evs| == 0 then Some(t)
    else match RunPruned(e, t, evs[..|evs| - 1], which)
      case None => None
      case Some(t') =>
        match Check(e, t', evs[|evs| - 1])
        case None => None
        case Some(t'') => Some(PruneSome(e.p, t'', which(|evs|)))
  }
  lemma PruneSomeForgot(p: Params, t: TState, u: TState, which: set<Id>)
    requires AllForgot(p, t, u)
    ensures AllForgot(p, t, PruneSome(p, u, which))
  {
    forall i: Id | i < |t.peers| ensures Forgot(p, t.peers[i], PruneSome(p, u, which).peers[i]) {
      PruneForgot(p, t.peers[i], u.peers[i]);
    }
  }

  // With at most f faulty replicas: whenever and wherever the oracle prunes, it accepts the same traces, and ends with the same replicas.
  lemma PruningChangesNoVerdict(e: Env, evs: seq<Event>, which: nat -> set<Id>)
    requires EnvOk(e)
    ensures var a, b := Run(e, InitTrace(e.p), evs), RunPruned(e, InitTrace(e.p), evs, which);
      (a.Some? <==> b.Some?) && (a.Some? ==> AllForgot(e.p, a.value, b.value))
  {
    if |evs| > 0 {
      var front, ev := evs[..|evs| - 1], evs[|evs| - 1];
      PruningChangesNoVerdict(e, front, which);
      var a, b := Run(e, InitTrace(e.p), front), RunPruned(e, InitTrace(e.p), front, which);
      if a.Some? {
        SameNext(e, front, a.value, b.value, ev);
        var a', b' := Check(e, a.value, ev), Check(e, b.value, ev);
        if a'.Some? { PruneSomeForgot(e.p, a'.value, b'.value, which(|evs|)); }
      }
    }
  }
  lemma SameNext(e: Env, front: seq<Event>, t: TState, u: TState, ev: Event)
    requires EnvOk(e) && Run(e, InitTrace(e.p), front) == Some(t) && AllForgot(e.p, t, u)
    ensures Check(e, t, ev).Some? <==> Check(e, u, ev).Some?
    ensures Check(e, t, ev).Some? ==> AllForgot(e.p, Check(e, t, ev).value, Check(e, u, ev).value)
  {
    var b := RunSound(e, front);
    if Check(e, t, ev).Some? {
      TransferKeepsDone(e, t, ev);
      CheckForgot(e, t, u, ev);
    } else {
      StillRefused(e, t, u, ev);
    }
  }
  lemma StillRefused(e: Env, t: TState, u: TState, ev: Event)
    requires AllForgot(e.p, t, u) && Check(e, t, ev).None?
    ensures Check(e, u, ev).None?
  {
    match ev
    case EnvSend(_) =>
    case Deliver(i, m) => if i < |t.peers| { ForgotDeliver(e.p, t.peers[i], u.peers[i], m); }
    case Act(i, l, out) => if i < |t.peers| { SameVerdict(e.p, i, t.peers[i], u.peers[i], l); }
  }
}
