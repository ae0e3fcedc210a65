using System.Globalization;
using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Bisecting;

/// <summary>A field of a replica's state.</summary>
/// <param name="Type">What values it has.</param>
/// <param name="Value">Gives its value; null where it has none.</param>
internal sealed record StateField(FieldType Type, Func<ReplicaState, string?> Value);

/// <summary>What of a replica's state a predicate may ask for, by the names that <c>pbft state</c> uses.</summary>
internal static class StateFields
{
    private static readonly SortedDictionary<string, StateField> Values = new(StringComparer.Ordinal)
    {
        ["accused"] = Number(s => s.Accused.Count),
        ["active"] = new(FieldType.Truth, s => s.Active ? "true" : "false"),
        ["assigned"] = Number(s => s.LastAssigned.Value),
        ["clients"] = Number(s => s.Clients.Entries.Count),
        ["executed"] = Number(s => s.LastExecuted.Value),
        ["execution"] = new(FieldType.PhaseOf(Names.ExecutionPhases), s => Names.ExecutionPhases.Of(s.Execution)),
        ["high"] = Number(s => s.High.Value),
        ["low"] = Number(s => s.Low.Value),
        ["phase"] = new(FieldType.PhaseOf(Names.ReplicaPhases), s => Names.ReplicaPhases.Of(s.Phase)),
        ["primary"] = Number(s => s.Primary.Value),
        ["replica"] = Number(s => s.Self.Value),
        ["service"] = new(FieldType.OfDigest, s => Text(s.ServiceDigest)),
        ["view"] = Number(s => s.View.Value),
        ["view-changes"] = Number(s => s.ViewChanges.Count(m => m is not null)),
        ["waiting"] = Number(s => s.Queue.Count),
    };

    private static readonly SortedDictionary<string, (FieldType Type, Func<ReplicaState, Slot, string> Value)> OfPlace = new(StringComparer.Ordinal)
    {
        ["batch"] = (FieldType.OfDigest, (_, slot) => Text(slot.BatchDigest)),
        ["commits"] = (FieldType.Number, (s, slot) => Text(slot.Commits.Count(commit => Predicates.IsCommitFor(slot, commit)))),
        ["phase"] = (FieldType.PhaseOf(Names.SlotPhases), (_, slot) => Names.SlotPhases.Of(slot.Phase)),
        ["view"] = (FieldType.Number, (_, slot) => Text(slot.View.Value)),
        ["votes"] = (FieldType.Number, (s, slot) => Text(slot.Votes.Count(vote => Predicates.IsVoteFor(s, slot, vote)))),
    };

    /// <summary>All names, for help and errors.</summary>
    public static string All => $"{string.Join(", ", Values.Keys)}, place[N].{string.Join('|', OfPlace.Keys)}";

    /// <summary>What can be compared with what, for help.</summary>
    public static string Types =>
        $"phase is {FieldType.PhaseOf(Names.ReplicaPhases).Wanted}; execution {FieldType.PhaseOf(Names.ExecutionPhases).Wanted}; place[N].phase {FieldType.PhaseOf(Names.SlotPhases).Wanted}; "
        + $"active {FieldType.Truth.Wanted}; service and place[N].batch {FieldType.OfDigest.Wanted}; the others are numbers";

    /// <summary>Reads a field's name.</summary>
    /// <returns>The field; null if there is no such field.</returns>
    public static StateField? Of(string name)
    {
        if (Values.TryGetValue(name, out var field)) return field;
        var end = name.IndexOf("].", StringComparison.Ordinal);
        if (!name.StartsWith("place[", StringComparison.Ordinal) || end < 0) return null;
        if (!long.TryParse(name.AsSpan(6, end - 6), NumberStyles.None, CultureInfo.InvariantCulture, out var place)) return null;
        var n = new SequenceNumber(place);
        return OfPlace.TryGetValue(name[(end + 2)..], out var part) ? new StateField(part.Type, state => Predicates.InWindow(state, n) ? part.Value(state, state.SlotAt(n)) : null) : null;
    }

    private static StateField Number(Func<ReplicaState, long> value) => new(FieldType.Number, state => Text(value(state)));

    private static string Text(Digest digest) => digest.IsNone ? digest.ToShortString() : digest.ToString();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
