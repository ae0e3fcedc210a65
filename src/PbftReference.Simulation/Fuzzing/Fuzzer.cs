using System.Collections.Concurrent;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation.Clients;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>Runs what seeds ask for, in memory, and judges it.</summary>
public static class Fuzzer
{
    /// <summary>Runs one seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="replicas">n; 4 and up.</param>
    public static FuzzResult Run(ulong seed, int replicas) => Run(FuzzCase.FromSeed(seed, replicas));

    /// <summary>Runs a case.</summary>
    public static FuzzResult Run(FuzzCase fuzzCase)
    {
        using var store = new InMemoryEventStore();
        return Run(fuzzCase, store);
    }

    /// <summary>Runs a case on a store.</summary>
    /// <param name="fuzzCase">The case.</param>
    /// <param name="store">An empty store; it holds the run's logs afterwards.</param>
    public static FuzzResult Run(FuzzCase fuzzCase, IEventStore store) => Run(fuzzCase, store, FuzzWorkload.For(fuzzCase.Options.Service, fuzzCase.Operations));

    /// <summary>Runs a case on a store, with operations that are not made up.</summary>
    /// <param name="fuzzCase">The case.</param>
    /// <param name="store">An empty store; it holds the run's logs afterwards.</param>
    /// <param name="workload">The operations.</param>
    public static FuzzResult Run(FuzzCase fuzzCase, IEventStore store, Workload workload)
    {
        using var cluster = new Cluster(fuzzCase.Options, store, workload);
        try
        {
            cluster.Start();
            var outcome = cluster.Run();
            if (outcome.Safe && outcome.Completed) FinalStateCheck.Run(cluster, fuzzCase.Options.Service, workload);
            return Judge(fuzzCase, cluster, outcome with { Safe = cluster.Checker.Violations.Count == 0, Violations = cluster.Checker.Violations });
        }
#pragma warning disable CA1031 // whatever a seed brings to light is that seed's result, and the other seeds go on
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new FuzzResult(fuzzCase, FuzzVerdict.Failure, failure.ToString(), null, cluster.Statistics, ActsOf(cluster)) { Faults = cluster.FaultsHappened, Exception = failure };
        }
    }

    private static FuzzResult Judge(FuzzCase fuzzCase, Cluster cluster, RunOutcome outcome)
    {
        var (verdict, detail) = outcome switch
        {
            { Safe: false } => (FuzzVerdict.Violation, string.Join("; ", outcome.Violations.Take(3).Select(v => $"{v.Property} at {v.Time} ms: {v.Description}"))),
            { Completed: false } => (FuzzVerdict.NoProgress, $"{outcome.Accepted} of {outcome.Operations} operations accepted; {Standing(cluster)}"),
            _ => (FuzzVerdict.Fine, ""),
        };
        return new FuzzResult(fuzzCase, verdict, detail, outcome, cluster.Statistics, ActsOf(cluster)) { Faults = cluster.FaultsHappened };
    }

    private static string Standing(Cluster cluster) => string.Join("; ", cluster.Replicas.Where(r => r.IsCorrect).Select(r => r.IsRunning
        ? $"replica {r.Id} in view {r.Host.State.View} {r.Host.State.Phase} {r.Host.State.Execution} h={r.Host.State.Low} executed={r.Host.State.LastExecuted}"
        : $"replica {r.Id} is down"));

    private static SortedDictionary<string, long> ActsOf(Cluster cluster)
    {
        var acts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var replica in cluster.Replicas) replica.Behaviour?.AddActs(acts);
        if (cluster.ClientLies > 0) acts.Add(LyingClient.BehaviourName, cluster.ClientLies);
        return acts;
    }

    /// <summary>Runs many seeds, several at a time, and adds them up in the order of the seeds.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many; 0 and up.</param>
    /// <param name="replicas">n; 4 and up.</param>
    /// <param name="parallel">At most so many at a time; 0 for one per core.</param>
    /// <param name="each">Told of every result, in the order of the seeds.</param>
    /// <param name="cancellation">Ends it early, with the summary of what was done until then.</param>
    public static FuzzSummary RunMany(
        ulong first, int count, int replicas, int parallel = 0, Action<FuzzResult>? each = null, CancellationToken cancellation = default) =>
        RunMany(first, count, seed => FuzzCase.FromSeed(seed, replicas), parallel, each, cancellation);

    /// <summary>Runs the cases of many seeds, several at a time, and adds them up in the order of the seeds.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many; 0 and up.</param>
    /// <param name="caseOf">The case of a seed; called from several threads.</param>
    /// <param name="parallel">At most so many at a time; 0 for one per core.</param>
    /// <param name="each">Told of every result, in the order of the seeds.</param>
    /// <param name="cancellation">Ends it early, with the summary of what was done until then.</param>
    public static FuzzSummary RunMany(
        ulong first, int count, Func<ulong, FuzzCase> caseOf, int parallel = 0, Action<FuzzResult>? each = null, CancellationToken cancellation = default) =>
        RunMany(first, count, caseOf, Run, parallel, each, cancellation);

    /// <summary>The same, with whatever runs and judges a case.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many; 0 and up.</param>
    /// <param name="caseOf">The case of a seed; called from several threads.</param>
    /// <param name="run">Runs a case; called from several threads.</param>
    /// <param name="parallel">At most so many at a time; 0 for one per core.</param>
    /// <param name="each">Told of every result, in the order of the seeds.</param>
    /// <param name="cancellation">Ends it early, with the summary of what was done until then.</param>
    public static FuzzSummary RunMany(
        ulong first,
        int count,
        Func<ulong, FuzzCase> caseOf,
        Func<FuzzCase, FuzzResult> run,
        int parallel = 0,
        Action<FuzzResult>? each = null,
        CancellationToken cancellation = default)
    {
        var summary = new FuzzSummary();
        var degree = parallel > 0 ? parallel : Environment.ProcessorCount;
        // One at a time to whoever is free: a range of its own for each thread would let all but the first run far ahead of what is told.
        var indices = Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering);
        var results = indices.AsParallel().AsOrdered().WithCancellation(cancellation).WithDegreeOfParallelism(degree)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(Result);
        try
        {
            foreach (var result in results)
            {
                summary.Add(result);
                each?.Invoke(result);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The seeds that were done count.
        }

        return summary;

        FuzzResult Result(int i)
        {
            // The query itself looks only now and then.
            cancellation.ThrowIfCancellationRequested();
            return run(caseOf(first + (ulong)i));
        }
    }
}
