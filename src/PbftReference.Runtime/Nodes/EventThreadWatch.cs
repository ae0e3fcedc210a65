using PbftReference.Host.Events;

namespace PbftReference.Runtime.Nodes;

/// <summary>
/// Tells whether an event thread gets on: it hangs if events wait and none is done for ten seconds. It is looked at whenever somebody
/// asks; the time between two looks counts for five seconds at most, so that a process which stood still as a whole (SIGSTOP, a machine
/// that slept) is not taken for one whose thread hangs. May be used by several threads.
/// </summary>
/// <param name="handled">How many events are done.</param>
/// <param name="waiting">How many wait.</param>
/// <param name="clock">What the time is measured by.</param>
public sealed class EventThreadWatch(Func<long> handled, Func<int> waiting, IClock clock)
{
    /// <summary>How long events may wait without one being done.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestGap = Patience / 2;

    private readonly Lock _gate = new();
    private TimeSpan _looked;
    private TimeSpan _stood;
    private long _handled = -1;

    /// <summary>Whether it gets on.</summary>
    public bool Progresses()
    {
        lock (_gate)
        {
            var (now, done) = (clock.Now, handled());
            if (done != _handled || waiting() == 0) _stood = TimeSpan.Zero;
            else _stood += now - _looked < LongestGap ? now - _looked : LongestGap;
            (_looked, _handled) = (now, done);
            return _stood < Patience;
        }
    }
}
