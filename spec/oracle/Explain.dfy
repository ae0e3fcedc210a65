include "Trace.dfy"
// Which guard refuses an action: the first that is false, by name. PbftExplain proves (proof/ExplainOk.dfy) that a guard is named if
// and only if the oracle refuses.
module PbftExplain {
  import opened PbftTypes
  import opened PbftReplica
  import opened PbftSystem
  import opened PbftEvidence
  import opened PbftTrace

  datatype Guard =
    | RequestsDelivered       // every request of a proposal came with its client's signature (section 4.1)
    | ProposalDelivered       // the primary's pre-prepare came (section 4.2)
    | BatchAtHand             // the batch of the digest came (section 4.2)
    | VotesDelivered          // every vote of the prepared certificate came (section 4.2)
    | CommitsDelivered        // every commit of the commit certificate came (section 4.2)
    | CheckpointsDelivered    // every checkpoint of the certificate came (section 4.3)
    | ViewChangesDelivered    // every view-change in the new-view came (section 4.4)
    | NewViewDelivered        // the new-view came (section 4.4)
    | NewViewKnown            // the new-view that a certificate names is at hand
    | ViewActive              // the replica takes part in its view (section 4.4)
    | SameView                // the message is of the replica's view (section 4.2)
    | SameNewView             // it names the new-view that the replica entered its view with
    | IsPrimary               // only the view's primary does this (sections 4.2, 4.4)
    | IsBackup                // the view's primary does not do this (sections 4.2, 4.4)
    | BetweenWatermarks       // h < n <= H (section 4.2)
    | NoOtherProposal         // one proposal a place and view (section 4.2)
    | NotExecutedYet          // no request of the proposal is executed (section 4.1)
    | ProposalStands          // the certificate is for the standing proposal (section 4.2)
    | PreparedCertificateValid // a quorum of votes, the primary's among them (section 4.2)
    | CommitCertificateValid  // a quorum of commits (section 4.2)
    | CertificatesMatch       // both certificates are about one view, place and digest (section 4.2)
    | ViewReached             // the certificate is of a view that the replica has been in
    | NotCommittedOtherwise   // nothing else is committed at the place (section 4.2)
    | CommittedNext           // the next place is committed (section 4.2)
    | AtCheckpoint            // a multiple of K, not below h (section 4.3)
    | NotSignedYet            // one checkpoint a place (section 4.3)
    | AboveLowWatermark       // h only rises (section 4.3)
    | CheckpointCertificateValid // a quorum of equal checkpoints (section 4.3)
    | OwnCheckpoint           // with the replica's own among them (section 4.3)
    | Behind                  // state is fetched only by a replica that is behind (section 4.6)
    | WeakCertificateValid    // f+1 signed for the state (section 4.6)
    | StateDigestMatches      // the state has the digest that was signed (section 4.6)
    | LaterView               // a replica asks for a later view only (section 4.4)
    | ViewNotEntered          // a view is entered once (section 4.4)
    | NewViewValid            // the new-view follows from a quorum of valid view-changes (section 4.4)

  function First(a: Option<Guard>, b: Option<Guard>): Option<Guard> { if a.Some? then a else b }
  function Unless(holds: bool, g: Guard): Option<Guard> { if holds then None else Some(g) }

  function WhyNotWitnessed(p: Params, x: Peer, l: Local): Option<Guard> {
    match l
    case LPropose(_, d)     => Unless(forall q :: q in p.Requests(d) ==> Request(q) in x.log, RequestsDelivered)
    case LPrepare(n, d)     =>
      First(Unless(PrePrepare(x.r.view, n, d, x.r.nv) in x.log, ProposalDelivered), Unless(HasBatch(x.log, n, d), BatchAtHand))
    case LCommit(pc)        => Unless(HasVotes(p, x.log, pc), VotesDelivered)
    case LCommitted(cc, pc) =>
      First(Unless(CertKnown(x.known, pc), NewViewKnown),
        First(Unless(HasCommits(x.log, cc), CommitsDelivered), Unless(HasVotes(p, x.log, pc), VotesDelivered)))
    case LExecute           =>
      Unless(x.r.lastExec + 1 in x.r.committed ==> HasBatch(x.log, x.r.lastExec + 1, x.r.committed[x.r.lastExec + 1]), BatchAtHand)
    case LStable(ck)        => Unless(HasCheckpoints(x.log, ck), CheckpointsDelivered)
    case LTransfer(ck, _)   => Unless(ck == x.r.stable || HasCheckpoints(x.log, ck), CheckpointsDelivered)
    case LNewView(V, _)     => Unless(forall i :: i in V ==> ViewChange(V[i]) in x.log, ViewChangesDelivered)
    case LEnterView(v, V, O) => Unless(NewView(v, V, O) in x.log, NewViewDelivered)
    case _                  => None
  }
  function WhyNotInView(r: Replica, v: View, h: Digest): Option<Guard> {
    First(Unless(r.active, ViewActive), First(Unless(v == r.view, SameView), Unless(h == r.nv, SameNewView)))
  }
  function WhyNotEnabled(p: Params, id: Id, r: Replica, a: Action): Option<Guard> {
    match a
    case Propose(n, d) =>
      First(Unless(r.active, ViewActive), First(Unless(id == p.Primary(r.view), IsPrimary),
        First(Unless(InWindow(p, r, n), BetweenWatermarks), First(Unless(n !in r.accepted, NoOtherProposal),
          Unless(forall q :: q in p.Requests(d) ==> !p.Done(r.state.table, q), NotExecutedYet)))))
    case AcceptPrePrepare(v, n, d, h) =>
      First(WhyNotInView(r, v, h), First(Unless(id != p.Primary(v), IsBackup),
        First(Unless(InWindow(p, r, n), BetweenWatermarks), Unless(n !in r.accepted, NoOtherProposal))))
    case SendCommit(pc) =>
      First(WhyNotInView(r, pc.view, pc.nv), First(Unless(InWindow(p, r, pc.seqno), BetweenWatermarks),
        First(Unless(pc.seqno in r.accepted && r.accepted[pc.seqno] == pc.digest, ProposalStands),
          Unless(ValidPCert(p, pc), PreparedCertificateValid))))
    case CommitLocal(cc, pc) =>
      First(Unless(InWindow(p, r, cc.seqno), BetweenWatermarks), First(Unless(ValidCCert(p, cc), CommitCertificateValid),
        First(Unless(ValidPCert(p, pc), PreparedCertificateValid),
          First(Unless(pc.view == cc.view && pc.seqno == cc.seqno && pc.digest == cc.digest, CertificatesMatch),
            First(Unless(pc.view < r.view || (pc.view == r.view && r.active), ViewReached),
              Unless(cc.seqno in r.committed ==> r.committed[cc.seqno] == cc.digest, NotCommittedOtherwise))))))
    case Execute => Unless(r.lastExec + 1 in r.committed, CommittedNext)
    case SendCheckpoint =>
      First(Unless(r.lastExec > 0 && r.lastExec % p.K == 0 && r.stable.seqno <= r.lastExec, AtCheckpoint),
        Unless(r.lastExec !in r.ckpts, NotSignedYet))
    case MakeStable(ck) =>
      First(Unless(r.stable.seqno < ck.seqno, AboveLowWatermark), First(Unless(ValidCkCert(p, ck), CheckpointCertificateValid),
        Unless(ck.seqno in r.ckpts && r.ckpts[ck.seqno] == ck.digest, OwnCheckpoint)))
    case StateTransfer(ck, st) =>
      First(Unless(r.lastExec < ck.seqno, Behind),
        First(Unless(ck == r.stable || (r.stable.seqno < ck.seqno && ValidWeakCert(p, ck)), WeakCertificateValid),
          Unless(p.stHash(ck.seqno, st) == ck.digest, StateDigestMatches)))
    case Restart(lost) => Unless(lost.Some? ==> p.stHash(r.stable.seqno, lost.value) == r.stable.digest, StateDigestMatches)
    case StartViewChange(v) => Unless(r.view < v, LaterView)
    case SendNewView(V, O) =>
      First(Unless(!r.active, ViewNotEntered), First(Unless(id == p.Primary(r.view), IsPrimary),
        Unless(ValidNewView(p, r.view, V, O), NewViewValid)))
    case AcceptNewView(v, V, O) =>
      First(Unless(r.view < v || (r.view == v && !r.active), ViewNotEntered),
        First(Unless(id != p.Primary(v), IsBackup), Unless(ValidNewView(p, v, V, O), NewViewValid)))
  }
  function WhyNot(p: Params, i: Id, x: Peer, l: Local): Option<Guard> {
    First(WhyNotWitnessed(p, x, l), WhyNotEnabled(p, i, x.r, ActionOf(x.r, l)))
  }
}
