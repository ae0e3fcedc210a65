namespace PbftReference.Host.Events;

/// <summary>
/// Delivers events to one receiver: one at a time, in the order in which each sender sent them, and with everything that follows
/// from an event processed before the next queued event. Between different senders no order, fairness or priority is promised.
/// </summary>
/// <remarks>
/// Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>Manager</c>. <see cref="EventManager"/> runs on a thread of its own;
/// <see cref="VirtualEventManager"/> runs when it is told to. <c>docs/event-model.md</c> lists where they differ from Fabric.
/// </remarks>
public interface IEventManager
{
    /// <summary>Where other threads, timers and handlers leave events.</summary>
    IEventQueue Queue { get; }

    /// <summary>
    /// Ends when no further event will be delivered: successfully after <see cref="Halt"/>, or with the exception that left a handler.
    /// </summary>
    Task Completion { get; }

    /// <summary>
    /// Names the receiver. Until there is one, events are taken from the queue and discarded, as in Fabric: set it before <see cref="Start"/>.
    /// A change takes effect with the next event; a chain ends at the receiver at which it began.
    /// </summary>
    /// <param name="receiver">Who handles the events from now on.</param>
    /// <exception cref="ArgumentNullException"><paramref name="receiver"/> is null.</exception>
    void SetReceiver(IEventReceiver receiver);

    /// <summary>Begins delivery, with the events that were queued before, if any.</summary>
    /// <exception cref="InvalidOperationException">The manager was started before, or halted.</exception>
    void Start();

    /// <summary>
    /// Ends delivery without waiting. The chain in progress finishes; events that wait are discarded; senders, waiting or later, get false.
    /// May be called from any thread, handlers included, and any number of times.
    /// </summary>
    void Halt();

    /// <summary>
    /// Processes an event and all that follows from it at once, ahead of the queue, before returning. Only for the event thread: a
    /// handler that must see a consequence before it goes on calls this.
    /// </summary>
    /// <param name="hostEvent">The event.</param>
    /// <exception cref="ArgumentNullException"><paramref name="hostEvent"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The caller isn't on the event thread, or the manager has halted.</exception>
    void Inject(HostEvent hostEvent);
}
