include "../../oracle/Trace.dfy"
// What the classic mistakes do: concrete runs of four replicas, one of them faulty, that the oracle of the mutated specification accepts
// and that end with two correct replicas having committed different batches at place 1. The oracle of the right specification refuses
// every one of them. Run by mutants/harm/run.
module PbftHarm {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace

  const A: Digest := 1
  const B: Digest := 2
  function At(O: map<SeqNo, Digest>, n: SeqNo): nat { if n in O then O[n] + 1 else 0 }
  function TheParams(): Params {
    Params(4, 1, 1, 4, 4, 0, (a: App, rs: seq<Digest>) => (a * 10 + |rs|, [a]), (q: Digest) => Req(q, 1, q), (d: Digest) => [d],
           (n: SeqNo, st: State) => n * 1000 + st.app,
           (v: View, V: map<Id, VC>, O: map<SeqNo, Digest>) => v * 1000 + At(O, 1) * 10 + At(O, 2))
  }

  // A run: the environment, the state so far, and what was refused first.
  class Scene {
    var e: Env
    var t: TState
    var refused: string
    constructor (faulty: Id) {
      e := Env(TheParams(), {faulty});
      t := InitTrace(TheParams());
      refused := "";
    }
    method Try(ev: Event, what: string)
      modifies this
    {
      if refused == "" {
        match Check(e, t, ev)
        case None => refused := what;
        case Some(t') => t := t';
      }
    }
    // the faulty replica or a client sends m
    method Send(m: Msg)
      modifies this
    { Try(EnvSend(m), "send"); }
    method Give(i: Id, m: Msg, what: string)
      modifies this
    { Try(Deliver(i, m), what); }
    method Do(i: Id, l: Local, what: string)
      modifies this
    {
      if refused == "" {
        if i < |t.peers| && CanAct(e.p, i, t.peers[i], l) { Try(Act(i, l, Sent(e.p, i, t.peers[i], l)), what); }
        else { refused := what; }
      }
    }
    // all votes, commits and checkpoints sent so far, and the batches, come to i
    method Gossip(i: Id)
      modifies this
    {
      Give(i, Body(1, A), "batch");
      Give(i, Body(1, B), "batch");
      var ms := set m | m in t.net && (m.PrePrepare? || m.Prepare? || m.Commit? || m.Checkpoint?) :: m;
      while ms != {} {
        var m :| m in ms;
        Give(i, m, "message");
        ms := ms - {m};
      }
    }
    method Clients()
      modifies this
    {
      Send(Request(A));
      Send(Request(B));
    }
    method Committed(i: Id) returns (d: Option<Digest>) {
      if i < |t.peers| && 1 in t.peers[i].r.committed { d := Some(t.peers[i].r.committed[1]); } else { d := None; }
    }
    method Report(name: string, i: Id, j: Id) {
      var x := Committed(i);
      var y := Committed(j);
      if refused != "" { print name, ": refused: ", refused, "\n"; }
      else if x.Some? && y.Some? && x != y {
        print name, ": FORK: at place 1 replica ", i, " has committed ", x.value, " and replica ", j, " has committed ", y.value, "\n";
      } else { print name, ": no fork\n"; }
    }
  }
  function Pc(v: View, d: Digest, h: Digest, S: set<Id>): PCert { PCert(v, 1, d, h, S) }

  // ---- one view ----
  method Equivocation(name: string) {           // quorums of 2f
    var s := new Scene(0);
    s.Clients();
    s.Send(PrePrepare(0, 1, A, NoNv)); s.Send(PrePrepare(0, 1, B, NoNv));
    s.Send(Commit(0, 1, A, 0)); s.Send(Commit(0, 1, B, 0));
    s.Give(1, Body(1, A), "batch"); s.Give(1, PrePrepare(0, 1, A, NoNv), "proposal"); s.Do(1, LPrepare(1, A), "prepare");
    s.Give(2, Body(1, B), "batch"); s.Give(2, PrePrepare(0, 1, B, NoNv), "proposal"); s.Do(2, LPrepare(1, B), "prepare");
    s.Do(1, LCommit(Pc(0, A, NoNv, {0, 1})), "a commit on the votes of two");
    s.Do(2, LCommit(Pc(0, B, NoNv, {0, 2})), "a commit on the votes of two");
    s.Gossip(1); s.Gossip(2);
    s.Do(1, LCommitted(CCert(0, 1, A, {0, 1}), Pc(0, A, NoNv, {0, 1})), "committed by two");
    s.Do(2, LCommitted(CCert(0, 1, B, {0, 2}), Pc(0, B, NoNv, {0, 2})), "committed by two");
    s.Report(name, 1, 2);
  }
  method AcceptTwice(name: string) {            // a backup accepts two proposals at one place
    var s := new Scene(0);
    s.Clients();
    s.Send(PrePrepare(0, 1, A, NoNv)); s.Send(PrePrepare(0, 1, B, NoNv));
    s.Send(Commit(0, 1, A, 0)); s.Send(Commit(0, 1, B, 0));
    s.Gossip(1); s.Gossip(2);
    s.Do(1, LPrepare(1, A), "prepare"); s.Do(2, LPrepare(1, A), "prepare");
    s.Gossip(1); s.Gossip(2);
    s.Do(1, LCommit(Pc(0, A, NoNv, {0, 1, 2})), "commit"); s.Do(2, LCommit(Pc(0, A, NoNv, {0, 1, 2})), "commit");
    s.Do(1, LPrepare(1, B), "a second proposal at the place"); s.Do(2, LPrepare(1, B), "a second proposal at the place");
    s.Gossip(1); s.Gossip(2);
    s.Do(1, LCommitted(CCert(0, 1, A, {0, 1, 2}), Pc(0, A, NoNv, {0, 1, 2})), "committed");
    s.Do(1, LCommit(Pc(0, B, NoNv, {0, 1, 2})), "commit"); s.Do(2, LCommit(Pc(0, B, NoNv, {0, 1, 2})), "commit");
    s.Gossip(2);
    s.Do(2, LCommitted(CCert(0, 1, B, {0, 1, 2}), Pc(0, B, NoNv, {0, 1, 2})), "committed");
    s.Report(name, 1, 2);
  }

  // ---- two views: A is committed in view 0 by 0, 2 and the faulty 1; then 1 is the primary of view 1 ----
  method Start(s: Scene)
    modifies s
  {
    s.Clients();
    s.Gossip(0); s.Give(0, Request(A), "request");
    s.Do(0, LPropose(1, A), "proposal");
    s.Send(Prepare(0, 1, A, NoNv, 1)); s.Send(Commit(0, 1, A, 1));
    s.Gossip(2);
    s.Do(2, LPrepare(1, A), "prepare");
    s.Gossip(0); s.Gossip(2);
  }
  const Three: set<Id> := {0, 1, 2}
  method CommitA(s: Scene)
    modifies s
  {
    s.Do(0, LCommit(Pc(0, A, NoNv, Three)), "commit"); s.Do(2, LCommit(Pc(0, A, NoNv, Three)), "commit");
    s.Gossip(0); s.Gossip(2);
    s.Do(0, LCommitted(CCert(0, 1, A, Three), Pc(0, A, NoNv, Three)), "committed");
    s.Do(2, LCommitted(CCert(0, 1, A, Three), Pc(0, A, NoNv, Three)), "committed");
  }
  method Leave(s: Scene)
    modifies s
  {
    s.Do(0, LViewChange(1), "view-change"); s.Do(2, LViewChange(1), "view-change"); s.Do(3, LViewChange(1), "view-change");
  }
  function Asks(net: set<Msg>, j: Id): set<VC> { set m | m in net && m.ViewChange? && m.vc.from == j && m.vc.newView == 1 :: m.vc }
  method AskOf(s: Scene, j: Id) returns (vc: VC) {
    var vcs := Asks(s.t.net, j);
    if vcs == {} { vc := VC(1, Genesis(s.e.p), map[], j); } else { vc :| vc in vcs; }
  }
  // The faulty primary's new-view; then d is agreed on in view 1 by 1, 2 and 3 (as proposed in it, or afterwards).
  method Second(s: Scene, V: map<Id, VC>, O: map<SeqNo, Digest>, d: Digest, name: string)
    modifies s
  {
    var h := s.e.p.nvHash(1, V, O);
    s.Send(NewView(1, V, O));
    s.Give(2, NewView(1, V, O), "new-view"); s.Give(3, NewView(1, V, O), "new-view");
    s.Do(2, LEnterView(1, V, O), "entering by a new-view that conceals what is committed");
    s.Do(3, LEnterView(1, V, O), "entering by a new-view that conceals what is committed");
    s.Send(PrePrepare(1, 1, d, h)); s.Send(Commit(1, 1, d, 1));
    s.Gossip(2); s.Gossip(3);
    if 1 !in O { s.Do(2, LPrepare(1, d), "prepare"); s.Do(3, LPrepare(1, d), "prepare"); }
    s.Gossip(2); s.Gossip(3);
    var voters: set<Id> := {1, 2, 3};
    s.Do(2, LCommit(Pc(1, d, h, voters)), "commit"); s.Do(3, LCommit(Pc(1, d, h, voters)), "commit");
    s.Gossip(3);
    s.Do(3, LCommitted(CCert(1, 1, d, voters), Pc(1, d, h, voters)), "committed");
    s.Report(name, 0, 3);
  }
  method WithAsks(s: Scene, senders: set<Id>, O: map<SeqNo, Digest>, d: Digest, name: string)
    modifies s
  {
    var a0 := AskOf(s, 0); var a2 := AskOf(s, 2); var a3 := AskOf(s, 3);
    var a1 := VC(1, Genesis(s.e.p), map[], 1);
    s.Send(ViewChange(a1));
    var all: map<Id, VC> := map[0 := a0, 1 := a1, 2 := a2, 3 := a3];
    Second(s, map i | i in all && i in senders :: all[i], O, d, name);
  }
  method NewViewIs(name: string, senders: set<Id>, O: map<SeqNo, Digest>, d: Digest) {
    var s := new Scene(1);
    Start(s); CommitA(s); Leave(s);
    WithAsks(s, senders, O, d, name);
  }
  method OneForSeveral(name: string) {          // one view-change counts for several replicas
    var s := new Scene(1);
    Start(s); CommitA(s); Leave(s);
    var a3 := AskOf(s, 3);
    Second(s, map[0 := a3, 1 := a3, 3 := a3], map[], B, name);
  }
  method Forged(name: string, c: map<SeqNo, PCert>, own: bool, O: map<SeqNo, Digest>) {   // a view-change with a forged certificate, or a forged one
    var s := new Scene(1);
    Start(s); CommitA(s); Leave(s);
    var a0 := AskOf(s, 0); var a3 := AskOf(s, 3);
    var a1 := VC(1, Genesis(s.e.p), c, 1);
    s.Send(ViewChange(a1));
    Second(s, map[0 := if own then a0 else VC(1, Genesis(s.e.p), map[], 0), 1 := a1, 3 := a3], O, B, name);
  }
  method CommitAfterAsking(name: string) {      // replicas go on in their view after their view-changes
    var s := new Scene(1);
    Start(s); Leave(s); CommitA(s);
    WithAsks(s, {0, 2, 3}, map[], B, name);
  }
  method Collected(name: string) {              // the log is collected and h does not rise
    var s := new Scene(1);
    Start(s); CommitA(s);
    s.Do(0, LExecute, "execute"); s.Do(2, LExecute, "execute");
    s.Do(0, LCheckpoint, "checkpoint"); s.Do(2, LCheckpoint, "checkpoint");
    var d := s.e.p.stHash(1, s.e.p.Apply(s.e.p.Init(), A));
    s.Send(Checkpoint(1, d, 1));
    s.Gossip(0); s.Gossip(2);
    s.Do(0, LStable(CkCert(1, d, Three)), "stable checkpoint"); s.Do(2, LStable(CkCert(1, d, Three)), "stable checkpoint");
    Leave(s);
    WithAsks(s, {0, 2, 3}, map[], B, name);
  }
  method PrimaryTwice(name: string) {           // the primary's pre-prepare and prepare count as two votes
    var s := new Scene(0);
    s.Clients();
    s.Send(PrePrepare(0, 1, A, NoNv)); s.Send(PrePrepare(0, 1, B, NoNv));
    s.Send(Commit(0, 1, A, 0));
    s.Gossip(1); s.Gossip(2); s.Gossip(3);
    s.Do(1, LPrepare(1, A), "prepare"); s.Do(3, LPrepare(1, A), "prepare"); s.Do(2, LPrepare(1, B), "prepare");
    s.Gossip(1); s.Gossip(3);
    s.Do(1, LCommit(Pc(0, A, NoNv, {0, 1, 3})), "commit"); s.Do(3, LCommit(Pc(0, A, NoNv, {0, 1, 3})), "commit");
    s.Do(2, LCommit(Pc(0, B, NoNv, {0, 2})), "a commit on the primary's two votes and one's own");
    s.Gossip(1);
    s.Do(1, LCommitted(CCert(0, 1, A, {0, 1, 3}), Pc(0, A, NoNv, {0, 1, 3})), "committed");
    s.Do(1, LViewChange(1), "view-change"); s.Do(2, LViewChange(1), "view-change"); s.Do(3, LViewChange(1), "view-change");
    var a0 := VC(1, Genesis(s.e.p), map[], 0);
    s.Send(ViewChange(a0));
    var a2 := AskOf(s, 2); var a3 := AskOf(s, 3);
    var V: map<Id, VC> := map[0 := a0, 2 := a2, 3 := a3];
    var O: map<SeqNo, Digest> := map[1 := B];
    var h := s.e.p.nvHash(1, V, O);
    s.Give(1, ViewChange(a0), "view-change"); s.Give(1, ViewChange(a2), "view-change"); s.Give(1, ViewChange(a3), "view-change");
    s.Do(1, LNewView(V, O), "new-view");
    s.Give(2, NewView(1, V, O), "new-view"); s.Give(3, NewView(1, V, O), "new-view");
    s.Do(2, LEnterView(1, V, O), "entering the view"); s.Do(3, LEnterView(1, V, O), "entering the view");
    s.Gossip(1); s.Gossip(2); s.Gossip(3);
    var voters: set<Id> := {1, 2, 3};
    s.Do(1, LCommit(Pc(1, B, h, voters)), "commit"); s.Do(2, LCommit(Pc(1, B, h, voters)), "commit"); s.Do(3, LCommit(Pc(1, B, h, voters)), "commit");
    s.Gossip(2);
    s.Do(2, LCommitted(CCert(1, 1, B, voters), Pc(1, B, h, voters)), "committed");
    s.Report(name, 1, 2);
  }

  // ---- three views: A prepared in view 0, B committed in view 1, A chosen again in view 2 ----
  method NotHighest(name: string) {
    var s := new Scene(1);
    s.Clients();
    s.Gossip(0); s.Give(0, Request(A), "request");
    s.Do(0, LPropose(1, A), "proposal");
    s.Gossip(2); s.Gossip(3);
    s.Do(2, LPrepare(1, A), "prepare"); s.Do(3, LPrepare(1, A), "prepare");
    s.Gossip(3);
    s.Do(3, LCommit(Pc(0, A, NoNv, {0, 2, 3})), "commit");
    s.Do(0, LViewChange(1), "view-change"); s.Do(2, LViewChange(1), "view-change");
    var a1 := VC(1, Genesis(s.e.p), map[], 1);
    s.Send(ViewChange(a1));
    var a0 := AskOf(s, 0); var a2 := AskOf(s, 2);
    var V: map<Id, VC> := map[0 := a0, 1 := a1, 2 := a2];
    var h := s.e.p.nvHash(1, V, map[]);
    s.Send(NewView(1, V, map[]));
    s.Give(0, NewView(1, V, map[]), "new-view"); s.Give(2, NewView(1, V, map[]), "new-view"); s.Give(3, NewView(1, V, map[]), "new-view");
    s.Do(0, LEnterView(1, V, map[]), "entering view 1"); s.Do(2, LEnterView(1, V, map[]), "entering view 1");
    s.Send(PrePrepare(1, 1, B, h)); s.Send(Commit(1, 1, B, 1));
    s.Gossip(0); s.Gossip(2);
    s.Do(0, LPrepare(1, B), "prepare"); s.Do(2, LPrepare(1, B), "prepare");
    s.Gossip(0); s.Gossip(2);
    s.Do(0, LCommit(Pc(1, B, h, Three)), "commit"); s.Do(2, LCommit(Pc(1, B, h, Three)), "commit");
    s.Gossip(0);
    s.Do(0, LCommitted(CCert(1, 1, B, Three), Pc(1, B, h, Three)), "committed");
    s.Do(2, LViewChange(2), "view-change"); s.Do(3, LViewChange(2), "view-change");
    var b1 := VC(2, Genesis(s.e.p), map[], 1);
    var b2 := VC(2, Genesis(s.e.p), map[1 := Pc(1, B, h, Three)], 2);
    var b3 := VC(2, Genesis(s.e.p), map[1 := Pc(0, A, NoNv, {0, 2, 3})], 3);
    s.Send(ViewChange(b1));
    var W: map<Id, VC> := map[1 := b1, 2 := b2, 3 := b3];
    var O: map<SeqNo, Digest> := map[1 := A];
    var h2 := s.e.p.nvHash(2, W, O);
    s.Give(2, ViewChange(b1), "view-change"); s.Give(2, ViewChange(b3), "view-change");
    s.Do(2, LNewView(W, O), "a new-view with a certificate that is not the highest");
    s.Give(3, NewView(2, W, O), "new-view");
    s.Do(3, LEnterView(2, W, O), "entering view 2");
    s.Send(Prepare(2, 1, A, h2, 1)); s.Send(Commit(2, 1, A, 1));
    s.Gossip(2); s.Gossip(3);
    var voters: set<Id> := {1, 2, 3};
    s.Do(2, LCommit(Pc(2, A, h2, voters)), "commit"); s.Do(3, LCommit(Pc(2, A, h2, voters)), "commit");
    s.Gossip(3);
    s.Do(3, LCommitted(CCert(2, 1, A, voters), Pc(2, A, h2, voters)), "committed");
    s.Report(name, 0, 3);
  }

  // Named as in mutants/list.txt.
  method Main() {
    Equivocation("quorum-one-less");
    AcceptTwice("accept-twice");
    PrimaryTwice("pcert-primary-twice");
    NotHighest("choice-any-certificate");
    NewViewIs("choice-any-digest", {0, 2, 3}, map[1 := B], B);
    NewViewIs("choice-null", {0, 2, 3}, map[1 := NullOp], NullOp);
    NewViewIs("nv-omits", {0, 2, 3}, map[], B);
    NewViewIs("nv-no-quorum", {3}, map[], B);
    NewViewIs("nv-weak", {1, 3}, map[], B);
    OneForSeveral("nv-senders");
    NewViewIs("enter-unchecked", {0, 2, 3}, map[], B);
    Forged("nv-unchecked", map[1 := Pc(0, B, NoNv, {})], true, map[1 := B]);
    Forged("vc-certificate", map[1 := Pc(0, B, NoNv, {})], true, map[1 := B]);
    Forged("auth-vc-certificates", map[1 := Pc(0, B, NoNv, {0, 2, 3})], true, map[1 := B]);
    Forged("auth-votes", map[1 := Pc(0, B, NoNv, {0, 2, 3})], true, map[1 := B]);
    Forged("auth-vc", map[], false, map[]);
    Forged("auth-message", map[], false, map[]);
    NotHighest("choice-lowest");
    NewViewIs("nv-unchosen", {0, 2, 3}, map[1 := B], B);
    CommitAfterAsking("viewchange-stays-in-view");
    NewViewIs("viewchange-omits", {0, 2, 3}, map[], B);
    Collected("advance-keeps-h");
  }
}
