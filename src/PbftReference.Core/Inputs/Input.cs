using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Inputs;

/// <summary>The kinds of inputs.</summary>
public enum InputKind
{
    /// <summary>The process started.</summary>
    ReplicaStarted,

    /// <summary>A message came in whose signatures hold.</summary>
    MessageReceived,

    /// <summary>A timer that Core had started ran out.</summary>
    TimerExpired,

    /// <summary>The service executed a batch.</summary>
    ExecutionCompleted,

    /// <summary>The host compared a checkpoint's manifest with the pages that it has.</summary>
    StateStaged,

    /// <summary>The service took over a transferred checkpoint.</summary>
    StateInstalled,
}

/// <summary>The timers of a replica.</summary>
public enum TimerKind
{
    /// <summary>The primary proposes what it has although the batch is not full.</summary>
    Batch,

    /// <summary>Request progress, and in a view change the wait for the new view (paper sections 4.4 and 4.5.2).</summary>
    View,

    /// <summary>The view-change is sent again.</summary>
    ViewChangeResend,

    /// <summary>Keep-alive by null requests.</summary>
    NullRequest,

    /// <summary>The replica tells where it stands.</summary>
    Status,

    /// <summary>Pages of a checkpoint are late.</summary>
    Transfer,
}

/// <summary>All that reaches Core. The hierarchy is closed; <see cref="Kind"/> tells the type.</summary>
public abstract record Input
{
    private protected Input()
    {
    }

    /// <summary>Which input this is.</summary>
    public abstract InputKind Kind { get; }
}

/// <summary>The process started: first after the genesis, later after a crash or a stop.</summary>
/// <param name="Incarnation">A number used once, which fences every other writer of the stream.</param>
public sealed record ReplicaStarted(Digest Incarnation) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.ReplicaStarted;
}

/// <summary>A message whose signature, and every signature nested in it, the edge has checked.</summary>
/// <param name="Message">The statement.</param>
/// <param name="Signature">Its signer's signature.</param>
public sealed record MessageReceived(Message Message, Signature Signature) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.MessageReceived;
}

/// <summary>A timer ran out.</summary>
/// <param name="Timer">Which.</param>
public sealed record TimerExpired(TimerKind Timer) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.TimerExpired;
}

/// <summary>The service executed the batch that <c>Execute</c> named.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="Results">One result for each request that was to be executed, in order.</param>
/// <param name="ServiceDigest">Digest of the service's state after it.</param>
public sealed record ExecutionCompleted(
    SequenceNumber SequenceNumber, ImmutableArray<ImmutableArray<byte>> Results, Digest ServiceDigest) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.ExecutionCompleted;
}

/// <summary>The host has put aside the pages of a manifest that it has already.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="Missing">Indexes of the pages that must be fetched, ascending.</param>
public sealed record StateStaged(SequenceNumber SequenceNumber, ImmutableArray<int> Missing) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.StateStaged;
}

/// <summary>The service holds the state of a transferred checkpoint.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Clients">The client table that its client pages hold.</param>
/// <param name="ServiceDigest">Digest of the service's state.</param>
public sealed record StateInstalled(SequenceNumber SequenceNumber, Digest StateDigest, ClientTable Clients, Digest ServiceDigest) : Input
{
    /// <inheritdoc/>
    public override InputKind Kind => InputKind.StateInstalled;
}
