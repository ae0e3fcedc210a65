using PbftReference.Audit.Shrinking;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Network;

namespace PbftReference.Cli.Shrinking;

/// <summary>Fewer faults, weaker ones, and an earlier end of them.</summary>
internal static class FaultReductions
{
    private const int MostHalvings = 5;

    /// <summary>Names the faults that chance had drawn, so that single ones can be left out.</summary>
    public static void PlanInsteadOfChance(ScenarioShrinker shrinker)
    {
        if (shrinker.Best.Options.Faults is FaultProfile.None or FaultProfile.Plan) return;
        var happened = shrinker.BestRun.Run.Faults;
        if (shrinker.Try(o => o with { Faults = FaultProfile.None })) return;
        shrinker.Try(o => o with { Faults = FaultProfile.Plan, Plan = [.. happened] });
    }

    public static void Reduce(ScenarioShrinker shrinker)
    {
        if (shrinker.Best.Options.Faults == FaultProfile.None || shrinker.Try(o => o with { Faults = FaultProfile.None, Plan = [] })) return;
        if (shrinker.Best.Options.Faults == FaultProfile.Plan)
        {
            InputShrinker.Shrink(shrinker.Best.Options.Plan, some => shrinker.Try(o => o with { Plan = [.. some] }));
            for (var i = 0; i < shrinker.Best.Options.Plan.Length; i++) Weaken(shrinker, i);
        }

        End(shrinker);
    }

    private static void Weaken(ScenarioShrinker shrinker, int index)
    {
        for (var halvings = 0; halvings < MostHalvings && index < shrinker.Best.Options.Plan.Length; halvings++)
        {
            var weaker = Weaker(shrinker.Best.Options.Plan[index]);
            if (weaker is null || !shrinker.Try(o => o with { Plan = o.Plan.SetItem(index, weaker) })) return;
        }
    }

    // Half as long; at its shortest, half as strong.
    private static Fault? Weaker(Fault fault) => fault switch
    {
        NetworkSpell { Lasts: > 1 } f => f with { Lasts = f.Lasts / 2 },
        NetworkSpell f when Weaker(f.Conditions) is { } conditions => f with { Conditions = conditions },
        NetworkPartition { Lasts: > 1 } f => f with { Lasts = f.Lasts / 2 },
        ReplicaCrash { Down: > 1 } f => f with { Down = f.Down / 2 },
        _ => null,
    };

    private static NetworkConditions? Weaker(NetworkConditions c) =>
        c.Loss + c.Duplication + c.Straggling > 3 ? c with { Loss = c.Loss / 2, Duplication = c.Duplication / 2, Straggling = c.Straggling / 2 } : null;

    /// <summary>The faults end with the last of them.</summary>
    private static void End(ScenarioShrinker shrinker)
    {
        if (shrinker.Best.Options.Faults != FaultProfile.Plan) return;
        var end = shrinker.Best.Options.Plan.Select(EndOf).DefaultIfEmpty(1).Max();
        if (end < shrinker.Best.Options.HealAfter) shrinker.Try(o => o with { HealAfter = end });
    }

    private static long EndOf(Fault fault) => fault.At + fault switch
    {
        NetworkSpell f => f.Lasts,
        NetworkPartition f => f.Lasts,
        ReplicaCrash f => f.Down,
        _ => 0,
    };
}
