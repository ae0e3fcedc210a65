using PbftReference.EventLog.Stores;
using PbftReference.TestServer.Faults;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>What every store owes, by an EventStoreDB. <c>PBFT_EVENTSTOREDB</c> names a real one.</summary>
public sealed class EventStoreDbTests(DatabaseUnderTest database) : AppendGroupContract, IClassFixture<DatabaseUnderTest>
{
    // One database for all tests: each sees a part of its own.
    private readonly string _part = DatabaseUnderTest.NewPart();

    protected override IEventStore Open(AppendLimits limits) => Open(new EventStoreDbOptions { Limits = limits });

    private IEventStore Open(EventStoreDbOptions? options = null) => database.Open(_part, options);

    [Fact]
    public void What_one_process_appends_another_reads_and_neither_overwrites_the_other()
    {
        using var other = Open();
        Store.Append("a", -1, Events(1, 2));

        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 2)], other.Read("a"));
        Assert.Equal(["a"], other.Streams());
        other.Append("a", 1, Events(3));
        Assert.Equal(2, Assert.Throws<WrongExpectedRevisionException>(() => Store.Append("a", 1, Events(4))).Actual);
    }

    [Fact]
    public void Two_processes_that_begin_streams_at_the_same_time_find_both_in_the_list()
    {
        using var other = Open();
        Store.Append("a", -1, Events(1));
        other.Append("b", -1, Events(1));
        Store.Append("c", -1, Events(1));

        Assert.Equal(["a", "b", "c"], Store.Streams());
        Assert.Equal(["a", "b", "c"], other.Streams());
    }

    [Fact]
    public void What_waits_in_a_group_is_seen_by_nobody_else_until_it_is_committed()
    {
        using var other = Open();
        using (var group = Store.BeginGroup())
        {
            Store.Append("a", -1, Events(1));
            Store.Append("b", -1, Events(1));
            Store.Append("a", 0, Events(2));
            Assert.Empty(other.Streams());
            group.Commit();
        }

        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 2)], other.Read("a"));
        Assert.Equal(["a", "b"], other.Streams());
    }

    [Fact]
    public void A_store_for_readers_refuses_to_write()
    {
        using var reader = Open(new EventStoreDbOptions { ReadOnly = true });

        Assert.Equal(EventStoreFailure.ReadOnly, Assert.Throws<EventStoreException>(() => reader.Append("a", -1, Events(1))).Failure);
        Assert.Equal(EventStoreFailure.ReadOnly, Assert.Throws<EventStoreException>(() => reader.Truncate("a", 0)).Failure);
    }

    [Fact]
    public async Task A_subscription_goes_on_where_it_was_when_the_database_drops_it()
    {
        using var ours = DatabaseUnderTest.Ours();
        using var store = ours.Open(_part);
        store.Append("a", -1, Range(0, 50));
        ours.Server.Faults.NextRead(ReadFault.DropAfter(20, null, DropScope.Connection), 1);
        using var subscription = store.Subscribe("a");

        var seen = await Task.Run(() => Enumerable.Range(0, 50).Select(_ => subscription.Next(CancellationToken.None).Revision).ToList());
        store.Append("a", 49, Events(50));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), seen);
        Assert.Equal(50, await Task.Run(() => subscription.Next(CancellationToken.None).Revision));
    }

    [Fact]
    public void A_database_that_is_not_there_is_named_without_its_password()
    {
        using var store = new EventStoreDb("esdb://me:secret@127.0.0.1:9?tls=false", new EventStoreDbOptions { PatienceAtFirst = TimeSpan.Zero });

        var failure = Assert.Throws<EventStoreException>(() => store.Tail("a"));

        Assert.Equal(EventStoreFailure.Unreachable, failure.Failure);
        Assert.True(failure.MayPass);
        Assert.Contains("esdb://127.0.0.1:9?tls=false", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("esdb://")]
    [InlineData("esdb://a:b:c@host")]
    [InlineData("esdb://host?tls=perhaps")]
    [InlineData("esdb://host?colour=red")]
    public void What_is_no_address_is_refused_with_an_example(string address)
    {
        var failure = Assert.Throws<EventStoreException>(() => new EventStoreDb(address));

        Assert.Equal(EventStoreFailure.CannotOpen, failure.Failure);
        Assert.Contains("esdb://HOST:2113", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("esdb://host", true)]
    [InlineData("esdb+discover://host", true)]
    [InlineData("kurrentdb://host", true)]
    [InlineData("KDB+DISCOVER://host", true)]
    [InlineData("runs/7-1", false)]
    [InlineData("http://host", false)]
    [InlineData("://host", false)]
    public void An_address_is_told_from_a_directory(string text, bool isAddress) => Assert.Equal(isAddress, EventStoreDb.IsAddress(text));

    [Theory]
    [InlineData("esdb://u:p@host:1", "esdb://host:1")]
    [InlineData("esdb://u:p@a,b:2/?tls=false#sim", "esdb://a,b:2/?tls=false#sim")]
    [InlineData("esdb://host?connectionName=a@b", "esdb://host?connectionName=a@b")]
    [InlineData("runs/a@b", "runs/a@b")]
    public void What_is_secret_is_not_shown(string address, string shown) => Assert.Equal(shown, EventStoreDb.WithoutSecrets(address));
}
