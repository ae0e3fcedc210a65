using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>Finds where a record belongs whose hash does not hold where it stands: the hash covers stream and revision.</summary>
/// <param name="streams">The streams to which it may belong.</param>
internal sealed class RecordPlace(IReadOnlyList<string> streams)
{
    private const int WindowInStream = 4096;
    private const int WindowInOthers = 64;

    // Records that were moved together are moved equally far, so all but the first are found at once.
    private long _lastOffset;

    /// <summary>The stream and revision where the record's hash holds; null if none is found nearby.</summary>
    internal (string Stream, long Revision)? Find(StoredEvent record, RecordMetadata metadata)
    {
        var dataDigest = Digest.Of(record.Data.Span);
        if (Holds(record.Stream, _lastOffset)) return (record.Stream, record.Revision + _lastOffset);
        if (FindIn(record.Stream, WindowInStream) is { } offset)
        {
            _lastOffset = offset;
            return (record.Stream, record.Revision + offset);
        }

        foreach (var other in streams)
        {
            if (FindIn(other, WindowInOthers) is { } there) return (other, record.Revision + there);
        }

        return null;

        bool Holds(string stream, long offset) =>
            record.Revision + offset >= 0 && RecordHash.Of(stream, record.Revision + offset, record.Type, metadata, dataDigest) == metadata.Hash;

        long? FindIn(string stream, int window)
        {
            for (var distance = 0; distance <= window; distance++)
            {
                if (Holds(stream, distance)) return distance;
                if (Holds(stream, -distance)) return -distance;
            }

            return null;
        }
    }
}
