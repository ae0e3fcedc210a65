namespace PbftReference.EventLog.Stores;

/// <summary>Tells waiting subscriptions that something may have become durable.</summary>
/// <param name="poll">
/// How long a wait lasts at most, for stores that other processes write to as well; <see cref="Timeout.InfiniteTimeSpan"/> otherwise.
/// </param>
internal sealed class CommitSignal(TimeSpan poll)
{
    private readonly object _gate = new();
    private long _count;

    /// <summary>How often <see cref="Announce"/> was called: take it before looking, pass it to the wait.</summary>
    public long Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    public void Announce()
    {
        lock (_gate)
        {
            _count++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until the count has moved on, or for one poll interval.</summary>
    public void WaitBeyond(long seen, CancellationToken cancellation)
    {
        using var wake = cancellation.Register(Wake);
        lock (_gate)
        {
            while (_count == seen)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!Monitor.Wait(_gate, poll)) return;
            }
        }
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
