include "Merge.dfy"
// A run, accepted by the oracle, in which every act occurs: nothing that is proved is proved of an empty set of behaviors.
// Four replicas, one of them faulty (and silent). A batch is proposed, prepared and committed; the view changes, and the new primary
// proposes the batch again; two replicas execute it and sign a checkpoint; the third takes their state over; the checkpoint
// becomes stable; a replica restarts.
module PbftRuns {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftInvariant
  import opened PbftPreserve
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftTraceSound
  import opened PbftMerge

  // any service and any digests, with: a batch d of one request q, the first of its client
  ghost predicate Small(e: Env, d: Digest, q: Digest) {
    && e.p.n == 4 && e.p.f == 1 && e.p.K == 1 && e.p.L >= 1 && e.faulty == {3}
    && d != NullOp && e.p.batch(d) == [q] && e.p.req(q).ts == 1
  }

  // ---- reachable: by an accepted trace with the acts of `done`, after which replicas 0, 1, 2 are rs and all have got S ----
  ghost predicate ActedIn(evs: seq<Event>, l: Local) { exists ev :: ev in evs && ev.Act? && ev.l == l }
  ghost predicate AllActed(evs: seq<Event>, done: set<Local>) { forall l :: l in done ==> ActedIn(evs, l) }
  ghost predicate At(e: Env, t: TState, S: set<Msg>, rs: seq<Replica>) {
    && |t.peers| == e.p.n == 4 && |rs| == 3
    && forall i: Id {:trigger t.peers[i]} :: i < 3 ==>
         t.peers[i].r == rs[i] && S <= t.peers[i].log && NvDigests(e.p, S) <= t.peers[i].known
  }
  ghost predicate ReachedBy(e: Env, evs: seq<Event>, done: set<Local>, S: set<Msg>, rs: seq<Replica>) {
    && Run(e, InitTrace(e.p), evs).Some? && AllActed(evs, done) && At(e, Run(e, InitTrace(e.p), evs).value, S, rs)
  }
  opaque ghost predicate Reached(e: Env, done: set<Local>, S: set<Msg>, rs: seq<Replica>) {
    exists evs: seq<Event> :: ReachedBy(e, evs, done, S, rs)
  }

  lemma Fewer(e: Env, done: set<Local>, S: set<Msg>, S': set<Msg>, rs: seq<Replica>)
    requires Reached(e, done, S, rs) && S' <= S
    ensures Reached(e, done, S', rs)
  {
    reveal Reached();
    var evs: seq<Event> :| ReachedBy(e, evs, done, S, rs);
    assert NvDigests(e.p, S') <= NvDigests(e.p, S);
    assert ReachedBy(e, evs, done, S', rs);
  }

  // Deliver ms to replica i.
  lemma DeliverAll(e: Env, evs: seq<Event>, i: Id, ms: set<Msg>) returns (evs': seq<Event>)
    requires Run(e, InitTrace(e.p), evs).Some? && Honest(e, i)
    requires var t := Run(e, InitTrace(e.p), evs).value;
      |t.peers| == e.p.n && LogAuth(e, t.net, ms) && forall m :: m in ms ==> NvsKnown(t.peers[i].known, 0, m) && m in Contents(e.p, m)
    ensures evs <= evs' && Run(e, InitTrace(e.p), evs').Some?
    ensures var t, t' := Run(e, InitTrace(e.p), evs).value, Run(e, InitTrace(e.p), evs').value;
      && |t'.peers| == e.p.n && t'.net == t.net && t'.peers == t.peers[i := t'.peers[i]]
      && t'.peers[i].r == t.peers[i].r && t.peers[i].log + ms <= t'.peers[i].log
      && t.peers[i].known + NvDigests(e.p, ms) <= t'.peers[i].known
    decreases ms
  {
    if ms == {} {
      evs' := evs;
    } else {
      var m :| m in ms;
      var t := Run(e, InitTrace(e.p), evs).value;
      var ev := Deliver(i, m);
      KnownMono(t.peers[i].known, t.peers[i].known, m);
      RunOne(e, InitTrace(e.p), evs, ev);
      var t1 := Check(e, t, ev).value;
      forall x | x in ms ensures NvsKnown(t1.peers[i].known, 0, x) { KnownMono(t.peers[i].known, t1.peers[i].known, x); }
      evs' := DeliverAll(e, evs + [ev], i, ms - {m});
      var t' := Run(e, InitTrace(e.p), evs').value;
      assert NvDigests(e.p, {m}) <= NvDigests(e.p, Contents(e.p, m));
      assert NvDigests(e.p, ms) == NvDigests(e.p, {m}) + NvDigests(e.p, ms - {m});
    }
  }
  // With h = 0 all is asked for: what is taken then is always taken.
  lemma KnownMono(known: set<Digest>, known': set<Digest>, m: Msg)
    requires known <= known' && NvsKnown(known, 0, m)
    ensures forall low :: NvsKnown(known', low, m)
  {
  }
  lemma WitnessedMono(p: Params, x: Peer, y: Peer, l: Local)
    requires x.r == y.r && x.log <= y.log && x.known <= y.known && Witnessed(p, x, l)
    ensures Witnessed(p, y, l)
  {
  }
  // ... and to all three.
  lemma Flood(e: Env, evs: seq<Event>, done: set<Local>, S: set<Msg>, rs: seq<Replica>, ms: set<Msg>)
    requires ReachedBy(e, evs, done, S, rs) && e.faulty == {3}
    requires LogAuth(e, Run(e, InitTrace(e.p), evs).value.net, ms)
    requires forall m :: m in ms ==> NvsKnown(NvDigests(e.p, S), 0, m) && m in Contents(e.p, m)
    ensures Reached(e, done, S + ms, rs)
  {
    forall i: Id, m | i < 3 && m in ms ensures NvsKnown(Run(e, InitTrace(e.p), evs).value.peers[i].known, 0, m) {
      KnownMono(NvDigests(e.p, S), Run(e, InitTrace(e.p), evs).value.peers[i].known, m);
    }
    var evs0 := DeliverAll(e, evs, 0, ms);
    var evs1 := DeliverAll(e, evs0, 1, ms);
    var evs2 := DeliverAll(e, evs1, 2, ms);
    assert NvDigests(e.p, S + ms) == NvDigests(e.p, S) + NvDigests(e.p, ms);
    assert evs <= evs2;
    forall l | l in done ensures ActedIn(evs2, l) { Longer(evs, evs2, l); }
    assert ReachedBy(e, evs2, done, S + ms, rs);
    reveal Reached();
  }
  lemma Longer(evs: seq<Event>, evs': seq<Event>, l: Local)
    requires ActedIn(evs, l) && evs <= evs'
    ensures ActedIn(evs', l)
  {
    var ev :| ev in evs && ev.Act? && ev.l == l;
    assert ev in evs';
  }

  lemma Start(e: Env, q: Digest)
    requires e.p.n == 4 && e.faulty == {3}
    ensures Reached(e, {}, {Request(q)}, [InitReplica(e.p), InitReplica(e.p), InitReplica(e.p)])
  {
    var rs := [InitReplica(e.p), InitReplica(e.p), InitReplica(e.p)];
    var ev := EnvSend(Request(q));
    RunOne(e, InitTrace(e.p), [], ev);
    assert [] + [ev] == [ev];
    assert ReachedBy(e, [ev], {}, {}, rs);
    Flood(e, [ev], {}, {}, rs, {Request(q)});
    assert {} + {Request(q)} == {Request(q)};
  }

  // Replica i acts, and all three get what it sends.
  lemma Do(e: Env, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id, l: Local)
    requires Reached(e, done, S, rs) && e.faulty == {3} && i < 3 && |rs| == 3
    requires CanAct(e.p, i, Peer(rs[i], S, NvDigests(e.p, S)), l)
    requires forall m :: m in Sent(e.p, i, Peer(rs[i], S, NvDigests(e.p, S)), l) ==> NvsKnown(NvDigests(e.p, S), 0, m)
    ensures var x := Peer(rs[i], S, NvDigests(e.p, S));
      Reached(e, done + {l}, S + (Sent(e.p, i, x, l) + Gained(l)), rs[i := Next(e.p, i, rs[i], ActionOf(rs[i], l))])
  {
    reveal Reached();
    var evs: seq<Event> :| ReachedBy(e, evs, done, S, rs);
    var t := Run(e, InitTrace(e.p), evs).value;
    var x := Peer(rs[i], S, NvDigests(e.p, S));
    WitnessedMono(e.p, x, t.peers[i], l);
    var out := Sent(e.p, i, x, l);
    var ev := Act(i, l, out);
    RunOne(e, InitTrace(e.p), evs, ev);
    var b := RunSound(e, evs);
    OutputAuth(e, t, i, l, out);
    var rs' := rs[i := Next(e.p, i, rs[i], ActionOf(rs[i], l))];
    assert ActedIn(evs + [ev], l) by { assert ev in evs + [ev]; }
    forall l' | l' in done ensures ActedIn(evs + [ev], l') { Longer(evs, evs + [ev], l'); }
    assert ReachedBy(e, evs + [ev], done + {l}, S, rs');
    OutContents(e.p, i, x, l);
    Flood(e, evs + [ev], done + {l}, S, rs', out + Gained(l));
  }
  lemma OutContents(p: Params, i: Id, x: Peer, l: Local)
    requires CanAct(p, i, x, l)
    ensures forall m :: m in Sent(p, i, x, l) + Gained(l) ==> m in Contents(p, m)
    ensures forall m :: m in Gained(l) ==> NvsKnown(NvDigests(p, x.log), 0, m)
  {
  }

  // ---- the run ----
  const All: set<Id> := {0, 1, 2}
  ghost function PC(d: Digest): PCert { PCert(0, 1, d, NoNv, All) }
  ghost function CC(d: Digest): CCert { CCert(0, 1, d, All) }
  ghost function Vc(e: Env, d: Digest, i: Id): VC { VC(1, Genesis(e.p), map[1 := PC(d)], i) }
  ghost function NvV(e: Env, d: Digest): map<Id, VC> { map[0 := Vc(e, d, 0), 1 := Vc(e, d, 1), 2 := Vc(e, d, 2)] }
  ghost function NvO(d: Digest): map<SeqNo, Digest> { map[1 := d] }
  ghost function H(e: Env, d: Digest): Digest { e.p.nvHash(1, NvV(e, d), NvO(d)) }
  ghost function St(e: Env, d: Digest): State { e.p.Apply(e.p.Init(), d) }
  ghost function Sd(e: Env, d: Digest): Digest { e.p.stHash(1, St(e, d)) }
  ghost function Weak(e: Env, d: Digest): CkCert { CkCert(1, Sd(e, d), {0, 1}) }
  ghost function Ck(e: Env, d: Digest): CkCert { CkCert(1, Sd(e, d), All) }

  // a replica that accepted d; that is prepared; that has it committed; in view 1; executed; checkpoint signed; stable
  ghost function Accepted(e: Env, d: Digest): Replica { InitReplica(e.p).(accepted := map[1 := d]) }
  ghost function Prepared(e: Env, d: Digest): Replica { Accepted(e, d).(prepared := map[1 := PC(d)]) }
  ghost function Committed(e: Env, d: Digest): Replica { Prepared(e, d).(committed := map[1 := d]) }
  ghost function Left(r: Replica): Replica { r.(view := 1, nv := NoNv, active := false, accepted := map[]) }
  ghost function Entered1(e: Env, d: Digest, r: Replica): Replica { r.(view := 1, nv := H(e, d), active := true, accepted := map[1 := d]) }
  ghost function Ahead(e: Env, d: Digest, r: Replica): Replica { r.(lastExec := 1, state := St(e, d)) }
  ghost function SignedCk(e: Env, d: Digest, r: Replica): Replica { r.(ckpts := map[1 := Sd(e, d)]) }
  ghost function Stable(e: Env, d: Digest, r: Replica): Replica {
    r.(stable := Ck(e, d), accepted := map[], prepared := map[], committed := map[])
  }

  lemma Quorum3(p: Params)
    requires p.n == 4 && p.f == 1
    ensures p.Q() == 3 && p.IsQuorum(All) && p.IsWeak({0, 1}) && p.Primary(0) == 0 && p.Primary(1) == 1
  {
    assert |All| == 3;
    var w: set<Id> := {0, 1};
    assert |w| == 2;
  }

  lemma Agreement1(e: Env, d: Digest, q: Digest)
    requires Small(e, d, q)
    ensures Reached(e, {LPropose(1, d), LPrepare(1, d)},
      {Body(1, d), PrePrepare(0, 1, d, NoNv), Prepare(0, 1, d, NoNv, 1), Prepare(0, 1, d, NoNv, 2)},
      [Accepted(e, d), Accepted(e, d), Accepted(e, d)])
  {
    Quorum3(e.p);
    var r0, r1 := InitReplica(e.p), Accepted(e, d);
    var S0: set<Msg> := {Request(q)};
    Start(e, q);
    Do(e, {}, S0, [r0, r0, r0], 0, LPropose(1, d));
    var S1: set<Msg> := {Body(1, d), PrePrepare(0, 1, d, NoNv)};
    assert [r0, r0, r0][0 := r1] == [r1, r0, r0] && {} + {LPropose(1, d)} == {LPropose(1, d)};
    Fewer(e, {LPropose(1, d)}, S0 + ({PrePrepare(0, 1, d, NoNv)} + {Body(1, d)}), S1, [r1, r0, r0]);
    Do(e, {LPropose(1, d)}, S1, [r1, r0, r0], 1, LPrepare(1, d));
    assert [r1, r0, r0][1 := r1] == [r1, r1, r0];
    var done := {LPropose(1, d), LPrepare(1, d)};
    assert {LPropose(1, d)} + {LPrepare(1, d)} == done;
    var S2 := S1 + {Prepare(0, 1, d, NoNv, 1)};
    assert S1 + ({Prepare(0, 1, d, NoNv, 1)} + {}) == S2;
    Do(e, done, S2, [r1, r1, r0], 2, LPrepare(1, d));
    assert [r1, r1, r0][2 := r1] == [r1, r1, r1];
    assert done + {LPrepare(1, d)} == done;
    Fewer(e, done, S2 + ({Prepare(0, 1, d, NoNv, 2)} + {}),
      {Body(1, d), PrePrepare(0, 1, d, NoNv), Prepare(0, 1, d, NoNv, 1), Prepare(0, 1, d, NoNv, 2)}, [r1, r1, r1]);
  }

  ghost function Votes(d: Digest): set<Msg> {
    {Body(1, d), PrePrepare(0, 1, d, NoNv), Prepare(0, 1, d, NoNv, 1), Prepare(0, 1, d, NoNv, 2)}
  }
  ghost function Commits(d: Digest): set<Msg> { {Commit(0, 1, d, 0), Commit(0, 1, d, 1), Commit(0, 1, d, 2)} }

  lemma DoCommit(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && Votes(d) <= S && rs[i] == Accepted(e, d)
    ensures Reached(e, done + {LCommit(PC(d))}, S + {Commit(0, 1, d, i)}, rs[i := Prepared(e, d)])
  {
    Quorum3(e.p);
    Do(e, done, S, rs, i, LCommit(PC(d)));
    assert {Commit(0, 1, d, i)} + {} == {Commit(0, 1, d, i)};
  }
  lemma DoCommitted(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && Votes(d) <= S && Commits(d) <= S && rs[i] == Prepared(e, d)
    ensures Reached(e, done + {LCommitted(CC(d), PC(d))}, S, rs[i := Committed(e, d)])
  {
    Quorum3(e.p);
    Do(e, done, S, rs, i, LCommitted(CC(d), PC(d)));
    assert S + ({} + {}) == S;
  }
  lemma Agreement2(e: Env, d: Digest, q: Digest) returns (done: set<Local>)
    requires Small(e, d, q)
    ensures Reached(e, done, Votes(d) + Commits(d), [Committed(e, d), Committed(e, d), Prepared(e, d)])
    ensures LPropose(1, d) in done && LPrepare(1, d) in done && LCommit(PC(d)) in done && LCommitted(CC(d), PC(d)) in done
  {
    Agreement1(e, d, q);
    done := {LPropose(1, d), LPrepare(1, d)};
    var a, b, c := Accepted(e, d), Prepared(e, d), Committed(e, d);
    DoCommit(e, d, done, Votes(d), [a, a, a], 0);
    assert [a, a, a][0 := b] == [b, a, a];
    done := done + {LCommit(PC(d))};
    DoCommit(e, d, done, Votes(d) + {Commit(0, 1, d, 0)}, [b, a, a], 1);
    assert [b, a, a][1 := b] == [b, b, a] && done + {LCommit(PC(d))} == done;
    DoCommit(e, d, done, Votes(d) + {Commit(0, 1, d, 0)} + {Commit(0, 1, d, 1)}, [b, b, a], 2);
    assert [b, b, a][2 := b] == [b, b, b];
    var S := Votes(d) + Commits(d);
    assert Votes(d) + {Commit(0, 1, d, 0)} + {Commit(0, 1, d, 1)} + {Commit(0, 1, d, 2)} == S;
    DoCommitted(e, d, done, S, [b, b, b], 0);
    assert [b, b, b][0 := c] == [c, b, b];
    done := done + {LCommitted(CC(d), PC(d))};
    DoCommitted(e, d, done, S, [c, b, b], 1);
    assert [c, b, b][1 := c] == [c, c, b] && done + {LCommitted(CC(d), PC(d))} == done;
  }

  lemma DoViewChange(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && (rs[i] == Committed(e, d) || rs[i] == Prepared(e, d))
    ensures Reached(e, done + {LViewChange(1)}, S + {ViewChange(Vc(e, d, i))}, rs[i := Left(rs[i])])
  {
    Do(e, done, S, rs, i, LViewChange(1));
    assert {ViewChange(Vc(e, d, i))} + {} == {ViewChange(Vc(e, d, i))};
  }
  ghost function Vcs(e: Env, d: Digest): set<Msg> { {ViewChange(Vc(e, d, 0)), ViewChange(Vc(e, d, 1)), ViewChange(Vc(e, d, 2))} }

  lemma NewViewValid(e: Env, d: Digest)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1
    ensures Base(e.p, NvV(e, d)) == Genesis(e.p)
    ensures ValidNewView(e.p, 1, NvV(e, d), NvO(d))
  {
    Quorum3(e.p);
    var p, V, O := e.p, NvV(e, d), NvO(d);
    LatestFrom(p, V, p.N());
    assert V.Keys == All;
    forall i | i in V ensures V[i].from == i && V[i].newView == 1 && ValidVC(p, V[i]) {
      assert i in All;
      assert V[i].P == map[1 := PC(d)];
      assert ValidPCert(p, PC(d));
    }
    assert V[0].P[1].digest == d;
    assert ChoiceOk(V, 1, d);
    assert Reported(V, 1);
    assert SlotOk(0, V, O, 1);
  }
  lemma EnterIs(e: Env, d: Digest, r: Replica)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1 && r.stable == Genesis(e.p)
    ensures EnterView(e.p, r, 1, NvV(e, d), NvO(d)) == Entered1(e, d, r)
  {
    NewViewValid(e, d);
    assert Advance(r, Base(e.p, NvV(e, d))) == r;
    assert (map n | n in NvO(d) && n > 0 :: NvO(d)[n]) == map[1 := d];
  }

  lemma ViewChange1(e: Env, d: Digest, q: Digest) returns (done: set<Local>)
    requires Small(e, d, q)
    ensures Reached(e, done, Votes(d) + Vcs(e, d), [Left(Committed(e, d)), Left(Committed(e, d)), Left(Prepared(e, d))])
    ensures LPropose(1, d) in done && LPrepare(1, d) in done && LCommit(PC(d)) in done && LCommitted(CC(d), PC(d)) in done
    ensures LViewChange(1) in done
  {
    done := Agreement2(e, d, q);
    var b, c := Prepared(e, d), Committed(e, d);
    var S := Votes(d) + Commits(d);
    DoViewChange(e, d, done, S, [c, c, b], 0);
    assert [c, c, b][0 := Left(c)] == [Left(c), c, b];
    done := done + {LViewChange(1)};
    var S1 := S + {ViewChange(Vc(e, d, 0))};
    DoViewChange(e, d, done, S1, [Left(c), c, b], 1);
    assert [Left(c), c, b][1 := Left(c)] == [Left(c), Left(c), b] && done + {LViewChange(1)} == done;
    var S2 := S1 + {ViewChange(Vc(e, d, 1))};
    DoViewChange(e, d, done, S2, [Left(c), Left(c), b], 2);
    assert [Left(c), Left(c), b][2 := Left(b)] == [Left(c), Left(c), Left(b)];
    Fewer(e, done, S2 + {ViewChange(Vc(e, d, 2))}, Votes(d) + Vcs(e, d), [Left(c), Left(c), Left(b)]);
  }

  lemma DoNewView(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1 && e.faulty == {3} && |rs| == 3
    requires Reached(e, done, S, rs) && Vcs(e, d) <= S && rs[1] == Left(Committed(e, d))
    ensures Reached(e, done + {LNewView(NvV(e, d), NvO(d))}, S + {NewView(1, NvV(e, d), NvO(d))}, rs[1 := Entered1(e, d, rs[1])])
  {
    Quorum3(e.p);
    NewViewValid(e, d);
    EnterIs(e, d, rs[1]);
    var l := LNewView(NvV(e, d), NvO(d));
    var x := Peer(rs[1], S, NvDigests(e.p, S));
    assert CanAct(e.p, 1, x, l);
    forall m | m in Sent(e.p, 1, x, l) ensures NvsKnown(NvDigests(e.p, S), 0, m) {
      if m.NewView? { assert m.V == NvV(e, d); }
    }
    Do(e, done, S, rs, 1, l);
    Fewer(e, done + {l}, S + (Sent(e.p, 1, x, l) + Gained(l)), S + {NewView(1, NvV(e, d), NvO(d))}, rs[1 := Entered1(e, d, rs[1])]);
  }
  lemma DoEnter(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.p.L >= 1 && e.faulty == {3} && |rs| == 3 && (i == 0 || i == 2)
    requires Reached(e, done, S, rs) && NewView(1, NvV(e, d), NvO(d)) in S
    requires rs[i] == Left(Committed(e, d)) || rs[i] == Left(Prepared(e, d))
    ensures Reached(e, done + {LEnterView(1, NvV(e, d), NvO(d))}, S, rs[i := Entered1(e, d, rs[i])])
  {
    Quorum3(e.p);
    NewViewValid(e, d);
    EnterIs(e, d, rs[i]);
    var l := LEnterView(1, NvV(e, d), NvO(d));
    var x := Peer(rs[i], S, NvDigests(e.p, S));
    Do(e, done, S, rs, i, l);
    Fewer(e, done + {l}, S + (Sent(e.p, i, x, l) + Gained(l)), S, rs[i := Entered1(e, d, rs[i])]);
  }
  lemma NewView1(e: Env, d: Digest, q: Digest) returns (done: set<Local>)
    requires Small(e, d, q)
    ensures var b, c := Entered1(e, d, Left(Prepared(e, d))), Entered1(e, d, Left(Committed(e, d))); Reached(e, done, {Body(1, d)}, [c, c, b])
    ensures LPropose(1, d) in done && LPrepare(1, d) in done && LCommit(PC(d)) in done && LCommitted(CC(d), PC(d)) in done
    ensures LViewChange(1) in done && LNewView(NvV(e, d), NvO(d)) in done && LEnterView(1, NvV(e, d), NvO(d)) in done
  {
    done := ViewChange1(e, d, q);
    var b, c := Left(Prepared(e, d)), Left(Committed(e, d));
    var b', c' := Entered1(e, d, b), Entered1(e, d, c);
    DoNewView(e, d, done, Votes(d) + Vcs(e, d), [c, c, b]);
    assert [c, c, b][1 := c'] == [c, c', b];
    done := done + {LNewView(NvV(e, d), NvO(d))};
    var S := Votes(d) + Vcs(e, d) + {NewView(1, NvV(e, d), NvO(d))};
    DoEnter(e, d, done, S, [c, c', b], 0);
    assert [c, c', b][0 := c'] == [c', c', b];
    done := done + {LEnterView(1, NvV(e, d), NvO(d))};
    DoEnter(e, d, done, S, [c', c', b], 2);
    assert [c', c', b][2 := b'] == [c', c', b'] && done + {LEnterView(1, NvV(e, d), NvO(d))} == done;
    Fewer(e, done, S, {Body(1, d)}, [c', c', b']);
  }

  // ---- execution, checkpoint, transfer, restart ----
  lemma DoExecute(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && Body(1, d) in S && rs[i] == Entered1(e, d, Left(Committed(e, d)))
    ensures Reached(e, done + {LExecute}, S, rs[i := Ahead(e, d, rs[i])])
  {
    var x := Peer(rs[i], S, NvDigests(e.p, S));
    Do(e, done, S, rs, i, LExecute);
    assert Next(e.p, i, rs[i], Execute).committed == map[1 := d];
    assert Next(e.p, i, rs[i], Execute) == Ahead(e, d, rs[i]);
    Fewer(e, done + {LExecute}, S + (Sent(e.p, i, x, LExecute) + Gained(LExecute)), S, rs[i := Ahead(e, d, rs[i])]);
  }
  lemma DoCheckpoint(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.K == 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && rs[i].lastExec == 1 && rs[i].state == St(e, d) && rs[i].stable == Genesis(e.p) && rs[i].ckpts == map[]
    ensures Reached(e, done + {LCheckpoint}, S + {Checkpoint(1, Sd(e, d), i)}, rs[i := SignedCk(e, d, rs[i])])
  {
    Do(e, done, S, rs, i, LCheckpoint);
    assert {Checkpoint(1, Sd(e, d), i)} + {} == {Checkpoint(1, Sd(e, d), i)};
  }
  lemma DoTransfer(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.p.K == 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1)} <= S
    requires rs[i].lastExec == 0 && rs[i].stable == Genesis(e.p) && rs[i].committed == map[]
    ensures Reached(e, done + {LTransfer(Weak(e, d), St(e, d))}, S, rs[i := Ahead(e, d, rs[i])])
  {
    Quorum3(e.p);
    var l := LTransfer(Weak(e, d), St(e, d));
    Do(e, done, S, rs, i, l);
    assert Next(e.p, i, rs[i], ActionOf(rs[i], l)).committed == map[];
    assert Next(e.p, i, rs[i], ActionOf(rs[i], l)) == Ahead(e, d, rs[i]);
    assert S + ({} + {}) == S;
  }
  lemma DoStable(e: Env, d: Digest, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.p.n == 4 && e.p.f == 1 && e.p.K == 1 && e.faulty == {3} && |rs| == 3 && i < 3
    requires Reached(e, done, S, rs) && {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1), Checkpoint(1, Sd(e, d), 2)} <= S
    requires rs[i].lastExec == 1 && rs[i].stable == Genesis(e.p) && rs[i].ckpts == map[1 := Sd(e, d)]
    requires rs[i].accepted.Keys <= {1} && rs[i].prepared.Keys <= {1} && rs[i].committed.Keys <= {1}
    ensures Reached(e, done + {LStable(Ck(e, d))}, S, rs[i := Stable(e, d, rs[i])])
  {
    Quorum3(e.p);
    var l := LStable(Ck(e, d));
    Do(e, done, S, rs, i, l);
    var r' := Next(e.p, i, rs[i], ActionOf(rs[i], l));
    assert r'.accepted == map[] && r'.prepared == map[] && r'.committed == map[] && r'.ckpts == rs[i].ckpts;
    assert r' == Stable(e, d, rs[i]);
    assert S + ({} + {}) == S;
  }
  lemma DoRestart(e: Env, done: set<Local>, S: set<Msg>, rs: seq<Replica>, i: Id)
    requires e.faulty == {3} && |rs| == 3 && i < 3 && Reached(e, done, S, rs)
    ensures Reached(e, done + {LRestart}, S, rs)
  {
    Do(e, done, S, rs, i, LRestart);
    assert rs[i := rs[i]] == rs && S + ({} + {}) == S;
  }

  lemma Execution1(e: Env, d: Digest, done0: set<Local>, c: Replica, b: Replica) returns (done: set<Local>)
    requires e.p.n == 4 && e.p.f == 1 && e.p.K == 1 && e.faulty == {3}
    requires c == Entered1(e, d, Left(Committed(e, d))) && b == Entered1(e, d, Left(Prepared(e, d)))
    requires Reached(e, done0, {Body(1, d)}, [c, c, b])
    ensures done0 <= done && LExecute in done && LCheckpoint in done && LTransfer(Weak(e, d), St(e, d)) in done
    ensures var r := SignedCk(e, d, Ahead(e, d, c)); var r' := SignedCk(e, d, Ahead(e, d, b));
      Reached(e, done, {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1), Checkpoint(1, Sd(e, d), 2)}, [r, r, r'])
  {
    var S: set<Msg> := {Body(1, d)};
    var x, y := Ahead(e, d, c), SignedCk(e, d, Ahead(e, d, c));
    DoExecute(e, d, done0, S, [c, c, b], 0);
    assert [c, c, b][0 := x] == [x, c, b];
    done := done0 + {LExecute};
    DoExecute(e, d, done, S, [x, c, b], 1);
    assert [x, c, b][1 := x] == [x, x, b] && done + {LExecute} == done;
    DoCheckpoint(e, d, done, S, [x, x, b], 0);
    assert [x, x, b][0 := y] == [y, x, b];
    done := done + {LCheckpoint};
    var S1 := S + {Checkpoint(1, Sd(e, d), 0)};
    DoCheckpoint(e, d, done, S1, [y, x, b], 1);
    assert [y, x, b][1 := y] == [y, y, b] && done + {LCheckpoint} == done;
    var S2 := S1 + {Checkpoint(1, Sd(e, d), 1)};
    var b1 := Ahead(e, d, b);
    var b2 := SignedCk(e, d, b1);
    DoTransfer(e, d, done, S2, [y, y, b], 2);
    assert [y, y, b][2 := b1] == [y, y, b1];
    done := done + {LTransfer(Weak(e, d), St(e, d))};
    DoCheckpoint(e, d, done, S2, [y, y, b1], 2);
    assert [y, y, b1][2 := b2] == [y, y, b2] && done + {LCheckpoint} == done;
    Fewer(e, done, S2 + {Checkpoint(1, Sd(e, d), 2)},
      {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1), Checkpoint(1, Sd(e, d), 2)}, [y, y, b2]);
  }
  lemma Stable1(e: Env, d: Digest, done0: set<Local>, y: Replica, z: Replica) returns (done: set<Local>)
    requires e.p.n == 4 && e.p.f == 1 && e.p.K == 1 && e.faulty == {3}
    requires y == SignedCk(e, d, Ahead(e, d, Entered1(e, d, Left(Committed(e, d)))))
    requires z == SignedCk(e, d, Ahead(e, d, Entered1(e, d, Left(Prepared(e, d)))))
    requires Reached(e, done0, {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1), Checkpoint(1, Sd(e, d), 2)}, [y, y, z])
    ensures done0 <= done && LStable(Ck(e, d)) in done && LRestart in done
    ensures Reached(e, done, {}, [Stable(e, d, y), Stable(e, d, y), Stable(e, d, z)])
  {
    var S: set<Msg> := {Checkpoint(1, Sd(e, d), 0), Checkpoint(1, Sd(e, d), 1), Checkpoint(1, Sd(e, d), 2)};
    var y', z' := Stable(e, d, y), Stable(e, d, z);
    var l := LStable(Ck(e, d));
    DoStable(e, d, done0, S, [y, y, z], 0);
    assert [y, y, z][0 := y'] == [y', y, z];
    done := done0 + {l};
    DoStable(e, d, done, S, [y', y, z], 1);
    assert [y', y, z][1 := y'] == [y', y', z] && done + {l} == done;
    DoStable(e, d, done, S, [y', y', z], 2);
    assert [y', y', z][2 := z'] == [y', y', z'];
    DoRestart(e, done, S, [y', y', z'], 0);
    done := done + {LRestart};
    Fewer(e, done, S, {}, [y', y', z']);
  }

  // There is an accepted trace in which every act occurs: after it three replicas are in view 1, have executed the batch, and have a
  // stable checkpoint after it.
  lemma EveryActOccurs(e: Env, d: Digest, q: Digest) returns (evs: seq<Event>)
    requires Small(e, d, q)
    ensures Run(e, InitTrace(e.p), evs).Some?
    ensures ActedIn(evs, LPropose(1, d)) && ActedIn(evs, LPrepare(1, d)) && ActedIn(evs, LCommit(PC(d)))
    ensures ActedIn(evs, LCommitted(CC(d), PC(d))) && ActedIn(evs, LExecute) && ActedIn(evs, LCheckpoint)
    ensures ActedIn(evs, LStable(Ck(e, d))) && ActedIn(evs, LTransfer(Weak(e, d), St(e, d))) && ActedIn(evs, LRestart)
    ensures ActedIn(evs, LViewChange(1)) && ActedIn(evs, LNewView(NvV(e, d), NvO(d))) && ActedIn(evs, LEnterView(1, NvV(e, d), NvO(d)))
    ensures var t := Run(e, InitTrace(e.p), evs).value;
      |t.peers| == 4 && forall i: Id {:trigger t.peers[i]} :: i < 3 ==>
        var r := t.peers[i].r;
        r.view == 1 && r.active && r.lastExec == 1 && r.state == e.p.Apply(e.p.Init(), d) && r.stable.seqno == 1
  {
    var done := NewView1(e, d, q);
    var b, c := Entered1(e, d, Left(Prepared(e, d))), Entered1(e, d, Left(Committed(e, d)));
    done := Execution1(e, d, done, c, b);
    done := Stable1(e, d, done, SignedCk(e, d, Ahead(e, d, c)), SignedCk(e, d, Ahead(e, d, b)));
    reveal Reached();
    evs :| ReachedBy(e, evs, done, {}, [Stable(e, d, SignedCk(e, d, Ahead(e, d, c))), Stable(e, d, SignedCk(e, d, Ahead(e, d, c))), Stable(e, d, SignedCk(e, d, Ahead(e, d, b)))]);
  }
}
