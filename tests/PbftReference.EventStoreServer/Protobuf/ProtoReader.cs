using System.Text;

namespace PbftReference.TestServer.Protobuf;

/// <summary>Reads the fields of one message in order. What does not fit into the bytes is a <see cref="MalformedMessageException"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Wire type of integers.</summary>
    public const uint Number = 0;

    /// <summary>Wire type of texts, bytes and nested messages.</summary>
    public const uint Chunk = 2;

    private const int MaxNesting = 64;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The tag of the field last read: its number times 8, plus the wire type.</summary>
    public uint Tag { get; private set; }

    /// <summary>The tag of a field, to compare <see cref="Tag"/> with.</summary>
    public static uint TagOf(uint field, uint wireType) => (field << 3) | wireType;

    /// <summary>Goes to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;

        var tag = Varint();
        if (tag >> 3 is 0 or > 0x1FFFFFFF) throw new MalformedMessageException($"no field has the tag {tag}");
        Tag = (uint)tag;
        return true;
    }

    /// <summary>The value of an integer field.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var i = 0; i < 10; i++)
        {
            if (i >= _rest.Length) throw new MalformedMessageException("a varint has no end");

            var part = _rest[i];
            if (i == 9 && part > 1) throw new MalformedMessageException("a varint has more than 64 bits");
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;

            _rest = _rest[(i + 1)..];
            return value;
        }

        throw new MalformedMessageException("a varint has more than 10 bytes");
    }

    /// <summary>The bytes of a text, bytes or message field.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Varint());

    /// <summary>A text field; what is no UTF-8 becomes replacement characters.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Passes over the value of a field that nobody here knows.</summary>
    public void Skip() => Skip(Tag, 0);

    private void Skip(uint tag, int depth)
    {
        switch (tag & 7)
        {
            case Number: Varint(); break;
            case 1: Take(8); break;
            case Chunk: Bytes(); break;
            case 3: SkipGroup(tag >> 3, depth + 1); break;
            case 5: Take(4); break;
            default: throw new MalformedMessageException($"wire type {tag & 7} begins no value");
        }
    }

    private void SkipGroup(uint field, int depth)
    {
        if (depth > MaxNesting) throw new MalformedMessageException("groups are nested too deep");

        while (true)
        {
            if (!Next()) throw new MalformedMessageException("a group has no end");
            if ((Tag & 7) != 4) Skip(Tag, depth);
            else if (Tag >> 3 == field) return;
            else throw new MalformedMessageException("a group ends that did not begin");
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length) throw new MalformedMessageException($"{length} bytes are announced where {_rest.Length} follow");

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }
}
