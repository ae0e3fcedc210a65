include "Runs.dfy"
// The oracle is complete: every behavior of the specification (without restarts that lose something) has a trace that it accepts.
// So it refuses nothing that a correct replica does, if the replica records what was delivered to it.
module PbftComplete {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftTraceSound
  import opened PbftMerge
  import opened PbftRuns

  ghost predicate Accepted(e: Env, evs: seq<Event>) {
    Run(e, InitTrace(e.p), evs).Some? && TraceInv(e, Run(e, InitTrace(e.p), evs).value)
  }
  ghost function End(e: Env, evs: seq<Event>): TState
    requires Accepted(e, evs)
  {
    Run(e, InitTrace(e.p), evs).value
  }
  // Nothing but deliveries to i has happened between evs and evs'.
  ghost predicate Informed(e: Env, evs: seq<Event>, evs': seq<Event>, i: Id) {
    && i < e.p.n && Accepted(e, evs) && Accepted(e, evs')
    && var t, t' := End(e, evs), End(e, evs');
    && t'.net == t.net && t'.peers == t.peers[i := t'.peers[i]] && t'.peers[i].r == t.peers[i].r
    && t.peers[i].log <= t'.peers[i].log && t.peers[i].known <= t'.peers[i].known
  }
  lemma Give(e: Env, evs: seq<Event>, i: Id, ms: set<Msg>) returns (evs': seq<Event>)
    requires Accepted(e, evs) && Honest(e, i) && LogAuth(e, End(e, evs).net, ms)
    requires forall m :: m in ms ==> NvsKnown(End(e, evs).peers[i].known, 0, m) && m in Contents(e.p, m)
    ensures Informed(e, evs, evs', i) && ms <= End(e, evs').peers[i].log && NvDigests(e.p, ms) <= End(e, evs').peers[i].known
  {
    evs' := DeliverAll(e, evs, i, ms);
    var b := RunSound(e, evs');
  }

  // ---- i learns the new-views that a certificate rests on: an honest voter entered its view by one ----
  ghost function CertsOf(V: map<Id, VC>): set<PCert> { set i, n | i in V && n in V[i].P :: V[i].P[n] }

  lemma LearnCert(e: Env, evs: seq<Event>, i: Id, c: PCert) returns (evs': seq<Event>)
    requires EnvOk(e) && Accepted(e, evs) && Honest(e, i) && ValidPCert(e.p, c) && AuthPCert(e, End(e, evs).net, c)
    ensures Informed(e, evs, evs', i) && CertKnown(End(e, evs').peers[i].known, c)
    decreases c.view, 1
  {
    evs' := evs;
    if c.view > 0 {
      var t := End(e, evs);
      var s := SysOf(t);
      var k := QuorumHonest(e, c.voters);
      assert RepInv(e, s.net, k, s.reps[k]);
      assert VoteMsg(e.p, c.view, c.seqno, c.digest, c.nv, k) in s.net;
      assert Justified(e, s.net, c.view, c.seqno, c.digest, c.nv);
      var V, O := JustOf(e, s.net, c.view, c.seqno, c.digest, c.nv);
      reveal NvOk();
      var nv := NewView(c.view, V, O);
      CertsInside(e, t.net, c.view, V, O);
      var evs1 := LearnCerts(e, evs, i, CertsOf(V), c.view);
      NvKnown(End(e, evs1).peers[i].known, nv);
      evs' := Give(e, evs1, i, {nv});
      assert e.p.nvHash(c.view, V, O) in NvDigests(e.p, {nv});
    }
  }
  lemma LearnCerts(e: Env, evs: seq<Event>, i: Id, cs: set<PCert>, v: View) returns (evs': seq<Event>)
    requires EnvOk(e) && Accepted(e, evs) && Honest(e, i)
    requires forall c :: c in cs ==> c.view < v && ValidPCert(e.p, c) && AuthPCert(e, End(e, evs).net, c)
    ensures Informed(e, evs, evs', i) && forall c :: c in cs ==> CertKnown(End(e, evs').peers[i].known, c)
    decreases v, 0, cs
  {
    evs' := evs;
    if cs != {} {
      var c :| c in cs;
      var evs1 := LearnCert(e, evs, i, c);
      evs' := LearnCerts(e, evs1, i, cs - {c}, v);
    }
  }
  lemma CertsInside(e: Env, net: set<Msg>, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires ValidNewView(e.p, v, V, O) && AuthVCs(e, net, V)
    ensures forall c :: c in CertsOf(V) ==> c.view < v && ValidPCert(e.p, c) && AuthPCert(e, net, c)
  {
    forall c | c in CertsOf(V) ensures c.view < v && ValidPCert(e.p, c) && AuthPCert(e, net, c) {
      var i, n :| i in V && n in V[i].P && c == V[i].P[n];
      assert ValidVC(e.p, V[i]) && AuthVC(e, net, V[i]);
    }
  }
  lemma NvKnown(known: set<Digest>, m: Msg)
    requires m.NewView? && forall c :: c in CertsOf(m.V) ==> CertKnown(known, c)
    ensures NvsKnown(known, 0, m) && forall i :: i in m.V ==> NvsKnown(known, 0, ViewChange(m.V[i]))
  {
    forall i, n | i in m.V && n in m.V[i].P ensures CertKnown(known, m.V[i].P[n]) { assert m.V[i].P[n] in CertsOf(m.V); }
  }

  // ---- what an action rests on can be delivered ----
  ghost predicate Lossless(a: Action) { a.Restart? ==> a.lost.None? }
  ghost function LocalOf(a: Action): Local
    requires Lossless(a)
  {
    match a
    case Propose(n, d)              => LPropose(n, d)
    case AcceptPrePrepare(v, n, d, h) => LPrepare(n, d)
    case SendCommit(pc)             => LCommit(pc)
    case CommitLocal(cc, pc)        => LCommitted(cc, pc)
    case Execute                    => LExecute
    case SendCheckpoint             => LCheckpoint
    case MakeStable(ck)             => LStable(ck)
    case StateTransfer(ck, st)      => LTransfer(ck, st)
    case Restart(_)                 => LRestart
    case StartViewChange(v)         => LViewChange(v)
    case SendNewView(V, O)          => LNewView(V, O)
    case AcceptNewView(v, V, O)     => LEnterView(v, V, O)
  }
  // The messages of the evidence, apart from view changes.
  ghost function Proofs(p: Params, r: Replica, a: Action): set<Msg> {
    match a
    case Propose(_, d)              => set q | q in p.Requests(d) :: Request(q)
    case AcceptPrePrepare(v, n, d, h) => {PrePrepare(v, n, d, h), Body(n, d)}
    case SendCommit(pc)             => CertVotes(p, pc)
    case CommitLocal(cc, pc)        => CertVotes(p, pc) + (set i | i in cc.signers :: Commit(cc.view, cc.seqno, cc.digest, i))
    case Execute                    =>
      if r.lastExec + 1 in r.committed then {Body(r.lastExec + 1, r.committed[r.lastExec + 1])} else {}
    case MakeStable(ck)             => CkVotes(ck)
    case StateTransfer(ck, _)       => CkVotes(ck)
    case SendNewView(V, _)          => set i | i in V :: ViewChange(V[i])
    case AcceptNewView(v, V, O)     => {NewView(v, V, O)}
    case _                          => {}
  }
  lemma ProofsAuth(e: Env, s: Sys, i: Id, a: Action)
    requires EnvOk(e) && Inv(e, s) && CanStep(e, s, i, a)
    ensures LogAuth(e, s.net, Proofs(e.p, s.reps[i], a))
  {
    match a
    case Execute =>
      var r := s.reps[i];
      assert RepInv(e, s.net, i, r);
      ChosenReq(e, s, r.lastExec + 1, r.committed[r.lastExec + 1]);
    case _ =>
  }
  lemma ProofsShape(p: Params, r: Replica, a: Action)
    ensures forall m :: m in Proofs(p, r, a) ==> m in Contents(p, m)
    ensures !a.SendNewView? && !a.AcceptNewView? ==> forall m, known :: m in Proofs(p, r, a) ==> NvsKnown(known, 0, m)
  {
  }
  lemma ProofsWitness(p: Params, i: Id, x: Peer, a: Action)
    requires Lossless(a) && Enabled(p, i, x.r, a) && Proofs(p, x.r, a) <= x.log
    requires a.CommitLocal? ==> CertKnown(x.known, a.pc)
    ensures ActionOf(x.r, LocalOf(a)) == a && CanAct(p, i, x, LocalOf(a))
  {
    match a
    case Propose(_, d) =>
      forall q | q in p.Requests(d) ensures Request(q) in x.log { assert Request(q) in Proofs(p, x.r, a); }
    case SendCommit(pc) => VotesHeld(p, x.log, pc);
    case CommitLocal(cc, pc) =>
      assert CertVotes(p, pc) <= Proofs(p, x.r, a);
      VotesHeld(p, x.log, pc);
      forall j | j in cc.signers ensures Commit(cc.view, cc.seqno, cc.digest, j) in x.log {
        assert Commit(cc.view, cc.seqno, cc.digest, j) in Proofs(p, x.r, a);
      }
    case MakeStable(ck) =>
      forall j | j in ck.signers ensures Checkpoint(ck.seqno, ck.digest, j) in x.log { assert Checkpoint(ck.seqno, ck.digest, j) in CkVotes(ck); }
    case StateTransfer(ck, _) =>
      forall j | j in ck.signers ensures Checkpoint(ck.seqno, ck.digest, j) in x.log { assert Checkpoint(ck.seqno, ck.digest, j) in CkVotes(ck); }
    case SendNewView(V, _) =>
      forall j | j in V ensures ViewChange(V[j]) in x.log { assert ViewChange(V[j]) in Proofs(p, x.r, a); }
    case _ =>
  }
  lemma VotesHeld(p: Params, log: set<Msg>, c: PCert)
    requires CertVotes(p, c) <= log
    ensures HasVotes(p, log, c)
  {
    forall j | j in c.voters ensures VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in log {
      assert VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in CertVotes(p, c);
    }
  }

  lemma Inform(e: Env, evs: seq<Event>, i: Id, a: Action) returns (evs': seq<Event>)
    requires EnvOk(e) && Accepted(e, evs) && Lossless(a) && CanStep(e, SysOf(End(e, evs)), i, a)
    ensures Informed(e, evs, evs', i)
    ensures var x := End(e, evs').peers[i]; ActionOf(x.r, LocalOf(a)) == a && CanAct(e.p, i, x, LocalOf(a))
  {
    var t := End(e, evs);
    var s := SysOf(t);
    var r := t.peers[i].r;
    assert s.reps[i] == r;
    ProofsAuth(e, s, i, a);
    ProofsShape(e.p, r, a);
    var evs1 := evs;
    if a.CommitLocal? { evs1 := LearnCert(e, evs, i, a.pc); }
    if a.SendNewView? || a.AcceptNewView? { evs1 := InformView(e, evs, i, a); }
    evs' := Give(e, evs1, i, Proofs(e.p, r, a));
    ProofsWitness(e.p, i, End(e, evs').peers[i], a);
  }
  lemma InformView(e: Env, evs: seq<Event>, i: Id, a: Action) returns (evs': seq<Event>)
    requires EnvOk(e) && Accepted(e, evs) && (a.SendNewView? || a.AcceptNewView?) && CanStep(e, SysOf(End(e, evs)), i, a)
    ensures Informed(e, evs, evs', i)
    ensures forall m :: m in Proofs(e.p, End(e, evs).peers[i].r, a) ==> NvsKnown(End(e, evs').peers[i].known, 0, m)
  {
    var t := End(e, evs);
    var v := if a.SendNewView? then t.peers[i].r.view else a.v;
    assert SysOf(t).reps[i] == t.peers[i].r;
    CertsInside(e, t.net, v, a.V, a.O);
    evs' := LearnCerts(e, evs, i, CertsOf(a.V), v);
    NvKnown(End(e, evs').peers[i].known, NewView(v, a.V, a.O));
  }

  // ---- the construction ----
  // The trace ends in state s: the same correct replicas, the same messages.
  ghost predicate EndsIn(e: Env, evs: seq<Event>, s: Sys) {
    && Accepted(e, evs) && |s.reps| == e.p.n
    && var t := End(e, evs);
    && t.net == s.net && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> t.peers[i].r == s.reps[i]
  }
  ghost predicate LosslessNext(e: Env, s: Sys, s': Sys) {
    || (exists i: Id, a: Action :: Lossless(a) && CanStep(e, s, i, a) && s' == Step(e, s, i, a))
    || ByzStep(e, s, s')
  }

  lemma ActNext(e: Env, evs: seq<Event>, s: Sys, i: Id, a: Action) returns (evs': seq<Event>)
    requires EnvOk(e) && EndsIn(e, evs, s) && Lossless(a) && CanStep(e, s, i, a)
    ensures EndsIn(e, evs', Step(e, s, i, a))
  {
    assert SysOf(End(e, evs)).reps[i] == s.reps[i];
    var evs1 := Inform(e, evs, i, a);
    var t := End(e, evs1);
    var x, l := t.peers[i], LocalOf(a);
    var out := Sent(e.p, i, x, l);
    var ev := Act(i, l, out);
    RunOne(e, InitTrace(e.p), evs1, ev);
    evs' := evs1 + [ev];
    var b := RunSound(e, evs');
    var s' := Step(e, s, i, a);
    assert x.r == s.reps[i];
    forall j: Id | Honest(e, j) ensures End(e, evs').peers[j].r == s'.reps[j] {
      assert End(e, evs).peers[j].r == s.reps[j];
    }
  }
  lemma SendAll(e: Env, evs: seq<Event>, ms: set<Msg>) returns (evs': seq<Event>)
    requires Accepted(e, evs) && forall m :: m in ms ==> !Honest(e, Sender(e.p, m))
    ensures Accepted(e, evs') && End(e, evs').net == End(e, evs).net + ms && End(e, evs').peers == End(e, evs).peers
    decreases ms
  {
    evs' := evs;
    if ms != {} {
      var m :| m in ms;
      RunOne(e, InitTrace(e.p), evs, EnvSend(m));
      var b := RunSound(e, evs + [EnvSend(m)]);
      evs' := SendAll(e, evs + [EnvSend(m)], ms - {m});
    }
  }

  // Every behavior without lossy restarts, with at most f faulty replicas, has an accepted trace with the same end.
  lemma Complete(e: Env, b: seq<Sys>) returns (evs: seq<Event>)
    requires EnvOk(e) && |b| > 0 && Init(e, b[0]) && forall k :: 0 <= k < |b| - 1 ==> LosslessNext(e, b[k], b[k + 1])
    ensures EndsIn(e, evs, b[|b| - 1])
  {
    if |b| == 1 {
      evs := [];
      InitSound(e);
    } else {
      var front := b[..|b| - 1];
      forall k | 0 <= k < |front| - 1 ensures LosslessNext(e, front[k], front[k + 1]) { assert LosslessNext(e, b[k], b[k + 1]); }
      var evs0 := Complete(e, front);
      var s, s' := b[|b| - 2], b[|b| - 1];
      assert front[|front| - 1] == s && LosslessNext(e, s, s');
      if ByzStep(e, s, s') {
        evs := SendAll(e, evs0, s'.net - s.net);
      } else {
        var i: Id, a: Action :| Lossless(a) && CanStep(e, s, i, a) && s' == Step(e, s, i, a);
        evs := ActNext(e, evs0, s, i, a);
      }
    }
  }
}
