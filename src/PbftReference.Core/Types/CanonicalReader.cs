using System.Buffers.Binary;

namespace PbftReference.Core.Types;

/// <summary>Reads what <see cref="CanonicalWriter"/> wrote, within the bounds of its bytes; every fault is an <see cref="InvalidDataException"/>.</summary>
public ref struct CanonicalReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    /// <summary>Starts at the first byte.</summary>
    public CanonicalReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _position = 0;
    }

    /// <summary>Where the next value starts.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>A truth value; anything but 0 and 1 is a fault.</summary>
    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw Fault($"a truth value is 0 or 1, not {other}"),
    };

    /// <summary>A 32-bit number.</summary>
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>A 64-bit number.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>An unsigned 64-bit number.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>A digest.</summary>
    public Digest Digest() => new(Take(Types.Digest.Size));

    /// <summary>A byte string.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Count(1));

    /// <summary>Text in UTF-8.</summary>
    public string Text() => System.Text.Encoding.UTF8.GetString(Bytes());

    /// <summary>A number of items, each of at least <paramref name="itemBytes"/> bytes, that can still follow.</summary>
    public int Count(int itemBytes)
    {
        var count = Int32();
        if (count < 0 || (long)count * itemBytes > Remaining)
        {
            throw Fault($"{count} items of at least {itemBytes} bytes do not fit in the {Remaining} bytes left");
        }

        return count;
    }

    /// <summary>Requires that nothing is left.</summary>
    public readonly void End()
    {
        if (Remaining != 0) throw Fault($"{Remaining} bytes follow the end");
    }

    /// <summary>A fault at this position.</summary>
    public readonly InvalidDataException Fault(string what) => new($"at byte {_position}: {what}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining) throw Fault($"{count} bytes are wanted and {Remaining} are left");
        var span = _bytes.Slice(_position, count);
        _position += count;
        return span;
    }
}
