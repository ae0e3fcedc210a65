using System.Collections.Immutable;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Effects;

/// <summary>The kinds of effects.</summary>
public enum EffectKind
{
    /// <summary>A message to one replica.</summary>
    Send,

    /// <summary>A message to all other replicas.</summary>
    Multicast,

    /// <summary>A reply to a client.</summary>
    SendReply,

    /// <summary>A timer starts, or starts anew.</summary>
    StartTimer,

    /// <summary>A timer stops.</summary>
    StopTimer,

    /// <summary>The service is to execute a batch.</summary>
    Execute,

    /// <summary>The service's state is to be kept as a checkpoint.</summary>
    TakeCheckpoint,

    /// <summary>Older checkpoints may go.</summary>
    DiscardCheckpoints,

    /// <summary>A checkpoint's manifest or pages are to be sent.</summary>
    SendState,

    /// <summary>A manifest is to be compared with the pages at hand.</summary>
    StageState,

    /// <summary>Pages are to be put aside.</summary>
    StorePages,

    /// <summary>The service is to take over the staged pages.</summary>
    InstallState,
}

/// <summary>What a step wants of the world, in order. A message leaves only when the step is durable; what stays in the process (timers, execution, pages) a crash undoes together with the step, so it may start at once.</summary>
public abstract record Effect
{
    private protected Effect()
    {
    }

    /// <summary>Which effect this is.</summary>
    public abstract EffectKind Kind { get; }
}

/// <summary>A message to one replica.</summary>
/// <param name="To">The receiver.</param>
/// <param name="Message">The statement.</param>
/// <param name="Signature">Somebody else's signature for a message passed on; <see cref="Signature.Own"/> where the host is to sign.</param>
public sealed record Send(ReplicaId To, Message Message, Signature Signature) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.Send;
}

/// <summary>A message of this replica to all others.</summary>
/// <param name="Message">The statement, to be signed by the host.</param>
public sealed record Multicast(ReplicaMessage Message) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.Multicast;
}

/// <summary>A reply to a client.</summary>
/// <param name="Reply">The statement, to be signed by the host.</param>
public sealed record SendReply(Reply Reply) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.SendReply;
}

/// <summary>A timer starts; one of the same kind that still counts is forgotten.</summary>
/// <param name="Timer">Which.</param>
/// <param name="Milliseconds">After how long it expires.</param>
public sealed record StartTimer(TimerKind Timer, long Milliseconds) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.StartTimer;
}

/// <summary>A timer stops; it will not expire even if its time is already over.</summary>
/// <param name="Timer">Which.</param>
public sealed record StopTimer(TimerKind Timer) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.StopTimer;
}

/// <summary>The service is to execute these requests in order; answered by <see cref="ExecutionCompleted"/>.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="Requests">The batch's requests that were not executed before.</param>
public sealed record Execute(SequenceNumber SequenceNumber, ImmutableArray<Request> Requests) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.Execute;
}

/// <summary>Service state and client table after n are to be kept, so that they can be sent to others.</summary>
/// <param name="SequenceNumber">n.</param>
/// <param name="StateDigest">The checkpoint's digest.</param>
/// <param name="Clients">The client table after n.</param>
public sealed record TakeCheckpoint(SequenceNumber SequenceNumber, Digest StateDigest, ClientTable Clients) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.TakeCheckpoint;
}

/// <summary>A checkpoint became stable: those below it may go.</summary>
/// <param name="Below">The stable checkpoint.</param>
public sealed record DiscardCheckpoints(SequenceNumber Below) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.DiscardCheckpoints;
}

/// <summary>Another replica asked for a checkpoint; if it is still kept, its manifest or pages are sent.</summary>
/// <param name="To">Who asked.</param>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest.</param>
/// <param name="Pages">The pages; empty for the manifest.</param>
public sealed record SendState(ReplicaId To, SequenceNumber SequenceNumber, Digest StateDigest, ImmutableArray<int> Pages) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.SendState;
}

/// <summary>The host is to put aside the pages that it has of this manifest; answered by <see cref="StateStaged"/>.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="ClientPages">Digests of its client pages.</param>
/// <param name="ServicePages">Digests of its service pages.</param>
/// <param name="GoesOn">Whether the transfer was tried before, so that pages that came then, for an earlier checkpoint perhaps, are at hand.</param>
public sealed record StageState(
    SequenceNumber SequenceNumber, ImmutableArray<Digest> ClientPages, ImmutableArray<Digest> ServicePages, bool GoesOn = false) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.StageState;
}

/// <summary>Pages, checked against the manifest, are to be put aside.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="Pages">The pages.</param>
public sealed record StorePages(SequenceNumber SequenceNumber, ImmutableArray<StatePage> Pages) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.StorePages;
}

/// <summary>All pages are there: the service is to take them over; answered by <see cref="StateInstalled"/>.</summary>
/// <param name="SequenceNumber">The checkpoint.</param>
/// <param name="StateDigest">Its digest.</param>
public sealed record InstallState(SequenceNumber SequenceNumber, Digest StateDigest) : Effect
{
    /// <inheritdoc/>
    public override EffectKind Kind => EffectKind.InstallState;
}
