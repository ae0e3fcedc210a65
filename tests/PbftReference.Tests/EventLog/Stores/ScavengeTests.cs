using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

public sealed class ScavengeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Only_hidden_events_are_freed_and_never_the_last_that_keeps_the_numbering()
    {
        using var store = new SqliteEventStore(_directory.File("log.db"));
        store.Append("part", -1, Range(0, 5));
        store.Append("all", -1, Range(0, 5));
        store.Append("none", -1, Range(0, 5));
        store.Truncate("part", 2);
        store.Truncate("all", 5);
        Assert.Equal(2 + 4, store.Scavenge());
        Assert.Equal(0, store.Scavenge());
        Assert.Equal([2, 3, 4], store.Read("part").Revisions());
        Assert.Empty(store.Read("all"));
        Assert.Equal(new StreamTail(4, 5), store.Tail("all"));
        Assert.Equal(5, store.Append("all", 4, Events(5)));
        Assert.Equal(5, store.Read("none").Count());
    }

    [Fact]
    public void A_retry_of_a_freed_append_is_refused_rather_than_written_twice()
    {
        using var store = new SqliteEventStore(_directory.File("log.db"));
        store.Append("a", -1, Range(0, 5));
        store.Truncate("a", 3);
        store.Scavenge();
        Assert.Throws<WrongExpectedRevisionException>(() => store.Append("a", -1, Range(0, 5)));
        Assert.Equal(4, store.Append("a", 2, Range(3, 2)));
    }

    [Fact]
    public void Freed_pages_are_used_again_so_that_a_full_file_has_room()
    {
        using var store = new SqliteEventStore(_directory.File("log.db"), new SqliteStoreOptions { MaxFileBytes = 128 * 1024 });
        EventToAppend Big(int number) => Event(number) with { Data = new byte[30_000] };
        for (var i = 0; i < 3; i++) store.Append("a", i - 1, [Big(i)]);
        var full = Assert.Throws<EventStoreException>(() => store.Append("a", 2, [Big(3), Big(4)]));
        Assert.Equal(EventStoreFailure.OutOfSpace, full.Failure);
        store.Truncate("a", 3);
        store.Scavenge();
        Assert.Equal(4, store.Append("a", 2, [Big(3), Big(4)]));
    }

    [Fact]
    public void An_open_group_must_end_first()
    {
        using var sqlite = new SqliteEventStore(_directory.File("log.db"));
        using var memory = new InMemoryEventStore();
        using var inSqlite = sqlite.BeginGroup();
        using var inMemory = memory.BeginGroup();
        Assert.Throws<InvalidOperationException>(() => sqlite.Scavenge());
        Assert.Throws<InvalidOperationException>(() => memory.Scavenge());
    }
}
