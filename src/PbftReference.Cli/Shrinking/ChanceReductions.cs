namespace PbftReference.Cli.Shrinking;

/// <summary>
/// Another draw of chance, when nothing more can be left out under this one: half of the operations may fail in the same way under another seed.
/// </summary>
internal static class ChanceReductions
{
    private const int Seeds = 8;

    public static void Reduce(ScenarioShrinker shrinker)
    {
        var best = shrinker.Best;
        for (var draw = 1; draw <= Seeds && best.Asked > 1; draw++)
        {
            var options = best.Options with { Seed = unchecked(best.Options.Seed + (ulong)draw) };
            if (shrinker.Try(best with { Options = options, Operations = best.Asked / 2, Picked = default })) return;
        }
    }
}
