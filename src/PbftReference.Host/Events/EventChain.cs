namespace PbftReference.Host.Events;

/// <summary>Hands an event to a receiver, then each event that follows from it.</summary>
public static class EventChain
{
    /// <summary>
    /// Calls <see cref="IEventReceiver.ProcessEvent"/> with <paramref name="hostEvent"/>, then with each result, until it returns null.
    /// The receiver is called at least once. A chain that never ends never returns.
    /// </summary>
    /// <param name="receiver">Who handles the events.</param>
    /// <param name="hostEvent">The first event of the chain.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <remarks>Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>SendEvent</c>.</remarks>
    public static void SendEvent(IEventReceiver receiver, HostEvent hostEvent)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(hostEvent);
        for (HostEvent? next = hostEvent; next is not null;)
        {
            next = receiver.ProcessEvent(next);
        }
    }
}
