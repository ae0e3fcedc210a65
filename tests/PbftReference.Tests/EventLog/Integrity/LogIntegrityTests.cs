using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Log;
using Xunit;
using Kind = PbftReference.EventLog.Integrity.IntegrityFindingKind;

namespace PbftReference.Tests.EventLog.Integrity;

public sealed class LogIntegrityTests
{
    private const string Zero = DamagedLog.Zero;
    private const string One = DamagedLog.One;

    [Fact]
    public void A_log_that_nobody_touched_is_sound()
    {
        using var log = new DamagedLog();
        var report = log.Check();
        Assert.Empty(report.Findings);
        Assert.Equal((IntegrityVerdict.Sound, 0), (report.Verdict, report.ExitCode));
        Assert.Equal([(Zero, 12L), (One, 12L)], report.Streams.Select(stream => (stream.Stream, stream.Records)));
        Assert.All(report.Streams, stream => Assert.Equal(DamagedLog.Last, stream.Head.Revision));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(11)]
    public void A_flipped_bit_of_the_data_is_found(long revision)
    {
        using var log = new DamagedLog();
        var finding = log.Flip("data", "{0}", revision, bytes => bytes.Length / 2).Single();
        AssertIs(finding, Zero, revision, Kind.FlippedBit, IntegrityVerdict.Corrupt);
        Assert.StartsWith("the data is not what was written, or", finding.Explanation, StringComparison.Ordinal);
        Assert.Contains("restore", finding.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"time\":\"", 8)]
    [InlineData("\"prevHash\":\"", 20)]
    [InlineData("\"hash\":\"", 20)]
    [InlineData("\"$correlationId\":\"", 30)]
    [InlineData("\"$causationId\":\"", 17)]
    [InlineData("{", 0)]
    [InlineData("\"time\"", 2)]
    public void A_flipped_bit_of_the_metadata_is_found_and_located(string field, int offset)
    {
        using var log = new DamagedLog();
        var place = 0;
        log.Flip("metadata", "{1}", 4, bytes => place = Encoding.UTF8.GetString(bytes).IndexOf(field, StringComparison.Ordinal) + offset);
        var finding = log.Single();
        AssertIs(finding, One, 4, Kind.FlippedBit, IntegrityVerdict.Corrupt);
        Assert.Contains($"bit 0 of byte {place} of the metadata", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_type_is_found()
    {
        using var log = new DamagedLog();
        var finding = log.Sql("UPDATE event SET type = 'prepare-received/0' WHERE stream_id = {0} AND revision = 3").Single();
        AssertIs(finding, Zero, 3, Kind.FlippedBit, IntegrityVerdict.Corrupt);
        Assert.Contains("of the type 'prepare-received/0'", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_event_id_is_found()
    {
        using var log = new DamagedLog();
        var finding = log.Flip("event_id", "{0}", 3, _ => 7).Single();
        AssertIs(finding, Zero, 3, Kind.FlippedBit, IntegrityVerdict.Corrupt);
        Assert.Contains("id", finding.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 4)]
    [InlineData(4, 7)]
    public void Missing_records_are_found(long first, long last)
    {
        using var log = new DamagedLog();
        var finding = log.Sql($"DELETE FROM event WHERE stream_id = {{0}} AND revision BETWEEN {first} AND {last}").Single();
        AssertIs(finding, Zero, first, Kind.MissingRecord, IntegrityVerdict.Corrupt);
        if (last > first) Assert.Contains($"to revision {last}", finding.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    public void A_record_that_was_removed_so_that_the_others_moved_up_is_found(long removed)
    {
        using var log = new DamagedLog(signedRounds: 0);
        var finding = log
            .Sql($"DELETE FROM event WHERE stream_id = {{0}} AND revision = {removed}")
            .Sql($"UPDATE event SET revision = revision + 1000 WHERE stream_id = {{0}} AND revision > {removed}")
            .Sql("UPDATE event SET revision = revision - 1001 WHERE stream_id = {0} AND revision >= 1000")
            .Single();
        AssertIs(finding, Zero, removed, Kind.MissingRecord, IntegrityVerdict.Corrupt);
        Assert.Contains("moved up", finding.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(2, 9)]
    [InlineData(10, 11)]
    public void Two_records_that_changed_places_are_found(long left, long right)
    {
        using var log = new DamagedLog();
        var finding = log
            .Sql($"UPDATE event SET revision = 1000 WHERE stream_id = {{0}} AND revision = {left}")
            .Sql($"UPDATE event SET revision = {left} WHERE stream_id = {{0}} AND revision = {right}")
            .Sql($"UPDATE event SET revision = {right} WHERE stream_id = {{0}} AND revision = 1000")
            .Single();
        AssertIs(finding, Zero, left, Kind.ReorderedRecord, IntegrityVerdict.Corrupt);
        Assert.Contains($"belongs at revision {right}", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_another_stream_is_found_and_said_where_it_belongs()
    {
        using var log = new DamagedLog();
        var finding = log.Sql(Copy("{1}", 8, "{0}", 5)).Single();
        AssertIs(finding, Zero, 5, Kind.ForeignRecord, IntegrityVerdict.Corrupt);
        Assert.Contains($"belongs to stream '{One}', revision 8", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_another_cluster_is_found()
    {
        using var log = new DamagedLog();
        using (var store = new SqliteEventStore(log.File)) DamagedLog.Write(store, 6, "other");
        log.Sql(Copy("(SELECT id FROM stream WHERE name = 'replica-other.0')", 5, "{0}", 5));
        AssertIs(log.Single(), Zero, 5, Kind.ForeignRecord, IntegrityVerdict.Corrupt);

        // The same where the other cluster's log is not at hand.
        log.Sql("DELETE FROM event WHERE stream_id IN (SELECT id FROM stream WHERE name LIKE 'replica-other%')");
        log.Sql("DELETE FROM stream WHERE name LIKE 'replica-other%'");
        var finding = log.Single();
        AssertIs(finding, Zero, 5, Kind.ForeignRecord, IntegrityVerdict.Corrupt);
        Assert.Contains("another cluster's log, or made up", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_another_copy_does_not_fit_to_the_beginning_of_this_one()
    {
        using var one = new InMemoryEventStore();
        using var other = new InMemoryEventStore();
        WriteBranch(one, branchAt: 4, branch: 1);
        WriteBranch(other, branchAt: 4, branch: 2);
        var rows = one.Read(Zero).Take(7).Concat(other.Read(Zero, 7));
        using var mixed = InMemoryEventStore.FromRows(rows);
        var finding = Assert.Single(LogIntegrity.Check(mixed).Findings);
        AssertIs(finding, Zero, 7, Kind.ForeignRecord, IntegrityVerdict.Corrupt);
        Assert.Contains("from another copy", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_copies_that_go_on_differently_are_a_fork()
    {
        using var one = new InMemoryEventStore();
        using var other = new InMemoryEventStore();
        using var shorter = new InMemoryEventStore();
        WriteBranch(one, branchAt: 4, branch: 1);
        WriteBranch(other, branchAt: 4, branch: 2);
        WriteBranch(shorter, branchAt: 4, branch: 1, end: 3);
        var finding = Assert.Single(LogIntegrity.Compare(one, other).Findings);
        AssertIs(finding, Zero, 4, Kind.ForkedStream, IntegrityVerdict.Corrupt);
        Assert.Contains("both follow on", finding.Explanation, StringComparison.Ordinal);
        Assert.Empty(LogIntegrity.Compare(one, one).Findings);
        Assert.Empty(LogIntegrity.Compare(one, shorter).Findings);
        Assert.Empty(LogIntegrity.Compare(one, other, "another cluster").Findings);
    }

    [Fact]
    public void Two_records_that_follow_on_the_same_one_are_a_fork()
    {
        using var store = new InMemoryEventStore();
        WriteBranch(store, branchAt: 4, branch: 1, end: 5);
        var rows = store.Read(Zero).ToList();
        var data = rows[5].Data;
        var metadata = RecordMetadata.Decode(rows[5].Metadata) with { PrevHash = RecordMetadata.Decode(rows[3].Metadata).Hash };
        var hash = RecordHash.Of(Zero, 5, rows[5].Type, metadata, Digest.Of(data.Span));
        rows[5] = rows[5] with { Id = RecordHash.EventId(Zero, 5, hash), Metadata = (metadata with { Hash = hash }).Encode() };
        using var forked = InMemoryEventStore.FromRows(rows);
        var finding = Assert.Single(LogIntegrity.Check(forked).Findings);
        AssertIs(finding, Zero, 5, Kind.ForkedStream, IntegrityVerdict.Corrupt);
    }

    [Fact]
    public void A_cut_off_end_for_which_the_replica_signed_is_corrupt()
    {
        using var log = new DamagedLog(signedRounds: 9);
        var finding = log.Sql("DELETE FROM event WHERE stream_id = {0} AND revision > 6").Single();
        AssertIs(finding, Zero, 7, Kind.TruncatedTail, IntegrityVerdict.Corrupt);
        Assert.Contains($"signed for revision 8", finding.Explanation, StringComparison.Ordinal);
        Assert.Contains($"in '{One}' at revision 9", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cut_off_end_that_no_signature_covers_cannot_be_told_from_one_that_was_never_written()
    {
        using var log = new DamagedLog(signedRounds: 6);
        log.Sql("DELETE FROM event WHERE stream_id = {0} AND revision > 8");
        Assert.Empty(log.Check().Findings);
    }

    [Fact]
    public void A_beginning_that_no_snapshot_covers_was_cut_off_and_not_truncated()
    {
        using var log = new DamagedLog();
        log.Sql("DELETE FROM event WHERE stream_id = {0} AND revision < 4").Sql($"UPDATE stream SET first_revision = 4 WHERE name = '{Zero}'");
        using var store = new SqliteEventStore(log.File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });

        var finding = Assert.Single(LogIntegrity.Check(store).Findings);

        AssertIs(finding, Zero, 0, Kind.MissingRecord, IntegrityVerdict.Corrupt);
        Assert.Contains("the stream begins at revision 4, and no snapshot is there", finding.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, IntegrityVerdict.Sound)]
    [InlineData(3, IntegrityVerdict.Corrupt)]
    [InlineData(5, IntegrityVerdict.Corrupt)]
    public void A_truncated_stream_must_begin_right_behind_its_snapshot(long first, IntegrityVerdict verdict)
    {
        // the snapshot is of the record before revision 5, which confirms it
        using var store = new InMemoryEventStore();
        WriteSnapshot(store);
        var at = ReplicaLog.Read(store, Zero).Last().SnapshotTaken!.Position.Revision;

        store.Truncate(Zero, at + 1 + (first - 4));

        Assert.Equal(verdict, LogIntegrity.Check(store).Verdict);
    }

    [Fact]
    public void Blobs_without_their_step_at_the_end_are_undetermined()
    {
        using var store = new InMemoryEventStore();
        var log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        log.Add(SampleSteps.Started(), 0);
        log.Add(SampleSteps.RequestReceived(1, 600_000), 1);
        log.FlushPrefix(3);
        var report = LogIntegrity.Check(store);
        AssertIs(Assert.Single(report.Findings), Zero, 1, Kind.TruncatedTail, IntegrityVerdict.Undetermined);
        Assert.Equal(2, report.ExitCode);

        // After the next start they are passed over.
        log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        log.Add(SampleSteps.Started(2), 2);
        log.Flush();
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(store).Verdict);
    }

    [Fact]
    public void An_end_before_the_newest_snapshot_is_undetermined()
    {
        using var store = new InMemoryEventStore();
        WriteSnapshot(store);
        var rows = store.Read(Zero).Take(3).Concat(store.Read("snapshot-c.0"));
        using var cut = InMemoryEventStore.FromRows(rows);
        AssertIs(Assert.Single(LogIntegrity.Check(cut).Findings), Zero, 3, Kind.TruncatedTail, IntegrityVerdict.Undetermined);
    }

    [Fact]
    public void A_history_written_anew_from_a_point_on_contradicts_what_was_signed()
    {
        using var log = new DamagedLog(signedRounds: 9);
        using var store = new SqliteEventStore(log.File);
        using var anew = new InMemoryEventStore();
        WriteBranch(anew, branchAt: 0, branch: 5, end: 11);
        using var mixed = InMemoryEventStore.FromRows(anew.Read(Zero).Concat(store.Read(One)));
        var finding = Assert.Single(LogIntegrity.Check(mixed).Findings);
        AssertIs(finding, Zero, 0, Kind.ForkedStream, IntegrityVerdict.Corrupt);
        Assert.Contains("not the one for which the replica signed", finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_that_signs_two_histories_is_found_without_its_log()
    {
        using var store = new InMemoryEventStore();
        var log = ReplicaLog.Open(store, "c", new ReplicaId(1));
        log.Add(SampleSteps.VoteReceived(0, 1, new LogPosition(3, SampleSteps.DigestOf(1))), 0);
        log.Add(SampleSteps.VoteReceived(0, 2, new LogPosition(4, SampleSteps.DigestOf(2))), 0);
        log.Add(SampleSteps.VoteReceived(0, 3, new LogPosition(3, SampleSteps.DigestOf(3))), 0);
        log.Flush();
        AssertIs(Assert.Single(LogIntegrity.Check(store).Findings), Zero, 3, Kind.ForkedStream, IntegrityVerdict.Corrupt);
    }

    [Fact]
    public void A_stream_that_is_gone_is_undetermined()
    {
        using var store = new InMemoryEventStore();
        var absent = new LogPosition(5, SampleSteps.DigestOf(5));
        DamagedLog.Write(store, 6, "c");
        var log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        log.Add(SampleSteps.VoteReceived(3, 1, absent), 99);
        log.Flush();
        AssertIs(Assert.Single(LogIntegrity.Check(store).Findings), "replica-c.3", 0, Kind.MissingStream, IntegrityVerdict.Undetermined);

        // A store with the log of one replica only is how replicas keep them.
        using var alone = InMemoryEventStore.FromRows(store.Read(Zero));
        Assert.Empty(LogIntegrity.Check(alone).Findings);
    }

    [Fact]
    public void A_record_that_was_written_unreadable_is_told_from_one_that_was_damaged()
    {
        using var store = new InMemoryEventStore();
        WriteRaw(store, "prepare-received/1", "{\"input\":"u8.ToArray());
        var finding = Assert.Single(LogIntegrity.Check(store).Findings);
        AssertIs(finding, Zero, 0, Kind.UnreadableRecord, IntegrityVerdict.Corrupt);

        using var later = new InMemoryEventStore();
        WriteRaw(later, "prepare-received/2", "{}"u8.ToArray());
        AssertIs(Assert.Single(LogIntegrity.Check(later).Findings), Zero, 0, Kind.UnreadableRecord, IntegrityVerdict.Undetermined);
    }

    [Fact]
    public void A_blob_that_is_named_and_not_there_is_found()
    {
        using var store = new InMemoryEventStore();
        var reference = Encoding.UTF8.GetBytes($$"""{"blobs":["{{SampleSteps.DigestOf(1)}}"],"size":"70000"}""");
        WriteRaw(store, "prepare-received/1", reference);
        var finding = Assert.Single(LogIntegrity.Check(store).Findings);
        AssertIs(finding, Zero, 0, Kind.MissingBlob, IntegrityVerdict.Corrupt);
        Assert.Contains(SampleSteps.DigestOf(1).ToString(), finding.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_blob_is_missing_as_a_record_and_as_a_blob()
    {
        using var log = new DamagedLog();
        using (var store = new SqliteEventStore(log.File))
        {
            var zero = ReplicaLog.Open(store, "c", new ReplicaId(0));
            zero.Add(SampleSteps.RequestReceived(50, 600_000), 50);
            zero.Flush();
        }

        var findings = log.Sql("DELETE FROM event WHERE stream_id = {0} AND revision = 13").Check().Findings;
        Assert.Equal([(13L, Kind.MissingRecord), (15L, Kind.MissingBlob)], findings.Select(finding => (finding.Revision, finding.Kind)));
    }

    [Fact]
    public void A_snapshot_that_is_not_the_confirmed_one_is_found()
    {
        using var store = new InMemoryEventStore();
        WriteSnapshot(store);
        Assert.Equal(IntegrityVerdict.Sound, LogIntegrity.Check(store).Verdict);
        using var without = InMemoryEventStore.FromRows(store.Read(Zero).Concat(store.Read("snapshot-c.0", 0, 1)));
        AssertIs(Assert.Single(LogIntegrity.Check(without).Findings), Zero, 5, Kind.WrongSnapshot, IntegrityVerdict.Corrupt);

        // Snapshots may be kept apart from the log.
        using var apart = InMemoryEventStore.FromRows(store.Read(Zero));
        Assert.Empty(LogIntegrity.Check(apart).Findings);
    }

    [Fact]
    public void A_confirmation_that_says_another_checkpoint_than_its_snapshot_is_found()
    {
        using var store = new InMemoryEventStore();
        WriteSnapshot(store);
        var log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        var taken = ReplicaLog.Read(store, Zero).Last().SnapshotTaken!;
        log.AddSnapshotTaken(taken with { Checkpoint = taken.Checkpoint.Next }, 7);
        log.Flush();
        AssertIs(Assert.Single(LogIntegrity.Check(store).Findings), Zero, 6, Kind.WrongSnapshot, IntegrityVerdict.Corrupt);
    }

    [Fact]
    public void Damage_of_several_kinds_is_told_apart_in_one_report()
    {
        using var log = new DamagedLog();
        log.Flip("data", "{0}", 2, bytes => 10)
            .Sql("DELETE FROM event WHERE stream_id = {0} AND revision = 6")
            .Sql(Copy("{1}", 9, "{0}", 9))
            .Flip("metadata", "{1}", 3, bytes => bytes.Length - 10);
        Assert.Equal(
            [(Zero, 2L, Kind.FlippedBit), (Zero, 6L, Kind.MissingRecord), (Zero, 9L, Kind.ForeignRecord), (One, 3L, Kind.FlippedBit)],
            log.Check().Findings.Select(finding => (finding.Stream, finding.Revision, finding.Kind)));
    }

    [Fact]
    public void Only_the_streams_of_the_asked_cluster_are_checked()
    {
        using var store = new InMemoryEventStore();
        DamagedLog.Write(store, 6, "c");
        DamagedLog.Write(store, 6, "d");
        store.Append("something-else", -1, [new EventToAppend(Guid.NewGuid(), "other", "x"u8.ToArray(), Array.Empty<byte>())]);
        Assert.Equal(["replica-d.0", "replica-d.1"], LogIntegrity.Check(store, "d").Streams.Select(stream => stream.Stream));
        Assert.Equal(4, LogIntegrity.Check(store).Streams.Length);
    }

    [Fact]
    public void A_ruined_log_is_reported_in_bounded_length()
    {
        using var store = new InMemoryEventStore();
        WriteBranch(store, branchAt: 0, branch: 1, end: 300);
        using var ruined = InMemoryEventStore.FromRows(store.Read(Zero).Select(row => row with { Data = Array.Empty<byte>() }));
        var report = LogIntegrity.Check(ruined);
        Assert.Equal(101, report.Findings.Length);
        Assert.Contains("left out", report.Findings[^1].Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_logs_of_a_simulated_cluster_with_crashes_are_sound(ulong seed)
    {
        using var store = new InMemoryEventStore();
        var options = new SimulationOptions
        {
            Seed = seed,
            ThinkTime = 500,
            Outstanding = 1,
            Faults = FaultProfile.Many,
            Configuration = new ClusterConfiguration { BatchSize = 4 },
            Snapshots = new SnapshotPolicy(AfterRecords: 50, BytesPerRecord: 1 << 20, Retention: seed == 2 ? Retention.SinceSnapshots : Retention.All),
        };
        using (var cluster = new Cluster(options, store, new Workload(200, k => Encoding.ASCII.GetBytes($"operation {k}"))))
        {
            cluster.Start();
            Assert.Empty(cluster.Run().Violations);
            Assert.True(cluster.Statistics.Restarts > 0);
        }

        var report = LogIntegrity.Check(store);
        Assert.Empty(report.Findings);
        Assert.Equal(8, report.Streams.Length);
        Assert.All(report.Streams, stream => Assert.True(stream.Records > 0));
        CutAndCheck(store);
    }

    // The others hold signatures from nearly to the end, so a cut does not go unnoticed.
    private static void CutAndCheck(InMemoryEventStore store)
    {
        const string Stream = "replica-sim.2";
        var last = store.Tail(Stream)!.LastRevision;
        using var cut = InMemoryEventStore.FromRows(
            store.Streams().SelectMany(stream => store.Read(stream)).Where(row => row.Stream != Stream || row.Revision < last - 20));
        foreach (var stream in store.Streams()) cut.Truncate(stream, store.Tail(stream)!.FirstRevision);
        Assert.Contains(LogIntegrity.Check(cut).Findings, finding => finding is { Stream: Stream, Kind: Kind.TruncatedTail, Verdict: IntegrityVerdict.Corrupt });
    }

    private static void AssertIs(IntegrityFinding finding, string stream, long revision, Kind kind, IntegrityVerdict verdict) =>
        Assert.Equal((stream, revision, kind, verdict), (finding.Stream, finding.Revision, finding.Kind, finding.Verdict));

    private static string Copy(string fromStream, long fromRevision, string toStream, long toRevision) => $"""
        UPDATE event SET (event_id, type, data, metadata) =
            (SELECT event_id, type, data, metadata FROM event WHERE stream_id = {fromStream} AND revision = {fromRevision})
        WHERE stream_id = {toStream} AND revision = {toRevision}
        """;

    private static void WriteBranch(InMemoryEventStore store, long branchAt, int branch, long end = 10)
    {
        var log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        for (var i = 0; i <= end; i++) log.Add(SampleSteps.RequestReceived(i < branchAt ? i + 1 : i + (1000 * branch)), i);
        log.Flush();
    }

    private static void WriteRaw(InMemoryEventStore store, string type, byte[] data)
    {
        var unsealed = new RecordMetadata(Digest.None, null, 1, Digest.None, Digest.None);
        var hash = RecordHash.Of(Zero, 0, type, unsealed, Digest.Of(data));
        store.Append(Zero, -1, [new EventToAppend(RecordHash.EventId(Zero, 0, hash), type, data, (unsealed with { Hash = hash }).Encode())]);
    }

    private static void WriteSnapshot(InMemoryEventStore store)
    {
        var configuration = new ClusterConfiguration().Validate();
        var log = ReplicaLog.Open(store, "c", new ReplicaId(0));
        for (var i = 1; i <= 5; i++) log.Add(SampleSteps.RequestReceived(i), i);
        var empty = PageTree.Root([]);
        var digest = PbftReference.Core.State.StateDigests.Of(new SequenceNumber(10), [], empty);
        var state = PbftReference.Core.State.ReplicaState.Genesis(configuration, new ReplicaId(0));
        SnapshotStore.Write(log, state, new CheckpointPages(new SequenceNumber(10), digest, [], []), 6);
        log.Flush();
    }
}
