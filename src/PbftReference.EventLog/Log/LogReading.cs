using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Reads a chain in order and holds every record against the one before.</summary>
internal static class LogReading
{
    /// <summary>The records from a revision on, blobs left out. What is truncated is left out too.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="from">The first revision wanted.</param>
    /// <param name="before">Hash of the record before it; null to take the first record's word for it.</param>
    /// <param name="check">Whether the chain is checked.</param>
    internal static IEnumerable<LogRecord> From(IEventStore store, string stream, long from, Digest? before, bool check)
    {
        var expected = from;
        foreach (var item in store.Read(stream, from))
        {
            var metadata = ChainedRecord.ReadMetadata(item);
            if (check) Check(item, metadata, expected, before);
            (expected, before) = (item.Revision + 1, metadata.Hash);
            if (item.Type != RecordTypes.Blob) yield return new LogRecord(item, metadata, Blobs.DataOf(store, item));
        }
    }

    /// <summary>Holds a record against the one before.</summary>
    /// <exception cref="LogFormatException">It does not follow on it, or its hash does not hold.</exception>
    internal static void Check(StoredEvent item, RecordMetadata metadata, long expected, Digest? before)
    {
        if (item.Revision != expected) throw RecordFault.At(item.Stream, expected, $"the record is missing; {item.Revision} is the next that is there");
        if (before is { } hash && metadata.PrevHash != hash) throw RecordFault.At(item, "the record does not follow the record before");
        ChainedRecord.CheckHash(item, metadata);
    }
}
