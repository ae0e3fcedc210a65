using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Reads a stored event as a record of a chain.</summary>
internal static class ChainedRecord
{
    /// <summary>The metadata of a record whose hash holds.</summary>
    /// <exception cref="LogFormatException">It does not; names the stream and the revision.</exception>
    internal static RecordMetadata Read(StoredEvent record)
    {
        var metadata = ReadMetadata(record);
        CheckHash(record, metadata);
        return metadata;
    }

    /// <summary>Requires that a record's hash holds.</summary>
    /// <exception cref="LogFormatException">It does not; names the stream and the revision.</exception>
    internal static void CheckHash(StoredEvent record, RecordMetadata metadata)
    {
        if (HashOf(record, metadata) != metadata.Hash) throw RecordFault.At(record, "the record's hash does not fit its bytes");
    }

    /// <summary>The hash of a record as its bytes are.</summary>
    internal static Digest HashOf(StoredEvent record, RecordMetadata metadata) =>
        RecordHash.Of(record.Stream, record.Revision, record.Type, metadata, Digest.Of(record.Data.Span));

    /// <summary>The metadata of a record, unchecked.</summary>
    /// <exception cref="LogFormatException">Unreadable; names the stream and the revision.</exception>
    internal static RecordMetadata ReadMetadata(StoredEvent record)
    {
        try
        {
            return RecordMetadata.Decode(record.Metadata);
        }
        catch (LogFormatException e)
        {
            throw RecordFault.At(record, e);
        }
    }
}
