using System.Collections.Frozen;
using System.Collections.Immutable;

namespace PbftReference.Audit.Verification;

/// <summary>What a log contained.</summary>
public sealed class Counts
{
    private readonly long[] _numbers = new long[Names.Length];

    /// <summary>What is counted, in the order in which it is shown.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "records", "proposals", "null-requests", "votes", "prepared", "committed", "commit-proofs", "executed", "checkpoints", "stable", "transfers",
        "restarts", "view-changes", "new-views", "views-entered", "null-fills", "deliveries", "faulty-messages", "join-edges",
    ];

    private static FrozenDictionary<string, int> Places { get; } = Names.Index().ToFrozenDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);

    /// <summary>How often.</summary>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public long this[string name] => _numbers[Places[name]];

    /// <summary>Counts something.</summary>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public void Add(string name, long count = 1) => _numbers[Places[name]] += count;

    /// <summary>Adds what another has.</summary>
    public void Add(Counts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var k = 0; k < _numbers.Length; k++) _numbers[k] += other._numbers[k];
    }
}
