using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Network;
using Xunit;
using static PbftReference.Tests.Golden.ScriptedScenario;

namespace PbftReference.Tests.Golden;

/// <summary>
/// Small runs, recorded in snapshots/traces: the log of one replica, its state at the end, and the transitions of all replicas for people.
/// Each test first shows that the run is what its name says.
/// </summary>
public sealed class GoldenTraceTests
{
    private static readonly NetworkConditions LosesEverything = new() { Loss = 1_000_000 };

    private const ulong LosesTheLastWrite = 2;

    private static SimulationOptions Small(ulong seed) => new()
    {
        Seed = seed,
        Clients = 1,
        Outstanding = 1,
        Faults = FaultProfile.None,
        Configuration = new ClusterConfiguration { BatchSize = 1, CheckpointPeriod = 4, LogMultiplier = 2 },
    };

    [Fact]
    public async Task Normal_case()
    {
        using var run = new GoldenRun(new ScriptedScenario(Small(1), 2));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal([1, 2], run.Events<CommittedLocal>(i).Select(e => e.SequenceNumber.Value));
            Assert.Equal([1, 2], run.Events<BatchExecuted>(i).Select(e => e.SequenceNumber.Value));
            Assert.Empty(run.Events<ViewChangeSent>(i));
        }

        await run.Verify("normal-case", 1);
    }

    [Fact]
    public async Task Faulty_primary()
    {
        var options = Small(1) with { Faulty = [new FaultyReplica(R(0), "silent")] };
        using var run = new GoldenRun(new ScriptedScenario(options, 1));
        for (var i = 1; i < 4; i++)
        {
            Assert.Contains(run.Events<ViewEntered>(i), e => e.View == new ViewNumber(1));
            Assert.Contains(run.Events<CommittedLocal>(i), e => e.View == new ViewNumber(1));
        }

        Assert.Contains(Enumerable.Range(1, 3), i => run.Events<ViewChangeSent>(i).Any(e => e.Reason == ViewChangeReason.TimerExpired));
        await run.Verify("faulty-primary", 1);
    }

    [Fact]
    public async Task View_change_carries_a_prepared_request()
    {
        // All commits of view 0 are lost, so that nothing is decided before the view changes.
        using var run = new GoldenRun(new ScriptedScenario(Small(1), 1, cluster =>
        {
            Once(cluster, (_, step) => step.Events.Any(e => e is CommitSent), () => cluster.Network.Conditions = LosesEverything);
            Once(cluster, (_, step) => step.Events.Any(e => e is ViewChangeSent), () =>
            {
                cluster.Network.Conditions = NetworkConditions.Healthy;
                cluster.Network.Partition([R(0)]);
            });
            Once(cluster, (_, step) => step.Events.Any(e => e is ViewEntered), cluster.Network.Heal);
        }));
        for (var i = 1; i < 4; i++)
        {
            Assert.Contains(run.Events<Prepared>(i), e => e.View.Value == 0 && e.SequenceNumber.Value == 1);
            Assert.DoesNotContain(run.Events<CommittedLocal>(i), e => e.View.Value == 0);
        }

        var entered = Assert.Single(run.Events<ViewEntered>(2));
        var carried = Assert.Single(run.End(2).NewViews[entered.NewView].Statement.Carried);
        Assert.False(carried.BatchDigest.IsNone);
        Assert.Contains(run.Events<CommittedLocal>(2), e => e.View.Value == 1 && e.BatchDigest == carried.BatchDigest);
        await run.Verify("view-change-carries-prepared", 2);
    }

    [Fact]
    public async Task Null_request_fills_a_gap()
    {
        // The first proposal reaches nobody, the second everybody; then the primary is cut off, with the first request.
        var accepted = 0;
        using var run = new GoldenRun(new ScriptedScenario(Small(2) with { Clients = 2 }, 2, cluster =>
        {
            Once(cluster, (_, step) => Proposes(step, 1), () => cluster.Network.Conditions = LosesEverything);
            Once(cluster, (_, step) => Proposes(step, 2), () => cluster.Network.Conditions = NetworkConditions.Healthy);
            Once(cluster, (_, step) => step.Events.Any(e => e is PrePrepareAccepted) && ++accepted == 3, () => cluster.Network.Partition([R(0)]));
            Once(cluster, (_, step) => step.Events.Any(e => e is ViewEntered), cluster.Network.Heal);
        })
        {
            // Far enough apart for one proposal to have left before the other is made.
            AtStart = new NetworkConditions { DelayHigh = 60_000 },
        });
        var entered = run.Events<ViewEntered>(1)[0];
        var carried = run.Events<NewViewSent>(1).Select(e => e.NewView).Contains(entered.NewView) ? run.End(1).NewViews[entered.NewView].Statement.Carried : [];
        Assert.Equal([1, 2], carried.Select(c => c.SequenceNumber.Value));
        Assert.True(carried[0].BatchDigest.IsNone);
        Assert.False(carried[1].BatchDigest.IsNone);
        Assert.Contains(run.Events<BatchExecuted>(1), e => e.SequenceNumber.Value == 1 && e.Results.IsEmpty);
        await run.Verify("null-request-fill", 1);

        static bool Proposes(Step step, long n) => step.Events.Any(e => e is PrePrepareSent sent && sent.SequenceNumber.Value == n);
    }

    [Fact]
    public async Task Checkpoint_and_garbage_collection()
    {
        var options = Small(1) with { Configuration = new ClusterConfiguration { BatchSize = 1, CheckpointPeriod = 2, LogMultiplier = 2 } };
        using var run = new GoldenRun(new ScriptedScenario(options, 3));
        for (var i = 0; i < 4; i++) Assert.Contains(run.Events<CheckpointStable>(i), e => e.SequenceNumber.Value == 2);
        var end = run.End(3);
        Assert.Equal((2, 6), (end.Low.Value, end.High.Value));
        Assert.All(end.Window, slot => Assert.True(slot.SequenceNumber > N(2)));
        await run.Verify("checkpoint-garbage-collection", 3);
    }

    [Fact]
    public async Task State_transfer()
    {
        // Replica 3 is cut off until the others have discarded what it misses.
        var options = Small(1) with { Configuration = new ClusterConfiguration { BatchSize = 1, CheckpointPeriod = 1, LogMultiplier = 2 } };
        using var run = new GoldenRun(new ScriptedScenario(options, 4, cluster =>
        {
            cluster.Network.Partition([R(3)]);
            Once(cluster, (state, _) => state.Low == N(4), cluster.Network.Heal);
        }));
        var completed = run.Events<TransferCompleted>(3)[^1];
        Assert.True(completed.SequenceNumber.Value >= 3);
        Assert.DoesNotContain(run.Events<BatchExecuted>(3), e => e.SequenceNumber.Value == 1);
        Assert.Equal(run.End(0).ServiceDigest, run.End(3).ServiceDigest);
        await run.Verify("state-transfer", 3);
    }

    [Fact]
    public async Task Crash_and_restart()
    {
        // Replica 2 dies when it is prepared, before that is on its disk: its commit never left, and it comes back as it was before.
        using var run = new GoldenRun(new ScriptedScenario(Small(1), 2, cluster =>
            Once(cluster, (state, step) => state.Self == R(2) && step.Events.Any(e => e is Prepared), () => After(cluster, 0, () =>
            {
                cluster.Replica(R(2)).Crash(new SeededRandom(LosesTheLastWrite));
                After(cluster, 300, cluster.Replica(R(2)).Restart);
            }))));
        var starts = run.Steps(2).Where(step => step.Input is ReplicaStarted).ToList();
        Assert.Equal(2, starts.Count);
        Assert.NotEqual(((ReplicaStarted)starts[0].Input).Incarnation, ((ReplicaStarted)starts[1].Input).Incarnation);
        var firstLife = run.Steps(2).TakeWhile(step => step != starts[1]).SelectMany(step => step.Events).ToList();
        Assert.Contains(firstLife, e => e is PrepareSent);
        Assert.DoesNotContain(firstLife, e => e is Prepared or CommitSent);
        Assert.Equal(N(2), run.End(2).LastExecuted);
        Assert.Equal(run.End(0).ServiceDigest, run.End(2).ServiceDigest);
        await run.Verify("crash-and-restart", 2);
    }
}
