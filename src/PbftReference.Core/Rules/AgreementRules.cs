using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>The three phases (paper section 4.2).</summary>
internal static class AgreementRules
{
    /// <summary>
    /// Section 4.2: a backup accepts a pre-prepare of its view's primary between its watermarks if it accepted no other for this
    /// place and view and the batch has the digest; then it votes. All checks come before any change (defects D2 and D3 of Fabric).
    /// </summary>
    public static void OnPrePrepare(Turn turn, PrePrepare m, Signature signature)
    {
        var state = turn.State;
        if (RefusePlace(state, m.View, m.SequenceNumber, m.Replica) is { } refusal)
        {
            turn.Refuse(refusal);
            return;
        }

        if (!Guard.Holds(GuardName.NewViewNamed, m.NewView == state.CurrentNewView))
        {
            turn.Refuse(Refusal.WrongNewView);
            return;
        }

        var slot = state.SlotAt(m.SequenceNumber);
        var vote = slot.Votes[m.Replica.Value];
        if (!Guard.IsOn(GuardName.OneProposalPerPlace)) OnFirstPrePrepare(turn, m, signature);
        else if (vote?.View == m.View) OnSecondPrePrepare(turn, slot, vote, m);
        else if (slot.Phase == SlotPhase.Empty) OnFirstPrePrepare(turn, m, signature);
        else if (slot.View != m.View) turn.Refuse(Refusal.NotNeeded);
        else if (slot.BatchDigest != m.BatchDigest) OnEquivocation(turn, m.Replica);
        else if (m.Batch is not null && m.Batch.Digest != m.BatchDigest) turn.Refuse(Refusal.WrongDigest);
        else AcceptCarriedOver(turn, m, signature);
    }

    private static Refusal? RefusePlace(ReplicaState state, ViewNumber view, SequenceNumber n, ReplicaId sender)
    {
        if (view < state.View) return Refusal.StaleView;
        if (view > state.View || !state.Active) return Refusal.ViewNotEntered;
        if (sender == state.Self) return Refusal.Duplicate;
        if (!Guard.Holds(GuardName.PrePrepareFromPrimary, sender == state.Primary)) return Refusal.NotThePrimary;
        return Predicates.InWindow(state, n) ? null : Refusal.OutsideWatermarks;
    }

    private static void OnFirstPrePrepare(Turn turn, PrePrepare m, Signature signature)
    {
        var refusal = m.BatchDigest.IsNone
            ? (m.Batch is null ? (Refusal?)null : Refusal.WrongDigest)
            : RefuseBatch(turn.Configuration, m);
        if (refusal is not null)
        {
            turn.Refuse(refusal.Value);
        }
        else if (turn.State.PlannedEnd is { } end && m.SequenceNumber > end)
        {
            ViewChangeRules.Start(turn, turn.State.View.Next, ViewChangeReason.Planned);
        }
        else
        {
            turn.Emit(new PrePrepareAccepted(m, signature));
            turn.Emit(new PrepareSent(m.View, m.SequenceNumber, m.BatchDigest));
            turn.Multicast(new Prepare(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, turn.State.Self));
            Advance(turn, m.SequenceNumber);
        }
    }

    private static Refusal? RefuseBatch(ClusterConfiguration configuration, PrePrepare m)
    {
        if (m.Batch is null) return Refusal.BatchMissing;
        if (!Guard.Holds(GuardName.BatchDigest, m.Batch.Digest == m.BatchDigest)) return Refusal.WrongDigest;
        return m.Batch.Requests.Length > configuration.BatchSize ? Refusal.BatchTooLarge : null;
    }

    private static void OnSecondPrePrepare(Turn turn, Slot slot, PrepareVote vote, PrePrepare m)
    {
        if (vote.BatchDigest == m.BatchDigest)
        {
            var missing = m.Batch is not null && slot.MissingBatch == m.Batch.Digest;
            if (missing) AcceptBatch(turn, m.SequenceNumber, m.Batch!);
            else turn.Refuse(Refusal.Duplicate);
        }
        else
        {
            OnEquivocation(turn, m.Replica);
        }
    }

    /// <summary>The primary signed two proposals for one place: the second is kept as evidence, and its view is left (Fabric).</summary>
    private static void OnEquivocation(Turn turn, ReplicaId primary)
    {
        turn.Refuse(Refusal.ConflictingPrePrepare);
        KeepEvidence(turn, primary);
        ViewChangeRules.Start(turn, turn.State.View.Next, ViewChangeReason.Equivocation);
    }

    private static void AcceptCarriedOver(Turn turn, PrePrepare m, Signature signature)
    {
        turn.Emit(new PrePrepareAccepted(m, signature));
        Advance(turn, m.SequenceNumber);
    }

    /// <summary>
    /// Section 4.2: a prepare is kept if its place is between the watermarks and its view is not over. One of a view that this
    /// replica has not entered yet waits in its place. The primary's own vote is its pre-prepare: counting a prepare of the primary
    /// would let an equivocating primary and one backup make a certificate.
    /// </summary>
    public static void OnPrepare(Turn turn, Prepare m, Signature signature)
    {
        var state = turn.State;
        if (m.View < state.View) turn.Refuse(Refusal.StaleView);
        else if (IsFarAhead(state, m.View)) turn.Refuse(Refusal.ViewNotEntered);
        else if (!Guard.Holds(GuardName.PrimaryDoesNotPrepare, m.Replica != state.Configuration.PrimaryOf(m.View))) turn.Refuse(Refusal.PrimarySendsNoPrepare);
        else if (m.Replica == state.Self) turn.Refuse(Refusal.Duplicate);
        else if (!Predicates.InWindow(state, m.SequenceNumber)) turn.Refuse(Refusal.OutsideWatermarks);
        else if (m.View == state.View && state.Active && !Guard.Holds(GuardName.NewViewNamed, m.NewView == state.CurrentNewView)) turn.Refuse(Refusal.WrongNewView);
        else KeepPrepare(turn, m, signature);
    }

    private static void KeepPrepare(Turn turn, Prepare m, Signature signature)
    {
        var kept = turn.State.SlotAt(m.SequenceNumber).Votes[m.Replica.Value];
        if (kept is null || kept.View < m.View)
        {
            turn.Emit(new PrepareAccepted(m, signature));
            Advance(turn, m.SequenceNumber);
        }
        else if (kept.View > m.View)
        {
            turn.Refuse(Refusal.StaleView);
        }
        else
        {
            RefuseSecond(turn, m.Replica, kept.BatchDigest == m.BatchDigest && kept.NewView == m.NewView);
        }
    }

    /// <summary>Section 4.2: a commit is kept under the same conditions; its digest counts (defect D6 of Fabric).</summary>
    public static void OnCommit(Turn turn, Commit m, Signature signature)
    {
        var state = turn.State;
        if (m.View < state.View) turn.Refuse(Refusal.StaleView);
        else if (IsFarAhead(state, m.View)) turn.Refuse(Refusal.ViewNotEntered);
        else if (m.Replica == state.Self) turn.Refuse(Refusal.Duplicate);
        else if (!Predicates.InWindow(state, m.SequenceNumber)) turn.Refuse(Refusal.OutsideWatermarks);
        else KeepCommit(turn, m, signature);
    }

    /// <summary>
    /// A vote for a view more than n ahead. A place keeps the latest vote of each replica, so a liar that votes for ever higher views
    /// would fill the disk; whoever really is that far ahead says so again when asked by status.
    /// </summary>
    private static bool IsFarAhead(ReplicaState state, ViewNumber view) => view.Value - state.View.Value > state.Configuration.Replicas;

    private static void KeepCommit(Turn turn, Commit m, Signature signature)
    {
        var kept = turn.State.SlotAt(m.SequenceNumber).Commits[m.Replica.Value];
        if (kept is null || kept.View < m.View)
        {
            turn.Emit(new CommitAccepted(m, signature));
            Advance(turn, m.SequenceNumber);
        }
        else if (kept.View > m.View)
        {
            turn.Refuse(Refusal.StaleView);
        }
        else
        {
            RefuseSecond(turn, m.Replica, kept.BatchDigest == m.BatchDigest);
        }
    }

    private static void RefuseSecond(Turn turn, ReplicaId sender, bool same)
    {
        turn.Refuse(same ? Refusal.Duplicate : Refusal.ConflictingVote);
        if (!same) KeepEvidence(turn, sender);
    }

    /// <summary>Keeps a refused message whole, once per replica and view, so that a flood of lies cannot fill the log.</summary>
    public static void KeepEvidence(Turn turn, ReplicaId accused)
    {
        if (!turn.State.Accused.Contains(accused)) turn.Emit(new EvidenceKept(accused));
    }

    /// <summary>
    /// Section 4.2: with a quorum of votes the place is prepared and the replica commits; prepared and with a quorum of commits it is
    /// committed-local. No commit is sent for a view that the replica has asked to leave: that would break safety.
    /// </summary>
    public static void Advance(Turn turn, SequenceNumber n)
    {
        var state = turn.State;
        if (!Predicates.InWindow(state, n)) return;
        var slot = state.SlotAt(n);
        if (slot.Phase == SlotPhase.PrePrepared && state.Active && slot.View == state.View && Predicates.HasPrepareQuorum(state, slot))
        {
            turn.Emit(new Prepared(slot.View, n, slot.BatchDigest));
            turn.Emit(new CommitSent(slot.View, n, slot.BatchDigest));
            turn.Multicast(new Commit(slot.View, n, slot.BatchDigest, state.Self));
            slot = turn.State.SlotAt(n);
        }

        if (slot.Phase != SlotPhase.Prepared || !Predicates.HasCommitQuorum(turn.State, slot)) return;
        if (slot.Decision is { } decision && decision.BatchDigest != slot.BatchDigest)
        {
            turn.Emit(new Halted($"place {n}: {slot.BatchDigest} is committed in view {slot.View}, {decision.BatchDigest} was in view {decision.View}"));
        }
        else
        {
            turn.Emit(new CommittedLocal(slot.View, n, slot.BatchDigest));
        }
    }

    /// <summary>A batch that this replica asked for; its digest speaks for it, whoever sends it.</summary>
    public static void OnBatchData(Turn turn, BatchData m)
    {
        var state = turn.State;
        var wanted = Predicates.InWindow(state, m.SequenceNumber) && state.SlotAt(m.SequenceNumber).MissingBatch == m.Batch.Digest;
        if (wanted) AcceptBatch(turn, m.SequenceNumber, m.Batch);
        else turn.Refuse(Refusal.NotAskedFor);
    }

    private static void AcceptBatch(Turn turn, SequenceNumber n, Batch batch) => turn.Emit(new BatchAccepted(n, batch));

    /// <summary>
    /// TOCS'02 section 5.2: a replica that lags takes both certificates for a place in whatever view they were made: what is committed
    /// anywhere is final. The new-view that the votes name must be at hand, so that the log explains itself.
    /// </summary>
    public static void OnCommitProof(Turn turn, CommitProof m)
    {
        var state = turn.State;
        var n = m.Commit.SequenceNumber;
        if (n <= state.LastExecuted || n <= state.Low) turn.Refuse(Refusal.NotNeeded);
        else if (!Predicates.InWindow(state, n)) turn.Refuse(Refusal.OutsideWatermarks);
        else if (state.SlotAt(n).Decision is not null) OnSecondProof(turn, m);
        else if (!Certificates.IsValid(state.Configuration, m)) turn.Refuse(Refusal.InvalidCertificate);
        else if (Predicates.IsForgotten(state, m)) OnForgotten(turn, m);
        else if (!NewViewRules.IsAtHand(state, m.Prepared)) OnUnexplainedProof(turn, m);
        else turn.Emit(new CommitProofAccepted(m));
    }

    /// <summary>
    /// The proof holds a vote or commit of this replica that its log does not know: the log was taken back to an older state, or another
    /// process has the same key. Going on, it would sign against what it has forgotten.
    /// </summary>
    private static void OnForgotten(Turn turn, CommitProof m) => turn.Emit(new Halted(
        $"place {m.Commit.SequenceNumber}: this replica voted or committed for {m.Commit.BatchDigest} in view {m.Commit.View}, and its log does not know: it is older than what was sent, or another process has this replica's key"));

    private static void OnSecondProof(Turn turn, CommitProof m)
    {
        var missing = m.Batch is not null && turn.State.SlotAt(m.Commit.SequenceNumber).MissingBatch == m.Batch.Digest;
        if (missing) AcceptBatch(turn, m.Commit.SequenceNumber, m.Batch!);
        else turn.Refuse(Refusal.Duplicate);
    }

    /// <summary>
    /// The new-view that it names is fetched, and wanted from now on even if its view is over here: a replica that skipped that view, or
    /// is alone in asking for the next, would otherwise stay behind for ever. The sender will show the proof again.
    /// </summary>
    private static void OnUnexplainedProof(Turn turn, CommitProof m)
    {
        var named = m.Prepared.NewView;
        if (turn.State.WantedNewViews.Contains(named)) turn.Refuse(Refusal.NewViewMissing);
        else turn.Emit(new NewViewWanted(named));
        turn.Send(m.Replica, new FetchNewView(named, turn.State.Self));
    }
}
