namespace PbftReference.Host.Events;

/// <summary>The clock of a running node. Durations are measured by a counter that changes of the date don't touch.</summary>
public sealed class SystemClock : IClock
{
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>A clock that begins now.</summary>
    /// <param name="time">Where time comes from; the system's if null.</param>
    public SystemClock(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => _time.GetUtcNow();

    /// <inheritdoc/>
    public IDisposable Schedule(TimeSpan delay, Action alarm)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, IClock.LongestDelay);
        return _time.CreateTimer(static state => ((Action)state!)(), alarm, delay, Timeout.InfiniteTimeSpan);
    }
}
