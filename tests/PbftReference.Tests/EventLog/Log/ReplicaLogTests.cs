using System.Text;
using PbftReference.Core;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.EventLog.Log;

public sealed class ReplicaLogTests : IDisposable
{
    private const string Stream = "replica-c.1";

    private static readonly ReplicaId Replica = new(1);

    private readonly InMemoryEventStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Adding_a_step_fixes_its_place_and_hash_before_it_is_durable()
    {
        var log = Open();
        Assert.Equal(LogPosition.Start, log.Head);
        var first = log.Add(SampleSteps.Started(), 5);
        var second = log.Add(SampleSteps.RequestReceived(1), 6);
        Assert.Equal((0, 1), (first.Revision, second.Revision));
        Assert.Equal(second, log.Head);
        Assert.Equal(LogPosition.Start, log.Durable);
        Assert.Equal(2, log.PendingCount);
        Assert.Null(_store.Tail(Stream));

        log.Flush();
        Assert.Equal(second, log.Durable);
        Assert.Equal(0, log.PendingCount);
        Assert.Equal([first, second], Records().Select(record => record.Position));
    }

    [Fact]
    public void Records_come_back_as_the_steps_that_were_added()
    {
        Step[] steps = [SampleSteps.Started(), SampleSteps.RequestReceived(1), SampleSteps.VoteReceived(2, 1, new LogPosition(3, SampleSteps.DigestOf(9)))];
        var log = Open();
        for (var i = 0; i < steps.Length; i++) log.Add(steps[i], 100 + i);
        log.Flush();

        var records = Records();
        Assert.Equal(steps.Select(step => StepCodec.Encode(step).Type), records.Select(record => record.Type));
        Assert.Equal(steps.Select(AsText), records.Select(record => AsText(record.Step!)));
        Assert.Equal([100, 101, 102], records.Select(record => record.TimeMs));
        Assert.All(records, record => Assert.True(record.IsStep));
    }

    [Fact]
    public void A_log_goes_on_where_the_durable_part_ends()
    {
        var log = Open();
        log.Add(SampleSteps.Started(), 0);
        log.Flush();
        log.Add(SampleSteps.RequestReceived(1), 1);

        // The process ends here; what was not flushed is lost.
        var again = Open();
        Assert.Equal(log.Durable, again.Head);
        again.Add(SampleSteps.Started(2), 2);
        again.Flush();
        Assert.Equal(["replica-started/1", "replica-started/1"], Records().Select(record => record.Type));
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_flush_leaves_a_prefix()
    {
        for (var prefix = 0; prefix <= 4; prefix++)
        {
            using var store = new InMemoryEventStore();
            var log = ReplicaLog.Open(store, "c", Replica);
            for (var i = 1; i <= 4; i++) log.Add(SampleSteps.RequestReceived(i), i);
            log.FlushPrefix(prefix);
            Assert.Equal(4 - prefix, log.PendingCount);
            Assert.Equal(prefix - 1, log.Durable.Revision);
            Assert.Equal(prefix, ReplicaLog.Read(store, Stream).Count());
            Assert.Equal(log.Durable, ReplicaLog.Open(store, "c", Replica).Head);
        }
    }

    [Fact]
    public void The_same_steps_give_the_same_bytes_in_every_store_however_they_are_flushed()
    {
        using var directory = new TemporaryDirectory();
        using var file = new SqliteEventStore(directory.File("log"));
        WriteSamples(_store, flushEach: true);
        WriteSamples(file, flushEach: false);
        Assert.Equal(_store.Read(Stream), file.Read(Stream));
        Assert.True(_store.Tail(Stream)!.LastRevision > 5);

        static void WriteSamples(IEventStore store, bool flushEach)
        {
            var log = ReplicaLog.Open(store, "c", Replica);
            log.Add(SampleSteps.Started(), 1);
            if (flushEach) log.Flush();
            log.Add(SampleSteps.RequestReceived(1, 700_000), 2);
            if (flushEach) log.FlushPrefix(2);
            log.AddRefusals([new(Refusal.Duplicate, 2)], 3);
            if (flushEach) log = Reopened(log);
            log.Add(SampleSteps.Started(2), 4);
            log.Add(SampleSteps.ExecutionAsked(1), 5);
            log.Add(SampleSteps.Executed(1), 6);
            log.Flush();
        }

        static ReplicaLog Reopened(ReplicaLog log)
        {
            log.Flush();
            return ReplicaLog.Open(log.Store, log.Cluster, log.Replica);
        }
    }

    [Fact]
    public void A_flush_of_many_records_keeps_within_the_limits_of_one_append()
    {
        using var limited = new InMemoryEventStore(new AppendLimits(MaxBytes: 512 * 1024, MaxEvents: 500));
        var store = new FailingStore(limited);
        var log = ReplicaLog.Open(store, "c", Replica);
        for (var i = 1; i <= 1200; i++) log.Add(SampleSteps.RequestReceived(i), i);
        for (var i = 1201; i <= 1220; i++) log.Add(SampleSteps.RequestReceived(i, 60_000), i);
        log.Flush();
        Assert.Equal(1220, ReplicaLog.Read(store, Stream).Count());
        Assert.InRange(store.Appends, 5, 10);
    }

    [Fact]
    public void A_large_step_is_kept_in_blobs_and_comes_back_whole()
    {
        var log = Open();
        log.Add(SampleSteps.Started(), 0);
        var large = SampleSteps.RequestReceived(1, 600_000);
        log.Add(large, 1);
        Assert.Equal(5, log.PendingCount);
        log.Add(SampleSteps.RequestReceived(2), 2);
        log.Flush();

        Assert.Equal([RecordTypes.Blob, RecordTypes.Blob, RecordTypes.Blob], _store.Read(Stream, 1, 3).Select(item => item.Type));
        Assert.All(_store.Read(Stream), item => Assert.True(item.Data.Length <= 256 * 1024));
        var records = Records();
        Assert.Equal([0, 4, 5], records.Select(record => record.Revision));
        Assert.Equal(AsText(large), AsText(records[1].Step!));
        Assert.Equal(StepCodec.Encode(large).Data, records[1].Data.ToArray());
    }

    [Fact]
    public void Data_up_to_64_KiB_stays_in_its_record()
    {
        var overhead = StepCodec.Encode(SampleSteps.RequestReceived(1, 0)).Data.Length;
        var log = Open();
        log.Add(SampleSteps.RequestReceived(1, (64 * 1024) - overhead), 0);
        Assert.Equal(1, log.PendingCount);
        log.Add(SampleSteps.RequestReceived(1, (64 * 1024) - overhead + 1), 0);
        Assert.Equal(3, log.PendingCount);
    }

    [Fact]
    public void Blobs_whose_step_was_lost_in_a_crash_are_passed_over()
    {
        var log = Open();
        log.Add(SampleSteps.Started(), 0);
        log.Add(SampleSteps.RequestReceived(1, 600_000), 1);
        log.FlushPrefix(3);

        var again = Open();
        Assert.Equal(2, again.Head.Revision);
        again.Add(SampleSteps.RequestReceived(2, 600_000), 2);
        again.Flush();
        Assert.Equal([0, 6], Records().Select(record => record.Revision));
    }

    [Fact]
    public void A_step_whose_blob_was_exchanged_cannot_be_read()
    {
        var log = Open();
        log.Add(SampleSteps.RequestReceived(1, 100_000), 1);
        log.Flush();
        var rows = _store.Read(Stream).ToList();
        rows[0] = rows[0] with { Data = rows[0].Data[1..] };
        using var damaged = InMemoryEventStore.FromRows(rows);
        var e = Assert.Throws<LogFormatException>(() => ReplicaLog.Read(damaged, Stream, check: false).Count());
        Assert.Contains($"stream '{Stream}', revision 1: the blob at revision 0 is not the blob", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_writer_of_a_stream_fences_the_first()
    {
        var first = Open();
        first.Add(SampleSteps.Started(1), 0);
        first.Flush();
        var second = Open();
        second.Add(SampleSteps.Started(2), 1);
        second.Flush();

        first.Add(SampleSteps.RequestReceived(1), 2);
        var e = Assert.Throws<FencedException>(first.Flush);
        Assert.Equal((Stream, 0, 1), (e.Stream, e.Expected, e.Actual));
        Assert.Contains("Stop this process", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, first.Durable.Revision);
        Assert.Equal(2, Records().Count);

        // It stays fenced.
        Assert.Throws<FencedException>(() => first.Add(SampleSteps.RequestReceived(2), 3));
        Assert.Throws<FencedException>(first.Flush);
        second.Add(SampleSteps.RequestReceived(1), 4);
        second.Flush();
        Assert.Equal(3, Records().Count);
    }

    [Fact]
    public void Two_starts_at_the_same_place_fence_each_other_by_their_incarnation()
    {
        var (first, second) = (Open(), Open());
        first.Add(SampleSteps.Started(1), 0);
        second.Add(SampleSteps.Started(2), 0);
        first.Flush();
        Assert.Throws<FencedException>(second.Flush);
    }

    [Fact]
    public void A_flush_whose_outcome_is_unknown_is_repeated_without_harm()
    {
        var store = new FailingStore(_store) { FailAfterNext = true };
        var log = ReplicaLog.Open(store, "c", Replica);
        log.Add(SampleSteps.Started(), 0);
        log.Add(SampleSteps.RequestReceived(1), 1);
        Assert.Equal(EventStoreFailure.InputOutput, Assert.Throws<EventStoreException>(log.Flush).Failure);
        Assert.Equal(2, log.PendingCount);
        log.Flush();
        Assert.Equal(log.Head, log.Durable);

        store.FailBeforeNext = true;
        log.Add(SampleSteps.RequestReceived(2), 2);
        Assert.Throws<EventStoreException>(log.Flush);
        log.Flush();
        Assert.Equal(3, Records().Count);
    }

    [Fact]
    public void Refusals_are_recorded_as_numbers_by_reason()
    {
        var log = Open();
        log.AddRefusals([new(Refusal.StaleView, 3), new(Refusal.NotAMember, 1), new(Refusal.Duplicate, 0)], 9);
        log.Flush();
        var record = Assert.Single(Records());
        Assert.Equal("""{"counts":{"not-a-member":"1","stale-view":"3"}}""", Encoding.UTF8.GetString(record.Data.Span));
        Assert.Equal([new(Refusal.NotAMember, 1), new(Refusal.StaleView, 3)], record.Counts!);
        Assert.False(record.IsStep);
        Assert.Null(record.Step);
        Assert.Throws<ArgumentException>(() => log.AddRefusals([new(Refusal.StaleView, -1)], 10));
    }

    [Fact]
    public void A_received_message_names_the_record_of_its_sender_as_its_cause()
    {
        var sender = ReplicaLog.Open(_store, "c", new ReplicaId(2));
        var signedAt = sender.Add(SampleSteps.Started(3), 0);
        sender.Flush();
        var log = Open();
        log.Add(SampleSteps.VoteReceived(2, 4, signedAt), 1);
        log.Flush();
        var record = Assert.Single(Records());
        Assert.Equal(Assert.Single(ReplicaLog.Read(_store, "replica-c.2")).Id, record.Causation);
        Assert.Equal(SampleSteps.DigestOf(4), record.Correlation);
    }

    [Fact]
    public void An_execution_names_the_record_that_asked_for_it()
    {
        var log = Open();
        log.Add(SampleSteps.ExecutionAsked(1), 0);
        log.Add(SampleSteps.RequestReceived(1), 1);
        log.Add(SampleSteps.Executed(1), 2);
        log.Flush();
        var records = Records();
        Assert.Equal(records[0].Id, records[2].Causation);
        Assert.Null(records[1].Causation);
        Assert.True(records[2].Correlation.IsNone);
    }

    [Fact]
    public void Reading_stops_at_a_record_that_is_missing_or_does_not_fit()
    {
        var log = Open();
        for (var i = 1; i <= 5; i++) log.Add(SampleSteps.RequestReceived(i), i);
        log.Flush();
        var rows = _store.Read(Stream).ToList();

        Assert.Contains("revision 2: the record is missing", ErrorOf([rows[0], rows[1], rows[3], rows[4]]), StringComparison.Ordinal);
        var changed = rows.ToList();
        changed[3] = changed[3] with { Type = "commit-received/1" };
        Assert.Contains("revision 3: the record's hash does not fit", ErrorOf(changed), StringComparison.Ordinal);
        changed[3] = rows[3] with { Metadata = "{}"u8.ToArray() };
        Assert.Contains("revision 3: metadata", ErrorOf(changed), StringComparison.Ordinal);

        static string ErrorOf(IEnumerable<StoredEvent> rows)
        {
            using var store = InMemoryEventStore.FromRows(rows);
            var message = Assert.Throws<LogFormatException>(() => ReplicaLog.Read(store, Stream).Count()).Message;
            Assert.Contains($"stream '{Stream}'", message, StringComparison.Ordinal);
            return message;
        }
    }

    [Fact]
    public void Reading_after_a_position_requires_that_the_next_record_follows_on_it()
    {
        var log = Open();
        var first = log.Add(SampleSteps.RequestReceived(1), 1);
        var second = log.Add(SampleSteps.RequestReceived(2), 2);
        log.Flush();
        Assert.Equal([second], ReplicaLog.ReadAfter(_store, Stream, first).Select(record => record.Position));
        Assert.Empty(ReplicaLog.ReadAfter(_store, Stream, second));
        var elsewhere = first with { Hash = SampleSteps.DigestOf(1) };
        Assert.Throws<LogFormatException>(() => ReplicaLog.ReadAfter(_store, Stream, elsewhere).Count());
        Assert.Equal([second], ReplicaLog.Read(_store, Stream, from: 1).Select(record => record.Position));
    }

    [Fact]
    public void A_log_whose_last_record_is_damaged_is_not_continued()
    {
        var log = Open();
        log.Add(SampleSteps.Started(), 1);
        log.Flush();
        var row = Assert.Single(_store.Read(Stream));
        using var damaged = InMemoryEventStore.FromRows([row with { Data = "{}"u8.ToArray() }]);
        Assert.Contains("revision 0", Assert.Throws<LogFormatException>(() => ReplicaLog.Open(damaged, "c", Replica)).Message, StringComparison.Ordinal);
        _store.Truncate(Stream, 1);
        Assert.Contains("truncated", Assert.Throws<LogFormatException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_no_known_type_is_named_when_it_is_decoded()
    {
        var log = Open();
        log.Add(SampleSteps.Started(), 1);
        log.Flush();
        var row = Assert.Single(_store.Read(Stream)) with { Type = "prepare-received/99" };
        using var other = InMemoryEventStore.FromRows([row]);
        var record = Assert.Single(ReplicaLog.Read(other, Stream, check: false));
        Assert.Contains($"stream '{Stream}', revision 0: prepare-received/99", Assert.Throws<UnknownRecordTypeException>(() => record.Step).Message, StringComparison.Ordinal);
    }

    private static string AsText(Step step) => Encoding.UTF8.GetString(StepCodec.Encode(step).Data);

    private ReplicaLog Open() => ReplicaLog.Open(_store, "c", Replica);

    private List<LogRecord> Records() => [.. ReplicaLog.Read(_store, Stream)];
}
