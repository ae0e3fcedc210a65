using PbftReference.Audit.Verification;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Shrinking;

/// <summary>A scenario that was run.</summary>
/// <param name="Run">How it ended.</param>
/// <param name="Failure">What is wrong; null if nothing is.</param>
/// <param name="Records">Records in its log.</param>
internal sealed record JudgedRun(FuzzResult Run, Failure? Failure, long Records);

/// <summary>Runs scenarios in memory, each from its beginning, and says how they fail.</summary>
internal sealed class ScenarioJudge
{
    private readonly Workload _all;

    /// <summary>A judge of a scenario and of smaller ones.</summary>
    /// <exception cref="IOException">The operations cannot be read, or are not what they were.</exception>
    public ScenarioJudge(RunManifest scenario) => _all = RunDirectory.WorkloadOf(scenario with { Picked = default });

    /// <summary>Runs a scenario. A failure that the specification finds goes before one that a checker finds: it names the guard.</summary>
    public JudgedRun Judge(RunManifest scenario)
    {
        using var store = new InMemoryEventStore();
        var run = RunOn(store, scenario);
        return new JudgedRun(run, BySpecification(store, scenario, run) ?? Failure.Of(run), RecordsOf(store));
    }

    /// <summary>Runs a scenario and looks for one failure.</summary>
    /// <returns>The run; null if it does not fail like that.</returns>
    public JudgedRun? Fails(RunManifest scenario, Failure like)
    {
        using var store = new InMemoryEventStore();
        var run = RunOn(store, scenario);
        var failure = like.Kind == FailureKind.Specification ? BySpecification(store, scenario, run) : Failure.Of(run);
        return like.IsSameAs(failure) ? new JudgedRun(run, failure, RecordsOf(store)) : null;
    }

    /// <summary>Runs a scenario on a store.</summary>
    public FuzzResult RunOn(IEventStore store, RunManifest scenario) => Fuzzer.Run(
        new FuzzCase(scenario.Options, scenario.Operations), store, new Workload(scenario.Asked, k => _all.At(scenario.Picked.IsDefault ? k : scenario.Picked[(int)k])));

    private static Failure? BySpecification(InMemoryEventStore store, RunManifest scenario, FuzzResult run)
    {
        // what broke off in the middle is told as it is
        if (run.Outcome is null) return null;
        var options = new VerificationOptions { Faulty = [.. scenario.Options.Faulty.Select(faulty => faulty.Replica)] };
        return LogVerifier.Run(store, scenario.Genesis, options).Violations is [var first, ..] ? Failure.Of(first) : null;
    }

    private static long RecordsOf(InMemoryEventStore store) => store.Streams().Sum(stream => store.Tail(stream) is { } tail ? tail.LastRevision + 1 : 0);
}
