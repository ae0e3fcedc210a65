using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Services;

namespace PbftReference.Benchmarks;

/// <summary>The log of a backup in a run of 20,000 requests in batches of 100: recorded once, read by all benchmarks that need a log.</summary>
/// <param name="Configuration">The cluster.</param>
/// <param name="Self">The replica.</param>
/// <param name="Steps">Its steps.</param>
/// <param name="Rows">Its records as they are stored.</param>
internal sealed record Recording(
    ClusterConfiguration Configuration, ReplicaId Self, ImmutableArray<Step> Steps, ImmutableArray<StoredEvent> Rows)
{
    private static readonly Lazy<Recording> Recorded = new(Record);

    public static Recording Shared => Recorded.Value;

    public long Events { get; } = Steps.Sum(step => (long)step.Events.Length);

    public ReplicaState Genesis => ReplicaState.Genesis(Configuration, Self);

    private static Recording Record()
    {
        using var store = new InMemoryEventStore();
        RunBenchmarks.Run(store, 4, 100, 20_000);
        var self = new ReplicaId(1);
        var stream = LogStreams.OfReplica("sim", self);
        var steps = ReplicaLog.Read(store, stream).Where(record => record.IsStep).Select(record => record.Step!).ToImmutableArray();
        var configuration = new ClusterConfiguration { InitialServiceDigest = ServiceFactory.Create("ledger").Digest };
        return new Recording(configuration, self, steps, [.. store.Read(stream)]);
    }
}
