using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Puts a payload together again from the blobs before its record.</summary>
internal static class Blobs
{
    /// <summary>The data of a record: its own, or what its blobs hold.</summary>
    /// <exception cref="LogFormatException">A blob is missing or another one; names the stream and the revision.</exception>
    internal static ReadOnlyMemory<byte> DataOf(IEventStore store, StoredEvent record)
    {
        return BlobReference.Is(record.Data.Span) ? Assemble(store, record, ReferenceIn(record)) : record.Data;
    }

    /// <summary>What the blobs before a record hold.</summary>
    /// <exception cref="LogFormatException">A blob is missing or another one; names the stream and the revision.</exception>
    internal static byte[] Assemble(IEventStore store, StoredEvent record, BlobReference reference)
    {
        var data = new byte[reference.Size];
        var count = reference.Blobs.Length;
        var rest = data.AsMemory();
        var revision = record.Revision - count;
        if (revision < 0) throw RecordFault.At(record, $"its {count} blobs can't stand before it");
        using var blobs = store.Read(record.Stream, revision, count).GetEnumerator();
        foreach (var digest in reference.Blobs)
        {
            var blob = blobs.MoveNext() ? blobs.Current : null;
            CheckBlob(record, blob, revision, digest, rest.Length);
            blob!.Data.CopyTo(rest);
            rest = rest[blob.Data.Length..];
            revision++;
        }

        return rest.IsEmpty ? data : throw RecordFault.At(record, $"its blobs are {rest.Length} bytes short of the {reference.Size} that it names");
    }

    private static BlobReference ReferenceIn(StoredEvent record)
    {
        try
        {
            return BlobReference.Decode(record.Type, record.Data);
        }
        catch (LogFormatException e)
        {
            throw RecordFault.At(record, e);
        }
    }

    private static void CheckBlob(StoredEvent record, StoredEvent? blob, long revision, Digest digest, int room)
    {
        if (blob is null || blob.Revision != revision || blob.Type != RecordTypes.Blob)
        {
            throw RecordFault.At(record, $"the blob {digest} that it names is missing at revision {revision}");
        }

        if (blob.Data.Length > room || Digest.Of(blob.Data.Span) != digest)
        {
            throw RecordFault.At(record, $"the blob at revision {revision} is not the blob {digest} that it names");
        }
    }
}
