using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>Logs whose beginning was truncated are judged from a snapshot on, if that is asked for.</summary>
public sealed class FromSnapshotTests
{
    [Fact]
    public void Without_being_asked_for_it_a_truncated_log_is_undetermined_and_how_to_go_on_is_said()
    {
        using var run = new TruncatedRun(1);
        var report = run.Verify(fromSnapshot: false);
        Assert.Equal(Verdict.Undetermined, report.Verdict);
        Assert.Contains(report.Missing, missing => missing.Contains("--from-snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void Truncated_runs_conform_from_their_snapshots_on_in_lock_step_and_what_was_not_judged_is_said()
    {
        var (truncated, total) = (0, new Counts());
        foreach (var (seed, report) in ParallelEnumerable.Range(1, 60).Select(seed => (seed, Judge((ulong)seed))).AsSequential())
        {
            Assert.True(report.Violations.IsEmpty, $"seed {seed}: {report.Violations.FirstOrDefault()}");
            Assert.All(report.Missing, missing => Assert.Contains("executed nothing", missing, StringComparison.Ordinal));
            Assert.All(report.Unjudged, unjudged => Assert.Contains("is taken from the snapshot that the stream confirms, and was not judged", unjudged, StringComparison.Ordinal));
            truncated += report.Unjudged.Length;
            total.Add(report.Total);
        }

        Assert.True(truncated >= 50, $"only {truncated} logs were truncated");
        Assert.All((string[])["views-entered", "transfers", "restarts", "stable", "null-fills"], name => Assert.True(total[name] > 0, $"no {name}"));

        static VerificationReport Judge(ulong seed)
        {
            using var run = new TruncatedRun(seed);
            return run.Verify(fromSnapshot: true);
        }
    }

    [Fact]
    public void The_specification_begins_in_the_state_of_the_snapshot()
    {
        using var run = new TruncatedRun(1);
        foreach (var snapshot in run.Snapshots)
        {
            var translation = new SpecTranslation(run.Configuration);
            var peer = new SnapshotBeginning(snapshot).Peer(translation);
            Assert.Null(new Abstraction(translation).Difference(snapshot.State, peer.Replica));
        }
    }

    [Fact]
    public void What_is_wrong_after_the_snapshot_is_a_violation()
    {
        using var run = new TruncatedRun(1);
        var (replica, steps, snapshot) = run.Tail();
        var at = steps.FindIndex(step => step.Events.Any(e => e is Prepared) && step.Events.Any(e => e is PrepareAccepted));
        Assert.True(at >= 0, "nothing is prepared after the snapshot");
        steps[at] = steps[at] with { Events = [.. steps[at].Events.Where(e => e is not PrepareAccepted)] };
        var verifier = new LocalVerifier(new SpecTranslation(run.Configuration), replica, lockStep: true, beginning: new SnapshotBeginning(snapshot));
        var refusal = steps.Select(step => verifier.Accept(step, out _)).First(refusal => refusal is not null);
        Assert.Equal("PreparedCertificateValid", refusal!.Guard);
    }

    [Fact]
    public void What_a_replica_never_sent_after_its_snapshot_is_a_violation_and_what_it_may_have_sent_before_is_not()
    {
        using var run = new TruncatedRun(1);
        var (sender, _, snapshot) = run.Tail();
        var beginning = new SnapshotBeginning(snapshot);
        var commit = new Statement(PbftReference.Spec.SpecStatementKind.Commit, sender.Value, snapshot.State.View.Value, snapshot.State.High.Value, 1, 0);
        Assert.False(beginning.MayHold(commit.SignedAt(beginning.Revision + 1)));
        Assert.True(beginning.MayHold(commit.SignedAt(beginning.Revision)));
        Assert.True(beginning.MayHold((commit with { SequenceNumber = snapshot.State.Low.Value }).SignedAt(beginning.Revision + 1)));
    }

    /// <summary>A fuzzed run whose replicas keep only what follows on their snapshots.</summary>
    private sealed class TruncatedRun : IDisposable
    {
        private readonly InMemoryEventStore _store = new();
        private readonly FuzzCase _case;

        public TruncatedRun(ulong seed)
        {
            var drawn = FuzzCase.FromSeed(seed, 4);
            _case = drawn with { Options = drawn.Options with { Snapshots = new SnapshotPolicy(60, Retention: Retention.SinceSnapshots) } };
            Fuzzer.Run(_case, _store);
            Configuration = _case.Options.Configuration with { InitialServiceDigest = ServiceFactory.Create(_case.Options.Service).Digest };
        }

        public ClusterConfiguration Configuration { get; }

        public IEnumerable<ReplicaSnapshot> Snapshots => Correct.Select(id => SnapshotStore.ReadOldest(_store, "sim", id, Configuration)).OfType<ReplicaSnapshot>();

        private IEnumerable<ReplicaId> Correct =>
            Enumerable.Range(0, 4).Select(i => new ReplicaId(i)).Where(id => _case.Options.Faulty.All(faulty => faulty.Replica != id));

        /// <summary>The first correct replica with a truncated log: its steps after the snapshot.</summary>
        public (ReplicaId Replica, List<Step> Steps, ReplicaSnapshot Snapshot) Tail()
        {
            var replica = Correct.First(id => _store.Tail(LogStreams.OfReplica("sim", id))!.FirstRevision > 0);
            var snapshot = SnapshotStore.ReadOldest(_store, "sim", replica, Configuration)!;
            return (replica, [.. ReplicaLog.ReadAfter(_store, LogStreams.OfReplica("sim", replica), snapshot.Taken.Position).Select(record => record.Step).OfType<Step>()], snapshot);
        }

        public VerificationReport Verify(bool fromSnapshot)
        {
            var options = new VerificationOptions { LockStep = true, FromSnapshot = fromSnapshot, Faulty = [.. _case.Options.Faulty.Select(faulty => faulty.Replica)] };
            return LogVerifier.Run(_store, new Genesis("sim", Configuration, _case.Options.Service, Digest.None), options);
        }

        public void Dispose() => _store.Dispose();
    }
}
