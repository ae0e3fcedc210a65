using System.Collections.Concurrent;
using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

/// <summary>What only a manager with a thread of its own can show. Handlers wait on gates, so that every interleaving is the test's choice.</summary>
public sealed class EventManagerTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public void Events_run_on_one_thread_that_is_not_the_senders()
    {
        using var bench = new RealBench();
        bench.Manager.Start();
        var threads = new List<int>();
        bench.OnEventThread(() => threads.Add(Environment.CurrentManagedThreadId));
        bench.OnEventThread(() => threads.Add(Environment.CurrentManagedThreadId));
        Assert.Single(threads.Distinct());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public async Task Many_senders_are_served_one_event_at_a_time_and_each_in_its_own_order()
    {
        using var bench = new RealBench(capacity: 3);
        bench.Manager.Start();
        var seen = new List<(int Sender, int Number)>();
        int inside = 0;
        int most = 0;
        Task[] senders = [.. Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                int number = i;
                await bench.Manager.Queue.SendAsync(EventBench.Does(() =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    seen.Add((sender, number));
                    Interlocked.Decrement(ref inside);
                }));
            }
        }))];
        await Task.WhenAll(senders).WaitAsync(EventBench.Patience);
        bench.Settle();
        Assert.Equal(1, most);
        Assert.Equal(800, seen.Count);
        foreach (IGrouping<int, (int Sender, int Number)> one in seen.GroupBy(s => s.Sender))
        {
            Assert.Equal(Enumerable.Range(0, 200), one.Select(s => s.Number));
        }
    }

    [Fact]
    public async Task A_full_queue_makes_senders_wait_and_admits_them_in_the_order_in_which_they_came()
    {
        using var bench = new RealBench(capacity: 1);
        using var hold = new Hold(bench);
        Assert.True(bench.Manager.Queue.Send(new Named("fills the room")));
        Task<bool> second = bench.Manager.Queue.SendAsync(new Named("second")).AsTask();
        Task<bool> third = bench.Manager.Queue.SendAsync(new Named("third")).AsTask();
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);
        hold.Release();
        Assert.True(await second.WaitAsync(EventBench.Patience));
        Assert.True(await third.WaitAsync(EventBench.Patience));
        bench.Settle();
        Assert.Equal(["fills the room", "second", "third"], bench.Delivered);
    }

    [Fact]
    public async Task A_sender_that_blocks_gets_room_too()
    {
        using var bench = new RealBench(capacity: 1);
        using var hold = new Hold(bench);
        bench.Manager.Queue.Send(new Named("fills the room"));
        Task<bool> blocked = Task.Run(() => bench.Manager.Queue.Send(new Named("blocked")));
        hold.Release();
        Assert.True(await blocked.WaitAsync(EventBench.Patience));
        bench.Settle();
        Assert.Equal(["fills the room", "blocked"], bench.Delivered);
    }

    [Fact]
    public async Task A_sender_that_gives_up_waiting_has_sent_nothing()
    {
        using var bench = new RealBench(capacity: 1);
        using var hold = new Hold(bench);
        using var cancellation = new CancellationTokenSource();
        bench.Manager.Queue.Send(new Named("fills the room"));
        Task<bool> waiting = bench.Manager.Queue.SendAsync(new Named("given up"), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bench.Manager.Queue.SendAsync(new Named("given up before"), cancellation.Token).AsTask());
        hold.Release();
        bench.Settle();
        Assert.Equal(["fills the room"], bench.Delivered);
    }

    [Fact]
    public async Task Cancelling_does_not_take_back_what_is_queued()
    {
        using var bench = new RealBench();
        using var hold = new Hold(bench);
        using var cancellation = new CancellationTokenSource();
        Assert.True(await bench.Manager.Queue.SendAsync(new Named("queued"), cancellation.Token));
        await cancellation.CancelAsync();
        hold.Release();
        bench.Settle();
        Assert.Equal(["queued"], bench.Delivered);
    }

    [Fact]
    public async Task Halt_answers_the_senders_that_wait_for_room()
    {
        using var bench = new RealBench(capacity: 1);
        using var hold = new Hold(bench);
        bench.Manager.Queue.Send(new Named("fills the room"));
        Task<bool> waiting = bench.Manager.Queue.SendAsync(new Named("waiting")).AsTask();
        Task<bool> blocked = Task.Run(() => bench.Manager.Queue.Send(new Named("blocked")));
        bench.Manager.Halt();
        Assert.False(await waiting.WaitAsync(EventBench.Patience));
        Assert.False(await blocked.WaitAsync(EventBench.Patience));
        Assert.False(bench.Manager.Completion.IsCompleted);
        hold.Release();
        await bench.Manager.Completion.WaitAsync(EventBench.Patience);
        Assert.Empty(bench.Delivered);
    }

    [Fact]
    public void A_handler_may_send_any_number_of_events_to_its_own_full_queue()
    {
        using var bench = new RealBench(capacity: 1);
        bench.Manager.Start();
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        bench.OnEventThread(() =>
        {
            foreach (string name in names)
            {
                bench.Manager.Queue.Send(new Named(name));
            }
        });
        Assert.Equal(names, bench.Delivered);
    }

    [Fact]
    public async Task Events_that_a_handler_sent_above_the_capacity_make_no_room_when_they_are_taken()
    {
        using var bench = new RealBench(capacity: 1);
        using var reached = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        int queued = 0;
        using var hold = new Hold(bench, then: () =>
        {
            bench.Queue(() =>
            {
                reached.Set();
                release.Wait(EventBench.Patience);
            });
            bench.Queue(() => queued = bench.Waiting);
        });
        // The held handler's first event takes the one room, its second is above the capacity.
        hold.Release();
        Assert.True(reached.Wait(EventBench.Patience));
        Assert.True(bench.Manager.Queue.Send(new Named("takes the room that the first left")));
        Task<bool> waiting = bench.Manager.Queue.SendAsync(new Named("waits")).AsTask();
        Assert.False(waiting.IsCompleted);
        release.Set();
        Assert.True(await waiting.WaitAsync(EventBench.Patience));
        bench.Settle();
        Assert.Equal(1, queued); // "waits" was still outside when the event above the capacity ran
        Assert.Equal(["takes the room that the first left", "waits"], bench.Delivered);
    }

    [Fact]
    public void Managers_that_send_to_each_others_full_queues_do_not_wait_for_each_other()
    {
        using var left = new RealBench(capacity: 1);
        using var right = new RealBench(capacity: 1);
        using var together = new Barrier(2);
        left.Manager.Start();
        right.Manager.Start();
        left.Queue(() => Flood(right, together));
        right.Queue(() => Flood(left, together));
        left.Settle();
        right.Settle();
        left.Settle();
        Assert.Equal(50, left.Delivered.Count);
        Assert.Equal(50, right.Delivered.Count);
    }

    [Fact]
    public void Without_a_receiver_events_are_discarded()
    {
        var manager = new EventManager(_ => { }, capacity: 1);
        var recorder = new ConcurrentQueue<HostEvent>();
        using var reached = new ManualResetEventSlim();
        manager.Start();
        // With room for one, the third send shows that the second was taken, and so that the first is past.
        manager.Queue.Send(new Named("lost"));
        manager.Queue.Send(new Named("either"));
        manager.Queue.Send(new Named("either"));
        manager.SetReceiver(new Recorder(e =>
        {
            recorder.Enqueue(e);
            if (e == new Named("end"))
            {
                reached.Set();
            }
        }));
        manager.Queue.Send(new Named("end"));
        Assert.True(reached.Wait(EventBench.Patience));
        manager.Halt();
        Assert.DoesNotContain(new Named("lost"), recorder);
    }

    [Fact]
    public void Only_the_event_thread_may_inject()
    {
        using var bench = new RealBench();
        bench.Manager.Start();
        string message = Assert.Throws<InvalidOperationException>(() => bench.Manager.Inject(new Named("outside"))).Message;
        Assert.Contains("Named was injected from outside the event thread", message, StringComparison.Ordinal);
        using var other = new RealBench();
        other.Manager.Start();
        Exception? refusal = null;
        other.OnEventThread(() => refusal = Record.Exception(() => bench.Manager.Inject(new Named("another's"))));
        Assert.IsType<InvalidOperationException>(refusal);
        bench.Settle();
        Assert.Empty(bench.Delivered);
    }

    [Fact]
    public async Task An_exception_that_leaves_a_handler_halts_the_manager_and_is_reported()
    {
        using var bench = new RealBench();
        var fault = new InvalidDataException("broken");
        bench.Manager.Queue.Send(new Act(() => throw fault));
        bench.Manager.Queue.Send(new Named("next"));
        bench.Manager.Start();
        Exception reported = await Assert.ThrowsAsync<InvalidDataException>(() => bench.Manager.Completion.WaitAsync(EventBench.Patience));
        Assert.Same(fault, reported);
        Assert.Equal([fault], bench.Faults);
        Assert.False(bench.Manager.Queue.Send(new Named("late")));
        Assert.Empty(bench.Delivered);
    }

    [Fact]
    public async Task An_exception_of_an_injected_event_is_the_handlers_to_catch()
    {
        using var bench = new RealBench();
        bench.Manager.Start();
        Exception? caught = null;
        bench.OnEventThread(() => caught = Record.Exception(() => bench.Manager.Inject(new Act(() => throw new InvalidDataException("inner")))));
        Assert.IsType<InvalidDataException>(caught);
        Assert.True(bench.Manager.Queue.Send(new Named("goes on")));
        bench.Settle();
        Assert.Equal(["goes on"], bench.Delivered);
        bench.Manager.Halt();
        await bench.Manager.Completion.WaitAsync(EventBench.Patience);
        Assert.Empty(bench.Faults);
    }

    [Fact]
    public void A_manager_needs_someone_to_tell_of_faults_and_room_for_an_event()
    {
        Assert.Throws<ArgumentNullException>(() => new EventManager(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EventManager(_ => { }, capacity: 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Once_stop_or_reset_has_returned_on_the_event_thread_an_event_that_another_thread_fired_is_not_delivered(bool stop)
    {
        using var bench = new RealBench();
        IEventTimer timer = bench.CreateTimer();
        timer.Reset(OneSecond, new Named("old"));
        using var hold = new Hold(bench, then: () =>
        {
            if (stop)
            {
                timer.Stop();
            }
            else
            {
                timer.Reset(OneSecond, new Named("new"));
            }
        });
        bench.Clock.Advance(OneSecond);
        Assert.Equal(1, bench.Waiting);
        hold.Release();
        bench.Settle();
        Assert.Empty(bench.Delivered);
        bench.Clock.Advance(OneSecond);
        bench.Settle();
        Assert.Equal(stop ? [] : ["new"], bench.Delivered);
    }

    [Fact]
    public void A_stop_from_another_thread_also_withdraws_an_event_that_waits()
    {
        using var bench = new RealBench();
        IEventTimer timer = bench.CreateTimer();
        timer.Reset(OneSecond, new Named("old"));
        using var hold = new Hold(bench);
        bench.Clock.Advance(OneSecond);
        timer.Stop();
        hold.Release();
        bench.Settle();
        Assert.Empty(bench.Delivered);
    }

    [Fact]
    public void An_expired_timer_does_not_wait_for_room_in_a_full_queue()
    {
        using var bench = new RealBench(capacity: 1);
        IEventTimer timer = bench.CreateTimer();
        timer.Reset(OneSecond, new Named("expired"));
        using var hold = new Hold(bench);
        bench.Manager.Queue.Send(new Named("fills the room"));
        bench.Clock.Advance(OneSecond);
        Assert.Equal(2, bench.Waiting);
        hold.Release();
        bench.Settle();
        Assert.Equal(["fills the room", "expired"], bench.Delivered);
    }

    private static void Flood(RealBench other, Barrier together)
    {
        together.SignalAndWait(EventBench.Patience);
        for (int i = 0; i < 50; i++)
        {
            other.Manager.Queue.Send(new Named($"{i}"));
        }
        together.SignalAndWait(EventBench.Patience);
    }

    /// <summary>Starts the manager and keeps its thread inside a handler until released.</summary>
    private sealed class Hold : IDisposable
    {
        private readonly ManualResetEventSlim _entered = new();
        private readonly ManualResetEventSlim _released = new();

        public Hold(RealBench bench, Action? then = null)
        {
            bench.Manager.Start();
            bench.Queue(() =>
            {
                _entered.Set();
                Assert.True(_released.Wait(EventBench.Patience));
                then?.Invoke();
            });
            Assert.True(_entered.Wait(EventBench.Patience));
        }

        public void Release() => _released.Set();

        // The events are left to the collector: the handler may still be inside them.
        public void Dispose() => Release();
    }

    private sealed class Recorder(Action<HostEvent> record) : IEventReceiver
    {
        public HostEvent? ProcessEvent(HostEvent hostEvent)
        {
            record(hostEvent);
            return null;
        }
    }
}
