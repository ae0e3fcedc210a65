using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Log;

/// <summary>
/// What stands in a record in place of data that is too large for it: the blobs that stand right before the record, in order.
/// </summary>
/// <param name="Blobs">SHA-256 of each piece.</param>
/// <param name="Size">Length of the whole, in bytes.</param>
internal sealed record BlobReference(ImmutableArray<Digest> Blobs, long Size)
{
    /// <summary>Data up to this length stands in its record, in bytes.</summary>
    internal const int MaxInline = 64 * 1024;

    /// <summary>Length of a piece, in bytes; the last may be shorter.</summary>
    internal const int PieceSize = 256 * 1024;

    /// <summary>Whether a record's data is a reference. No other data of the log begins like this.</summary>
    internal static bool Is(ReadOnlySpan<byte> data) => data.StartsWith("{\"blobs\":"u8);

    /// <summary>Whether so many blobs can hold so many bytes, and this program so many in one array.</summary>
    internal bool Fits => Size >= 0 && Size > (Blobs.Length - 1L) * PieceSize && Size <= (long)Blobs.Length * PieceSize && Size <= Array.MaxLength;

    internal byte[] Encode() => LogJsonWriter.Encode(this, static (json, reference) =>
    {
        json.BeginObject();
        json.Digests("blobs", reference.Blobs);
        json.Int64("size", reference.Size);
        json.EndObject();
    });

    internal static BlobReference Decode(string document, ReadOnlyMemory<byte> data)
    {
        var reference = LogJsonReader.Decode(document, data, static json =>
        {
            json.BeginObject();
            var read = new BlobReference(json.Digests("blobs"), json.Int64("size"));
            json.EndObject();
            return read;
        });
        return reference.Fits
            ? reference
            : throw new LogFormatException($"{document}: {reference.Blobs.Length} blobs can't hold {reference.Size} bytes");
    }
}
