using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Snapshots;

/// <summary>A snapshot in its stream.</summary>
/// <param name="ReplicaStream">The stream that may confirm it.</param>
/// <param name="Stored">The manifest's record.</param>
/// <param name="Manifest">The manifest.</param>
internal sealed record StoredSnapshot(string ReplicaStream, StoredEvent Stored, SnapshotManifest Manifest)
{
    /// <summary>The revision of its first blob.</summary>
    internal long FirstRevision => Stored.Revision - Manifest.Content.Blobs.Length;

    /// <summary>What the replica's stream says of it if it confirms it.</summary>
    internal SnapshotTaken Taken => Manifest.TakenAt(Stored.Revision, Stored.Data.Span);
}

/// <summary>Finds snapshots and their confirmations, without reading what lies between.</summary>
internal static class StoredSnapshots
{
    /// <summary>The snapshots whose manifest can be read. One without a manifest is torn: the process ended while it was written.</summary>
    internal static IEnumerable<StoredSnapshot> NewestFirst(IEventStore store, string cluster, ReplicaId replica)
    {
        var stream = LogStreams.OfSnapshots(cluster, replica);
        var at = store.Tail(stream)?.LastRevision ?? -1;
        while (at >= 0)
        {
            if (store.ReadBackwards(stream, at, 1).FirstOrDefault() is not { } item) yield break;
            at = item.Revision - 1;
            if (TryDecode(item) is not { } manifest) continue;
            at -= manifest.Content.Blobs.Length;
            yield return new StoredSnapshot(LogStreams.OfReplica(cluster, replica), item, manifest);
        }
    }

    /// <summary>
    /// Whether the replica's stream confirms a snapshot. The confirmation follows right on the position; only that of a snapshot which
    /// was lost in a crash is looked for up to the end.
    /// </summary>
    internal static bool IsConfirmed(IEventStore store, StoredSnapshot snapshot)
    {
        var position = snapshot.Manifest.Position;
        var taken = snapshot.Taken;
        foreach (var item in store.Read(snapshot.ReplicaStream, position.Revision + 1))
        {
            if (item.Revision == position.Revision + 1 && !Follows(item, position)) return false;
            if (item.Type == RecordTypes.SnapshotTaken && Confirms(item, taken)) return true;
        }

        return false;
    }

    private static bool Follows(StoredEvent item, LogPosition position) => TryDo(() => ChainedRecord.ReadMetadata(item).PrevHash == position.Hash);

    private static bool Confirms(StoredEvent item, SnapshotTaken taken) => TryDo(() =>
    {
        ChainedRecord.Read(item);
        return SnapshotTaken.Decode(item.Data) == taken;
    });

    private static SnapshotManifest? TryDecode(StoredEvent item)
    {
        if (item.Type != RecordTypes.Snapshot) return null;
        try
        {
            return SnapshotManifest.Decode(item.Data);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    // A record that can't be read confirms nothing.
    private static bool TryDo(Func<bool> question)
    {
        try
        {
            return question();
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}
