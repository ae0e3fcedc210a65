include "../spec/Types.dfy"
// What a set of signed messages proves about its signers. Executable: this is the core of the audit tool.
// "S" is always a finite set of messages whose signatures verify, including everything signed inside them
// (Contents). Accountability.dfy proves that an honest replica is never Guilty, and that conflicting
// commits always leave at least 2Q - n (>= f + 1) Guilty replicas, both for any number of faulty replicas.
module PbftEvidence {
  import opened PbftTypes

  // ---- claims: a correct replica never gives two values to one key ----
  datatype Key =
    | NvOf(view: View, id: Id)                     // the new-view id entered `view` with
    | Slot(view: View, seqno: SeqNo, id: Id)       // what id voted for (or committed to) in this slot
    | CkptAt(seqno: SeqNo, id: Id)                 // the state id signed a checkpoint of
    | ViewChangeOf(view: View, id: Id)             // id's view-change message for `view`
    | NewViewOf(view: View, id: Id)                // id's new-view message for `view`
  datatype Value = Dig(d: Digest) | Ckpt(sd: Digest) | VcMsg(vc: VC) | NvMsg(V: map<Id, VC>, O: map<SeqNo, Digest>)

  predicate IsVote(p: Params, m: Msg) { m.PrePrepare? || (m.Prepare? && m.from != p.Primary(m.view)) }

  function Claims(p: Params, m: Msg): map<Key, Value> {
    var i := Sender(p, m);
    if IsVote(p, m) then map[NvOf(m.view, i) := Dig(m.nv), Slot(m.view, m.seqno, i) := Dig(m.digest)]
    else match m
      case Commit(v, n, d, _)    => map[Slot(v, n, i) := Dig(d)]
      case Checkpoint(n, sd, _)  => map[CkptAt(n, i) := Ckpt(sd)]
      case ViewChange(vc)        => map[ViewChangeOf(vc.newView, i) := VcMsg(vc)]
      case NewView(v, V, O)      => map[NewViewOf(v, i) := NvMsg(V, O)]
      case _                     => map[]
  }

  // ---- offences: what a message a (with a second message b) proves about the signer of a ----
  datatype Offence =
    | Equivocation        // a and b give one key two values (two votes or commits for a slot, two new-views, ...)
    | Amnesia             // a: COMMIT, b: a later VIEW-CHANGE of the same replica that conceals it
    | UnjustifiedVote     // a: a vote that contradicts the NEW-VIEW b it names
    | BadViewChange       // a: a malformed VIEW-CHANGE
    | BadNewView          // a: a NEW-VIEW that does not follow from the VIEW-CHANGEs in it

  predicate Contradict(p: Params, a: Msg, b: Msg) {
    var ca, cb := Claims(p, a), Claims(p, b);
    exists k :: k in ca && k in cb && ca[k] != cb[k]
  }
  predicate Conceals(a: Msg, b: Msg) {
    a.Commit? && b.ViewChange? && a.from == b.vc.from && a.view < b.vc.newView && !Reports(b.vc, a.view, a.seqno)
  }
  predicate Names(p: Params, a: Msg, b: Msg) {
    IsVote(p, a) && a.view > 0 && b.NewView? && p.nvHash(b.view, b.V, b.O) == a.nv
  }
  predicate Justifies(p: Params, b: Msg, a: Msg)
    requires b.NewView? && IsVote(p, a)
  {
    b.view == a.view && ValidNewView(p, b.view, b.V, b.O) && Respects(p, b.V, b.O, a.seqno, a.digest)
  }

  function Judge(p: Params, a: Msg, b: Msg): Option<Offence> {
    if Contradict(p, a, b) then Some(Equivocation)
    else if Conceals(a, b) then Some(Amnesia)
    else if Names(p, a, b) && !Justifies(p, b, a) then Some(UnjustifiedVote)
    else if a.ViewChange? && !ValidVC(p, a.vc) then Some(BadViewChange)
    else if a.NewView? && !ValidNewView(p, a.view, a.V, a.O) then Some(BadNewView)
    else None
  }

  // Definition. Quadratic; Audit.dfy computes GuiltySet in about linear time.
  predicate Guilty(p: Params, S: set<Msg>, i: Id) {
    i < p.n && exists a, b :: a in S && b in S && Sender(p, a) == i && Judge(p, a, b).Some?
  }
  function GuiltySet(p: Params, S: set<Msg>): set<Id> {
    set a, b | a in S && b in S && Sender(p, a) < p.n && Judge(p, a, b).Some? :: Sender(p, a)
  }

  // ---- completeness of evidence ----
  // m and everything signed inside it
  function CertVotes(p: Params, c: PCert): set<Msg> {
    set i | i in c.voters :: VoteMsg(p, c.view, c.seqno, c.digest, c.nv, i)
  }
  function VcContents(p: Params, vc: VC): set<Msg> {
    {ViewChange(vc)}
    + (set n, m | n in vc.P && m in CertVotes(p, vc.P[n]) :: m)
    + (set i | i in vc.stable.signers :: Checkpoint(vc.stable.seqno, vc.stable.digest, i))
  }
  function CkVotes(c: CkCert): set<Msg> { set i | i in c.signers :: Checkpoint(c.seqno, c.digest, i) }
  function Contents(p: Params, m: Msg): set<Msg> {
    match m
    case ViewChange(vc)         => VcContents(p, vc)
    case NewView(_, V, _)       => {m} + (set i, x | i in V && x in VcContents(p, V[i]) :: x)
    case CommitProof(cc, pc, _) => CertVotes(p, pc) + (set i | i in cc.signers :: Commit(cc.view, cc.seqno, cc.digest, i))
    case StableProof(ck, _)     => CkVotes(ck)
    case Fetch(_)               => {}
    case _                      => {m}
  }

  // S holds the votes of c and (for c.view > 0) the new-view they name
  predicate CertIn(p: Params, S: set<Msg>, c: PCert) {
    && (forall i :: i in c.voters ==> VoteMsg(p, c.view, c.seqno, c.digest, c.nv, i) in S)
    && (c.view > 0 ==> NvIn(p, S, c.nv))
  }
  predicate NvIn(p: Params, S: set<Msg>, h: Digest) {
    exists m :: m in S && m.NewView? && p.nvHash(m.view, m.V, m.O) == h
  }
  predicate CkIn(S: set<Msg>, c: CkCert) {
    forall i :: i in c.signers ==> Checkpoint(c.seqno, c.digest, i) in S
  }
  // S holds what its NEW-VIEWs and VIEW-CHANGEs rest on
  predicate Closed(p: Params, S: set<Msg>) {
    forall m :: m in S ==> MsgClosed(p, S, m)
  }
  predicate MsgClosed(p: Params, S: set<Msg>, m: Msg) {
    match m
    case ViewChange(vc)   => (forall n :: n in vc.P ==> CertIn(p, S, vc.P[n])) && CkIn(S, vc.stable)
    case NewView(_, V, _) => forall i :: i in V ==> ViewChange(V[i]) in S
    case _                => true
  }

  // The same for one place n: all that a dispute about n needs.
  predicate ClosedAt(p: Params, S: set<Msg>, n: SeqNo) {
    forall m :: m in S ==> MsgClosedAt(p, S, m, n)
  }
  predicate MsgClosedAt(p: Params, S: set<Msg>, m: Msg, n: SeqNo) {
    match m
    case ViewChange(vc)   => n in vc.P ==> CertIn(p, S, vc.P[n])
    case NewView(_, V, _) => forall i :: i in V ==> ViewChange(V[i]) in S
    case _                => true
  }

  // S proves that d was committed at n: a quorum of commits and the prepared certificate they rest on
  predicate CommitProof(p: Params, S: set<Msg>, cc: CCert, pc: PCert) {
    && pc.view == cc.view && pc.seqno == cc.seqno && pc.digest == cc.digest
    && ValidCCert(p, cc) && (forall i :: i in cc.signers ==> Commit(cc.view, cc.seqno, cc.digest, i) in S)
    && ValidPCert(p, pc) && CertIn(p, S, pc)
  }
  predicate CkProof(p: Params, S: set<Msg>, c: CkCert) {
    p.IsQuorum(c.signers) && CkIn(S, c)
  }
}
