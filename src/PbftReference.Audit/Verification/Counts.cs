using System.Collections.Immutable;

namespace PbftReference.Audit.Verification;

/// <summary>What a log contained.</summary>
public sealed class Counts
{
    private readonly SortedDictionary<string, long> _numbers = new(StringComparer.Ordinal);

    /// <summary>Nothing yet: every name at 0.</summary>
    public Counts()
    {
        foreach (var name in Names) _numbers.Add(name, 0);
    }

    /// <summary>What is counted, in the order in which it is shown.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "records", "proposals", "null-requests", "votes", "prepared", "committed", "commit-proofs", "executed", "checkpoints", "stable", "transfers",
        "restarts", "view-changes", "new-views", "views-entered", "null-fills", "deliveries", "faulty-messages", "join-edges",
    ];

    /// <summary>How often.</summary>
    public long this[string name] => _numbers[name];

    /// <summary>Counts something.</summary>
    public void Add(string name, long count = 1) => _numbers[name] += count;

    /// <summary>Adds what another has.</summary>
    public void Add(Counts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var name in Names) _numbers[name] += other[name];
    }
}
