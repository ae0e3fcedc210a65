using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Verification;

/// <summary>Why a log does not conform, or what is missing to tell.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Replica">Its replica.</param>
/// <param name="Revision">The record.</param>
/// <param name="Event">The recorded event's name; empty if there was none.</param>
/// <param name="Action">The specification's action, or <c>Deliver</c>; the one that was owed, if it was left undone; empty if none.</param>
/// <param name="Guard">The guard that is false.</param>
/// <param name="Values">The values that it speaks of.</param>
public sealed record Finding(string Stream, ReplicaId Replica, long Revision, string Event, string Action, string Guard, string Values)
{
    /// <summary>What the specification would have allowed there, the nearest to what was refused first; a few.</summary>
    public ImmutableArray<EnabledAct> Enabled { get; init; } = [];

    /// <summary>
    /// Of each replica's history that is needed to see it, the last record: up to there it is found again in these alone. The maximum stands
    /// for the whole history.
    /// </summary>
    public ImmutableSortedDictionary<ReplicaId, long> Needed { get; init; } = ImmutableSortedDictionary<ReplicaId, long>.Empty;

    /// <summary>How far each history was read when it was found; what came by then was sent by then.</summary>
    internal ImmutableSortedDictionary<ReplicaId, long> Reached { get; init; } = ImmutableSortedDictionary<ReplicaId, long>.Empty;

    /// <summary>With whom it does not agree; null if it is about one replica alone, and when all is read.</summary>
    internal Disagreement? Disagreement { get; init; }

    /// <summary>The sender whose statement is at issue, in the join; null for a finding in one log alone.</summary>
    public ReplicaId? Sender { get; init; }

    /// <summary>The revision that the sender signed with the statement; -1 if there is none.</summary>
    public long SignedAt { get; init; } = -1;
}

/// <summary>Guards of the checking itself, beside those of the specification.</summary>
public static class RecordGuards
{
    /// <summary>What the record says was done or sent is what the action does.</summary>
    public const string AsRecorded = "AsRecorded";

    /// <summary>The record follows on what was recorded before.</summary>
    public const string FollowsFromLog = "FollowsFromLog";

    /// <summary>What the record says was taken in is what its input brought, or what waited.</summary>
    public const string TakenFromInput = "TakenFromInput";

    /// <summary>The service does the same on the same state and requests.</summary>
    public const string ServiceDeterministic = "ServiceDeterministic";

    /// <summary>The specification's replica and the recorded one have the same state.</summary>
    public const string LockStep = "LockStep";

    /// <summary>What could be done after an input, with what had come by then, is done.</summary>
    public const string NothingLeftUndone = "NothingLeftUndone";

    /// <summary>What bears a correct replica's name was sent by it.</summary>
    public const string SentByItsSender = "SentByItsSender";

    /// <summary>Correct replicas execute the same, where no more than f are faulty.</summary>
    public const string Agreement = "Agreement";

    /// <summary>The logs can be put in one order in which everything is sent before it is received.</summary>
    public const string SentBefore = "SentBefore";
}
