using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>A place and what is in it, as a view-change or a new-view reports it in a profile without certificates.</summary>
/// <param name="View">The view in which it was proposed or prepared; null in a new-view.</param>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d; <see cref="Digest.None"/> for the null request.</param>
public sealed record TraceClaim(ViewNumber? View, SequenceNumber SequenceNumber, Digest BatchDigest);

/// <summary>A statement in the paper's terms, without signatures and certificates: what a profile other than ours carries.</summary>
/// <param name="Kind">Which message.</param>
public sealed record PaperStatement(MessageKind Kind)
{
    /// <summary>The view; null where the message has none.</summary>
    public ViewNumber? View { get; init; }

    /// <summary>n: the place, or the checkpoint; of a view-change the sender's h. Null where the message has none.</summary>
    public SequenceNumber? SequenceNumber { get; init; }

    /// <summary>The batch's or the state's digest; <see cref="Digest.None"/> where the message has none.</summary>
    public Digest Digest { get; init; }

    /// <summary>The sender; null for a request.</summary>
    public ReplicaId? Replica { get; init; }

    /// <summary>The client and its timestamp; null but for a request.</summary>
    public RequestId? Request { get; init; }

    /// <summary>The operation of a request.</summary>
    public ImmutableArray<byte> Operation { get; init; } = [];

    /// <summary>The batch that travels with a pre-prepare, its requests without signatures; null if it does not.</summary>
    public Batch? Batch { get; init; }

    /// <summary>P of a view-change, or what a new-view carries over.</summary>
    public ImmutableArray<TraceClaim> Prepared { get; init; } = [];

    /// <summary>Q of a view-change (profile fabric-pq).</summary>
    public ImmutableArray<TraceClaim> PrePrepared { get; init; } = [];

    /// <summary>Whose view-changes a new-view is made of.</summary>
    public ImmutableArray<ReplicaId> ViewChanges { get; init; } = [];
}

/// <summary>A message in a trace: whole in profile named-new-view, a statement in the paper's terms in the others.</summary>
/// <param name="Kind">Which message.</param>
/// <param name="Message">The whole message; null in other profiles.</param>
/// <param name="Signature">Its signature; null in other profiles.</param>
/// <param name="Statement">The statement; null in profile named-new-view.</param>
public sealed record TraceMessage(MessageKind Kind, Message? Message, Signature? Signature, PaperStatement? Statement)
{
    /// <summary>A whole message.</summary>
    public static TraceMessage Of(Message message, Signature signature) => new(message.Kind, message, signature, null);
}

/// <summary>A message that a step sent.</summary>
/// <param name="To">To which replicas; empty if to a client.</param>
/// <param name="Client">To which client; null if to replicas.</param>
/// <param name="Message">The message.</param>
public sealed record TraceSend(ImmutableArray<ReplicaId> To, ClientId? Client, TraceMessage Message);

/// <summary>A batch that a step executed.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="BatchDigest">d; <see cref="Digest.None"/> for the null request.</param>
/// <param name="Results">The results of the requests that took effect.</param>
/// <param name="ServiceDigest">Digest of the service's state after it; <see cref="Digest.None"/> if the implementation has none.</param>
public sealed record TraceExecution(SequenceNumber SequenceNumber, Digest BatchDigest, ImmutableArray<ImmutableArray<byte>> Results, Digest ServiceDigest);

/// <summary>A checkpoint that became stable, or that a state transfer installed.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">Its digest.</param>
public sealed record TraceCheckpoint(SequenceNumber SequenceNumber, Digest StateDigest);

/// <summary>One step of one replica: what came in, and what followed.</summary>
/// <param name="Replica">Whose.</param>
/// <param name="Number">Its number: ascending, one replica's steps in their order.</param>
/// <param name="TimeMs">The host's time in milliseconds; null if not known. Never used to order replicas.</param>
public sealed record TraceStep(ReplicaId Replica, long Number, long? TimeMs)
{
    /// <summary>The line of the file on which it stands, from 1 on; 0 if it was not read from one.</summary>
    public int Line { get; init; }

    /// <summary>Whether the process started with this step; what was not durable before is gone.</summary>
    public bool Restart { get; init; }

    /// <summary>The message that came in; null for a timer or the like.</summary>
    public TraceMessage? Receive { get; init; }

    /// <summary>What was sent.</summary>
    public ImmutableArray<TraceSend> Sends { get; init; } = [];

    /// <summary>What was executed.</summary>
    public ImmutableArray<TraceExecution> Executions { get; init; } = [];

    /// <summary>Checkpoints that became stable.</summary>
    public ImmutableArray<TraceCheckpoint> Stable { get; init; } = [];

    /// <summary>Checkpoints whose state was taken over from others.</summary>
    public ImmutableArray<TraceCheckpoint> Installed { get; init; } = [];
}

/// <summary>A line of a trace after the header.</summary>
/// <param name="Step">A step; null if the line is only a record.</param>
/// <param name="Record">The record of the log, byte for byte; null in a trace without records.</param>
public sealed record TraceLine(TraceStep? Step, StoredEvent? Record);
