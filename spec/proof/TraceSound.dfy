include "Theorem.dfy"
include "../oracle/Trace.dfy"
// The oracle is sound: an accepted trace is a behavior of the specification.
module PbftTraceSound {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftEvidence
  import opened PbftTrace

  // Every signature in a log verifies.
  ghost predicate LogAuth(e: Env, net: set<Msg>, log: set<Msg>) { forall m :: m in log ==> AuthDeep(e, net, m) }
  ghost predicate TraceInv(e: Env, t: TState) {
    && |t.peers| == e.p.N()
    && Inv(e, SysOf(t))
    && forall i: Id {:trigger t.peers[i]} :: Honest(e, i) ==> LogAuth(e, t.net, t.peers[i].log)
  }

  lemma AuthMono(e: Env, net: set<Msg>, net': set<Msg>)
    requires net <= net'
    ensures forall m :: AuthDeep(e, net, m) ==> AuthDeep(e, net', m)
  {
    forall m | AuthDeep(e, net, m) ensures AuthDeep(e, net', m) {
      match m
      case NewView(v, V, O) => AuthVCsMono(e, net, net', V);
      case ViewChange(vc)   => Mono(e, net, net');
      case _ =>
    }
  }

  // What is inside a message with good signatures has good signatures.
  lemma VcContentsAuth(e: Env, net: set<Msg>, vc: VC)
    requires AuthVC(e, net, vc)
    ensures LogAuth(e, net, VcContents(e.p, vc))
  {
    forall m | m in VcContents(e.p, vc) ensures AuthDeep(e, net, m) {
      if m == ViewChange(vc) {
      } else if n, x :| n in vc.P && x in CertVotes(e.p, vc.P[n]) && m == x {
        assert AuthPCert(e, net, vc.P[n]);
      } else {
        assert m.Checkpoint?;
      }
    }
  }
  lemma ContentsAuth(e: Env, net: set<Msg>, m: Msg)
    requires AuthDeep(e, net, m)
    ensures LogAuth(e, net, Contents(e.p, m))
  {
    match m
    case ViewChange(vc) => VcContentsAuth(e, net, vc);
    case NewView(_, V, _) =>
      forall x | x in Contents(e.p, m) ensures AuthDeep(e, net, x) {
        if x != m {
          var i :| i in V && x in VcContents(e.p, V[i]);
          assert AuthVC(e, net, V[i]);
          VcContentsAuth(e, net, V[i]);
        }
      }
    case _ =>
  }

  // What was delivered has good signatures: the oracle's evidence is the specification's.
  lemma WitnessedReceived(e: Env, net: set<Msg>, x: Peer, l: Local)
    requires LogAuth(e, net, x.log) && Witnessed(e.p, x, l) && AuthCkCert(e, net, x.r.stable)
    ensures Received(e, net, ActionOf(x.r, l))
  {
    match l
    case LPropose(_, d) =>
      forall q | q in e.p.Requests(d) ensures Request(q) in net { assert AuthDeep(e, net, Request(q)); }
    case LPrepare(n, d) =>
      assert AuthDeep(e, net, PrePrepare(x.r.view, n, d, x.r.nv));
      if d != NullOp { assert AuthDeep(e, net, Body(n, d)); }
    case LCommit(pc) => VotesAuth(e, net, x.log, pc);
    case LCommitted(cc, pc) =>
      VotesAuth(e, net, x.log, pc);
      forall j | j in cc.signers && Honest(e, j) ensures Commit(cc.view, cc.seqno, cc.digest, j) in net {
        assert AuthDeep(e, net, Commit(cc.view, cc.seqno, cc.digest, j));
      }
    case LStable(ck) => CheckpointsAuth(e, net, x.log, ck);
    case LTransfer(ck, _) => if ck != x.r.stable { CheckpointsAuth(e, net, x.log, ck); }
    case LNewView(V, _) =>
      forall i | i in V ensures AuthVC(e, net, V[i]) { assert AuthDeep(e, net, ViewChange(V[i])); }
    case LEnterView(v, V, O) => assert AuthDeep(e, net, NewView(v, V, O));
    case _ =>
  }
  lemma VotesAuth(e: Env, net: set<Msg>, log: set<Msg>, c: PCert)
    requires LogAuth(e, net, log) && HasVotes(e.p, log, c)
    ensures AuthPCert(e, net, c)
  {
    forall i | i in c.voters && Honest(e, i) ensures VoteMsg(e.p, c.view, c.seqno, c.digest, c.nv, i) in net {
      assert AuthDeep(e, net, VoteMsg(e.p, c.view, c.seqno, c.digest, c.nv, i));
    }
  }
  lemma CheckpointsAuth(e: Env, net: set<Msg>, log: set<Msg>, c: CkCert)
    requires LogAuth(e, net, log) && HasCheckpoints(log, c)
    ensures AuthCkCert(e, net, c)
  {
    forall i | i in c.signers && Honest(e, i) ensures Checkpoint(c.seqno, c.digest, i) in net {
      assert AuthDeep(e, net, Checkpoint(c.seqno, c.digest, i));
    }
  }

  // An accepted act is a step of the specification.
  lemma ActIsStep(e: Env, t: TState, i: Id, l: Local, out: set<Msg>)
    requires TraceInv(e, t) && Check(e, t, Act(i, l, out)).Some?
    ensures var s, a, t' := SysOf(t), ActionOf(t.peers[i].r, l), Check(e, t, Act(i, l, out)).value;
      CanStep(e, s, i, a) && SysOf(t') == Step(e, s, i, a) && out == Output(e.p, i, t.peers[i].r, a)
  {
    var s := SysOf(t);
    var x := t.peers[i];
    assert s.reps[i] == x.r && RepInv(e, s.net, i, s.reps[i]);
    WitnessedReceived(e, t.net, x, l);
    var t' := Check(e, t, Act(i, l, out)).value;
    assert SysOf(t').reps == s.reps[i := t'.peers[i].r];
  }
  lemma OutputAuth(e: Env, t: TState, i: Id, l: Local, out: set<Msg>)
    requires TraceInv(e, t) && Check(e, t, Act(i, l, out)).Some?
    ensures var t' := Check(e, t, Act(i, l, out)).value;
      Inv(e, SysOf(t')) && LogAuth(e, t'.net, out + Gained(l))
  {
    ActIsStep(e, t, i, l, out);
    var s, x, a := SysOf(t), t.peers[i], ActionOf(t.peers[i].r, l);
    var s' := Step(e, s, i, a);
    var t' := Check(e, t, Act(i, l, out)).value;
    PresStep(e, s, i, a);
    assert RepInv(e, s'.net, i, s'.reps[i]);
    forall m | m in out ensures AuthDeep(e, t'.net, m) {
      match l
      case LNewView(V, O) =>
        if m.NewView? { AuthVCsMono(e, t.net, t'.net, V); }
      case LViewChange(v) =>
        assert m.ViewChange? && m.vc.from == i;
      case _ =>
    }
  }

  // Every accepted event is a step of the specification (or leaves the system unchanged).
  lemma CheckSound(e: Env, t: TState, ev: Event)
    requires TraceInv(e, t) && Check(e, t, ev).Some?
    ensures TraceInv(e, Check(e, t, ev).value)
    ensures SysNext(e, SysOf(t), SysOf(Check(e, t, ev).value)) && t.net <= Check(e, t, ev).value.net
  {
    var t' := Check(e, t, ev).value;
    AuthMono(e, t.net, t'.net);
    match ev {
      case EnvSend(m) =>
        assert ByzStep(e, SysOf(t), SysOf(t'));
        InvNext(e, SysOf(t), SysOf(t'));
      case Deliver(i, m) =>
        assert SysOf(t').reps == SysOf(t).reps;
        ContentsAuth(e, t.net, m);
      case Act(i, l, out) =>
        ActIsStep(e, t, i, l, out);
        OutputAuth(e, t, i, l, out);
    }
  }

  lemma InitSound(e: Env)
    ensures TraceInv(e, InitTrace(e.p)) && Init(e, SysOf(InitTrace(e.p)))
  {
    InvInit(e, SysOf(InitTrace(e.p)));
  }

  // An accepted trace is a behavior, so all theorems of PbftTheorem hold of it.
  lemma RunSound(e: Env, evs: seq<Event>) returns (b: seq<Sys>)
    requires Run(e, InitTrace(e.p), evs).Some?
    ensures TraceInv(e, Run(e, InitTrace(e.p), evs).value)
    ensures Behavior(e, b) && |b| == |evs| + 1 && b[|b| - 1] == SysOf(Run(e, InitTrace(e.p), evs).value)
    ensures forall k: nat :: k <= |evs| ==> Run(e, InitTrace(e.p), evs[..k]).Some? && b[k] == SysOf(Run(e, InitTrace(e.p), evs[..k]).value)
  {
    if |evs| == 0 {
      InitSound(e);
      b := [SysOf(InitTrace(e.p))];
    } else {
      var n := |evs| - 1;
      var b0 := RunSound(e, evs[..n]);
      var t := Run(e, InitTrace(e.p), evs[..n]).value;
      CheckSound(e, t, evs[n]);
      b := b0 + [SysOf(Check(e, t, evs[n]).value)];
      assert forall k :: 0 <= k < |b| - 1 ==> SysNext(e, b[k], b[k + 1]) by {
        forall k | 0 <= k < |b| - 1 ensures SysNext(e, b[k], b[k + 1]) {
          if k < |b0| - 1 { assert SysNext(e, b0[k], b0[k + 1]); }
        }
      }
      forall k: nat | k <= |evs| ensures Run(e, InitTrace(e.p), evs[..k]).Some? && b[k] == SysOf(Run(e, InitTrace(e.p), evs[..k]).value) {
        if k <= n { assert evs[..n][..k] == evs[..k]; } else { assert evs[..k] == evs; }
      }
    }
  }
}
