namespace PbftReference.Host.Events;

/// <summary>The timer of both managers.</summary>
/// <remarks>
/// Fabric keeps the promise of <see cref="IEventTimer"/> by a queue without room: what has fired is never in it. Here an expiry takes a
/// place in the queue and the event is claimed when its turn comes, on the event thread; whatever cancels in between withdraws the place.
/// </remarks>
internal sealed class EventTimer(IClock clock, IEventQueue queue) : IEventTimer
{
    private readonly Lock _gate = new();
    private State _state = State.Idle;
    private HostEvent? _event;
    // The alarm while counting, the place in the queue once fired.
    private IDisposable? _pending;
    // Tells this countdown from earlier ones, whose alarm may be under way on another thread when it is cancelled.
    private long _countdown;

    private enum State
    {
        Idle,
        Counting,
        Fired,
        Halted,
    }

    /// <inheritdoc/>
    public void Reset(TimeSpan duration, HostEvent hostEvent)
    {
        Check(duration, hostEvent);
        lock (_gate)
        {
            if (_state != State.Halted)
            {
                Cancel();
                Count(duration, hostEvent);
            }
        }
    }

    /// <inheritdoc/>
    public void SoftReset(TimeSpan duration, HostEvent hostEvent)
    {
        Check(duration, hostEvent);
        lock (_gate)
        {
            if (_state == State.Idle)
            {
                Count(duration, hostEvent);
            }
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        lock (_gate)
        {
            if (_state != State.Halted)
            {
                Cancel();
            }
        }
    }

    /// <inheritdoc/>
    public void Halt()
    {
        lock (_gate)
        {
            Cancel();
            _state = State.Halted;
        }
    }

    private static void Check(TimeSpan duration, HostEvent hostEvent)
    {
        ArgumentNullException.ThrowIfNull(hostEvent);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(duration, IClock.LongestDelay);
    }

    private void Count(TimeSpan duration, HostEvent hostEvent)
    {
        long countdown = ++_countdown;
        _state = State.Counting;
        _event = hostEvent;
        _pending = clock.Schedule(duration, () => Elapse(countdown));
    }

    private void Cancel()
    {
        _pending?.Dispose();
        _pending = null;
        _event = null;
        _state = State.Idle;
    }

    private void Elapse(long countdown)
    {
        lock (_gate)
        {
            if (_state == State.Counting && _countdown == countdown)
            {
                _state = State.Fired;
                _pending = queue.Post(() => Claim(countdown));
            }
        }
    }

    private HostEvent? Claim(long countdown)
    {
        lock (_gate)
        {
            if (_state != State.Fired || _countdown != countdown)
            {
                return null;
            }
            HostEvent? due = _event;
            Cancel();
            return due;
        }
    }
}
