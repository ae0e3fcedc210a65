using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>
/// The hash of a record: SHA-256 over everything in it but its id, its place, and the hash before it. The data goes in by its
/// SHA-256, so that a chain can be checked, and a blob named, without hashing the data twice.
/// </summary>
public static class RecordHash
{
    private const string RecordTag = "pbft-reference/record/1";
    private const string IdTag = "pbft-reference/event-id/1";

    [ThreadStatic]
    private static CanonicalWriter? _ofThread;

    /// <summary>The hash of a record.</summary>
    /// <param name="stream">Its stream.</param>
    /// <param name="revision">Its place.</param>
    /// <param name="type">Its type.</param>
    /// <param name="metadata">Its metadata; the hash in it is left out of account.</param>
    /// <param name="dataDigest">SHA-256 of its data.</param>
    public static Digest Of(string stream, long revision, string type, RecordMetadata metadata, Digest dataDigest)
    {
        var writer = Cleared().Text(RecordTag).Text(stream).Int64(revision).Text(type).Int64(metadata.TimeMs).Digest(metadata.Correlation);
        writer.Bool(metadata.Causation is not null);
        if (metadata.Causation is { } causation) WriteGuid(writer, causation);
        return writer.Digest(metadata.PrevHash).Digest(dataDigest).ToDigest();
    }

    /// <summary>The id of a record: the same for the same record, so that writing it again is recognised as a retry.</summary>
    public static Guid EventId(string stream, long revision, Digest hash)
    {
        var digest = Cleared().Text(IdTag).Text(stream).Int64(revision).Digest(hash).ToDigest();
        Span<byte> bytes = stackalloc byte[Digest.Size];
        digest.CopyTo(bytes);
        return new Guid(bytes[..16], bigEndian: true);
    }

    private static void WriteGuid(CanonicalWriter writer, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.Bytes(bytes);
    }

    private static CanonicalWriter Cleared()
    {
        var writer = _ofThread ??= new CanonicalWriter();
        writer.Clear();
        return writer;
    }
}
