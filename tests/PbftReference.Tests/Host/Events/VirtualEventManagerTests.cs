using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

/// <summary>What only the manager that is driven step by step can show.</summary>
public sealed class VirtualEventManagerTests : IDisposable
{
    private readonly VirtualBench _bench = new();
    private readonly VirtualEventManager _manager;

    public VirtualEventManagerTests() => _manager = (VirtualEventManager)_bench.Manager;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Run_one_delivers_one_event_with_all_that_follows_from_it()
    {
        _manager.Start();
        _manager.Queue.Send(new Act(() => new Named("follows")));
        _manager.Queue.Send(new Named("next"));
        Assert.True(_manager.RunOne());
        Assert.Equal(["follows"], _bench.Delivered);
        Assert.Equal(1, _manager.Waiting);
        Assert.True(_manager.RunOne());
        Assert.False(_manager.RunOne());
        Assert.Equal(["follows", "next"], _bench.Delivered);
    }

    [Fact]
    public void Run_to_idle_counts_the_events_it_took_from_the_queue()
    {
        _manager.Start();
        _manager.Queue.Send(EventBench.Does(() => _manager.Queue.Send(new Named("sent on the way"))));
        _manager.Queue.Send(new Named("next"));
        Assert.Equal(3, _manager.RunToIdle());
        Assert.Equal(0, _manager.RunToIdle());
    }

    [Fact]
    public void Nothing_is_delivered_before_the_start()
    {
        _manager.Queue.Send(new Named("early"));
        Assert.False(_manager.RunOne());
        Assert.Equal(0, _manager.RunToIdle());
        Assert.Equal(1, _manager.Waiting);
    }

    [Fact]
    public void A_handler_that_feeds_its_own_queue_for_ever_is_found()
    {
        void Again() => _bench.Queue(Again);
        _manager.Start();
        _bench.Queue(Again);
        string message = Assert.Throws<InvalidOperationException>(() => _manager.RunToIdle(limit: 100)).Message;
        Assert.Contains("after 100 were delivered", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _manager.RunToIdle(limit: -1));
    }

    [Fact]
    public void A_limit_that_is_just_enough_is_no_error()
    {
        _manager.Start();
        _manager.Queue.Send(new Named("only"));
        Assert.Equal(1, _manager.RunToIdle(limit: 1));
    }

    [Fact]
    public void A_handler_cannot_run_the_queue()
    {
        Exception? one = null;
        _manager.Start();
        _manager.Queue.Send(EventBench.Does(() => one = Record.Exception(() => _manager.RunOne())));
        _manager.Queue.Send(new Named("next"));
        Assert.Equal(2, _manager.RunToIdle());
        Assert.IsType<InvalidOperationException>(one);
        Assert.Equal(["next"], _bench.Delivered);
    }

    [Fact]
    public void The_simulation_may_inject_between_events()
    {
        _manager.Start();
        _manager.Queue.Send(new Named("queued"));
        _manager.Inject(new Act(() => new Named("injected")));
        Assert.Equal(["injected"], _bench.Delivered);
    }

    [Fact]
    public void Without_a_receiver_events_are_discarded()
    {
        var manager = new VirtualEventManager();
        manager.Start();
        manager.Queue.Send(new Named("lost"));
        manager.Inject(new Named("lost too"));
        Assert.True(manager.RunOne());
        manager.SetReceiver(_bench);
        Assert.False(manager.RunOne());
        Assert.Empty(_bench.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_exception_that_leaves_a_handler_halts_the_manager_and_reaches_the_simulation(bool queued)
    {
        var fault = new InvalidDataException("broken");
        var broken = new Act(() => throw fault);
        _manager.Start();
        _manager.Queue.Send(queued ? broken : new Named("next"));
        _manager.Queue.Send(new Named("next"));
        Exception? thrown = Record.Exception(() =>
        {
            if (queued)
            {
                _manager.RunOne();
            }
            else
            {
                _manager.Inject(broken);
            }
        });
        Assert.Same(fault, thrown);
        Assert.Same(fault, _manager.Completion.Exception?.InnerException);
        Assert.False(_manager.RunOne());
        Assert.False(_manager.Queue.Send(new Named("late")));
        Assert.Empty(_bench.Delivered);
    }

    [Fact]
    public void An_exception_of_an_injected_event_is_the_handlers_to_catch()
    {
        Exception? caught = null;
        _manager.Start();
        _bench.Queue(() => caught = Record.Exception(() => _manager.Inject(new Act(() => throw new InvalidDataException("inner")))));
        _manager.Queue.Send(new Named("goes on"));
        _manager.RunToIdle();
        Assert.IsType<InvalidDataException>(caught);
        Assert.Equal(["goes on"], _bench.Delivered);
        Assert.False(_manager.Completion.IsCompleted);
    }

    [Fact]
    public void A_handler_that_halts_is_not_complete_until_it_ends()
    {
        bool completeInside = true;
        _manager.Start();
        _bench.Queue(() =>
        {
            _manager.Halt();
            completeInside = _manager.Completion.IsCompleted;
        });
        _manager.RunOne();
        Assert.False(completeInside);
        Assert.True(_manager.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_same_steps_give_the_same_order()
    {
        Assert.Equal(RunScript(), RunScript());
    }

    private static IReadOnlyList<string> RunScript()
    {
        using var bench = new VirtualBench();
        bench.Manager.Start();
        var random = new Random(7);
        IEventTimer[] timers = [.. Enumerable.Range(0, 8).Select(_ => bench.CreateTimer())];
        for (int i = 0; i < 500; i++)
        {
            IEventTimer timer = timers[random.Next(timers.Length)];
            timer.Reset(TimeSpan.FromMilliseconds(random.Next(5)), new Named($"timer {i}"));
            bench.Manager.Queue.Send(new Named($"sent {i}"));
            bench.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(3)));
            bench.Settle();
        }
        Assert.Contains(bench.Delivered, name => name.StartsWith("timer", StringComparison.Ordinal));
        return bench.Delivered;
    }
}
