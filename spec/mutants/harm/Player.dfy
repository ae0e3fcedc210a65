include "../../oracle/Trace.dfy"
include "../../oracle/Explain.dfy"
// A run as data: how many replicas, which of them are faulty, what happens, and the harm that is looked for at the end. The player makes
// the moves one at a time with the executable specification that it is compiled with (the right one, or one with a change) and says where
// it refuses, by the guard's name, or how the run ends.
module PbftPlayer {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace
  import opened PbftExplain

  // How new-views are named: each by its own number; by view and first two choices alone (a hash that an adversary may hope for, as the
  // theorems assume nothing of it); or all by the number that stands for "no new-view".
  datatype Names = Own | Short | Nameless
  datatype Setup = Setup(n: Pos, f: nat, K: Pos, L: nat, W: Pos, faulty: set<Id>, names: Names)

  datatype Move =
    | Ev(ev: Event)                                 // judged by the oracle
    | Step(i: Id, a: Action, out: set<Msg>)         // judged by the system's rules alone, where the oracle does not look
    | Forget(i: Id)                                 // the oracle prunes its log of i
    | Want(i: Id, l: Local)                         // i should be able to do l now
    | WantStep(i: Id, a: Action)                    // the same by the system's rules alone

  datatype Harm =
    | Fork(i: Id, j: Id, n: SeqNo)                  // two correct replicas have committed different batches at n
    | Diverged(i: Id, j: Id)                        // as many batches executed, and different states
    | Twice(i: Id)                                  // a request has taken effect twice
    | NeverAsked(i: Id)                             // a request has taken effect that no client sent
    | Without(i: Id, q: Digest)                     // q was in an executed batch and has not taken effect
    | Unsigned(i: Id, n: SeqNo)                     // a correct primary proposed at n what no client sent
    | Framed(i: Id)                                 // the messages of the run prove a correct replica guilty
    | Unaccused(i: Id, j: Id)                       // i and j disagree, and their logs accuse too few
    | Spared(i: Id, who: Id)                        // the log of i accuses not even the guilty `who`
    | Closed(S: set<Msg>, c1: CCert, p1: PCert, c2: CCert, p2: PCert)  // S counts as whole, proves a fork, and accuses too few
    | Claimed(S: set<Msg>, k1: CkCert, k2: CkCert)  // S proves two checkpoints at one place, and accuses too few
    | Stuck                                         // the last move was wanted and is refused
    | Foreign(i: Id)                                // the stable checkpoint of i is not one that a correct replica signed
    | WrongReply(reply: RCert)                      // a client accepts it, and no correct replica has that result
    | Kept(i: Id, client: Client)                   // the table keeps a reply that was never sent, or too many
    | OutsideWindow(i: Id, client: Client)          // the table holds a timestamp outside the client's window
    | NoBatch(i: Id, n: SeqNo)                      // i has executed a batch that it does not have
    | Pruned(i: Id, l: Local)                       // the pruned log refuses what the whole log of i allows
    | Harmless(i: Id, j: Id)                        // no harm: i and j agree in all that both have committed and executed

  datatype Recorded = Recorded(setup: Setup, moves: seq<Move>, harm: Harm)

  // ---- the service: its state is the list of the requests that took effect, two digits each ----
  function Fold(app: App, rs: seq<Digest>): App { if |rs| == 0 then app else Fold(app, rs[..|rs| - 1]) * 100 + rs[|rs| - 1] }
  function Exec(app: App, rs: seq<Digest>): (App, seq<Result>) {
    (Fold(app, rs), seq(|rs|, k requires 0 <= k < |rs| => Fold(app, rs[..k + 1])))
  }
  // A batch is named by its requests: 1121 is request 11, then 21. What stands for the null request would be request 41.
  function Pairs(d: Digest): seq<Digest> { if d < 100 then [if d == 0 then 41 else d] else Pairs(d / 100) + [d % 100] }
  function Digits(app: App): seq<Digest> { if app == 0 then [] else Digits(app / 100) + [app % 100] }

  // ---- names of new-views ----
  function At(O: map<SeqNo, Digest>, n: SeqNo): nat { if n in O then O[n] + 1 else 0 }
  function CertsNumber(P: map<SeqNo, PCert>, n: SeqNo): nat {
    if n == 0 then 0 else CertsNumber(P, n - 1) * 7 + (if n in P then (P[n].view + 1) * (P[n].digest + 1) + |P[n].voters| else 0)
  }
  function AsksNumber(V: map<Id, VC>, k: nat): nat {
    if k == 0 then 0
    else AsksNumber(V, k - 1) * 11 + (if k - 1 in V then 1 + V[k - 1].newView + V[k - 1].stable.seqno + CertsNumber(V[k - 1].P, 4) else 0)
  }
  function NvNumber(names: Names, v: View, V: map<Id, VC>, O: map<SeqNo, Digest>): Digest {
    match names
    case Own => AsksNumber(V, 8) * 1000 + v * 100000000 + At(O, 1) * 10 + At(O, 2)
    case Short => v * 100000 + At(O, 1) * 100 + At(O, 2)
    case Nameless => NoNv
  }
  function ParamsOf(s: Setup): Params {
    Params(s.n, s.f, s.K, s.L, s.W, 0, Exec, (q: Digest) => Req(q / 10, q % 10, q), Pairs, (n: SeqNo, st: State) => st.app * 10 + n,
           (v: View, V: map<Id, VC>, O: map<SeqNo, Digest>) => NvNumber(s.names, v, V, O))
  }
  function EnvOf(s: Setup): Env { Env(ParamsOf(s), s.faulty) }

  // ---- moves: None if made, or why not ----
  function Told(g: Option<Guard>): string { if g.Some? then GuardName(g.value) else "Output" }
  function GuardName(g: Guard): string {
    match g
    case RequestsDelivered => "RequestsDelivered" case ProposalDelivered => "ProposalDelivered" case BatchAtHand => "BatchAtHand"
    case VotesDelivered => "VotesDelivered" case CommitsDelivered => "CommitsDelivered" case CheckpointsDelivered => "CheckpointsDelivered"
    case ViewChangesDelivered => "ViewChangesDelivered" case NewViewDelivered => "NewViewDelivered" case NewViewKnown => "NewViewKnown"
    case ViewActive => "ViewActive" case SameView => "SameView" case SameNewView => "SameNewView" case IsPrimary => "IsPrimary"
    case IsBackup => "IsBackup" case BetweenWatermarks => "BetweenWatermarks" case NoOtherProposal => "NoOtherProposal"
    case NotExecutedYet => "NotExecutedYet" case ProposalStands => "ProposalStands" case PreparedCertificateValid => "PreparedCertificateValid"
    case CommitCertificateValid => "CommitCertificateValid" case CertificatesMatch => "CertificatesMatch" case ViewReached => "ViewReached"
    case NotCommittedOtherwise => "NotCommittedOtherwise" case CommittedNext => "CommittedNext" case AtCheckpoint => "AtCheckpoint"
    case NotSignedYet => "NotSignedYet" case AboveLowWatermark => "AboveLowWatermark"
    case CheckpointCertificateValid => "CheckpointCertificateValid" case OwnCheckpoint => "OwnCheckpoint" case Behind => "Behind"
    case WeakCertificateValid => "WeakCertificateValid" case StateDigestMatches => "StateDigestMatches" case LaterView => "LaterView"
    case ViewNotEntered => "ViewNotEntered" case NewViewValid => "NewViewValid"
  }
  function MaySend(s: Setup, m: Msg): bool { !Honest(EnvOf(s), Sender(ParamsOf(s), m)) }

  function WhyNotEv(s: Setup, t: TState, ev: Event): string {
    match ev
    case EnvSend(_) => "Signature"
    case Deliver(i, m) =>
      if !AuthDeep(EnvOf(s), t.net, m) then "Signature" else "NewViewKnown"
    case Act(i, l, out) => if i < |t.peers| then Told(WhyNot(ParamsOf(s), i, t.peers[i], l)) else "Replica"
  }
  function MakeStep(s: Setup, t: TState, i: Id, a: Action, out: set<Msg>): (TState, string) {
    var p, x := ParamsOf(s), t.peers[i];
    if !Enabled(p, i, x.r, a) then (t, Told(WhyNotEnabled(p, i, x.r, a)))
    else if !CanStep(EnvOf(s), SysOf(t), i, a) then (t, "Signature")
    else if Output(p, i, x.r, a) != out then (t, "Output")
    else (TState(t.peers[i := AddTo(p, x.(r := Next(p, i, x.r, a)), out)], t.net + out), "")
  }
  function MakeEv(s: Setup, t: TState, ev: Event): (TState, string) {
    match Check(EnvOf(s), t, ev)
    case None => (t, WhyNotEv(s, t, ev))
    case Some(t') => (t', "")
  }
  // The state after the move and "", or why it is refused.
  function Make(s: Setup, t: TState, m: Move): (TState, string) {
    match m
    case Ev(ev) => MakeEv(s, t, ev)
    case Step(i, a, out) => MakeStep(s, t, i, a, out)
    case Forget(i) => (t.(peers := t.peers[i := Prune(ParamsOf(s), t.peers[i])]), "")
    case Want(i, l) => (t, if CanAct(ParamsOf(s), i, t.peers[i], l) then "" else Told(WhyNot(ParamsOf(s), i, t.peers[i], l)))
    case WantStep(i, a) =>
      (t, if CanStep(EnvOf(s), SysOf(t), i, a) then ""
          else if Enabled(ParamsOf(s), i, t.peers[i].r, a) then "Signature" else Told(WhyNotEnabled(ParamsOf(s), i, t.peers[i].r, a)))
  }
}
