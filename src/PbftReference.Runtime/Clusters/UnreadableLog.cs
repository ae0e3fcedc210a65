using PbftReference.EventLog.Stores;

namespace PbftReference.Runtime.Clusters;

/// <summary>Stands for a log that cannot be opened: whoever asks for its streams is told why, and the logs of the others can be read.</summary>
internal sealed class UnreadableLog(EventStoreException why) : IEventStore
{
    /// <summary>Why it cannot be opened.</summary>
    public EventStoreException Why => why;

    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => throw Again();

    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => throw Again();

    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) => throw Again();

    public StreamTail? Tail(string stream) => throw Again();

    public void Truncate(string stream, long beforeRevision) => throw Again();

    public IReadOnlyList<string> Streams() => throw Again();

    public IEventSubscription Subscribe(string stream, long afterRevision = -1) => throw Again();

    public IAppendGroup BeginGroup() => throw Again();

    public void Dispose()
    {
    }

    private EventStoreException Again() => new(why.Failure, why.Message, why);
}
