include "Theorem.dfy"
include "../oracle/Evidence.dfy"
// NoFraming: an honest replica is never Guilty.     Accountability: a fork leaves at least 2Q - n Guilty replicas.
// Both hold for any number of faulty replicas.
module PbftAccountability {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftTheorem
  import opened PbftEvidence

  // ================= Accountability: facts about sets of signed messages, no protocol =================

  lemma GuiltyIff(p: Params, S: set<Msg>)
    ensures forall i: Id :: i in GuiltySet(p, S) <==> Guilty(p, S, i)
  {
  }

  // What it means for k to be innocent.
  lemma Innocent(p: Params, S: set<Msg>, k: Id, a: Msg, b: Msg)
    requires k < p.n && k !in GuiltySet(p, S) && a in S && b in S && Sender(p, a) == k
    ensures Judge(p, a, b).None?
  {
    GuiltyIff(p, S);
  }

  lemma NotAllBad(p: Params, bad: set<Id>, A: set<Id>, B: set<Id>) returns (k: Id)
    requires p.IsQuorum(A) && p.IsQuorum(B) && |bad| < 2 * p.Q() - p.n
    ensures k in A && k in B && k !in bad && k < p.n
  {
    Overlap(p, A, B);
    if A * B <= bad { SubsetSize(A * B, bad); assert false; }
    k :| k in A * B && k !in bad;
  }

  // Innocent k voted for (v,n,d) and for (v,n,d').
  lemma SameVote(p: Params, S: set<Msg>, k: Id, c: PCert, c': PCert)
    requires k < p.n && k !in GuiltySet(p, S) && CertIn(p, S, c) && CertIn(p, S, c') && k in c.voters && k in c'.voters
    requires c.view == c'.view && c.seqno == c'.seqno
    ensures c.digest == c'.digest
  {
    var a := VoteMsg(p, c.view, c.seqno, c.digest, c.nv, k);
    var b := VoteMsg(p, c.view, c.seqno, c'.digest, c'.nv, k);
    Innocent(p, S, k, a, b);
    assert IsVote(p, a) && IsVote(p, b);
    var key := Slot(c.view, c.seqno, k);
    assert key in Claims(p, a) && key in Claims(p, b);
    assert !Contradict(p, a, b);
    assert Claims(p, a)[key] == Claims(p, b)[key];
  }

  // The new-view an innocent voter of c relied on: any in T with the digest that the vote names.
  lemma VoterNewView(p: Params, S: set<Msg>, T: set<Msg>, k: Id, c: PCert) returns (V: map<Id, VC>, O: map<SeqNo, Digest>)
    requires T <= S && k < p.n && k !in GuiltySet(p, S) && CertIn(p, T, c) && k in c.voters && c.view > 0
    ensures NewView(c.view, V, O) in T && ValidNewView(p, c.view, V, O) && Respects(p, V, O, c.seqno, c.digest)
  {
    var m :| m in T && m.NewView? && p.nvHash(m.view, m.V, m.O) == c.nv;
    var a := VoteMsg(p, c.view, c.seqno, c.digest, c.nv, k);
    Innocent(p, S, k, a, m);
    assert IsVote(p, a) && Names(p, a, m);
    V, O := m.V, m.O;
  }

  lemma CertInMono(p: Params, T: set<Msg>, S: set<Msg>, c: PCert)
    requires T <= S && CertIn(p, T, c)
    ensures CertIn(p, S, c)
  {
  }
  lemma ProofMono(p: Params, T: set<Msg>, S: set<Msg>, cc: CCert, pc: PCert)
    requires T <= S && PbftEvidence.CommitProof(p, T, cc, pc)
    ensures PbftEvidence.CommitProof(p, S, cc, pc)
  {
    CertInMono(p, T, S, pc);
  }

  // An innocent replica that committed in v reports it in its later view-changes.
  lemma Reported(p: Params, S: set<Msg>, k: Id, cc: CCert, vc: VC)
    requires k < p.n && k !in GuiltySet(p, S) && Commit(cc.view, cc.seqno, cc.digest, k) in S && ViewChange(vc) in S
    requires vc.from == k && cc.view < vc.newView
    ensures Reports(vc, cc.view, cc.seqno)
  {
    var a, b := Commit(cc.view, cc.seqno, cc.digest, k), ViewChange(vc);
    Innocent(p, S, k, a, b);
    assert !Conceals(a, b);
  }
  // What a view-change in a valid new-view reports at n is carried on: the new-view proposes the batch of a certificate as late.
  lemma Carried(p: Params, w: View, V: map<Id, VC>, O: map<SeqNo, Digest>, k: Id, v: View, n: SeqNo, d: Digest) returns (m: Id)
    requires ValidNewView(p, w, V, O) && Respects(p, V, O, n, d) && k in V && Reports(V[k], v, n)
    ensures m in V && n in V[m].P && V[m].P[n].digest == d && v <= V[m].P[n].view < w && V[m].P[n].seqno == n && ValidPCert(p, V[m].P[n])
  {
    LatestBound(p, V, p.n, k);
    assert n in V[k].P && V[k].P[n].view >= v;
    assert n in O && SlotOk(Base(p, V).seqno, V, O, n) && ChoiceOk(V, n, O[n]);
    m :| m in V && n in V[m].P && V[m].P[n].digest == O[n]
      && forall j :: j in V && n in V[j].P ==> V[j].P[n].view <= V[m].P[n].view;
    assert ValidVC(p, V[m]);
  }

  // Once d is committed at n in view v, every certificate for n in views >= v carries d - or many are guilty.
  // T is the part of the evidence S in which the later certificate is explained; nothing else need be.
  lemma Key(p: Params, S: set<Msg>, T: set<Msg>, cc: CCert, pc: PCert, c: PCert)
    requires T <= S && ClosedAt(p, T, cc.seqno) && |GuiltySet(p, S)| < 2 * p.Q() - p.n
    requires PbftEvidence.CommitProof(p, S, cc, pc)
    requires ValidPCert(p, c) && CertIn(p, T, c) && c.seqno == cc.seqno && c.view >= cc.view
    ensures c.digest == cc.digest
    decreases c.view
  {
    var bad := GuiltySet(p, S);
    var v, n := cc.view, cc.seqno;
    if c.view == v {
      var k := NotAllBad(p, bad, pc.voters, c.voters);
      CertInMono(p, T, S, c);
      SameVote(p, S, k, pc, c);
    } else {
      // an innocent voter of the later certificate, and the new-view it relied on
      var j := NotAllBad(p, bad, c.voters, c.voters);
      var V, O := VoterNewView(p, S, T, j, c);
      assert MsgClosedAt(p, T, NewView(c.view, V, O), n);
      // an innocent replica that both committed in v and contributed its view-change message to V
      var k := NotAllBad(p, bad, cc.signers, V.Keys);
      assert ViewChange(V[k]) in T;
      Reported(p, S, k, cc, V[k]);
      var m := Carried(p, c.view, V, O, k, v, n, c.digest);
      assert MsgClosedAt(p, T, ViewChange(V[m]), n);
      Key(p, S, T, cc, pc, V[m].P[n]);
    }
  }

  // Two conflicting commits at one place => at least 2Q - n >= f + 1 guilty replicas. T and T' are the parts of the evidence that prove
  // the one and the other, each closed at that place; only the one with the later view need be.
  lemma AccountabilityOfParts(p: Params, S: set<Msg>, T: set<Msg>, cc: CCert, pc: PCert, T': set<Msg>, cc': CCert, pc': PCert)
    requires T <= S && PbftEvidence.CommitProof(p, T, cc, pc) && (cc.view > cc'.view ==> ClosedAt(p, T, cc.seqno))
    requires T' <= S && PbftEvidence.CommitProof(p, T', cc', pc') && (cc.view <= cc'.view ==> ClosedAt(p, T', cc.seqno))
    requires cc.seqno == cc'.seqno && cc.digest != cc'.digest
    ensures |GuiltySet(p, S)| >= 2 * p.Q() - p.n >= p.f + 1
  {
    if |GuiltySet(p, S)| < 2 * p.Q() - p.n {
      ProofMono(p, T, S, cc, pc);
      ProofMono(p, T', S, cc', pc');
      if cc.view <= cc'.view { Key(p, S, T', cc, pc, pc'); } else { Key(p, S, T, cc', pc', pc); }
    }
  }
  lemma Accountability(p: Params, S: set<Msg>, cc: CCert, pc: PCert, cc': CCert, pc': PCert)
    requires ClosedAt(p, S, cc.seqno) && PbftEvidence.CommitProof(p, S, cc, pc) && PbftEvidence.CommitProof(p, S, cc', pc')
    requires cc.seqno == cc'.seqno && cc.digest != cc'.digest
    ensures |GuiltySet(p, S)| >= 2 * p.Q() - p.n >= p.f + 1
  {
    AccountabilityOfParts(p, S, S, cc, pc, S, cc', pc');
  }

  lemma CheckpointsContradict(p: Params, k: Id, c: CkCert, c': CkCert)
    requires c.seqno == c'.seqno && c.digest != c'.digest
    ensures Judge(p, Checkpoint(c.seqno, c.digest, k), Checkpoint(c'.seqno, c'.digest, k)).Some?
  {
    var a, b := Checkpoint(c.seqno, c.digest, k), Checkpoint(c'.seqno, c'.digest, k);
    assert CkptAt(c.seqno, k) in Claims(p, a) && CkptAt(c.seqno, k) in Claims(p, b);
    assert Contradict(p, a, b);
  }
  // Two conflicting stable checkpoints => at least 2Q - n guilty replicas.
  lemma CheckpointAccountability(p: Params, S: set<Msg>, c: CkCert, c': CkCert)
    requires CkProof(p, S, c) && CkProof(p, S, c') && c.seqno == c'.seqno && c.digest != c'.digest
    ensures |GuiltySet(p, S)| >= 2 * p.Q() - p.n >= p.f + 1
  {
    if |GuiltySet(p, S)| < 2 * p.Q() - p.n {
      var k := NotAllBad(p, GuiltySet(p, S), c.signers, c'.signers);
      var a, b := Checkpoint(c.seqno, c.digest, k), Checkpoint(c'.seqno, c'.digest, k);
      Innocent(p, S, k, a, b);
      CheckpointsContradict(p, k, c, c');
    }
  }

  // More (or better) evidence never clears anybody.
  lemma GuiltyMonotone(p: Params, S: set<Msg>, S': set<Msg>)
    requires S <= S'
    ensures GuiltySet(p, S) <= GuiltySet(p, S')
  {
  }
  lemma ClosedUnion(p: Params, S: set<Msg>, S': set<Msg>, n: SeqNo)
    requires ClosedAt(p, S, n) && ClosedAt(p, S', n)
    ensures ClosedAt(p, S + S', n)
  {
    forall m | m in S + S' ensures MsgClosedAt(p, S + S', m, n) {
      if m in S { assert MsgClosedAt(p, S, m, n); } else { assert MsgClosedAt(p, S', m, n); }
    }
  }
  // What is closed is closed at every place.
  lemma ClosedEverywhere(p: Params, S: set<Msg>, n: SeqNo)
    requires Closed(p, S)
    ensures ClosedAt(p, S, n)
  {
    forall m | m in S ensures MsgClosedAt(p, S, m, n) { assert MsgClosed(p, S, m); }
  }

  // ================= No framing: the protocol never makes an honest replica guilty =================

  ghost predicate CollisionFree(p: Params) {
    forall v, V, O, v', V', O' :: p.nvHash(v, V, O) == p.nvHash(v', V', O') ==> v == v' && V == V' && O == O'
  }
  // Proofs that are passed on, fetches and replies are no evidence about their sender: S may hold any of them, whether sent or not.
  ghost predicate Courier(m: Msg) { m.CommitProof? || m.StableProof? || m.Fetch? || m.Reply? }
  // The signatures on S verify: what bears an honest replica's name was sent by it.
  ghost predicate Signed(e: Env, net: set<Msg>, S: set<Msg>) { forall m :: m in S ==> Courier(m) || AuthMsg(e, net, m) }

  lemma VoteShape(p: Params, m: Msg)
    requires IsVote(p, m)
    ensures m == VoteMsg(p, m.view, m.seqno, m.digest, m.nv, Sender(p, m))
  {
  }

  lemma HonestConsistent(e: Env, s: Sys, i: Id, a: Msg, b: Msg)
    requires Inv(e, s) && Honest(e, i) && a in s.net && b in s.net && Sender(e.p, a) == i && Sender(e.p, b) == i
    ensures !Contradict(e.p, a, b)
  {
    assert RepInv(e, s.net, i, s.reps[i]);
    var ca, cb := Claims(e.p, a), Claims(e.p, b);
    forall k | k in ca && k in cb ensures ca[k] == cb[k] {
      if IsVote(e.p, a) { VoteShape(e.p, a); }
      if IsVote(e.p, b) { VoteShape(e.p, b); }
      match k {
        case NvOf(v, _) => 
        case Slot(v, n, _) => 
        case CkptAt(n, _) =>
        case ViewChangeOf(v, _) =>
        case NewViewOf(v, _) =>
      }
    }
  }

  lemma HonestInnocent(e: Env, s: Sys, S: set<Msg>, i: Id, a: Msg, b: Msg)
    requires CollisionFree(e.p) && Inv(e, s) && Signed(e, s.net, S) && Honest(e, i)
    requires a in S && b in S && Sender(e.p, a) == i
    ensures Judge(e.p, a, b).None?
  {
    if Courier(a) { return; }
    assert AuthMsg(e, s.net, a);
    assert Courier(b) || AuthMsg(e, s.net, b);
    var r := s.reps[i];
    assert RepInv(e, s.net, i, r);
    if Contradict(e.p, a, b) {
      assert Sender(e.p, b) == i;
      HonestConsistent(e, s, i, a, b);
    }
    if Names(e.p, a, b) {
      VoteShape(e.p, a);
      assert Justified(e, s.net, a.view, a.seqno, a.digest, a.nv);
      reveal Justified();
      var V, O :| NvOk(e, s.net, a.view, V, O) && e.p.nvHash(a.view, V, O) == a.nv && Respects(e.p, V, O, a.seqno, a.digest);
      reveal NvOk();
      assert b.view == a.view && b.V == V && b.O == O;
    }
  }

  // In no behavior, with any number of faulty replicas, does any signed evidence make an honest replica guilty.
  lemma NoFraming(e: Env, b: seq<Sys>, k: nat, S: set<Msg>)
    requires CollisionFree(e.p) && Behavior(e, b) && k < |b| && Signed(e, b[k].net, S)
    ensures forall i :: Honest(e, i) ==> !Guilty(e.p, S, i)
    ensures GuiltySet(e.p, S) <= e.faulty
  {
    BehaviorInv(e, b, k);
    forall i | Honest(e, i) ensures !Guilty(e.p, S, i) {
      forall x, y | x in S && y in S && Sender(e.p, x) == i ensures Judge(e.p, x, y).None? {
        HonestInnocent(e, b[k], S, i, x, y);
      }
    }
    GuiltyIff(e.p, S);
  }
}
