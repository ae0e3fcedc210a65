using System.Buffers.Binary;

namespace PbftReference.Core.Types;

/// <summary>
/// The canonical binary encoding: big-endian numbers of fixed width, byte strings behind a 32-bit length. Equal values have equal
/// bytes and unequal values unequal bytes, so it serves digests, signatures and the wire.
/// </summary>
public sealed class CanonicalWriter
{
    private byte[] _buffer = new byte[256];
    private int _length;

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Number of bytes written.</summary>
    public int Length => _length;

    /// <summary>Forgets what has been written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>A copy of what has been written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <summary>SHA-256 of what has been written.</summary>
    public Digest ToDigest() => Types.Digest.Of(Written);

    /// <summary>One byte.</summary>
    public CanonicalWriter Byte(byte value)
    {
        Reserve(1)[0] = value;
        return this;
    }

    /// <summary>A truth value: 0 or 1.</summary>
    public CanonicalWriter Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A 32-bit number.</summary>
    public CanonicalWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);
        return this;
    }

    /// <summary>A 64-bit number.</summary>
    public CanonicalWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);
        return this;
    }

    /// <summary>An unsigned 64-bit number.</summary>
    public CanonicalWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);
        return this;
    }

    /// <summary>A digest, 32 bytes.</summary>
    public CanonicalWriter Digest(Digest value)
    {
        value.CopyTo(Reserve(Types.Digest.Size));
        return this;
    }

    /// <summary>A byte string behind its length.</summary>
    public CanonicalWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Reserve(value.Length));
        return this;
    }

    /// <summary>Text as UTF-8 behind its length.</summary>
    public CanonicalWriter Text(string value)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(value);
        Int32(length);
        System.Text.Encoding.UTF8.GetBytes(value, Reserve(length));
        return this;
    }

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }
}
