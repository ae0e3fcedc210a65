using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

public sealed class SystemClockTests
{
    private readonly StillTime _time = new();
    private readonly SystemClock _clock;

    public SystemClockTests() => _clock = new SystemClock(_time);

    [Fact]
    public void Time_counts_from_the_clocks_beginning_whatever_the_date()
    {
        Assert.Equal(TimeSpan.Zero, _clock.Now);
        _time.Timestamp += 3 * _time.TimestampFrequency;
        _time.Date = _time.Date.AddYears(-1);
        Assert.Equal(TimeSpan.FromSeconds(3), _clock.Now);
        Assert.Equal(_time.Date, _clock.UtcNow);
    }

    [Fact]
    public void An_alarm_is_a_timer_that_fires_once()
    {
        int calls = 0;
        _clock.Schedule(TimeSpan.FromSeconds(5), () => calls++);
        StillTimer timer = Assert.Single(_time.Timers);
        Assert.Equal(TimeSpan.FromSeconds(5), timer.Due);
        Assert.Equal(Timeout.InfiniteTimeSpan, timer.Period);
        Assert.Equal(0, calls);
        timer.Fire();
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Cancelling_an_alarm_disposes_of_its_timer()
    {
        _clock.Schedule(TimeSpan.FromSeconds(5), () => { }).Dispose();
        Assert.True(Assert.Single(_time.Timers).IsDisposed);
    }

    [Fact]
    public void The_platform_takes_every_delay_in_range()
    {
        var clock = new SystemClock();
        clock.Schedule(IClock.LongestDelay, () => { }).Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Schedule(IClock.LongestDelay + TimeSpan.FromTicks(1), () => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Schedule(TimeSpan.FromTicks(-1), () => { }));
        Assert.Throws<ArgumentNullException>(() => clock.Schedule(TimeSpan.Zero, null!));
    }

    [Fact]
    public async Task A_timer_on_the_systems_clock_delivers_through_the_real_manager()
    {
        using var bench = new RealBench();
        bench.Manager.Start();
        var delivered = new TaskCompletionSource();
        IEventTimer timer = new EventTimerFactory(new SystemClock(), bench.Manager).CreateTimer();
        timer.Reset(TimeSpan.Zero, EventBench.Does(delivered.SetResult));
        await delivered.Task.WaitAsync(EventBench.Patience);
    }

    [Fact]
    public void An_alarm_under_way_when_its_timer_is_stopped_or_set_anew_delivers_nothing()
    {
        using var bench = new VirtualBench();
        bench.Manager.Start();
        IEventTimer timer = new EventTimerFactory(_clock, bench.Manager).CreateTimer();
        timer.Reset(TimeSpan.FromSeconds(1), new Named("old"));
        timer.Stop();
        _time.Timers[0].Fire();
        timer.Reset(TimeSpan.FromSeconds(1), new Named("new"));
        _time.Timers[0].Fire();
        bench.Settle();
        Assert.Empty(bench.Delivered);
        _time.Timers[1].Fire();
        _time.Timers[1].Fire();
        bench.Settle();
        Assert.Equal(["new"], bench.Delivered);
    }

    /// <summary>Time that the test sets, with timers that the test fires, also after they were disposed of: callbacks may be under way then.</summary>
    private sealed class StillTime : TimeProvider
    {
        public List<StillTimer> Timers { get; } = [];

        public long Timestamp { get; set; } = 1_000_000;

        public DateTimeOffset Date { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override long GetTimestamp() => Timestamp;

        public override DateTimeOffset GetUtcNow() => Date;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new StillTimer(() => callback(state), dueTime, period);
            Timers.Add(timer);
            return timer;
        }
    }

    private sealed class StillTimer(Action fire, TimeSpan due, TimeSpan period) : ITimer
    {
        public TimeSpan Due => due;

        public TimeSpan Period => period;

        public bool IsDisposed { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
