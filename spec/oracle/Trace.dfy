include "../spec/System.dfy"
include "Evidence.dfy"
// The oracle: checks one recorded event at a time against the specification.
// Executable; PbftTraceSound proves that an accepted trace is a behavior of PbftSystem.
module PbftTrace {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence

  // What a correct replica reports having done. No evidence is given: the oracle takes it from the
  // messages delivered to (or sent by) that replica so far.
  datatype Local =
    | LPropose(n: SeqNo, d: Digest)
    | LPrepare(n: SeqNo, d: Digest)
    | LCommit(n: SeqNo)
    | LCommitted(v: View, n: SeqNo, d: Digest, nv: Digest)
    | LExecute
    | LCheckpoint
    | LStable(n: SeqNo, st: State)
    | LTransfer(n: SeqNo, st: State)
    | LRestart
    | LViewChange(v: View)
    | LNewView(V: map<Id, VC>, O: map<SeqNo, Digest>)
    | LEnterView(v: View, V: map<Id, VC>, O: map<SeqNo, Digest>)

  datatype Event =
    | EnvSend(m: Msg)                              // a client or a faulty replica sends m
    | Deliver(i: Id, m: Msg)                       // correct replica i got m and its signatures verified
    | Act(i: Id, l: Local, out: set<Msg>)          // correct replica i did l and sent out

  // logs[i]: all signed messages i got or sent; known[i]: digests of the new-views among them
  datatype TState = TState(sys: Sys, logs: seq<set<Msg>>, known: seq<set<Digest>>)

  function InitTrace(p: Params): TState {
    TState(Sys(seq(p.N(), _ => InitReplica(p)), {}), seq(p.N(), _ => {}), seq(p.N(), _ => {}))
  }
  function AddTo<T>(logs: seq<set<T>>, i: nat, ms: set<T>): seq<set<T>>
    requires i < |logs|
  {
    logs[i := logs[i] + ms]
  }
  function NvDigests(p: Params, ms: set<Msg>): set<Digest> {
    set m | m in ms && m.NewView? :: p.nvHash(m.view, m.V, m.O)
  }

  // A VIEW-CHANGE is taken into the log only when the new-views its certificates name are there (a replica that
  // misses one fetches it from the sender first). This keeps every honest log Closed: usable as evidence.
  predicate CertsKnown(known: set<Digest>, vc: VC) {
    forall n :: n in vc.P && vc.P[n].view > 0 ==> vc.P[n].nv in known
  }
  predicate NvsKnown(known: set<Digest>, m: Msg) {
    match m
    case ViewChange(vc)   => CertsKnown(known, vc)
    case NewView(_, V, _) => forall i :: i in V ==> CertsKnown(known, V[i])
    case _                => true
  }

  predicate AuthDeep(e: Env, net: set<Msg>, m: Msg) {
    match m
    case ViewChange(vc)   => AuthVC(e, net, vc)
    case NewView(v, V, O) =>
      AuthMsg(e, net, m) && AuthVCs(e, net, V) && forall n :: n in O ==> AuthMsg(e, net, PrePrepare(v, n, O[n], e.p.nvHash(v, V, O)))
    case Request(_)       => m in net
    case _                => AuthMsg(e, net, m)
  }

  function PCertFrom(p: Params, log: set<Msg>, v: View, n: SeqNo, d: Digest, nv: Digest): PCert {
    PCert(v, n, d, nv, set j: Id | j < p.N() && VoteMsg(p, v, n, d, nv, j) in log)
  }

  function Evidence(p: Params, r: Replica, log: set<Msg>, known: set<Digest>, l: Local): Option<Action> {
    match l
    case LPropose(n, d) =>
      if Request(d) in log then Some(Propose(n, d)) else None
    case LPrepare(n, d) =>
      if Request(d) in log && PrePrepare(r.view, n, d, r.nv) in log then Some(AcceptPrePrepare(r.view, n, d, r.nv)) else None
    case LCommit(n) =>
      if n !in r.accepted then None
      else
        var d := r.accepted[n];
        Some(SendCommit(PCertFrom(p, log, r.view, n, d, r.nv)))
    case LCommitted(v, n, d, nv) =>
      if v > 0 && nv !in known then None
      else
        var cc := CCert(v, n, d, set j: Id | j < p.N() && Commit(v, n, d, j) in log);
        Some(CommitLocal(cc, PCertFrom(p, log, v, n, d, nv)))
    case LExecute    => Some(Execute)
    case LCheckpoint => Some(SendCheckpoint)
    case LStable(n, st) =>
      Some(MakeStable(CkCert(n, st, set j: Id | j < p.N() && Checkpoint(n, st, j) in log)))
    case LTransfer(n, st) =>
      if r.stable.seqno == n && r.stable.state == st then Some(StateTransfer(r.stable))
      else Some(StateTransfer(CkCert(n, st, set j: Id | j < p.N() && Checkpoint(n, st, j) in log)))
    case LRestart    => Some(Restart)
    case LViewChange(v) => Some(StartViewChange(v))
    case LNewView(V, O) =>
      if forall i :: i in V ==> ViewChange(V[i]) in log then Some(SendNewView(V, O)) else None
    case LEnterView(v, V, O) =>
      if NewView(v, V, O) in log then Some(AcceptNewView(v, V, O)) else None
  }

  function Check(e: Env, t: TState, ev: Event): Option<TState> {
    match ev
    case EnvSend(m) =>
      if Honest(e, Sender(e.p, m)) then None
      else Some(t.(sys := t.sys.(net := t.sys.net + {m})))
    case Deliver(i, m) =>
      if Honest(e, i) && i < |t.logs| && i < |t.known| && AuthDeep(e, t.sys.net, m) && NvsKnown(t.known[i], m)
      then
        var ms := Contents(e.p, m);
        Some(t.(logs := AddTo(t.logs, i, ms), known := AddTo(t.known, i, NvDigests(e.p, ms))))
      else None
    case Act(i, l, out) =>
      if !(Honest(e, i) && i < |t.logs| && i < |t.known| && i < |t.sys.reps|) then None
      else
        var r := t.sys.reps[i];
        match Evidence(e.p, r, t.logs[i], t.known[i], l)
        case None => None
        case Some(a) =>
          if CanStep(e, t.sys, i, a) && out == Output(e.p, i, r, a)
          then Some(TState(Step(e, t.sys, i, a), AddTo(t.logs, i, out), AddTo(t.known, i, NvDigests(e.p, out))))
          else None
  }

  function Run(e: Env, t: TState, evs: seq<Event>): Option<TState> {
    if |evs| == 0 then Some(t)
    else match Run(e, t, evs[..|evs| - 1])
      case None => None
      case Some(t') => Check(e, t', evs[|evs| - 1])
  }
}
