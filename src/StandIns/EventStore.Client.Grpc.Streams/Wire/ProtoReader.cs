namespace EventStore.Client;

/// <summary>Reads numbers and lengths off received bytes. Nothing outside of them is read, whatever they claim.</summary>
internal struct ProtoReader(ReadOnlyMemory<byte> bytes)
{
    private const int MaxGroupDepth = 32;

    private ReadOnlyMemory<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>A field's number and type.</summary>
    /// <exception cref="InvalidDataException">No field has such a number.</exception>
    public uint Tag() =>
        Number() is >= 8 and <= uint.MaxValue and var tag ? (uint)tag : throw new InvalidDataException("No field has such a number.");

    /// <exception cref="InvalidDataException">The number has more than 64 bits, or the bytes end within it.</exception>
    public ulong Number()
    {
        ulong value = 0;
        var bytes = _rest.Span;
        for (var i = 0; i < bytes.Length; i++)
        {
            // The tenth byte holds the topmost of 64 bits.
            if (i == 9 && bytes[i] > 1)
            {
                throw new InvalidDataException("A number has more than 64 bits.");
            }

            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("The message ends within a number.");
    }

    /// <exception cref="InvalidDataException">The field is longer than the bytes that are left.</exception>
    public ReadOnlyMemory<byte> Bytes() => Take(Number());

    /// <summary>Reads over a value that is neither a number nor bytes.</summary>
    /// <exception cref="InvalidDataException">There is no such type, or the bytes end within the value.</exception>
    public void Skip(uint tag, int depth = 0)
    {
        switch (tag & 7)
        {
            case 0:
                Number();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Bytes();
                break;
            case 3 when depth < MaxGroupDepth:
                SkipGroup(tag, depth + 1);
                break;
            case 5:
                Take(4);
                break;
            default:
                throw new InvalidDataException($"A field of type {tag & 7} cannot stand here.");
        }
    }

    private void SkipGroup(uint start, int depth)
    {
        for (var tag = Tag(); tag != start + 1; tag = Tag())
        {
            Skip(tag, depth);
        }
    }

    private ReadOnlyMemory<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new InvalidDataException($"A field of {count} bytes is longer than the {_rest.Length} bytes that are left.");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
