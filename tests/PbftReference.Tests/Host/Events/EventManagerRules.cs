using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

/// <summary>What both managers promise: <c>docs/event-model.md</c>, rule by rule.</summary>
public abstract class EventManagerRules : IDisposable
{
    private readonly EventBench _bench;

    protected EventManagerRules(EventBench bench) => _bench = bench;

    private IEventManager Manager => _bench.Manager;

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Events_are_delivered_in_the_order_in_which_they_were_sent()
    {
        Manager.Start();
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        foreach (string name in names)
        {
            Assert.True(Manager.Queue.Send(new Named(name)));
        }
        _bench.Settle();
        Assert.Equal(names, _bench.Delivered);
    }

    [Fact]
    public void Events_sent_before_the_start_are_delivered_after_it()
    {
        Manager.Queue.Send(new Named("early"));
        Assert.Empty(_bench.Delivered);
        Manager.Start();
        _bench.Settle();
        Assert.Equal(["early"], _bench.Delivered);
    }

    [Fact]
    public void What_follows_from_an_event_comes_before_the_next_queued_event()
    {
        Manager.Queue.Send(new Act(() => new Act(() => new Named("follows"))));
        Manager.Queue.Send(new Named("queued"));
        Manager.Start();
        _bench.Settle();
        Assert.Equal(["follows", "queued"], _bench.Delivered);
    }

    [Fact]
    public void An_injected_event_and_what_follows_from_it_are_processed_before_the_handler_goes_on()
    {
        var seen = new List<string>();
        Manager.Start();
        _bench.OnEventThread(() =>
        {
            Manager.Queue.Send(new Named("queued"));
            Manager.Inject(new Act(() => new Named("injected")));
            seen.AddRange(_bench.Delivered);
        });
        Assert.Equal(["injected"], seen);
        Assert.Equal(["injected", "queued"], _bench.Delivered);
    }

    [Fact]
    public void An_event_that_a_handler_sends_to_its_own_queue_is_delivered_after_that_handler_and_after_what_waited()
    {
        var seen = new List<string>();
        _bench.Queue(() =>
        {
            Assert.True(Manager.Queue.Send(new Named("own")));
            seen.AddRange(_bench.Delivered);
        });
        Manager.Queue.Send(new Named("waited"));
        Manager.Start();
        _bench.Settle();
        Assert.Empty(seen);
        Assert.Equal(["waited", "own"], _bench.Delivered);
    }

    [Fact]
    public void A_new_receiver_gets_the_next_event_and_the_old_one_ends_its_chain()
    {
        var next = new Recorder();
        Manager.Queue.Send(new Act(() =>
        {
            Manager.SetReceiver(next);
            return new Named("chain");
        }));
        Manager.Queue.Send(new Named("next"));
        Manager.Queue.Send(EventBench.Does(() => Manager.SetReceiver(_bench)));
        Manager.Start();
        _bench.Settle();
        Assert.Equal(["chain"], _bench.Delivered);
        Assert.Equal(2, next.Events.Count);
        Assert.Equal(new Named("next"), next.Events[0]);
    }

    [Fact]
    public void After_halt_the_chain_in_progress_ends_and_what_waits_is_dropped()
    {
        Manager.Queue.Send(new Act(() =>
        {
            Manager.Halt();
            return new Named("chain");
        }));
        Manager.Queue.Send(new Named("waits"));
        Manager.Start();
        _bench.SettleHalted();
        Assert.Equal(["chain"], _bench.Delivered);
        Assert.Equal(0, _bench.Waiting);
        Assert.True(Manager.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void After_halt_a_sender_is_told_so_instead_of_waiting()
    {
        Manager.Start();
        Manager.Halt();
        _bench.SettleHalted();
        Assert.False(Manager.Queue.Send(new Named("late")));
        using IDisposable place = Manager.Queue.Post(() => new Named("late"));
        Assert.Equal(0, _bench.Waiting);
        Assert.Empty(_bench.Delivered);
    }

    [Fact]
    public async Task After_halt_a_sender_that_does_not_block_is_told_so_too()
    {
        Manager.Start();
        Manager.Halt();
        _bench.SettleHalted();
        Assert.False(await Manager.Queue.SendAsync(new Named("late")));
    }

    [Fact]
    public void Halting_twice_changes_nothing()
    {
        Manager.Start();
        Manager.Halt();
        Manager.Halt();
        _bench.SettleHalted();
        Assert.True(Manager.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_manager_halted_before_its_start_is_complete_and_cannot_be_started()
    {
        Manager.Halt();
        Assert.True(Manager.Completion.IsCompletedSuccessfully);
        string message = Assert.Throws<InvalidOperationException>(Manager.Start).Message;
        Assert.Contains("halted before", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manager_cannot_be_started_twice()
    {
        Manager.Start();
        string message = Assert.Throws<InvalidOperationException>(Manager.Start).Message;
        Assert.Contains("started before", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_cannot_be_injected_after_halt()
    {
        Manager.Start();
        Manager.Halt();
        _bench.SettleHalted();
        Assert.Throws<InvalidOperationException>(() => Manager.Inject(new Named("late")));
        Assert.Empty(_bench.Delivered);
    }

    [Fact]
    public void There_is_no_null_event_and_no_null_receiver()
    {
        Assert.Throws<ArgumentNullException>(() => Manager.Queue.Send(null!));
        Assert.Throws<ArgumentNullException>(() => Manager.Queue.SendAsync(null!).Preserve());
        Assert.Throws<ArgumentNullException>(() => Manager.Queue.Post(null!));
        Assert.Throws<ArgumentNullException>(() => Manager.Inject(null!));
        Assert.Throws<ArgumentNullException>(() => Manager.SetReceiver(null!));
    }

    [Fact]
    public void A_posted_place_is_asked_for_its_event_in_its_turn()
    {
        Manager.Queue.Send(new Named("first"));
        Manager.Queue.Post(() => new Named($"after {_bench.Delivered.Count}"));
        Manager.Queue.Send(new Named("last"));
        Manager.Start();
        _bench.Settle();
        Assert.Equal(["first", "after 1", "last"], _bench.Delivered);
    }

    [Fact]
    public void A_posted_place_that_is_withdrawn_or_has_nothing_to_deliver_is_passed_over()
    {
        IDisposable withdrawn = Manager.Queue.Post(() => new Named("withdrawn"));
        Manager.Queue.Post(() => null);
        Manager.Queue.Send(new Named("next"));
        withdrawn.Dispose();
        withdrawn.Dispose();
        Assert.Equal(2, _bench.Waiting);
        Manager.Start();
        _bench.Settle();
        Assert.Equal(["next"], _bench.Delivered);
    }

    private sealed class Recorder : IEventReceiver
    {
        public List<HostEvent> Events { get; } = [];

        public HostEvent? ProcessEvent(HostEvent hostEvent)
        {
            Events.Add(hostEvent);
            return hostEvent is Act act ? act.Do() : null;
        }
    }
}

public sealed class The_virtual_event_manager() : EventManagerRules(new VirtualBench());

public sealed class The_real_event_manager() : EventManagerRules(new RealBench());
