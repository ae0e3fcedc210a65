using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Stores;

/// <summary>A store that others share, seen as if it held the logs and snapshots of one cluster alone. Closing it closes the store.</summary>
/// <param name="store">The store.</param>
/// <param name="cluster">The cluster's name; streams of a faulty replica's second process, which have a name after it, are the cluster's.</param>
public sealed class ClusterView(IEventStore store, string cluster) : IEventStore
{
    /// <summary>What is put behind a cluster's name for the streams of a faulty replica's second process.</summary>
    public const string TwinSuffix = "-twin";

    /// <inheritdoc/>
    public IReadOnlyList<string> Streams() => [.. store.Streams().Where(IsOfCluster)];

    /// <inheritdoc/>
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => store.Append(stream, expected, events);

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => store.Read(stream, fromRevision, maxCount);

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) => store.ReadBackwards(stream, fromRevision, maxCount);

    /// <inheritdoc/>
    public StreamTail? Tail(string stream) => store.Tail(stream);

    /// <inheritdoc/>
    public void Truncate(string stream, long beforeRevision) => store.Truncate(stream, beforeRevision);

    /// <inheritdoc/>
    public IEventSubscription Subscribe(string stream, long afterRevision = -1) => store.Subscribe(stream, afterRevision);

    /// <inheritdoc/>
    public IAppendGroup BeginGroup() => store.BeginGroup();

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();

    private bool IsOfCluster(string stream) =>
        (LogStreams.TryParseReplica(stream, out var name, out _) || LogStreams.TryParseSnapshots(stream, out name, out _)) && (name == cluster || name == cluster + TwinSuffix);
}
