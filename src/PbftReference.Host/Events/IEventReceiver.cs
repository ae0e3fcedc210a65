namespace PbftReference.Host.Events;

/// <summary>The one place where events are handled, one at a time, on the event thread.</summary>
/// <remarks>Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>Receiver</c>.</remarks>
public interface IEventReceiver
{
    /// <summary>Handles one event to its end.</summary>
    /// <param name="hostEvent">The event.</param>
    /// <returns>
    /// The event that follows from this one, which is processed before any queued event, or null when the chain ends here.
    /// </returns>
    /// <remarks>An exception that leaves this method halts the manager; see <see cref="IEventManager.Completion"/>.</remarks>
    HostEvent? ProcessEvent(HostEvent hostEvent);
}
