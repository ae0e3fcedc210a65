using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Services;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.Host.Replicas;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>
/// Integrity and judging in one reading of the log say what two readings say; of a log with which something is wrong, one reading says
/// nothing.
/// </summary>
public sealed class OnePassTests
{
    [Fact]
    public void One_reading_says_of_runs_with_faults_what_two_say()
    {
        var once = 0;
        for (var seed = 1UL; seed <= 25; seed++)
        {
            using var store = new InMemoryEventStore();
            var run = FuzzCase.FromSeed(seed, 4);
            Fuzzer.Run(run, store);
            var configuration = run.Options.Configuration with { InitialServiceDigest = ServiceFactory.Create(run.Options.Service).Digest };
            var genesis = new Genesis("sim", configuration, run.Options.Service, Digest.None);
            var options = new VerificationOptions { Faulty = [.. run.Options.Faulty.Select(faulty => faulty.Replica)] };
            if (OnePass.TryRun(store, genesis, options) is not { } report) continue;
            once++;
            AssertSame(LogVerifier.RunInTwoPasses(store, genesis, options), report);
        }

        Assert.True(once >= 20, $"only {once} of 25 runs were judged in one reading");
    }

    [Fact]
    public void A_sound_log_is_judged_in_one_reading()
    {
        using var log = new SampleLog();
        Assert.Equal(Verdict.Conforms, log.Once()!.Verdict);
        AssertSame(log.Twice(), log.Once()!);
    }

    [Fact]
    public void A_changed_byte_is_corrupt_however_often_the_log_is_read() => AssertCorrupt(rows => Flip(rows, rows.Count / 2));

    [Fact]
    public void A_changed_last_byte_is_corrupt_however_often_the_log_is_read() => AssertCorrupt(rows => Flip(rows, rows.Count - 1));

    [Fact]
    public void A_lost_record_is_corrupt_however_often_the_log_is_read() =>
        AssertCorrupt(rows => rows.RemoveAt(rows.FindIndex(row => row is { Stream: "replica-sim.1", Revision: 20 })));

    [Fact]
    public void A_lost_end_for_which_the_others_hold_signatures_is_corrupt_however_often_the_log_is_read() =>
        AssertCorrupt(rows => rows.RemoveAll(row => row is { Stream: "replica-sim.2", Revision: > 30 } or { Stream: "snapshot-sim.2" }));

    [Fact]
    public void A_history_written_anew_contradicts_what_was_signed_however_often_the_log_is_read() => AssertCorrupt(WriteAnew);

    [Fact]
    public void A_log_without_one_of_the_replicas_is_read_twice()
    {
        using var log = new SampleLog();
        log.Change(rows => rows.RemoveAll(row => row.Stream.EndsWith(".3", StringComparison.Ordinal)));
        Assert.Null(log.Once());
        Assert.Equal(Verdict.Undetermined, log.Run().Verdict);
    }

    private static void AssertCorrupt(Action<List<StoredEvent>> damage)
    {
        using var log = new SampleLog();
        log.Change(damage);
        Assert.Null(log.Once());
        Assert.Equal(Verdict.Corrupt, log.Twice().Verdict);
        AssertSame(log.Twice(), log.Run());
    }

    private static void AssertSame(VerificationReport expected, VerificationReport actual)
    {
        Assert.Equal(expected.Verdict, actual.Verdict);
        Assert.Equal(expected.Violations.AsEnumerable(), actual.Violations.AsEnumerable());
        Assert.Equal(expected.Missing.AsEnumerable(), actual.Missing.AsEnumerable());
        Assert.Equal(expected.Integrity.Findings.AsEnumerable(), actual.Integrity.Findings.AsEnumerable());
        Assert.All(Counts.Names, name => Assert.Equal(expected.Total[name], actual.Total[name]));
    }

    private static void Flip(List<StoredEvent> rows, int at)
    {
        var data = rows[at].Data.ToArray();
        data[^2] ^= 1;
        rows[at] = rows[at] with { Data = data };
    }

    // The same steps at other times: whole in itself, and not what the others saw.
    private static void WriteAnew(List<StoredEvent> rows)
    {
        const string Stream = "replica-sim.1";
        using var old = InMemoryEventStore.FromRows(rows);
        using var anew = new InMemoryEventStore();
        var log = ReplicaLog.Open(anew, "sim", new ReplicaId(1));
        foreach (var record in ReplicaLog.Read(old, Stream))
        {
            if (record.Step is { } step) log.Add(step, record.TimeMs + 1);
        }

        log.Flush();
        rows.RemoveAll(row => row.Stream is Stream or "snapshot-sim.1");
        rows.AddRange(anew.Read(Stream));
    }

    /// <summary>A run without faults in memory.</summary>
    private sealed class SampleLog : IDisposable
    {
        private readonly Genesis _genesis;
        private InMemoryEventStore _store = new();

        public SampleLog()
        {
            using var cluster = SmallRun.Of(1, _store, FaultProfile.None);
            cluster.Start();
            Assert.True(cluster.Run().Safe);
            _genesis = new Genesis("sim", cluster.Configuration, "ledger", Digest.None);
        }

        public VerificationReport? Once() => OnePass.TryRun(_store, _genesis, new VerificationOptions());

        public VerificationReport Twice() => LogVerifier.RunInTwoPasses(_store, _genesis, new VerificationOptions());

        public VerificationReport Run() => LogVerifier.Run(_store, _genesis, new VerificationOptions());

        public void Change(Action<List<StoredEvent>> change)
        {
            var rows = _store.Streams().SelectMany(stream => _store.Read(stream)).ToList();
            change(rows);
            _store.Dispose();
            _store = InMemoryEventStore.FromRows(rows);
        }

        public void Dispose() => _store.Dispose();
    }
}
