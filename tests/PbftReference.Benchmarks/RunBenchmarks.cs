using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Benchmarks;

/// <summary>A whole cluster in one process and one thread, without faults, until every client has its answer.</summary>
internal static class RunBenchmarks
{
    public static IEnumerable<Benchmark> List()
    {
        foreach (var (batch, operations) in new[] { (1, 4_000), (100, 20_000), (500, 20_000) })
        {
            yield return InMemory(4, batch, operations);
            yield return InSqlite(4, batch, operations);
        }

        yield return InMemory(4, 100, 100_000);
        yield return InSqlite(4, 100, 100_000);
        foreach (var (n, operations) in new[] { (7, 20_000), (13, 20_000), (31, 4_000) }) yield return InMemory(n, 100, operations);
        yield return new Benchmark("run/seeds", "seed", Seeds);
    }

    /// <summary>Runs ledger operations; as many clients as keep eight batches waiting.</summary>
    public static void Run(IEventStore store, int replicas, int batch, long operations)
    {
        var waiting = 8 * batch;
        var options = new SimulationOptions
        {
            Seed = 1,
            Configuration = new ClusterConfiguration { Replicas = replicas, Faults = (replicas - 1) / 3, BatchSize = batch },
            Clients = (waiting + ClusterConfiguration.MaxClientWindow - 1) / ClusterConfiguration.MaxClientWindow,
            Outstanding = Math.Min(waiting, ClusterConfiguration.MaxClientWindow),
            Faults = FaultProfile.None,
        };
        using var cluster = new Cluster(options, store, Operations(operations));
        cluster.Start();
        Require(cluster.Run());
    }

    private static Workload Operations(long count) => new(count, k => Encoding.ASCII.GetBytes($"operation {k}"));

    private static void Require(RunOutcome outcome)
    {
        if (!outcome.Safe || !outcome.Completed) throw new InvalidOperationException($"the run went wrong: {outcome}");
    }

    private static Benchmark InMemory(int n, int batch, int operations) => new($"run/n{n}/b{batch}/{operations}/memory", "request", () =>
    {
        using var store = new InMemoryEventStore();
        return Measured.Of(operations, () => Run(store, n, batch, operations));
    });

    private static Benchmark InSqlite(int n, int batch, int operations) => new($"run/n{n}/b{batch}/{operations}/sqlite", "request", () =>
    {
        var directory = Directory.CreateTempSubdirectory("pbft-benchmark-");
        try
        {
            using var store = new SqliteEventStore(Path.Combine(directory.FullName, "log.db"));
            return Measured.Of(operations, () => Run(store, n, batch, operations));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    });

    /// <summary>Short runs with faults, as the tests have them by the hundred.</summary>
    private static Measured Seeds()
    {
        const int Count = 20;
        return Measured.Of(Count, () =>
        {
            for (var seed = 1UL; seed <= Count; seed++) RunSeed(seed);
        });
    }

    private static void RunSeed(ulong seed)
    {
        var options = new SimulationOptions
        {
            Seed = seed,
            Configuration = new ClusterConfiguration { BatchSize = 4, CheckpointPeriod = 4, BatchTimeout = 20, RequestTimeout = 500, StatusTimeout = 200 },
            Outstanding = 4,
            ThinkTime = 200,
        };
        using var store = new InMemoryEventStore();
        using var cluster = new Cluster(options, store, Operations(100));
        cluster.Start();
        Require(cluster.Run());
    }
}
