using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replay;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using Xunit;

namespace PbftReference.Tests.Host.Replicas;

/// <summary>What a log is for: the replica comes back as it was (paper section 4.2: a promise made is kept).</summary>
public class RecoveryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_replica_recovered_from_its_log_has_the_state_and_the_service_that_it_had(ulong seed)
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(seed, store);
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        foreach (var replica in cluster.Replicas)
        {
            var recovered = ReplicaRecovery.Recover(store, cluster.Genesis, replica.Id);
            Assert.Equal(StateFingerprint.Of(replica.Host.State), StateFingerprint.Of(recovered.State));
            Assert.Equal(replica.Host.Service.Service.Digest, recovered.Service.Service.Digest);
            Assert.Equal(replica.Host.Log.Head, recovered.Log.Head);
        }
    }

    [Fact]
    public void Recovery_from_a_snapshot_gives_what_folding_from_the_beginning_gives()
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(4, store, operations: 150);
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        foreach (var replica in cluster.Replicas)
        {
            var snapshot = SnapshotStore.ReadNewest(store, cluster.Genesis.Cluster, replica.Id, cluster.Configuration);
            Assert.NotNull(snapshot);
            Assert.True(snapshot.State.Low.Value > 0);
            var recovered = ReplicaRecovery.Recover(store, cluster.Genesis, replica.Id);
            var folded = ReplayVerifier.Verify(store, cluster.Genesis, replica.Id);
            Assert.Equal(StateFingerprint.Of(folded.State), StateFingerprint.Of(recovered.State));
            Assert.Equal(folded.Service.Service.Digest, recovered.Service.Service.Digest);
            Assert.Equal(
                folded.Service.Checkpoints.Select(c => (c.SequenceNumber, c.StateDigest)),
                recovered.Service.Checkpoints.Select(c => (c.SequenceNumber, c.StateDigest)));
        }
    }

    [Fact]
    public void With_the_records_before_its_snapshots_truncated_a_replica_still_recovers_and_goes_on()
    {
        using var store = new InMemoryEventStore();
        var options = SmallRun.Options(5) with { Snapshots = new SnapshotPolicy(60, Retention: Retention.SinceSnapshots) };
        using var cluster = new Cluster(options, store, new Workload(300, k => System.Text.Encoding.UTF8.GetBytes($"operation {k}")));
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        Assert.Contains(cluster.Replicas, r => store.Tail(r.Host.Log.Stream)!.FirstRevision > 0);
        foreach (var replica in cluster.Replicas)
        {
            var recovered = ReplicaRecovery.Recover(store, cluster.Genesis, replica.Id);
            Assert.Equal(StateFingerprint.Of(replica.Host.State), StateFingerprint.Of(recovered.State));
        }
    }

    /// <summary>
    /// A replica that forgot what it had voted could vote otherwise after its restart, and the others would keep the second vote as
    /// evidence against it.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_crash_at_any_append_loses_nothing_that_was_promised(int victim)
    {
        for (var point = 1; point <= 60; point++)
        {
            using var store = new InMemoryEventStore();
            using var cluster = SmallRun.Of(11, store, FaultProfile.None, operations: 24);
            cluster.Start();
            var replica = cluster.Replica(new ReplicaId(victim));
            var chance = new SeededRandom((ulong)point);
            while (replica.Host.Log.Head.Revision < point * 3 && cluster.Step())
            {
            }

            replica.Crash(chance);
            cluster.Clock.Schedule(TimeSpan.FromMilliseconds(point), replica.Restart);
            var outcome = cluster.Run();
            Assert.True(outcome is { Safe: true, Completed: true }, $"point {point}: {string.Join("; ", outcome.Violations)}");
            Assert.False(cluster.Statistics.Events.ContainsKey(EventKind.EvidenceKept), $"point {point}: a replica contradicted itself");
        }
    }

    [Fact]
    public void A_replica_at_an_earlier_revision_is_the_fold_of_the_log_up_to_there()
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(6, store, FaultProfile.None);
        var states = new Dictionary<long, Digest>();
        cluster.Stepped += (host, _, step) =>
        {
            if (host.Self.Value == 1 && !step.Events.IsEmpty) states[host.Log.Head.Revision] = StateFingerprint.Of(host.State);
        };
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        Assert.True(states.Count > 50);
        foreach (var (revision, fingerprint) in states.Where((_, i) => i % 9 == 0))
        {
            var recovered = ReplicaRecovery.RecoverAt(store, cluster.Genesis, new ReplicaId(1), revision);
            Assert.Equal(fingerprint, StateFingerprint.Of(recovered.State));
        }
    }
}
