include "Trace.dfy"
// What a correct replica may not leave undone. After each input, with the messages that reached it, it has sent every commit, committed,
// executed, signed and stabilised every checkpoint, joined every view change, and started or entered every view that it could.
// PbftDutyReal (proof/DutyReal.dfy) proves that a duty is never spurious: what is owed is an action that the specification allows.
// PbftDutyComplete (proof/DutyComplete.dfy) proves that nothing that latest messages allow is missed, and which places to look at again.
module PbftDuties {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace

  datatype Vote = Vote(view: View, digest: Digest, nv: Digest)
  datatype Ack = Ack(view: View, digest: Digest)

  // The latest vote, commit, checkpoint and view-change of each replica, as the paper's log keeps them: of an earlier view than the
  // replica's own, or outside the window, they do not count.
  datatype Desk = Desk(
    votes: map<SeqNo, map<Id, Vote>>,
    acks: map<SeqNo, map<Id, Ack>>,
    checkpoints: map<SeqNo, map<Id, Digest>>,
    asked: map<Id, VC>)

  datatype Duty =
    | OweCommit(n: SeqNo)            // prepared, and no commit sent (section 4.2)
    | OweCommitted(n: SeqNo)         // prepared and a quorum of commits, and not committed-local (section 4.2)
    | OweStable(n: SeqNo)            // a quorum of equal checkpoints, its own among them, and h has not moved (section 4.3)
    | OweExecute(n: SeqNo)           // the next batch is committed and at hand, and its execution has not begun (section 4.2)
    | OweCheckpoint(n: SeqNo)        // at a multiple of K, and no checkpoint signed (section 4.3)
    | OweJoin(v: View)               // f+1 others ask for later views (section 4.5.2)
    | OweNewView(v: View)            // primary of the view it asked for, and a quorum asks for it (section 4.4)
    | OweEnter(v: View)              // the new-view is at hand, and the view not entered (section 4.4)

  function EmptyDesk(): Desk { Desk(map[], map[], map[], map[]) }
  function At<T>(m: map<SeqNo, map<Id, T>>, n: SeqNo): map<Id, T> { if n in m then m[n] else map[] }

  // ---- what comes in, and what the replica itself sends, is noted ----
  function NoteVote(desk: Desk, n: SeqNo, j: Id, v: Vote): Desk {
    var votes := At(desk.votes, n);
    if j in votes && votes[j].view >= v.view then desk else desk.(votes := desk.votes[n := votes[j := v]])
  }
  function NoteAck(desk: Desk, n: SeqNo, j: Id, a: Ack): Desk {
    var acks := At(desk.acks, n);
    if j in acks && acks[j].view >= a.view then desk else desk.(acks := desk.acks[n := acks[j := a]])
  }
  function NoteCheckpoint(desk: Desk, n: SeqNo, j: Id, d: Digest): Desk {
    var signed := At(desk.checkpoints, n);
    if j in signed then desk else desk.(checkpoints := desk.checkpoints[n := signed[j := d]])
  }
  function NoteAsk(desk: Desk, vc: VC): Desk {
    if vc.from in desk.asked && desk.asked[vc.from].newView >= vc.newView then desk else desk.(asked := desk.asked[vc.from := vc])
  }
  // Whether a vote or commit of view v for n counts with a replica in state r.
  predicate Counts(p: Params, r: Replica, v: View, n: SeqNo) { v >= r.view && InWindow(p, r, n) }

  // m came to a replica in state r, or was sent by it
  function Note(p: Params, r: Replica, desk: Desk, m: Msg): Desk {
    match m
    case PrePrepare(v, n, d, h) => if Counts(p, r, v, n) then NoteVote(desk, n, p.Primary(v), Vote(v, d, h)) else desk
    case Prepare(v, n, d, h, j) =>
      if Counts(p, r, v, n) && j < p.n && j != p.Primary(v) && (v == r.view && r.active ==> h == r.nv) then NoteVote(desk, n, j, Vote(v, d, h)) else desk
    case Commit(v, n, d, j)     => if Counts(p, r, v, n) && j < p.n then NoteAck(desk, n, j, Ack(v, d)) else desk
    case Checkpoint(n, d, j)    => if n > r.stable.seqno && j < p.n then NoteCheckpoint(desk, n, j, d) else desk
    case ViewChange(vc)         => if ValidVC(p, vc) then NoteAsk(desk, vc) else desk
    case _                      => desk
  }
  function NoteAll(p: Params, r: Replica, desk: Desk, ms: seq<Msg>): Desk {
    if |ms| == 0 then desk else Note(p, r, NoteAll(p, r, desk, ms[..|ms| - 1]), ms[|ms| - 1])
  }
  // What lies at or below h goes.
  function Clear(r: Replica, desk: Desk): Desk {
    desk.(votes := map n | n in desk.votes && n > r.stable.seqno :: desk.votes[n],
          acks := map n | n in desk.acks && n > r.stable.seqno :: desk.acks[n],
          checkpoints := map n | n in desk.checkpoints && n > r.stable.seqno :: desk.checkpoints[n])
  }

  // ---- quorums on the desk ----
  function Voters(desk: Desk, n: SeqNo, v: Vote): set<Id> { set j | j in At(desk.votes, n) && At(desk.votes, n)[j] == v }
  function Ackers(desk: Desk, n: SeqNo, a: Ack): set<Id> { set j | j in At(desk.acks, n) && At(desk.acks, n)[j] == a }
  function Signers(desk: Desk, n: SeqNo, d: Digest): set<Id> {
    set j | j in At(desk.checkpoints, n) && At(desk.checkpoints, n)[j] == d
  }
  function PCertOn(r: Replica, desk: Desk, n: SeqNo): PCert
    requires n in r.accepted
  {
    PCert(r.view, n, r.accepted[n], r.nv, Voters(desk, n, Vote(r.view, r.accepted[n], r.nv)))
  }
  function CCertOn(r: Replica, desk: Desk, n: SeqNo): CCert
    requires n in r.accepted
  {
    CCert(r.view, n, r.accepted[n], Ackers(desk, n, Ack(r.view, r.accepted[n])))
  }
  // prepared in the current view: its commit is sent
  predicate CommitSent(r: Replica, n: SeqNo) {
    n in r.prepared && n in r.accepted && r.prepared[n].view == r.view && r.prepared[n].digest == r.accepted[n] && r.prepared[n].nv == r.nv
  }
  // the others that ask for a later view than the replica is in
  function Ahead(i: Id, r: Replica, desk: Desk): set<Id> { set j | j in desk.asked && j != i && desk.asked[j].newView > r.view }
  function AskingFor(desk: Desk, v: View): map<Id, VC> { map j | j in desk.asked && desk.asked[j].newView == v :: desk.asked[j] }

  // ---- what is owed at a place ----
  function OwedAt(p: Params, x: Peer, desk: Desk, n: SeqNo): Option<Duty> {
    var r := x.r;
    if !(r.active && InWindow(p, r, n) && n in r.accepted) then None
    else if !CommitSent(r, n) then
      if ValidPCert(p, PCertOn(r, desk, n)) && HasVotes(p, x.log, PCertOn(r, desk, n)) then Some(OweCommit(n)) else None
    else if n !in r.committed && ValidCCert(p, CCertOn(r, desk, n)) && HasCommits(x.log, CCertOn(r, desk, n))
      && HasVotes(p, x.log, r.prepared[n]) && ValidPCert(p, r.prepared[n]) && CertKnown(x.known, r.prepared[n]) && r.prepared[n].seqno == n
    then Some(OweCommitted(n))
    else None
  } by method {                        // fewer than a quorum on the desk are not looked through
    var r := x.r;
    if !(r.active && InWindow(p, r, n) && n in r.accepted) { return None; }
    if !CommitSent(r, n) {
      if |At(desk.votes, n)| < p.Q() { NotMore(PCertOn(r, desk, n).voters, At(desk.votes, n).Keys); return None; }
      var pc := PCertOn(r, desk, n);
      return if ValidPCert(p, pc) && HasVotes(p, x.log, pc) then Some(OweCommit(n)) else None;
    }
    if n in r.committed { return None; }
    if |At(desk.acks, n)| < p.Q() { NotMore(CCertOn(r, desk, n).signers, At(desk.acks, n).Keys); return None; }
    var cc, pc := CCertOn(r, desk, n), r.prepared[n];
    return if ValidCCert(p, cc) && HasCommits(x.log, cc) && HasVotes(p, x.log, pc) && ValidPCert(p, pc) && CertKnown(x.known, pc) && pc.seqno == n
      then Some(OweCommitted(n)) else None;
  }
  lemma NotMore(some: set<Id>, all: set<Id>)
    requires some <= all
    ensures |some| <= |all|
  {
    if some != {} {
      var j :| j in some;
      NotMore(some - {j}, all - {j});
    }
  }
  function StableOn(r: Replica, desk: Desk, n: SeqNo): CkCert
    requires n in r.ckpts
  {
    CkCert(n, r.ckpts[n], Signers(desk, n, r.ckpts[n]))
  }
  function OwedStable(p: Params, x: Peer, desk: Desk, n: SeqNo): Option<Duty> {
    if n > x.r.stable.seqno && n in x.r.ckpts && ValidCkCert(p, StableOn(x.r, desk, n)) && HasCheckpoints(x.log, StableOn(x.r, desk, n))
    then Some(OweStable(n)) else None
  }
  // ---- what is owed as a whole; busy: a batch is being executed or a state fetched ----
  function OwedExecution(p: Params, x: Peer, busy: bool): Option<Duty> {
    var r := x.r;
    if r.lastExec > 0 && r.lastExec % p.K == 0 && r.stable.seqno <= r.lastExec && r.lastExec !in r.ckpts then Some(OweCheckpoint(r.lastExec))
    else if !busy && r.lastExec + 1 in r.committed && HasBatch(x.log, r.lastExec + 1, r.committed[r.lastExec + 1])
    then Some(OweExecute(r.lastExec + 1))
    else None
  }
  function OwedView(p: Params, i: Id, x: Peer, desk: Desk): Option<Duty> {
    var r := x.r;
    var ahead := Ahead(i, r, desk);
    var V := AskingFor(desk, r.view);
    if |ahead| >= p.f + 1 && p.Ids(ahead) then Some(OweJoin(r.view + 1))
    else if !r.active && i == p.Primary(r.view) && r.view > 0 && p.IsQuorum(V.Keys)
      && (forall j :: j in V ==> V[j].from == j && ValidVC(p, V[j]) && ViewChange(V[j]) in x.log)
    then Some(OweNewView(r.view))
    else None
  }
  // m has just come: a new-view that can be entered
  function OwedEntry(p: Params, i: Id, x: Peer, m: Msg): Option<Duty> {
    var r := x.r;
    if m.NewView? && m in x.log && (r.view < m.view || (r.view == m.view && !r.active)) && i != p.Primary(m.view)
      && ValidNewView(p, m.view, m.V, m.O)
    then Some(OweEnter(m.view)) else None
  }
}
