using System.Buffers.Binary;
using System.Text;

namespace PbftReference.TestServer.Protobuf;

/// <summary>The messages that several services share: identifiers of events and streams, positions.</summary>
internal static class SharedMessages
{
    private const uint StructuredUuid = (1 << 3) | ProtoReader.Chunk;
    private const uint TextUuid = (2 << 3) | ProtoReader.Chunk;
    private const uint StreamName = (3 << 3) | ProtoReader.Chunk;

    /// <summary>Reads a UUID in either form.</summary>
    /// <exception cref="MalformedMessageException">It has neither form, or its text is no UUID.</exception>
    public static Guid ReadUuid(ReadOnlySpan<byte> bytes)
    {
        Guid? read = null;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case StructuredUuid: read = ReadHalves(reader.Bytes()); break;
                case TextUuid:
                    var text = reader.Text();
                    read = Guid.TryParseExact(text, "D", out var parsed) ? parsed : throw new MalformedMessageException($"'{text}' is no UUID");
                    break;
                default: reader.Skip(); break;
            }
        }

        return read ?? throw new MalformedMessageException("a UUID has neither form");
    }

    /// <summary>Writes a UUID as two numbers.</summary>
    public static void WriteStructured(ProtoWriter to, Guid id) => to.Message(1, halves =>
    {
        var bytes = id.ToByteArray(bigEndian: true);
        halves.Number(1, BinaryPrimitives.ReadUInt64BigEndian(bytes)).Number(2, BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)));
    });

    /// <summary>Writes a UUID as a text.</summary>
    public static void WriteText(ProtoWriter to, Guid id) => to.SetText(2, id.ToString("D"));

    /// <summary>Reads the name in a StreamIdentifier; empty where there is none.</summary>
    public static string ReadStream(ReadOnlySpan<byte> bytes)
    {
        var name = "";
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            if (reader.Tag == StreamName) name = Encoding.UTF8.GetString(reader.Bytes());
            else reader.Skip();
        }

        return name;
    }

    /// <summary>Writes a StreamIdentifier.</summary>
    public static void WriteStream(ProtoWriter to, string stream) => to.Text(3, stream);

    /// <summary>Writes a position whose halves are equal, as they are for all that is written here.</summary>
    public static void WritePosition(ProtoWriter to, long position) => to.Number(1, (ulong)position).Number(2, (ulong)position);

    private static Guid ReadHalves(ReadOnlySpan<byte> bytes)
    {
        Span<byte> halves = stackalloc byte[16];
        halves.Clear();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case 1 << 3: BinaryPrimitives.WriteUInt64BigEndian(halves, reader.Varint()); break;
                case 2 << 3: BinaryPrimitives.WriteUInt64BigEndian(halves[8..], reader.Varint()); break;
                default: reader.Skip(); break;
            }
        }

        return new Guid(halves, bigEndian: true);
    }
}
