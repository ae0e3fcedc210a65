namespace PbftReference.Host.Events;

/// <summary>Makes timers; the place to put in timers that never expire, or that a test drives.</summary>
/// <remarks>Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>TimerFactory</c>.</remarks>
public interface IEventTimerFactory
{
    /// <summary>A new, idle timer.</summary>
    IEventTimer CreateTimer();
}
