using System.Diagnostics.CodeAnalysis;

namespace PbftReference.EventLog.Stores;

/// <summary>A subscription that asks its store for one event after the other.</summary>
/// <param name="afterRevision">The last revision already seen.</param>
/// <param name="durableAfter">The first durable, visible event after a revision, if any.</param>
/// <param name="signal">The store's signal.</param>
internal sealed class EventSubscription(long afterRevision, Func<long, StoredEvent?> durableAfter, CommitSignal signal)
    : IEventSubscription
{
    private long _after = afterRevision;
    private volatile bool _closed;

    public bool TryNext([NotNullWhen(true)] out StoredEvent? next)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        next = durableAfter(_after);
        if (next is null) return false;
        _after = next.Revision;
        return true;
    }

    public StoredEvent Next(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            // Counted before looking, so that an append between the look and the wait ends the wait.
            var seen = signal.Count;
            if (TryNext(out var next)) return next;
            signal.WaitBeyond(seen, cancellation);
        }
    }

    public void Dispose()
    {
        _closed = true;
        signal.Announce();
    }
}
