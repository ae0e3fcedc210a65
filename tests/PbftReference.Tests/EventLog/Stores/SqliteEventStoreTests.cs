using System.Globalization;
using Microsoft.Data.Sqlite;
using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;
using static SQLitePCL.raw;

namespace PbftReference.Tests.EventLog.Stores;

public sealed class SqliteEventStoreTests : AppendGroupContract
{
    private readonly TemporaryDirectory _directory = new();
    private int _opened;

    private string File => _directory.File("log.db");

    protected override IEventStore Open(AppendLimits limits) =>
        new SqliteEventStore(_directory.File($"contract-{_opened++}.db"), new SqliteStoreOptions { Limits = limits });

    protected override void CleanUp() => _directory.Dispose();

    // --- durability ---

    [Fact]
    public void Everything_is_there_after_reopening()
    {
        using (var store = new SqliteEventStore(File))
        {
            store.Append("a", -1, Range(0, 5));
            store.Append("b", -1, Events(7));
            store.Truncate("a", 2);
        }

        using var again = new SqliteEventStore(File);
        Assert.Equal(["a", "b"], again.Streams());
        Assert.Equal([Stored("a", 2, 2), Stored("a", 3, 3), Stored("a", 4, 4)], again.Read("a"));
        Assert.Equal(new StreamTail(4, 2), again.Tail("a"));
        Assert.Equal(4, again.Append("a", -1, Range(0, 5)));
        Assert.Equal(5, again.Append("a", 4, Events(5)));
    }

    [Fact]
    public void What_was_committed_survives_the_process_and_what_was_not_does_not()
    {
        using var store = new SqliteEventStore(File);
        store.Append("a", -1, Events(0));
        using (var group = store.BeginGroup())
        {
            store.Append("a", 0, Events(1));
            store.Append("b", -1, Events(2));
            using (var killed = new SqliteEventStore(CopyLive("before-commit")))
            {
                Assert.Equal([Stored("a", 0, 0)], killed.Read("a"));
                Assert.Equal(["a"], killed.Streams());
            }

            group.Commit();
        }

        using var survived = new SqliteEventStore(CopyLive("after-commit"));
        Assert.Equal([Stored("a", 0, 0), Stored("a", 1, 1)], survived.Read("a"));
        Assert.Equal([Stored("b", 0, 2)], survived.Read("b"));
    }

    [Fact]
    public void A_write_ahead_log_torn_anywhere_leaves_a_prefix_of_whole_groups()
    {
        using var store = new SqliteEventStore(File);
        for (var i = 0; i < 5; i++)
        {
            using var group = store.BeginGroup();
            store.Append("a", 2 * i - 1, Events(2 * i, 2 * i + 1));
            store.Append("b", i - 1, Events(100 + i));
            group.Commit();
        }

        var log = System.IO.File.ReadAllBytes(File + "-wal");
        var survivors = new SortedSet<int>();
        for (var length = 0; length <= log.Length; length += 1021)
        {
            using var torn = new SqliteEventStore(CopyLive($"torn-{length}", length));
            var groups = torn.Read("b").Count();
            Assert.Equal(Enumerable.Range(0, 2 * groups).Select(i => Stored("a", i, i)), torn.Read("a"));
            Assert.Equal(Enumerable.Range(0, groups).Select(i => Stored("b", i, 100 + i)), torn.Read("b"));
            survivors.Add(groups);
        }

        // Cuts between any two commits were among them, so the sweep proves something.
        Assert.Equal([0, 1, 2, 3, 4], survivors.Take(5));
    }

    // --- several connections ---

    [Fact]
    public void Of_two_writers_the_second_finds_the_revision_taken()
    {
        using var first = new SqliteEventStore(File);
        using var second = new SqliteEventStore(File);
        first.Append("a", -1, Events(1));
        Assert.Equal(0, second.Tail("a")!.LastRevision);
        first.Append("a", 0, Events(2));
        var refusal = Assert.Throws<WrongExpectedRevisionException>(() => second.Append("a", 0, Events(3)));
        Assert.Equal(1, refusal.Actual);
        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 2)], second.Read("a"));
    }

    [Fact]
    public void The_database_itself_refuses_a_second_event_at_a_revision()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(1));
        var refusal = Assert.Throws<SqliteException>(() => Sql("INSERT INTO event SELECT * FROM event"));
        Assert.Equal(SQLitePCL.raw.SQLITE_CONSTRAINT, refusal.SqliteErrorCode);
    }

    [Fact]
    public void A_writer_that_waits_too_long_for_the_other_is_told_so_and_can_retry()
    {
        using var first = new SqliteEventStore(File);
        using var second = new SqliteEventStore(File, new SqliteStoreOptions { BusyTimeout = TimeSpan.Zero });
        using (var group = first.BeginGroup())
        {
            first.Append("a", -1, Events(1));
            var failure = Assert.Throws<EventStoreException>(() => second.Append("a", -1, Events(2)));
            Assert.Equal(EventStoreFailure.Locked, failure.Failure);
            Assert.Contains(File, failure.Message, StringComparison.Ordinal);
            Assert.Equal(EventStoreFailure.Locked, Assert.Throws<EventStoreException>(second.BeginGroup).Failure);
            group.Commit();
        }

        Assert.Throws<WrongExpectedRevisionException>(() => second.Append("a", -1, Events(2)));
        Assert.Equal(1, second.Append("a", 0, Events(2)));
    }

    [Fact]
    public void A_reader_sees_what_is_committed_while_the_writer_is_at_work()
    {
        using var writer = new SqliteEventStore(File);
        using var reader = new SqliteEventStore(File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
        Assert.Empty(reader.Streams());
        writer.Append("a", -1, Events(1));
        using (var group = writer.BeginGroup())
        {
            writer.Append("a", 0, Events(2));
            Assert.Equal([0], reader.Read("a").Revisions());
            group.Commit();
        }

        Assert.Equal([0, 1], reader.Read("a").Revisions());
    }

    [Fact]
    public async Task A_subscription_finds_what_another_connection_appends()
    {
        using var writer = new SqliteEventStore(File);
        using var reader = new SqliteEventStore(
            File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read, PollInterval = TimeSpan.FromMilliseconds(1) });
        using var subscription = reader.Subscribe("a");
        var next = Task.Run(() => subscription.Next(CancellationToken.None));
        writer.Append("a", -1, Events(1));
        Assert.Equal(Stored("a", 0, 1), await next);
    }

    [Fact]
    public void A_reader_can_open_a_store_whose_writer_has_closed_it_and_changes_nothing()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(1));
        var before = System.IO.File.ReadAllBytes(File);
        using (var reader = new SqliteEventStore(File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read }))
        {
            Assert.Equal([Stored("a", 0, 1)], reader.Read("a"));
            Action[] changes =
            [
                () => reader.Append("a", 0, Events(2)), () => reader.Truncate("a", 1), () => reader.Scavenge(), () => reader.BeginGroup(),
            ];
            foreach (var change in changes) Assert.Equal(EventStoreFailure.ReadOnly, Assert.Throws<EventStoreException>(change).Failure);
        }

        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    // --- where the reader may not write ---

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_beside_which_no_file_can_be_made_is_read_all_the_same(bool isWalEmpty)
    {
        var copy = CopyBesideWhichNothingCanBeMade("100% sure? #1.db", [1, 2]);
        if (isWalEmpty) System.IO.File.WriteAllBytes(copy + "-wal", []);

        using var reader = new SqliteEventStore(copy, Reading);

        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 2)], reader.Read("a"));
        Assert.Equal(copy, reader.Path);
    }

    [Fact]
    public void A_copy_in_a_directory_that_cannot_be_written_to_is_read()
    {
        if (OperatingSystem.IsWindows()) return; // its directories have no such mode; the test above holds there
        var place = Directory.CreateDirectory(_directory.File("copies"));
        using (var store = new SqliteEventStore(Path.Combine(place.FullName, "log.db"))) store.Append("a", -1, Events(1));
        var file = Assert.Single(place.GetFiles());
        System.IO.File.SetUnixFileMode(file.FullName, UnixFileMode.UserRead);
        System.IO.File.SetUnixFileMode(place.FullName, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using var reader = new SqliteEventStore(file.FullName, Reading);
            Assert.Equal([Stored("a", 0, 1)], reader.Read("a"));
        }
        finally
        {
            System.IO.File.SetUnixFileMode(place.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_copy_with_a_write_ahead_log_that_cannot_be_used_is_refused_and_the_file_that_belongs_to_it_named()
    {
        var copy = CopyBesideWhichNothingCanBeMade("with-wal.db", [1]);
        using (var store = new SqliteEventStore(File))
        {
            store.Append("a", 0, Events(2));
            System.IO.File.Copy(File + "-wal", copy + "-wal");
        }

        var failure = Assert.Throws<EventStoreException>(() => new SqliteEventStore(copy, Reading));

        Assert.Equal(EventStoreFailure.MayNotRead, failure.Failure);
        Assert.Contains("with-wal.db-wal belongs to it", failure.Message, StringComparison.Ordinal);
        Assert.Contains("writable", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqliteStoreAccess.Read, SQLITE_READONLY, null, true)]
    [InlineData(SqliteStoreAccess.Read, SQLITE_CANTOPEN, null, true)]
    [InlineData(SqliteStoreAccess.Read, SQLITE_CANTOPEN, "log.db-wal", false)]
    [InlineData(SqliteStoreAccess.Read, SQLITE_BUSY, null, false)]
    [InlineData(SqliteStoreAccess.Read, SQLITE_CORRUPT, null, false)]
    [InlineData(SqliteStoreAccess.Append, SQLITE_CANTOPEN, null, false)]
    [InlineData(SqliteStoreAccess.CreateOrAppend, SQLITE_READONLY, null, false)]
    public void Only_a_reader_who_may_not_write_and_has_all_of_it_reads_a_file_as_one_that_cannot_change(SqliteStoreAccess access, int code, string? belonging, bool can) =>
        Assert.Equal(can, SqliteReadOnlyPlace.CanBeReadAsItIs(access, code, belonging));

    // A link to nowhere in the place of the -shm file refuses it to everybody, root too, as a directory that may not be written to does to others.
    private string CopyBesideWhichNothingCanBeMade(string name, int[] events)
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(events));
        var copy = _directory.File(name);
        System.IO.File.Copy(File, copy);
        System.IO.File.CreateSymbolicLink(copy + "-shm", "nowhere");
        return copy;
    }

    private static SqliteStoreOptions Reading => new() { Access = SqliteStoreAccess.Read };

    // --- damage ---

    [Fact]
    public void A_missing_row_shows_as_a_gap()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Range(0, 5));
        Sql("DELETE FROM event WHERE revision IN (0, 2)");
        using var damaged = new SqliteEventStore(File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
        Assert.Equal([1, 3, 4], damaged.Read("a").Revisions());
        Assert.Equal([4, 3, 1], damaged.ReadBackwards("a").Revisions());
        Assert.Equal(new StreamTail(4, 0), damaged.Tail("a"));
    }

    [Fact]
    public void Flipped_bytes_are_read_as_they_are()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(1));
        Sql("UPDATE event SET data = x'00ff'");
        using var damaged = new SqliteEventStore(File);
        Assert.Equal([0, 255], Assert.Single(damaged.Read("a")).Data.ToArray());
    }

    [Fact]
    public void A_stream_that_lost_all_its_rows_is_still_listed()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(1));
        Sql("DELETE FROM event");
        using var damaged = new SqliteEventStore(File);
        Assert.Equal(["a"], damaged.Streams());
        Assert.Null(damaged.Tail("a"));
        Assert.Equal(0, damaged.Append("a", -1, Events(1)));
    }

    [Fact]
    public void An_id_that_is_none_is_reported_with_its_place()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Events(1, 2));
        Sql("PRAGMA ignore_check_constraints = on; UPDATE event SET event_id = x'01' WHERE revision = 1");
        using var damaged = new SqliteEventStore(File);
        var failure = Assert.Throws<EventStoreException>(() => damaged.Read("a").ToArray());
        Assert.Equal(EventStoreFailure.Damaged, failure.Failure);
        Assert.Contains("stream 'a'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("revision 1", failure.Message, StringComparison.Ordinal);
        Assert.Single(damaged.Read("a", 0, 1));
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(16384)]
    public void Whatever_a_flipped_bit_of_a_page_gives_it_is_no_other_failure(int pageBytes)
    {
        const int DatabaseHeader = 100;
        using (var store = new SqliteEventStore(File, new SqliteStoreOptions { PageBytes = pageBytes })) store.Append("a", -1, Events(1, 2, 3));
        var sound = System.IO.File.ReadAllBytes(File);
        var refused = 0;
        Assert.Equal(0, sound.Length % pageBytes);
        for (var at = DatabaseHeader; at < sound.Length; at++)
        {
            // Headers and pointers are at a page's beginning, rows at its end; the first page has the tables' text there.
            var last = at < pageBytes ? 1024 : 128;
            if (at % pageBytes >= DatabaseHeader + 64 && at % pageBytes < pageBytes - last) continue;
            byte[] bytes = [.. sound];
            bytes[at] ^= (byte)(1 << (at % 8));
            System.IO.File.WriteAllBytes(File, bytes);
            try
            {
                using var damaged = new SqliteEventStore(File, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
                foreach (var stream in damaged.Streams()) Assert.InRange(damaged.Read(stream).Count(), 0, 1000);
            }
            catch (EventStoreException failure)
            {
                Assert.Equal(EventStoreFailure.Damaged, failure.Failure);
                refused++;
            }
            catch (ArgumentException)
            {
                // The stream's name is none.
            }
        }

        Assert.True(refused > 0);
    }

    [Fact]
    public void Broken_pages_are_reported_as_damage()
    {
        using (var store = new SqliteEventStore(File)) store.Append("a", -1, Range(0, 400));
        var bytes = System.IO.File.ReadAllBytes(File);
        Assert.True(bytes.Length > 8 * 4096);
        Array.Fill(bytes, (byte)0xAA, 5 * 4096, bytes.Length - 5 * 4096);
        System.IO.File.WriteAllBytes(File, bytes);
        using var damaged = new SqliteEventStore(File);
        var failure = Assert.Throws<EventStoreException>(() => damaged.Read("a").ToArray());
        Assert.Equal(EventStoreFailure.Damaged, failure.Failure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(5000)]
    [InlineData(131072)]
    public void A_page_size_that_SQLite_does_not_know_is_refused(int pageBytes)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteEventStore(File, new SqliteStoreOptions { PageBytes = pageBytes }));
        Assert.False(System.IO.File.Exists(File));
    }

    // --- the file ---

    [Fact]
    public void A_missing_file_is_reported_to_those_who_did_not_come_to_create_it()
    {
        foreach (var access in new[] { SqliteStoreAccess.Append, SqliteStoreAccess.Read })
        {
            var failure = Refused(new SqliteStoreOptions { Access = access });
            Assert.Equal(EventStoreFailure.StoreMissing, failure.Failure);
            Assert.Contains(File, failure.Message, StringComparison.Ordinal);
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_missing_directory_is_reported()
    {
        var failure = Assert.Throws<EventStoreException>(() => new SqliteEventStore(_directory.File("no/log.db")));
        Assert.Equal(EventStoreFailure.StoreMissing, failure.Failure);
    }

    [Fact]
    public void A_directory_in_place_of_the_file_is_reported()
    {
        var failure = Assert.Throws<EventStoreException>(() => new SqliteEventStore(_directory.Path));
        Assert.Equal(EventStoreFailure.CannotOpen, failure.Failure);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public void A_file_that_is_no_database_is_refused_and_left_alone(int length)
    {
        var foreign = Enumerable.Repeat((byte)'p', length).ToArray();
        System.IO.File.WriteAllBytes(File, foreign);
        Assert.Equal(EventStoreFailure.NotAStore, Refused(new SqliteStoreOptions()).Failure);
        Assert.Equal(foreign, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void The_database_of_another_program_is_refused_and_left_alone()
    {
        Sql("CREATE TABLE photos (name TEXT); INSERT INTO photos VALUES ('cat')");
        var before = System.IO.File.ReadAllBytes(File);
        foreach (var access in Enum.GetValues<SqliteStoreAccess>())
        {
            Assert.Equal(EventStoreFailure.NotAStore, Refused(new SqliteStoreOptions { Access = access }).Failure);
        }

        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void A_format_of_the_future_is_refused_and_left_alone()
    {
        new SqliteEventStore(File).Dispose();
        Sql("PRAGMA user_version = 2");
        var before = System.IO.File.ReadAllBytes(File);
        var failure = Refused(new SqliteStoreOptions());
        Assert.Equal(EventStoreFailure.UnknownFormat, failure.Failure);
        Assert.Contains("version 2", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void An_empty_file_is_filled_by_a_writer_that_may_create_and_refused_by_others()
    {
        System.IO.File.WriteAllBytes(File, []);
        Assert.Equal(EventStoreFailure.NotAStore, Refused(new SqliteStoreOptions { Access = SqliteStoreAccess.Read }).Failure);
        Assert.Equal(EventStoreFailure.NotAStore, Refused(new SqliteStoreOptions { Access = SqliteStoreAccess.Append }).Failure);
        using var store = new SqliteEventStore(File);
        Assert.Equal(0, store.Append("a", -1, Events(1)));
    }

    [Fact]
    public void The_file_keeps_a_write_ahead_log_and_names_its_owner_and_format()
    {
        using var store = new SqliteEventStore(File);
        store.Append("a", -1, Events(1));
        Assert.True(new FileInfo(File + "-wal").Length > 0);
        Assert.Equal("wal", Query("PRAGMA journal_mode"));
        // "PBFT" in ASCII.
        Assert.Equal(0x50424654.ToString(CultureInfo.InvariantCulture), Query("PRAGMA application_id"));
        Assert.Equal("1", Query("PRAGMA user_version"));
    }

    // --- a full disk ---

    [Fact]
    public void A_full_disk_refuses_the_append_whole_and_the_store_goes_on()
    {
        using var store = new SqliteEventStore(File, new SqliteStoreOptions { MaxFileBytes = 64 * 1024 });
        store.Append("a", -1, Events(0));
        var tooMuch = Range(1, 20).Select(e => e with { Data = new byte[10_000] }).ToArray();
        var failure = Assert.Throws<EventStoreException>(() => store.Append("a", 0, tooMuch));
        Assert.Equal(EventStoreFailure.OutOfSpace, failure.Failure);
        Assert.Contains("the same append may then be made again", failure.Message, StringComparison.Ordinal);
        Assert.Equal([Stored("a", 0, 0)], store.Read("a"));
        Assert.Equal(1, store.Append("a", 0, Events(1)));
    }

    [Fact]
    public void A_group_in_which_the_disk_ran_full_can_not_be_committed()
    {
        using var store = new SqliteEventStore(File, new SqliteStoreOptions { MaxFileBytes = 64 * 1024 });
        store.Append("a", -1, Events(0));
        using (var group = store.BeginGroup())
        {
            store.Append("a", 0, Events(1));
            var tooMuch = Range(2, 20).Select(e => e with { Data = new byte[10_000] }).ToArray();
            Assert.Throws<EventStoreException>(() => store.Append("a", 1, tooMuch));
            Assert.Equal(EventStoreFailure.OutOfSpace, Assert.Throws<EventStoreException>(() => store.Append("b", -1, Events(9))).Failure);
            Assert.Equal(EventStoreFailure.OutOfSpace, Assert.Throws<EventStoreException>(group.Commit).Failure);
        }

        Assert.Equal([Stored("a", 0, 0)], store.Read("a"));
        Assert.Equal(["a"], store.Streams());
        Assert.Equal(1, store.Append("a", 0, Events(1)));
    }

    // --- helpers ---

    private EventStoreException Refused(SqliteStoreOptions options) =>
        Assert.Throws<EventStoreException>(() => new SqliteEventStore(File, options));

    /// <summary>What a crash at this moment would leave: the file and its log, without what is still in the process.</summary>
    private string CopyLive(string name, int? logLength = null)
    {
        var copy = _directory.File(name + ".db");
        System.IO.File.Copy(File, copy);
        var log = System.IO.File.ReadAllBytes(File + "-wal");
        System.IO.File.WriteAllBytes(copy + "-wal", log[..(logLength ?? log.Length)]);
        return copy;
    }

    private void Sql(string sql) => Query(sql);

    private string? Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
