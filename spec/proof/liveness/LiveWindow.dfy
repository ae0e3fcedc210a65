include "LiveProgress.dfy"
include "LiveSync.dfy"
// Progress inside a view while windows move: low watermarks may differ, checkpoints may become stable at any time, and the window of the
// primary may be used up. Replicas that sign checkpoints and make them stable within D empty a full window in time, so that the request gets
// its place; and they all execute that place.
module PbftLiveWindow {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftLiveBase
  import opened PbftLiveXInv
  import opened PbftLiveNonBlocking
  import opened PbftLiveProgress
  import X = PbftExactlyOnce
  import Sync = PbftLiveSync

  // The window is a number of checkpoint periods.
  predicate Windowed(p: Params) { p.L > 0 && p.L % p.K == 0 }

  // ---- what correct replicas keep to at all times, besides the guards ----
  // They sign the checkpoint of what they have executed before they execute on, and fetch the state of a checkpoint only if f + 1 replicas
  // have sent that checkpoint.
  ghost predicate SignsFirst(e: Env, s: Sys, i: Id, a: Action)
    requires i < |s.reps|
  {
    && (a.Execute? ==> !Enabled(e.p, i, s.reps[i], SendCheckpoint))
    && (a.StateTransfer? ==> SentWeak(e.p, s.net, a.ck.seqno, a.ck.digest))
  }
  ghost predicate Orderly(e: Env, s: Sys, s': Sys) {
    || s' == s
    || ByzStep(e, s, s')
    || exists i: Id, a: Action :: CanStep(e, s, i, a) && SignsFirst(e, s, i, a) && s' == Step(e, s, i, a)
  }
  ghost predicate OrderlyRun(e: Env, b: TRun) { IsRun(e, b) && forall t: nat :: Orderly(e, b(t), b(t + 1)) }

  // f + 1 replicas have sent one checkpoint of place n
  ghost predicate WeakAt(e: Env, net: set<Msg>, n: SeqNo) { exists sd: Digest :: SentWeak(e.p, net, n, sd) }
  ghost predicate NoHigher(e: Env, net: set<Msg>, n: SeqNo) { forall m: SeqNo :: m > n ==> !WeakAt(e, net, m) }
  // A checkpoint that a replica has passed it has signed, unless it fetched the state of a later one.
  ghost predicate PassedSigned(e: Env, net: set<Msg>, r: Replica, m: SeqNo) {
    0 < m <= r.lastExec && m % e.p.K == 0 && r.stable.seqno <= m ==> m in r.ckpts || m == r.lastExec || !NoHigher(e, net, m)
  }
  ghost predicate Marks(e: Env, net: set<Msg>, i: Id, r: Replica) {
    && (forall n: SeqNo, sd: Digest {:trigger Checkpoint(n, sd, i)} :: Checkpoint(n, sd, i) in net ==> n > 0 && n % e.p.K == 0)
    && (forall m: SeqNo :: PassedSigned(e, net, r, m))
    // what it has executed beyond its window it has fetched
    && (forall n: SeqNo :: n in r.committed ==> n <= r.stable.seqno + e.p.L)
    && (r.lastExec <= r.stable.seqno + e.p.L || r.lastExec % e.p.K == 0)
  }
  opaque ghost predicate MarkInv(e: Env, s: Sys) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> Marks(e, s.net, i, s.reps[i])
  }

  lemma WeakMono(e: Env, net: set<Msg>, net': set<Msg>)
    requires net <= net'
    ensures forall n :: WeakAt(e, net, n) ==> WeakAt(e, net', n)
    ensures forall n :: NoHigher(e, net', n) ==> NoHigher(e, net, n)
  {
    forall n | WeakAt(e, net, n) ensures WeakAt(e, net', n) {
      var sd: Digest :| SentWeak(e.p, net, n, sd);
      var S: set<Id> :| e.p.IsWeak(S) && SentCk(net, n, sd, S);
      assert SentCk(net', n, sd, S);
      assert SentWeak(e.p, net', n, sd);
    }
  }
  lemma MarksStep(e: Env, s: Sys, i: Id, a: Action)
    requires CanStep(e, s, i, a) && SignsFirst(e, s, i, a) && Marks(e, s.net, i, s.reps[i])
    ensures Marks(e, Step(e, s, i, a).net, i, Next(e.p, i, s.reps[i], a))
  {
    var net', r, r' := Step(e, s, i, a).net, s.reps[i], Next(e.p, i, s.reps[i], a);
    WeakMono(e, s.net, net');
    forall n: SeqNo, sd: Digest {:trigger Checkpoint(n, sd, i)} | Checkpoint(n, sd, i) in net' ensures n > 0 && n % e.p.K == 0 {}
    forall m: SeqNo ensures PassedSigned(e, net', r', m) {
      assert PassedSigned(e, s.net, r, m);
      if a.StateTransfer? {
        assert WeakAt(e, s.net, a.ck.seqno);
        assert WeakAt(e, net', a.ck.seqno);
      }
    }
  }
  lemma MarksFrame(e: Env, net: set<Msg>, net': set<Msg>, i: Id, r: Replica)
    requires Marks(e, net, i, r) && net <= net' && forall m :: m in net' && m !in net ==> Sender(e.p, m) != i
    ensures Marks(e, net', i, r)
  {
    WeakMono(e, net, net');
    forall m: SeqNo ensures PassedSigned(e, net', r, m) { assert PassedSigned(e, net, r, m); }
  }
  lemma MarksNext(e: Env, s: Sys, s': Sys)
    requires MarkInv(e, s) && Orderly(e, s, s')
    ensures MarkInv(e, s')
  {
    reveal MarkInv();
    if s' == s {
    } else if ByzStep(e, s, s') {
      forall j: Id {:trigger s'.reps[j]} | Honest(e, j) ensures Marks(e, s'.net, j, s'.reps[j]) { MarksFrame(e, s.net, s'.net, j, s.reps[j]); }
    } else {
      var i: Id, a: Action :| CanStep(e, s, i, a) && SignsFirst(e, s, i, a) && s' == Step(e, s, i, a);
      OutputSender(e.p, i, s.reps[i], a);
      MarksStep(e, s, i, a);
      forall j: Id {:trigger s'.reps[j]} | Honest(e, j) ensures Marks(e, s'.net, j, s'.reps[j]) {
        if j != i { MarksFrame(e, s.net, s'.net, j, s.reps[j]); }
      }
    }
  }
  lemma MarksAt(e: Env, b: TRun, t: nat)
    requires OrderlyRun(e, b)
    ensures MarkInv(e, b(t))
  {
    if t == 0 { reveal MarkInv(); }
    else {
      MarksAt(e, b, t - 1);
      assert Orderly(e, b(t - 1), b(t - 1 + 1));
      MarksNext(e, b(t - 1), b(t));
    }
  }

  // ---- checkpoints that f + 1 have sent ----
  lemma WeakFacts(e: Env, s: Sys, n: SeqNo) returns (sd: Digest, st: State, d: Digest)
    requires Ok(e, s) && MarkInv(e, s) && WeakAt(e, s.net, n)
    ensures SentWeak(e.p, s.net, n, sd) && StateOk(e, s.net, n, st) && e.p.stHash(n, st) == sd
    ensures n > 0 && n % e.p.K == 0 && Chosen(e, s.net, n, d)
  {
    reveal Good(); reveal MarkInv();
    sd :| SentWeak(e.p, s.net, n, sd);
    var S: set<Id> :| e.p.IsWeak(S) && SentCk(s.net, n, sd, S);
    var k := WeakQuorumHonest(e, S);
    assert RepInv(e, s.net, k, s.reps[k]) && Marks(e, s.net, k, s.reps[k]);
    assert Checkpoint(n, sd, k) in s.net;
    st := DigestOf(e, s.net, n, sd);
    var h := LogOf(e, s, n, st);
    d := h[n - 1];
    assert Chosen(e, s.net, n - 1 + 1, h[n - 1]);
  }
  lemma LowIsWeak(e: Env, s: Sys, i: Id)
    requires Ok(e, s) && Honest(e, i)
    ensures s.reps[i].stable.seqno > 0 ==> WeakAt(e, s.net, s.reps[i].stable.seqno)
    ensures s.reps[i].stable.seqno % e.p.K == 0
    ensures forall n: SeqNo :: NoHigher(e, s.net, n) ==> s.reps[i].stable.seqno <= n
  {
    var ck := s.reps[i].stable;
    if ck.seqno > 0 { StableSent(e, s, i); assert WeakAt(e, s.net, ck.seqno); }
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]);
    assert ValidCkCert(e.p, ck);
    assert 0 % e.p.K == 0;
  }
  // A replica that has not executed a place whose checkpoint f + 1 have sent can fetch the state of that or of its own stable checkpoint.
  lemma CanFetch(e: Env, s: Sys, i: Id, n: SeqNo) returns (a: Action)
    requires Ok(e, s) && MarkInv(e, s) && Honest(e, i) && WeakAt(e, s.net, n) && s.reps[i].lastExec < n
    ensures a.StateTransfer? && a.ck.seqno >= n && CanMove(e, s, i, a)
  {
    reveal Good();
    var r := s.reps[i];
    assert RepInv(e, s.net, i, r);
    if r.stable.seqno >= n {
      CkCertChosen(e, s, r.stable);
      var st := DigestOf(e, s.net, r.stable.seqno, r.stable.digest);
      StableSent(e, s, i);
      a := StateTransfer(r.stable, st);
    } else {
      var sd, st, d := WeakFacts(e, s, n);
      var S: set<Id> :| e.p.IsWeak(S) && SentCk(s.net, n, sd, S);
      a := StateTransfer(CkCert(n, sd, S), st);
    }
  }
  // Whoever is at or beyond the highest checkpoint has signed it, or can.
  lemma HasSigned(e: Env, s: Sys, i: Id, n: SeqNo)
    requires Ok(e, s) && MarkInv(e, s) && Honest(e, i) && 0 < n <= s.reps[i].lastExec && n % e.p.K == 0 && NoHigher(e, s.net, n)
    ensures s.reps[i].stable.seqno <= n
    ensures s.reps[i].lastExec > n ==> n in s.reps[i].ckpts
    ensures n !in s.reps[i].ckpts ==> CanMove(e, s, i, SendCheckpoint)
  {
    LowIsWeak(e, s, i);
    reveal MarkInv();
    assert Marks(e, s.net, i, s.reps[i]);
    assert PassedSigned(e, s.net, s.reps[i], n);
  }
  lemma SignedKept(e: Env, s: Sys, i: Id, r: Replica, n: SeqNo)
    requires Ok(e, s) && Honest(e, i) && r.lastExec == n && Signed(e.p, s.net, i, r) && s.reps[i].stable.seqno <= n
    ensures n in s.reps[i].ckpts
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]);
    assert Checkpoint(n, e.p.stHash(r.lastExec, r.state), i) in s.net;
  }
  lemma StillSigned(e: Env, s: Sys, s': Sys, i: Id, n: SeqNo)
    requires Ok(e, s) && Ok(e, s') && Honest(e, i) && s.net <= s'.net && n in s.reps[i].ckpts && s'.reps[i].stable.seqno <= n
    ensures n in s'.reps[i].ckpts
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]) && RepInv(e, s'.net, i, s'.reps[i]);
    assert Checkpoint(n, s.reps[i].ckpts[n], i) in s'.net;
  }
  // When all have signed, each can make the checkpoint stable.
  lemma CanStabilise(e: Env, s: Sys, i: Id, n: SeqNo) returns (a: Action)
    requires Ok(e, s) && Honest(e, i) && n > 0 && n % e.p.K == 0 && s.reps[i].stable.seqno < n
    requires forall j: Id {:trigger s.reps[j]} :: Honest(e, j) ==> n in s.reps[j].ckpts
    ensures a.MakeStable? && a.ck.seqno == n && CanMove(e, s, i, a) && HonestBased(e, a)
  {
    HonestQuorum(e);
    reveal Good();
    var sd := s.reps[i].ckpts[n];
    assert RepInv(e, s.net, i, s.reps[i]);
    assert Checkpoint(n, sd, i) in s.net;
    var st := DigestOf(e, s.net, n, sd);
    forall j | j in HonestSet(e) ensures Checkpoint(n, sd, j) in s.net {
      assert RepInv(e, s.net, j, s.reps[j]);
      assert Checkpoint(n, s.reps[j].ckpts[n], j) in s.net;
      DigestStates(e, s, n, s.reps[j].ckpts[n], st);
    }
    a := MakeStable(CkCert(n, sd, HonestSet(e)));
  }

  // ---- in time ----
  ghost predicate Moving(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest) { Course(e, b, D, v, t0, t1, q) && OrderlyRun(e, b) }

  lemma Now(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= t1
    ensures Ok(e, b(t)) && XInv(e, b(t)) && MarkInv(e, b(t)) && Gathered(e, b(t), v)
  {
    RunOk(e, b, t);
    MarksAt(e, b, t);
  }
  ghost predicate AllAt(e: Env, s: Sys, n: SeqNo) { |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].lastExec >= n }
  ghost predicate AllActive(e: Env, s: Sys) { |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].active }

  lemma StayAt(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, t': nat, n: SeqNo)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= t' <= t1
    ensures AllAt(e, b(t), n) ==> AllAt(e, b(t'), n)
    ensures AllActive(e, b(t)) ==> AllActive(e, b(t'))
  {
    Keeps(e, b, v, t0, t1, t, t');
    Now(e, b, D, v, t0, t1, q, t);
    assert forall i: Id {:trigger b(t').reps[i]} :: Honest(e, i) ==> Holds(b(t).reps[i], b(t').reps[i]);
  }

  // All get to a checkpoint that f + 1 have sent.
  lemma GetTo(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + D <= t1 && (n == 0 || WeakAt(e, b(t).net, n))
    ensures AllAt(e, b(t + D), n)
  {
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    forall i: Id {:trigger b(t + D).reps[i]} | Honest(e, i) ensures b(t + D).reps[i].lastExec >= n {
      assert Holds(b(t).reps[i], b(t + D).reps[i]);
      if b(t).reps[i].lastExec < n {
        var a := CanFetch(e, b(t), i, n);
        React(e, b, D, v, t0, t1, q, t, i, a);
      }
    }
  }
  // The highest checkpoint that all have reached all sign within D...
  lemma SignOne(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, i: Id)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + D <= t1 && n > 0 && n % e.p.K == 0 && Honest(e, i)
    requires AllAt(e, b(t), n) && NoHigher(e, b(t + D).net, n)
    ensures |b(t + D).reps| == e.p.N() && n in b(t + D).reps[i].ckpts
  {
    var s, s' := b(t), b(t + D);
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    StayAt(e, b, D, v, t0, t1, q, t, t + D, n);
    WeakMono(e, s.net, s'.net);
    assert s.reps[i].lastExec >= n && s'.reps[i].lastExec >= n;
    HasSigned(e, s, i, n);
    HasSigned(e, s', i, n);
    if n in s.reps[i].ckpts { StillSigned(e, s, s', i, n); }
    else {
      assert s.reps[i].lastExec == n;
      React(e, b, D, v, t0, t1, q, t, i, SendCheckpoint);
      if s'.reps[i].lastExec == n { SignedKept(e, s', i, s.reps[i], n); }
    }
  }
  // ... and make stable within another.
  lemma Stabilise(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + D + D <= t1 && n > 0 && n % e.p.K == 0
    requires AllAt(e, b(t), n) && NoHigher(e, b(t + D + D).net, n)
    ensures Steady(e, b(t + D + D), v, n)
  {
    var u, w := t + D, t + D + D;
    Now(e, b, D, v, t0, t1, q, u);
    Now(e, b, D, v, t0, t1, q, w);
    Keeps(e, b, v, t0, t1, u, w);
    WeakMono(e, b(u).net, b(w).net);
    forall j: Id {:trigger b(u).reps[j]} | Honest(e, j) ensures n in b(u).reps[j].ckpts { SignOne(e, b, D, v, t0, t1, q, t, n, j); }
    forall i: Id {:trigger b(w).reps[i]} | Honest(e, i) ensures b(w).reps[i].stable.seqno == n {
      assert Holds(b(u).reps[i], b(w).reps[i]);
      LowIsWeak(e, b(w), i);
      if b(u).reps[i].stable.seqno < n {
        var a := CanStabilise(e, b(u), i, n);
        React(e, b, D, v, t0, t1, q, u, i, a);
      }
    }
  }

  // The highest checkpoint that f + 1 have sent (0: none)
  ghost predicate Top(e: Env, net: set<Msg>, n: SeqNo) { (n == 0 || WeakAt(e, net, n)) && NoHigher(e, net, n) }

  // While no higher one is sent, all have it as their stable checkpoint after 3D.
  lemma SettleDown(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, u: nat, n: SeqNo)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + 3 * D <= u <= t1 && Top(e, b(t).net, n) && NoHigher(e, b(u).net, n)
    ensures Still(e, b, v, n, t + 3 * D, u)
  {
    var w := t + D + D + D;
    assert w == t + 3 * D;
    NetMono(e, b, w, u);
    WeakMono(e, b(w).net, b(u).net);
    Now(e, b, D, v, t0, t1, q, w);
    Now(e, b, D, v, t0, t1, q, t);
    if n > 0 {
      var sd, st, d := WeakFacts(e, b(t), n);
      GetTo(e, b, D, v, t0, t1, q, t, n);
      Stabilise(e, b, D, v, t0, t1, q, t + D, n);
    }
    forall x: nat | w <= x <= u ensures Steady(e, b(x), v, n) {
      Now(e, b, D, v, t0, t1, q, x);
      Keeps(e, b, v, t0, t1, w, x);
      NetMono(e, b, x, u);
      WeakMono(e, b(x).net, b(u).net);
      forall i: Id {:trigger b(x).reps[i]} | Honest(e, i) ensures b(x).reps[i].stable.seqno == n {
        LowIsWeak(e, b(x), i);
        assert Holds(b(w).reps[i], b(x).reps[i]);
      }
    }
    assert Period(e, b, v, w, u);
  }

  // ---- what is committed is what the primary of the view has ----
  // A new-view carries what is committed in an earlier view, unless its checkpoint covers it.
  lemma NvCarries(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, w: View, n: SeqNo, y: Digest)
    requires Ok(e, s) && NvOk(e, s.net, v, V, O) && CCertX(e, s.net, w, n, y) && w < v
    ensures n <= Base(e.p, V).seqno || (n in O && O[n] == y)
  {
    reveal NvOk(); reveal Good();
    var cc := CCertOf(e, s.net, w, n, y);
    var k := QuorumsMeet(e, cc.signers, V.Keys);
    assert RepInv(e, s.net, k, s.reps[k]);
    assert Commit(w, n, y, k) in s.net;
    assert AuthVC(e, s.net, V[k]) && V[k].from == k;
    assert ViewChange(V[k]) in s.net;
    assert Reports(V[k], w, n);
    LatestBound(e.p, V, e.p.N(), k);
    if n > Base(e.p, V).seqno {
      assert n in V[k].P && V[k].P[n].view >= w;
      assert n in O && SlotOk(Base(e.p, V).seqno, V, O, n) && ChoiceOk(V, n, O[n]);
      var m: Id :| m in V && n in V[m].P && V[m].P[n].digest == O[n]
          && forall j :: j in V && n in V[j].P ==> V[j].P[n].view <= V[m].P[n].view;
      var c := V[m].P[n];
      assert ValidVC(e.p, V[m]) && AuthVC(e, s.net, V[m]);
      assert PCertX(e, s.net, c.view, n, c.digest) by { reveal PCertX(); }
      CommitThenPrepared(e, s, w, n, y, c.view, c.digest);
    }
  }
  // What is committed was committed in this view, with the vote of the primary, or in an earlier one.
  lemma CommittedIn(e: Env, s: Sys, v: View, n: SeqNo, y: Digest) returns (w: View, nv: Digest)
    requires Ok(e, s) && Gathered(e, s, v) && Honest(e, e.p.Primary(v)) && Chosen(e, s.net, n, y)
    ensures w <= v && CCertX(e, s.net, w, n, y) && (w == v ==> VoteMsg(e.p, v, n, y, nv, e.p.Primary(v)) in s.net)
  {
    reveal Good();
    w :| CCertX(e, s.net, w, n, y);
    var cc := CCertOf(e, s.net, w, n, y);
    var k := QuorumHonest(e, cc.signers);
    assert RepInv(e, s.net, k, s.reps[k]);
    assert Commit(w, n, y, k) in s.net;
    var pc := PCertOf(e, s.net, w, n, y);
    nv := pc.nv;
  }
  lemma ChosenHere(e: Env, s: Sys, v: View, n: SeqNo, y: Digest)
    requires Ok(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v)) && s.reps[e.p.Primary(v)].active && Chosen(e, s.net, n, y)
    ensures var r := s.reps[e.p.Primary(v)]; n <= r.stable.seqno || (n in r.accepted && r.accepted[n] == y)
  {
    var h := e.p.Primary(v);
    var r := s.reps[h];
    var w, nv := CommittedIn(e, s, v, n, y);
    reveal Good();
    assert RepInv(e, s.net, h, r);
    if w < v {
      assert Entered(e, s.net, v, r.nv, r.stable.seqno, r.accepted);
      reveal Entered();
      var V, O :| NvOk(e, s.net, v, V, O) && e.p.nvHash(v, V, O) == r.nv && Base(e.p, V).seqno <= r.stable.seqno
        && forall n :: n in O && n > r.stable.seqno ==> n in r.accepted && r.accepted[n] == O[n];
      NvCarries(e, s, v, V, O, w, n, y);
    }
  }
  // What the primary has proposed for a place in its view is what gets committed there.
  lemma SameSlot(e: Env, s: Sys, v: View, n: SeqNo, x: Digest, nv: Digest, y: Digest)
    requires Ok(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v))
    requires VoteMsg(e.p, v, n, x, nv, e.p.Primary(v)) in s.net && Chosen(e, s.net, n, y)
    ensures x == y
  {
    var h := e.p.Primary(v);
    var w, nv' := CommittedIn(e, s, v, n, y);
    reveal Good();
    assert RepInv(e, s.net, h, s.reps[h]);
    if w < v {
      var V, O := JustOf(e, s.net, v, n, x, nv);
      NvCarries(e, s, v, V, O, w, n, y);
    }
  }
  // Nothing is committed, nor a checkpoint signed, above the window of the primary.
  lemma TopExists(e: Env, s: Sys, v: View, from: SeqNo) returns (n: SeqNo)
    requires Ok(e, s) && XInv(e, s) && MarkInv(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v)) && s.reps[e.p.Primary(v)].active
    requires NoHigher(e, s.net, from)
    ensures Top(e, s.net, n)
    decreases from
  {
    if from == 0 || WeakAt(e, s.net, from) { n := from; }
    else {
      forall m: SeqNo | m > from - 1 ensures !WeakAt(e, s.net, m) { if m != from { assert m > from; } }
      n := TopExists(e, s, v, from - 1);
    }
  }
  lemma WindowEnds(e: Env, s: Sys, v: View)
    requires Ok(e, s) && XInv(e, s) && MarkInv(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v)) && s.reps[e.p.Primary(v)].active
    ensures NoHigher(e, s.net, s.reps[e.p.Primary(v)].stable.seqno + e.p.L)
  {
    var h := e.p.Primary(v);
    var r := s.reps[h];
    assert XRep(e, s.net, h, r) by { reveal XInv(); }
    forall m: SeqNo | m > r.stable.seqno + e.p.L ensures !WeakAt(e, s.net, m) {
      assert m !in r.accepted by { if m in r.accepted { AcceptedInWindow(e, s.net, h, r, m); } }
      if WeakAt(e, s.net, m) {
        var sd, st, d := WeakFacts(e, s, m);
        ChosenHere(e, s, v, m, d);
      }
    }
  }

  // ---- a place that the primary has is executed by all ----
  function Span(p: Params, D: nat): nat { 7 * D + p.L * D }
  // while the highest checkpoint rises at most k times
  function Rounds(p: Params, D: nat, k: nat): nat { if k == 0 then D else Span(p, D) + Rounds(p, D, k - 1) }
  // in a window there are at most so many checkpoints
  function Steps(p: Params): nat { p.L / p.K + 1 }

  lemma StepsCover(p: Params)
    ensures p.L <= Steps(p) * p.K
  {
    assert p.L == (p.L / p.K) * p.K + p.L % p.K;
  }
  lemma NextMultiple(a: nat, b: nat, K: Pos)
    requires a % K == 0 && b % K == 0 && a < b
    ensures a + K <= b
  {
    var x, y := a / K, b / K;
    assert a == x * K + a % K && b == y * K + b % K;
    assert b - a == (y - x) * K && a - b == (x - y) * K;
    if x >= y { MulPos(x - y, K); } else { Sync.MulGe(y - x, K); }
  }
  lemma SpanIs(p: Params, D: nat, t: nat)
    ensures p.L * D >= 0 && t + 3 * D + 4 * D + p.L * D == t + Span(p, D)
  {
    MulPos(p.L, D);
  }

  // the primary has x for n, or n lies behind the checkpoint
  ghost predicate HasOrPast(e: Env, s: Sys, v: View, n: SeqNo, x: Digest, top: SeqNo) { n <= top || Has(e, s, e.p.Primary(v), n, x) }

  lemma Serve(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, x: Digest, top: SeqNo, k: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Rounds(e.p, D, k) <= t1
    requires AllActive(e, b(t)) && Top(e, b(t).net, top) && HasOrPast(e, b(t), v, n, x, top) && n <= top + k * e.p.K
    ensures AllAt(e, b(t1), n)
    decreases k
  {
    if n <= top {
      RoundsPos(e.p, D, k);
      GetTo(e, b, D, v, t0, t1, q, t, top);
      StayAt(e, b, D, v, t0, t1, q, t + D, t1, top);
    } else {
      var u := t + Span(e.p, D);
      SpanIs(e.p, D, t);
      RoundsPos(e.p, D, k - 1);
      StayAt(e, b, D, v, t0, t1, q, t, u, 0);
      Now(e, b, D, v, t0, t1, q, u);
      WindowEnds(e, b(u), v);
      var top' := TopExists(e, b(u), v, b(u).reps[e.p.Primary(v)].stable.seqno + e.p.L);
      NetMono(e, b, t, u);
      WeakMono(e, b(t).net, b(u).net);
      if top' <= top {
        ServeStill(e, b, D, v, t0, t1, q, t, n, x, top, top');
        StayAt(e, b, D, v, t0, t1, q, u, t1, n);
      } else {
        ServeMoved(e, b, D, v, t0, t1, q, t, u, n, x, top, top', k);
        Serve(e, b, D, v, t0, t1, q, u, n, x, top', k - 1);
      }
    }
  }
  lemma RoundsPos(p: Params, D: nat, k: nat)
    ensures Rounds(p, D, k) >= D
  {
    if k > 0 { RoundsPos(p, D, k - 1); MulPos(p.L, D); }
  }
  lemma ServeStill(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, x: Digest, top: SeqNo, top': SeqNo)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Span(e.p, D) <= t1
    requires AllActive(e, b(t)) && Top(e, b(t).net, top) && Has(e, b(t), e.p.Primary(v), n, x) && n > top
    requires Top(e, b(t + Span(e.p, D)).net, top') && top' <= top
    ensures AllAt(e, b(t + Span(e.p, D)), n)
  {
    var u, w := t + Span(e.p, D), t + 3 * D;
    SpanIs(e.p, D, t);
    SettleDown(e, b, D, v, t0, t1, q, t, u, top);
    StayAt(e, b, D, v, t0, t1, q, t, w, 0);
    Keeps(e, b, v, t0, t1, t, w);
    assert Steady(e, b(w), v, top);
    assert Holds(b(t).reps[e.p.Primary(v)], b(w).reps[e.p.Primary(v)]);
    assert Setting(e, b, D, v, top, w, u, q);
    ServeSlot(e, b, D, v, top, w, u, q, w, n, x);
  }
  lemma ServeMoved(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, u: nat, n: SeqNo, x: Digest, top: SeqNo, top': SeqNo, k: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= u <= t1 && k > 0
    requires AllActive(e, b(t)) && Top(e, b(t).net, top) && Has(e, b(t), e.p.Primary(v), n, x) && n <= top + k * e.p.K
    requires Top(e, b(u).net, top') && top' > top
    ensures HasOrPast(e, b(u), v, n, x, top') && n <= top' + (k - 1) * e.p.K
  {
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, u);
    Keeps(e, b, v, t0, t1, t, u);
    LowIsWeak(e, b(u), e.p.Primary(v));
    assert Holds(b(t).reps[e.p.Primary(v)], b(u).reps[e.p.Primary(v)]);
    var sd, st, d := WeakFacts(e, b(u), top');
    if top > 0 { sd, st, d := WeakFacts(e, b(t), top); }
    assert 0 % e.p.K == 0;
    NextMultiple(top, top', e.p.K);
    assert k * e.p.K == (k - 1) * e.p.K + e.p.K;
  }
  // from what is known at t alone
  lemma ServeNow(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, x: Digest)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Rounds(e.p, D, Steps(e.p)) <= t1
    requires AllActive(e, b(t))
    requires n <= b(t).reps[e.p.Primary(v)].stable.seqno || Has(e, b(t), e.p.Primary(v), n, x)
    ensures AllAt(e, b(t1), n)
  {
    Now(e, b, D, v, t0, t1, q, t);
    var h := e.p.Primary(v);
    var r := b(t).reps[h];
    WindowEnds(e, b(t), v);
    var top := TopExists(e, b(t), v, r.stable.seqno + e.p.L);
    LowIsWeak(e, b(t), h);
    StepsCover(e.p);
    if n > r.stable.seqno {
      reveal XInv();
      assert XRep(e, b(t).net, h, r) && r.accepted[n] == x;
    }
    Serve(e, b, D, v, t0, t1, q, t, n, x, top, Steps(e.p));
  }
  // What one has executed all execute.
  lemma AllJoin(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, i: Id)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Rounds(e.p, D, Steps(e.p)) <= t1 && AllActive(e, b(t)) && Honest(e, i)
    ensures AllAt(e, b(t1), b(t).reps[i].lastExec)
  {
    Now(e, b, D, v, t0, t1, q, t);
    RoundsPos(e.p, D, Steps(e.p));
    var n := b(t).reps[i].lastExec;
    var x := 0;
    if n > 0 {
      reveal Good();
      assert RepInv(e, b(t).net, i, b(t).reps[i]);
      var h := LogOf(e, b(t), n, b(t).reps[i].state);
      x := h[n - 1];
      assert Chosen(e, b(t).net, n - 1 + 1, x);
      ChosenHere(e, b(t), v, n, x);
    }
    ServeNow(e, b, D, v, t0, t1, q, t, n, x);
  }

  // ---- a full window gets room ----
  function Clearing(p: Params, D: nat): nat { Rounds(p, D, Steps(p)) + D + D }

  // Theorem. The window of the primary moves within that time if it is full.
  lemma WindowMoves(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Clearing(e.p, D) <= t1 && Windowed(e.p)
    requires AllActive(e, b(t)) && Full(e.p, b(t).reps[e.p.Primary(v)])
    ensures b(t1).reps[e.p.Primary(v)].stable.seqno > b(t).reps[e.p.Primary(v)].stable.seqno
  {
    var h := e.p.Primary(v);
    var low := b(t).reps[h].stable.seqno;
    var n := low + e.p.L;
    var u := t + Rounds(e.p, D, Steps(e.p));
    var w := u + D + D;
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, w);
    Keeps(e, b, v, t0, t1, t, w);
    Keeps(e, b, v, t0, t1, w, t1);
    assert Holds(b(t).reps[h], b(w).reps[h]) && Holds(b(w).reps[h], b(t1).reps[h]);
    if b(w).reps[h].stable.seqno == low {
      assert Moving(e, b, D, v, t0, u, q);
      ServeNow(e, b, D, v, t0, u, q, t, n, b(t).reps[h].accepted[n]);
      StayAt(e, b, D, v, t0, t1, q, t, w, 0);
      WindowEnds(e, b(w), v);
      LowIsWeak(e, b(t), h);
      SumMultiple(low, e.p.L, e.p.K);
      Stabilise(e, b, D, v, t0, t1, q, u, n);
    }
  }
  lemma SumMultiple(a: nat, b: nat, K: Pos)
    requires a % K == 0 && b % K == 0
    ensures (a + b) % K == 0
  {
    var x, y := a / K, b / K;
    assert a == x * K + a % K && b == y * K + b % K;
    assert a + b == (x + y) * K + 0;
    Sync.ModOf(x + y, K, 0);
  }
  // When a window moves there is room.
  lemma MoveFrees(e: Env, s: Sys, s': Sys, v: View, i: Id)
    requires Calm(e, s, s') && Gathered(e, s, v) && Gathered(e, s', v) && XInv(e, s) && Honest(e, i) && s.reps[i].active
    requires s'.reps[i].stable.seqno > s.reps[i].stable.seqno
    ensures !Full(e.p, s'.reps[i])
  {
    var j: Id, a: Action :| CanStep(e, s, j, a) && !Loses(a) && Consecutive(s.reps[j], a) && s' == Step(e, s, j, a);
    assert j == i && s'.reps[i] == Next(e.p, i, s.reps[i], a);
    reveal XInv();
    var r := s.reps[i];
    assert XRep(e, s.net, i, r);
    var n := s'.reps[i].stable.seqno + e.p.L;
    if n in r.accepted { assert InWindow(e.p, r, n) by { assert r.accepted[n] == r.accepted[n]; } }
  }
  lemma RoomBetween(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, t': nat) returns (u: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= t' <= t1 && AllActive(e, b(t)) && |b(t').reps| == e.p.N()
    requires b(t').reps[e.p.Primary(v)].stable.seqno > b(t).reps[e.p.Primary(v)].stable.seqno
    ensures t <= u <= t' && |b(u).reps| == e.p.N() && !Full(e.p, b(u).reps[e.p.Primary(v)])
    decreases t' - t
  {
    var h, w := e.p.Primary(v), t' - 1;
    Now(e, b, D, v, t0, t1, q, t');
    Now(e, b, D, v, t0, t1, q, w);
    StayAt(e, b, D, v, t0, t1, q, t, w, 0);
    assert Calm(e, b(w), b(w + 1));
    if b(w).reps[h].stable.seqno > b(t).reps[h].stable.seqno { u := RoomBetween(e, b, D, v, t0, t1, q, t, w); }
    else {
      Keeps(e, b, v, t0, t1, t, w);
      MoveFrees(e, b(w), b(t'), v, h);
      u := t';
    }
  }
  lemma HasRoom(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat) returns (u: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Clearing(e.p, D) <= t1 && Windowed(e.p)
    requires AllActive(e, b(t))
    ensures t <= u <= t + Clearing(e.p, D) && |b(u).reps| == e.p.N() && !Full(e.p, b(u).reps[e.p.Primary(v)])
  {
    if Full(e.p, b(t).reps[e.p.Primary(v)]) {
      var w := t + Clearing(e.p, D);
      assert Moving(e, b, D, v, t0, w, q);
      Now(e, b, D, v, t0, t1, q, w);
      WindowMoves(e, b, D, v, t0, w, q, t);
      u := RoomBetween(e, b, D, v, t0, t1, q, t, w);
    } else { u := t; }
  }

  // ---- the theorem ----
  // Length of a period that is enough
  function Enough(p: Params, D: nat): nat { 3 * D + Rounds(p, D, Steps(p)) + Clearing(p, D) + Rounds(p, D, Steps(p)) }

  lemma EnoughIs(p: Params, D: nat)
    ensures Span(p, D) == (7 + p.L) * D && Enough(p, D) == 8 * D + 3 * (Steps(p) * Span(p, D))
  {
    RoundsIs(p, D, Steps(p));
    assert (7 + p.L) * D == 7 * D + p.L * D;
  }
  lemma RoundsIs(p: Params, D: nat, k: nat)
    ensures Rounds(p, D, k) == k * Span(p, D) + D
  {
    if k > 0 {
      RoundsIs(p, D, k - 1);
      assert k * Span(p, D) == (k - 1) * Span(p, D) + Span(p, D);
    }
  }

  // There is a batch of q alone, and q is not beyond the client's window at some honest replica: true of a client that uses timestamps in order
  // and has a valid reply to t - W before it sends t.
  ghost predicate Admitted(e: Env, s: Sys, q: Digest) { exists j: Id :: Honest(e, j) && Proposable(e, s, j, q) }

  // What one has executed, another that has executed as much has executed too, and its windows are as far up.
  lemma DoneCarries(e: Env, s: Sys, i: Id, s': Sys, j: Id, q: Digest)
    requires Ok(e, s) && Ok(e, s') && s.net <= s'.net && Honest(e, i) && Honest(e, j) && s.reps[i].lastExec <= s'.reps[j].lastExec
    ensures e.p.Done(s.reps[i].state.table, q) ==> e.p.Done(s'.reps[j].state.table, q)
    ensures Proposable(e, s, i, q) ==> Proposable(e, s', j, q)
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]) && RepInv(e, s'.net, j, s'.reps[j]);
    Mono(e, s.net, s'.net);
    var h := LogOf(e, s', s.reps[i].lastExec, s.reps[i].state);
    var h' := LogOf(e, s', s'.reps[j].lastExec, s'.reps[j].state);
    LogsAgree(e, s', h, h');
    assert |h| <= |h'|;
    BaseUp(e.p, h, h', e.p.req(q).client);
    if e.p.Done(s.reps[i].state.table, q) { X.DoneGrows(e.p, h, h', q); }
  }
  lemma AllStart(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest)
    requires Moving(e, b, D, v, t0, t1, q) && t0 + D + D <= t1
    ensures AllActive(e, b(t0 + D + D))
  {
    Now(e, b, D, v, t0, t1, q, t0 + D + D);
    Stage1(e, b, D, v, t0, t1, q);
    forall i: Id {:trigger b(t0 + D + D).reps[i]} | Honest(e, i) ensures b(t0 + D + D).reps[i].active { Stage2(e, b, D, v, t0, t1, q, t0 + D, i); }
  }
  // All come to where the client's window admits q.
  lemma AllAdmit(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t && t + Rounds(e.p, D, Steps(e.p)) <= t1 && AllActive(e, b(t)) && Admitted(e, b(t0), q)
    ensures Proposable(e, b(t1), e.p.Primary(v), q)
  {
    RoundsPos(e.p, D, Steps(e.p));
    Now(e, b, D, v, t0, t1, q, t0);
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, t1);
    var j: Id :| Honest(e, j) && Proposable(e, b(t0), j, q);
    Keeps(e, b, v, t0, t1, t0, t);
    assert Holds(b(t0).reps[j], b(t).reps[j]);
    AllJoin(e, b, D, v, t0, t1, q, t, j);
    assert b(t1).reps[e.p.Primary(v)].lastExec >= b(t).reps[j].lastExec;
    NetMono(e, b, t0, t1);
    DoneCarries(e, b(t0), j, b(t1), e.p.Primary(v), q);
  }
  // q gets the place n at a moment at which there is room
  lemma GetPlace(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, u: nat) returns (n: SeqNo, x: Digest)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= u && u + D <= t1 && e.p.L > 0 && Request(q) in b(t0).net
    requires Proposable(e, b(t), e.p.Primary(v), q)
    requires AllActive(e, b(u)) && !Full(e.p, b(u).reps[e.p.Primary(v)]) && !Executed(e, b(u + D), e.p.Primary(v), q)
    ensures Has(e, b(u + D), e.p.Primary(v), n, x) && n > b(u).reps[e.p.Primary(v)].lastExec && q in e.p.Requests(x)
    ensures Proposable(e, b(u), e.p.Primary(v), q)
  {
    var h := e.p.Primary(v);
    Now(e, b, D, v, t0, t1, q, t);
    Now(e, b, D, v, t0, t1, q, u);
    Keeps(e, b, v, t0, t1, t, u);
    Keeps(e, b, v, t0, t1, t0, u);
    assert Holds(b(t).reps[h], b(u).reps[h]);
    DoneCarries(e, b(t), h, b(u), h, q);
    n := Stage3(e, b, D, v, t0, t1, q, u);
    x := b(u + D).reps[h].accepted[n];
  }
  lemma PlaceDone(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, u: nat, w: nat, n: SeqNo, x: Digest)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= u <= w <= t1 && |b(u).reps| == e.p.N() && Proposable(e, b(u), e.p.Primary(v), q)
    requires Has(e, b(w), e.p.Primary(v), n, x) && n > b(u).reps[e.p.Primary(v)].lastExec && q in e.p.Requests(x) && AllAt(e, b(t1), n)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t1), i, q)
  {
    var h := e.p.Primary(v);
    Now(e, b, D, v, t0, t1, q, u);
    Now(e, b, D, v, t0, t1, q, w);
    Now(e, b, D, v, t0, t1, q, t1);
    NetMono(e, b, u, t1);
    NetMono(e, b, w, t1);
    var r, r' := b(w).reps[h], b(t1).reps[h];
    assert VoteMsg(e.p, v, n, x, r.nv, h) in b(t1).net by {
      reveal XInv();
      assert XRep(e, b(w).net, h, r) && r.accepted[n] == x;
    }
    assert Chosen(e, b(t1).net, n, x) by {
      reveal Good();
      assert RepInv(e, b(t1).net, h, r') && r'.lastExec >= n;
      var log := LogOf(e, b(t1), r'.lastExec, r'.state);
      assert Chosen(e, b(t1).net, n - 1 + 1, log[n - 1]);
      SameSlot(e, b(t1), v, n, x, r.nv, log[n - 1]);
    }
    forall i: Id | Honest(e, i) ensures Executed(e, b(t1), i, q) {
      assert b(t1).reps[i].lastExec >= n;
      SlotDone(e, b(u), h, b(t1), i, n, x, q);
    }
  }

  // Theorem. In a period of that length all honest replicas execute the pending request q, whatever windows they have.
  lemma InViewProgress(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest)
    requires Moving(e, b, D, v, t0, t1, q) && t0 + Enough(e.p, D) <= t1 && Windowed(e.p)
    requires Request(q) in b(t0).net && Admitted(e, b(t0), q)
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t1), i, q)
  {
    var h, u0 := e.p.Primary(v), t0 + D + D;
    var u1 := u0 + Rounds(e.p, D, Steps(e.p));
    RoundsPos(e.p, D, Steps(e.p));
    AllStart(e, b, D, v, t0, t1, q);
    assert Moving(e, b, D, v, t0, u1, q);
    AllAdmit(e, b, D, v, t0, u1, q, u0);
    StayAt(e, b, D, v, t0, t1, q, u0, u1, 0);
    var u := HasRoom(e, b, D, v, t0, t1, q, u1);
    StayAt(e, b, D, v, t0, t1, q, u0, u, 0);
    StayAt(e, b, D, v, t0, t1, q, u0, u + D, 0);
    Last(e, b, D, v, t0, t1, q, u1, u);
  }
  // from the moment at which there is room
  lemma Last(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, u: nat)
    requires Moving(e, b, D, v, t0, t1, q) && t0 <= t <= u && u + D + Rounds(e.p, D, Steps(e.p)) <= t1 && e.p.L > 0 && Request(q) in b(t0).net
    requires Proposable(e, b(t), e.p.Primary(v), q) && AllActive(e, b(u)) && AllActive(e, b(u + D)) && !Full(e.p, b(u).reps[e.p.Primary(v)])
    ensures forall i: Id :: Honest(e, i) ==> Executed(e, b(t1), i, q)
  {
    var h, w := e.p.Primary(v), u + D;
    RoundsPos(e.p, D, Steps(e.p));
    Now(e, b, D, v, t0, t1, q, w);
    Now(e, b, D, v, t0, t1, q, t1);
    if Executed(e, b(w), h, q) {
      AllJoin(e, b, D, v, t0, t1, q, w, h);
      NetMono(e, b, w, t1);
      forall i: Id | Honest(e, i) ensures Executed(e, b(t1), i, q) {
        assert b(t1).reps[i].lastExec >= b(w).reps[h].lastExec;
        DoneCarries(e, b(w), h, b(t1), i, q);
      }
    } else {
      var n, x := GetPlace(e, b, D, v, t0, t1, q, t, u);
      ServeNow(e, b, D, v, t0, t1, q, w, n, x);
      PlaceDone(e, b, D, v, t0, t1, q, u, w, n, x);
    }
  }
}
