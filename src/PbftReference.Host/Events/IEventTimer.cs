namespace PbftReference.Host.Events;

/// <summary>
/// A one-shot timer that delivers an event through an event manager. It is idle, counting, fired (its event waits its turn), or halted.
/// </summary>
/// <remarks>
/// Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>Timer</c>. The promise that PBFT relies on: once <see cref="Reset"/>,
/// <see cref="Stop"/> or <see cref="Halt"/> has returned on the event thread, no earlier event of this timer is delivered, even one that
/// was waiting in the queue. On any other thread the event may be in the handler already. Each expiry delivers exactly one event. No
/// member waits, and after <see cref="Halt"/> all are ignored.
/// </remarks>
public interface IEventTimer
{
    /// <summary>Forgets any earlier event, counting or fired, and counts anew.</summary>
    /// <param name="duration">How long to count: zero to <see cref="IClock.LongestDelay"/>.</param>
    /// <param name="hostEvent">What to deliver then.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is out of range.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="hostEvent"/> is null.</exception>
    void Reset(TimeSpan duration, HostEvent hostEvent);

    /// <summary>
    /// Counts if idle. A timer that counts keeps its deadline and event; one that has fired keeps its waiting event, so that a stream of
    /// soft resets can't put a deadline off.
    /// </summary>
    /// <param name="duration">How long to count: zero to <see cref="IClock.LongestDelay"/>.</param>
    /// <param name="hostEvent">What to deliver then.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is out of range.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="hostEvent"/> is null.</exception>
    void SoftReset(TimeSpan duration, HostEvent hostEvent);

    /// <summary>Forgets any event, counting or fired. Does nothing to an idle timer.</summary>
    void Stop();

    /// <summary>Stops the timer for good. May be called any number of times.</summary>
    void Halt();
}
