namespace PbftReference.Host.Events;

/// <summary>Time as the host sees it: the port that is real in a node and virtual in a simulation.</summary>
/// <remarks>Stands for Go's <c>time.After</c> in Fabric v0.6, <c>consensus/util/events/events.go</c>.</remarks>
public interface IClock
{
    /// <summary>The longest delay that both clocks take: 49 days, which is about what the platform's timers can count.</summary>
    static TimeSpan LongestDelay { get; } = TimeSpan.FromDays(49);

    /// <summary>Time since the clock began. Never goes back; means nothing to another clock.</summary>
    TimeSpan Now { get; }

    /// <summary>The date and time, for people to read. May go back, so nothing is decided by it.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Calls <paramref name="alarm"/> once, when <paramref name="delay"/> has passed; never from within this call.</summary>
    /// <param name="delay">Zero to <see cref="LongestDelay"/>.</param>
    /// <param name="alarm">What to call. It may be called on any thread and must neither wait nor throw.</param>
    /// <returns>Dispose it to cancel. An alarm already under way on another thread is not waited for.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is out of range.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="alarm"/> is null.</exception>
    IDisposable Schedule(TimeSpan delay, Action alarm);
}
