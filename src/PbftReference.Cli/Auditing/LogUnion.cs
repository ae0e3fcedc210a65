using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Auditing;

/// <summary>Several logs of one cluster seen as one: of each stream the longest copy. Nothing here writes.</summary>
internal sealed class LogUnion : IEventStore
{
    private readonly IReadOnlyList<IEventStore> _stores;
    private readonly SortedDictionary<string, IEventStore> _chosen = new(StringComparer.Ordinal);

    public LogUnion(IReadOnlyList<IEventStore> stores)
    {
        _stores = stores;
        foreach (var store in stores)
        {
            foreach (var stream in store.Streams())
            {
                if (!_chosen.TryGetValue(stream, out var known) || LastOf(store, stream) > LastOf(known, stream)) _chosen[stream] = store;
            }
        }
    }

    public IReadOnlyList<string> Streams() => [.. _chosen.Keys];

    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => Of(stream)?.Read(stream, fromRevision, maxCount) ?? [];

    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) => Of(stream)?.ReadBackwards(stream, fromRevision, maxCount) ?? [];

    public StreamTail? Tail(string stream) => Of(stream)?.Tail(stream);

    public IEventSubscription Subscribe(string stream, long afterRevision = -1) => throw ForReading();

    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => throw ForReading();

    public void Truncate(string stream, long beforeRevision) => throw ForReading();

    public IAppendGroup BeginGroup() => throw ForReading();

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
    }

    private IEventStore? Of(string stream) => _chosen.GetValueOrDefault(stream);

    // A copy that cannot be read is the shortest.
    private static long LastOf(IEventStore store, string stream)
    {
        try
        {
            return store.Tail(stream)?.LastRevision ?? -1;
        }
        catch (EventStoreException e) when (e.Failure == EventStoreFailure.Damaged)
        {
            return -1;
        }
    }

    private static EventStoreException ForReading() => new(EventStoreFailure.ReadOnly, "logs that are audited are read only");
}
