using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

/// <summary>
/// The timer's table, cell by cell, over each manager. A timer is made to be fired, with its event waiting, by advancing the clock
/// inside a handler: the event thread is then busy with that handler.
/// </summary>
public abstract class EventTimerRules : IDisposable
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);
    private static readonly Named Old = new("old");
    private static readonly Named New = new("new");

    private readonly EventBench _bench;
    private readonly IEventTimer _timer;

    protected EventTimerRules(EventBench bench)
    {
        _bench = bench;
        _timer = bench.CreateTimer();
        bench.Manager.Start();
    }

    public void Dispose()
    {
        _bench.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Reset_of_an_idle_timer_counts_the_duration_and_then_delivers_the_event()
    {
        _timer.Reset(OneSecond, New);
        DeliveredAfter(OneSecond - TimeSpan.FromTicks(1));
        DeliveredAfter(TimeSpan.FromTicks(1), "new");
    }

    [Fact]
    public void Soft_reset_of_an_idle_timer_counts_the_duration_and_then_delivers_the_event()
    {
        _timer.SoftReset(OneSecond, New);
        DeliveredAfter(OneSecond - TimeSpan.FromTicks(1));
        DeliveredAfter(TimeSpan.FromTicks(1), "new");
    }

    [Fact]
    public void Stop_of_an_idle_timer_has_no_effect()
    {
        _timer.Stop();
        _timer.Reset(OneSecond, New);
        DeliveredAfter(OneSecond, "new");
        _timer.Stop();
        DeliveredAfter(TwoSeconds, "new");
    }

    [Fact]
    public void Reset_of_a_counting_timer_starts_anew_with_the_new_duration_and_event()
    {
        _timer.Reset(TwoSeconds, Old);
        DeliveredAfter(OneSecond);
        _timer.Reset(TwoSeconds, New);
        DeliveredAfter(OneSecond);
        DeliveredAfter(OneSecond, "new");
        DeliveredAfter(TwoSeconds, "new");
    }

    [Fact]
    public void Soft_reset_of_a_counting_timer_is_ignored()
    {
        _timer.Reset(TwoSeconds, Old);
        DeliveredAfter(OneSecond);
        _timer.SoftReset(TwoSeconds, New);
        DeliveredAfter(OneSecond, "old");
        DeliveredAfter(TwoSeconds, "old");
    }

    [Fact]
    public void Soft_reset_with_a_shorter_duration_does_not_bring_a_deadline_forward()
    {
        _timer.Reset(TwoSeconds, Old);
        _timer.SoftReset(OneSecond, New);
        DeliveredAfter(OneSecond);
        DeliveredAfter(OneSecond, "old");
    }

    [Fact]
    public void Stop_of_a_counting_timer_cancels_it()
    {
        _timer.Reset(OneSecond, Old);
        _timer.Stop();
        DeliveredAfter(TwoSeconds);
        Assert.Null(_bench.Clock.NextDue);
    }

    [Fact]
    public void Halt_of_a_counting_timer_delivers_nothing()
    {
        _timer.Reset(OneSecond, Old);
        _timer.Halt();
        DeliveredAfter(TwoSeconds);
        Assert.Null(_bench.Clock.NextDue);
    }

    [Fact]
    public void The_event_of_a_fired_timer_waits_for_the_handler_in_progress()
    {
        int deliveredMeanwhile = -1;
        WhenFired(() => deliveredMeanwhile = _bench.Delivered.Count);
        Assert.Equal(0, deliveredMeanwhile);
        Assert.Equal(["old"], _bench.Delivered);
    }

    [Fact]
    public void Reset_of_a_fired_timer_cancels_the_waiting_event_and_counts_anew()
    {
        WhenFired(() => _timer.Reset(OneSecond, New));
        Assert.Empty(_bench.Delivered);
        DeliveredAfter(OneSecond, "new");
    }

    [Fact]
    public void Soft_reset_of_a_fired_timer_keeps_the_waiting_event_and_counts_nothing()
    {
        WhenFired(() => _timer.SoftReset(OneSecond, New));
        Assert.Equal(["old"], _bench.Delivered);
        DeliveredAfter(TwoSeconds, "old");
    }

    [Fact]
    public void Stop_of_a_fired_timer_cancels_the_waiting_event()
    {
        WhenFired(_timer.Stop);
        Assert.Empty(_bench.Delivered);
        Assert.Equal(0, _bench.Waiting);
    }

    [Fact]
    public void Halt_of_a_fired_timer_cancels_the_waiting_event()
    {
        WhenFired(_timer.Halt);
        Assert.Empty(_bench.Delivered);
        Assert.Equal(0, _bench.Waiting);
    }

    [Fact]
    public void A_timer_is_idle_when_its_event_is_handled()
    {
        _timer.Reset(OneSecond, EventBench.Does(() => _timer.SoftReset(OneSecond, New)));
        DeliveredAfter(OneSecond);
        DeliveredAfter(OneSecond, "new");
    }

    [Fact]
    public void Each_expiry_delivers_one_event()
    {
        _timer.Reset(OneSecond, New);
        DeliveredAfter(TimeSpan.FromHours(1), "new");
        _timer.Reset(OneSecond, New);
        DeliveredAfter(TimeSpan.FromHours(1), "new", "new");
    }

    [Fact]
    public void A_halted_timer_ignores_every_call()
    {
        _timer.Halt();
        _timer.Reset(OneSecond, New);
        _timer.SoftReset(OneSecond, New);
        _timer.Stop();
        _timer.SoftReset(OneSecond, New);
        _timer.Halt();
        DeliveredAfter(TwoSeconds);
        Assert.Null(_bench.Clock.NextDue);
    }

    [Fact]
    public void A_stopped_timer_can_be_used_again_also_when_it_had_fired()
    {
        WhenFired(() =>
        {
            _timer.Stop();
            _timer.SoftReset(OneSecond, New);
        });
        Assert.Empty(_bench.Delivered);
        DeliveredAfter(OneSecond, "new");
    }

    [Fact]
    public void A_fired_event_keeps_its_place_among_queued_events()
    {
        _bench.OnEventThread(() =>
        {
            _bench.Manager.Queue.Send(new Named("before"));
            _timer.Reset(OneSecond, Old);
            _bench.Clock.Advance(OneSecond);
            _bench.Manager.Queue.Send(new Named("after"));
        });
        Assert.Equal(["before", "old", "after"], _bench.Delivered);
    }

    [Fact]
    public void An_event_handled_before_a_fired_one_can_still_stop_it()
    {
        _bench.OnEventThread(() =>
        {
            _bench.Queue(_timer.Stop);
            _timer.Reset(OneSecond, Old);
            _bench.Clock.Advance(OneSecond);
        });
        Assert.Empty(_bench.Delivered);
    }

    [Fact]
    public void Timers_are_independent_of_each_other()
    {
        IEventTimer other = _bench.CreateTimer();
        _timer.Reset(OneSecond, Old);
        other.Reset(OneSecond, New);
        _timer.Stop();
        DeliveredAfter(OneSecond, "new");
    }

    [Fact]
    public void Timers_that_fire_together_deliver_in_the_order_in_which_they_were_set()
    {
        IEventTimer[] timers = [.. Enumerable.Range(0, 10).Select(_ => _bench.CreateTimer())];
        int[] order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
        foreach (int i in order)
        {
            timers[i].Reset(OneSecond, new Named($"{i}"));
        }
        DeliveredAfter(OneSecond, [.. order.Select(i => $"{i}")]);
    }

    [Fact]
    public void However_often_a_fired_timer_is_reset_it_holds_one_place_in_the_queue_and_one_alarm()
    {
        int waiting = 0;
        _bench.OnEventThread(() =>
        {
            int before = _bench.Waiting;
            for (int i = 0; i < 1000; i++)
            {
                _timer.Reset(OneSecond, Old);
                _timer.Reset(OneSecond, Old);
                _bench.Clock.Advance(OneSecond);
            }
            waiting = _bench.Waiting - before;
        });
        Assert.InRange(waiting, 1, 2); // the timer's, and perhaps the bench's own barrier
        Assert.Equal(["old"], _bench.Delivered);
        Assert.Null(_bench.Clock.NextDue);
    }

    [Fact]
    public void A_duration_of_zero_fires_when_the_clock_is_next_asked()
    {
        _timer.Reset(TimeSpan.Zero, New);
        _bench.Settle();
        Assert.Empty(_bench.Delivered);
        DeliveredAfter(TimeSpan.Zero, "new");
    }

    [Fact]
    public void A_duration_out_of_range_and_a_null_event_are_refused_and_change_nothing()
    {
        _timer.Reset(OneSecond, Old);
        TimeSpan tooLong = IClock.LongestDelay + TimeSpan.FromTicks(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => _timer.Reset(TimeSpan.FromTicks(-1), New));
        Assert.Throws<ArgumentOutOfRangeException>(() => _timer.SoftReset(TimeSpan.FromTicks(-1), New));
        Assert.Throws<ArgumentOutOfRangeException>(() => _timer.Reset(tooLong, New));
        Assert.Throws<ArgumentOutOfRangeException>(() => _timer.SoftReset(tooLong, New));
        Assert.Throws<ArgumentNullException>(() => _timer.Reset(OneSecond, null!));
        Assert.Throws<ArgumentNullException>(() => _timer.SoftReset(OneSecond, null!));
        DeliveredAfter(OneSecond, "old");
    }

    [Fact]
    public void A_timer_that_outlives_its_manager_delivers_nothing_and_does_not_wait()
    {
        _timer.Reset(OneSecond, Old);
        _bench.Manager.Halt();
        _bench.SettleHalted();
        _bench.Clock.Advance(OneSecond);
        _timer.Reset(OneSecond, New);
        _timer.Stop();
        Assert.Empty(_bench.Delivered);
        Assert.Equal(0, _bench.Waiting);
    }

    [Fact]
    public void A_timer_factory_needs_a_clock_and_a_manager()
    {
        Assert.Throws<ArgumentNullException>(() => new EventTimerFactory(null!, _bench.Manager));
        Assert.Throws<ArgumentNullException>(() => new EventTimerFactory(_bench.Clock, null!));
    }

    private void DeliveredAfter(TimeSpan duration, params string[] names)
    {
        _bench.Clock.Advance(duration);
        _bench.Settle();
        Assert.Equal(names, _bench.Delivered);
    }

    private void WhenFired(Action then) => _bench.OnEventThread(() =>
    {
        _timer.Reset(OneSecond, Old);
        _bench.Clock.Advance(OneSecond);
        then();
    });
}

public sealed class A_timer_of_the_virtual_event_manager() : EventTimerRules(new VirtualBench());

public sealed class A_timer_of_the_real_event_manager() : EventTimerRules(new RealBench());
