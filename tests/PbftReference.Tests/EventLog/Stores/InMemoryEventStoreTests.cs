using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

public sealed class InMemoryEventStoreTests : AppendGroupContract
{
    protected override IEventStore Open(AppendLimits limits) => new InMemoryEventStore(limits);

    [Fact]
    public void Loaded_rows_are_shown_as_they_are_with_their_gaps()
    {
        using var store = InMemoryEventStore.FromRows([Stored("a", 5, 5), Stored("a", 0, 0), Stored("a", 2, 2), Stored("b", 3, 3)]);
        Assert.Equal([0, 2, 5], store.Read("a").Revisions());
        Assert.Equal([2, 5], store.Read("a", 1).Revisions());
        Assert.Equal([2, 0], store.ReadBackwards("a", 4).Revisions());
        Assert.Equal(new StreamTail(5, 0), store.Tail("a"));
        Assert.Equal(6, store.Append("a", 5, Events(6)));
        Assert.Throws<WrongExpectedRevisionException>(() => store.Append("a", 0, Events(1)));
    }

    [Fact]
    public void Two_rows_at_one_place_are_refused() =>
        Assert.Throws<ArgumentException>(() => InMemoryEventStore.FromRows([Stored("a", 0, 0), Stored("a", 0, 1)]));

    [Fact]
    public void A_row_at_the_greatest_revision_ends_the_read()
    {
        using var store = InMemoryEventStore.FromRows([Stored("a", 0, 0), Stored("a", long.MaxValue, 1)]);
        Assert.Equal([0, long.MaxValue], store.Read("a").Revisions());
        Assert.Equal([long.MaxValue, 0], store.ReadBackwards("a").Revisions());
    }
}
