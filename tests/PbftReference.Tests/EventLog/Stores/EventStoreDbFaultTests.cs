using PbftReference.EventLog.Stores;
using PbftReference.TestServer.Faults;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>An EventStoreDB that fails at every kind of moment: no event is lost, none doubled, none missing between others.</summary>
public sealed class EventStoreDbFaultTests : IDisposable
{
    private static readonly EventStoreDbOptions Patient = new() { Patience = TimeSpan.FromMinutes(2), PatienceAtFirst = TimeSpan.FromMinutes(2) };

    private readonly DatabaseUnderTest _database = DatabaseUnderTest.Ours();

    public void Dispose() => _database.Dispose();

    private static readonly AppendFaultKind[] PassingKinds =
    [
        AppendFaultKind.DropBeforeCommit, AppendFaultKind.DropAfterCommit, AppendFaultKind.DropInsideAnswer,
        AppendFaultKind.TimeoutCommitted, AppendFaultKind.TimeoutNotCommitted, AppendFaultKind.NotReady, AppendFaultKind.TooBusy,
    ];

    public static TheoryData<AppendFaultKind> Passing => [.. PassingKinds];

    [Theory]
    [MemberData(nameof(Passing))]
    public void An_append_whose_answer_is_lost_is_made_again_and_written_once(AppendFaultKind kind)
    {
        var waited = 0;
        using var store = _database.Open(Patient with { Waiting = _ => waited++ });
        store.Append("a", -1, Events(0));
        using var fault = _database.Server.Faults.NextAppend(new AppendFault(kind), 1);

        Assert.Equal(2, store.Append("a", 0, Events(1, 2)));

        Assert.Equal(1, fault.TimesMet);
        Assert.True(waited > 0);
        Assert.Equal([0, 1, 2], store.Read("a").Revisions());
    }

    [Fact]
    public void Over_a_thousand_appends_under_every_kind_of_fault_nothing_is_lost_doubled_or_missing()
    {
        using var store = _database.Open(Patient);
        var rules = new List<FaultRule>();
        var every = 31;
        foreach (var kind in PassingKinds)
        {
            foreach (var scope in Enum.GetValues<DropScope>()) rules.Add(_database.Server.Faults.EveryAppend(new AppendFault(kind, null, scope), every += 6));
        }

        var next = 0;
        for (var append = 0; append < 1000; append++)
        {
            var events = Range(next, 1 + (append % 3));
            next += events.Count;
            Assert.Equal(next - 1, store.Append("a", next - events.Count - 1, events));
        }

        Assert.All(rules, rule => Assert.True(rule.TimesMet > 0));
        foreach (var rule in rules) rule.Dispose();
        Assert.Equal(Enumerable.Range(0, next).Select(i => Stored("a", i, i)), store.Read("a"));
    }

    [Fact]
    public async Task A_database_that_restarts_in_between_is_waited_for()
    {
        using var store = _database.Open(Patient);
        store.Append("a", -1, Events(0));
        await _database.Server.RestartAsync();

        Assert.Equal(1, store.Append("a", 0, Events(1)));
        Assert.Equal(0, store.Append("a", -1, Events(0)));
        Assert.Equal([0, 1], store.Read("a").Revisions());
    }

    [Fact]
    public void When_patience_is_over_the_failure_may_pass_and_the_same_append_is_safe()
    {
        using var store = _database.Open(new EventStoreDbOptions { Patience = TimeSpan.Zero });
        store.Append("a", -1, Events(0));
        using (_database.Server.Faults.NextAppend(AppendFault.DropAfterCommit, 1))
        {
            Assert.True(Assert.Throws<EventStoreException>(() => store.Append("a", 0, Events(1))).MayPass);
        }

        Assert.Equal(1, store.Append("a", 0, Events(1)));
        Assert.Equal([0, 1], store.Read("a").Revisions());
    }

    [Fact]
    public void Another_writer_is_told_from_a_retry_also_after_a_lost_answer()
    {
        using var store = _database.Open(new EventStoreDbOptions { Patience = TimeSpan.Zero });
        using var other = _database.Open();
        store.Append("a", -1, Events(0));
        using (_database.Server.Faults.NextAppend(AppendFault.DropBeforeCommit, 1)) Assert.Throws<EventStoreException>(() => store.Append("a", 0, Events(1)));
        other.Append("a", 0, Events(9));

        Assert.Equal(1, Assert.Throws<WrongExpectedRevisionException>(() => store.Append("a", 0, Events(1))).Actual);
    }

    [Fact]
    public void A_read_that_is_cut_off_is_made_again_from_where_its_page_began()
    {
        using var store = _database.Open(Patient);
        for (var at = 0; at < 900; at += 300) store.Append("a", at - 1, Range(at, 300));
        using var fault = _database.Server.Faults.EveryRead(ReadFault.DropAfter(40, null, DropScope.Connection), 2);

        Assert.Equal(Enumerable.Range(0, 900).Select(i => (long)i), store.Read("a").Revisions());
        Assert.True(fault.TimesMet > 0);
    }

    [Fact]
    public void A_group_whose_commit_fails_in_the_middle_is_a_prefix_and_is_made_again_safely()
    {
        using var store = _database.Open(new EventStoreDbOptions { Patience = TimeSpan.Zero });
        using var other = _database.Open();
        store.Append("a", -1, Events(0));
        store.Append("b", -1, Events(0));
        using (var fault = _database.Server.Faults.NextAppend(AppendFault.DropBeforeCommit, 2))
        using (var group = store.BeginGroup())
        {
            Fill(store);
            Assert.True(Assert.Throws<EventStoreException>(group.Commit).MayPass);
        }

        // the first append of the group is there, and none after it
        Assert.Equal([0, 1], other.Read("a").Revisions());
        Assert.Equal([0], other.Read("b").Revisions());
        using (var group = store.BeginGroup())
        {
            Fill(store);
            group.Commit();
        }

        Assert.Equal([0, 1, 2], other.Read("a").Revisions());
        Assert.Equal([0, 1], other.Read("b").Revisions());

        static void Fill(IEventStore store)
        {
            store.Append("a", 0, Events(1));
            store.Append("b", 0, Events(1));
            store.Append("a", 1, Events(2));
        }
    }

    [Fact]
    public async Task A_deleted_stream_is_damage_and_not_written_on()
    {
        using var store = _database.Open();
        store.Append("a", -1, Events(0, 1));
        await using var client = new EventStore.Client.EventStoreClient(EventStore.Client.EventStoreClientSettings.Create(_database.Address));
        await client.DeleteAsync("a", EventStore.Client.StreamState.Any);

        Assert.Null(store.Tail("a"));
        Assert.Equal(EventStoreFailure.Damaged, Assert.Throws<EventStoreException>(() => store.Append("a", -1, Events(5))).Failure);

        await client.TombstoneAsync("a", EventStore.Client.StreamState.Any);
        Assert.Equal(EventStoreFailure.Damaged, Assert.Throws<EventStoreException>(() => store.Append("a", 2, Events(6))).Failure);
    }
}
