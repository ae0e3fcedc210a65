using PbftReference.Host.Events;
using PbftReference.Runtime.Transport;

namespace PbftReference.Runtime.Telemetry;

/// <summary>
/// Says that connections are refused: for each reason at once, and then at most once in ten seconds with how many were not said, so that
/// nobody can fill the disk by calling. Each of them is counted by <c>pbft.transport.refused</c>. May be used by several threads.
/// </summary>
/// <param name="messages">Where it is said.</param>
/// <param name="clock">What the time between is measured by.</param>
internal sealed class RefusalNotes(NodeMessages messages, IClock clock)
{
    /// <summary>The shortest time between two messages for one reason.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<TransportRefusal, (TimeSpan Said, long Unsaid)> _reasons = [];

    public void Note(TransportRefusal reason, string remote)
    {
        long unsaid;
        lock (_gate)
        {
            var now = clock.Now;
            if (_reasons.TryGetValue(reason, out var last) && now - last.Said < Between)
            {
                _reasons[reason] = (last.Said, last.Unsaid + 1);
                return;
            }

            unsaid = last.Unsaid;
            _reasons[reason] = (now, 0);
        }

        messages.Refused(reason, remote, unsaid);
    }
}
