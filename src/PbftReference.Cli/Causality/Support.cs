using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Causality;

/// <summary>The signed statements that an event rests on.</summary>
/// <param name="What">What they are.</param>
/// <param name="Needed">How many are needed.</param>
/// <param name="Signers">Who signed, and with which revision of the own stream; -1 for what is the replica's own.</param>
internal sealed record Support(string What, int Needed, ImmutableArray<(ReplicaId Replica, long SignedAt)> Signers)
{
    /// <summary>Those of an event; null if it rests on nobody else's.</summary>
    /// <param name="change">The event.</param>
    /// <param name="after">The state after its step.</param>
    public static Support? Of(ReplicaEvent change, ReplicaState after) => change switch
    {
        Prepared e when SlotOf(after, e.SequenceNumber)?.Certificate is { } c => OfVotes("votes for the proposal", after, c.Votes),
        CommittedLocal e when SlotOf(after, e.SequenceNumber)?.Decision is { } c => OfVotes("commits", after, c.Votes),
        CommitProofAccepted e => OfVotes("commits in the proof", after, e.Proof.Commit.Votes),
        CheckpointStable e when after.Stable.SequenceNumber == e.SequenceNumber => OfVotes("checkpoints of the same state", after, after.Stable.Votes),
        StableProofAccepted e => OfVotes("checkpoints in the proof", after, e.Certificate.Votes),
        NewViewSent e => OfNewView(after, e.NewView),
        ViewEntered e => OfNewView(after, e.NewView),
        ViewChangeSent { Reason: ViewChangeReason.Joined } => new Support("view-changes of others for this view or a later one", after.Configuration.WeakQuorum, OfViewChanges(after)),
        TransferStarted e => new Support("replicas that signed the checkpoint", after.Configuration.WeakQuorum, [.. e.Sources.Select(source => (source, -1L))]),
        _ => null,
    };

    private static Slot? SlotOf(ReplicaState state, SequenceNumber n) => Core.Predicates.InWindow(state, n) ? state.SlotAt(n) : null;

    private static Support OfVotes(string what, ReplicaState state, ImmutableArray<Vote> votes) =>
        new(what, state.Configuration.Quorum, [.. votes.Select(vote => (vote.Replica, RevisionOf(vote.Signature)))]);

    private static Support? OfNewView(ReplicaState state, Digest newView) => state.NewViews.TryGetValue(newView, out var signed)
        ? new Support("view-changes in the new-view", state.Configuration.Quorum, [.. signed.Statement.ViewChanges.Select(m => (m.Statement.Replica, RevisionOf(m.Signature)))])
        : null;

    private static ImmutableArray<(ReplicaId, long)> OfViewChanges(ReplicaState state) =>
        [.. state.ViewChanges.Where(m => m is not null && m.Statement.Replica != state.Self && m.Statement.NewView >= state.View).Select(m => (m!.Statement.Replica, RevisionOf(m.Signature)))];

    private static long RevisionOf(Signature signature) => signature.IsOwn ? -1 : signature.Revision;
}
