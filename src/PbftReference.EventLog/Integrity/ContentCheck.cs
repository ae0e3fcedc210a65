using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>Checks what whole records hold: that it can be read, that its blobs are there, and that snapshots are the confirmed ones.</summary>
internal sealed class ContentCheck(IEventStore store, string stream, Findings findings)
{
    private readonly List<Digest> _blobs = [];
    private long _firstBlob;

    /// <summary>Checks a record of a replica's stream.</summary>
    /// <returns>The record; null if it is a blob or cannot be read.</returns>
    internal LogRecord? VisitReplica(StoredEvent item, RecordMetadata metadata, string cluster, ReplicaId replica)
    {
        if (TakeBlob(item)) return null;
        var record = CheckBlobs(item) ? TryRead(item, metadata) : null;
        if (record?.SnapshotTaken is { } taken) CheckSnapshot(item, taken, LogStreams.OfSnapshots(cluster, replica));
        _blobs.Clear();
        return record;
    }

    /// <summary>Checks a record of a stream of snapshots.</summary>
    internal void VisitSnapshots(StoredEvent item)
    {
        if (TakeBlob(item)) return;
        if (TryDecode(item, () => SnapshotManifest.Decode(item.Data)) is { } manifest) CheckBlobs(item, manifest.Content);
        _blobs.Clear();
    }

    /// <summary>At the end of a replica's stream: blobs without their step.</summary>
    internal void EndReplica()
    {
        if (_blobs.Count == 0) return;
        findings.Undetermined(stream, _firstBlob, IntegrityFindingKind.TruncatedTail,
            $"the stream ends in {_blobs.Count} blob(s) without the step that names them. A crash leaves this, and then nothing is lost, because "
            + "the step had not left the replica; or the end was cut off. Compare with another copy, or with the logs of the other replicas.");
    }

    private bool TakeBlob(StoredEvent item)
    {
        if (item.Type != RecordTypes.Blob) return false;
        if (_blobs.Count == 0) _firstBlob = item.Revision;
        _blobs.Add(Digest.Of(item.Data.Span));
        return true;
    }

    private LogRecord Read(StoredEvent item, RecordMetadata metadata)
    {
        var record = new LogRecord(item, metadata, Blobs.DataOf(store, item));
        // Decoded here, so that every fault shows.
        _ = (record.Step, record.Counts, record.SnapshotTaken);
        return record;
    }

    private bool CheckBlobs(StoredEvent item) =>
        !BlobReference.Is(item.Data.Span)
        || (TryDecode(item, () => BlobReference.Decode(item.Type, item.Data)) is { } reference && CheckBlobs(item, reference));

    private bool CheckBlobs(StoredEvent item, BlobReference reference)
    {
        if (_blobs.TakeLast(reference.Blobs.Length).SequenceEqual(reference.Blobs)) return true;
        var missing = reference.Blobs.FirstOrDefault(digest => !_blobs.Contains(digest));
        findings.Corrupt(stream, item.Revision, IntegrityFindingKind.MissingBlob, missing.IsNone
            ? "the blobs that the record names do not stand before it in their order"
            : $"the blob {missing} that the record names is not before it");
        return false;
    }

    private LogRecord? TryRead(StoredEvent item, RecordMetadata metadata)
    {
        try
        {
            return Read(item, metadata);
        }
        catch (LogFormatException e)
        {
            Report(item, e);
            return null;
        }
    }

    private T? TryDecode<T>(StoredEvent item, Func<T> decode)
        where T : class
    {
        try
        {
            return decode();
        }
        catch (LogFormatException e)
        {
            Report(item, e);
            return null;
        }
    }

    private void Report(StoredEvent item, LogFormatException e)
    {
        if (IsKnown(item.Type))
        {
            findings.Corrupt(stream, item.Revision, IntegrityFindingKind.UnreadableRecord,
                $"the record is as it was written, and what was written is no {item.Type}: {e.Message.TrimEnd('.')}");
            return;
        }

        findings.Undetermined(stream, item.Revision, IntegrityFindingKind.UnreadableRecord,
            $"the record is as it was written, and this version does not know its type '{item.Type}'. Check it with the version that wrote it.");
    }

    private static bool IsKnown(string type) =>
        Names.RecordTypes.Contains(type) || type is RecordTypes.RefusalsCounted or RecordTypes.SnapshotTaken or RecordTypes.Snapshot;

    private void CheckSnapshot(StoredEvent item, SnapshotTaken taken, string snapshots)
    {
        // Snapshots are discarded when later ones are there, and may be kept apart from the log.
        if (store.Tail(snapshots) is not { } tail || taken.SnapshotRevision < tail.FirstRevision) return;
        var manifest = store.Read(snapshots, taken.SnapshotRevision, 1).FirstOrDefault(found => found.Revision == taken.SnapshotRevision);
        if (manifest is not null && IsOf(manifest, taken)) return;
        findings.Corrupt(stream, item.Revision, IntegrityFindingKind.WrongSnapshot,
            $"the snapshot that the record confirms is not at revision {taken.SnapshotRevision} of stream '{snapshots}'; recovery passes it over");
    }

    // What the record says beside the manifest's hash must be the manifest's, too: recovery takes no other confirmation.
    private static bool IsOf(StoredEvent manifest, SnapshotTaken taken)
    {
        try
        {
            return SnapshotManifest.Decode(manifest.Data).TakenAt(manifest.Revision, manifest.Data.Span) == taken;
        }
        catch (LogFormatException)
        {
            return false;
        }
    }
}
