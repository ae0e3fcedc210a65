using System.Collections.Immutable;
using System.Text;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Events;
using PbftReference.Host.Replay;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Host.Signing;
using PbftReference.Simulation;
using PbftReference.Tests.Core;
using Xunit;

namespace PbftReference.Tests.Host.Replicas;

/// <summary>One replica host, fed by hand: snapshots around transfers and executions, forged logs, a second process.</summary>
public class SnapshotsAndTransfers
{
    [Theory]
    [InlineData(4, true)]
    [InlineData(7, true)]
    [InlineData(7, false)]
    public void A_replica_whose_old_checkpoint_becomes_stable_around_a_transfer_recovers(int replicas, bool during)
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, replicas);
        one.ExecuteTwo();
        one.Hear(10);
        one.Fetch(pages: false);
        if (during) one.Hear(2);
        one.Fetch(pages: true);
        if (!during) one.Hear(2);
        Assert.Equal(10, one.Host.State.LastExecuted.Value);
        one.Host.Log.Flush();
        var recovered = ReplicaRecovery.Recover(store, one.Genesis, new ReplicaId(1));
        Assert.Equal(StateFingerprint.Of(one.Host.State), StateFingerprint.Of(recovered.State));
        Assert.Equal(one.Host.Service.Service.Digest, recovered.Service.Service.Digest);
    }

    [Fact]
    public void A_forged_client_table_of_an_installed_state_is_noticed_by_replay()
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, 4);
        one.ExecuteTwo();
        one.Hear(10);
        one.Fetch(pages: false);
        one.Fetch(pages: true);
        one.Host.Log.Flush();
        var state = ReplicaState.Genesis(one.Genesis.Configuration, new ReplicaId(1));
        using var forged = new InMemoryEventStore();
        var log = ReplicaLog.Open(forged, one.Genesis.Cluster, new ReplicaId(1));
        foreach (var record in ReplicaLog.Read(store, one.Host.Log.Stream).Where(r => r.IsStep))
        {
            var input = record.Step!.Input;
            if (input is StateInstalled installed) input = installed with { Clients = ClientTable.Empty(64) };
            var decision = PbftReference.Core.Replica.Decide(state, input);
            state = decision.State;
            log.Add(decision.Step, 0);
        }

        log.Flush();
        Assert.NotNull(ReplayVerifier.Verify(forged, one.Genesis, new ReplicaId(1)).Mismatch);
    }

    [Fact]
    public void A_forged_execution_without_its_results_is_a_mismatch_and_no_crash()
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, 4);
        one.ExecuteTwo();
        one.Host.Log.Flush();
        using var forged = new InMemoryEventStore();
        var log = ReplicaLog.Open(forged, one.Genesis.Cluster, new ReplicaId(1));
        foreach (var record in ReplicaLog.Read(store, one.Host.Log.Stream).Where(r => r.IsStep))
        {
            var step = record.Step!;
            log.Add(step.Input is ExecutionCompleted completed ? step with { Input = completed with { Results = [] } } : step, 0);
        }

        log.Flush();
        Assert.NotNull(ReplayVerifier.Verify(forged, one.Genesis, new ReplicaId(1)).Mismatch);
    }

    [Fact]
    public void A_forged_snapshot_is_noticed_by_replay()
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, 4, snapshotAfter: 1000);
        one.ExecuteTwo();
        one.Hear(2);
        var log = one.Host.Log;
        SnapshotStore.Write(log, one.Host.State with { Accused = [new ReplicaId(3)] }, one.Host.Service.CheckpointAt(new SequenceNumber(2))!.ToPages(), 0);
        log.Flush();
        Assert.NotNull(ReplayVerifier.Verify(store, one.Genesis, new ReplicaId(1)).Mismatch);
    }

    // the process before is still alive and appends between the reading of the log and its opening
    [Fact]
    public void A_process_that_recovered_while_another_appended_is_fenced()
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, 4);
        one.ExecuteTwo();
        one.Host.Log.Flush();
        using var late = new AppendsAtTheEnd(store, () => one.Prove(3));
        var recovered = ReplicaRecovery.Recover(late, one.Genesis, new ReplicaId(1));
        var step = PbftReference.Core.Replica.Decide(recovered.State, new ReplicaStarted(Say.Hash("second"))).Step;
        Assert.Throws<FencedException>(() =>
        {
            recovered.Log.Add(step, 0);
            recovered.Log.Flush();
        });
    }

    [Fact]
    public void Replay_from_a_snapshot_that_was_taken_during_an_execution_finds_no_mismatch()
    {
        using var store = new InMemoryEventStore();
        var one = new One(store, 4) { ServiceIsSlow = true };
        one.ExecuteTwo();
        one.Prove(3);
        one.Hear(2);
        var taken = ReplicaLog.Read(store, one.Host.Log.Stream).Single(r => r.SnapshotTaken is not null).SnapshotTaken!;
        store.Truncate(one.Host.Log.Stream, taken.Position.Revision + 1);
        one.AnswerNow();
        Assert.Equal(3, one.Host.State.LastExecuted.Value);
        one.Host.Log.Flush();
        Assert.Null(ReplayVerifier.Verify(store, one.Genesis, new ReplicaId(1)).Mismatch);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void With_records_truncated_replay_covers_all_that_are_left_and_the_state_at_a_revision_is_right(ulong seed)
    {
        using var store = new InMemoryEventStore();
        var options = SmallRun.Options(seed) with { Snapshots = new SnapshotPolicy(60, Retention: Retention.SinceSnapshots) };
        using var cluster = new Cluster(options, store, new Workload(300, k => Encoding.UTF8.GetBytes($"operation {k}")));
        var states = new Dictionary<(int Replica, long Revision), Digest>();
        cluster.Stepped += (host, _, step) =>
        {
            if (!step.Events.IsEmpty) states[(host.Self.Value, host.Log.Head.Revision)] = StateFingerprint.Of(host.State);
        };
        cluster.Start();
        Assert.True(cluster.Run() is { Safe: true, Completed: true });
        var checkedStates = 0;
        foreach (var replica in cluster.Replicas)
        {
            var stream = replica.Host.Log.Stream;
            var first = store.Tail(stream)!.FirstRevision;
            for (var revision = first; revision < first + 10; revision++)
            {
                if (!states.TryGetValue((replica.Id.Value, revision), out var fingerprint)) continue;
                checkedStates++;
                Assert.Equal(fingerprint, StateFingerprint.Of(ReplicaRecovery.RecoverAt(store, cluster.Genesis, replica.Id, revision).State));
            }

            var report = ReplayVerifier.Verify(store, cluster.Genesis, replica.Id);
            Assert.Null(report.Mismatch);
            Assert.Equal(ReplicaLog.Read(store, stream).Count(record => record.IsStep), report.Steps);
        }

        Assert.True(checkedStates > 0);
    }

    /// <summary>Replica 1 between others that are made up; a second service runs ahead and answers for them.</summary>
    private sealed class One : ITransport, IReplicaBackground, ISigner, ISignatureVerifier
    {
        private readonly VirtualEventManager _manager = new();
        private readonly ServiceRunner _ahead = new(new LedgerService(), 64);
        private readonly int _replicas;
        private Execute? _waiting;

        public One(IEventStore store, int replicas, int snapshotAfter = 8)
        {
            _replicas = replicas;
            var configuration = new ClusterConfiguration
            {
                Replicas = replicas, Faults = (replicas - 1) / 3, CheckpointPeriod = 2, LogMultiplier = 4, BatchSize = 1,
                InitialServiceDigest = new LedgerService().Digest,
            }.Validate();
            Genesis = new PbftReference.Host.Genesis("one", configuration, LedgerService.ServiceName, Digest.None);
            var recovered = ReplicaRecovery.Recover(store, Genesis, Replica);
            Host = new ReplicaHost(new ReplicaParts(
                Genesis, recovered.State, recovered.Log, recovered.Service, this, this, this, this, _manager, new VirtualClock(), null,
                new SnapshotPolicy(snapshotAfter)));
            Host.Start(Say.Hash("start"));
            var clients = ClientTable.Empty(64);
            for (var n = 1; n <= 10; n++)
            {
                ImmutableArray<Request> requests = [Operation(n).Statement];
                clients = clients.With(requests, _ahead.Run(new Execute(new SequenceNumber(n), requests)).Results);
                var digest = StateDigests.Of(new SequenceNumber(n), clients.PageDigests().AsSpan(), _ahead.Service.Digest);
                _ahead.Keep(new TakeCheckpoint(new SequenceNumber(n), digest, clients));
            }
        }

        public PbftReference.Host.Genesis Genesis { get; }

        public ReplicaHost Host { get; }

        public bool ServiceIsSlow { get; init; }

        public ReplicaId Replica => new(1);

        /// <summary>Another replica shows why a place is committed.</summary>
        public void Prove(int n)
        {
            int[] signers = [0, .. Enumerable.Range(2, Genesis.Configuration.Quorum - 1)];
            var batch = Say.BatchOf(Operation(n));
            Take(new CommitProof(Say.Prepared(0, n, batch, Digest.None, signers), Say.Committed(0, n, batch, signers), batch, new ReplicaId(0)));
        }

        public void AnswerNow()
        {
            Host.Deliver(Host.Service.Run(_waiting!));
            _waiting = null;
            _manager.RunToIdle();
        }

        public void ExecuteTwo()
        {
            for (var n = 1; n <= 2; n++)
            {
                Prove(n);
                if (ServiceIsSlow) AnswerNow();
            }

            Assert.Equal(2, Host.State.LastExecuted.Value);
        }

        /// <summary>Others sign for a checkpoint: all of them at 2, f+1 at 10.</summary>
        public void Hear(int n)
        {
            var digest = _ahead.CheckpointAt(new SequenceNumber(n))!.StateDigest;
            var count = n == 2 ? _replicas - 1 : Genesis.Configuration.WeakQuorum;
            foreach (var i in Enumerable.Range(0, _replicas).Where(i => i != 1).Take(count)) Take(Say.Checkpoint(n, digest, i));
        }

        public void Fetch(bool pages)
        {
            var transfer = Host.State.Transfer!;
            var wanted = pages ? transfer.Missing!.ToImmutableArray() : [];
            Take(_ahead.Answer(new SendState(Replica, transfer.SequenceNumber, transfer.StateDigest, wanted), new ReplicaId(0))!);
        }

        public void Send(ReplicaId to, byte[] frame)
        {
        }

        public void Send(ClientId to, byte[] frame)
        {
        }

        public void FlushSoon(ReplicaHost host) => host.Log.Flush();

        public void ExecuteSoon(ReplicaHost host, Execute effect)
        {
            if (ServiceIsSlow) _waiting = effect;
            else host.Deliver(host.Service.Run(effect));
        }

        public Signature Sign(Digest statement, long revision, Digest chainHead) => new(revision, chainHead, [1]);

        public bool IsSignedBy(ReplicaId replica, Digest statement, Signature signature) => true;

        public bool IsSignedBy(ClientId client, Digest statement, Signature signature) => true;

        private static Signed<Request> Operation(int n) => Say.Request(9, n, $"operation {n}");

        private void Take(ReplicaMessage message)
        {
            Host.Deliver(WireFormat.Encode(message, Seal.Of(message.Replica)));
            _manager.RunToIdle();
        }
    }

    /// <summary>A store to which somebody else appends as soon as a stream was read to its end.</summary>
    private sealed class AppendsAtTheEnd(IEventStore store, Action append) : IEventStore
    {
        private bool _done;

        public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue)
        {
            var events = store.Read(stream, fromRevision, maxCount).ToList();
            foreach (var item in events) yield return item;
            if (_done || events.Count == 0 || stream.StartsWith("snapshot", StringComparison.Ordinal)) yield break;
            _done = true;
            append();
        }

        public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => store.Append(stream, expected, events);

        public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) =>
            store.ReadBackwards(stream, fromRevision, maxCount);

        public StreamTail? Tail(string stream) => store.Tail(stream);

        public void Truncate(string stream, long beforeRevision) => store.Truncate(stream, beforeRevision);

        public IReadOnlyList<string> Streams() => store.Streams();

        public IEventSubscription Subscribe(string stream, long afterRevision = -1) => store.Subscribe(stream, afterRevision);

        public IAppendGroup BeginGroup() => store.BeginGroup();

        public void Dispose()
        {
        }
    }
}
