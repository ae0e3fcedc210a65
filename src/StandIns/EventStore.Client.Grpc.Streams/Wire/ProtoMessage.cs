using System.Text;

namespace EventStore.Client;

/// <summary>
/// A received protobuf message: its numbers and bytes by field, in order. A field of another type than asked for is as absent as an
/// unknown one; of a field that occurs more than once, the last counts.
/// </summary>
internal sealed class ProtoMessage
{
    private const int NumberType = 0;
    private const int BytesType = 2;

    private readonly List<(uint Tag, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public ProtoMessage(ReadOnlyMemory<byte> message)
    {
        for (var reader = new ProtoReader(message); !reader.IsAtEnd;)
        {
            var tag = reader.Tag();
            switch (tag & 7)
            {
                case NumberType:
                    _fields.Add((tag, reader.Number(), default));
                    break;
                case BytesType:
                    _fields.Add((tag, 0, reader.Bytes()));
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
    }

    /// <summary>Which of some fields is the last: the case of a oneof.</summary>
    /// <param name="tags">As of <see cref="Number(uint)"/> and <see cref="Bytes"/> of the fields, see <see cref="NumberTag"/>.</param>
    public uint Case(params ReadOnlySpan<uint> tags)
    {
        for (var i = _fields.Count - 1; i >= 0; i--)
        {
            if (tags.Contains(_fields[i].Tag))
            {
                return _fields[i].Tag >> 3;
            }
        }

        return 0;
    }

    public static uint NumberTag(uint field) => (field << 3) | NumberType;

    public static uint BytesTag(uint field) => (field << 3) | BytesType;

    /// <summary>A number, or null: within a oneof, an absent number is no zero.</summary>
    public ulong? Number(uint field) => Find(NumberTag(field)) is >= 0 and var index ? _fields[index].Number : null;

    // Null alone would be taken for an empty memory.
    public ReadOnlyMemory<byte>? Bytes(uint field) =>
        Find(BytesTag(field)) is >= 0 and var index ? _fields[index].Bytes : (ReadOnlyMemory<byte>?)null;

    public string Text(uint field) => Encoding.UTF8.GetString((Bytes(field) ?? default).Span);

    public ProtoMessage? Message(uint field) => Bytes(field) is { } bytes ? new ProtoMessage(bytes) : null;

    public IEnumerable<ProtoMessage> Messages(uint field) =>
        _fields.Where(entry => entry.Tag == BytesTag(field)).Select(entry => new ProtoMessage(entry.Bytes));

    private int Find(uint tag) => _fields.FindLastIndex(entry => entry.Tag == tag);
}
