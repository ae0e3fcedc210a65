using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Runtime.Clusters;

/// <summary>The logs of all replicas of a cluster as one store for readers: each replica's streams from its own file, also while it runs.</summary>
public sealed class ClusterLogs : IEventStore
{
    private readonly SortedDictionary<int, IEventStore> _stores = [];
    private readonly string _directory;
    private readonly string _cluster;

    /// <summary>
    /// Opens what logs there are. A log that is damaged, may not be read, or is emptied or gone though its replica has blocks does not keep the
    /// others from being read: its stream is listed, and asking for it says why (<see cref="EventStoreException.IsUnreadable"/>).
    /// </summary>
    /// <exception cref="EventStoreException">A log cannot be opened for another reason, or there is none at all, or none that may be read.</exception>
    public ClusterLogs(ClusterDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var members = directory.Members();
        (_directory, _cluster) = (directory.Path, members.Cluster);
        foreach (var replica in members.Replicas)
        {
            // not one that lost its log, but one of which nothing is here, as in a copy of some of the replicas
            if (!Directory.Exists(directory.OfReplica(replica.Id))) continue;
            if (FilesOf(directory.NodePath(replica.Id), out var unreadable) is not { } files)
            {
                _stores[replica.Id.Value] = new UnreadableLog(unreadable!);
                continue;
            }

            if (files.InDatabase) _stores[replica.Id.Value] = new ClusterView(new EventStoreDb(files.Log, new EventStoreDbOptions { ReadOnly = true }), members.Cluster);
            else if (files.LostLog is { } lost) _stores[replica.Id.Value] = new UnreadableLog(new EventStoreException(EventStoreFailure.Damaged, lost));
            else if (files.HasLog) _stores[replica.Id.Value] = Own(Open(files.Log), replica.Id, files.Log);
        }

        if (_stores.Count == 0) throw new EventStoreException(EventStoreFailure.StoreMissing, $"no replica of the cluster in {_directory} has a log yet: start it by 'pbft cluster up --cluster {ShellWord.Of(_directory)}'");
        if (_stores.Values.All(store => store is UnreadableLog { Why.Failure: EventStoreFailure.MayNotRead })) throw ((UnreadableLog)_stores.Values.First()).Why;
    }

    // Where a replica's log is stands in its node.json; without that one the others' can be read all the same.
    private static ReplicaFiles? FilesOf(string node, out EventStoreException? unreadable)
    {
        unreadable = null;
        try
        {
            return ReplicaFiles.Of(Settings.Resolve(node, [], []));
        }
        catch (Exception e) when (e is SettingException or IOException or UnauthorizedAccessException)
        {
            var how = e is UnauthorizedAccessException ? $"This user may not read it; read the log as its owner, or have that one allow it (chmod +r {ShellWord.Of(node)})" : "Restore that file";
            unreadable = new EventStoreException(e is UnauthorizedAccessException ? EventStoreFailure.MayNotRead : EventStoreFailure.Damaged, $"where the replica's log is cannot be read from {node}: {e.Message.TrimEnd('.')}. {how}; the other replicas' logs do not need it", e);
            return null;
        }
    }

    // A copy of another replica's log says nothing of this one.
    private IEventStore Own(IEventStore store, ReplicaId replica, string path)
    {
        if (store is UnreadableLog || store.Streams().Count == 0 || store.Tail(LogStreams.OfReplica(_cluster, replica)) is not null) return store;
        var held = string.Join(", ", store.Streams());
        store.Dispose();
        return new UnreadableLog(new EventStoreException(EventStoreFailure.Damaged, $"{path} does not hold the log of replica {replica}, but {held}: put the right one back"));
    }

    // The genesis says that a log is there: what is no store is one that was damaged.
    private static IEventStore Open(string path)
    {
        try
        {
            return new SqliteEventStore(path, new SqliteStoreOptions { Access = SqliteStoreAccess.Read });
        }
        catch (EventStoreException e) when (e.Failure is EventStoreFailure.NotAStore or EventStoreFailure.Damaged)
        {
            return new UnreadableLog(new EventStoreException(EventStoreFailure.Damaged, $"the log {path} is damaged: {e.Message}", e));
        }
        catch (EventStoreException e) when (e.Failure == EventStoreFailure.MayNotRead)
        {
            return new UnreadableLog(e);
        }
        catch (EventStoreException e) when (e.Failure is EventStoreFailure.CannotOpen or EventStoreFailure.ReadOnly)
        {
            return new UnreadableLog(new EventStoreException(EventStoreFailure.Damaged, $"the log {path} cannot be read: {e.Message}", e));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => Of(stream)?.Read(stream, fromRevision, maxCount) ?? [];

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) =>
        Of(stream)?.ReadBackwards(stream, fromRevision, maxCount) ?? [];

    /// <inheritdoc/>
    public StreamTail? Tail(string stream) => Of(stream)?.Tail(stream);

    /// <inheritdoc/>
    public IReadOnlyList<string> Streams() => [.. _stores.SelectMany(StreamsOf).Where(IsLog).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IEventSubscription Subscribe(string stream, long afterRevision = -1) =>
        (Of(stream) ?? throw new EventStoreException(EventStoreFailure.StoreMissing, $"there is no stream '{stream}' in {_directory}")).Subscribe(stream, afterRevision);

    /// <inheritdoc/>
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => throw ReadOnly();

    /// <inheritdoc/>
    public void Truncate(string stream, long beforeRevision) => throw ReadOnly();

    /// <inheritdoc/>
    public IAppendGroup BeginGroup() => throw ReadOnly();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _stores.Values) store.Dispose();
    }

    // The other streams of a node (what its consenter keeps) are no part of the consensus history.
    private static bool IsLog(string stream) => LogStreams.TryParseReplica(stream, out _, out _) || LogStreams.TryParseSnapshots(stream, out _, out _);

    private IEnumerable<string> StreamsOf(KeyValuePair<int, IEventStore> log) =>
        log.Value is UnreadableLog ? [LogStreams.OfReplica(_cluster, new ReplicaId(log.Key))] : log.Value.Streams();

    private IEventStore? Of(string stream) =>
        LogStreams.TryParseReplica(stream, out _, out ReplicaId replica) || LogStreams.TryParseSnapshots(stream, out _, out replica) ? _stores.GetValueOrDefault(replica.Value) : null;

    private EventStoreException ReadOnly() => new(EventStoreFailure.ReadOnly, $"the logs in {_directory} are open for reading: each replica alone writes its own");
}
