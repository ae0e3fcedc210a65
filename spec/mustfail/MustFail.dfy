include "../proof/Fork.dfy"
include "../proof/Prune.dfy"
include "../proof/Merge.dfy"
// Lemmas that must fail: if one of these were proved, the proofs would be of nothing, or the theorems could be stronger than they are.
// expect: 10 errors
// Each must fail with an error (not by a time-out).
module PbftMustFail {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftQuorum
  import opened PbftInvariant
  import opened PbftSafety
  import opened PbftPreserve
  import opened PbftTheorem
  import opened PbftEvidence
  import opened PbftAccountability
  import opened PbftTrace
  import opened PbftTraceSound
  import opened PbftFork
  import opened PbftPrune
  import opened PbftExactlyOnce

  // the hypotheses are not contradictory
  lemma NoState(e: Env, s: Sys) requires EnvOk(e) && Inv(e, s) ensures false { }
  lemma NoTrace(e: Env, t: TState) requires EnvOk(e) && TraceInv(e, t) && AllLogsOk(e, t) ensures false { }
  lemma NoCollisionFree(p: Params) requires StHashOk(p) && CollisionFree(p) ensures false { }
  lemma NoFork(p: Params, S: set<Msg>, cc: CCert, pc: PCert, cc': CCert, pc': PCert)
    requires ClosedAt(p, S, cc.seqno) && PbftEvidence.CommitProof(p, S, cc, pc) && PbftEvidence.CommitProof(p, S, cc', pc')
    requires cc.seqno == cc'.seqno && cc.digest != cc'.digest
    ensures false
  { Accountability(p, S, cc, pc, cc', pc'); }
  // the bound is no better than proved
  lemma MoreGuilty(p: Params, S: set<Msg>, cc: CCert, pc: PCert, cc': CCert, pc': PCert)
    requires ClosedAt(p, S, cc.seqno) && PbftEvidence.CommitProof(p, S, cc, pc) && PbftEvidence.CommitProof(p, S, cc', pc')
    requires cc.seqno == cc'.seqno && cc.digest != cc'.digest
    ensures |GuiltySet(p, S)| >= 2 * p.Q() - p.n + 1
  { Accountability(p, S, cc, pc, cc', pc'); }
  // safety needs that at most f are faulty
  lemma SafeAnyway(e: Env, s: Sys, n: SeqNo, d: Digest, d': Digest)
    requires Inv(e, s) && Chosen(e, s.net, n, d) && Chosen(e, s.net, n, d')
    ensures d == d'
  { if EnvOk(e) { ChosenUnique(e, s, n, d, d'); } }
  // f signatures on a checkpoint prove nothing
  lemma WeakerCertificate(e: Env, s: Sys, ck: CkCert)
    requires EnvOk(e) && Inv(e, s) && e.p.Ids(ck.signers) && |ck.signers| >= e.p.f && ck.seqno > 0 && AuthCkCert(e, s.net, ck)
    ensures DigestOk(e, s.net, ck.seqno, ck.digest)
  { if |ck.signers| >= e.p.f + 1 && ck.seqno % e.p.K == 0 { CkCertChosen(e, s, ck); } }
  // f equal replies prove nothing
  lemma FewerReplies(e: Env, b: seq<Sys>, l: nat, x: RCert)
    requires EnvOk(e) && Behavior(e, b) && l < |b| && e.p.Ids(x.signers) && |x.signers| >= e.p.f && AuthRCert(e, b[l].net, x)
    ensures exists h :: ChosenLog(e, b[l].net, h) && ResultIn(e.p, h, x.client, x.ts, x.result)
  { if |x.signers| >= e.p.f + 1 { var h := AcceptedResult(e, b, l, x); } }
  // pruning needs that transfers lose nothing that was executed
  lemma PruneAnyway(p: Params, i: Id, x: Peer, y: Peer, l: Local)
    requires Forgot(p, x, y) && CanAct(p, i, x, l) && CanAct(p, i, y, l)
    ensures Forgot(p, LocalAct(p, i, x, l), LocalAct(p, i, y, l))
  { if KeepsDone(p, x.r, l) { ForgotAct(p, i, x, y, l); } }
  // no framing needs that NEW-VIEW digests are collision free
  lemma NoFramingWithoutCollisionFree(e: Env, b: seq<Sys>, k: nat, S: set<Msg>)
    requires Behavior(e, b) && k < |b| && Signed(e, b[k].net, S)
    ensures GuiltySet(e.p, S) <= e.faulty
  { if CollisionFree(e.p) { NoFraming(e, b, k, S); } }
}
