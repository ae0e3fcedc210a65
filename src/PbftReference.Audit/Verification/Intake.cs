using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Whether what an event took in is what the input of its step brought, or what waited since an earlier one. Without it a record could say
/// that one message came and that another one was taken, or that a message was refused and taken all the same.
/// </summary>
internal static class Intake
{
    /// <summary>Whether an event took what it says.</summary>
    /// <param name="replicaEvent">The event.</param>
    /// <param name="step">Its step.</param>
    /// <param name="before">The state before the event.</param>
    public static bool IsRight(ReplicaEvent replicaEvent, Step step, ReplicaState before) => replicaEvent is EvidenceKept e
        ? IsBySender(e.Accused, step.Input, before)
        : (step.Refusal is null && IsBrought(replicaEvent, step.Input, before)) || Waited(replicaEvent, before);

    private static bool IsBrought(ReplicaEvent replicaEvent, Input input, ReplicaState before) => replicaEvent switch
    {
        Started e => input is ReplicaStarted started && started.Incarnation == e.Incarnation,
        RequestAccepted e => InputContent.Carries(input, e.Request.Statement, e.Request.Signature),
        PrePrepareAccepted e => InputContent.Carries(input, e.PrePrepare, e.Signature),
        PrepareAccepted e => InputContent.Carries(input, e.Prepare, e.Signature),
        CommitAccepted e => InputContent.Carries(input, e.Commit, e.Signature),
        CommitProofAccepted e => InputContent.Carries(input, e.Proof),
        BatchAccepted e => InputContent.Carries(input, e.Batch) && PlaceOf(input) == e.SequenceNumber,
        BatchExecuted e => IsExecuted(e, input, before),
        CheckpointAccepted e => InputContent.Carries(input, e.Checkpoint, e.Signature),
        StableProofAccepted e => InputContent.Carries(input, e.Certificate),
        ManifestAccepted e => InputContent.Carries(input, e.Manifest),
        TransferStaged e => InputContent.Carries(input, e.Missing),
        PagesAccepted e => input is MessageReceived { Message: StatePages m } && m.Pages.Select(page => page.Index).SequenceEqual(e.Pages),
        TransferCompleted e => IsInstalled(e, input),
        ViewChangeAccepted e => InputContent.Carries(input, e.ViewChange, e.Signature),
        ViewChangeDeferred e => InputContent.Carries(input, e.ViewChange, e.Signature),
        NewViewAccepted e => InputContent.Carries(input, e.NewView, e.Signature),
        NewViewDeferred e => InputContent.Carries(input, e.NewView, e.Signature),
        _ => false,
    };

    // What does not take anything in may happen on any input, and so may what had been put aside.
    private static bool Waited(ReplicaEvent replicaEvent, ReplicaState before) => replicaEvent switch
    {
        ViewChangeAccepted e => Waited(e, before),
        NewViewAccepted e => Waited(e, before),
        StableProofAccepted e => IsInViewChange(e.Certificate, before),
        Started or RequestAccepted or PrePrepareAccepted or PrepareAccepted or CommitAccepted or CommitProofAccepted or BatchAccepted or BatchExecuted => false,
        CheckpointAccepted or ManifestAccepted or TransferStaged or PagesAccepted or TransferCompleted or ViewChangeDeferred or NewViewDeferred => false,
        _ => true,
    };

    private static SequenceNumber? PlaceOf(Input input) => (input as MessageReceived)?.Message switch
    {
        BatchData m => m.SequenceNumber,
        PrePrepare m => m.SequenceNumber,
        CommitProof m => m.Commit.SequenceNumber,
        _ => null,
    };

    // The service is not asked for a batch of which nothing takes effect.
    private static bool IsExecuted(BatchExecuted e, Input input, ReplicaState before) =>
        (e.Results.IsEmpty && e.ServiceDigest == before.ServiceDigest)
        || (input is ExecutionCompleted completed
            && completed.SequenceNumber == e.SequenceNumber
            && completed.ServiceDigest == e.ServiceDigest
            && InputContent.Carries(input, e.Results));

    private static bool IsInstalled(TransferCompleted e, Input input) =>
        input is StateInstalled installed
        && installed.SequenceNumber == e.SequenceNumber
        && installed.StateDigest == e.StateDigest
        && installed.ServiceDigest == e.ServiceDigest
        && InputContent.Carries(input, e.Clients);

    // What convicts is the message that came, or one that waited for another.
    private static bool IsBySender(ReplicaId accused, Input input, ReplicaState before) =>
        (input is MessageReceived { Message: ReplicaMessage message } && message.Replica == accused)
        || Member(before.DeferredViewChanges, accused) is not null
        || Member(before.DeferredNewViews, accused) is not null;

    // It was taken right before, out of those that waited.
    private static bool IsInViewChange(CheckpointCertificate certificate, ReplicaState before) =>
        before.ViewChanges.Any(vc => vc is not null && ReferenceOrSame(vc.Statement.Stable, certificate));

    private static bool ReferenceOrSame(CheckpointCertificate left, CheckpointCertificate right) =>
        ReferenceEquals(left, right)
        || (left.SequenceNumber == right.SequenceNumber && left.StateDigest == right.StateDigest && left.Votes.AsSpan().SequenceEqual(right.Votes.AsSpan()));

    private static bool Waited(ViewChangeAccepted e, ReplicaState before) =>
        Member(before.DeferredViewChanges, e.ViewChange.Replica) is { } waiting
        && waiting.Statement.StatementDigest == e.ViewChange.StatementDigest
        && waiting.Signature.Equals(e.Signature);

    private static bool Waited(NewViewAccepted e, ReplicaState before) =>
        Member(before.DeferredNewViews, e.NewView.Replica) is { } waiting
        && waiting.Statement.StatementDigest == e.NewView.StatementDigest
        && waiting.Signature.Equals(e.Signature);

    private static T? Member<T>(System.Collections.Immutable.ImmutableArray<T?> all, ReplicaId replica)
        where T : class => replica.Value >= 0 && replica.Value < all.Length ? all[replica.Value] : null;
}
