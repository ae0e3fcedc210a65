namespace PbftReference.Host.Events;

/// <summary>
/// Anything the event thread can be told: a message that arrived, a timer that expired, a result that came back.
/// Every kind of event is a sealed record derived from this one.
/// </summary>
/// <remarks>
/// Stands for the empty interface <c>Event</c> of Fabric v0.6, <c>consensus/util/events/events.go</c>. There is no nil event:
/// where Fabric's tests send nil as a barrier, send an event type of your own that the receiver answers with null.
/// </remarks>
public abstract record HostEvent;
