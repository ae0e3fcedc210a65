namespace PbftReference.Host.Events;

/// <summary>
/// The clock of a simulation: time stands still until it is advanced. Alarms are called on the thread that advances, in the order of
/// the time they are due and, among equals, the order in which they were scheduled. Several managers may share one clock.
/// </summary>
/// <remarks>
/// Scheduling and cancelling are safe from any thread, so that a real event manager can be tested with it; only one thread may advance.
/// </remarks>
public sealed class VirtualClock : IClock
{
    private readonly Lock _gate = new();
    private readonly SortedSet<Alarm> _alarms = new(Alarm.InOrder);
    private readonly DateTimeOffset _epoch;
    private TimeSpan _now;
    private long _scheduled;
    private bool _calling;

    /// <summary>A clock that stands at zero.</summary>
    /// <param name="epoch">The date it shows at zero; the Unix epoch if null.</param>
    public VirtualClock(DateTimeOffset? epoch = null) => _epoch = epoch ?? DateTimeOffset.UnixEpoch;

    /// <inheritdoc/>
    public TimeSpan Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => _epoch + Now;

    /// <summary>When the next alarm is due; null if none is scheduled.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
            {
                return _alarms.Min?.Due;
            }
        }
    }

    /// <inheritdoc/>
    public IDisposable Schedule(TimeSpan delay, Action alarm)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, IClock.LongestDelay);
        lock (_gate)
        {
            var scheduled = new Alarm(this, _now + delay, _scheduled++, alarm);
            _alarms.Add(scheduled);
            return scheduled;
        }
    }

    /// <summary>Moves time on and calls every alarm that falls due, those that alarms schedule on the way included.</summary>
    /// <param name="by">How far; zero calls what is due now.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative.</exception>
    /// <exception cref="OverflowException">Time would pass <see cref="TimeSpan.MaxValue"/>.</exception>
    /// <exception cref="InvalidOperationException">Called from an alarm.</exception>
    /// <remarks>An exception that leaves an alarm leaves this method too; time then stands where that alarm was due.</remarks>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan until = Now + by;
        while (CallNext(until))
        {
        }
        lock (_gate)
        {
            _now = until;
        }
    }

    /// <summary>Moves time to the next alarm and calls that one only.</summary>
    /// <returns>False if no alarm is scheduled; time then stays.</returns>
    /// <exception cref="InvalidOperationException">Called from an alarm.</exception>
    public bool AdvanceToNext() => CallNext(TimeSpan.MaxValue);

    private bool CallNext(TimeSpan until)
    {
        Alarm next;
        lock (_gate)
        {
            if (_calling)
            {
                throw new InvalidOperationException("The virtual clock was advanced from an alarm. Schedule another alarm there instead.");
            }
            if (_alarms.Min is not { } first || first.Due > until)
            {
                return false;
            }
            next = first;
            _alarms.Remove(next);
            _now = next.Due;
            _calling = true;
        }
        try
        {
            next.Call();
        }
        finally
        {
            lock (_gate)
            {
                _calling = false;
            }
        }
        return true;
    }

    private sealed class Alarm(VirtualClock clock, TimeSpan due, long number, Action call) : IDisposable
    {
        public static Comparer<Alarm> InOrder { get; } = Comparer<Alarm>.Create(Compare);

        public TimeSpan Due => due;

        private long Number => number;

        public void Call() => call();

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._alarms.Remove(this);
            }
        }

        private static int Compare(Alarm left, Alarm right)
        {
            int byDue = left.Due.CompareTo(right.Due);
            return byDue != 0 ? byDue : left.Number.CompareTo(right.Number);
        }
    }
}
