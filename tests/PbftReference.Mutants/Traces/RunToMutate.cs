using System.Text;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Services;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Mutants.Traces;

/// <summary>What a seed's run recorded, stream by stream, and what another run of the same cluster did.</summary>
internal sealed class RunToMutate
{
    /// <summary>The cluster's name.</summary>
    public const string Cluster = "sim";

    private const ulong ToAnotherSeed = 1_000_000;

    private RunToMutate(FuzzCase run, Dictionary<string, RawRecord[]> streams, Dictionary<string, RawRecord[]> others)
    {
        (Seed, Streams, Others) = (run.Options.Seed, streams, others);
        var configuration = run.Options.Configuration with { InitialServiceDigest = ServiceFactory.Create(run.Options.Service).Digest };
        Genesis = new Genesis(Cluster, configuration, run.Options.Service, Digest.None);
        Faulty = [.. run.Options.Faulty.Select(faulty => faulty.Replica)];
        Correct = [.. Enumerable.Range(0, configuration.Replicas).Select(i => new ReplicaId(i)).Where(replica => !Faulty.Contains(replica))];
    }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>The cluster.</summary>
    public Genesis Genesis { get; }

    /// <summary>The replicas that may have done anything.</summary>
    public HashSet<ReplicaId> Faulty { get; }

    /// <summary>The other replicas.</summary>
    public IReadOnlyList<ReplicaId> Correct { get; }

    /// <summary>The records of every stream.</summary>
    public IReadOnlyDictionary<string, RawRecord[]> Streams { get; }

    /// <summary>Those of another seed's run of the same cluster.</summary>
    public IReadOnlyDictionary<string, RawRecord[]> Others { get; }

    /// <summary>A replica's stream.</summary>
    public static string StreamOf(ReplicaId replica) => LogStreams.OfReplica(Cluster, replica);

    /// <summary>
    /// Runs a seed: one of the fuzzer's, with every fourth one's operations so large that steps are kept in blobs,
    /// and with refusals counted at the end of the logs.
    /// </summary>
    public static RunToMutate Of(ulong seed)
    {
        var run = FuzzCase.FromSeed(seed, 4);
        // a run of which much is mutated is kept short
        run = run with { Operations = Math.Min(run.Operations, 30), Options = run.Options with { Snapshots = new(60) } };
        var isLarge = seed % 4 == 0;
        return new RunToMutate(run, Record(run, isLarge), Record(run with { Options = run.Options with { Seed = seed + ToAnotherSeed } }, isLarge));
    }

    private static Dictionary<string, RawRecord[]> Record(FuzzCase run, bool isLarge)
    {
        using var store = new InMemoryEventStore();
        if (isLarge) RecordLarge(run, store);
        else Fuzzer.Run(run, store);
        return store.Streams().ToDictionary(stream => stream, stream => RawRecord.All(store, stream), StringComparer.Ordinal);
    }

    // Three operations of 66 kB among small ones: each makes a record that does not hold its data itself.
    private static void RecordLarge(FuzzCase run, InMemoryEventStore store)
    {
        var options = run.Options with { Service = "ledger" };
        using var cluster = new Cluster(options, store, new Workload(16, k => Encoding.ASCII.GetBytes($"op {k}".PadRight(k % 7 == 3 ? 66_000 : 1, '.'))));
        cluster.Start();
        cluster.Run();
        foreach (var replica in Enumerable.Range(0, options.Configuration.Replicas).Select(i => new ReplicaId(i))) NoteRefusals(store, replica);
    }

    // The host does after a thousand refusals, which so short a run has not.
    private static void NoteRefusals(InMemoryEventStore store, ReplicaId replica)
    {
        var log = ReplicaLog.Open(store, Cluster, replica);
        log.AddRefusals([new(Refusal.Duplicate, 998), new(Refusal.NotNeeded, 2)], timeMs: 60_000);
        log.Flush();
    }
}
