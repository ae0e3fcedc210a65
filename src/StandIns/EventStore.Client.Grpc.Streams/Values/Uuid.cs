using System.Buffers.Binary;

namespace EventStore.Client;

/// <summary>A universally unique identifier, in the byte order of its text.</summary>
public readonly record struct Uuid
{
    /// <summary>All zeros.</summary>
    public static readonly Uuid Empty;

    private readonly Guid _value;

    private Uuid(Guid value) => _value = value;

    /// <summary>Makes a random identifier.</summary>
    /// <returns>The identifier.</returns>
    public static Uuid NewUuid() => new(Guid.NewGuid());

    /// <summary>Takes the identifier with the same text as a <see cref="Guid"/>.</summary>
    /// <param name="value">Any value.</param>
    /// <returns>The identifier.</returns>
    public static Uuid FromGuid(Guid value) => new(value);

    /// <summary>Reads the text of an identifier.</summary>
    /// <param name="value">Any format that <see cref="Guid.Parse(string)"/> reads.</param>
    /// <returns>The identifier.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    /// <exception cref="FormatException">It is not the text of an identifier.</exception>
    public static Uuid Parse(string value) => new(Guid.Parse(value));

    /// <summary>Puts an identifier together from its halves.</summary>
    /// <param name="msb">The first eight bytes of the text, big-endian.</param>
    /// <param name="lsb">The last eight bytes of the text, big-endian.</param>
    /// <returns>The identifier.</returns>
    public static Uuid FromInt64(long msb, long lsb)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, msb);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], lsb);
        return new Uuid(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The <see cref="Guid"/> with the same text.</summary>
    /// <returns>The value.</returns>
    public Guid ToGuid() => _value;

    /// <summary>The text: 32 hexadecimal digits and four hyphens.</summary>
    /// <returns>For example <c>e5f4fb82-f6e1-59aa-acb8-cafefab4a329</c>.</returns>
    public override string ToString() => _value.ToString();

    /// <summary>The text in a format of <see cref="Guid"/>.</summary>
    /// <param name="format">N, D, B, P or X.</param>
    /// <returns>The text.</returns>
    /// <exception cref="FormatException">There is no such format.</exception>
    public string ToString(string format) => _value.ToString(format);
}
