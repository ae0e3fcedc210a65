include "LiveXInv.dfy"
include "LiveNonBlocking.dfy"
// Progress inside a view, for EVERY schedule (not one chosen by us), stage by stage: if all honest replicas stay in a view with an honest
// primary, and each does within D what it can do on the word of honest replicas, then all enter the view; a request gets a place if there
// is room; and, as long as no watermark moves, what has a place is executed by all of them. LiveWindow does without that condition.
module PbftLiveProgress {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftSanity
  import opened PbftLiveBase
  import opened PbftLiveViewChange
  import opened PbftLiveXInv
  import opened PbftLiveNonBlocking
  import opened PbftTheorem
  import X = PbftExactlyOnce

  // A run: the state at each tick. Ticks are so fine that at most one step happens per tick.
  type TRun = nat -> Sys
  ghost predicate IsRun(e: Env, b: TRun) { EnvOk(e) && e.p.n >= 3 * e.p.f + 1 && Init(e, b(0)) && forall t: nat :: BookNext(e, b(t), b(t + 1)) }

  lemma RunOk(e: Env, b: TRun, t: nat)
    requires IsRun(e, b)
    ensures Ok(e, b(t)) && XInv(e, b(t))
  {
    if t == 0 { GoodInit(e, b(0)); XInit(e, b(0)); }
    else {
      RunOk(e, b, t - 1);
      assert BookNext(e, b(t - 1), b(t - 1 + 1));
      XNext(e, b(t - 1), b(t));
      if b(t) != b(t - 1) { GoodNext(e, b(t - 1), b(t)); }
    }
  }
  lemma NetMono(e: Env, b: TRun, t: nat, t': nat)
    requires IsRun(e, b) && t <= t'
    ensures b(t).net <= b(t').net
  {
    if t < t' {
      NetMono(e, b, t, t' - 1);
      assert BookNext(e, b(t' - 1), b(t' - 1 + 1));
    }
  }

  // ---- the period: from t0 to t1 all honest replicas are in view v, whose primary is honest, and nobody restarts ----
  ghost predicate Gathered(e: Env, s: Sys, v: View) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].view == v
  }
  // ... and all have the same low watermark
  ghost predicate Steady(e: Env, s: Sys, v: View, low: SeqNo) {
    Gathered(e, s, v) && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==> s.reps[i].stable.seqno == low
  }
  // what stays while a replica neither leaves its view nor restarts
  ghost predicate Holds(r: Replica, r': Replica) {
    && r'.lastExec >= r.lastExec && r'.stable.seqno >= r.stable.seqno
    && (forall n: SeqNo {:trigger CommittedAt(r', n)} :: CommittedAt(r, n) ==> CommittedAt(r', n))
    && (forall n: SeqNo :: n in r.accepted && n > r'.stable.seqno ==> n in r'.accepted && r'.accepted[n] == r.accepted[n])
    && (r.active ==> r'.active && r'.nv == r.nv)
  }
  ghost predicate NoLoss(e: Env, s: Sys, s': Sys) {
    |s.reps| == |s'.reps| == e.p.N() && forall i: Id {:trigger s'.reps[i]} :: Honest(e, i) ==> Holds(s.reps[i], s'.reps[i])
  }
  predicate Loses(a: Action) { a.Restart? && a.lost.Some? }
  // no honest replica restarts (loses volatile state) in the step
  ghost predicate Calm(e: Env, s: Sys, s': Sys) {
    || s' == s
    || ByzStep(e, s, s')
    || exists i: Id, a: Action :: CanStep(e, s, i, a) && !Loses(a) && Consecutive(s.reps[i], a) && s' == Step(e, s, i, a)
  }
  ghost predicate Period(e: Env, b: TRun, v: View, t0: nat, t1: nat) {
    && v > 0 && Honest(e, e.p.Primary(v))
    && (forall t: nat :: t0 <= t <= t1 ==> Gathered(e, b(t), v))
    && (forall t: nat :: t0 <= t < t1 ==> Calm(e, b(t), b(t + 1)))
  }
  // a period in which no watermark moves
  ghost predicate Still(e: Env, b: TRun, v: View, low: SeqNo, t0: nat, t1: nat) {
    Period(e, b, v, t0, t1) && forall t: nat :: t0 <= t <= t1 ==> Steady(e, b(t), v, low)
  }

  // In the period nothing is lost.
  lemma StepKeeps(e: Env, s: Sys, s': Sys, v: View)
    requires Calm(e, s, s') && Gathered(e, s, v) && Gathered(e, s', v) && XInv(e, s) && Ok(e, s)
    ensures NoLoss(e, s, s')
  {
    if s' == s || ByzStep(e, s, s') {
    } else {
      var i: Id, a: Action :| CanStep(e, s, i, a) && !Loses(a) && Consecutive(s.reps[i], a) && s' == Step(e, s, i, a);
      assert Honest(e, i) && s'.reps[i] == Next(e.p, i, s.reps[i], a);
      var r, r' := s.reps[i], s'.reps[i];
      assert r.view == v && r'.view == v;
      assert XRep(e, s.net, i, r) by { reveal XInv(); }
      if a.SendNewView? || a.AcceptNewView? {
        EnterKeeps(e, s, i, a, v);
      }
      assert Holds(r, r');
      forall j: Id {:trigger s'.reps[j]} | Honest(e, j) ensures Holds(s.reps[j], s'.reps[j]) {
        if j != i { assert s'.reps[j] == s.reps[j]; }
      }
    }
  }
  lemma AcceptedActive(e: Env, s: Sys, i: Id, n: SeqNo)
    requires Ok(e, s) && Honest(e, i) && XRep(e, s.net, i, s.reps[i]) && n in s.reps[i].accepted
    ensures s.reps[i].active
  {
    reveal Good();
    var r := s.reps[i];
    assert RepInv(e, s.net, i, r);
    assert VoteMsg(e.p, r.view, n, r.accepted[n], r.nv, i) in s.net;
  }
  // Entering a view: there was nothing accepted in it before (a replica that waits has no accepted slots).
  lemma EnterKeeps(e: Env, s: Sys, i: Id, a: Action, v: View)
    requires CanStep(e, s, i, a) && (a.SendNewView? || a.AcceptNewView?) && Ok(e, s)
    requires s.reps[i].view == v && Next(e.p, i, s.reps[i], a).view == v
    requires XRep(e, s.net, i, s.reps[i])
    ensures Holds(s.reps[i], Next(e.p, i, s.reps[i], a))
  {
    reveal Good();
    var r := s.reps[i];
    assert RepInv(e, s.net, i, r);
    assert !r.active;
    forall n: SeqNo ensures n !in r.accepted { if n in r.accepted { AcceptedActive(e, s, i, n); } }
    assert r.accepted == map[];
  }

  lemma Keeps(e: Env, b: TRun, v: View, t0: nat, t1: nat, t: nat, t': nat)
    requires IsRun(e, b) && Period(e, b, v, t0, t1) && t0 <= t <= t' <= t1
    ensures NoLoss(e, b(t), b(t')) && b(t).net <= b(t').net
  {
    NetMono(e, b, t, t');
    assert Gathered(e, b(t), v);
    if t < t' {
      Keeps(e, b, v, t0, t1, t, t' - 1);
      assert Gathered(e, b(t' - 1), v) && Gathered(e, b(t'), v) && Calm(e, b(t' - 1), b(t' - 1 + 1));
      RunOk(e, b, t' - 1);
      StepKeeps(e, b(t' - 1), b(t'), v);
      HoldsOn(e, b(t), b(t' - 1), b(t'));
    }
  }
  lemma HoldsOn(e: Env, s: Sys, s1: Sys, s2: Sys)
    requires NoLoss(e, s, s1) && NoLoss(e, s1, s2)
    ensures NoLoss(e, s, s2)
  {
    forall i: Id {:trigger s2.reps[i]} | Honest(e, i) ensures Holds(s.reps[i], s2.reps[i]) {
      assert Holds(s.reps[i], s1.reps[i]) && Holds(s1.reps[i], s2.reps[i]);
      forall n: SeqNo {:trigger CommittedAt(s2.reps[i], n)} | CommittedAt(s.reps[i], n) ensures CommittedAt(s2.reps[i], n) {
        assert CommittedAt(s1.reps[i], n);
      }
    }
  }

  // ---- promptness: the network delivers within D what honest replicas sent, and replicas react to it ----
  // a rests on messages of honest replicas only
  ghost predicate HonestBased(e: Env, a: Action) {
    match a
    case AcceptPrePrepare(v, n, q, h) => Honest(e, e.p.Primary(v))
    case SendCommit(pc)            => pc.voters <= HonestSet(e)
    case CommitLocal(cc, pc)       => cc.signers <= HonestSet(e) && pc.voters <= HonestSet(e)
    case MakeStable(ck)            => ck.signers <= HonestSet(e)
    case SendNewView(V, O)         => V.Keys <= HonestSet(e)
    case AcceptNewView(v, V, O)    => Honest(e, e.p.Primary(v))
    case _                         => true
  }
  // n is committed at r, or r does not need it any more
  predicate CommittedAt(r: Replica, n: SeqNo) { n in r.committed || n <= r.lastExec }

  // q has taken effect at i
  ghost predicate Executed(e: Env, s: Sys, i: Id, q: Digest) { i < |s.reps| && e.p.Done(s.reps[i].state.table, q) }
  // q is in a batch at m, in view of the replica, which it had not executed when it had executed k
  predicate PendingAt(p: Params, r: Replica, k: nat, m: SeqNo, q: Digest) { m in r.accepted && m > k && q in p.Requests(r.accepted[m]) }

  // what has been achieved in s' if replica i, able to do a in s, has reacted; q: the request that a primary must not neglect
  ghost predicate Settled(e: Env, s: Sys, s': Sys, i: Id, a: Action, q: Digest)
    requires i < |s.reps| && i < |s'.reps|
  {
    var r, r' := s.reps[i], s'.reps[i];
    match a
    case Propose(_, _)             => exists m: SeqNo :: PendingAt(e.p, r', r.lastExec, m, q)
    case AcceptPrePrepare(v, n, d, h) => n in r'.accepted || n <= r'.stable.seqno
    case SendCommit(pc)            => Commit(pc.view, pc.seqno, pc.digest, i) in s'.net || pc.seqno <= r'.stable.seqno
    case CommitLocal(cc, pc)       => CommittedAt(r', cc.seqno) || cc.seqno <= r'.stable.seqno
    case Execute                   => r'.lastExec > r.lastExec
    case SendCheckpoint            => Signed(e.p, s'.net, i, r) || r.lastExec < r'.stable.seqno || r.lastExec < r'.lastExec
    case MakeStable(ck)            => r'.stable.seqno >= ck.seqno
    case StateTransfer(ck, st)     => r'.lastExec >= ck.seqno
    case SendNewView(V, O)         => r'.active
    case AcceptNewView(v, V, O)    => r'.active
    case _                         => true           // nothing is promised about asking for views
  }
  // i, in state r, has signed the checkpoint of what it has executed
  predicate Signed(p: Params, net: set<Msg>, i: Id, r: Replica) { Checkpoint(r.lastExec, p.stHash(r.lastExec, r.state), i) in net }
  // q: the request in question, which a primary proposes unless it has executed it; other requests may be proposed or not
  ghost predicate Prompt(e: Env, b: TRun, D: nat, t0: nat, t1: nat, q: Digest) {
    forall t: nat, i: Id, a: Action :: t0 <= t && t + D <= t1 && CanMove(e, b(t), i, a) && HonestBased(e, a)
      && (a.Propose? ==> q in e.p.Requests(a.d) && !Executed(e, b(t + D), i, q)) && i < |b(t + D).reps|
      ==> Settled(e, b(t), b(t + D), i, a, q)
  }
  // there is a batch of q alone; and q's timestamp is not beyond the client's window at replica i
  ghost predicate Proposable(e: Env, s: Sys, i: Id, q: Digest) {
    && i < |s.reps| && Batched(e.p, q)
    && e.p.req(q).ts <= BaseOf(e.p, s.reps[i].state, e.p.req(q).client) + e.p.W
  }
  ghost predicate Batched(p: Params, q: Digest) { exists d: Digest :: p.Requests(d) == [q] }
  // prompt replicas, gathered in view v; and, in Setting, no watermark moves
  ghost predicate Course(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest) {
    IsRun(e, b) && Period(e, b, v, t0, t1) && Prompt(e, b, D, t0, t1, q)
  }
  ghost predicate Setting(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest) {
    Course(e, b, D, v, t0, t1, q) && Still(e, b, v, low, t0, t1)
  }

  lemma Here(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat)
    requires Course(e, b, D, v, t0, t1, q) && t0 <= t <= t1
    ensures Ok(e, b(t)) && XInv(e, b(t)) && Gathered(e, b(t), v)
  {
    RunOk(e, b, t);
  }
  lemma At(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t <= t1
    ensures Ok(e, b(t)) && XInv(e, b(t)) && Steady(e, b(t), v, low)
  {
    RunOk(e, b, t);
  }
  lemma React(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, i: Id, a: Action)
    requires Course(e, b, D, v, t0, t1, q) && t0 <= t && t + D <= t1
    requires CanMove(e, b(t), i, a) && HonestBased(e, a) && (a.Propose? ==> q in e.p.Requests(a.d) && !Executed(e, b(t + D), i, q))
    ensures i < |b(t).reps| == |b(t + D).reps| && Settled(e, b(t), b(t + D), i, a, q)
  {
    Here(e, b, D, v, t0, t1, q, t + D);
    Here(e, b, D, v, t0, t1, q, t);
  }

  // ---- stage 1: the primary is active after D ----
  ghost predicate Active(e: Env, s: Sys, i: Id) { i < |s.reps| && s.reps[i].active }

  lemma PrimaryCanStart(e: Env, s: Sys, v: View) returns (a: Action)
    requires Ok(e, s) && XInv(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v))
    requires forall i: Id :: Honest(e, i) ==> !s.reps[i].active
    ensures a.SendNewView? && CanMove(e, s, e.p.Primary(v), a) && HonestBased(e, a)
  {
    HonestQuorum(e);
    var V := AskedVCs(e, s, v);
    var O := ComputeO(e.p, V);
    NewViewExists(e.p, v, V);
    a := SendNewView(V, O);
    assert AuthVCs(e, s.net, V);
  }
  lemma AskedVCs(e: Env, s: Sys, v: View) returns (V: map<Id, VC>)
    requires Ok(e, s) && XInv(e, s)
    requires forall i: Id :: Honest(e, i) ==> !s.reps[i].active && s.reps[i].view == v
    ensures V.Keys == HonestSet(e)
    ensures forall i: Id :: i in V ==> V[i].from == i && V[i].newView == v && ValidVC(e.p, V[i]) && AuthVC(e, s.net, V[i]) && ViewChange(V[i]) in s.net
  {
    HonestQuorum(e);
    forall i: Id | i in HonestSet(e) ensures AskedFor(s.net, i, v) {
      reveal XInv();
      assert XRep(e, s.net, i, s.reps[i]);
    }
    V := PickVCs(s.net, HonestSet(e), v);
    forall i: Id | i in V ensures ValidVC(e.p, V[i]) && AuthVC(e, s.net, V[i]) {
      reveal Good();
      HonestVcAccepted(e, s, V[i]);
    }
  }
  lemma PickVCs(net: set<Msg>, A: set<Id>, v: View) returns (V: map<Id, VC>)
    requires forall i: Id :: i in A ==> AskedFor(net, i, v)
    ensures V.Keys == A && forall i: Id :: i in V ==> V[i].from == i && V[i].newView == v && ViewChange(V[i]) in net
  {
    if A == {} { V := map[]; }
    else {
      var i :| i in A;
      V := PickVCs(net, A - {i}, v);
      reveal AskedFor();
      var vc: VC :| ViewChange(vc) in net && vc.from == i && vc.newView == v;
      V := V[i := vc];
    }
  }

  // If some honest replica is active in v > 0, then the (honest) primary has announced v and is active itself.
  lemma Announced(e: Env, s: Sys, v: View, i: Id) returns (V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires Ok(e, s) && XInv(e, s) && Gathered(e, s, v) && v > 0 && Honest(e, e.p.Primary(v))
    requires Honest(e, i) && s.reps[i].active
    ensures NewView(v, V, O) in s.net && NvOk(e, s.net, v, V, O) && s.reps[e.p.Primary(v)].active
    ensures s.reps[i].nv == e.p.nvHash(v, V, O) == s.reps[e.p.Primary(v)].nv
    ensures forall n: SeqNo :: n in O && n > s.reps[i].stable.seqno ==> n in s.reps[i].accepted && s.reps[i].accepted[n] == O[n]
  {
    reveal XInv(); reveal Follows(); reveal Good();
    var h := e.p.Primary(v);
    assert XRep(e, s.net, i, s.reps[i]) && XRep(e, s.net, h, s.reps[h]) && RepInv(e, s.net, h, s.reps[h]);
    var low, low1 := s.reps[i].stable.seqno, s.reps[h].stable.seqno;
    V, O :| NewView(v, V, O) in s.net && e.p.nvHash(v, V, O) == s.reps[i].nv
      && forall n: SeqNo :: n in O && n > low ==> n in s.reps[i].accepted && s.reps[i].accepted[n] == O[n];
    assert s.reps[h].active;
    assert Follows(e, s.net, v, s.reps[h].nv, low1, s.reps[h].accepted);
    var V1, O1 :| NewView(v, V1, O1) in s.net && e.p.nvHash(v, V1, O1) == s.reps[h].nv
      && forall n: SeqNo :: n in O1 && n > low1 ==> n in s.reps[h].accepted && s.reps[h].accepted[n] == O1[n];
    assert V1 == V && O1 == O;
  }

  lemma Stage1(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest)
    requires Course(e, b, D, v, t0, t1, q) && t0 + D <= t1
    ensures Active(e, b(t0 + D), e.p.Primary(v))
  {
    Here(e, b, D, v, t0, t1, q, t0);
    Here(e, b, D, v, t0, t1, q, t0 + D);
    if i: Id :| Honest(e, i) && b(t0).reps[i].active {
      var V, O := Announced(e, b(t0), v, i);
      Keeps(e, b, v, t0, t1, t0, t0 + D);
    } else {
      var a := PrimaryCanStart(e, b(t0), v);
      React(e, b, D, v, t0, t1, q, t0, e.p.Primary(v), a);
    }
  }

  // ---- stage 2: all are active D later ----
  lemma Stage2(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat, i: Id)
    requires Course(e, b, D, v, t0, t1, q) && t0 <= t && t + D <= t1 && Honest(e, i)
    requires Active(e, b(t), e.p.Primary(v))
    ensures Active(e, b(t + D), i)
  {
    Here(e, b, D, v, t0, t1, q, t);
    Here(e, b, D, v, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    if !b(t).reps[i].active {
      var V, O := Announced(e, b(t), v, e.p.Primary(v));
      var a := AcceptNewView(v, V, O);
      assert CanMove(e, b(t), i, a) by { reveal NvOk(); }
      React(e, b, D, v, t0, t1, q, t, i, a);
    }
  }

  // ---- stage 3: a primary that has room has proposed q in some slot D later ----
  lemma FirstFree(r: Replica, low: SeqNo, n: SeqNo, L: nat) returns (m: SeqNo)
    requires r.stable.seqno == low && low < n <= low + L && FilledBelow(r, n) && low + L !in r.accepted
    ensures low < m <= low + L && m !in r.accepted && FilledBelow(r, m)
    decreases low + L - n
  {
    if n !in r.accepted { m := n; } else { m := FirstFree(r, low, n + 1, L); }
  }

  ghost predicate Has(e: Env, s: Sys, i: Id, n: SeqNo, d: Digest) {
    i < |s.reps| && n in s.reps[i].accepted && s.reps[i].accepted[n] == d
  }

  // What is executed stays so as long as a replica does not go back, and its window only moves up.
  lemma DoneStays(e: Env, s: Sys, s': Sys, i: Id, q: Digest)
    requires Ok(e, s) && Ok(e, s') && s.net <= s'.net && Honest(e, i) && s.reps[i].lastExec <= s'.reps[i].lastExec
    ensures e.p.Done(s.reps[i].state.table, q) ==> e.p.Done(s'.reps[i].state.table, q)
    ensures forall c :: BaseOf(e.p, s.reps[i].state, c) <= BaseOf(e.p, s'.reps[i].state, c)
  {
    reveal Good();
    assert RepInv(e, s.net, i, s.reps[i]) && RepInv(e, s'.net, i, s'.reps[i]);
    Mono(e, s.net, s'.net);
    var h := LogOf(e, s', s.reps[i].lastExec, s.reps[i].state);
    var h' := LogOf(e, s', s'.reps[i].lastExec, s'.reps[i].state);
    LogsAgree(e, s', h, h');
    assert |h| <= |h'|;
    forall c ensures BaseOf(e.p, s.reps[i].state, c) <= BaseOf(e.p, s'.reps[i].state, c) { BaseUp(e.p, h, h', c); }
    if e.p.Done(s.reps[i].state.table, q) { X.DoneGrows(e.p, h, h', q); }
  }

  // r has proposed for all of its window
  predicate Full(p: Params, r: Replica) { r.stable.seqno + p.L in r.accepted }
  lemma Stage3(e: Env, b: TRun, D: nat, v: View, t0: nat, t1: nat, q: Digest, t: nat) returns (n: SeqNo)
    requires Course(e, b, D, v, t0, t1, q) && t0 <= t && t + D <= t1 && e.p.L > 0
    requires Active(e, b(t), e.p.Primary(v)) && !Executed(e, b(t + D), e.p.Primary(v), q)
    requires Request(q) in b(t).net && Proposable(e, b(t), e.p.Primary(v), q) && !Full(e.p, b(t).reps[e.p.Primary(v)])
    ensures |b(t).reps| == |b(t + D).reps| == e.p.N()
    ensures PendingAt(e.p, b(t + D).reps[e.p.Primary(v)], b(t).reps[e.p.Primary(v)].lastExec, n, q)
  {
    var h := e.p.Primary(v);
    Here(e, b, D, v, t0, t1, q, t);
    Here(e, b, D, v, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    var r := b(t).reps[h];
    DoneStays(e, b(t), b(t + D), h, q);
    var m := FirstFree(r, r.stable.seqno, r.stable.seqno + 1, e.p.L);
    var d: Digest :| e.p.Requests(d) == [q];
    var a := Propose(m, d);
    assert q in e.p.Requests(d);
    assert CanMove(e, b(t), h, a);
    React(e, b, D, v, t0, t1, q, t, h, a);
    n :| PendingAt(e.p, b(t + D).reps[h], r.lastExec, n, q);
  }

  // An honest primary sends one new-view for a view: what some new-view of v has at m, that one has.
  lemma OneNewView(e: Env, s: Sys, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>, nv: Digest, m: SeqNo, y: Digest)
    requires Ok(e, s) && Honest(e, e.p.Primary(v)) && NewView(v, V, O) in s.net && InNewView(e, s.net, v, nv, m, y)
    ensures m in O && O[m] == y
  {
    reveal Good(); reveal InNewView();
    var h := e.p.Primary(v);
    assert RepInv(e, s.net, h, s.reps[h]);
    var V', O' :| NewView(v, V', O') in s.net && e.p.nvHash(v, V', O') == nv && m in O' && O'[m] == y;
    assert O' == O;
  }

  // ---- stage 4: whatever the primary has in slot m, all honest replicas have D later ----
  // facts about one slot of an honest primary
  lemma SlotFacts(e: Env, s: Sys, v: View, low: SeqNo, i: Id, m: SeqNo, x: Digest)
    requires Ok(e, s) && XInv(e, s) && Steady(e, s, v, low) && v > 0 && Honest(e, e.p.Primary(v)) && Honest(e, i)
    requires Has(e, s, e.p.Primary(v), m, x) && s.reps[i].active
    ensures low < m <= low + e.p.L && s.reps[i].nv == s.reps[e.p.Primary(v)].nv
    ensures m in s.reps[i].accepted ==> s.reps[i].accepted[m] == x && VoteMsg(e.p, v, m, x, s.reps[i].nv, i) in s.net
    ensures m !in s.reps[i].accepted ==> PrePrepare(v, m, x, s.reps[i].nv) in s.net && AuthBatch(e, s.net, x)
  {
    var h := e.p.Primary(v);
    var V, O := Announced(e, s, v, i);
    var V1, O1 := Announced(e, s, v, h);
    reveal XInv(); reveal Good();
    var r, r0 := s.reps[i], s.reps[h];
    assert XRep(e, s.net, i, r) && XRep(e, s.net, h, r0) && RepInv(e, s.net, h, r0);
    assert O1 == O && V1 == V;
    assert r0.accepted[m] == x;
    assert VoteMsg(e.p, v, m, x, r0.nv, h) == PrePrepare(v, m, x, r0.nv) && PrePrepare(v, m, x, r0.nv) in s.net;
    if m in r.accepted {
      var y := r.accepted[m];
      if PrePrepare(v, m, y, r.nv) in s.net {
        assert VoteMsg(e.p, v, m, y, r.nv, h) == PrePrepare(v, m, y, r.nv);
      } else {
        OneNewView(e, s, v, V, O, r.nv, m, y);
      }
    }
  }

  lemma Stage4(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, i: Id, m: SeqNo, x: Digest)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + D <= t1 && Honest(e, i)
    requires Active(e, b(t), i) && e.p.Primary(v) < |b(t).reps| && Has(e, b(t), e.p.Primary(v), m, x)
    ensures Has(e, b(t + D), i, m, x) && Active(e, b(t + D), i)
    ensures b(t + D).reps[i].nv == b(t).reps[e.p.Primary(v)].nv && VoteMsg(e.p, v, m, x, b(t + D).reps[i].nv, i) in b(t + D).net
    ensures low < m <= low + e.p.L
  {
    var h := e.p.Primary(v);
    At(e, b, D, v, low, t0, t1, q, t);
    At(e, b, D, v, low, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    SlotFacts(e, b(t), v, low, i, m, x);
    if m !in b(t).reps[i].accepted {
      var a := AcceptPrePrepare(v, m, x, b(t).reps[i].nv);
      assert b(t).reps[i].view == v && b(t).reps[i].stable.seqno == low;
      assert i != h;
      assert CanMove(e, b(t), i, a);
      React(e, b, D, v, t0, t1, q, t, i, a);
    }
    assert m in b(t + D).reps[i].accepted;
    SlotFacts(e, b(t + D), v, low, i, m, x);
  }

  // All honest replicas have x in slot m and have voted for it.
  ghost predicate AllHave(e: Env, s: Sys, v: View, h: Digest, m: SeqNo, x: Digest) {
    |s.reps| == e.p.N() && forall i: Id {:trigger s.reps[i]} :: Honest(e, i) ==>
      s.reps[i].active && s.reps[i].nv == h && Has(e, s, i, m, x) && VoteMsg(e.p, v, m, x, h, i) in s.net
  }

  // ---- stage 5: all have sent COMMIT for m D later ----
  lemma Stage5(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, i: Id, m: SeqNo, x: Digest, h: Digest)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + D <= t1 && Honest(e, i)
    requires AllHave(e, b(t), v, h, m, x) && low < m <= low + e.p.L
    ensures Commit(v, m, x, i) in b(t + D).net
  {
    At(e, b, D, v, low, t0, t1, q, t);
    HonestQuorum(e);
    var pc := PCert(v, m, x, h, HonestSet(e));
    var a := SendCommit(pc);
    forall j | j in pc.voters ensures VoteMsg(e.p, v, m, x, h, j) in b(t).net { assert b(t).reps[j].active; }
    assert b(t).reps[i].view == v && b(t).reps[i].stable.seqno == low && Has(e, b(t), i, m, x);
    assert CanMove(e, b(t), i, a);
    React(e, b, D, v, t0, t1, q, t, i, a);
  }

  ghost predicate AllCommit(e: Env, net: set<Msg>, v: View, m: SeqNo, x: Digest) {
    forall i: Id :: Honest(e, i) ==> Commit(v, m, x, i) in net
  }

  // ---- stage 6: all have committed m D later ----
  ghost predicate AllVoted(e: Env, net: set<Msg>, v: View, h: Digest, m: SeqNo, x: Digest) {
    forall i: Id :: Honest(e, i) ==> VoteMsg(e.p, v, m, x, h, i) in net
  }
  lemma Stage6(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, i: Id, m: SeqNo, x: Digest, h: Digest)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + D <= t1 && Honest(e, i)
    requires AllCommit(e, b(t).net, v, m, x) && AllVoted(e, b(t).net, v, h, m, x) && low < m <= low + e.p.L && Active(e, b(t), i)
    ensures i < |b(t + D).reps| && CommittedAt(b(t + D).reps[i], m) && Chosen(e, b(t).net, m, x)
  {
    At(e, b, D, v, low, t0, t1, q, t);
    HonestQuorum(e);
    var cc, pc := CCert(v, m, x, HonestSet(e)), PCert(v, m, x, h, HonestSet(e));
    assert CCertX(e, b(t).net, v, m, x) by {
      reveal CCertX();
      assert ValidCCert(e.p, cc) && AuthCCert(e, b(t).net, cc);
    }
    assert SentPCert(e.p, b(t).net, pc) && SentCCert(b(t).net, cc);
    assert b(t).reps[i].view == v && b(t).reps[i].stable.seqno == low;
    var a := CommitLocal(cc, pc);
    assert CanMove(e, b(t), i, a) by { reveal Good(); CommitNotBlocked(e, b(t), i, cc); }
    React(e, b, D, v, t0, t1, q, t, i, a);
  }

  // ---- stage 7: replicas behind the checkpoint have its state D later; then one slot is executed per D ----
  lemma Stage7(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, i: Id)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + D <= t1 && Honest(e, i)
    ensures i < |b(t + D).reps| && b(t + D).reps[i].lastExec >= low
  {
    At(e, b, D, v, low, t0, t1, q, t);
    At(e, b, D, v, low, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    var r := b(t).reps[i];
    assert r.stable.seqno == low;
    if r.lastExec < low {
      var st := LowState(e, b(t), low);
      var a := StateTransfer(r.stable, st);
      assert CanMove(e, b(t), i, a) by { StableSent(e, b(t), i); reveal Good(); assert RepInv(e, b(t).net, i, r); }
      React(e, b, D, v, t0, t1, q, t, i, a);
    }
  }

  ghost predicate CommittedRange(s: Sys, i: Id, low: SeqNo, n: SeqNo) {
    i < |s.reps| && forall m: SeqNo :: low < m <= n ==> CommittedAt(s.reps[i], m)
  }
  lemma Stage8(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, i: Id, n: SeqNo, k: nat)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + k * D <= t1 && Honest(e, i) && k <= n - low && low <= n
    requires CommittedRange(b(t), i, low, n) && b(t).reps[i].lastExec >= low
    ensures i < |b(t + k * D).reps| && b(t + k * D).reps[i].lastExec >= low + k
    decreases k
  {
    if k > 0 {
      var u := t + (k - 1) * D;
      assert t + k * D == u + D && (k - 1) * D >= 0;
      Stage8(e, b, D, v, low, t0, t1, q, t, i, n, k - 1);
      At(e, b, D, v, low, t0, t1, q, u);
      At(e, b, D, v, low, t0, t1, q, u + D);
      Keeps(e, b, v, t0, t1, t, u);
      Keeps(e, b, v, t0, t1, u, u + D);
      if b(u).reps[i].lastExec < low + k {
        assert CommittedAt(b(t).reps[i], low + k);
        assert CommittedAt(b(u).reps[i], low + k);
        assert low + k in b(u).reps[i].committed;
        assert CanMove(e, b(u), i, Execute);
        React(e, b, D, v, t0, t1, q, u, i, Execute);
      }
    }
  }

  // ---- all stages together ----
  // Slot n of an honest primary: everything up to n gets executed by all honest replicas.
  lemma FilledTo(r: Replica, n: SeqNo, m: SeqNo)
    requires GapFree(r) && n in r.accepted && r.stable.seqno < m <= n
    ensures m in r.accepted
    decreases n - m
  {
    hide GapFree;
    if m < n {
      FilledTo(r, n, m + 1);
      FilledNext(r, m);
    }
  }
  lemma FilledNext(r: Replica, m: SeqNo)
    requires GapFree(r) && m + 1 in r.accepted && r.stable.seqno < m
    ensures m in r.accepted
  {
    var x := r.accepted[m + 1];
    assert FilledBelow(r, m + 1);
  }

  lemma CommitStages(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, m: SeqNo, x: Digest)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + 3 * D <= t1
    requires Has(e, b(t), e.p.Primary(v), m, x) && forall i: Id :: Honest(e, i) ==> Active(e, b(t), i)
    ensures low < m <= low + e.p.L
    ensures |b(t + 3 * D).reps| == e.p.N() && forall i: Id :: Honest(e, i) ==> CommittedAt(b(t + 3 * D).reps[i], m)
    ensures Chosen(e, b(t + 3 * D).net, m, x)
  {
    var t4, t5, t6 := t + D, t + D + D, t + D + D + D;
    At(e, b, D, v, low, t0, t1, q, t);
    var h := b(t).reps[e.p.Primary(v)].nv;
    At(e, b, D, v, low, t0, t1, q, t4);
    At(e, b, D, v, low, t0, t1, q, t5);
    At(e, b, D, v, low, t0, t1, q, t6);
    Stage4(e, b, D, v, low, t0, t1, q, t, e.p.Primary(v), m, x);
    forall i: Id | Honest(e, i)
      ensures b(t4).reps[i].active && b(t4).reps[i].nv == h && Has(e, b(t4), i, m, x) && VoteMsg(e.p, v, m, x, h, i) in b(t4).net {
      Stage4(e, b, D, v, low, t0, t1, q, t, i, m, x);
    }
    assert AllHave(e, b(t4), v, h, m, x);
    forall i: Id | Honest(e, i) ensures Commit(v, m, x, i) in b(t5).net { Stage5(e, b, D, v, low, t0, t1, q, t4, i, m, x, h); }
    Keeps(e, b, v, t0, t1, t4, t5);
    assert AllVoted(e, b(t5).net, v, h, m, x) by {
      forall i: Id | Honest(e, i) ensures VoteMsg(e.p, v, m, x, h, i) in b(t5).net { assert b(t4).reps[i].active; }
    }
    forall i: Id | Honest(e, i) ensures CommittedAt(b(t6).reps[i], m) && Chosen(e, b(t5).net, m, x) {
      assert b(t4).reps[i].active && b(t5).reps[i].active;
      Stage6(e, b, D, v, low, t0, t1, q, t5, i, m, x, h);
    }
    Keeps(e, b, v, t0, t1, t5, t6);
    Mono(e, b(t5).net, b(t6).net);
    assert t6 == t + 3 * D;
  }

  lemma CommitRange(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, i: Id)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + 3 * D <= t1 && Honest(e, i)
    requires |b(t).reps| == e.p.N() && n in b(t).reps[e.p.Primary(v)].accepted
    requires forall j: Id :: Honest(e, j) ==> Active(e, b(t), j)
    ensures CommittedRange(b(t + 3 * D), i, low, n)
  {
    var h := e.p.Primary(v);
    At(e, b, D, v, low, t0, t1, q, t);
    At(e, b, D, v, low, t0, t1, q, t + 3 * D);
    var r := b(t).reps[h];
    assert r.stable.seqno == low && r.view == v;
    assert GapFree(r) by { reveal XInv(); assert XRep(e, b(t).net, h, r); }
    var s' := b(t + 3 * D);
    forall m: SeqNo | low < m <= n ensures CommittedAt(s'.reps[i], m) {
      FilledTo(r, n, m);
      CommitStages(e, b, D, v, low, t0, t1, q, t, m, r.accepted[m]);
    }
  }

  lemma ExecuteStages(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, i: Id)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + D + e.p.L * D <= t1 && Honest(e, i)
    requires low <= n <= low + e.p.L && CommittedRange(b(t), i, low, n)
    ensures i < |b(t1).reps| && b(t1).reps[i].lastExec >= n
  {
    var k := n - low;
    MulMono(k, e.p.L, D);
    assert k * D >= 0;
    At(e, b, D, v, low, t0, t1, q, t + D);
    Keeps(e, b, v, t0, t1, t, t + D);
    Stage7(e, b, D, v, low, t0, t1, q, t, i);
    var s, s' := b(t), b(t + D);
    assert Steady(e, s, v, low) && s.reps[i].stable.seqno == low;
    forall m: SeqNo | low < m <= n ensures CommittedAt(s'.reps[i], m) { assert CommittedAt(s.reps[i], m); }
    Stage8(e, b, D, v, low, t0, t1, q, t + D, i, n, k);
    Keeps(e, b, v, t0, t1, t + D + k * D, t1);
  }

  lemma ServeSlot(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, x: Digest)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + 4 * D + e.p.L * D <= t1
    requires Has(e, b(t), e.p.Primary(v), n, x) && forall i: Id :: Honest(e, i) ==> Active(e, b(t), i)
    ensures |b(t1).reps| == e.p.N() && n > 0 && Chosen(e, b(t1).net, n, x)
    ensures forall i: Id :: Honest(e, i) ==> b(t1).reps[i].lastExec >= n
  {
    LongEnough(e.p, D, t);
    At(e, b, D, v, low, t0, t1, q, t);
    At(e, b, D, v, low, t0, t1, q, t1);
    CommitStages(e, b, D, v, low, t0, t1, q, t, n, x);
    NetMono(e, b, t + 3 * D, t1);
    Mono(e, b(t + 3 * D).net, b(t1).net);
    hide *;
    forall i: Id | Honest(e, i) ensures b(t1).reps[i].lastExec >= n { ServeOne(e, b, D, v, low, t0, t1, q, t, n, i); }
    assert Chosen(e, b(t1).net, n, x) by { reveal Chosen; }
  }
  lemma LongEnough(p: Params, D: nat, t: nat)
    ensures t <= t + 3 * D <= t + 4 * D + p.L * D
  {
    MulPos(p.L, D);
  }
  lemma MulPos(a: nat, b: nat)
    ensures a * b >= 0
  {
  }
  lemma ServeOne(e: Env, b: TRun, D: nat, v: View, low: SeqNo, t0: nat, t1: nat, q: Digest, t: nat, n: SeqNo, i: Id)
    requires Setting(e, b, D, v, low, t0, t1, q) && t0 <= t && t + 4 * D + e.p.L * D <= t1 && Honest(e, i)
    requires |b(t).reps| == e.p.N() && n in b(t).reps[e.p.Primary(v)].accepted && low < n <= low + e.p.L
    requires forall j: Id :: Honest(e, j) ==> Active(e, b(t), j)
    ensures i < |b(t1).reps| && b(t1).reps[i].lastExec >= n
  {
    hide *;
    LongEnough(e.p, D, t);
    var u := t + 3 * D;
    assert u + D + e.p.L * D <= t1;
    CommitRange(e, b, D, v, low, t0, t1, q, t, n, i);
    ExecuteStages(e, b, D, v, low, t0, t1, q, u, n, i);
  }
  lemma MulMono(a: nat, b: nat, c: nat)
    requires a <= b
    ensures a * c <= b * c
  {
    assert b * c == a * c + (b - a) * c;
  }

  // A request in a chosen batch that replica j had not executed when its window admitted the request: whoever executes that batch
  // has executed the request.
  lemma SlotDone(e: Env, s0: Sys, j: Id, s: Sys, i: Id, n: SeqNo, x: Digest, q: Digest)
    requires Ok(e, s0) && Ok(e, s) && s0.net <= s.net && Honest(e, i) && Honest(e, j)
    requires n > s0.reps[j].lastExec && e.p.req(q).ts <= BaseOf(e.p, s0.reps[j].state, e.p.req(q).client) + e.p.W
    requires s.reps[i].lastExec >= n && Chosen(e, s.net, n, x) && q in e.p.Requests(x)
    ensures e.p.Done(s.reps[i].state.table, q)
  {
    reveal Good();
    assert RepInv(e, s0.net, j, s0.reps[j]) && RepInv(e, s.net, i, s.reps[i]);
    Mono(e, s0.net, s.net);
    var c := e.p.req(q).client;
    var h0 := LogOf(e, s, s0.reps[j].lastExec, s0.reps[j].state);
    var h := LogOf(e, s, s.reps[i].lastExec, s.reps[i].state);
    LogsAgree(e, s, h0, h);
    assert Chosen(e, s.net, n - 1 + 1, h[n - 1]);
    ChosenUnique(e, s, n, x, h[n - 1]);
    var front, upto := h[..n - 1], h[..n];
    assert h0 <= front && upto[..|upto| - 1] == front && upto[|upto| - 1] == x;
    BaseUp(e.p, h0, front, c);
    var st := Fold(e.p, front);
    assert Fold(e.p, upto) == e.p.Apply(st, x);
    X.ApplyOk(e.p, st, x, c, e.p.req(q).ts);
    if !e.p.Done(st.table, q) {
      assert e.p.Admits(st.table, q);
      var rs := e.p.Runnable(st.table, e.p.Requests(x));
      var k := X.RunnableAll(e.p, st.table, e.p.Requests(x), q);
      assert e.p.req(rs[k]).client == c && e.p.req(rs[k]).ts == e.p.req(q).ts;
      assert X.Among(e.p, rs, |rs|, c, e.p.req(q).ts);
    }
    assert e.p.Done(Fold(e.p, upto).table, q);
    X.DoneGrows(e.p, upto, h, q);
  }
}
