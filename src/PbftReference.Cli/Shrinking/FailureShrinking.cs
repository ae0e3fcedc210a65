using System.Globalization;
using PbftReference.Cli.Output;
using PbftReference.Cli.Verifying;
using PbftReference.Simulation;

namespace PbftReference.Cli.Shrinking;

/// <summary>Shrinks a whole failure: the scenario first, then the inputs of the replica that shows it.</summary>
internal sealed class FailureShrinking(Terminal terminal, CancellationToken stop)
{
    /// <summary>The directory of the fewest inputs, in that of the small run.</summary>
    public const string InputsName = "inputs";

    /// <summary>Shrinks a scenario.</summary>
    /// <param name="place">What it is called.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="directory">Where the result goes.</param>
    /// <param name="budget">At most so many runs.</param>
    /// <exception cref="CommandException">It does not fail.</exception>
    public ShrinkResult Run(string place, RunManifest scenario, string directory, int budget)
    {
        var judge = new ScenarioJudge(scenario);
        terminal.Progress(() => "running it as it is");
        var first = judge.Judge(scenario);
        stop.ThrowIfCancellationRequested();
        if (first.Failure is not { } failure) throw EndsWell(place);
        terminal.Progress(() => $"it fails: {failure.What}");
        var shrinker = new ScenarioShrinker(scenario, first, candidate => judge.Fails(candidate, failure), budget, stop);
        shrinker.Trying += Tell;
        shrinker.Run();
        Write(judge, shrinker.Best, directory);
        var inputs = Path.Combine(directory, InputsName);
        var found = ShrinkInputs(directory, inputs, shrinker.BestRun.Failure!);
        terminal.ClearProgress();
        return new ShrinkResult(directory, failure.What)
        {
            Failure = shrinker.BestRun.Failure,
            Sizes = (ScenarioSize.Of(scenario, first), ScenarioSize.Of(shrinker.Best, shrinker.BestRun)),
            Runs = (shrinker.Runs, budget),
            IsSmallest = shrinker.IsSmallest,
            Interrupted = stop.IsCancellationRequested,
            Inputs = found,
            InputsDirectory = found is null ? null : inputs,
        };

        void Tell(ScenarioShrinker s) => terminal.Progress(() => string.Create(
            CultureInfo.InvariantCulture,
            $"{ProgressBar.Of(s.Runs, budget)} {s.Runs:N0} of at most {budget:N0} runs; {s.Best.Options.Configuration.Replicas} replicas, {s.Best.Asked:N0} operations, {s.BestRun.Run.Faults.Count + s.Best.Options.Partitions.Count:N0} faults"));
    }

    private static CommandException EndsWell(string place) => new(
        ExitCodes.Unknown,
        $"{place}, run again by this build from its beginning, ends well: there is no failure to shrink. If another build failed, shrink by that one; if the run was resumed, forked or changed, add --inputs, which leaves out inputs of its recorded log; what else is to hold is said by --until");

    private static void Write(ScenarioJudge judge, RunManifest scenario, string directory)
    {
        RunDirectory.Create(directory, scenario);
        using var store = RunDirectory.CreateLog(directory);
        judge.RunOn(store, scenario);
    }

    private FewestInputs? ShrinkInputs(string run, string directory, Failure failure)
    {
        if (failure.Replica is not { } replica) return null;
        using var log = VerifyInput.Open(run);
        var shrinking = new InputShrinking(log);
        var found = shrinking.Find(InputAim.Of(log.Genesis, replica, failure, log.FaultyOfRun), (left, all, tried) => terminal.Progress(() => Progress(left, all, tried)), stop);
        if (found is not null) shrinking.Write(found, directory);
        return found;
    }

    /// <summary>How far the shrinking of inputs is.</summary>
    public static string Progress(int left, int all, long tried) => string.Create(CultureInfo.InvariantCulture, $"{left:N0} of {all:N0} inputs left, {tried:N0} lists tried");
}
