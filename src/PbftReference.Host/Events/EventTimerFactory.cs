namespace PbftReference.Host.Events;

/// <summary>Makes timers that count on one clock and deliver through one event manager, real or virtual.</summary>
/// <remarks>Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>timerFactoryImpl</c>.</remarks>
public sealed class EventTimerFactory : IEventTimerFactory
{
    private readonly IClock _clock;
    private readonly IEventManager _manager;

    /// <summary>Binds the timers to come to a clock and a manager.</summary>
    /// <param name="clock">What measures durations.</param>
    /// <param name="manager">Where expiries go.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public EventTimerFactory(IClock clock, IEventManager manager)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(manager);
        _clock = clock;
        _manager = manager;
    }

    /// <inheritdoc/>
    public IEventTimer CreateTimer() => new EventTimer(_clock, _manager.Queue);
}
