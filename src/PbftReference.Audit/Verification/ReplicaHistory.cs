using PbftReference.Core;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Audit.Verification;

/// <summary>A step with its place.</summary>
/// <param name="Revision">The record.</param>
/// <param name="Step">The step; null for what the host noted beside the steps.</param>
public readonly record struct RecordedStep(long Revision, Step? Step);

/// <summary>What one replica recorded.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="LastRevision">The last record.</param>
/// <param name="Steps">The records in order, read while they are enumerated.</param>
public sealed record ReplicaHistory(ReplicaId Replica, string Stream, long LastRevision, IEnumerable<RecordedStep> Steps)
{
    /// <summary>Where the judged history begins; null for the replica's first record.</summary>
    public SnapshotBeginning? Beginning { get; init; }

    /// <summary>The history in a store. Hashes are not checked here: integrity comes first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="beginning">The snapshot from which on it is read; null for the first record.</param>
    public static ReplicaHistory Read(IEventStore store, string cluster, ReplicaId replica, SnapshotBeginning? beginning = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var records = ReplicaLog.Read(store, LogStreams.OfReplica(cluster, replica), (beginning?.Revision ?? -1) + 1, check: false);
        return Of(store, cluster, replica, records) with { Beginning = beginning };
    }

    /// <summary>The history of records that somebody reads.</summary>
    internal static ReplicaHistory Of(IEventStore store, string cluster, ReplicaId replica, IEnumerable<LogRecord> records)
    {
        var stream = LogStreams.OfReplica(cluster, replica);
        return new ReplicaHistory(replica, stream, store.Tail(stream)?.LastRevision ?? -1, records.Select(record => new RecordedStep(record.Revision, record.Step)));
    }
}
