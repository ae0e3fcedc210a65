#if GUARD_SWITCHES
using System.Globalization;
using PbftReference.Core.Rules;
using PbftReference.Simulation.Fuzzing;
#endif
using PbftReference.Mutants.Traces;

namespace PbftReference.Mutants;

/// <summary>
/// Switches the guards of the rules off one by one and looks for the first seed by which the fuzzer notices, while the same run with the
/// guard on ends well. A guard that nobody misses would mean that the checks see less than they claim. With <c>traces</c> it
/// mutates recorded logs instead, and the judges of logs are to notice.
/// </summary>
internal static class Program
{
    private const string Usage =
        "dotnet run --project tests/PbftReference.Mutants -c Release -p:GuardSwitches=true -- [--seeds N] [--replicas N] [--guard NAME] [--behaviour NAME]";

    private static int Main(string[] arguments)
    {
        if (arguments is ["traces", ..]) return TracesCommand.Run(arguments.AsSpan(1)) ?? Fail("the options are not understood", TracesCommand.Usage);
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

        return Run(guards, seeds, replicas, behaviour);
#else
        return Fail($"this build cannot switch guards off, so the options {string.Join(' ', arguments)} are of no use");
#endif
    }

#if GUARD_SWITCHES
    /// <summary>Behaviours for guards that only a rare chain of events puts to the test: tried on twice the seeds when the mixed ones find nothing.</summary>
    private static readonly Dictionary<GuardName, string> Aimed = new()
    {
        [GuardName.HighestCertificate] = "lie-view-change",
        [GuardName.PrimaryDoesNotPrepare] = "primary-prepares",
    };

    private static int Run(GuardName[] guards, int seeds, int replicas, string? behaviour)
    {
        Console.WriteLine("| guard off | behaviours | first seed | verdict | found |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        var missed = 0;
        foreach (var guard in guards)
        {
            Guard.Off = guard;
            var (found, behaviours) = (First(seeds, replicas, behaviour), behaviour ?? "mixed");
            if (found is null && behaviour is null && Aimed.TryGetValue(guard, out var aimed))
            {
                (found, behaviours) = (First(2 * seeds, replicas, aimed), aimed);
            }

            Guard.Off = GuardName.None;
            var byGuard = found is not null && Fuzzer.Run(found.Case).Verdict == FuzzVerdict.Fine;
            if (!byGuard) missed++;
            var detail = found is null ? "not found" : byGuard ? Shorten(found.Detail) : "the same run goes wrong with the guard on";
            Console.WriteLine($"| {guard} | {behaviours} | {found?.Case.Options.Seed.ToString(CultureInfo.InvariantCulture) ?? "-"} | {found?.Verdict.ToString() ?? "-"} | {detail} |");
        }

        return missed == 0 ? 0 : 1;
    }

    private static FuzzResult? First(int seeds, int replicas, string? behaviour)
    {
        var step = Environment.ProcessorCount;
        for (var seed = 1; seed <= seeds; seed += step)
        {
            var summary = Fuzzer.RunMany((ulong)seed, Math.Min(step, seeds - seed + 1), CaseOf);
            if (summary.Found.Count > 0) return summary.Found[0];
        }

        return null;

        FuzzCase CaseOf(ulong seed)
        {
            var mixed = FuzzCase.FromSeed(seed, replicas);
            return behaviour is null ? mixed : mixed.WithAllFaulty(behaviour);
        }
    }

    private static string Shorten(string detail)
    {
        var line = detail.Split('\n')[0].Replace("|", "/", StringComparison.Ordinal).TrimEnd('\r');
        return line.Length <= 110 ? line : line[..107] + "...";
    }
#endif

    private static int Fail(string message, string usage = Usage)
    {
        Console.Error.WriteLine($"{message}; run it as: {usage}");
        return 2;
    }
}
