include "LiveWindow.dfy"
// Catching up: what one honest replica has executed, the others execute on certificates (commit proofs, new-views, checkpoints of f + 1 with
// a state), without any new vote; a window that is full on the way empties by checkpoints. This discharges the hypothesis CatchUp of LiveSync
// for runs of the protocol in which the certificates are handed on (status messages).
module PbftLiveCatchUp {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftSanity
  import opened PbftLiveBase
  import opened PbftLiveXInv
  import opened PbftLiveProgress
  import opened PbftLiveWindow

  // r may use a certificate of view v
  predicate MayUse(r: Replica, v: View) { v < r.view || (v == r.view && r.active) }

  // A proof that d is committed at n: what an honest replica that has executed n can show.
  ghost predicate Proof(e: Env, net: set<Msg>, n: SeqNo, cc: CCert, pc: PCert) {
    && ValidCCert(e.p, cc) && AuthCCert(e, net, cc) && ValidPCert(e.p, pc) && AuthPCert(e, net, pc)
    && pc.view == cc.view && pc.seqno == cc.seqno == n && pc.digest == cc.digest
  }
  lemma ProofExists(e: Env, s: Sys, n: SeqNo, i: Id) returns (cc: CCert, pc: PCert)
    requires Ok(e, s) && Honest(e, i) && 0 < n <= s.reps[i].lastExec
    ensures Proof(e, s.net, n, cc, pc)
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]);
    var h := LogOf(e, s, s.reps[i].lastExec, s.reps[i].state);
    assert Chosen(e, s.net, n - 1 + 1, h[n - 1]);
    var v: View :| CCertX(e, s.net, v, n, h[n - 1]);
    cc := CCertOf(e, s.net, v, n, h[n - 1]);
    var k := QuorumHonest(e, cc.signers);
    assert RepInv(e, s.net, k, s.reps[k]);
    assert Commit(v, n, h[n - 1], k) in s.net;
    pc := PCertOf(e, s.net, v, n, h[n - 1]);
  }

  // Whoever may not use a proof yet can enter its view, by the new-view that the votes in it name.
  lemma CanEnter(e: Env, s: Sys, j: Id, pc: PCert) returns (V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires Ok(e, s) && XInv(e, s) && Honest(e, j) && ValidPCert(e.p, pc) && AuthPCert(e, s.net, pc) && !MayUse(s.reps[j], pc.view)
    ensures CanStep(e, s, j, AcceptNewView(pc.view, V, O))
  {
    reveal Good(); reveal XInv();
    var v: View, r := pc.view, s.reps[j];
    assert RepInv(e, s.net, j, r) && XRep(e, s.net, j, r);
    var k := QuorumHonest(e, pc.voters);
    assert RepInv(e, s.net, k, s.reps[k]);
    assert VoteMsg(e.p, v, pc.seqno, pc.digest, pc.nv, k) in s.net;
    assert v > 0;
    V, O := JustOf(e, s.net, v, pc.seqno, pc.digest, pc.nv);
    if j == e.p.Primary(v) {  // it has proposed in v, so it has entered v: it might use the proof
      assert {:contradiction} VoteMsg(e.p, v, pc.seqno, pc.digest, pc.nv, j) in s.net;
      assert {:contradiction} v <= r.view && (v == r.view ==> r.active);
    }
    reveal NvOk();
  }

  predicate Room(p: Params, r: Replica) { r.stable.seqno <= r.lastExec ==> r.lastExec < r.stable.seqno + p.L }

  // A step on certificates, towards executing the next place or towards room in the window.
  ghost predicate Helps(e: Env, s: Sys, j: Id, a: Action) {
    && CanStep(e, s, j, a)
    && var r := s.reps[j];
    match a
    case Execute => true
    case StateTransfer(ck, st) => ck == r.stable || SentWeak(e.p, s.net, ck.seqno, ck.digest)
    case CommitLocal(cc, pc) => cc.seqno == r.lastExec + 1
    case AcceptNewView(v, V, O) => !MayUse(r, v)
    case SendCheckpoint => true
    case MakeStable(ck) => ck.signers <= HonestSet(e) && SentCk(s.net, ck.seqno, ck.digest, ck.signers)
    case _ => false
  }

  // Theorem. An honest replica that is behind another, and whose window is not full, always has such a step: at most three of
  // them and it has executed one more batch (enter the view, commit, execute).
  lemma NextMove(e: Env, s: Sys, i: Id, j: Id) returns (a: Action)
    requires Ok(e, s) && XInv(e, s) && Honest(e, i) && Honest(e, j) && s.reps[j].lastExec < s.reps[i].lastExec && Room(e.p, s.reps[j])
    ensures Helps(e, s, j, a)
  {
    var r := s.reps[j];
    var n := r.lastExec + 1;
    if n in r.committed { a := Execute; }
    else if r.lastExec < r.stable.seqno { a := Fetch(e, s, j); }
    else {
      var cc, pc := ProofExists(e, s, n, i);
      if MayUse(r, pc.view) {
        a := CommitLocal(cc, pc);
        reveal Good();
        CommitNotBlocked(e, s, j, cc);
      } else {
        var V, O := CanEnter(e, s, j, pc);
        a := AcceptNewView(pc.view, V, O);
      }
    }
  }
  lemma Fetch(e: Env, s: Sys, j: Id) returns (a: Action)
    requires Ok(e, s) && Honest(e, j) && s.reps[j].lastExec < s.reps[j].stable.seqno
    ensures Helps(e, s, j, a) && a.StateTransfer?
  {
    reveal Good();
    var r := s.reps[j];
    assert RepInv(e, s.net, j, r);
    CkCertChosen(e, s, r.stable);
    reveal DigestOk();
    var st: State :| StateOk(e, s.net, r.stable.seqno, st) && e.p.stHash(r.stable.seqno, st) == r.stable.digest;
    a := StateTransfer(r.stable, st);
  }

  // ---- in time ----
  // From G on, nobody loses state.
  ghost predicate Kept(e: Env, b: TRun, G: nat) { forall t: nat :: G <= t ==> Calm(e, b(t), b(t + 1)) }
  // Status: a step for which a replica has not got the certificates yet becomes possible and is taken within D (the others hand the
  // certificates on, and it uses them).
  ghost predicate Took(e: Env, s: Sys, s': Sys, j: Id, a: Action)
    requires j < |s.reps| && j < |s'.reps|
  {
    var r, r' := s.reps[j], s'.reps[j];
    match a
    case Execute => r'.lastExec > r.lastExec
    case StateTransfer(_, _) => r'.lastExec > r.lastExec
    case CommitLocal(cc, _) => CommittedAt(r', cc.seqno) || cc.seqno <= r'.stable.seqno
    case AcceptNewView(v, _, _) => MayUse(r', v)
    case SendCheckpoint => Signed(e.p, s'.net, j, r) || r.lastExec < r'.stable.seqno || r.lastExec < r'.lastExec
    case MakeStable(ck) => r'.stable.seqno >= ck.seqno
    case _ => true
  }
  ghost predicate Status(e: Env, b: TRun, D: nat, G: nat) {
    forall t: nat, j: Id, a: Action :: G <= t && Honest(e, j) && Helps(e, b(t), j, a) && j < |b(t + D).reps| ==> Took(e, b(t), b(t + D), j, a)
  }

  // What a calm step keeps of one replica
  ghost predicate Grows(r: Replica, r': Replica) {
    && r'.lastExec >= r.lastExec && r'.stable.seqno >= r.stable.seqno
    && (r.lastExec + 1 in r.committed ==> r'.lastExec > r.lastExec || r.lastExec + 1 in r'.committed)
    && (forall v: View {:trigger MayUse(r', v)} :: MayUse(r, v) ==> MayUse(r', v))
  }
  lemma StepGrows(e: Env, s: Sys, s': Sys, j: Id)
    requires Calm(e, s, s') && |s.reps| == |s'.reps| == e.p.N() && Honest(e, j)
    ensures Grows(s.reps[j], s'.reps[j])
  {
    if s' == s || ByzStep(e, s, s') {
    } else {
      var i: Id, a: Action :| CanStep(e, s, i, a) && !Loses(a) && Consecutive(s.reps[i], a) && s' == Step(e, s, i, a);
      if i == j { assert s'.reps[j] == Next(e.p, j, s.reps[j], a); }
    }
  }
  lemma GrowsTrans(r: Replica, r1: Replica, r2: Replica)
    requires Grows(r, r1) && Grows(r1, r2)
    ensures Grows(r, r2)
  {
    forall v: View {:trigger MayUse(r2, v)} | MayUse(r, v) ensures MayUse(r2, v) { assert MayUse(r1, v); }
  }
  lemma GrowsTo(e: Env, b: TRun, G: nat, j: Id, t: nat, t': nat)
    requires IsRun(e, b) && Kept(e, b, G) && G <= t <= t' && Honest(e, j)
    ensures |b(t).reps| == |b(t').reps| == e.p.N() && Grows(b(t).reps[j], b(t').reps[j])
  {
    RunOk(e, b, t);
    RunOk(e, b, t');
    if t < t' {
      var u := t' - 1;
      GrowsTo(e, b, G, j, t, u);
      RunOk(e, b, u);
      assert Calm(e, b(u), b(u + 1));
      hide Calm, IsRun, Kept;
      StepGrows(e, b(u), b(t'), j);
      GrowsTrans(b(t).reps[j], b(u).reps[j], b(t').reps[j]);
    }
  }

  ghost predicate Handed(e: Env, b: TRun, D: nat, G: nat) {
    OrderlyRun(e, b) && Kept(e, b, G) && Status(e, b, D, G) && Windowed(e.p)
  }
  ghost predicate BehindAt(e: Env, b: TRun, t: nat, i: Id, j: Id, k: nat) {
    |b(t).reps| == e.p.N() && Honest(e, i) && Honest(e, j) && k < b(t).reps[i].lastExec && b(t).reps[j].lastExec == k
  }

  // once the next place is committed, it is executed D later
  lemma Last(e: Env, b: TRun, D: nat, G: nat, t: nat, j: Id)
    requires Handed(e, b, D, G) && G <= t && Honest(e, j) && |b(t).reps| == e.p.N() && b(t).reps[j].lastExec + 1 in b(t).reps[j].committed
    ensures |b(t + D).reps| == e.p.N() && b(t + D).reps[j].lastExec > b(t).reps[j].lastExec
  {
    GrowsTo(e, b, G, j, t, t + D);
    assert Helps(e, b(t), j, Execute);
    assert Took(e, b(t), b(t + D), j, Execute);
  }
  // once a proof of the next place may be used, it is executed 2D later
  lemma Use(e: Env, b: TRun, D: nat, G: nat, t: nat, j: Id, cc: CCert, pc: PCert)
    requires Handed(e, b, D, G) && G <= t && Honest(e, j) && |b(t).reps| == e.p.N()
    requires var r := b(t).reps[j]; Proof(e, b(t).net, r.lastExec + 1, cc, pc) && MayUse(r, pc.view) && InWindow(e.p, r, r.lastExec + 1)
    ensures |b(t + 2 * D).reps| == e.p.N() && b(t + 2 * D).reps[j].lastExec > b(t).reps[j].lastExec
  {
    var k := b(t).reps[j].lastExec;
    var u, w := t + D, t + D + D;
    assert w == t + 2 * D;
    RunOk(e, b, t);
    GrowsTo(e, b, G, j, t, u);
    GrowsTo(e, b, G, j, u, w);
    var a := CommitLocal(cc, pc);
    assert Helps(e, b(t), j, a) by { reveal Good(); CommitNotBlocked(e, b(t), j, cc); }
    assert Took(e, b(t), b(u), j, a);
    if b(u).reps[j].lastExec == k {
      if k + 1 in b(u).reps[j].committed { Last(e, b, D, G, u, j); }
      else {
        RunOk(e, b, u);
        RunOk(e, b, w);
        var a' := Fetch(e, b(u), j);
        assert Took(e, b(u), b(u + D), j, a');
      }
    }
  }
  // a replica behind that has room executes one more batch within 3D
  lemma OneMore(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, j: Id, k: nat)
    requires Handed(e, b, D, G) && G <= t && BehindAt(e, b, t, i, j, k) && Room(e.p, b(t).reps[j])
    ensures |b(t + 3 * D).reps| == e.p.N() && b(t + 3 * D).reps[j].lastExec > k
  {
    var u, w := t + D, t + 3 * D;
    assert w == u + 2 * D;
    RunOk(e, b, t);
    RunOk(e, b, u);
    GrowsTo(e, b, G, j, t, u);
    GrowsTo(e, b, G, j, u, w);
    GrowsTo(e, b, G, i, t, u);
    NetMono(e, b, t, u);
    var a := NextMove(e, b(t), i, j);
    assert Took(e, b(t), b(u), j, a);
    if b(u).reps[j].lastExec == k {
      var r := b(u).reps[j];
      if k + 1 in r.committed { Last(e, b, D, G, u, j); GrowsTo(e, b, G, j, u + D, w); }
      else {
        // a was to enter the view of the proof
        Second(e, b, D, G, t, i, j, k, a);
      }
    }
  }
  lemma Second(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, j: Id, k: nat, a: Action)
    requires Handed(e, b, D, G) && G <= t && BehindAt(e, b, t, i, j, k)
    requires BehindAt(e, b, t + D, i, j, k) && Room(e.p, b(t + D).reps[j]) && k + 1 !in b(t + D).reps[j].committed
    ensures |b(t + D + 2 * D).reps| == e.p.N() && b(t + D + 2 * D).reps[j].lastExec > k
  {
    var u := t + D;
    RunOk(e, b, t);
    RunOk(e, b, u);
    GrowsTo(e, b, G, j, t, u);
    GrowsTo(e, b, G, j, u, u + 2 * D);
    NetMono(e, b, t, u);
    var r := b(u).reps[j];
    assert Room(e.p, r);
    var cc, pc := ProofExists(e, b(t), k + 1, i);
    assert Proof(e, b(u).net, k + 1, cc, pc) by { Mono(e, b(t).net, b(u).net); }
    if !MayUse(b(t).reps[j], pc.view) {
      var V, O := CanEnter(e, b(t), j, pc);
      var a' := AcceptNewView(pc.view, V, O);
      assert Helps(e, b(t), j, a');
      assert Took(e, b(t), b(u), j, a');
    }
    assert MayUse(b(u).reps[j], pc.view);
    if r.lastExec < r.stable.seqno {
      var a' := Fetch(e, b(u), j);
      assert Took(e, b(u), b(u + D), j, a') by { RunOk(e, b, u + D); }
      GrowsTo(e, b, G, j, u + D, u + 2 * D);
    } else {
      Use(e, b, D, G, u, j, cc, pc);
    }
  }

  // ---- a full window ----
  // The window of a replica that is at its end k, and of which nobody is behind, gets room within 2D: all sign the checkpoint of k, unless
  // f + 1 have sent a higher one, whose state it fetches.
  lemma MarkOf(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, k: nat)
    requires Handed(e, b, D, G) && G <= t && Honest(e, i) && AllAt(e, b(t), k) && k > 0 && k % e.p.K == 0 && NoHigher(e, b(t + D).net, k)
    ensures |b(t + D).reps| == e.p.N() && k in b(t + D).reps[i].ckpts
  {
    var s, s' := b(t), b(t + D);
    RunOk(e, b, t);
    RunOk(e, b, t + D);
    MarksAt(e, b, t);
    MarksAt(e, b, t + D);
    NetMono(e, b, t, t + D);
    GrowsTo(e, b, G, i, t, t + D);
    WeakMono(e, s.net, s'.net);
    assert s.reps[i].lastExec >= k;
    HasSigned(e, s, i, k);
    HasSigned(e, s', i, k);
    if k in s.reps[i].ckpts { StillSigned(e, s, s', i, k); }
    else {
      assert s.reps[i].lastExec == k;
      assert Helps(e, s, i, SendCheckpoint);
      assert Took(e, s, s', i, SendCheckpoint);
      if s'.reps[i].lastExec == k { SignedKept(e, s', i, s.reps[i], k); }
    }
  }
  lemma GetsRoom(e: Env, b: TRun, D: nat, G: nat, t: nat, j: Id, k: nat)
    requires Handed(e, b, D, G) && G <= t && Honest(e, j) && AllAt(e, b(t), k) && b(t).reps[j].lastExec == k && !Room(e.p, b(t).reps[j])
    ensures |b(t + D + D).reps| == e.p.N() && (b(t + D + D).reps[j].lastExec > k || Room(e.p, b(t + D + D).reps[j]))
  {
    var u, w := t + D, t + D + D;
    RunOk(e, b, t);
    RunOk(e, b, u);
    RunOk(e, b, w);
    MarksAt(e, b, t);
    MarksAt(e, b, u);
    GrowsTo(e, b, G, j, t, u);
    GrowsTo(e, b, G, j, u, w);
    RoomIs(e, b(t), j, k);
    if !NoHigher(e, b(u).net, k) {
      var m: SeqNo :| m > k && WeakAt(e, b(u).net, m);
      if b(u).reps[j].lastExec == k {
        var a := CanFetch(e, b(u), j, m);
        assert Helps(e, b(u), j, a);
        assert Took(e, b(u), b(w), j, a);
      }
    } else if b(u).reps[j].stable.seqno < k {
      forall i: Id {:trigger b(u).reps[i]} | Honest(e, i) ensures k in b(u).reps[i].ckpts { MarkOf(e, b, D, G, t, i, k); }
      var a := CanStabilise(e, b(u), j, k);
      assert Helps(e, b(u), j, a);
      assert Took(e, b(u), b(w), j, a);
    }
  }
  // a replica without room is at a checkpoint
  lemma RoomIs(e: Env, s: Sys, j: Id, k: nat)
    requires Ok(e, s) && MarkInv(e, s) && Honest(e, j) && s.reps[j].lastExec == k && Windowed(e.p)
    ensures !Room(e.p, s.reps[j]) ==> k > 0 && k % e.p.K == 0
  {
    LowIsWeak(e, s, j);
    SumMultiple(s.reps[j].stable.seqno, e.p.L, e.p.K);
    reveal MarkInv();
    assert Marks(e, s.net, j, s.reps[j]);
  }

  // ---- all together ----
  // When all have executed k and one more, all have one more within 5D.
  lemma Level(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, k: nat)
    requires Handed(e, b, D, G) && G <= t && Honest(e, i) && AllAt(e, b(t), k) && b(t).reps[i].lastExec > k
    ensures AllAt(e, b(t + 5 * D), k + 1)
  {
    var u, w := t + D + D, t + 5 * D;
    assert w == u + 3 * D && w == t + 3 * D + D + D;
    RunOk(e, b, t);
    RunOk(e, b, u);
    RunOk(e, b, w);
    GrowsTo(e, b, G, i, t, u);
    forall j: Id {:trigger b(w).reps[j]} | Honest(e, j) ensures b(w).reps[j].lastExec >= k + 1 {
      GrowsTo(e, b, G, j, t, u);
      GrowsTo(e, b, G, j, u, w);
      GrowsTo(e, b, G, j, t + 3 * D, w);
      assert b(t).reps[j].lastExec >= k;
      if b(t).reps[j].lastExec == k {
        if Room(e.p, b(t).reps[j]) { OneMore(e, b, D, G, t, i, j, k); }
        else {
          GetsRoom(e, b, D, G, t, j, k);
          if b(u).reps[j].lastExec == k { OneMore(e, b, D, G, u, i, j, k); }
        }
      }
    }
  }
  lemma AllReach(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, n: nat) returns (t': nat)
    requires Handed(e, b, D, G) && G <= t && Honest(e, i) && |b(t).reps| == e.p.N() && n <= b(t).reps[i].lastExec
    ensures t <= t' && AllAt(e, b(t'), n)
  {
    if n == 0 { t' := t; }
    else {
      var u := AllReach(e, b, D, G, t, i, n - 1);
      GrowsTo(e, b, G, i, t, u);
      Level(e, b, D, G, u, i, n - 1);
      t' := u + 5 * D;
    }
  }

  // Theorem. With certificates handed on (Status), what one honest replica has executed by t, every honest replica executes.
  lemma AllCatchUp(e: Env, b: TRun, D: nat, G: nat, t: nat, i: Id, q: Digest) returns (t': nat)
    requires Handed(e, b, D, G) && Honest(e, i) && G <= t && Executed(e, b(t), i, q)
    ensures t <= t' && forall j: Id :: Honest(e, j) ==> Executed(e, b(t'), j, q)
  {
    RunOk(e, b, t);
    t' := AllReach(e, b, D, G, t, i, b(t).reps[i].lastExec);
    RunOk(e, b, t');
    NetMono(e, b, t, t');
    forall j: Id | Honest(e, j) ensures Executed(e, b(t'), j, q) { assert b(t').reps[j].lastExec >= b(t).reps[i].lastExec; DoneCarries(e, b(t), i, b(t'), j, q); }
  }
}
