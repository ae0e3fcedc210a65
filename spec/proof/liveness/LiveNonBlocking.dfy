include "LiveViewChange.dfy"
// The non-blocking theorem: no reachable state is stuck.
module PbftLiveNonBlocking {
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
  import opened PbftLiveViewChange
  import X = PbftExactlyOnce

  // Slots in (low, k] are committed at every honest replica.
  ghost predicate CommittedTo(e: Env, s: Sys, low: SeqNo, k: SeqNo, O: map<SeqNo, Digest>) {
    |s.reps| == e.p.N() && forall i: Id, n: SeqNo {:trigger n in s.reps[i].committed} ::
      Honest(e, i) && low < n <= k && n in O ==> n in s.reps[i].committed && s.reps[i].committed[n] == O[n]
  }
  // Local execution state is untouched.
  ghost predicate SameExec(e: Env, s: Sys, s': Sys) {
    |s.reps| == |s'.reps| == e.p.N() && forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==>
      s'.reps[i].lastExec == s.reps[i].lastExec && s'.reps[i].state == s.reps[i].state
  }

  // ---- 4. commit one slot: all honest send COMMIT, then all honest commit ----
  ghost predicate AllSent(e: Env, s: Sys, s1: Sys, pc: PCert) {
    |s.reps| == |s1.reps| == e.p.N() && forall i: Id {:trigger s1.reps[i]} :: Honest(e, i) ==> SentBy(s, s1, pc, i)
  }
  ghost predicate SentBy(s: Sys, s1: Sys, pc: PCert, i: Id) {
    && i < |s.reps| && i < |s1.reps|
    && s1.reps[i] == s.reps[i].(prepared := s.reps[i].prepared[pc.seqno := pc])
    && Commit(pc.view, pc.seqno, pc.digest, i) in s1.net
  }
  lemma SendCommits(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, n: SeqNo)
    returns (s1: Sys, pc: PCert)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && low < n <= top
    ensures Ok(e, s1) && Reach(e, s, s1) && s.net <= s1.net
    ensures pc == PCert(v, n, O[n], h, HonestSet(e)) && ValidPCert(e.p, pc) && SentPCert(e.p, s1.net, pc) && AllSent(e, s, s1, pc)
  {
    HonestQuorum(e);
    var H := HonestSet(e);
    pc := PCert(v, n, O[n], h, H);
    assert SentPCert(e.p, s.net, pc) by {
      assert n in O;
      forall j | j in pc.voters ensures VoteMsg(e.p, v, n, O[n], h, j) in s.net { assert Honest(e, j); }
    }
    var acts: map<Id, Action> := map i: Id | i in H :: SendCommit(pc);
    forall i | i in acts ensures CanMove(e, s, i, acts[i]) {
      var r := s.reps[i];
      assert r.accepted == O && r.view == v && r.nv == h && r.active;
    }
    assert ValidPCert(e.p, pc);
    s1 := Round(e, s, acts);
    assert SentPCert(e.p, s1.net, pc) by {
      forall j | j in pc.voters ensures VoteMsg(e.p, v, n, O[n], h, j) in s1.net { assert VoteMsg(e.p, v, n, O[n], h, j) in s.net; }
    }
    SentAll(e, s, s1, pc, acts);
  }
  lemma SentAll(e: Env, s: Sys, s1: Sys, pc: PCert, acts: map<Id, Action>)
    requires |s.reps| == |s1.reps| == e.p.N()
    requires forall i: Id :: Honest(e, i) ==> i in acts && acts[i] == SendCommit(pc)
    requires forall i: Id :: i in acts ==>
      && CanMove(e, s, i, acts[i])
      && s1.reps[i] == Next(e.p, i, s.reps[i], acts[i])
      && Output(e.p, i, s.reps[i], acts[i]) <= s1.net
    ensures AllSent(e, s, s1, pc)
  {
    forall i: Id {:trigger s1.reps[i]} | Honest(e, i) ensures SentBy(s, s1, pc, i) {
      assert i in acts && acts[i] == SendCommit(pc);
      assert Commit(pc.view, pc.seqno, pc.digest, i) in Output(e.p, i, s.reps[i], acts[i]);
    }
  }
  lemma CommitAll(e: Env, s: Sys, s1: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, n: SeqNo, pc: PCert)
    returns (s': Sys)
    requires Ok(e, s1) && AllIn(e, s, v, h, low, top, O) && low < n <= top && s.net <= s1.net && Ok(e, s)
    requires pc == PCert(v, n, O[n], h, HonestSet(e)) && ValidPCert(e.p, pc) && SentPCert(e.p, s1.net, pc) && AllSent(e, s, s1, pc)
    ensures Ok(e, s') && Reach(e, s1, s') && s1.net <= s'.net
    ensures forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==>
      s'.reps[i] == s.reps[i].(committed := s.reps[i].committed[n := O[n]], prepared := s'.reps[i].prepared)
  {
    HonestQuorum(e);
    var cc := CCert(v, n, O[n], HonestSet(e));
    assert SentCCert(s1.net, cc) by { forall j | j in cc.signers ensures Commit(v, n, O[n], j) in s1.net { var r := s1.reps[j]; } }
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) :: CommitLocal(cc, pc);
    forall i | i in acts ensures CanMove(e, s1, i, acts[i]) {
      reveal Good();
      CommitNotBlocked(e, s1, i, cc);
      assert s1.reps[i].view == s.reps[i].view == v;
    }
    s' := Round(e, s1, acts);
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i] == s.reps[i].(committed := s.reps[i].committed[n := O[n]], prepared := s'.reps[i].prepared)
    {
      assert acts[i] == CommitLocal(cc, pc);
      var r := s1.reps[i];
    }
  }

  lemma CommitSlot(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, n: SeqNo) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && low < n <= top
    requires CommittedTo(e, s, low, n - 1, O)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, n, O) && SameExec(e, s, s')
  {
    var s1, pc := SendCommits(e, s, v, h, low, top, O, n);
    s' := CommitAll(e, s, s1, v, h, low, top, O, n, pc);
    ReachTrans(e, s, s1, s');
    forall i: Id, m: SeqNo {:trigger m in s'.reps[i].committed} | Honest(e, i) && low < m <= n && m in O
      ensures m in s'.reps[i].committed && s'.reps[i].committed[m] == O[m] {
      if m < n { assert m in s.reps[i].committed; }
    }
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i].lastExec == s.reps[i].lastExec && s'.reps[i].state == s.reps[i].state { }
  }

  lemma CommitSlots(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, k: SeqNo) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && low <= k <= top
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, k, O)
  {
    if k == low {
      s' := s;
      ReachRefl(e, s);
    } else {
      var s1 := CommitSlots(e, s, v, h, low, top, O, k - 1);
      s' := CommitSlot(e, s1, v, h, low, top, O, k);
      ReachTrans(e, s, s1, s');
    }
  }

  // ---- 5. execute: replicas behind the checkpoint fetch its state, then all execute to k ----
  ghost predicate ExecutedTo(e: Env, s: Sys, k: SeqNo) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].lastExec >= k
  }

  // A stable checkpoint has been signed by f + 1 honest replicas: its state can be fetched on messages that were really sent.
  lemma StableSent(e: Env, s: Sys, i: Id)
    requires Ok(e, s) && Honest(e, i) && s.reps[i].stable.seqno > 0
    ensures SentWeak(e.p, s.net, s.reps[i].stable.seqno, s.reps[i].stable.digest)
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]);
    var ck := s.reps[i].stable;
    var S := ck.signers - e.faulty;
    QuorumSizes(e.p);
    SubsetSize(ck.signers * e.faulty, e.faulty);
    assert |S| + |ck.signers * e.faulty| == |ck.signers|;
    assert e.p.IsWeak(S) && SentCk(s.net, ck.seqno, ck.digest, S);
  }
  // All stable checkpoints at low have the digest of one state.
  lemma LowState(e: Env, s: Sys, low: SeqNo) returns (st: State)
    requires Ok(e, s) && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].stable.seqno == low
    ensures forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].stable.digest == e.p.stHash(low, st)
  {
    HonestQuorum(e);
    reveal Good();
    var h: Id :| h in HonestSet(e);
    assert RepInv(e, s.net, h, s.reps[h]);
    CkCertChosen(e, s, s.reps[h].stable);
    st := DigestOf(e, s.net, low, s.reps[h].stable.digest);
    forall i: Id {:trigger s.reps[i]} | Honest(e, i) ensures s.reps[i].stable.digest == e.p.stHash(low, st) {
      assert RepInv(e, s.net, i, s.reps[i]);
      CkCertChosen(e, s, s.reps[i].stable);
      DigestStates(e, s, low, s.reps[i].stable.digest, st);
    }
  }
  lemma DigestOf(e: Env, net: set<Msg>, n: nat, sd: Digest) returns (st: State)
    requires DigestOk(e, net, n, sd)
    ensures StateOk(e, net, n, st) && e.p.stHash(n, st) == sd
  {
    reveal DigestOk();
    st :| StateOk(e, net, n, st) && e.p.stHash(n, st) == sd;
  }

  lemma FetchState(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && CommittedTo(e, s, low, top, O)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, top, O) && ExecutedTo(e, s', low)
  {
    HonestQuorum(e);
    var st := LowState(e, s, low);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && s.reps[i].lastExec < low :: StateTransfer(s.reps[i].stable, st);
    forall i | i in acts ensures CanMove(e, s, i, acts[i]) {
      StableSent(e, s, i);
      reveal Good();
      assert RepInv(e, s.net, i, s.reps[i]);
    }
    s' := Round(e, s, acts);
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i].lastExec >= low && s'.reps[i].lastExec <= top && SameBut(s.reps[i], s'.reps[i], low)
    {
      if i in acts { assert acts[i] == StateTransfer(s.reps[i].stable, st); }
    }
    ExecFrame(e, s, s', v, h, low, top, O);
  }
  // r' differs from r in what is executed, and may have dropped what is committed at or below low.
  ghost predicate SameBut(r: Replica, r': Replica, low: SeqNo) {
    && r'.view == r.view && r'.nv == r.nv && r'.active == r.active && r'.stable == r.stable && r'.accepted == r.accepted
    && forall n: SeqNo {:trigger n in r'.committed} :: n > low && n in r.committed ==> n in r'.committed && r'.committed[n] == r.committed[n]
  }
  lemma ExecFrame(e: Env, s: Sys, s': Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>)
    requires AllIn(e, s, v, h, low, top, O) && CommittedTo(e, s, low, top, O) && |s'.reps| == e.p.N() && s.net <= s'.net
    requires forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==> s'.reps[i].lastExec <= top && SameBut(s.reps[i], s'.reps[i], low)
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, top, O)
  {
    forall i: Id, n: SeqNo {:trigger n in s'.reps[i].committed} | Honest(e, i) && low < n <= top && n in O
      ensures n in s'.reps[i].committed && s'.reps[i].committed[n] == O[n] {
      assert SameBut(s.reps[i], s'.reps[i], low);
      assert n in s.reps[i].committed;
    }
  }

  lemma ExecuteTo(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, k: SeqNo) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && CommittedTo(e, s, low, top, O) && low <= k <= top
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, top, O) && ExecutedTo(e, s', k)
  {
    if k == low {
      s' := FetchState(e, s, v, h, low, top, O);
    } else {
      var s1 := ExecuteTo(e, s, v, h, low, top, O, k - 1);
      s' := ExecuteOne(e, s1, v, h, low, top, O, k);
      ReachTrans(e, s, s1, s');
    }
  }
  lemma ExecuteOne(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, k: SeqNo) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && CommittedTo(e, s, low, top, O) && low < k <= top && ExecutedTo(e, s, k - 1)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, top, O) && ExecutedTo(e, s', k)
  {
    HonestQuorum(e);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && s.reps[i].lastExec < k :: Execute;
    forall i | i in acts ensures CanMove(e, s, i, acts[i]) {
      assert s.reps[i].lastExec == k - 1;
      assert k in O && k in s.reps[i].committed;
    }
    s' := Round(e, s, acts);
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i].lastExec >= k && s'.reps[i].lastExec <= top && SameBut(s.reps[i], s'.reps[i], low)
    {
      if i in acts { assert acts[i] == Execute; }
    }
    ExecFrame(e, s, s', v, h, low, top, O);
  }

  // All honest replicas have executed exactly n batches and are in the same state st.
  ghost predicate AllAt(e: Env, s: Sys, n: SeqNo, st: State) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].lastExec == n && s.reps[i].state == st
  }
  lemma CommonState(e: Env, s: Sys, n: SeqNo) returns (st: State)
    requires Ok(e, s) && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].lastExec == n
    ensures AllAt(e, s, n, st)
  {
    HonestQuorum(e);
    var h: Id :| h in HonestSet(e);
    st := s.reps[h].state;
    forall i: Id {:trigger s.reps[i]} | Honest(e, i) ensures s.reps[i].state == st {
      reveal Good();
      assert RepInv(e, s.net, i, s.reps[i]) && RepInv(e, s.net, h, s.reps[h]);
      StatesAgree(e, s, n, s.reps[i].state, st);
    }
  }

  // ---- 6. a full window: take a checkpoint at its upper end ----
  lemma WindowEnd(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && top == low + e.p.L
    requires e.p.L % e.p.K == 0
    ensures top % e.p.K == 0
  {
    HonestQuorum(e);
    var i: Id :| i in HonestSet(e);
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]);
    assert low % e.p.K == 0;
    ModAdd(low, e.p.L, e.p.K);
  }
  lemma ModAdd(a: nat, b: nat, k: nat)
    requires k > 0 && a % k == 0 && b % k == 0
    ensures (a + b) % k == 0
  {
    var x, y := a / k, b / k;
    assert a == k * x && b == k * y;
    assert a + b == (x + y) * k + 0 by { assert k * x + k * y == (x + y) * k; }
    ModOf(x + y, k, 0);
  }

  // All honest replicas have signed the checkpoint (n, sd) and remember it.
  ghost predicate AllSigned(e: Env, s: Sys, n: SeqNo, sd: Digest) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==>
      n in s.reps[i].ckpts && s.reps[i].ckpts[n] == sd && Checkpoint(n, sd, i) in s.net
  }
  // Those that have not yet do; the others have signed the same.
  lemma SignAll(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, st: State) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && AllAt(e, s, top, st) && low < top && top % e.p.K == 0
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllSigned(e, s', top, e.p.stHash(top, st))
    ensures forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==> s'.reps[i] == s.reps[i].(ckpts := s'.reps[i].ckpts)
  {
    HonestQuorum(e);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && top !in s.reps[i].ckpts :: SendCheckpoint;
    forall i | i in acts ensures CanMove(e, s, i, acts[i]) { var r := s.reps[i]; }
    s' := Round(e, s, acts);
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures top in s'.reps[i].ckpts && s'.reps[i].ckpts[top] == e.p.stHash(top, st) && Checkpoint(top, e.p.stHash(top, st), i) in s'.net
      ensures s'.reps[i] == s.reps[i].(ckpts := s'.reps[i].ckpts)
    {
      var r := s.reps[i];
      if i in acts {
        assert acts[i] == SendCheckpoint;
        assert Checkpoint(top, e.p.stHash(top, st), i) in Output(e.p, i, r, acts[i]);
      } else {
        reveal Good();
        CheckpointNotBlocked(e, s, i);
        assert RepInv(e, s.net, i, r);
      }
    }
  }

  lemma SlideWindow(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, st: State) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && AllAt(e, s, top, st) && low < top
    requires top % e.p.K == 0
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, top, top, map[]) && AllAt(e, s', top, st)
  {
    HonestQuorum(e);
    var s1 := SignAll(e, s, v, h, low, top, O, st);
    var ck := CkCert(top, e.p.stHash(top, st), HonestSet(e));
    assert SentCk(s1.net, ck.seqno, ck.digest, ck.signers) by {
      forall j | j in ck.signers ensures Checkpoint(top, ck.digest, j) in s1.net { var r := s1.reps[j]; }
    }
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) :: MakeStable(ck);
    forall i | i in acts ensures CanMove(e, s1, i, acts[i]) { var r := s1.reps[i]; var r0 := s.reps[i]; }
    s' := Round(e, s1, acts);
    ReachTrans(e, s, s1, s');
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures var r := s'.reps[i];
        r.view == v && r.nv == h && r.active && r.stable.seqno == top && r.accepted == map[] && r.lastExec == top && r.state == st
    {
      assert acts[i] == MakeStable(ck);
      var r, r0 := s1.reps[i], s.reps[i];
      assert r0.accepted == O;
    }
  }

  // ---- 7. a new batch ----
  ghost predicate Fresh(p: Params, st: State, d: Digest) { forall q :: q in p.Requests(d) ==> !p.Done(st.table, q) }

  lemma ProposeNext(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, d: Digest) returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && top < low + e.p.L && AuthBatch(e, s.net, d)
    requires CommittedTo(e, s, low, top, O) && Fresh(e.p, s.reps[e.p.Primary(v)].state, d)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top + 1, O[top + 1 := d]) && CommittedTo(e, s', low, top, O[top + 1 := d])
    ensures SameExec(e, s, s')
  {
    HonestQuorum(e);
    var i0, n := e.p.Primary(v), top + 1;
    var act := Propose(n, d);
    assert s.reps[i0].accepted == O;
    var s1 := Round(e, s, map[i0 := act]);
    assert s1.reps[i0] == s.reps[i0].(accepted := O[n := d]);
    assert PrePrepare(v, n, d, h) in Output(e.p, i0, s.reps[i0], act);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) && i != i0 :: AcceptPrePrepare(v, n, d, h);
    forall i | i in acts ensures CanMove(e, s1, i, acts[i]) { assert s1.reps[i] == s.reps[i]; assert s.reps[i].accepted == O; }
    s' := Round(e, s1, acts);
    ReachTrans(e, s, s1, s');
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i] == s.reps[i].(accepted := O[n := d]) && VoteMsg(e.p, v, n, d, h, i) in s'.net
    {
      if i != i0 {
        assert acts[i] == AcceptPrePrepare(v, n, d, h);
        assert Prepare(v, n, d, h, i) in Output(e.p, i, s1.reps[i], acts[i]);
      }
    }
    assert |s'.reps| == e.p.N() && s.net <= s'.net;
    forall i: Id {:trigger s'.reps[i]} | Honest(e, i)
      ensures s'.reps[i] == s.reps[i].(accepted := O[top + 1 := d])
      ensures VoteMsg(e.p, v, top + 1, d, h, i) in s'.net { }
    Proposed(e, s, s', v, h, low, top, O, d);
  }
  lemma Proposed(e: Env, s: Sys, s': Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, d: Digest)
    requires AllIn(e, s, v, h, low, top, O) && top < low + e.p.L && CommittedTo(e, s, low, top, O) && s.net <= s'.net && |s'.reps| == e.p.N()
    requires forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==>
      s'.reps[i] == s.reps[i].(accepted := O[top + 1 := d]) && VoteMsg(e.p, v, top + 1, d, h, i) in s'.net
    ensures AllIn(e, s', v, h, low, top + 1, O[top + 1 := d]) && CommittedTo(e, s', low, top, O[top + 1 := d])
    ensures SameExec(e, s, s')
  {
    var O' := O[top + 1 := d];
    forall i: Id, n: SeqNo | Honest(e, i) && n in O' ensures VoteMsg(e.p, v, n, O'[n], h, i) in s'.net { var r := s'.reps[i]; }
    forall i: Id, n: SeqNo {:trigger n in s'.reps[i].committed} | Honest(e, i) && low < n <= top && n in O'
      ensures n in s'.reps[i].committed && s'.reps[i].committed[n] == O'[n] { assert n in s.reps[i].committed; }
  }

  // All honest replicas have executed d as the n-th batch, from one state, and have told the clients.
  ghost predicate Served(e: Env, s: Sys, st0: State, d: Digest, n: SeqNo) {
    && AllAt(e, s, n, e.p.Apply(st0, d))
    && forall i: Id {:trigger Honest(e, i)} :: Honest(e, i) ==> Replies(e.p, i, st0, d) <= s.net
  }

  lemma ServeNew(e: Env, s: Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, st0: State, d: Digest)
    returns (s': Sys)
    requires Ok(e, s) && AllIn(e, s, v, h, low, top, O) && AllAt(e, s, top, st0)
    requires CommittedTo(e, s, low, top, O) && top < low + e.p.L && AuthBatch(e, s.net, d) && Fresh(e.p, st0, d)
    ensures Ok(e, s') && Reach(e, s, s') && s.net <= s'.net && Served(e, s', st0, d, top + 1)
  {
    var n, O' := top + 1, O[top + 1 := d];
    assert s.reps[e.p.Primary(v)].state == st0;
    var s1 := ProposeNext(e, s, v, h, low, top, O, d);
    var s2 := CommitSlot(e, s1, v, h, low, n, O', n);
    ReachTrans(e, s, s1, s2);
    HonestQuorum(e);
    var acts: map<Id, Action> := map i: Id | i in HonestSet(e) :: Execute;
    forall i: Id {:trigger s2.reps[i]} | Honest(e, i)
      ensures s2.reps[i].lastExec == top && s2.reps[i].state == st0 && n in s2.reps[i].committed && s2.reps[i].committed[n] == d {
      assert s1.reps[i].lastExec == s.reps[i].lastExec && s2.reps[i].lastExec == s1.reps[i].lastExec;
      assert s1.reps[i].state == s.reps[i].state && s2.reps[i].state == s1.reps[i].state;
      assert n in O';
    }
    s' := Round(e, s2, acts);
    ReachTrans(e, s, s2, s');
    forall i: Id {:trigger Honest(e, i)} | Honest(e, i)
      ensures s'.reps[i].lastExec == n && s'.reps[i].state == e.p.Apply(st0, d) && Replies(e.p, i, st0, d) <= s'.net
    {
      assert acts[i] == Execute;
      var r := s2.reps[i];
      assert Output(e.p, i, r, Execute) == Replies(e.p, i, st0, d);
    }
  }

  // ---- executions never go back in a schedule, and clients' windows only move up ----
  lemma RunsExec(e: Env, s: Sys, ms: seq<Move>, s': Sys)
    requires Runs(e, s, ms, s')
    ensures |s'.reps| == |s.reps| && s.net <= s'.net && forall i: Id {:trigger s'.reps[i]} :: i < |s.reps| ==> s'.reps[i].lastExec >= s.reps[i].lastExec
    decreases |ms|
  {
    if ms != [] {
      var s1 := Step(e, s, ms[0].i, ms[0].a);
      StepExec(e, s, ms[0].i, ms[0].a);
      RunsExec(e, s1, ms[1..], s');
    }
  }
  lemma StepExec(e: Env, s: Sys, i: Id, a: Action)
    requires CanMove(e, s, i, a)
    ensures Next(e.p, i, s.reps[i], a).lastExec >= s.reps[i].lastExec
  {
  }
  lemma ReachExec(e: Env, s: Sys, s': Sys)
    requires Reach(e, s, s')
    ensures |s'.reps| == |s.reps| && s.net <= s'.net && forall i: Id {:trigger s'.reps[i]} :: i < |s.reps| ==> s'.reps[i].lastExec >= s.reps[i].lastExec
  {
    reveal Reach();
    var ms: seq<Move> :| Runs(e, s, ms, s');
    RunsExec(e, s, ms, s');
  }

  ghost function BaseOf(p: Params, st: State, c: Client): nat { p.EntryOf(st.table, c).base }
  lemma SlideUp(p: Params, base: nat, above: set<nat>, steps: nat)
    ensures p.Slide(base, above, steps).0 >= base
    decreases steps
  {
    if steps > 0 && base + 1 in above { SlideUp(p, base + 1, above - {base + 1}, steps - 1); }
  }
  lemma MarkUp(p: Params, table: map<Client, Entry>, rs: seq<Digest>, results: seq<Result>, k: nat, c: Client)
    requires k <= |rs|
    ensures p.EntryOf(p.MarkAll(table, rs, results, k), c).base >= p.EntryOf(table, c).base
  {
    if k > 0 {
      MarkUp(p, table, rs, results, k - 1, c);
      var t, q := p.MarkAll(table, rs, results, k - 1), p.req(rs[k - 1]);
      SlideUp(p, p.EntryOf(t, q.client).base, p.EntryOf(t, q.client).above + {q.ts}, p.W);
    }
  }
  lemma BaseUp(p: Params, h: seq<Digest>, h': seq<Digest>, c: Client)
    requires h <= h'
    ensures BaseOf(p, Fold(p, h), c) <= BaseOf(p, Fold(p, h'), c)
  {
    if |h'| > |h| {
      var front, d := h'[..|h'| - 1], h'[|h'| - 1];
      assert h <= front;
      BaseUp(p, h, front, c);
      var st := Fold(p, front);
      var rs := p.Runnable(st.table, p.Requests(d));
      MarkUp(p, st.table, rs, p.exec(st.app, rs).1, |rs|, c);
    } else { assert h == h'; }
  }
  // What one honest replica's window admitted by timestamp, every later common state's does.
  lemma WindowKept(e: Env, s: Sys, s': Sys, i: Id, n: SeqNo, st: State, c: Client)
    requires Ok(e, s) && Ok(e, s') && Reach(e, s, s') && AllAt(e, s', n, st) && Honest(e, i)
    ensures BaseOf(e.p, s.reps[i].state, c) <= BaseOf(e.p, st, c)
  {
    ReachExec(e, s, s');
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]) && RepInv(e, s'.net, i, s'.reps[i]);
    Mono(e, s.net, s'.net);
    var h := LogOf(e, s', s.reps[i].lastExec, s.reps[i].state);
    var h' := LogOf(e, s', n, st);
    LogsAgree(e, s', h, h');
    assert |h| <= |h'|;
    BaseUp(e.p, h, h', c);
  }

  // ---- the reply to what is executed is kept until the client's next request with that timestamp mod W ----
  // a reply to (c, ts) is kept, or to a later request of c at its place
  ghost predicate ReplyKept(p: Params, table: map<Client, Entry>, c: Client, ts: nat) {
    var e := p.EntryOf(table, c);
    ts % p.W in e.replies && e.replies[ts % p.W].ts >= ts
  }
  ghost predicate AllKept(p: Params, table: map<Client, Entry>, c: Client) {
    forall ts: nat {:trigger X.Has(p, table, c, ts)} :: ts > 0 && X.Has(p, table, c, ts) ==> ReplyKept(p, table, c, ts)
  }
  lemma ModStep(a: nat, b: nat, w: nat)
    requires w > 0 && a % w == b % w && a > b
    ensures a >= b + w
  {
    var x, y := a / w, b / w;
    assert a == w * x + a % w && b == w * y + b % w;
    assert w * x > w * y;
    if x <= y { MulLe(w, x, y); }
    MulLe(w, y + 1, x);
    assert w * (y + 1) == w * y + w;
  }
  lemma MulLe(w: nat, x: nat, y: nat)
    requires x <= y
    ensures w * x <= w * y
  {
    assert w * y == w * x + w * (y - x);
  }
  lemma MarkKept(p: Params, table: map<Client, Entry>, r: Digest, result: Result, c: Client)
    requires AllKept(p, table, c) && X.EntryFits(p, p.EntryOf(table, c))
    requires p.req(r).client == c ==> p.EntryOf(table, c).base < p.req(r).ts
    ensures AllKept(p, p.Mark(table, r, result), c)
  {
    var q, table', e := p.req(r), p.Mark(table, r, result), p.EntryOf(table, c);
    forall ts: nat {:trigger X.Has(p, table', c, ts)} | ts > 0 && X.Has(p, table', c, ts) ensures ReplyKept(p, table', c, ts) {
      X.MarkOk(p, table, r, result, c, ts);
      if q.client == c && ts != q.ts {
        assert X.Has(p, table, c, ts) && ReplyKept(p, table, c, ts);
        assert ts <= e.base + p.W;
        if ts % p.W == q.ts % p.W && ts > q.ts { ModStep(ts, q.ts, p.W); }
      } else if q.client != c {
        assert X.Has(p, table, c, ts) && ReplyKept(p, table, c, ts);
      }
    }
  }
  lemma MarkAllKept(p: Params, table: map<Client, Entry>, rs: seq<Digest>, results: seq<Result>, k: nat, c: Client)
    requires k <= |rs| && X.RunsOk(p, table, rs, rs) && X.EntryFits(p, p.EntryOf(table, c)) && AllKept(p, table, c)
    ensures AllKept(p, p.MarkAll(table, rs, results, k), c)
  {
    if k > 0 {
      var r, mid := rs[k - 1], p.MarkAll(table, rs, results, k - 1);
      MarkAllKept(p, table, rs, results, k - 1, c);
      X.MarkAllFits(p, table, rs, results, k - 1, c);
      if p.req(r).client == c {
        assert p.Admits(table, r);
        X.MarkAllOk(p, table, rs, results, k - 1, c, p.req(r).ts);
        forall j: nat | j < k - 1 ensures !(p.req(rs[j]).client == c && p.req(rs[j]).ts == p.req(r).ts) {
          assert !p.SameId(rs[j], rs[k - 1]);
        }
        assert !X.Has(p, mid, c, p.req(r).ts);
      }
      MarkKept(p, mid, r, p.ResultAt(results, k - 1), c);
    }
  }
  lemma FoldKept(p: Params, h: seq<Digest>, c: Client)
    ensures AllKept(p, Fold(p, h).table, c)
  {
    if |h| > 0 {
      var st, d := Fold(p, h[..|h| - 1]), h[|h| - 1];
      var rs := p.Runnable(st.table, p.Requests(d));
      FoldKept(p, h[..|h| - 1], c);
      X.TableFits(p, h[..|h| - 1], c);
      X.RunnableOk(p, st.table, p.Requests(d));
      forall k: nat | k < |rs| ensures rs[k] in rs && p.Admits(st.table, rs[k]) { }
      MarkAllKept(p, st.table, rs, p.exec(st.app, rs).1, |rs|, c);
    }
  }
  lemma StateKept(e: Env, s: Sys, n: nat, st: State, q: Digest)
    requires Ok(e, s) && AllAt(e, s, n, st) && e.p.Done(st.table, q) && e.p.req(q).ts > 0
    ensures ReplyKept(e.p, st.table, e.p.req(q).client, e.p.req(q).ts)
  {
    HonestQuorum(e);
    reveal Good();
    var i: Id :| i in HonestSet(e);
    assert RepInv(e, s.net, i, s.reps[i]);
    var h := LogOf(e, s, n, st);
    FoldKept(e.p, h, e.p.req(q).client);
    assert X.Has(e.p, st.table, e.p.req(q).client, e.p.req(q).ts);
  }

  // ---- the theorems ----
  // Whatever happened before: honest replicas alone can come to one common state with room in the window, in a common view.
  lemma Gather(e: Env, s: Sys) returns (s': Sys, v: View, h: Digest, low: SeqNo, top: SeqNo, O: map<SeqNo, Digest>, st: State)
    requires Ok(e, s) && e.p.L > 0 && e.p.L % e.p.K == 0
    ensures Reach(e, s, s') && Ok(e, s') && s.net <= s'.net
    ensures AllIn(e, s', v, h, low, top, O) && CommittedTo(e, s', low, top, O) && AllAt(e, s', top, st) && top < low + e.p.L
  {
    v := LaterView(e, s);
    var s1 := RaiseViews(e, s, v);
    var s2;
    s2, h, low, top, O := EnterView1(e, s1, v);
    ReachTrans(e, s, s1, s2);
    var s3 := CommitSlots(e, s2, v, h, low, top, O, top);
    ReachTrans(e, s, s2, s3);
    s' := ExecuteTo(e, s3, v, h, low, top, O, top);
    ReachTrans(e, s, s3, s');
    st := CommonState(e, s', top);
    if top == low + e.p.L {
      WindowEnd(e, s', v, h, low, top, O);
      var s5 := SlideWindow(e, s', v, h, low, top, O, st);
      ReachTrans(e, s, s', s5);
      s', low, O := s5, top, map[];
    }
  }

  // Batches. From every reachable state, for every batch d of requests that were sent: honest replicas alone, by the book,
  // come to a state in which all of them have executed d as batch n and sent the replies; unless, in the common state st0
  // that they come to before, some request of d is executed already.
  lemma NonBlocking(e: Env, s: Sys, d: Digest) returns (s': Sys, n: SeqNo, st0: State)
    requires Ok(e, s) && AuthBatch(e, s.net, d) && e.p.L > 0 && e.p.L % e.p.K == 0
    ensures Reach(e, s, s') && Ok(e, s')
    ensures Fresh(e.p, st0, d) ==> n > 0 && Served(e, s', st0, d, n)
    ensures !Fresh(e.p, st0, d) ==> AllAt(e, s', n, st0)
    ensures exists s0: Sys, m: SeqNo :: Ok(e, s0) && Reach(e, s, s0) && AllAt(e, s0, m, st0)
  {
    var s0, v, h, low, top, O, st := Gather(e, s);
    st0 := st;
    if Fresh(e.p, st, d) {
      s' := ServeNew(e, s0, v, h, low, top, O, st, d);
      ReachTrans(e, s, s0, s');
      n := top + 1;
    } else {
      s', n := s0, top;
    }
  }

  // The client of request q has the replies of all honest replicas, in s, with this result.
  ghost predicate Answered(e: Env, s: Sys, q: Digest, result: Result) {
    var x := RCert(e.p.req(q).client, e.p.req(q).ts, result, HonestSet(e));
    && ValidRCert(e.p, x) && AuthRCert(e, s.net, x)
    && forall i: Id :: i in x.signers ==> Reply(x.client, x.ts, x.result, i) in s.net
  }

  // Requests. From every reachable state, for every request q that was sent, and that the window of some honest replica does not
  // exclude as too new: honest replicas alone, by the book, come to a state in which all of them have executed q, with equal
  // states st. If q was not executed in the common state st0 that they come to on the way, the client has a reply certificate; if it
  // was, all honest replicas keep, at its place in the client table, the same reply to it (or to a later request of the client).
  // d: a batch of q alone.
  lemma Serves(e: Env, s: Sys, q: Digest, d: Digest, i: Id) returns (s': Sys, n: SeqNo, st0: State, st: State, result: Result)
    requires Ok(e, s) && Request(q) in s.net && e.p.Requests(d) == [q] && e.p.L > 0 && e.p.L % e.p.K == 0
    requires Honest(e, i) && 0 < e.p.req(q).ts <= BaseOf(e.p, s.reps[i].state, e.p.req(q).client) + e.p.W
    ensures Reach(e, s, s') && Ok(e, s') && AllAt(e, s', n, st) && e.p.Done(st.table, q)
    ensures !e.p.Done(st0.table, q) ==> st == e.p.Apply(st0, d) && Answered(e, s', q, result)
    ensures e.p.Done(st0.table, q) ==> st == st0
    ensures ReplyKept(e.p, st.table, e.p.req(q).client, e.p.req(q).ts)
    ensures exists s0: Sys, m: SeqNo :: Ok(e, s0) && Reach(e, s, s0) && AllAt(e, s0, m, st0)
  {
    s', n, st0 := NonBlocking(e, s, d);
    var s0: Sys, m: SeqNo :| Ok(e, s0) && Reach(e, s, s0) && AllAt(e, s0, m, st0);
    WindowKept(e, s, s0, i, m, st0, e.p.req(q).client);
    assert q in e.p.Requests(d);
    if Fresh(e.p, st0, d) {
      st := e.p.Apply(st0, d);
      result := Effective(e, s', st0, d, q, n);
    } else {
      st, result := st0, 0;
    }
    StateKept(e, s', n, st, q);
  }
  lemma Effective(e: Env, s: Sys, st0: State, d: Digest, q: Digest, n: SeqNo) returns (result: Result)
    requires Served(e, s, st0, d, n) && e.p.Requests(d) == [q] && e.p.Admits(st0.table, q) && EnvOk(e) && e.p.n >= 3 * e.p.f + 1
    ensures Answered(e, s, q, result) && e.p.Done(e.p.Apply(st0, d).table, q)
  {
    HonestQuorum(e);
    var rs := e.p.Runnable(st0.table, e.p.Requests(d));
    var k := X.RunnableAll(e.p, st0.table, [q], q);
    result := e.p.ResultOf(st0.app, rs, k);
    var c, ts := e.p.req(q).client, e.p.req(q).ts;
    assert e.p.req(rs[k]).client == c && e.p.req(rs[k]).ts == ts;
    X.ApplyOk(e.p, st0, d, c, ts);
    assert X.Among(e.p, rs, |rs|, c, ts);
    forall i: Id | Honest(e, i) ensures Reply(c, ts, result, i) in s.net {
      assert Reply(c, ts, result, i) in Replies(e.p, i, st0, d);
    }
  }

  // The same, said of behaviors.
  lemma NeverStuck(e: Env, b: seq<Sys>, k: nat, q: Digest, d: Digest, i: Id) returns (s': Sys, n: SeqNo, st0: State, st: State, result: Result)
    requires EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && Behavior(e, b) && k < |b| && |b[k].reps| == e.p.N()
    requires Request(q) in b[k].net && e.p.Requests(d) == [q] && e.p.L > 0 && e.p.L % e.p.K == 0
    requires Honest(e, i) && 0 < e.p.req(q).ts <= BaseOf(e.p, b[k].reps[i].state, e.p.req(q).client) + e.p.W
    ensures Reach(e, b[k], s') && AllAt(e, s', n, st) && e.p.Done(st.table, q)
    ensures !e.p.Done(st0.table, q) ==> st == e.p.Apply(st0, d) && Answered(e, s', q, result)
    ensures e.p.Done(st0.table, q) ==> st == st0
    ensures ReplyKept(e.p, st.table, e.p.req(q).client, e.p.req(q).ts)
    ensures exists s0: Sys, m: SeqNo :: Reach(e, b[k], s0) && AllAt(e, s0, m, st0)
  {
    GoodBehavior(e, b, k);
    s', n, st0, st, result := Serves(e, b[k], q, d, i);
  }
}
