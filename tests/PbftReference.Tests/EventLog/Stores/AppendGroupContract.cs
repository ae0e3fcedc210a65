using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>What a store owes whose groups can be undone. One subclass per such store.</summary>
public abstract class AppendGroupContract : EventStoreContract
{
    [Fact]
    public void A_group_spans_streams_and_is_visible_to_its_own_store_before_the_commit()
    {
        using var group = Store.BeginGroup();
        Store.Append("a", -1, Events(1));
        Store.Append("b", -1, Events(2));
        Store.Append("a", 0, Events(3));
        Assert.Equal([0, 1], Store.Read("a").Revisions());
        Assert.Equal(["a", "b"], Store.Streams());
        group.Commit();
        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 3)], Store.Read("a"));
        Assert.Equal([Stored("b", 0, 2)], Store.Read("b"));
    }

    [Fact]
    public void A_group_without_a_commit_is_undone_as_if_it_never_was()
    {
        Store.Append("a", -1, Events(1, 2));
        using (Store.BeginGroup())
        {
            Store.Append("a", 1, Events(3));
            Store.Truncate("a", 2);
            Store.Append("new", -1, Events(4));
        }

        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 2)], Store.Read("a"));
        Assert.Equal(new StreamTail(1, 0), Store.Tail("a"));
        Assert.Equal(["a"], Store.Streams());
        Assert.Equal(2, Store.Append("a", 1, Events(9)));
        Assert.Equal(0, Store.Append("new", -1, Events(9)));
    }

    [Fact]
    public void A_refused_append_does_not_spoil_its_group()
    {
        using (var group = Store.BeginGroup())
        {
            Store.Append("a", -1, Events(1));
            Assert.Throws<WrongExpectedRevisionException>(() => Store.Append("a", 7, Events(2)));
            Assert.Throws<AppendTooLargeException>(() => Store.Append("a", 0, Range(0, 501)));
            Store.Append("a", 0, Events(3));
            group.Commit();
        }

        Assert.Equal([Stored("a", 0, 1), Stored("a", 1, 3)], Store.Read("a"));
    }

    [Fact]
    public void A_retry_within_the_group_is_recognised()
    {
        using var group = Store.BeginGroup();
        Store.Append("a", -1, Events(1, 2));
        Assert.Equal(1, Store.Append("a", -1, Events(1, 2)));
        group.Commit();
        Assert.Equal(2, Store.Read("a").Count());
    }

    [Fact]
    public void A_whole_group_may_be_retried_after_its_commit()
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            using var group = Store.BeginGroup();
            Assert.Equal(1, Store.Append("a", -1, Events(1, 2)));
            Assert.Equal(0, Store.Append("b", -1, Events(3)));
            group.Commit();
        }

        Assert.Equal([0, 1], Store.Read("a").Revisions());
        Assert.Equal([0], Store.Read("b").Revisions());
    }

    [Fact]
    public void An_empty_group_commits()
    {
        using (var group = Store.BeginGroup()) group.Commit();
        Assert.Equal(0, Store.Append("a", -1, Events(1)));
    }

    [Fact]
    public void One_group_at_a_time_and_one_end_to_each()
    {
        using var group = Store.BeginGroup();
        Assert.Throws<InvalidOperationException>(Store.BeginGroup);
        group.Commit();
        Assert.Throws<InvalidOperationException>(group.Commit);
        Store.BeginGroup().Dispose();
        var undone = Store.BeginGroup();
        undone.Dispose();
        Assert.Throws<InvalidOperationException>(undone.Commit);
    }

    [Fact]
    public void A_group_that_ended_does_not_touch_the_next_one()
    {
        var first = Store.BeginGroup();
        first.Commit();
        using (var second = Store.BeginGroup())
        {
            Store.Append("a", -1, Events(1));
            first.Dispose();
            second.Commit();
        }

        Assert.Equal([0], Store.Read("a").Revisions());
    }

    [Fact]
    public void A_subscription_never_delivers_what_may_still_be_undone()
    {
        Store.Append("a", -1, Events(1));
        using var subscription = Store.Subscribe("a");
        Assert.True(subscription.TryNext(out _));
        using (Store.BeginGroup())
        {
            Store.Append("a", 0, Events(2));
            Assert.False(subscription.TryNext(out _));
        }

        Assert.False(subscription.TryNext(out _));
        using (var group = Store.BeginGroup())
        {
            Store.Append("a", 0, Events(3));
            group.Commit();
        }

        Assert.True(subscription.TryNext(out var next));
        Assert.Equal(Stored("a", 1, 3), next);
    }

    [Fact]
    public async Task A_commit_wakes_the_subscription_that_waits()
    {
        using var subscription = Store.Subscribe("a");
        var next = Task.Run(() => subscription.Next(CancellationToken.None));
        using (var group = Store.BeginGroup())
        {
            Store.Append("a", -1, Events(1));
            group.Commit();
        }

        Assert.Equal(Stored("a", 0, 1), await next);
    }

    [Fact]
    public void Closing_the_store_undoes_the_open_group_and_the_group_notices()
    {
        var store = Open(AppendLimits.Default);
        using var group = store.BeginGroup();
        store.Append("a", -1, Events(1));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(group.Commit);
    }
}
