using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Bisecting;

/// <summary>What of a replica's state a predicate may ask for, by the names that <c>pbft state</c> uses.</summary>
internal static class StateFields
{
    private static readonly SortedDictionary<string, Func<ReplicaState, string>> Values = new(StringComparer.Ordinal)
    {
        ["accused"] = s => Text(s.Accused.Count),
        ["active"] = s => Text(s.Active),
        ["assigned"] = s => Text(s.LastAssigned.Value),
        ["clients"] = s => Text(s.Clients.Entries.Count),
        ["executed"] = s => Text(s.LastExecuted.Value),
        ["execution"] = s => s.Execution.ToString(),
        ["high"] = s => Text(s.High.Value),
        ["low"] = s => Text(s.Low.Value),
        ["phase"] = s => s.Phase.ToString(),
        ["primary"] = s => Text(s.Primary.Value),
        ["replica"] = s => Text(s.Self.Value),
        ["service"] = s => s.ServiceDigest.ToString(),
        ["view"] = s => Text(s.View.Value),
        ["view-changes"] = s => Text(s.ViewChanges.Count(m => m is not null)),
        ["waiting"] = s => Text(s.Queue.Count),
    };

    private static readonly SortedDictionary<string, Func<ReplicaState, Slot, string>> OfPlace = new(StringComparer.Ordinal)
    {
        ["batch"] = (_, slot) => slot.BatchDigest.ToString(),
        ["commits"] = (s, slot) => Text(slot.Commits.Count(commit => Predicates.IsCommitFor(slot, commit))),
        ["phase"] = (_, slot) => slot.Phase.ToString(),
        ["view"] = (_, slot) => Text(slot.View.Value),
        ["votes"] = (s, slot) => Text(slot.Votes.Count(vote => Predicates.IsVoteFor(s, slot, vote))),
    };

    /// <summary>All names, for help and errors.</summary>
    public static string All => $"{string.Join(", ", Values.Keys)}, place[N].{string.Join('|', OfPlace.Keys)}";

    /// <summary>Reads a field's name.</summary>
    /// <returns>What gives its value, null where it has none; null if there is no such field.</returns>
    public static Func<ReplicaState, string?>? Of(string name)
    {
        if (Values.TryGetValue(name, out var value)) return value;
        var end = name.IndexOf("].", StringComparison.Ordinal);
        if (!name.StartsWith("place[", StringComparison.Ordinal) || end < 0) return null;
        if (!long.TryParse(name.AsSpan(6, end - 6), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var place)) return null;
        var n = new SequenceNumber(place);
        return OfPlace.TryGetValue(name[(end + 2)..], out var part) ? state => Predicates.InWindow(state, n) ? part(state, state.SlotAt(n)) : null : null;
    }

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";
}
