using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>The kinds of messages; the numbers are those of the wire and of what is signed, and never change.</summary>
public enum MessageKind : byte
{
    /// <summary>A client's request (paper section 4.1).</summary>
    Request = 1,

    /// <summary>The primary's proposal (section 4.2).</summary>
    PrePrepare = 2,

    /// <summary>A backup's vote for a proposal (section 4.2).</summary>
    Prepare = 3,

    /// <summary>A replica's word that it is prepared (section 4.2).</summary>
    Commit = 4,

    /// <summary>A replica's word on the state after a sequence number (section 4.3).</summary>
    Checkpoint = 5,

    /// <summary>A replica's wish for a new view, with what it prepared (section 4.4).</summary>
    ViewChange = 6,

    /// <summary>The new primary's start of its view (section 4.4).</summary>
    NewView = 7,

    /// <summary>A result for a client (section 4.1).</summary>
    Reply = 8,

    /// <summary>Where a replica stands (TOCS'02 section 5.2).</summary>
    Status = 9,

    /// <summary>Asks for a batch by digest.</summary>
    FetchBatch = 10,

    /// <summary>A batch that was asked for.</summary>
    BatchData = 11,

    /// <summary>Asks for a new-view by digest.</summary>
    FetchNewView = 12,

    /// <summary>The certificates by which a batch committed, for a replica that lags.</summary>
    CommitProof = 13,

    /// <summary>A stable checkpoint's certificate, for a replica that lags.</summary>
    StableProof = 14,

    /// <summary>Asks for a checkpoint's manifest or pages (section 4.6).</summary>
    FetchState = 15,

    /// <summary>The page digests of a checkpoint.</summary>
    StateManifest = 16,

    /// <summary>Pages of a checkpoint.</summary>
    StatePages = 17,
}

/// <summary>A message: a statement of one sender. The hierarchy is closed; <see cref="Kind"/> tells the type.</summary>
public abstract record Message
{
    private protected Message()
    {
    }

    /// <summary>Which message this is.</summary>
    public abstract MessageKind Kind { get; }
}

/// <summary>A message of a replica.</summary>
/// <param name="Replica">The sender, whose signature it bears.</param>
public abstract record ReplicaMessage(ReplicaId Replica) : Message;

/// <summary>REQUEST (paper section 4.1): a client asks for an operation.</summary>
/// <param name="Client">The client c.</param>
/// <param name="Timestamp">The client's own number t for it; used once.</param>
/// <param name="Operation">The operation o, opaque to the protocol.</param>
public sealed record Request(ClientId Client, Timestamp Timestamp, ImmutableArray<byte> Operation) : Message
{
    private Digest? _digest;

    // a changed copy has another digest, so the remembered one stays behind
    private Request(Request original)
        : base(original)
    {
        (Client, Timestamp, Operation) = (original.Client, original.Timestamp, original.Operation);
    }

    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Request;

    /// <summary>Client and timestamp.</summary>
    public RequestId Id => new(Client, Timestamp);

    /// <summary>Digest of the statement.</summary>
    public Digest StatementDigest => _digest ??= Statements.DigestOf(this);

    /// <summary>Equal content, whether or not the digest was asked for.</summary>
    public bool Equals(Request? other) =>
        other is not null && Id == other.Id && Operation.AsSpan().SequenceEqual(other.Operation.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Timestamp.Value.GetHashCode();
}

/// <summary>Names a request: a correct client uses a timestamp once.</summary>
/// <param name="Client">The client.</param>
/// <param name="Timestamp">Its timestamp.</param>
public readonly record struct RequestId(ClientId Client, Timestamp Timestamp) : IComparable<RequestId>
{
    /// <inheritdoc/>
    public int CompareTo(RequestId other)
    {
        var byClient = Client.CompareTo(other.Client);
        return byClient != 0 ? byClient : Timestamp.CompareTo(other.Timestamp);
    }

    /// <summary>c3:17, for people.</summary>
    public override string ToString() => $"c{Client}:{Timestamp}";

    /// <summary>Order by client, then timestamp.</summary>
    public static bool operator <(RequestId left, RequestId right) => left.CompareTo(right) < 0;

    /// <summary>Order by client, then timestamp.</summary>
    public static bool operator >(RequestId left, RequestId right) => left.CompareTo(right) > 0;

    /// <summary>Order by client, then timestamp.</summary>
    public static bool operator <=(RequestId left, RequestId right) => left.CompareTo(right) <= 0;

    /// <summary>Order by client, then timestamp.</summary>
    public static bool operator >=(RequestId left, RequestId right) => left.CompareTo(right) >= 0;
}

/// <summary>PRE-PREPARE (section 4.2): the primary gives a batch its place.</summary>
/// <param name="View">The view v.</param>
/// <param name="SequenceNumber">The place n.</param>
/// <param name="BatchDigest">The batch's digest d; <see cref="Digest.None"/> for the null request.</param>
/// <param name="NewView">Digest of the new-view that the sender entered the view with; <see cref="Digest.None"/> in view 0.</param>
/// <param name="Replica">The primary of the view.</param>
/// <param name="Batch">The batch, which travels with the message and is no part of what is signed; absent when the sender lacks it
/// and the place is carried over from an earlier view.</param>
public sealed record PrePrepare(
    ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, Digest NewView, ReplicaId Replica, Batch? Batch) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.PrePrepare;
}

/// <summary>PREPARE (section 4.2): a backup votes for the primary's proposal.</summary>
/// <param name="View">The view v.</param>
/// <param name="SequenceNumber">The place n.</param>
/// <param name="BatchDigest">The digest d.</param>
/// <param name="NewView">Digest of the new-view that the sender entered the view with.</param>
/// <param name="Replica">The backup i.</param>
public sealed record Prepare(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, Digest NewView, ReplicaId Replica)
    : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Prepare;
}

/// <summary>COMMIT (section 4.2): the sender is prepared.</summary>
/// <param name="View">The view v.</param>
/// <param name="SequenceNumber">The place n.</param>
/// <param name="BatchDigest">The digest d.</param>
/// <param name="Replica">The sender i.</param>
public sealed record Commit(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Commit;
}

/// <summary>CHECKPOINT (section 4.3): the sender's state after executing n.</summary>
/// <param name="SequenceNumber">n, a multiple of K.</param>
/// <param name="StateDigest">Digest of service state and client table.</param>
/// <param name="Replica">The sender i.</param>
public sealed record Checkpoint(SequenceNumber SequenceNumber, Digest StateDigest, ReplicaId Replica) : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Checkpoint;
}

/// <summary>VIEW-CHANGE (section 4.4): the sender wants to enter a view and says what it prepared.</summary>
/// <param name="NewView">The view v+1 that it wants.</param>
/// <param name="Stable">The sender's last stable checkpoint with its proof C; its sequence number is the sender's h.</param>
/// <param name="Prepared">P: the sender's latest prepared certificate for each n above h, ascending.</param>
/// <param name="Replica">The sender i.</param>
public sealed record ViewChange(
    ViewNumber NewView, CheckpointCertificate Stable, ImmutableArray<PreparedCertificate> Prepared, ReplicaId Replica) : ReplicaMessage(Replica)
{
    private Digest? _digest;

    // a changed copy has another digest, so the remembered one stays behind
    private ViewChange(ViewChange original)
        : base(original)
    {
        (NewView, Stable, Prepared) = (original.NewView, original.Stable, original.Prepared);
    }

    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.ViewChange;

    /// <summary>Digest of the statement, signature values apart.</summary>
    public Digest StatementDigest => _digest ??= Statements.DigestOf(this);
}

/// <summary>A place that a new view carries over, and what is in it.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">The digest of the highest prepared certificate for n, or <see cref="Digest.None"/> for the null request.</param>
public readonly record struct CarriedOver(SequenceNumber SequenceNumber, Digest BatchDigest);

/// <summary>NEW-VIEW (section 4.4): the new primary shows a quorum of view-changes and what follows from them.</summary>
/// <param name="View">The view v.</param>
/// <param name="ViewChanges">V: a quorum of view-changes for v by different replicas, ascending by replica.</param>
/// <param name="Carried">O, without the pre-prepares: the digest for every n in (min-s, max-s], ascending. The pre-prepares follow as
/// messages of their own, because they name this new-view.</param>
/// <param name="Replica">The primary of v.</param>
public sealed record NewView(
    ViewNumber View, ImmutableArray<Signed<ViewChange>> ViewChanges, ImmutableArray<CarriedOver> Carried, ReplicaId Replica) : ReplicaMessage(Replica)
{
    private Digest? _digest;

    // a changed copy has another digest, so the remembered one stays behind
    private NewView(NewView original)
        : base(original)
    {
        (View, ViewChanges, Carried) = (original.View, original.ViewChanges, original.Carried);
    }

    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.NewView;

    /// <summary>Digest of the statement, signature values apart: what votes of this view name.</summary>
    public Digest StatementDigest => _digest ??= Statements.DigestOf(this);
}

/// <summary>REPLY (section 4.1): the result of a request. A client accepts a result on f+1 equal replies.</summary>
/// <param name="View">The sender's view, by which clients find the primary.</param>
/// <param name="Client">The client c.</param>
/// <param name="Timestamp">The request's timestamp t.</param>
/// <param name="Result">The result r.</param>
/// <param name="Replica">The sender i.</param>
public sealed record Reply(ViewNumber View, ClientId Client, Timestamp Timestamp, ImmutableArray<byte> Result, ReplicaId Replica)
    : ReplicaMessage(Replica)
{
    /// <inheritdoc/>
    public override MessageKind Kind => MessageKind.Reply;
}
