include "../spec/System.dfy"
include "Evidence.dfy"
// The oracle: checks one recorded event at a time against the specification. Executable; PbftTraceSound proves that an accepted
// trace is a behavior of PbftSystem.
//
// Local first: LocalDeliver and LocalAct judge one replica by its own log alone (Peer). The join is AuthDeep: what bears the name of
// a correct replica was sent by it. Check puts both together.
module PbftTrace {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence

  // What a correct replica reports having done. The certificates that it names must consist of messages that were delivered to it
  // (or sent by it).
  datatype Local =
    | LPropose(n: SeqNo, d: Digest)
    | LPrepare(n: SeqNo, d: Digest)
    | LCommit(pc: PCert)
    | LCommitted(cc: CCert, pc: PCert)
    | LExecute
    | LCheckpoint
    | LStable(ck: CkCert)
    | LTransfer(ck: CkCert, st: State)
    | LRestart                                       // everything that left was durable: nothing changes
    | LViewChange(v: View)
    | LNewView(V: map<Id, VC>, O: map<SeqNo, Digest>)
    | LEnterView(v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)

  datatype Event =
    | EnvSend(m: Msg)                              // a client or a faulty replica sends m
    | Deliver(i: Id, m: Msg)                       // correct replica i got m and its signatures verified
    | Act(i: Id, l: Local, out: set<Msg>)          // correct replica i did l and sent out

  // What the oracle keeps of a replica. log: the signed messages that it got or sent, and the batches at hand, as far as a later
  // verdict can depend on them; known: digests of the NEW-VIEWs that it got or sent.
  datatype Peer = Peer(r: Replica, log: set<Msg>, known: set<Digest>)

  function InitPeer(p: Params): Peer { Peer(InitReplica(p), {}, {}) }

  function NvDigests(p: Params, ms: set<Msg>): set<Digest> {
    set m | m in ms && m.NewView? :: p.nvHash(m.view, m.V, m.O)
  }
  function AddTo(p: Params, x: Peer, ms: set<Msg>): Peer {
    x.(log := x.log + ms, known := x.known + NvDigests(p, ms))
  }

  // A message is taken into the log only when the NEW-VIEWs that its certificates above `low`, the receiver's stable checkpoint, name
  // are there (a replica that misses one fetches it first). Certificates at or below it need no explanation: nothing is committed
  // there any more. This keeps every honest log ClosedAt each place where it commits: usable as evidence.
  predicate CertKnown(known: set<Digest>, c: PCert) { c.view > 0 ==> c.nv in known }
  predicate CertsKnown(known: set<Digest>, low: SeqNo, vc: VC) { forall n :: n in vc.P && n > low ==> CertKnown(known, vc.P[n]) }
  predicate NvsKnown(known: set<Digest>, low: SeqNo, m: Msg) {
    match m
    case ViewChange(vc)       => CertsKnown(known, low, vc)
    case NewView(_, V, _)     => forall i :: i in V ==> CertsKnown(known, low, V[i])
    case CommitProof(_, pc, _) => CertKnown(known, pc)
    case _                    => true
  }

  // The join: every signature on and in m verifies.
  predicate AuthDeep(e: Env, net: set<Msg>, m: Msg) {
    match m
    case Request(_)            => m in net
    case Body(_, d)            => AuthBatch(e, net, d)
    case ViewChange(vc)        => AuthVC(e, net, vc)
    case NewView(v, V, O)      => AuthMsg(e, net, m) && AuthVCs(e, net, V)
    case CommitProof(cc, pc, _) => AuthCCert(e, net, cc) && AuthPCert(e, net, pc)
    case StableProof(ck, _)    => AuthCkCert(e, net, ck)
    case Fetch(_)              => true
    case _                     => AuthMsg(e, net, m)
  }

  // ---- evidence: all of it was delivered ----
  predicate HasVotes(p: Params, log: set<Msg>, c: PCert) {
    forall j :: j in c.voters ==> VoteMsg(p, c.view, c.seqno, c.digest, c.nv, j) in log
  }
  predicate HasCommits(log: set<Msg>, c: CCert) {
    forall j :: j in c.signers ==> Commit(c.view, c.seqno, c.digest, j) in log
  }
  predicate HasCheckpoints(log: set<Msg>, c: CkCert) {
    forall j :: j in c.signers ==> Checkpoint(c.seqno, c.digest, j) in log
  }
  predicate HasBatch(log: set<Msg>, n: SeqNo, d: Digest) { d == NullOp || Body(n, d) in log }

  predicate Witnessed(p: Params, x: Peer, l: Local) {
    match l
    case LPropose(_, d)     => forall q :: q in p.Requests(d) ==> Request(q) in x.log
    case LPrepare(n, d)     => PrePrepare(x.r.view, n, d, x.r.nv) in x.log && HasBatch(x.log, n, d)
    case LCommit(pc)        => HasVotes(p, x.log, pc)
    case LCommitted(cc, pc) => CertKnown(x.known, pc) && HasCommits(x.log, cc) && HasVotes(p, x.log, pc)
    case LExecute           => x.r.lastExec + 1 in x.r.committed ==> HasBatch(x.log, x.r.lastExec + 1, x.r.committed[x.r.lastExec + 1])
    case LStable(ck)        => HasCheckpoints(x.log, ck)
    case LTransfer(ck, _)   => ck == x.r.stable || HasCheckpoints(x.log, ck)
    case LNewView(V, _)     => forall i :: i in V ==> ViewChange(V[i]) in x.log
    case LEnterView(v, V, O) => NewView(v, V, O) in x.log
    case _                  => true
  }
  function ActionOf(r: Replica, l: Local): Action {
    match l
    case LPropose(n, d)      => Propose(n, d)
    case LPrepare(n, d)      => AcceptPrePrepare(r.view, n, d, r.nv)
    case LCommit(pc)         => SendCommit(pc)
    case LCommitted(cc, pc)  => CommitLocal(cc, pc)
    case LExecute            => Execute
    case LCheckpoint         => SendCheckpoint
    case LStable(ck)         => MakeStable(ck)
    case LTransfer(ck, st)   => StateTransfer(ck, st)
    case LRestart            => Restart(None)
    case LViewChange(v)      => StartViewChange(v)
    case LNewView(V, O)      => SendNewView(V, O)
    case LEnterView(v, V, O) => AcceptNewView(v, V, O)
  }
  // A primary has the batch that it proposes.
  function Gained(l: Local): set<Msg> {
    if l.LPropose? && l.d != NullOp then {Body(l.n, l.d)} else {}
  }

  // ---- one replica's log alone ----
  predicate CanAct(p: Params, i: Id, x: Peer, l: Local) { Witnessed(p, x, l) && Enabled(p, i, x.r, ActionOf(x.r, l)) }
  function Sent(p: Params, i: Id, x: Peer, l: Local): set<Msg>
    requires CanAct(p, i, x, l)
  {
    Output(p, i, x.r, ActionOf(x.r, l))
  }
  function LocalAct(p: Params, i: Id, x: Peer, l: Local): Peer
    requires CanAct(p, i, x, l)
  {
    AddTo(p, x.(r := Next(p, i, x.r, ActionOf(x.r, l))), Sent(p, i, x, l) + Gained(l))
  }
  function LocalDeliver(p: Params, x: Peer, m: Msg): Option<Peer> {
    if NvsKnown(x.known, x.r.stable.seqno, m) then Some(AddTo(p, x, Contents(p, m))) else None
  }

  // ---- the same for one who keeps the log himself and changes it in place ----
  // The replica afterwards, what it sent, what its log gained, and the NEW-VIEWs that are at hand.
  datatype Change = Change(r: Replica, sent: set<Msg>, gained: set<Msg>, known: set<Digest>)
  function After(x: Peer, c: Change): Peer { Peer(c.r, x.log + c.gained, c.known) }

  function Done(p: Params, i: Id, x: Peer, l: Local): Change
    requires CanAct(p, i, x, l)
    ensures After(x, Done(p, i, x, l)) == LocalAct(p, i, x, l) && Done(p, i, x, l).sent == Sent(p, i, x, l)
  {
    var out := Sent(p, i, x, l);
    assert !l.LNewView? ==> NvDigests(p, out + Gained(l)) == {};
    assert !l.LPropose? ==> out + Gained(l) == out;
    Change(Next(p, i, x.r, ActionOf(x.r, l)), out, if l.LPropose? then out + Gained(l) else out,
           if l.LNewView? then x.known + NvDigests(p, out) else x.known)
  }
  // An execution sends replies alone, which nobody looks at again: a log need not keep them (PbftPrune.RepliesForgotten).
  function AfterExecution(p: Params, i: Id, x: Peer): Replica
    requires CanAct(p, i, x, LExecute)
  {
    Next(p, i, x.r, Execute)
  }
  function Taken(p: Params, x: Peer, m: Msg): Option<Change>
    ensures LocalDeliver(p, x, m) == (match Taken(p, x, m) case None => None case Some(c) => Some(After(x, c)))
  {
    if !NvsKnown(x.known, x.r.stable.seqno, m) then None
    else
      var ms := Contents(p, m);
      var known := if m.NewView? then x.known + {p.nvHash(m.view, m.V, m.O)} else x.known;
      assert m.NewView? ==> NvDigests(p, ms) == {p.nvHash(m.view, m.V, m.O)};
      assert known == x.known + NvDigests(p, ms);
      Some(Change(x.r, {}, ms, known))
  }

  // Nothing is nested in it, so that it is all that the log gains.
  predicate Plain(m: Msg) { m.Request? || m.Body? || m.PrePrepare? || m.Prepare? || m.Commit? || m.Checkpoint? }
  lemma PlainIsTaken(p: Params, x: Peer, m: Msg)
    requires Plain(m)
    ensures Taken(p, x, m) == Some(Change(x.r, {}, {m}, x.known))
  {
  }

  // ---- all replicas together ----
  datatype TState = TState(peers: seq<Peer>, net: set<Msg>)
  function SysOf(t: TState): Sys { Sys(seq(|t.peers|, k requires 0 <= k < |t.peers| => t.peers[k].r), t.net) }
  function InitTrace(p: Params): TState { TState(seq(p.N(), _ => InitPeer(p)), {}) }

  function Check(e: Env, t: TState, ev: Event): Option<TState> {
    match ev
    case EnvSend(m) =>
      if Honest(e, Sender(e.p, m)) then None
      else Some(t.(net := t.net + {m}))
    case Deliver(i, m) =>
      if Honest(e, i) && i < |t.peers| && AuthDeep(e, t.net, m) then
        match LocalDeliver(e.p, t.peers[i], m)
        case None => None
        case Some(x) => Some(t.(peers := t.peers[i := x]))
      else None
    case Act(i, l, out) =>
      if Honest(e, i) && i < |t.peers| && CanAct(e.p, i, t.peers[i], l) && out == Sent(e.p, i, t.peers[i], l)
      then Some(TState(t.peers[i := LocalAct(e.p, i, t.peers[i], l)], t.net + out))
      else None
  }

  function Run(e: Env, t: TState, evs: seq<Event>): Option<TState> {
    if |evs| == 0 then Some(t)
    else match Run(e, t, evs[..|evs| - 1])
      case None => None
      case Some(t') => Check(e, t', evs[|evs| - 1])
  }

  // ---- pruning: what no later verdict of this replica can depend on (PbftPrune) ----
  predicate Needed(p: Params, r: Replica, m: Msg) {
    match m
    case Request(q)               => !p.Done(r.state.table, q)
    case Body(n, _)               => n > r.stable.seqno || n > r.lastExec
    case PrePrepare(_, n, _, _)   => n > r.stable.seqno
    case Prepare(_, n, _, _, _)   => n > r.stable.seqno
    case Commit(_, n, _, _)       => n > r.stable.seqno
    case Checkpoint(n, _, _)      => n > r.stable.seqno
    case ViewChange(vc)           => vc.newView > r.view || (vc.newView == r.view && !r.active)
    case NewView(v, _, _)         => v > r.view || (v == r.view && !r.active)
    case _                        => false
  }
  function Prune(p: Params, x: Peer): Peer { x.(log := set m | m in x.log && Needed(p, x.r, m)) }
}
