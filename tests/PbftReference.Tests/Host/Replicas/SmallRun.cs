using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;

namespace PbftReference.Tests.Host.Replicas;

/// <summary>Small simulated runs for the tests of recovery and replay.</summary>
internal static class SmallRun
{
    public static SimulationOptions Options(ulong seed, FaultProfile faults = FaultProfile.Many) => new()
    {
        Seed = seed,
        Configuration = new ClusterConfiguration
        {
            BatchSize = 4,
            CheckpointPeriod = 3,
            LogMultiplier = 4,
            BatchTimeout = 20,
            RequestTimeout = 500,
            StatusTimeout = 200,
            TransferTimeout = 200,
            ResendViewChangeTimeout = 500,
        },
        Outstanding = 4,
        ThinkTime = 100,
        Faults = faults,
        HealAfter = 2500,
        ProgressWithin = 60_000,
        Snapshots = new SnapshotPolicy(60),
    };

    public static Cluster Of(ulong seed, IEventStore store, FaultProfile faults = FaultProfile.Many, int operations = 60) =>
        new(Options(seed, faults), store, new Workload(operations, k => Encoding.UTF8.GetBytes($"operation {k}")));
}
