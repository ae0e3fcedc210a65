using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PbftReference.Core.Types;

/// <summary>
/// A SHA-256 digest. The all-zero value is <see cref="None"/>: the digest of the null request (paper section 4.4) and the
/// new-view that votes of view 0 name.
/// </summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    // Used again and again: setting one up costs more than hashing a message.
    [ThreadStatic]
    private static IncrementalHash? _ofThread;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes over 32 bytes.</summary>
    /// <param name="bytes">Exactly <see cref="Size"/> bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Digest(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a digest has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>All zeros: stands for "nothing" (the null request; no new-view).</summary>
    public static Digest None => default;

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => (_a | _b | _c | _d) == 0;

    /// <summary>SHA-256 of the bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => Of([], bytes);

    /// <summary>SHA-256 of the bytes behind a prefix.</summary>
    public static Digest Of(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> bytes)
    {
        var hash = _ofThread ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (!prefix.IsEmpty) hash.AppendData(prefix);
        hash.AppendData(bytes);
        Span<byte> digest = stackalloc byte[Size];
        hash.GetHashAndReset(digest);
        return new Digest(digest);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Not 64 hexadecimal digits.</exception>
    public static Digest Parse(string hex)
    {
        if (hex.Length != 2 * Size)
        {
            throw new FormatException($"a digest has {2 * Size} hexadecimal digits, not {hex.Length}");
        }

        return new Digest(Convert.FromHexString(hex));
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The first eight hexadecimal digits, for people; "null" for <see cref="None"/>.</summary>
    public string ToShortString() => IsNone ? "null" : (_a >> 32).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_a;

    /// <inheritdoc/>
    public int CompareTo(Digest other)
    {
        var byA = _a.CompareTo(other._a);
        if (byA != 0) return byA;
        var byB = _b.CompareTo(other._b);
        if (byB != 0) return byB;
        var byC = _c.CompareTo(other._c);
        return byC != 0 ? byC : _d.CompareTo(other._d);
    }

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Different bytes.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>Byte order.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Byte order.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Byte order.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Byte order.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}
