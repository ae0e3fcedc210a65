using PbftReference.Cli.Inspect;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;

namespace PbftReference.Cli.Comparing;

/// <summary>Where a replica does in one run what it does not in another.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="One">Its first step that differs, in the first run; null if its log ends there.</param>
/// <param name="Other">The same in the second run.</param>
/// <param name="Follows">The replica whose difference explains this one: its message was taken in; null if nothing in the logs explains it.</param>
internal sealed record Divergence(ReplicaId Replica, LoggedStep? One, LoggedStep? Other, ReplicaId? Follows)
{
    /// <summary>Whether both took in the same and decided differently.</summary>
    public bool SameInput => One is { Record.Step: { } one } && Other is { Record.Step: { } other } && one.Input == other.Input;

    /// <summary>When, by the hosts' clocks.</summary>
    public long TimeMs => Math.Min(One?.Record.TimeMs ?? long.MaxValue, Other?.Record.TimeMs ?? long.MaxValue);
}

/// <summary>
/// Two runs, replica by replica, record by record: the content counts, not times and hashes. A difference that a replica took in from another
/// that had differed before is a consequence; the first of those that are not is where to look.
/// </summary>
internal static class RunComparison
{
    /// <summary>The differences, as far as the logs can be read: causes before consequences, then by time; empty if there are none.</summary>
    public static IReadOnlyList<Divergence> Between(ReadableLog one, ReadableLog other)
    {
        var found = one.Replicas().Union(other.Replicas()).Order()
            .Select(replica => First(one, other, replica)).OfType<Divergence>().ToDictionary(divergence => divergence.Replica);
        return [.. found.Values.Select(divergence => divergence with { Follows = Explained(divergence, found) }).OrderBy(d => d.Follows is not null).ThenBy(d => d.TimeMs).ThenBy(d => d.Replica.Value)];
    }

    private static Divergence? First(ReadableLog one, ReadableLog other, ReplicaId replica)
    {
        using var left = Steps(one, replica).GetEnumerator();
        using var right = Steps(other, replica).GetEnumerator();
        while (true)
        {
            var (hasLeft, hasRight) = (left.MoveNext(), right.MoveNext());
            if (!hasLeft && !hasRight) return null;
            if (hasLeft && hasRight && IsSame(left.Current.Record, right.Current.Record)) continue;
            // behind a damage nothing can be compared
            if ((!hasLeft && one.IsDamaged(replica)) || (!hasRight && other.IsDamaged(replica))) return null;
            return new Divergence(replica, hasLeft ? left.Current : null, hasRight ? right.Current : null, null);
        }
    }

    private static IEnumerable<LoggedStep> Steps(ReadableLog log, ReplicaId replica) => log.Replicas().Contains(replica) ? log.Walk(replica) : [];

    private static bool IsSame(LogRecord one, LogRecord other) => one.Type == other.Type && one.Data.Span.SequenceEqual(other.Data.Span);

    private static ReplicaId? Explained(Divergence divergence, Dictionary<ReplicaId, Divergence> all) =>
        SourceOf(divergence.One, all, d => d.One) ?? SourceOf(divergence.Other, all, d => d.Other);

    private static ReplicaId? SourceOf(LoggedStep? step, Dictionary<ReplicaId, Divergence> all, Func<Divergence, LoggedStep?> side)
    {
        if (step is not { Record.Step.Input: MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signedAt }, Before.Self: var self }) return null;
        if (message.Replica == self || !all.TryGetValue(message.Replica, out var source) || side(source) is not { } first) return null;
        return signedAt >= first.Record.Revision ? message.Replica : null;
    }
}
