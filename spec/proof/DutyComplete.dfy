include "../oracle/Duties.dfy"
include "Fork.dfy"
// Duties are complete: who owes nothing can do nothing more on the latest messages of each replica. And they can be checked step by
// step: what is owed at a place changes only with that place.
module PbftDutyComplete {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftDuties
  import opened PbftInvariant
  import opened PbftTraceSound
  import opened PbftFork

  // ---- how the desk came about: messages that came (or were sent) in a state, and clearings after h had moved ----
  datatype Input = Came(r: Replica, m: Msg) | Cleared(r: Replica)
  ghost function DeskOf(p: Params, hs: seq<Input>): Desk {
    if |hs| == 0 then EmptyDesk()
    else
      var desk := DeskOf(p, hs[..|hs| - 1]);
      match hs[|hs| - 1]
      case Came(r, m) => Note(p, r, desk, m)
      case Cleared(r) => Clear(r, desk)
  }
  ghost predicate CameIn(hs: seq<Input>, m: Msg) { exists k :: 0 <= k < |hs| && hs[k].Came? && hs[k].m == m }
  // m counted when it came
  ghost predicate CountedIn(p: Params, hs: seq<Input>, m: Msg) { exists k :: 0 <= k < |hs| && CountsAt(p, hs[k], m) }
  ghost predicate CountsAt(p: Params, h: Input, m: Msg) { h.Came? && h.m == m && Taken(p, h.r, m) }
  ghost predicate Taken(p: Params, r: Replica, m: Msg) {
    match m
    case PrePrepare(v, n, d, h) => Counts(p, r, v, n)
    case Prepare(v, n, d, h, j) => Counts(p, r, v, n) && j < p.n && j != p.Primary(v) && (v == r.view && r.active ==> h == r.nv)
    case Commit(v, n, d, j)     => Counts(p, r, v, n) && j < p.n
    case Checkpoint(n, d, j)    => n > r.stable.seqno && j < p.n
    case ViewChange(vc)         => ValidVC(p, vc)
    case _                      => false
  }
  ghost predicate ClearedUpTo(hs: seq<Input>, low: SeqNo) { forall k :: 0 <= k < |hs| && hs[k].Cleared? ==> hs[k].r.stable.seqno <= low }

  // What is on the desk came ...
  opaque ghost predicate Sound(p: Params, hs: seq<Input>, desk: Desk) {
    && (forall n, j :: n in desk.votes && j in desk.votes[n] ==> VoteCame(p, hs, n, j, desk.votes[n][j]))
    && (forall n, j :: n in desk.acks && j in desk.acks[n] ==> j < p.n && CameIn(hs, Commit(desk.acks[n][j].view, n, desk.acks[n][j].digest, j)))
    && (forall n, j :: n in desk.checkpoints && j in desk.checkpoints[n] ==> j < p.n && CameIn(hs, Checkpoint(n, desk.checkpoints[n][j], j)))
    && (forall j :: j in desk.asked ==> desk.asked[j].from == j && ValidVC(p, desk.asked[j]) && CameIn(hs, ViewChange(desk.asked[j])))
  }
  ghost predicate VoteCame(p: Params, hs: seq<Input>, n: SeqNo, j: Id, v: Vote) {
    j < p.n && CameIn(hs, VoteMsg(p, v.view, n, v.digest, v.nv, j))
  }
  // ... and of what counted when it came, that or something later is there.
  ghost predicate Kept(p: Params, desk: Desk, m: Msg) {
    match m
    case PrePrepare(v, n, d, h) => p.Primary(v) in At(desk.votes, n) && At(desk.votes, n)[p.Primary(v)].view >= v
    case Prepare(v, n, d, h, j) => j in At(desk.votes, n) && At(desk.votes, n)[j].view >= v
    case Commit(v, n, d, j)     => j in At(desk.acks, n) && At(desk.acks, n)[j].view >= v
    case Checkpoint(n, d, j)    => j in At(desk.checkpoints, n)
    case ViewChange(vc)         => vc.from in desk.asked && desk.asked[vc.from].newView >= vc.newView
    case _                      => true
  }
  ghost predicate Below(m: Msg, low: SeqNo) {
    match m
    case PrePrepare(_, n, _, _) => n <= low
    case Prepare(_, n, _, _, _) => n <= low
    case Commit(_, n, _, _)     => n <= low
    case Checkpoint(n, _, _)    => n <= low
    case _                      => false
  }

  lemma NoteKeeps(p: Params, r: Replica, desk: Desk, m: Msg, m': Msg)
    requires Kept(p, desk, m')
    ensures Kept(p, Note(p, r, desk, m), m')
  {
  }
  lemma NoteTakes(p: Params, r: Replica, desk: Desk, m: Msg)
    requires Taken(p, r, m)
    ensures Kept(p, Note(p, r, desk, m), m)
  {
  }
  lemma ClearKeeps(p: Params, r: Replica, desk: Desk, m: Msg)
    requires Kept(p, desk, m) && !Below(m, r.stable.seqno)
    ensures Kept(p, Clear(r, desk), m)
  {
  }
  lemma CameMono(hs: seq<Input>, h: Input, m: Msg)
    requires CameIn(hs, m)
    ensures CameIn(hs + [h], m)
  {
    var k :| 0 <= k < |hs| && hs[k].Came? && hs[k].m == m;
    assert (hs + [h])[k] == hs[k];
  }
  lemma NoteSound(p: Params, hs: seq<Input>, r: Replica, m: Msg, desk: Desk)
    requires Sound(p, hs, desk)
    ensures Sound(p, hs + [Came(r, m)], Note(p, r, desk, m))
  {
    reveal Sound();
    var hs', desk' := hs + [Came(r, m)], Note(p, r, desk, m);
    assert hs'[|hs|] == Came(r, m);
    assert CameIn(hs', m);
    forall x | CameIn(hs, x) ensures CameIn(hs', x) { CameMono(hs, Came(r, m), x); }
    forall n, j | n in desk'.votes && j in desk'.votes[n] ensures VoteCame(p, hs', n, j, desk'.votes[n][j]) {
      if n in desk.votes && j in desk.votes[n] && desk.votes[n][j] == desk'.votes[n][j] {
        assert VoteCame(p, hs, n, j, desk.votes[n][j]);
      }
    }
  }
  lemma ClearSound(p: Params, hs: seq<Input>, r: Replica, desk: Desk)
    requires Sound(p, hs, desk)
    ensures Sound(p, hs + [Cleared(r)], Clear(r, desk))
  {
    reveal Sound();
    var hs', desk' := hs + [Cleared(r)], Clear(r, desk);
    forall x | CameIn(hs, x) ensures CameIn(hs', x) { CameMono(hs, Cleared(r), x); }
    forall n, j | n in desk'.votes && j in desk'.votes[n] ensures VoteCame(p, hs', n, j, desk'.votes[n][j]) {
      assert VoteCame(p, hs, n, j, desk.votes[n][j]);
    }
  }
  lemma DeskSound(p: Params, hs: seq<Input>)
    ensures Sound(p, hs, DeskOf(p, hs))
  {
    if |hs| == 0 {
      reveal Sound();
    } else {
      var front, h := hs[..|hs| - 1], hs[|hs| - 1];
      DeskSound(p, front);
      assert hs == front + [h];
      match h
      case Came(r, m) => NoteSound(p, front, r, m, DeskOf(p, front));
      case Cleared(r) => ClearSound(p, front, r, DeskOf(p, front));
    }
  }
  lemma DeskKeeps(p: Params, hs: seq<Input>, low: SeqNo, m: Msg)
    requires ClearedUpTo(hs, low) && CountedIn(p, hs, m) && !Below(m, low)
    ensures Kept(p, DeskOf(p, hs), m)
  {
    var front, h := hs[..|hs| - 1], hs[|hs| - 1];
    var k :| 0 <= k < |hs| && CountsAt(p, hs[k], m);
    if k == |hs| - 1 {
      NoteTakes(p, h.r, DeskOf(p, front), m);
    } else {
      assert CountsAt(p, front[k], m);
      DeskKeeps(p, front, low, m);
      match h
      case Came(r, x) => NoteKeeps(p, r, DeskOf(p, front), x, m);
      case Cleared(r) => ClearKeeps(p, r, DeskOf(p, front), m);
    }
  }

  // ---- certificates of latest messages: each signer's message counted, and it signed nothing else at the place since ----
  ghost predicate LatestVotes(p: Params, hs: seq<Input>, c: PCert) {
    forall j :: j in c.voters ==>
      && CountedIn(p, hs, VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j))
      && forall v, d, h :: v >= c.view && CameIn(hs, VoteMsg(p, v, c.seqno, d, h, j)) ==> v == c.view && d == c.digest && h == c.nv
  }
  ghost predicate LatestCommits(p: Params, hs: seq<Input>, c: CCert) {
    forall j :: j in c.signers ==>
      && CountedIn(p, hs, Commit(c.view, c.seqno, c.digest, j))
      && forall v, d :: v >= c.view && CameIn(hs, Commit(v, c.seqno, d, j)) ==> v == c.view && d == c.digest
  }
  ghost predicate LatestCheckpoints(p: Params, hs: seq<Input>, c: CkCert) {
    forall j :: j in c.signers ==>
      CountedIn(p, hs, Checkpoint(c.seqno, c.digest, j)) && forall d :: CameIn(hs, Checkpoint(c.seqno, d, j)) ==> d == c.digest
  }
  ghost predicate LatestAsks(p: Params, hs: seq<Input>, V: map<Id, VC>) {
    forall j :: j in V ==>
      && CountedIn(p, hs, ViewChange(V[j]))
      && forall vc: VC :: vc.from == j && vc.newView >= V[j].newView && CameIn(hs, ViewChange(vc)) ==> vc == V[j]
  }
  // The desk is that of what is in the log, and cleared only of what is at or below h.
  ghost predicate Kempt(p: Params, x: Peer, hs: seq<Input>) {
    ClearedUpTo(hs, x.r.stable.seqno) && forall m :: CameIn(hs, m) ==> m in x.log
  }

  lemma VotersFound(p: Params, x: Peer, hs: seq<Input>, c: PCert)
    requires Kempt(p, x, hs) && c.seqno > x.r.stable.seqno && LatestVotes(p, hs, c)
    ensures var S := Voters(DeskOf(p, hs), c.seqno, Vote(c.view, c.digest, c.nv));
      c.voters <= S && p.Ids(S) && HasVotes(p, x.log, c.(voters := S))
  {
    var desk := DeskOf(p, hs);
    DeskSound(p, hs);
    reveal Sound();
    var S := Voters(desk, c.seqno, Vote(c.view, c.digest, c.nv));
    forall j | j in c.voters ensures j in S {
      var m := VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j);
      DeskKeeps(p, hs, x.r.stable.seqno, m);
      var w := At(desk.votes, c.seqno)[j];
      assert VoteCame(p, hs, c.seqno, j, w);
    }
    forall j | j in S ensures j < p.n && VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in x.log {
      assert VoteCame(p, hs, c.seqno, j, desk.votes[c.seqno][j]);
    }
  }
  lemma AckersFound(p: Params, x: Peer, hs: seq<Input>, c: CCert)
    requires Kempt(p, x, hs) && c.seqno > x.r.stable.seqno && LatestCommits(p, hs, c)
    ensures var S := Ackers(DeskOf(p, hs), c.seqno, Ack(c.view, c.digest));
      c.signers <= S && p.Ids(S) && HasCommits(x.log, c.(signers := S))
  {
    var desk := DeskOf(p, hs);
    DeskSound(p, hs);
    reveal Sound();
    var S := Ackers(desk, c.seqno, Ack(c.view, c.digest));
    forall j | j in c.signers ensures j in S { DeskKeeps(p, hs, x.r.stable.seqno, Commit(c.view, c.seqno, c.digest, j)); }
  }
  lemma SignersFound(p: Params, x: Peer, hs: seq<Input>, c: CkCert)
    requires Kempt(p, x, hs) && c.seqno > x.r.stable.seqno && LatestCheckpoints(p, hs, c)
    ensures var S := Signers(DeskOf(p, hs), c.seqno, c.digest);
      c.signers <= S && p.Ids(S) && HasCheckpoints(x.log, c.(signers := S))
  {
    var desk := DeskOf(p, hs);
    DeskSound(p, hs);
    reveal Sound();
    var S := Signers(desk, c.seqno, c.digest);
    forall j | j in c.signers ensures j in S { DeskKeeps(p, hs, x.r.stable.seqno, Checkpoint(c.seqno, c.digest, j)); }
  }
  lemma Larger(p: Params, A: set<Id>, B: set<Id>)
    requires p.IsQuorum(A) && A <= B && p.Ids(B)
    ensures p.IsQuorum(B)
  {
    var C := B - A;
    assert B == A + C;
  }

  // ---- completeness ----
  // A commit that can be sent on latest votes is owed, unless it is sent.
  lemma CommitComplete(p: Params, i: Id, x: Peer, hs: seq<Input>, pc: PCert)
    requires Kempt(p, x, hs) && CanAct(p, i, x, LCommit(pc)) && LatestVotes(p, hs, pc) && !CommitSent(x.r, pc.seqno)
    ensures OwedAt(p, x, DeskOf(p, hs), pc.seqno) == Some(OweCommit(pc.seqno))
  {
    VotersFound(p, x, hs, pc);
    Larger(p, pc.voters, Voters(DeskOf(p, hs), pc.seqno, Vote(pc.view, pc.digest, pc.nv)));
  }
  // The certificates that a replica keeps are witnessed by its log (LogsOk in Fork, LogInv in Invariant; not so of a pruned log).
  ghost predicate KeepsCerts(p: Params, x: Peer) {
    forall n :: n in x.r.prepared ==>
      x.r.prepared[n].seqno == n && ValidPCert(p, x.r.prepared[n]) && HasVotes(p, x.log, x.r.prepared[n]) && CertKnown(x.known, x.r.prepared[n])
  }
  lemma CertsKept(e: Env, t: TState, i: Id)
    requires TraceInv(e, t) && AllLogsOk(e, t) && Honest(e, i)
    ensures KeepsCerts(e.p, t.peers[i])
  {
    var x := t.peers[i];
    assert SysOf(t).reps[i] == x.r && RepInv(e, t.net, i, SysOf(t).reps[i]) && PeerOk(e, t.net, x);
    forall n | n in x.r.prepared ensures HasVotes(e.p, x.log, x.r.prepared[n]) && CertKnown(x.known, x.r.prepared[n]) {
      assert CertIn(e.p, x.log, x.r.prepared[n]);
      NvInIff(e.p, x.log, x.r.prepared[n].nv);
    }
  }
  // the replica has accepted the batch in its view, and can commit it there on latest messages
  ghost predicate CanCommit(p: Params, i: Id, x: Peer, hs: seq<Input>, cc: CCert, pc: PCert) {
    && CanAct(p, i, x, LCommitted(cc, pc)) && LatestVotes(p, hs, pc) && LatestCommits(p, hs, cc)
    && pc.view == x.r.view && pc.nv == x.r.nv && pc.seqno in x.r.accepted && x.r.accepted[pc.seqno] == pc.digest
  }
  // Then it is committed, or something is owed.
  lemma CommittedComplete(p: Params, i: Id, x: Peer, hs: seq<Input>, cc: CCert, pc: PCert)
    requires Kempt(p, x, hs) && KeepsCerts(p, x) && CanCommit(p, i, x, hs, cc, pc)
    requires OwedAt(p, x, DeskOf(p, hs), cc.seqno).None?
    ensures cc.seqno in x.r.committed && x.r.committed[cc.seqno] == cc.digest
  {
    var n := cc.seqno;
    if !CommitSent(x.r, n) { CommitComplete(p, i, x, hs, pc); }
    AckersFound(p, x, hs, cc);
    Larger(p, cc.signers, Ackers(DeskOf(p, hs), n, Ack(cc.view, cc.digest)));
    assert CCertOn(x.r, DeskOf(p, hs), n) == cc.(signers := Ackers(DeskOf(p, hs), n, Ack(cc.view, cc.digest)));
  }
  lemma StableComplete(p: Params, i: Id, x: Peer, hs: seq<Input>, ck: CkCert)
    requires Kempt(p, x, hs) && CanAct(p, i, x, LStable(ck)) && LatestCheckpoints(p, hs, ck)
    ensures OwedStable(p, x, DeskOf(p, hs), ck.seqno) == Some(OweStable(ck.seqno))
  {
    SignersFound(p, x, hs, ck);
    Larger(p, ck.signers, Signers(DeskOf(p, hs), ck.seqno, ck.digest));
  }
  // Execution and checkpoints: exactly what can be done.
  lemma ExecutionComplete(p: Params, i: Id, x: Peer)
    requires OwedExecution(p, x, false).None?
    ensures !CanAct(p, i, x, LExecute) && !CanAct(p, i, x, LCheckpoint)
  {
  }
  lemma AsksFound(p: Params, x: Peer, hs: seq<Input>, v: View, V: map<Id, VC>)
    requires Kempt(p, x, hs) && LatestAsks(p, hs, V) && forall j :: j in V ==> V[j].from == j && V[j].newView == v
    ensures var W := AskingFor(DeskOf(p, hs), v);
      V.Keys <= W.Keys && p.Ids(W.Keys) && forall j :: j in W ==> W[j].from == j && ValidVC(p, W[j]) && ViewChange(W[j]) in x.log
  {
    var desk := DeskOf(p, hs);
    DeskSound(p, hs);
    var W := AskingFor(desk, v);
    forall j | j in V ensures j in W {
      DeskKeeps(p, hs, x.r.stable.seqno, ViewChange(V[j]));
      assert desk.asked[j].from == j && CameIn(hs, ViewChange(desk.asked[j])) by { reveal Sound(); }
      assert desk.asked[j] == V[j];
    }
    forall j | j in W ensures j < p.n && W[j].from == j && ValidVC(p, W[j]) && ViewChange(W[j]) in x.log {
      assert desk.asked[j] == W[j];
      reveal Sound();
    }
  }
  lemma NewViewComplete(p: Params, i: Id, x: Peer, hs: seq<Input>, V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires Kempt(p, x, hs) && CanAct(p, i, x, LNewView(V, O)) && LatestAsks(p, hs, V)
    ensures OwedView(p, i, x, DeskOf(p, hs)).Some?
  {
    AsksFound(p, x, hs, x.r.view, V);
    Larger(p, V.Keys, AskingFor(DeskOf(p, hs), x.r.view).Keys);
  }

  // All together: who owes nothing, at any place and as a whole, can do nothing more on the latest messages.
  lemma DutiesComplete(p: Params, i: Id, x: Peer, hs: seq<Input>)
    requires Kempt(p, x, hs) && KeepsCerts(p, x)
    requires forall n :: OwedAt(p, x, DeskOf(p, hs), n).None? && OwedStable(p, x, DeskOf(p, hs), n).None?
    requires OwedExecution(p, x, false).None? && OwedView(p, i, x, DeskOf(p, hs)).None?
    ensures forall pc :: CanAct(p, i, x, LCommit(pc)) && LatestVotes(p, hs, pc) ==> CommitSent(x.r, pc.seqno)
    ensures forall cc, pc :: CanCommit(p, i, x, hs, cc, pc) ==> cc.seqno in x.r.committed && x.r.committed[cc.seqno] == cc.digest
    ensures forall ck :: CanAct(p, i, x, LStable(ck)) ==> !LatestCheckpoints(p, hs, ck)
    ensures !CanAct(p, i, x, LExecute) && !CanAct(p, i, x, LCheckpoint)
    ensures forall V, O :: CanAct(p, i, x, LNewView(V, O)) ==> !LatestAsks(p, hs, V)
  {
    forall pc | CanAct(p, i, x, LCommit(pc)) && LatestVotes(p, hs, pc) ensures CommitSent(x.r, pc.seqno) {
      if !CommitSent(x.r, pc.seqno) { CommitComplete(p, i, x, hs, pc); }
    }
    forall cc, pc | CanCommit(p, i, x, hs, cc, pc) ensures cc.seqno in x.r.committed && x.r.committed[cc.seqno] == cc.digest {
      CommittedComplete(p, i, x, hs, cc, pc);
    }
    forall ck | CanAct(p, i, x, LStable(ck)) ensures !LatestCheckpoints(p, hs, ck) {
      if LatestCheckpoints(p, hs, ck) { StableComplete(p, i, x, hs, ck); }
    }
    ExecutionComplete(p, i, x);
    forall V, O | CanAct(p, i, x, LNewView(V, O)) ensures !LatestAsks(p, hs, V) {
      if LatestAsks(p, hs, V) { NewViewComplete(p, i, x, hs, V, O); }
    }
  }

  // ---- step by step: what is owed at n depends on n alone ----
  ghost predicate SamePlace<T(!new)>(a: map<SeqNo, T>, b: map<SeqNo, T>, n: SeqNo) {
    (n in a <==> n in b) && (n in a && n in b ==> a[n] == b[n])
  }
  // m is a vote, a commit or a checkpoint for n
  ghost predicate About(m: Msg, n: SeqNo) { (m.PrePrepare? || m.Prepare? || m.Commit? || m.Checkpoint?) && m.seqno == n }
  ghost predicate SameLog(L: set<Msg>, L': set<Msg>, n: SeqNo) { forall m :: About(m, n) ==> (m in L <==> m in L') }
  ghost predicate SameView(r: Replica, r': Replica) { r.view == r'.view && r.active == r'.active && r.nv == r'.nv }
  ghost predicate Untouched(p: Params, x: Peer, x': Peer, desk: Desk, desk': Desk, n: SeqNo) {
    && SameView(x.r, x'.r) && (InWindow(p, x.r, n) <==> InWindow(p, x'.r, n)) && (n > x.r.stable.seqno <==> n > x'.r.stable.seqno)
    && SamePlace(x.r.accepted, x'.r.accepted, n) && SamePlace(x.r.prepared, x'.r.prepared, n) && (n in x.r.committed <==> n in x'.r.committed)
    && SamePlace(x.r.ckpts, x'.r.ckpts, n) && SameLog(x.log, x'.log, n)
    && (n in x.r.prepared ==> x.r.prepared[n].seqno == n && (CertKnown(x.known, x.r.prepared[n]) <==> CertKnown(x'.known, x.r.prepared[n])))
    && SameDesk(desk, desk', n)
  }
  ghost predicate SameDesk(desk: Desk, desk': Desk, n: SeqNo) {
    At(desk.votes, n) == At(desk'.votes, n) && At(desk.acks, n) == At(desk'.acks, n) && At(desk.checkpoints, n) == At(desk'.checkpoints, n)
  }
  lemma SameVotes(p: Params, L: set<Msg>, L': set<Msg>, c: PCert)
    requires SameLog(L, L', c.seqno)
    ensures HasVotes(p, L, c) <==> HasVotes(p, L', c)
  {
    forall j | j in c.voters ensures VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in L <==> VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in L' {
      assert About(VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j), c.seqno);
    }
  }
  lemma OwedSame(p: Params, x: Peer, x': Peer, desk: Desk, desk': Desk, n: SeqNo)
    requires Untouched(p, x, x', desk, desk', n)
    ensures OwedAt(p, x, desk, n) == OwedAt(p, x', desk', n) && OwedStable(p, x, desk, n) == OwedStable(p, x', desk', n)
  {
    if n in x.r.accepted {
      var pc, cc := PCertOn(x.r, desk, n), CCertOn(x.r, desk, n);
      assert PCertOn(x'.r, desk', n) == pc && CCertOn(x'.r, desk', n) == cc;
      SameVotes(p, x.log, x'.log, pc);
      forall j ensures Commit(cc.view, cc.seqno, cc.digest, j) in x.log <==> Commit(cc.view, cc.seqno, cc.digest, j) in x'.log {
        assert About(Commit(cc.view, cc.seqno, cc.digest, j), n);
      }
      assert HasCommits(x.log, cc) <==> HasCommits(x'.log, cc);
    }
    if n in x.r.prepared { SameVotes(p, x.log, x'.log, x.r.prepared[n]); }
    if n in x.r.ckpts {
      var ck := StableOn(x.r, desk, n);
      assert StableOn(x'.r, desk', n) == ck;
      forall j ensures Checkpoint(ck.seqno, ck.digest, j) in x.log <==> Checkpoint(ck.seqno, ck.digest, j) in x'.log {
        assert About(Checkpoint(ck.seqno, ck.digest, j), n);
      }
      assert HasCheckpoints(x.log, ck) <==> HasCheckpoints(x'.log, ck);
    }
  }
  // A message changes the desk at its own place only.
  lemma NoteTouches(p: Params, r: Replica, desk: Desk, m: Msg, n: SeqNo)
    requires !About(m, n)
    ensures SameDesk(desk, Note(p, r, desk, m), n)
  {
  }
  lemma ClearTouches(r: Replica, desk: Desk, n: SeqNo)
    requires n > r.stable.seqno
    ensures SameDesk(desk, Clear(r, desk), n)
  {
  }

  // A delivery touches the places that its contents are about (and those whose certificate waited for a new-view, which LogsOk excludes).
  lemma DeliverTouches(p: Params, x: Peer, m: Msg, desk: Desk, n: SeqNo)
    requires LocalDeliver(p, x, m).Some? && forall c :: c in Contents(p, m) ==> !About(c, n)
    requires n in x.r.prepared ==> x.r.prepared[n].seqno == n && CertKnown(x.known, x.r.prepared[n])
    ensures Untouched(p, x, LocalDeliver(p, x, m).value, desk, desk, n)
  {
  }
  // The place that an act is about; acts of view changes and h excepted, which have lemmas of their own.
  ghost predicate Narrow(l: Local) { !l.LStable? && !l.LViewChange? && !l.LNewView? && !l.LEnterView? }
  ghost predicate ActsAt(r: Replica, l: Local, n: SeqNo) {
    match l
    case LPropose(k, _)    => k == n
    case LPrepare(k, _)    => k == n
    case LCommit(pc)       => pc.seqno == n
    case LCommitted(cc, _) => cc.seqno == n
    case LCheckpoint       => r.lastExec == n
    case _                 => false
  }
  lemma ActTouches(p: Params, i: Id, x: Peer, l: Local, desk: Desk, n: SeqNo)
    requires CanAct(p, i, x, l) && Narrow(l) && !ActsAt(x.r, l, n) && n > x.r.stable.seqno
    requires n in x.r.prepared ==> x.r.prepared[n].seqno == n
    ensures Untouched(p, x, LocalAct(p, i, x, l), desk, desk, n)
  {
  }
  // h moves: nothing is owed at or below it; the places that both windows have are as they were.
  lemma StableTouches(p: Params, i: Id, x: Peer, l: Local, desk: Desk, n: SeqNo)
    requires l.LStable? && CanAct(p, i, x, l)
    requires n in x.r.prepared ==> x.r.prepared[n].seqno == n
    ensures n <= l.ck.seqno ==> OwedAt(p, LocalAct(p, i, x, l), desk, n).None? && OwedStable(p, LocalAct(p, i, x, l), desk, n).None?
    ensures l.ck.seqno < n <= x.r.stable.seqno + p.L ==> Untouched(p, x, LocalAct(p, i, x, l), desk, desk, n)
  {
  }
  // Between asking for a view and entering it, nothing is owed at any place (but checkpoints).
  lemma AskingOwesNothing(p: Params, x: Peer, desk: Desk, n: SeqNo)
    requires !x.r.active
    ensures OwedAt(p, x, desk, n).None?
  {
  }

  // ---- when to look again at what is owed as a whole ----

  // In a view change: when the view changes, who asks for which, or the view-changes at hand.
  lemma OwedViewSame(p: Params, i: Id, x: Peer, x': Peer, desk: Desk, desk': Desk)
    requires x'.r.view == x.r.view && x'.r.active == x.r.active && desk'.asked == desk.asked
    requires forall vc :: ViewChange(vc) in x'.log <==> ViewChange(vc) in x.log
    ensures OwedView(p, i, x', desk') == OwedView(p, i, x, desk)
  {
  }
  // For a checkpoint: when h moves, or the checkpoints signed or at hand change.
  lemma OwedStableSame(p: Params, x: Peer, x': Peer, desk: Desk, desk': Desk, n: SeqNo)
    requires x'.r.stable == x.r.stable && x'.r.ckpts == x.r.ckpts && desk'.checkpoints == desk.checkpoints
    requires forall k, d, j :: Checkpoint(k, d, j) in x'.log <==> Checkpoint(k, d, j) in x.log
    ensures OwedStable(p, x', desk', n) == OwedStable(p, x, desk, n)
  {
  }
}
