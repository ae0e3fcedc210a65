using System.Buffers;
using System.Text;

namespace PbftReference.TestServer.Protobuf;

/// <summary>Writes the fields of one message. The members named Set write a value even where it is zero, as members of a oneof need it.</summary>
internal sealed class ProtoWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(128);

    /// <summary>What was written so far.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>An integer; nothing is written for zero.</summary>
    public ProtoWriter Number(uint field, ulong value) => value == 0 ? this : SetNumber(field, value);

    /// <summary>An integer of a oneof.</summary>
    public ProtoWriter SetNumber(uint field, ulong value)
    {
        Varint(ProtoReader.TagOf(field, ProtoReader.Number));
        Varint(value);
        return this;
    }

    /// <summary>Bytes; nothing is written where there are none.</summary>
    public ProtoWriter Bytes(uint field, ReadOnlySpan<byte> value) => value.IsEmpty ? this : SetBytes(field, value);

    /// <summary>A text; nothing is written where it is empty.</summary>
    public ProtoWriter Text(uint field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A text of a oneof.</summary>
    public ProtoWriter SetText(uint field, string value) => SetBytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message without content, of a oneof.</summary>
    public ProtoWriter SetEmpty(uint field) => SetBytes(field, []);

    /// <summary>A nested message, also where it stays empty.</summary>
    public ProtoWriter Message(uint field, Action<ProtoWriter> write)
    {
        var nested = new ProtoWriter();
        write(nested);
        return SetBytes(field, nested.Written.Span);
    }

    private ProtoWriter SetBytes(uint field, ReadOnlySpan<byte> value)
    {
        Varint(ProtoReader.TagOf(field, ProtoReader.Chunk));
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Varint(ulong value)
    {
        var to = _bytes.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            to[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
