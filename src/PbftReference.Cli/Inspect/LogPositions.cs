using System.Globalization;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Inspect;

/// <summary>
/// Places in a replica's stream as people name them: <c>420</c>, <c>50%</c>, <c>view:3</c>, <c>seq:17:committed-local</c>,
/// <c>start</c>, <c>end</c>.
/// </summary>
internal static class LogPositions
{
    /// <summary>How positions are written, for help and errors.</summary>
    public const string Grammar = "a revision (420), a percentage (50%), view:V, seq:N:PHASE, start or end";

    /// <summary>The phases of a place that <c>seq:N:PHASE</c> takes, in the order in which a place goes through them.</summary>
    public static IReadOnlyList<string> SequencePhases { get; } = ["pre-prepared", "prepared", "committed-local", "executed", "checkpoint", "stable"];

    /// <summary>The revision that a position names in one replica's stream.</summary>
    /// <exception cref="CommandException">It is not a position (usage), or nothing in the stream is there (data).</exception>
    public static long Resolve(RunLog log, ReplicaId replica, string position)
    {
        var tail = log.TailOf(replica);
        if (position == "start") return tail.FirstRevision;
        if (position == "end") return tail.LastRevision;
        if (position.StartsWith("view:", StringComparison.Ordinal)) return FirstOfView(log, replica, position);
        if (position.StartsWith("seq:", StringComparison.Ordinal)) return FirstOfSequence(log, replica, position);
        if (position.EndsWith('%')) return tail.FirstRevision + Share(position, tail.LastRevision - tail.FirstRevision);
        var revision = Number(position, position);
        if (revision >= tail.FirstRevision && revision <= tail.LastRevision) return revision;
        throw Nothing(log, replica, position, $"its records are {tail.FirstRevision} to {tail.LastRevision}");
    }

    /// <summary>A step from the command line: a replica and a position in its stream, with a colon between.</summary>
    /// <exception cref="CommandException">It names none.</exception>
    public static (ReplicaId Replica, long Revision) OfStep(RunLog log, string text)
    {
        var cut = text.IndexOf(':', StringComparison.Ordinal);
        if (cut <= 0 || !int.TryParse(text.AsSpan(0, cut).TrimStart('r'), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new CommandException(ExitCodes.Usage, $"'{text}' names no step: write REPLICA:POSITION, as in 2:143 or 2:seq:5:committed-local");
        }

        var replica = log.Replica(number, $"'{text}': replica");
        return (replica, Resolve(log, replica, text[(cut + 1)..]));
    }

    private static long Share(string position, long length)
    {
        var percent = Number(position[..^1], position);
        return percent <= 100 ? (long)((Int128)length * percent / 100) : throw NotAPosition(position, "a percentage is 0% to 100%");
    }

    private static long FirstOfView(RunLog log, ReplicaId replica, string position)
    {
        var view = new ViewNumber(Number(position["view:".Length..], position));
        var highest = default(ViewNumber);
        foreach (var (record, before) in log.Walk(replica))
        {
            var after = RunLog.After(record, before);
            if (after.Phase != ReplicaPhase.Normal) continue;
            if (after.View == view) return record.Revision;
            highest = after.View;
        }

        throw Nothing(log, replica, position, $"the replica never entered that view; the last that it entered is {highest}");
    }

    private static long FirstOfSequence(RunLog log, ReplicaId replica, string position)
    {
        var parts = position.Split(':');
        if (parts.Length != 3 || !SequencePhases.Contains(parts[2])) throw NotAPosition(position, $"it is seq:N:PHASE, PHASE one of {string.Join(", ", SequencePhases)}");
        var n = new SequenceNumber(Number(parts[1], position));
        var last = default(SequenceNumber);
        foreach (var (record, before) in log.Walk(replica))
        {
            var after = RunLog.After(record, before);
            if (record.Step is { } step && Reached(after, step, n, parts[2])) return record.Revision;
            last = after.LastExecuted;
        }

        throw Nothing(log, replica, position, $"place {n} was never {parts[2]} there; the last that it executed is {last}");
    }

    // A step may take a place through several phases and out of the window, so its events count beside the state after it.
    private static bool Reached(ReplicaState after, Step step, SequenceNumber n, string phase) => phase switch
    {
        "pre-prepared" => IsProposed(after, n) || step.Events.Any(e => e is PrePrepareSent sent && sent.SequenceNumber == n),
        "prepared" => Predicates.IsPrepared(after, n) || step.Events.Any(e => e is Prepared prepared && prepared.SequenceNumber == n),
        "committed-local" => Predicates.IsCommittedLocal(after, n),
        "executed" => after.LastExecuted >= n,
        "checkpoint" => step.Events.Any(e => e is CheckpointSent sent && sent.SequenceNumber == n),
        _ => after.Low >= n,
    };

    private static bool IsProposed(ReplicaState state, SequenceNumber n) =>
        Predicates.InWindow(state, n) && state.SlotAt(n).Phase != SlotPhase.Empty;

    private static long Number(string digits, string position)
    {
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        throw NotAPosition(position, $"'{digits}' is no whole number from 0 up");
    }

    private static CommandException NotAPosition(string position, string why) =>
        new(ExitCodes.Usage, $"'{position}' is not a position: {why}. A position is {Grammar}.");

    private static CommandException Nothing(RunLog log, ReplicaId replica, string position, string why) =>
        new(ExitCodes.Data, $"nothing is at '{position}' in {log.Where(replica)}: {why}");
}
