namespace PbftReference.Host.Events;

/// <summary>The write end of an event manager's queue. All members may be called from any thread.</summary>
/// <remarks>
/// Stands for the channel that Fabric v0.6's <c>Manager.Queue()</c> returns (<c>consensus/util/events/events.go</c>). That channel has
/// no room at all and blocks for ever once the manager has halted; this one has room for a number of events and then answers false.
/// </remarks>
public interface IEventQueue
{
    /// <summary>
    /// Queues an event, waiting while the queue is full. An event thread never waits: its event is taken in above the capacity.
    /// </summary>
    /// <param name="hostEvent">The event.</param>
    /// <returns>True when the event is queued; false when the manager has halted, before or while waiting, and the event is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="hostEvent"/> is null.</exception>
    bool Send(HostEvent hostEvent);

    /// <summary>As <see cref="Send"/>, without holding a thread while waiting for room.</summary>
    /// <param name="hostEvent">The event.</param>
    /// <param name="cancellation">Gives up waiting for room; an event already queued stays queued.</param>
    /// <returns>True when the event is queued; false when the manager has halted and the event is dropped.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="hostEvent"/> is null.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the event was queued; it will not be delivered.</exception>
    ValueTask<bool> SendAsync(HostEvent hostEvent, CancellationToken cancellation = default);

    /// <summary>
    /// Queues a place whose event is asked for only when its turn comes, so that it can be withdrawn until then. Never waits: timers
    /// use it, and each timer holds at most one place.
    /// </summary>
    /// <param name="claim">Called once on the event thread when the turn comes; null means that there is nothing to deliver any more.</param>
    /// <returns>Dispose it to withdraw the place. Does nothing once the turn has come, or when the manager has halted.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="claim"/> is null.</exception>
    IDisposable Post(Func<HostEvent?> claim);
}
