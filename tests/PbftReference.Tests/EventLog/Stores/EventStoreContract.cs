using System.Text;
using PbftReference.EventLog.Stores;
using Xunit;
using static PbftReference.Tests.EventLog.Stores.SampleEvents;

namespace PbftReference.Tests.EventLog.Stores;

/// <summary>What every event store owes its users, whatever its medium. One subclass per store.</summary>
public abstract class EventStoreContract : IDisposable
{
    private const string Stream = "replica-demo.0";
    private readonly Lazy<IEventStore> _store;

    protected EventStoreContract() => _store = new Lazy<IEventStore>(() => Open(AppendLimits.Default));

    /// <summary>An empty store. It is closed by its user or with this fixture.</summary>
    protected abstract IEventStore Open(AppendLimits limits);

    private protected IEventStore Store => _store.Value;

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected virtual void CleanUp()
    {
    }

    // --- appending and reading back ---

    [Fact]
    public void The_first_append_creates_the_stream_at_revision_zero()
    {
        Assert.Null(Store.Tail(Stream));
        Assert.Equal(0, Store.Append(Stream, ExpectedRevision.NoStream, Events(1)));
        Assert.Equal(new StreamTail(0, 0), Store.Tail(Stream));
    }

    [Fact]
    public void Events_come_back_byte_for_byte_in_the_order_they_were_appended()
    {
        Store.Append(Stream, -1, Events(1, 2));
        Store.Append(Stream, 1, Events(3));
        Assert.Equal([Stored(Stream, 0, 1), Stored(Stream, 1, 2), Stored(Stream, 2, 3)], Store.Read(Stream));
    }

    [Fact]
    public void Any_bytes_survive_also_none()
    {
        var everyByte = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();
        Store.Append(Stream, -1, [new(Id(1), "blob/1", everyByte, default), new(Id(2), "blob/1", default, everyByte)]);
        var read = Store.Read(Stream).ToArray();
        Assert.Equal(everyByte, read[0].Data.ToArray());
        Assert.Empty(read[0].Metadata.ToArray());
        Assert.Empty(read[1].Data.ToArray());
        Assert.Equal(everyByte, read[1].Metadata.ToArray());
    }

    [Fact]
    public void A_caller_who_reuses_the_buffer_does_not_change_what_was_appended()
    {
        var buffer = Encoding.UTF8.GetBytes("before");
        Store.Append(Stream, -1, [new(Id(1), "t/1", buffer, buffer)]);
        Array.Fill(buffer, (byte)'x');
        var read = Assert.Single(Store.Read(Stream));
        Assert.Equal("before", Encoding.UTF8.GetString(read.Data.Span));
        Assert.Equal("before", Encoding.UTF8.GetString(read.Metadata.Span));
    }

    [Fact]
    public void An_append_answers_with_the_revision_of_its_last_event()
    {
        Assert.Equal(2, Store.Append(Stream, -1, Events(1, 2, 3)));
        Assert.Equal(4, Store.Append(Stream, 2, Events(4, 5)));
    }

    [Fact]
    public void Streams_do_not_disturb_each_other()
    {
        Store.Append("replica-demo.1", -1, Events(1));
        Store.Append("replica-demo.10", -1, Events(2, 3));
        Assert.Equal([Stored("replica-demo.1", 0, 1)], Store.Read("replica-demo.1"));
        Assert.Equal(1, Store.Tail("replica-demo.10")!.LastRevision);
    }

    [Fact]
    public void Streams_are_listed_in_ordinal_order()
    {
        string[] names = ["b", "a", "B", "a b/c", "\u00e9", "\uffee", "\U0001F600"];
        foreach (var name in names) Store.Append(name, -1, Events(1));
        Assert.Equal(names.Order(StringComparer.Ordinal), Store.Streams());
    }

    [Fact]
    public void An_empty_store_has_no_streams() => Assert.Empty(Store.Streams());

    // --- the expected revision ---

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void A_missing_stream_refuses_an_expected_revision(long expected)
    {
        var refusal = Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, expected, Events(1)));
        Assert.Equal((Stream, expected, -1L), (refusal.Stream, refusal.Expected.Value, refusal.Actual));
        Assert.Empty(Store.Streams());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(2)]
    public void A_stream_refuses_every_revision_but_its_last(long expected)
    {
        Store.Append(Stream, -1, Events(1, 2));
        var refusal = Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, expected, Events(9)));
        Assert.Equal(1, refusal.Actual);
        Assert.Equal([0, 1], Store.Read(Stream).Revisions());
    }

    [Fact]
    public void A_refused_batch_leaves_nothing_behind()
    {
        Store.Append(Stream, -1, Events(1));
        Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, -1, Events(2, 3, 4)));
        Assert.Equal([Stored(Stream, 0, 1)], Store.Read(Stream));
        Assert.Equal(1, Store.Append(Stream, 0, Events(2)));
    }

    // --- retries ---

    [Theory]
    [InlineData(-1, new[] { 1, 2, 3 }, 2)]
    [InlineData(-1, new[] { 1, 2 }, 1)]
    [InlineData(-1, new[] { 1 }, 0)]
    [InlineData(0, new[] { 2 }, 1)]
    [InlineData(1, new[] { 3 }, 2)]
    [InlineData(0, new[] { 2, 3, 4, 5 }, 4)]
    public void A_retry_gets_the_original_answer_and_writes_nothing(long expected, int[] retried, long answer)
    {
        Store.Append(Stream, -1, Events(1, 2, 3));
        Store.Append(Stream, 2, Events(4, 5));
        Assert.Equal(answer, Store.Append(Stream, expected, Events(retried)));
        Assert.Equal([0, 1, 2, 3, 4], Store.Read(Stream).Revisions());
    }

    [Fact]
    public void A_retry_is_known_by_its_ids_alone()
    {
        Store.Append(Stream, -1, Events(1));
        Assert.Equal(0, Store.Append(Stream, -1, [Event(1) with { Data = "other"u8.ToArray() }]));
        Assert.Equal([Stored(Stream, 0, 1)], Store.Read(Stream));
    }

    [Theory]
    [InlineData(new[] { 9 })]
    [InlineData(new[] { 1, 9 })]
    [InlineData(new[] { 1, 9, 3 })]
    [InlineData(new[] { 2, 1 })]
    [InlineData(new[] { 1, 2, 3, 4 })]
    public void A_batch_that_only_begins_like_the_stored_one_is_refused(int[] batch)
    {
        Store.Append(Stream, -1, Events(1, 2, 3));
        var refusal = Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, -1, Events(batch)));
        Assert.Equal(2, refusal.Actual);
        Assert.Equal([0, 1, 2], Store.Read(Stream).Revisions());
    }

    [Fact]
    public void At_the_exact_revision_a_known_id_is_written_again()
    {
        Store.Append(Stream, -1, Events(1));
        Assert.Equal(1, Store.Append(Stream, 0, Events(1)));
        Assert.Equal([Stored(Stream, 0, 1), Stored(Stream, 1, 1)], Store.Read(Stream));
    }

    [Fact]
    public void One_append_may_carry_an_id_twice()
    {
        Store.Append(Stream, -1, Events(1, 1));
        Assert.Equal([Id(1), Id(1)], Store.Read(Stream).Select(e => e.Id));
    }

    [Fact]
    public void An_id_in_another_stream_is_no_retry()
    {
        Store.Append("other", -1, Events(1));
        Assert.Equal(0, Store.Append(Stream, -1, Events(1)));
        Assert.Single(Store.Read(Stream));
    }

    // --- nothing, and too much ---

    [Fact]
    public void An_append_of_nothing_succeeds_at_the_exact_revision_and_creates_nothing()
    {
        Assert.Equal(-1, Store.Append(Stream, -1, []));
        Assert.Null(Store.Tail(Stream));
        Assert.Empty(Store.Streams());
        Store.Append(Stream, -1, Events(1, 2));
        Assert.Equal(1, Store.Append(Stream, 1, []));
        Assert.Equal(new StreamTail(1, 0), Store.Tail(Stream));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(9)]
    public void An_append_of_nothing_is_refused_at_any_other_revision(long expected)
    {
        Store.Append(Stream, -1, Events(1, 2));
        Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, expected, []));
    }

    [Fact]
    public void An_append_may_fill_the_byte_limit_and_not_pass_it()
    {
        // Type and metadata count too: 3 + 7 + 90.
        using var store = Open(new AppendLimits(MaxBytes: 100));
        EventToAppend Sized(int data) => new(Id(1), "t/1", new byte[data], new byte[7]);
        var refusal = Assert.Throws<AppendTooLargeException>(() => store.Append(Stream, -1, [Sized(91)]));
        Assert.Equal((101L, 1), (refusal.Bytes, refusal.Events));
        Assert.Null(store.Tail(Stream));
        Assert.Equal(0, store.Append(Stream, -1, [Sized(90)]));
    }

    [Fact]
    public void The_byte_limit_holds_for_the_whole_append()
    {
        using var store = Open(new AppendLimits(MaxBytes: 100));
        EventToAppend Sized(int id) => new(Id(id), "t/1", new byte[48], default);
        Assert.Throws<AppendTooLargeException>(() => store.Append(Stream, -1, [Sized(1), Sized(2)]));
        Assert.Equal(0, store.Append(Stream, -1, [Sized(1)]));
    }

    [Fact]
    public void By_default_one_mebibyte_passes_and_one_byte_more_does_not()
    {
        EventToAppend Sized(int data) => new(Id(1), "t/1", new byte[data], default);
        Assert.Throws<AppendTooLargeException>(() => Store.Append(Stream, -1, [Sized(1024 * 1024 - 2)]));
        Store.Append(Stream, -1, [Sized(1024 * 1024 - 3)]);
        Assert.Equal(1024 * 1024 - 3, Assert.Single(Store.Read(Stream)).Data.Length);
    }

    [Fact]
    public void By_default_five_hundred_events_pass_and_one_more_does_not()
    {
        var refusal = Assert.Throws<AppendTooLargeException>(() => Store.Append(Stream, -1, Range(0, 501)));
        Assert.Equal(501, refusal.Events);
        Assert.Equal(499, Store.Append(Stream, -1, Range(0, 500)));
    }

    // --- names ---

    [Theory]
    [InlineData("")]
    [InlineData("$all")]
    [InlineData("$$")]
    [InlineData("$$replica-demo.0")]
    [InlineData("$settings")]
    [InlineData("a\0b")]
    [InlineData("two\nlines")]
    public void Empty_system_and_unwritable_stream_names_are_refused_everywhere(string name)
    {
        Assert.Throws<ArgumentException>(() => Store.Append(name, -1, Events(1)));
        Assert.Throws<ArgumentException>(() => { Store.Read(name); });
        Assert.Throws<ArgumentException>(() => { Store.ReadBackwards(name); });
        Assert.Throws<ArgumentException>(() => Store.Tail(name));
        Assert.Throws<ArgumentException>(() => Store.Truncate(name, 0));
        Assert.Throws<ArgumentException>(() => Store.Subscribe(name));
    }

    [Fact]
    public void A_name_without_a_utf8_form_is_refused_since_two_of_them_would_become_one()
    {
        Assert.Throws<ArgumentException>(() => Store.Append("half \ud83d pair", -1, Events(1)));
        Assert.Throws<ArgumentException>(() => Store.Append(Stream, -1, [Event(1) with { Type = "half \ude00 pair" }]));
        Assert.Empty(Store.Streams());
    }

    [Theory]
    [InlineData("")]
    [InlineData("$metadata")]
    [InlineData("$>")]
    public void Empty_and_system_event_types_are_refused(string type)
    {
        Assert.Throws<ArgumentException>(() => Store.Append(Stream, -1, [Event(1) with { Type = type }]));
        Assert.Null(Store.Tail(Stream));
    }

    [Fact]
    public void The_empty_event_id_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Store.Append(Stream, -1, [Event(1) with { Id = Guid.Empty }]));
        Assert.Null(Store.Tail(Stream));
    }

    // --- reading ---

    [Fact]
    public void A_missing_stream_reads_as_nothing_both_ways()
    {
        Assert.Empty(Store.Read(Stream));
        Assert.Empty(Store.ReadBackwards(Stream));
    }

    [Theory]
    [InlineData(0, long.MaxValue, new long[] { 0, 1, 2, 3, 4 })]
    [InlineData(2, long.MaxValue, new long[] { 2, 3, 4 })]
    [InlineData(2, 2, new long[] { 2, 3 })]
    [InlineData(0, 0, new long[] { })]
    [InlineData(4, 9, new long[] { 4 })]
    [InlineData(5, 9, new long[] { })]
    [InlineData(long.MaxValue, 9, new long[] { })]
    public void Forwards_starts_at_the_revision_itself_and_stops_at_the_count(long from, long count, long[] revisions)
    {
        Store.Append(Stream, -1, Range(0, 5));
        Assert.Equal(revisions, Store.Read(Stream, from, count).Revisions());
    }

    [Theory]
    [InlineData(long.MaxValue, long.MaxValue, new long[] { 4, 3, 2, 1, 0 })]
    [InlineData(long.MaxValue, 1, new long[] { 4 })]
    [InlineData(99, 2, new long[] { 4, 3 })]
    [InlineData(2, 2, new long[] { 2, 1 })]
    [InlineData(0, 9, new long[] { 0 })]
    [InlineData(3, 0, new long[] { })]
    public void Backwards_starts_at_the_revision_or_at_the_end_and_stops_at_the_count(long from, long count, long[] revisions)
    {
        Store.Append(Stream, -1, Range(0, 5));
        Assert.Equal(revisions, Store.ReadBackwards(Stream, from, count).Revisions());
    }

    [Fact]
    public void A_read_may_span_many_pages_both_ways()
    {
        const int count = 1300;
        for (var at = 0; at < count; at += 325) Store.Append(Stream, at - 1, Range(at, 325));
        var forwards = Store.Read(Stream).ToArray();
        Assert.Equal(Enumerable.Range(0, count).Select(i => Stored(Stream, i, i)), forwards);
        Assert.Equal(forwards.Reverse(), Store.ReadBackwards(Stream));
        Assert.Equal(forwards.Skip(3).Take(700), Store.Read(Stream, 3, 700));
    }

    [Fact]
    public void Large_events_are_read_through_pages_both_ways()
    {
        for (var i = 0; i < 5; i++) Store.Append(Stream, i - 1, [Event(i) with { Data = new byte[700_000] }]);
        Assert.Equal([0, 1, 2, 3, 4], Store.Read(Stream).Revisions());
        Assert.Equal([4, 3, 2, 1, 0], Store.ReadBackwards(Stream).Revisions());
    }

    [Fact]
    public void One_may_append_while_reading()
    {
        Store.Append(Stream, -1, Events(0));
        var seen = new List<long>();
        foreach (var e in Store.Read(Stream, 0, 3))
        {
            seen.Add(e.Revision);
            Store.Append(Stream, e.Revision, Events((int)e.Revision + 1));
        }

        Assert.Equal(0, seen[0]);
        Assert.Equal(seen.Count, Store.Tail(Stream)!.LastRevision);
    }

    [Fact]
    public void Negative_revisions_and_counts_are_refused_at_the_call()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { Store.Read(Stream, -1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { Store.Read(Stream, 0, -1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { Store.ReadBackwards(Stream, -1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Truncate(Stream, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Subscribe(Stream, -2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Append(Stream, -2, Events(1)));
    }

    // --- truncating ---

    [Fact]
    public void Truncated_events_are_hidden_at_once_both_ways()
    {
        Store.Append(Stream, -1, Range(0, 5));
        Store.Truncate(Stream, 3);
        Assert.Equal([3, 4], Store.Read(Stream).Revisions());
        Assert.Equal([3], Store.Read(Stream, 1, 1).Revisions());
        Assert.Equal([4, 3], Store.ReadBackwards(Stream).Revisions());
        Assert.Empty(Store.ReadBackwards(Stream, 2));
        Assert.Equal(new StreamTail(4, 3), Store.Tail(Stream));
    }

    [Fact]
    public void A_fully_truncated_stream_exists_and_is_empty()
    {
        Store.Append(Stream, -1, Range(0, 3));
        Store.Truncate(Stream, 3);
        Assert.Empty(Store.Read(Stream));
        Assert.Empty(Store.ReadBackwards(Stream));
        var tail = Store.Tail(Stream);
        Assert.Equal(new StreamTail(2, 3), tail);
        Assert.True(tail!.IsEmpty);
        Assert.Equal([Stream], Store.Streams());
    }

    [Fact]
    public void Numbering_goes_on_after_truncation()
    {
        Store.Append(Stream, -1, Range(0, 3));
        Store.Truncate(Stream, 3);
        Assert.Equal(2, Assert.Throws<WrongExpectedRevisionException>(() => Store.Append(Stream, -1, Events(9))).Actual);
        Assert.Equal(3, Store.Append(Stream, 2, Events(9)));
        Assert.Equal([Stored(Stream, 3, 9)], Store.Read(Stream));
    }

    [Fact]
    public void A_retry_of_a_truncated_append_is_still_recognised()
    {
        Store.Append(Stream, -1, Range(0, 3));
        Store.Truncate(Stream, 2);
        Assert.Equal(2, Store.Append(Stream, -1, Range(0, 3)));
        Assert.Equal([2], Store.Read(Stream).Revisions());
    }

    [Fact]
    public void Truncation_never_goes_back()
    {
        Store.Append(Stream, -1, Range(0, 5));
        Store.Truncate(Stream, 3);
        Store.Truncate(Stream, 1);
        Store.Truncate(Stream, 0);
        Assert.Equal(new StreamTail(4, 3), Store.Tail(Stream));
    }

    [Fact]
    public void Truncation_beyond_the_end_is_refused_because_it_would_hide_the_future()
    {
        Store.Append(Stream, -1, Range(0, 3));
        var refusal = Assert.Throws<EventStoreException>(() => Store.Truncate(Stream, 4));
        Assert.Equal(EventStoreFailure.TruncationBeyondEnd, refusal.Failure);
        Assert.Equal([0, 1, 2], Store.Read(Stream).Revisions());
        Assert.Throws<EventStoreException>(() => Store.Truncate("missing", 1));
        Store.Truncate("missing", 0);
        Assert.Equal([Stream], Store.Streams());
    }

    // --- subscribing ---

    [Fact]
    public void A_subscription_first_delivers_what_is_there_then_what_is_appended()
    {
        Store.Append(Stream, -1, Events(0, 1));
        using var subscription = Store.Subscribe(Stream);
        Assert.Equal(Stored(Stream, 0, 0), subscription.Next(CancellationToken.None));
        Assert.Equal(Stored(Stream, 1, 1), subscription.Next(CancellationToken.None));
        Store.Append(Stream, 1, Events(2));
        Assert.Equal(Stored(Stream, 2, 2), subscription.Next(CancellationToken.None));
    }

    [Fact]
    public void A_subscription_starts_after_the_revision_named()
    {
        Store.Append(Stream, -1, Range(0, 4));
        using var subscription = Store.Subscribe(Stream, 2);
        Assert.Equal(3, subscription.Next(CancellationToken.None).Revision);
    }

    [Fact]
    public void A_subscription_begins_at_the_first_event_that_is_not_truncated()
    {
        Store.Append(Stream, -1, Range(0, 4));
        Store.Truncate(Stream, 2);
        using var subscription = Store.Subscribe(Stream);
        Assert.Equal(2, subscription.Next(CancellationToken.None).Revision);
    }

    [Fact]
    public async Task A_subscription_waits_for_a_stream_that_does_not_exist_yet()
    {
        using var subscription = Store.Subscribe(Stream);
        var next = Task.Run(() => subscription.Next(CancellationToken.None));
        Store.Append("other", -1, Events(9));
        Store.Append(Stream, -1, Events(1));
        Assert.Equal(Stored(Stream, 0, 1), await next);
    }

    [Fact]
    public async Task A_cancelled_wait_loses_no_event()
    {
        using var subscription = Store.Subscribe(Stream);
        using var cancellation = new CancellationTokenSource();
        var next = Task.Run(() => subscription.Next(cancellation.Token));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Store.Append(Stream, -1, Events(1));
        Assert.Equal(0, subscription.Next(CancellationToken.None).Revision);
    }

    [Fact]
    public async Task Closing_a_subscription_ends_its_wait()
    {
        var subscription = Store.Subscribe(Stream);
        var next = Task.Run(() => subscription.Next(CancellationToken.None));
        subscription.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next);
    }

    // --- closing ---

    [Fact]
    public void A_closed_store_says_so()
    {
        var store = Open(AppendLimits.Default);
        using var subscription = store.Subscribe(Stream);
        store.Dispose();
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.Append(Stream, -1, Events(1)));
        Assert.Throws<ObjectDisposedException>(() => store.Read(Stream).ToArray());
        Assert.Throws<ObjectDisposedException>(() => store.Tail(Stream));
        Assert.Throws<ObjectDisposedException>(() => subscription.Next(CancellationToken.None));
    }

    [Fact]
    public async Task Of_writers_that_race_for_one_revision_exactly_one_wins()
    {
        const int writers = 4;
        var store = Store;
        var wins = await Task.WhenAll(Enumerable.Range(1, writers).Select(writer => Task.Run(() =>
        {
            var won = 0;
            for (var revision = 0; revision < 25; revision++)
            {
                try
                {
                    store.Append(Stream, revision - 1, Events(1000 * writer + revision));
                    won++;
                }
                catch (WrongExpectedRevisionException)
                {
                    // Another writer took it, or nobody has come so far yet: then try again.
                    if (store.Tail(Stream)!.LastRevision < revision) revision--;
                }
            }

            return won;
        })));
        Assert.Equal(25, wins.Sum());
        Assert.Equal(Enumerable.Range(0, 25).Select(r => (long)r), store.Read(Stream).Revisions());
    }
}
