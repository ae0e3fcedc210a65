using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Telemetry;
using PbftReference.Simulation;
using PbftReference.Tests.Host.Replicas;

namespace PbftReference.Tests.Runtime;

/// <summary>Tests that listen to what the whole process measures, one after the other.</summary>
[Xunit.CollectionDefinition(Name)]
public sealed class ListeningTests
{
    public const string Name = "what the process measures";
}

/// <summary>A simulated cluster, of which replica 0 is measured.</summary>
internal static class MeasuredRun
{
    /// <summary>Silent telemetry.</summary>
    /// <param name="sample">One request in so many is traced.</param>
    /// <param name="clock">What durations are measured by; null for one that stands still.</param>
    public static ReplicaTelemetry Telemetry(long sample = 0, IClock? clock = null) => new(sample, new NodeMessages(NullLogger.Instance), clock ?? new VirtualClock());

    /// <summary>Runs 200 operations named after <paramref name="name"/> through faults; whoever sees the steps of replica 0 gets them all.</summary>
    /// <returns>Replica 0's last state.</returns>
    public static ReplicaState Of(string name, Action<ReplicaHost, ReplicaState, Step> seen, FaultProfile faults = FaultProfile.Some, Action<Cluster>? prepare = null)
    {
        using var store = new InMemoryEventStore();
        using var cluster = new Cluster(SmallRun.Options(3, faults), store, new Workload(200, k => Encoding.UTF8.GetBytes($"{name} {k}")));
        prepare?.Invoke(cluster);
        cluster.Stepped += (host, before, step) =>
        {
            if (host.Self.Value == 0) seen(host, before, step);
        };
        cluster.Start();
        Xunit.Assert.True(cluster.Run() is { Safe: true, Completed: true });
        return cluster.Replica(new PbftReference.Core.Types.ReplicaId(0)).Host.State;
    }
}
