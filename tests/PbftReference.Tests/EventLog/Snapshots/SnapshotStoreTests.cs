using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Tests.EventLog.Log;
using Xunit;

namespace PbftReference.Tests.EventLog.Snapshots;

public sealed class SnapshotStoreTests : IDisposable
{
    private const string Stream = "replica-c.1";
    private const string Snapshots = "snapshot-c.1";

    private static readonly ReplicaId Self = new(1);
    private static readonly ClusterConfiguration Configuration = new ClusterConfiguration().Validate();

    private readonly InMemoryEventStore _store = new();
    private long _time;

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_confirmed_snapshot_comes_back_with_state_and_pages()
    {
        var log = OpenWithSteps(3);
        var pages = Pages(10, clients: 3, service: 5, size: 100);
        var at = log.Head;
        var taken = SnapshotStore.Write(log, State(42), pages, 7);
        log.Add(SampleSteps.RequestReceived(99), 8);
        log.Flush();

        var snapshot = ReadNewest()!;
        Assert.Equal(taken, snapshot.Taken);
        Assert.Equal(at, taken.Position);
        Assert.Equal(StateFingerprint.Of(State(42)), StateFingerprint.Of(snapshot.State));
        Assert.Equal(taken.Fingerprint, StateFingerprint.Of(snapshot.State));
        AssertSame(pages, snapshot.Pages);
        Assert.Equal(["snapshot-taken/1", "request-received/1"], ReplicaLog.ReadAfter(_store, Stream, taken.Position).Select(record => record.Type));
        Assert.Equal(taken, ReplicaLog.ReadAfter(_store, Stream, taken.Position).First().SnapshotTaken);
    }

    [Fact]
    public void A_snapshot_larger_than_a_blob_comes_back_whole()
    {
        var log = OpenWithSteps(1);
        var pages = Pages(20, clients: 40, service: 90, size: 40_000);
        SnapshotStore.Write(log, State(1), pages, 0);
        log.Flush();
        Assert.True(_store.Tail(Snapshots)!.LastRevision > 15);
        AssertSame(pages, ReadNewest()!.Pages);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(_store).Verdict);
    }

    [Fact]
    public void Without_any_snapshot_the_log_is_folded_from_its_beginning()
    {
        OpenWithSteps(2).Flush();
        Assert.Null(ReadNewest());
    }

    [Fact]
    public void A_snapshot_whose_confirmation_was_lost_is_passed_over()
    {
        var log = OpenWithSteps(2);
        var first = SnapshotStore.Write(log, State(1), Pages(10), 1);
        log.Flush();
        log.Add(SampleSteps.RequestReceived(50), 2);
        log.Flush();
        SnapshotStore.Write(log, State(2), Pages(20), 3);

        // The process ends before the flush, and another one goes on.
        Assert.Equal(first, ReadNewest()!.Taken);
        log = ReplicaLog.Open(_store, "c", Self);
        AddSteps(log, 5);
        log.Flush();
        Assert.Equal(first, ReadNewest()!.Taken);
    }

    [Fact]
    public void A_snapshot_of_records_that_were_lost_is_passed_over()
    {
        var log = OpenWithSteps(2);
        var first = SnapshotStore.Write(log, State(1), Pages(10), 1);
        log.Flush();
        AddSteps(log, 3);
        SnapshotStore.Write(log, State(2), Pages(20), 3);
        log = ReplicaLog.Open(_store, "c", Self);
        log.Add(SampleSteps.Started(9), 0);
        AddSteps(log, 10);
        log.Flush();
        Assert.Equal(first, ReadNewest()!.Taken);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(_store).Verdict);
    }

    [Fact]
    public void A_torn_snapshot_is_passed_over()
    {
        var log = OpenWithSteps(2);
        var first = SnapshotStore.Write(log, State(1), Pages(10), 1);
        log.Flush();
        var end = _store.Tail(Snapshots)!.LastRevision;
        AddSteps(log, 1);
        SnapshotStore.Write(log, State(2), Pages(20, clients: 5, service: 5, size: 80_000), 2);
        log.Flush();

        // All of the second but its last records.
        var all = _store.Read(Snapshots).ToList();
        for (var kept = end + 1; kept < all.Count; kept++)
        {
            using var torn = InMemoryEventStore.FromRows([.. _store.Read(Stream), .. all.Take((int)kept)]);
            Assert.Equal(first, SnapshotStore.ReadNewest(torn, "c", Self, Configuration)!.Taken);
        }
    }

    [Fact]
    public void A_damaged_snapshot_is_passed_over_for_the_one_before()
    {
        var log = OpenWithSteps(2);
        var first = SnapshotStore.Write(log, State(1), Pages(10), 1);
        AddSteps(log, 2);
        SnapshotStore.Write(log, State(2), Pages(20), 2);
        log.Flush();
        var rows = _store.Read(Snapshots).ToList();
        for (var i = (int)first.SnapshotRevision + 1; i < rows.Count; i++)
        {
            var damaged = rows.ToList();
            var data = rows[i].Data.ToArray();
            data[data.Length / 2] ^= 1;
            damaged[i] = rows[i] with { Data = data };
            using var store = InMemoryEventStore.FromRows([.. _store.Read(Stream), .. damaged]);
            Assert.Equal(first, SnapshotStore.ReadNewest(store, "c", Self, Configuration)!.Taken);
        }
    }

    [Fact]
    public void The_last_two_confirmed_snapshots_are_kept_when_the_next_is_written()
    {
        var log = OpenWithSteps(1);
        var taken = new List<SnapshotTaken>();
        for (var i = 1; i <= 5; i++)
        {
            taken.Add(SnapshotStore.Write(log, State(i), Pages(10 * i), i));
            AddSteps(log, 2);
            log.Flush();
        }

        Assert.Equal(taken[4], ReadNewest()!.Taken);
        var manifests = _store.Read(Snapshots).Where(item => item.Type == RecordTypes.Snapshot).Select(item => item.Revision);
        Assert.Equal(taken.Skip(2).Select(t => t.SnapshotRevision), manifests);
        Assert.Equal(0, _store.Tail(Stream)!.FirstRevision);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(_store).Verdict);
    }

    [Fact]
    public void Records_older_than_the_kept_snapshots_can_be_let_go()
    {
        var log = OpenWithSteps(1);
        var taken = new List<SnapshotTaken>();
        for (var i = 1; i <= 4; i++)
        {
            AddSteps(log, 3);
            taken.Add(SnapshotStore.Write(log, State(i), Pages(10 * i), i, Retention.SinceSnapshots));
            log.Flush();
        }

        Assert.Equal(taken[1].Position.Revision + 1, _store.Tail(Stream)!.FirstRevision);
        Assert.Equal(taken[3], ReadNewest()!.Taken);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(_store).Verdict);
        _store.Scavenge();
        Assert.Equal(taken[3], ReadNewest()!.Taken);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(_store).Verdict);

        // What is left still chains to the snapshot, and a log can go on from there.
        Assert.NotEmpty(ReplicaLog.ReadAfter(_store, Stream, taken[1].Position));
        Assert.Equal(taken[1].Position.Revision + 1, ReplicaLog.Read(_store, Stream).First().Revision);
        var again = ReplicaLog.Open(_store, "c", Self);
        again.Add(SampleSteps.Started(5), 9);
        again.Flush();
    }

    [Fact]
    public void A_truncated_log_without_its_snapshots_is_not_recovered()
    {
        var log = OpenWithSteps(6);
        log.Flush();
        _store.Truncate(Stream, 3);
        var e = Assert.Throws<LogFormatException>(ReadNewest);
        Assert.Contains($"stream '{Stream}', revision 3: the records before it are truncated", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_a_snapshot_is_refused()
    {
        var empty = ReplicaLog.Open(_store, "c", Self);
        Assert.Contains("empty", Refusal(empty, State(1), Pages(10)), StringComparison.Ordinal);
        var log = OpenWithSteps(1);
        var other = ReplicaState.Genesis(Configuration, new ReplicaId(2));
        Assert.Contains("replica 2's", Refusal(log, other, Pages(10)), StringComparison.Ordinal);
        Assert.Contains("checkpoint 10", Refusal(log, State(1), Pages(10) with { StateDigest = SampleSteps.DigestOf(1) }), StringComparison.Ordinal);
        Assert.Null(_store.Tail(Snapshots));

        static string Refusal(ReplicaLog log, ReplicaState state, CheckpointPages pages) =>
            Assert.Throws<ArgumentException>(() => SnapshotStore.Write(log, state, pages, 0)).Message;
    }

    private static ReplicaState State(long view) => ReplicaState.Genesis(Configuration, Self) with { ProgressView = new ViewNumber(view) };

    private static CheckpointPages Pages(long n, int clients = 1, int service = 2, int size = 30)
    {
        var clientPages = PagesOf((byte)'c', clients, size);
        var servicePages = PagesOf((byte)'s', service, size);
        var digest = StateDigests.Of(new SequenceNumber(n), DigestsOf(clientPages), PageTree.Root(DigestsOf(servicePages)));
        return new CheckpointPages(new SequenceNumber(n), digest, clientPages, servicePages);
    }

    private static ReadOnlyMemory<byte>[] PagesOf(byte kind, int count, int size) =>
        [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Enumerable.Range(0, size + i).Select(k => (byte)(kind + i + k)).ToArray())];

    private static Digest[] DigestsOf(IEnumerable<ReadOnlyMemory<byte>> pages) => [.. pages.Select(page => PageTree.PageDigest(page.Span))];

    private static void AssertSame(CheckpointPages expected, CheckpointPages actual)
    {
        Assert.Equal((expected.SequenceNumber, expected.StateDigest), (actual.SequenceNumber, actual.StateDigest));
        Assert.Equal(expected.ClientPages.Select(page => page.ToArray()), actual.ClientPages.Select(page => page.ToArray()));
        Assert.Equal(expected.ServicePages.Select(page => page.ToArray()), actual.ServicePages.Select(page => page.ToArray()));
    }

    private ReplicaLog OpenWithSteps(int count)
    {
        var log = ReplicaLog.Open(_store, "c", Self);
        AddSteps(log, count);
        return log;
    }

    private void AddSteps(ReplicaLog log, int count)
    {
        for (var i = 0; i < count; i++) log.Add(SampleSteps.RequestReceived(++_time), _time);
    }

    private ReplicaSnapshot? ReadNewest() => SnapshotStore.ReadNewest(_store, "c", Self, Configuration);
}
