using System.Text;

namespace EventStore.Client;

/// <summary>Writes protobuf fields one after the other into a buffer that grows.</summary>
internal sealed class ProtoWriter
{
    private const int VarintType = 0;
    private const int LengthDelimitedType = 2;

    private byte[] _buffer = new byte[256];
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Writes a number, zero included: within a oneof, a number that is not written is another case.</summary>
    public void Number(int field, ulong value)
    {
        Tag(field, VarintType);
        Varint(value);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimitedType);
        Varint((ulong)value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Empty(int field) => Bytes(field, []);

    /// <summary>Writes a nested message: its fields first, then its length in front of them.</summary>
    public void Message(int field, Action<ProtoWriter> fields)
    {
        Tag(field, LengthDelimitedType);
        var start = _length;
        fields(this);
        var length = _length - start;
        var prefix = VarintLength((ulong)length);
        Take(prefix);
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(start + prefix));
        _length = start;
        Varint((ulong)length);
        _length += length;
    }

    /// <summary>Writes bytes that are not a field: a message's frame.</summary>
    public Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    /// <summary>The bytes written since a length.</summary>
    public Span<byte> Since(int start) => _buffer.AsSpan(start, _length - start);

    private static int VarintLength(ulong value) => value < 0x80 ? 1 : 1 + VarintLength(value >> 7);

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Take(1)[0] = (byte)(value | 0x80);
        }

        Take(1)[0] = (byte)value;
    }
}
