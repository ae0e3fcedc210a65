using System.Text;
using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Simulation.Network;
using Xunit;

namespace PbftReference.Tests.Golden;

/// <summary>A small simulated run with faults at chosen moments, left as a run directory.</summary>
/// <param name="Options">The simulation; no faults by chance.</param>
/// <param name="Operations">How many operations.</param>
/// <param name="Script">Called when the cluster has started; makes things go wrong.</param>
internal sealed record ScriptedScenario(SimulationOptions Options, int Operations, Action<Cluster>? Script = null)
{
    /// <summary>What the network does to the clients' first requests.</summary>
    public NetworkConditions AtStart { get; init; } = NetworkConditions.Healthy;

    /// <summary>Runs it and requires that it was safe and came to its end.</summary>
    public void RunInto(string directory)
    {
        var workload = new Workload(Operations, k => Encoding.UTF8.GetBytes($"operation {k + 1}"));
        Directory.CreateDirectory(directory);
        using var store = RunDirectory.CreateLog(directory);
        using var cluster = new Cluster(Options with { Faults = FaultProfile.None }, store, workload);
        RunDirectory.Create(directory, new RunManifest(cluster.Genesis, Options, null, Operations));
        cluster.Network.Conditions = AtStart;
        cluster.Start();
        Script?.Invoke(cluster);
        var outcome = cluster.Run();
        Assert.True(outcome.Safe && outcome.Completed, $"{outcome}: {string.Join("; ", outcome.Violations)}");
    }

    /// <summary>Does something once, right after the first step of a kind; what is sent by that step has not left by then.</summary>
    public static void Once(Cluster cluster, Func<ReplicaState, Step, bool> when, Action action)
    {
        var done = false;
        cluster.Stepped += (ReplicaHost host, ReplicaState _, Step step) =>
        {
            if (done || !when(host.State, step)) return;
            done = true;
            action();
        };
    }

    /// <summary>Does something after a virtual time.</summary>
    public static void After(Cluster cluster, double milliseconds, Action action) => cluster.Clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), action);

    /// <summary>Replica i.</summary>
    public static ReplicaId R(int i) => new(i);

    /// <summary>Place n.</summary>
    public static SequenceNumber N(long n) => new(n);
}
