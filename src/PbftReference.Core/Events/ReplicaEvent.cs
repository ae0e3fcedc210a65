using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Events;

/// <summary>The kinds of events.</summary>
public enum EventKind
{
    /// <summary><see cref="Events.Started"/>.</summary>
    Started,

    /// <summary><see cref="Events.RequestAccepted"/>.</summary>
    RequestAccepted,

    /// <summary><see cref="Events.BatchTimeReached"/>.</summary>
    BatchTimeReached,

    /// <summary><see cref="Events.PrePrepareSent"/>.</summary>
    PrePrepareSent,

    /// <summary><see cref="Events.PrePrepareAccepted"/>.</summary>
    PrePrepareAccepted,

    /// <summary><see cref="Events.PrepareSent"/>.</summary>
    PrepareSent,

    /// <summary><see cref="Events.PrepareAccepted"/>.</summary>
    PrepareAccepted,

    /// <summary><see cref="Events.Prepared"/>.</summary>
    Prepared,

    /// <summary><see cref="Events.CommitSent"/>.</summary>
    CommitSent,

    /// <summary><see cref="Events.CommitAccepted"/>.</summary>
    CommitAccepted,

    /// <summary><see cref="Events.CommittedLocal"/>.</summary>
    CommittedLocal,

    /// <summary><see cref="Events.CommitProofAccepted"/>.</summary>
    CommitProofAccepted,

    /// <summary><see cref="Events.BatchAccepted"/>.</summary>
    BatchAccepted,

    /// <summary><see cref="Events.ExecutionStarted"/>.</summary>
    ExecutionStarted,

    /// <summary><see cref="Events.BatchExecuted"/>.</summary>
    BatchExecuted,

    /// <summary><see cref="Events.CheckpointSent"/>.</summary>
    CheckpointSent,

    /// <summary><see cref="Events.CheckpointAccepted"/>.</summary>
    CheckpointAccepted,

    /// <summary><see cref="Events.StableProofAccepted"/>.</summary>
    StableProofAccepted,

    /// <summary><see cref="Events.CheckpointStable"/>.</summary>
    CheckpointStable,

    /// <summary><see cref="Events.ProgressNoted"/>.</summary>
    ProgressNoted,

    /// <summary><see cref="Events.TransferStarted"/>.</summary>
    TransferStarted,

    /// <summary><see cref="Events.ManifestAccepted"/>.</summary>
    ManifestAccepted,

    /// <summary><see cref="Events.TransferStaged"/>.</summary>
    TransferStaged,

    /// <summary><see cref="Events.PagesAccepted"/>.</summary>
    PagesAccepted,

    /// <summary><see cref="Events.TransferCompleted"/>.</summary>
    TransferCompleted,

    /// <summary><see cref="Events.ViewChangeSent"/>.</summary>
    ViewChangeSent,

    /// <summary><see cref="Events.ViewChangeAccepted"/>.</summary>
    ViewChangeAccepted,

    /// <summary><see cref="Events.ViewChangeDeferred"/>.</summary>
    ViewChangeDeferred,

    /// <summary><see cref="Events.NewViewSent"/>.</summary>
    NewViewSent,

    /// <summary><see cref="Events.NewViewAccepted"/>.</summary>
    NewViewAccepted,

    /// <summary><see cref="Events.NewViewDeferred"/>.</summary>
    NewViewDeferred,

    /// <summary><see cref="Events.NewViewWanted"/>.</summary>
    NewViewWanted,

    /// <summary><see cref="Events.ViewEntered"/>.</summary>
    ViewEntered,

    /// <summary><see cref="Events.EvidenceKept"/>.</summary>
    EvidenceKept,

    /// <summary><see cref="Events.Halted"/>.</summary>
    Halted,
}

/// <summary>Why a replica asks for a new view.</summary>
public enum ViewChangeReason
{
    /// <summary>A request was not executed, or the new view did not come, in time (paper sections 4.4, 4.5.2).</summary>
    TimerExpired,

    /// <summary>f+1 others are ahead (section 4.5.2).</summary>
    Joined,

    /// <summary>The primary's keep-alive did not come (Fabric).</summary>
    NullRequestLate,

    /// <summary>The planned end of a view (Fabric: view-change period).</summary>
    Planned,

    /// <summary>The primary signed two proposals for one place.</summary>
    Equivocation,
}

/// <summary>What a replica decided, in the past tense: the only thing that changes its state. The hierarchy is closed.</summary>
public abstract record ReplicaEvent
{
    private protected ReplicaEvent()
    {
    }

    /// <summary>Which event this is.</summary>
    public abstract EventKind Kind { get; }
}

/// <summary>The process started; what was under way with the outside (execution, transfer) begins anew.</summary>
/// <param name="Incarnation">The number of this start.</param>
public sealed record Started(Digest Incarnation) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.Started;
}

/// <summary>A request waits for its execution (paper section 4.1).</summary>
/// <param name="Request">The request.</param>
public sealed record RequestAccepted(Signed<Request> Request) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.RequestAccepted;
}

/// <summary>The primary proposes the next batch even if it is not full (Fabric: batch timer).</summary>
public sealed record BatchTimeReached : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.BatchTimeReached;
}

/// <summary>The primary proposed a batch (section 4.2).</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d; <see cref="Digest.None"/> for the null request.</param>
/// <param name="Requests">The batch's requests, all of which waited.</param>
public sealed record PrePrepareSent(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, ImmutableArray<RequestId> Requests)
    : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.PrePrepareSent;
}

/// <summary>The primary's proposal stands at its place (section 4.2).</summary>
/// <param name="PrePrepare">The proposal.</param>
/// <param name="Signature">The primary's signature.</param>
public sealed record PrePrepareAccepted(PrePrepare PrePrepare, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.PrePrepareAccepted;
}

/// <summary>The backup voted (section 4.2).</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
public sealed record PrepareSent(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.PrepareSent;
}

/// <summary>Another backup's vote is kept.</summary>
/// <param name="Prepare">The vote.</param>
/// <param name="Signature">Its signature.</param>
public sealed record PrepareAccepted(Prepare Prepare, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.PrepareAccepted;
}

/// <summary>The predicate prepared holds (section 4.2): its certificate is made of the votes at hand.</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
public sealed record Prepared(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.Prepared;
}

/// <summary>The replica committed (section 4.2).</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
public sealed record CommitSent(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CommitSent;
}

/// <summary>Another replica's commit is kept.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Signature">Its signature.</param>
public sealed record CommitAccepted(Commit Commit, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CommitAccepted;
}

/// <summary>The predicate committed-local holds (section 4.2): its certificate is made of the commits at hand.</summary>
/// <param name="View">v.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d.</param>
public sealed record CommittedLocal(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CommittedLocal;
}

/// <summary>Another replica showed why a place is committed.</summary>
/// <param name="Proof">Both certificates and the batch.</param>
public sealed record CommitProofAccepted(CommitProof Proof) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CommitProofAccepted;
}

/// <summary>A batch that was missing came.</summary>
/// <param name="SequenceNumber">Its place.</param>
/// <param name="Batch">The batch.</param>
public sealed record BatchAccepted(SequenceNumber SequenceNumber, Batch Batch) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.BatchAccepted;
}

/// <summary>The service was asked to execute the next batch.</summary>
/// <param name="SequenceNumber">n, one above the last executed.</param>
public sealed record ExecutionStarted(SequenceNumber SequenceNumber) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ExecutionStarted;
}

/// <summary>A batch was executed (section 4.2).</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="Results">A result for each of its requests that was not executed before, in order.</param>
/// <param name="ServiceDigest">Digest of the service's state after it.</param>
public sealed record BatchExecuted(SequenceNumber SequenceNumber, ImmutableArray<ImmutableArray<byte>> Results, Digest ServiceDigest)
    : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.BatchExecuted;
}

/// <summary>The replica signed for its state (section 4.3); it never signs two states for one sequence number.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">Digest of service state and client table.</param>
public sealed record CheckpointSent(SequenceNumber SequenceNumber, Digest StateDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CheckpointSent;
}

/// <summary>Another replica's checkpoint is kept.</summary>
/// <param name="Checkpoint">The checkpoint.</param>
/// <param name="Signature">Its signature.</param>
public sealed record CheckpointAccepted(Checkpoint Checkpoint, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CheckpointAccepted;
}

/// <summary>A quorum's certificate for a checkpoint that this replica has not reached.</summary>
/// <param name="Certificate">The certificate.</param>
public sealed record StableProofAccepted(CheckpointCertificate Certificate) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.StableProofAccepted;
}

/// <summary>A checkpoint became stable (section 4.3): h rises to it and everything at or below it is discarded.</summary>
/// <param name="SequenceNumber">The new low watermark h.</param>
/// <param name="StateDigest">The checkpoint's digest.</param>
public sealed record CheckpointStable(SequenceNumber SequenceNumber, Digest StateDigest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.CheckpointStable;
}

/// <summary>A replica that knows of a later checkpoint noted how far it is, to tell at its next status whether it is stuck.</summary>
/// <param name="LastExecuted">How far it is.</param>
public sealed record ProgressNoted(SequenceNumber LastExecuted) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ProgressNoted;
}

/// <summary>The replica fetches a checkpoint (section 4.6), or turns to a later one or to another replica.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest, signed by at least f+1.</param>
/// <param name="Sources">Who signed for it.</param>
/// <param name="Attempt">0 at first, then counting.</param>
public sealed record TransferStarted(SequenceNumber SequenceNumber, Digest StateDigest, ImmutableArray<ReplicaId> Sources, int Attempt)
    : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.TransferStarted;
}

/// <summary>The manifest of the checkpoint is there and fits its digest.</summary>
/// <param name="Manifest">The manifest.</param>
public sealed record ManifestAccepted(StateManifest Manifest) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ManifestAccepted;
}

/// <summary>It is known which pages must be fetched.</summary>
/// <param name="Missing">Their indexes, ascending.</param>
public sealed record TransferStaged(ImmutableArray<int> Missing) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.TransferStaged;
}

/// <summary>Pages came that fit the manifest.</summary>
/// <param name="Pages">Their indexes.</param>
public sealed record PagesAccepted(ImmutableArray<int> Pages) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.PagesAccepted;
}

/// <summary>The state of a checkpoint was taken over (section 4.6). It never raises h by itself.</summary>
/// <param name="SequenceNumber">The checkpoint, now the last executed.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Clients">Its client table.</param>
/// <param name="ServiceDigest">Digest of the service's state.</param>
public sealed record TransferCompleted(SequenceNumber SequenceNumber, Digest StateDigest, ClientTable Clients, Digest ServiceDigest)
    : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.TransferCompleted;
}

/// <summary>The replica asked for a new view (section 4.4) and takes no further part in the one before.</summary>
/// <param name="View">The view that it asks for.</param>
/// <param name="Reason">Why.</param>
/// <param name="ViewChange">Digest of the view-change, which follows from the state.</param>
public sealed record ViewChangeSent(ViewNumber View, ViewChangeReason Reason, Digest ViewChange) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ViewChangeSent;
}

/// <summary>Another replica's view-change is kept; every new-view that it names is at hand.</summary>
/// <param name="ViewChange">The view-change.</param>
/// <param name="Signature">Its signature.</param>
public sealed record ViewChangeAccepted(ViewChange ViewChange, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ViewChangeAccepted;
}

/// <summary>A view-change waits until a new-view that it names has been fetched.</summary>
/// <param name="ViewChange">The view-change.</param>
/// <param name="Signature">Its signature.</param>
public sealed record ViewChangeDeferred(ViewChange ViewChange, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ViewChangeDeferred;
}

/// <summary>The new primary started its view (section 4.4).</summary>
/// <param name="View">v.</param>
/// <param name="Replicas">Whose view-changes make V, ascending.</param>
/// <param name="NewView">Digest of the new-view, which follows from the view-changes at hand.</param>
public sealed record NewViewSent(ViewNumber View, ImmutableArray<ReplicaId> Replicas, Digest NewView) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.NewViewSent;
}

/// <summary>A new-view is kept: it is valid and every new-view that it names is at hand.</summary>
/// <param name="NewView">The new-view.</param>
/// <param name="Signature">Its primary's signature.</param>
public sealed record NewViewAccepted(NewView NewView, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.NewViewAccepted;
}

/// <summary>A new-view waits until a new-view that it names has been fetched.</summary>
/// <param name="NewView">The new-view.</param>
/// <param name="Signature">Its primary's signature.</param>
public sealed record NewViewDeferred(NewView NewView, Signature Signature) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.NewViewDeferred;
}

/// <summary>
/// A valid commit proof names a new-view that is not at hand: it is fetched, and taken when it comes even if its view is over here.
/// </summary>
/// <param name="NewView">Its digest.</param>
public sealed record NewViewWanted(Digest NewView) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.NewViewWanted;
}

/// <summary>
/// The replica entered a view (section 4.4): the new-view's base is its stable checkpoint if it is later, every carried place is
/// pre-prepared, and the replica's votes for those above h are given.
/// </summary>
/// <param name="View">v.</param>
/// <param name="NewView">Digest of the new-view.</param>
public sealed record ViewEntered(ViewNumber View, Digest NewView) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.ViewEntered;
}

/// <summary>
/// A refused message is kept whole in this step's input, because it convicts its signer: with one that was accepted, or, a view-change or
/// new-view that breaks section 4.4, by itself.
/// </summary>
/// <param name="Accused">The signer.</param>
public sealed record EvidenceKept(ReplicaId Accused) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.EvidenceKept;
}

/// <summary>The replica found itself in contradiction with a certificate and stops taking part: going on could only do harm.</summary>
/// <param name="Contradiction">What contradicts what.</param>
public sealed record Halted(string Contradiction) : ReplicaEvent
{
    /// <inheritdoc/>
    public override EventKind Kind => EventKind.Halted;
}
