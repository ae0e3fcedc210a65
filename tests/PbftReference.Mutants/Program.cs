using System.Globalization;
#if GUARD_SWITCHES
using PbftReference.Core.Rules;
using PbftReference.Simulation.Fuzzing;
#endif

namespace PbftReference.Mutants;

/// <summary>
/// Switches the guards of the rules off one by one and looks for the first seed by which the fuzzer notices. A guard that nobody misses
/// would mean that the checks see less than they claim.
/// </summary>
internal static class Program
{
    private const string Usage =
        "dotnet run --project tests/PbftReference.Mutants -c Release -p:GuardSwitches=true -- [--seeds N] [--replicas N] [--guard NAME] [--behaviour NAME]";

    private static int Main(string[] arguments)
    {
#if GUARD_SWITCHES
        if (arguments.Length % 2 != 0) return Fail("an option has no value");
        string? behaviour = null;
        var (seeds, replicas, guards) = (300, 4, Enum.GetValues<GuardName>().Where(name => name != GuardName.None).ToArray());
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = arguments[i + 1];
            switch (arguments[i])
            {
                case "--seeds" when int.TryParse(value, CultureInfo.InvariantCulture, out var count) && count > 0: seeds = count; break;
                case "--replicas" when int.TryParse(value, CultureInfo.InvariantCulture, out var n) && n >= 4: replicas = n; break;
                case "--guard" when Enum.TryParse<GuardName>(value, out var guard) && guard != GuardName.None: guards = [guard]; break;
                case "--behaviour" when PbftReference.Simulation.Byzantine.ByzantineBehaviours.Names.Contains(value): behaviour = value; break;
                default: return Fail($"{arguments[i]} {value} is not understood");
            }
        }

        return Run(guards, seeds, seed => behaviour is null ? FuzzCase.FromSeed(seed, replicas) : FuzzCase.FromSeed(seed, replicas).WithAllFaulty(behaviour));
#else
        return Fail($"this build cannot switch guards off, so the options {string.Join(' ', arguments)} are of no use");
#endif
    }

#if GUARD_SWITCHES
    private static int Run(GuardName[] guards, int seeds, Func<ulong, FuzzCase> caseOf)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| guard off | first seed of 1..{seeds} | verdict | found |"));
        Console.WriteLine("| --- | --- | --- | --- |");
        var missed = 0;
        foreach (var guard in guards)
        {
            Guard.Off = guard;
            var found = First(seeds, caseOf);
            Guard.Off = GuardName.None;
            if (found is null) missed++;
            var detail = found is null ? "not found" : Shorten(found.Detail);
            Console.WriteLine($"| {guard} | {found?.Case.Options.Seed.ToString(CultureInfo.InvariantCulture) ?? "-"} | {found?.Verdict.ToString() ?? "-"} | {detail} |");
        }

        return missed == 0 ? 0 : 1;
    }

    private static FuzzResult? First(int seeds, Func<ulong, FuzzCase> caseOf)
    {
        var step = Environment.ProcessorCount;
        for (var seed = 1; seed <= seeds; seed += step)
        {
            var summary = Fuzzer.RunMany((ulong)seed, Math.Min(step, seeds - seed + 1), caseOf);
            if (summary.Found.Count > 0) return summary.Found[0];
        }

        return null;
    }

    private static string Shorten(string detail)
    {
        var line = detail.Split('\n')[0].Replace("|", "/", StringComparison.Ordinal).TrimEnd('\r');
        return line.Length <= 110 ? line : line[..107] + "...";
    }
#endif

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"{message}; run it as: {Usage}");
        return 2;
    }
}
