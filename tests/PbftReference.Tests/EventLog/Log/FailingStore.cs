using PbftReference.EventLog.Stores;

namespace PbftReference.Tests.EventLog.Log;

/// <summary>A store whose appends can fail before or after they are written, and that counts them.</summary>
internal sealed class FailingStore(IEventStore inner) : IEventStore
{
    public bool FailBeforeNext { get; set; }

    public bool FailAfterNext { get; set; }

    public int Appends { get; private set; }

    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        if (FailBeforeNext)
        {
            FailBeforeNext = false;
            throw new EventStoreException(EventStoreFailure.OutOfSpace, "no room");
        }

        var last = inner.Append(stream, expected, events);
        Appends++;
        if (!FailAfterNext) return last;
        FailAfterNext = false;
        throw new EventStoreException(EventStoreFailure.InputOutput, "the answer was lost");
    }

    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) =>
        inner.Read(stream, fromRevision, maxCount);

    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) =>
        inner.ReadBackwards(stream, fromRevision, maxCount);

    public StreamTail? Tail(string stream) => inner.Tail(stream);

    public void Truncate(string stream, long beforeRevision) => inner.Truncate(stream, beforeRevision);

    public IReadOnlyList<string> Streams() => inner.Streams();

    public IEventSubscription Subscribe(string stream, long afterRevision = -1) => inner.Subscribe(stream, afterRevision);

    public IAppendGroup BeginGroup() => inner.BeginGroup();

    public void Dispose() => inner.Dispose();
}
