using PbftReference.Simulation;

namespace PbftReference.Cli.Shrinking;

/// <summary>
/// Makes a scenario that fails smaller as long as it fails in the same way: fewer operations, misbehaving replicas, clients, replicas, faults.
/// Every candidate is run. The same scenario gives the same result; the best so far is at hand at any time.
/// </summary>
/// <param name="scenario">A scenario that fails.</param>
/// <param name="run">How it ended.</param>
/// <param name="fails">Runs a candidate; null if it does not fail in that way.</param>
/// <param name="budget">At most so many runs.</param>
/// <param name="stop">Ends it with the best so far.</param>
internal sealed class ScenarioShrinker(RunManifest scenario, JudgedRun run, Func<RunManifest, JudgedRun?> fails, int budget, CancellationToken stop)
{
    private readonly SortedSet<string> _tried = new(StringComparer.Ordinal);

    /// <summary>The smallest scenario so far that fails in that way.</summary>
    public RunManifest Best { get; private set; } = scenario;

    /// <summary>How it ended.</summary>
    public JudgedRun BestRun { get; private set; } = run;

    /// <summary>How many candidates were run.</summary>
    public int Runs { get; private set; }

    /// <summary>Whether it ended because nothing more can be left out, one thing at a time.</summary>
    public bool IsSmallest { get; private set; }

    /// <summary>Told before each run.</summary>
    public event Action<ScenarioShrinker>? Trying;

    private bool IsOver => Runs >= budget || stop.IsCancellationRequested;

    /// <summary>Leaves out what can be left out.</summary>
    public void Run()
    {
        FaultReductions.PlanInsteadOfChance(this);
        while (!IsOver)
        {
            var before = Best;
            // what makes the runs short comes first
            OperationReductions.Reduce(this);
            MemberReductions.Reduce(this);
            PartitionReductions.Reduce(this);
            FaultReductions.Reduce(this);
            SettingReductions.Reduce(this);
            if (ReferenceEquals(before, Best)) ChanceReductions.Reduce(this);
            if (!ReferenceEquals(before, Best)) continue;
            IsSmallest = !IsOver;
            return;
        }
    }

    /// <summary>Takes a candidate for the best if it fails in that way.</summary>
    /// <returns>Whether it does; false without a run if there is no time for one, or it was tried before.</returns>
    public bool Try(RunManifest candidate)
    {
        var made = candidate with { Genesis = Cluster.GenesisOf(candidate.Options) };
        if (IsOver || !_tried.Add(RunDirectory.TextOf(made))) return false;
        Trying?.Invoke(this);
        Runs++;
        if (fails(made) is not { } judged) return false;
        (Best, BestRun) = (WithoutTheRest(made, judged), judged);
        return true;
    }

    /// <summary>The same with other options.</summary>
    public bool Try(Func<SimulationOptions, SimulationOptions> change) => Try(Best with { Options = change(Best.Options) });

    // What was planned for after the end did not happen, so the run is the same without it.
    private static RunManifest WithoutTheRest(RunManifest scenario, JudgedRun judged) => scenario.Options.Faults != FaultProfile.Plan
        ? scenario
        : scenario with { Options = scenario.Options with { Plan = [.. judged.Run.Faults] } };
}
