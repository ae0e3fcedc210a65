using System.Buffers;
using System.Buffers.Binary;
using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// The bytes of a ledger page: "PLG1", position of its first operation (8 bytes, big-endian as all numbers here), then per
/// operation client (8), timestamp (8), length (4), bytes.
/// </summary>
internal static class LedgerPage
{
    public const int HeaderSize = 12;
    public const int EntryHeaderSize = 20;

    private static ReadOnlySpan<byte> Magic => "PLG1"u8;

    public static void WriteHeader(IBufferWriter<byte> writer, long firstPosition)
    {
        var span = writer.GetSpan(HeaderSize);
        Magic.CopyTo(span);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], firstPosition);
        writer.Advance(HeaderSize);
    }

    public static void WriteEntry(IBufferWriter<byte> writer, ClientId client, Timestamp timestamp, ReadOnlySpan<byte> operation)
    {
        var span = writer.GetSpan(EntryHeaderSize);
        BinaryPrimitives.WriteInt64BigEndian(span, client.Value);
        BinaryPrimitives.WriteInt64BigEndian(span[8..], timestamp.Value);
        BinaryPrimitives.WriteInt32BigEndian(span[16..], operation.Length);
        writer.Advance(EntryHeaderSize);
        writer.Write(operation);
    }

    /// <summary>The entries of a page, without checking its first position.</summary>
    /// <exception cref="InvalidDataException">Not a ledger page.</exception>
    public static IEnumerable<(ClientId Client, Timestamp Timestamp, ReadOnlyMemory<byte> Operation)> Read(ReadOnlyMemory<byte> page, int index)
    {
        if (page.Length < HeaderSize || !page.Span.StartsWith(Magic))
        {
            throw new InvalidDataException($"page {index} does not begin as a ledger page; it belongs to another service or is damaged");
        }

        for (var rest = page[HeaderSize..]; !rest.IsEmpty;)
        {
            var length = rest.Length < EntryHeaderSize ? -1 : BinaryPrimitives.ReadInt32BigEndian(rest.Span[16..]);
            if (length < 0 || length > rest.Length - EntryHeaderSize)
            {
                throw new InvalidDataException($"page {index} breaks off inside an operation, at byte {page.Length - rest.Length}; fetch it again");
            }

            yield return (
                new ClientId(BinaryPrimitives.ReadInt64BigEndian(rest.Span)),
                new Timestamp(BinaryPrimitives.ReadInt64BigEndian(rest.Span[8..])),
                rest.Slice(EntryHeaderSize, length));
            rest = rest[(EntryHeaderSize + length)..];
        }
    }
}
