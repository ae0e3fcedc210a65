using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replay;
using PbftReference.Simulation;
using PbftReference.Tests.Host.Replicas;
using Xunit;

namespace PbftReference.Tests.Host.Replay;

/// <summary>Replay decides every recorded input again and compares byte for byte.</summary>
public class ReplayVerifierTests
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public void A_recorded_run_with_faults_is_reproduced_step_by_step(ulong seed)
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(seed, store);
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        foreach (var replica in cluster.Replicas)
        {
            var report = ReplayVerifier.Verify(store, cluster.Genesis, replica.Id);
            Assert.Null(report.Mismatch);
            Assert.True(report.Steps > 50);
            Assert.Equal(replica.Host.State.LastExecuted, report.State.LastExecuted);
        }
    }

    /// <summary>Found by killing a run: replay had executed the batch twice, once for the process that died over it.</summary>
    [Fact]
    public void A_batch_whose_execution_a_crash_cut_off_is_executed_once_in_replay_too()
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(26, store, FaultProfile.None);
        cluster.Start();
        var replica = cluster.Replica(new ReplicaId(1));
        while (replica.Host.State.LastExecuted.Value < 5 || replica.Host.State.Execution != PbftReference.Core.Phases.ExecutionPhase.Executing)
        {
            Assert.True(cluster.Step());
        }

        replica.Host.Log.Flush();
        replica.Crash(new SeededRandom(1));
        cluster.Clock.Schedule(TimeSpan.FromMilliseconds(30), replica.Restart);
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        Assert.Null(ReplayVerifier.Verify(store, cluster.Genesis, replica.Id).Mismatch);
    }

    [Fact]
    public void A_step_that_the_code_does_not_take_is_named_with_its_revision()
    {
        var (genesis, steps) = RecordedSteps();
        var at = steps.FindIndex(step => step.Events.Any(e => e is CommitSent));
        steps[at] = steps[at] with { Events = steps[at].Events.RemoveAll(e => e is CommitSent) };
        using var forged = Rewrite(steps);
        var report = ReplayVerifier.Verify(forged, genesis, new ReplicaId(2));
        Assert.Equal(at, report.Mismatch?.Revision);
        Assert.Contains("commit-sent", report.Mismatch!.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_the_service_does_not_give_is_named_with_its_revision()
    {
        var (genesis, steps) = RecordedSteps();
        var at = steps.FindIndex(step => step.Input is ExecutionCompleted);
        var completed = (ExecutionCompleted)steps[at].Input;
        var lie = completed with { Results = completed.Results.SetItem(0, [.. "no"u8]) };
        steps[at] = steps[at] with { Input = lie };
        using var forged = Rewrite(steps);
        var report = ReplayVerifier.Verify(forged, genesis, new ReplicaId(2));
        Assert.Equal(at, report.Mismatch?.Revision);
        Assert.Contains("another result", report.Mismatch!.Explanation, StringComparison.Ordinal);
    }

    private static (PbftReference.Host.Genesis Genesis, List<Step> Steps) RecordedSteps()
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(25, store, FaultProfile.None, operations: 12);
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        var stream = LogStreams.OfReplica(cluster.Genesis.Cluster, new ReplicaId(2));
        return (cluster.Genesis, [.. ReplicaLog.Read(store, stream).Where(r => r.IsStep).Select(r => r.Step!)]);
    }

    private static InMemoryEventStore Rewrite(List<Step> steps)
    {
        var store = new InMemoryEventStore();
        var log = ReplicaLog.Open(store, "sim", new ReplicaId(2));
        foreach (var step in steps) log.Add(step, 0);
        log.Flush();
        return store;
    }
}
