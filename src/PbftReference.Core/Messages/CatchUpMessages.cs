using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>What a replica has of one place above its last execution.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="PrePrepared">It has the proposal.</param>
/// <param name="Prepared">It is prepared.</param>
public readonly record struct SlotStatus(SequenceNumber SequenceNumber, bool PrePrepared, bool Prepared);

/// <summary>
/// STATUS (TOCS'02 section 5.2): where the sender stands. Those who are ahead answer with what it lacks, so nobody stays in the dark
/// once the rest have stopped their timers.
/// </summary>
/// <param name="View">The sender's view.</param>
/// <param name="Active">False between its view-change and entering the view.</param>
/// <param name="Low">Its low watermark h.</param>
/// <param name="LastExecuted">The last sequence number that it executed.</param>
/// <param name="Pending">What it has of the places above: proposed, prepared; a place that is decided counts as both.</param>
/// <param name="ViewChangesHeld">While inactive: whose view-changes for this view or later it holds.</param>
/// <param name="Replica">The sender.</param>
public sealed record Status(
    ViewNumber View,
    bool Active,
    SequenceNumber Low,
    SequenceNumber LastExecuted,
    ImmutableArray<SlotStatus> Pending,
    ImmutableArray<ReplicaId> ViewChangesHeld,
    ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Status;
}

/// <summary>Asks everybody for a batch whose digest is in the log and whose body is not (Fabric: fetch_request_batch).</summary>
/// <param name="SequenceNumber">Its place.</param>
/// <param name="BatchDigest">Its digest.</param>
/// <param name="Replica">The sender.</param>
public sealed record FetchBatch(SequenceNumber SequenceNumber, Digest BatchDigest, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchBatch;
}

/// <summary>A batch that was asked for (Fabric: return_request_batch); its digest speaks for it.</summary>
/// <param name="SequenceNumber">Its place.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Replica">The sender.</param>
public sealed record BatchData(SequenceNumber SequenceNumber, Batch Batch, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.BatchData;
}

/// <summary>Asks for a new-view that a certificate names; the answer is the new-view itself, under its primary's signature.</summary>
/// <param name="NewView">Its digest.</param>
/// <param name="Replica">The sender.</param>
public sealed record FetchNewView(Digest NewView, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchNewView;
}

/// <summary>Why a place is committed: both certificates, and the batch unless it is the null request.</summary>
/// <param name="Prepared">The prepared certificate.</param>
/// <param name="Commit">The commit certificate for the same view, place and digest.</param>
/// <param name="Batch">The batch; null for the null request.</param>
/// <param name="Replica">The sender.</param>
public sealed record CommitProof(PreparedCertificate Prepared, CommitCertificate Commit, Batch? Batch, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.CommitProof;
}

/// <summary>Why a checkpoint is stable.</summary>
/// <param name="Certificate">A quorum of checkpoints.</param>
/// <param name="Replica">The sender.</param>
public sealed record StableProof(CheckpointCertificate Certificate, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.StableProof;
}

/// <summary>Asks for a checkpoint: its manifest, or pages of it.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Pages">Indexes of the pages that are wanted; empty asks for the manifest.</param>
/// <param name="Replica">The sender.</param>
public sealed record FetchState(SequenceNumber SequenceNumber, Digest StateDigest, ImmutableArray<int> Pages, ReplicaId Replica)
    : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.FetchState;
}

/// <summary>The page digests of a checkpoint, which together give its state digest.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="ClientPages">Digests of the client table's pages, one a client, ascending by client.</param>
/// <param name="ServicePages">Digests of the service's pages.</param>
/// <param name="Replica">The sender.</param>
public sealed record StateManifest(
    SequenceNumber SequenceNumber, ImmutableArray<Digest> ClientPages, ImmutableArray<Digest> ServicePages, ReplicaId Replica)
    : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.StateManifest;
}

/// <summary>One page of a checkpoint.</summary>
/// <param name="Index">Its index: client pages first, then service pages.</param>
/// <param name="Content">Its bytes.</param>
public sealed record StatePage(int Index, ImmutableArray<byte> Content);

/// <summary>Pages of a checkpoint, each checked against the manifest.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="Pages">The pages.</param>
/// <param name="Replica">The sender.</param>
public sealed record StatePages(SequenceNumber SequenceNumber, ImmutableArray<StatePage> Pages, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.StatePages;
}
