using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Snapshots;

/// <summary>
/// Replica snapshots: a replica's state beside its stream, so that recovery costs the same after ten thousand records or ten million. A
/// snapshot counts only when the replica's stream confirms it; see docs/log-format.md.
/// </summary>
public static class SnapshotStore
{
    private const int Kept = 2;

    /// <summary>
    /// Writes a snapshot and adds its confirmation to the replica's log, where it becomes durable with the next flush. Of the snapshots
    /// that were durably confirmed before, the last two are kept.
    /// </summary>
    /// <param name="log">The replica's log; its head is the position of the snapshot.</param>
    /// <param name="state">The replica's state with everything up to the log's head folded in.</param>
    /// <param name="pages">The checkpoint from which the service would go on: the stable one.</param>
    /// <param name="timeMs">The host's time in milliseconds.</param>
    /// <param name="retention">What becomes of the replica's older records.</param>
    /// <exception cref="ArgumentException">The state is another replica's, the log is empty, or the pages don't have the checkpoint's digest.</exception>
    /// <exception cref="FencedException">Another process writes this replica's snapshots; stop.</exception>
    /// <exception cref="EventStoreException">The store failed; nothing is confirmed. Write the snapshot again, or go on without it.</exception>
    public static SnapshotTaken Write(ReplicaLog log, ReplicaState state, CheckpointPages pages, long timeMs, Retention retention = Retention.All)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(pages);
        Check(log, state, pages);
        DiscardOlder(log, retention);
        var chain = ChainWriter.Open(log.Store, LogStreams.OfSnapshots(log.Cluster, log.Replica));
        var encoded = StateCodec.Encode(state);
        var content = SnapshotContent.Write(chain, encoded, pages, timeMs);
        var manifest = new SnapshotManifest(log.Head, Digest.Of(encoded), pages.SequenceNumber, pages.StateDigest, content);
        var data = manifest.Encode();
        var revision = chain.AddRecord(RecordTypes.Snapshot, data, timeMs).Revision;
        chain.Flush();
        var taken = manifest.TakenAt(revision, data);
        log.AddSnapshotTaken(taken, timeMs);
        return taken;
    }

    /// <summary>Reads the newest snapshot that the replica's stream confirms; those that are torn, damaged or unconfirmed are passed over.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="configuration">The cluster's configuration.</param>
    /// <param name="until">Snapshots of later revisions are passed over.</param>
    /// <returns>The snapshot; null if there is none and the replica's stream must be folded from its beginning.</returns>
    /// <exception cref="LogFormatException">There is none, and the beginning of the replica's stream is truncated.</exception>
    public static ReplicaSnapshot? ReadNewest(IEventStore store, string cluster, ReplicaId replica, ClusterConfiguration configuration, long until = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(configuration);
        var first = store.Tail(LogStreams.OfReplica(cluster, replica))?.FirstRevision ?? 0;
        foreach (var candidate in StoredSnapshots.NewestFirst(store, cluster, replica))
        {
            if (candidate.Manifest.Position.Revision > until) continue;
            if (candidate.Manifest.Position.Revision < first - 1) break;
            if (StoredSnapshots.IsConfirmed(store, candidate) && TryRead(store, candidate, configuration, replica) is { } snapshot) return snapshot;
        }

        if (first == 0) return null;
        throw RecordFault.At(
            LogStreams.OfReplica(cluster, replica), first, "the records before it are truncated, and no snapshot that they are folded into can be read");
    }

    /// <summary>Reads the oldest snapshot that the replica's stream confirms and goes on from: most of the stream follows on it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="configuration">The cluster's configuration.</param>
    /// <returns>The snapshot; null if none can be read.</returns>
    public static ReplicaSnapshot? ReadOldest(IEventStore store, string cluster, ReplicaId replica, ClusterConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(configuration);
        var first = store.Tail(LogStreams.OfReplica(cluster, replica))?.FirstRevision ?? 0;
        return StoredSnapshots.NewestFirst(store, cluster, replica).Where(candidate => candidate.Manifest.Position.Revision >= first - 1).Reverse()
            .Where(candidate => StoredSnapshots.IsConfirmed(store, candidate)).Select(candidate => TryRead(store, candidate, configuration, replica))
            .FirstOrDefault(snapshot => snapshot is not null);
    }

    private static void Check(ReplicaLog log, ReplicaState state, CheckpointPages pages)
    {
        if (state.Self != log.Replica) throw new ArgumentException($"the state is replica {state.Self}'s and the log replica {log.Replica}'s", nameof(state));
        if (log.Head.Revision < 0) throw new ArgumentException("the log is empty, so there is nothing to take a snapshot of", nameof(log));
        if (!pages.FitDigest()) throw new ArgumentException($"the pages do not have the digest of checkpoint {pages.SequenceNumber}", nameof(pages));
    }

    private static ReplicaSnapshot? TryRead(IEventStore store, StoredSnapshot candidate, ClusterConfiguration configuration, ReplicaId replica)
    {
        try
        {
            ChainedRecord.Read(candidate.Stored);
            var content = Blobs.Assemble(store, candidate.Stored, candidate.Manifest.Content);
            var (state, pages) = SnapshotContent.Read(content, candidate.Manifest, configuration, replica);
            return new ReplicaSnapshot(candidate.Taken, state, pages);
        }
        catch (LogFormatException)
        {
            // The check of the log's integrity says what is wrong with it; here an older one does.
            return null;
        }
    }

    // Only what is durably confirmed counts, so that a crash right now can't lose the last snapshot that recovery could use.
    private static void DiscardOlder(ReplicaLog log, Retention retention)
    {
        var kept = StoredSnapshots.NewestFirst(log.Store, log.Cluster, log.Replica)
            .Where(candidate => StoredSnapshots.IsConfirmed(log.Store, candidate))
            .Take(Kept)
            .ToList();
        if (kept.Count < Kept) return;
        var older = kept[^1];
        // the records first: a crash in between leaves the snapshot on which the first record follows
        if (retention == Retention.SinceSnapshots) log.Store.Truncate(log.Stream, older.Manifest.Position.Revision + 1);
        log.Store.Truncate(older.Stored.Stream, older.FirstRevision);
    }
}
