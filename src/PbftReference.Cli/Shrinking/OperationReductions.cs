using System.Collections.Immutable;
using PbftReference.Audit.Shrinking;

namespace PbftReference.Cli.Shrinking;

/// <summary>Fewer operations: first those from the end are left out, then single ones.</summary>
internal static class OperationReductions
{
    // Longer lists are left to their number: each single operation would cost a run.
    private const int MostPicked = 256;

    public static void Reduce(ScenarioShrinker shrinker)
    {
        if (shrinker.Best.Picked.IsDefault) Ladder.Descend(1, shrinker.Best.Operations, count => shrinker.Try(shrinker.Best with { Operations = count }));
        var best = shrinker.Best;
        if (best.Asked is <= 1 or > MostPicked) return;
        List<long> picked = best.Picked.IsDefault ? [.. Enumerable.Range(0, (int)best.Operations).Select(k => (long)k)] : [.. best.Picked];
        InputShrinker.Shrink(picked, some => some.Count > 0 && shrinker.Try(WithPicked(shrinker, some)));
    }

    private static Simulation.RunManifest WithPicked(ScenarioShrinker shrinker, IReadOnlyList<long> picked) =>
        // the first few need not be named one by one
        picked[^1] == picked.Count - 1
            ? shrinker.Best with { Operations = picked.Count, Picked = default }
            : shrinker.Best with { Operations = picked[^1] + 1, Picked = picked.ToImmutableArray() };
}
