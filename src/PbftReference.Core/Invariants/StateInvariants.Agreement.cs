using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Invariants;

/// <summary>Places, views and view changes.</summary>
public static partial class StateInvariants
{
    private static void Place(ReplicaState state, Slot slot, Findings broken)
    {
        PhaseOf(state, slot, broken);
        CertificatesOf(state, slot, broken);
        OwnVotesOf(state, slot, broken);
        BatchOf(slot, broken);
    }

    /// <summary>
    /// A place that is prepared has its certificate, one that is committed-local its decision. A proposal stands in the current view only,
    /// and none while the replica asks for another; what others proved may be of any view (sections 4.2, 4.4).
    /// </summary>
    private static void PhaseOf(ReplicaState state, Slot slot, Findings broken)
    {
        var n = slot.SequenceNumber;
        if (slot.Phase == SlotPhase.CommittedLocal)
        {
            broken.Unless(slot.Decision?.View == slot.View && slot.Decision.BatchDigest == slot.BatchDigest, $"place {n} is committed-local without a decision");
            return;
        }

        if (slot.Phase == SlotPhase.Empty) return;
        broken.Unless(state.Phase is ReplicaPhase.Normal or ReplicaPhase.Halted && slot.View == state.View, $"a proposal of view {slot.View} stands at {n} in view {state.View}, {state.Phase}");
        if (slot.Phase != SlotPhase.Prepared) return;
        var fits = slot.Certificate?.View == slot.View && slot.Certificate.BatchDigest == slot.BatchDigest;
        broken.Unless(fits, $"place {n} is prepared in view {slot.View} without a certificate");
    }

    /// <summary>
    /// Certificates are of their place and have their quorum; a decision comes with the prepared certificate of the same view and digest,
    /// and the certificate of the highest view is not older than it (section 4.2).
    /// </summary>
    private static void CertificatesOf(ReplicaState state, Slot slot, Findings broken)
    {
        var n = slot.SequenceNumber;
        if (slot.Certificate is { } certificate)
        {
            broken.Unless(certificate.SequenceNumber == n && Certificates.IsValid(state.Configuration, certificate), $"the prepared certificate at {n} is not one");
        }

        broken.Unless(slot.Decision is null == slot.DecisionPrepared is null, $"place {n} has one half of its decision");
        if (slot.Decision is not { } decision || slot.DecisionPrepared is not { } prepared) return;
        var fits = prepared.View == decision.View && prepared.BatchDigest == decision.BatchDigest && decision.SequenceNumber == n && prepared.SequenceNumber == n;
        broken.Unless(fits, $"the halves of the decision at {n} do not fit together");
        broken.Unless(Certificates.IsValid(state.Configuration, prepared), $"the prepared half of the decision at {n} is not a certificate");
        broken.Unless(IsQuorum(state.Configuration, decision.Votes), $"the commits of the decision at {n} are no quorum");
        broken.Unless(slot.Certificate?.View >= prepared.View, $"the certificate at {n} is older than the decision");
    }

    /// <summary>
    /// This replica's own votes: not of a later view; where a proposal of the current view stands, for that proposal and by the new-view
    /// that it entered the view with; and it committed only to what it has a prepared certificate for (section 4.2).
    /// </summary>
    private static void OwnVotesOf(ReplicaState state, Slot slot, Findings broken)
    {
        var n = slot.SequenceNumber;
        var vote = slot.Votes[state.Self.Value];
        var commit = slot.Commits[state.Self.Value];
        broken.Unless(vote is null || (vote.View <= state.View && vote.Signature.IsOwn), $"the own vote at {n} is not of this replica's views");
        if (slot.Phase is SlotPhase.PrePrepared or SlotPhase.Prepared)
        {
            broken.Unless(Predicates.IsVoteFor(state, slot, vote), $"the own vote at {n} is not for the standing proposal");
        }

        if (commit is null) return;
        broken.Unless(commit.View <= state.View && commit.Signature.IsOwn, $"the own commit at {n} is not of this replica's views");
        broken.Unless(slot.Certificate?.View >= commit.View, $"the own commit at {n} in view {commit.View} has no certificate");
        var same = slot.Certificate?.View != commit.View || slot.Certificate.BatchDigest == commit.BatchDigest;
        broken.Unless(same, $"the own commit at {n} is not for what is prepared");
    }

    /// <summary>The batch at a place has the decided digest, else the standing one.</summary>
    private static void BatchOf(Slot slot, Findings broken)
    {
        if (slot.Batch is not { } batch) return;
        var wanted = slot.Decision?.BatchDigest ?? (slot.Phase == SlotPhase.Empty ? batch.Digest : slot.BatchDigest);
        broken.Unless(wanted.IsNone || batch.Digest == wanted, $"the batch at {slot.SequenceNumber} has the digest {batch.Digest.ToShortString()}, not {wanted.ToShortString()}");
    }

    /// <summary>
    /// In view 0 no new-view is named; in a later one the named one is at hand and of this view; between two views none is, and this
    /// replica's view-change for the view that it waits for is (section 4.4).
    /// </summary>
    private static void Views(ReplicaState state, Findings broken)
    {
        broken.Unless(state.View.Value >= 0 && state.ProgressView <= state.View, $"progress was made in view {state.ProgressView}, after view {state.View}");
        var own = state.ViewChanges[state.Self.Value];
        if (state.Phase == ReplicaPhase.Normal)
        {
            var entered = state.View.Value == 0
                ? state.CurrentNewView.IsNone
                : state.NewViews.TryGetValue(state.CurrentNewView, out var current) && current.Statement.View == state.View;
            broken.Unless(entered, $"view {state.View} was entered without its new-view");
            broken.Unless(own is null, $"in view {state.View}, and yet asking for view {own?.Statement.NewView}");
        }

        if (state.Phase != ReplicaPhase.ViewChanging) return;
        broken.Unless(state.CurrentNewView.IsNone, $"a new-view is named while view {state.View} is waited for");
        broken.Unless(own?.Statement.NewView == state.View, $"waiting for view {state.View} without having asked for it");
        broken.Unless(own is null || own.Signature.IsOwn, "the own view-change bears a signature");
    }

    /// <summary>
    /// View-changes stand at their sender's index, are valid, and those of the others are not over: for the view that is waited for, or
    /// a later one than this replica is in.
    /// </summary>
    private static void ViewChanges(ReplicaState state, Findings broken)
    {
        foreach (var list in (ReadOnlySpan<ImmutableArray<Signed<ViewChange>?>>)[state.ViewChanges, state.DeferredViewChanges])
        {
            broken.Unless(list.Length == state.Configuration.Replicas, $"there is room for {list.Length} view-changes");
            for (var i = 0; i < list.Length; i++)
            {
                if (list[i]?.Statement is not { } m) continue;
                broken.Unless(m.Replica.Value == i && Certificates.IsValid(state.Configuration, m), $"the view-change at {i} is not a valid one of replica {i}");
                broken.Unless(!state.Active || m.NewView > state.View, $"replica {i} asks for view {m.NewView} and view {state.View} is entered");
            }
        }
    }

    /// <summary>
    /// New-views stand under their digest, and whatever a certificate here or a kept view-change names is at hand, so that the log explains
    /// itself to an auditor.
    /// </summary>
    private static void NewViews(ReplicaState state, Findings broken)
    {
        foreach (var (digest, signed) in state.NewViews)
        {
            var m = signed.Statement;
            broken.Unless(m.StatementDigest == digest && NewViewRules.IsValid(state.Configuration, m), $"the new-view of view {m.View} is not a valid one under its digest");
        }

        foreach (var slot in state.Window)
        {
            RequireAtHand(state, slot.Certificate, broken);
            RequireAtHand(state, slot.DecisionPrepared, broken);
        }

        foreach (var viewChange in state.ViewChanges)
        {
            if (viewChange is null) continue;
            foreach (var certificate in viewChange.Statement.Prepared)
            {
                if (certificate.SequenceNumber > state.Low) RequireAtHand(state, certificate, broken);
            }
        }
    }

    private static void RequireAtHand(ReplicaState state, PreparedCertificate? certificate, Findings broken)
    {
        if (certificate is null || NewViewRules.IsAtHand(state, certificate)) return;
        broken.Unless(false, $"the new-view {certificate.NewView.ToShortString()}, which the certificate at {certificate.SequenceNumber} names, is not at hand");
    }

    private static bool IsQuorum(ClusterConfiguration configuration, ImmutableArray<Vote> votes)
    {
        var last = -1;
        foreach (var vote in votes)
        {
            if (vote.Replica.Value <= last || !configuration.IsMember(vote.Replica)) return false;
            last = vote.Replica.Value;
        }

        return votes.Length >= configuration.Quorum;
    }
}
