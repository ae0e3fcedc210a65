using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

public sealed class VirtualClockTests
{
    private readonly VirtualClock _clock = new(new DateTimeOffset(2016, 9, 16, 0, 0, 0, TimeSpan.Zero));
    private readonly List<string> _calls = [];

    [Fact]
    public void Alarms_are_called_by_due_time_and_among_equals_in_the_order_in_which_they_were_scheduled()
    {
        Schedule(2, "c");
        Schedule(1, "a");
        Schedule(2, "d");
        Schedule(1, "b");
        Advance(2);
        Assert.Equal(["a at 1", "b at 1", "c at 2", "d at 2"], _calls);
    }

    [Fact]
    public void An_alarm_is_called_once_and_not_before_it_is_due()
    {
        Schedule(2, "a");
        Advance(1);
        Assert.Empty(_calls);
        Advance(1);
        Advance(5);
        Assert.Equal(["a at 2"], _calls);
    }

    [Fact]
    public void A_cancelled_alarm_is_not_called_and_is_forgotten()
    {
        IDisposable alarm = Schedule(1, "a");
        Schedule(2, "b");
        alarm.Dispose();
        alarm.Dispose();
        Assert.Equal(TimeSpan.FromSeconds(2), _clock.NextDue);
        Advance(2);
        Assert.Equal(["b at 2"], _calls);
    }

    [Fact]
    public void An_alarm_can_cancel_another_that_is_due_at_the_same_time()
    {
        IDisposable? second = null;
        _clock.Schedule(TimeSpan.FromSeconds(1), () => second!.Dispose());
        second = Schedule(1, "b");
        Advance(1);
        Assert.Empty(_calls);
        Assert.Null(_clock.NextDue);
    }

    [Fact]
    public void What_an_alarm_schedules_is_called_in_the_same_advance_if_it_falls_due()
    {
        _clock.Schedule(TimeSpan.FromSeconds(1), () =>
        {
            Schedule(0, "at once");
            Schedule(1, "in time");
            Schedule(2, "later");
        });
        Advance(2);
        Assert.Equal(["at once at 1", "in time at 2"], _calls);
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.NextDue);
    }

    [Fact]
    public void Advance_to_next_calls_one_alarm_and_moves_time_to_it()
    {
        Schedule(3, "a");
        Schedule(3, "b");
        Assert.True(_clock.AdvanceToNext());
        Assert.Equal(["a at 3"], _calls);
        Assert.True(_clock.AdvanceToNext());
        Assert.False(_clock.AdvanceToNext());
        Assert.Equal(["a at 3", "b at 3"], _calls);
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.Now);
    }

    [Fact]
    public void Time_stands_still_unless_it_is_advanced()
    {
        Assert.Equal(TimeSpan.Zero, _clock.Now);
        Assert.Null(_clock.NextDue);
        Advance(90);
        Assert.Equal(TimeSpan.FromSeconds(90), _clock.Now);
        Assert.Equal(new DateTimeOffset(2016, 9, 16, 0, 1, 30, TimeSpan.Zero), _clock.UtcNow);
        Assert.Equal(DateTimeOffset.UnixEpoch, new VirtualClock().UtcNow);
    }

    [Fact]
    public void An_alarm_cannot_advance_the_clock()
    {
        Exception? refusal = null;
        _clock.Schedule(TimeSpan.FromSeconds(1), () => refusal = Record.Exception(() => _clock.Advance(TimeSpan.Zero)));
        Advance(1);
        Assert.IsType<InvalidOperationException>(refusal);
    }

    [Fact]
    public void After_an_alarm_that_throws_the_clock_goes_on_from_there()
    {
        _clock.Schedule(TimeSpan.FromSeconds(1), () => throw new InvalidDataException());
        Schedule(1, "next");
        Assert.Throws<InvalidDataException>(() => Advance(5));
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.Now);
        Advance(1);
        Assert.Equal(["next at 1"], _calls);
    }

    [Fact]
    public void Delays_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Schedule(TimeSpan.FromTicks(-1), () => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Schedule(IClock.LongestDelay + TimeSpan.FromTicks(1), () => { }));
        Assert.Throws<ArgumentNullException>(() => _clock.Schedule(TimeSpan.Zero, null!));
        Assert.Null(_clock.NextDue);
    }

    private IDisposable Schedule(int seconds, string name) =>
        _clock.Schedule(TimeSpan.FromSeconds(seconds), () => _calls.Add($"{name} at {_clock.Now.TotalSeconds}"));

    private void Advance(int seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));
}
