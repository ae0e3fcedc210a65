using System.Globalization;

namespace EventStore.Client;

/// <summary>The revision of the last event of a stream, as expected or answered by a write.</summary>
/// <remarks>0 to <see cref="long.MaxValue"/>, or the special value <see cref="None"/>.</remarks>
public readonly record struct StreamRevision : IComparable<StreamRevision>
{
    /// <summary>No revision: the stream has no event.</summary>
    public static readonly StreamRevision None = new(ulong.MaxValue);

    private readonly ulong _value;

    /// <summary>Makes a value.</summary>
    /// <param name="value">0 to <see cref="long.MaxValue"/>, or <see cref="ulong.MaxValue"/> for <see cref="None"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is neither.</exception>
    public StreamRevision(ulong value)
    {
        if (value is > long.MaxValue and not ulong.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "At most 9223372036854775807, or 18446744073709551615 for None.");
        }

        _value = value;
    }

    /// <summary>Makes a value from its signed form.</summary>
    /// <param name="value">-1 for <see cref="None"/>, or 0 and more.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OverflowException">It is less than -1.</exception>
    public static StreamRevision FromInt64(long value) => value == -1 ? None : new StreamRevision(checked((ulong)value));

    /// <summary>Takes over the number of a <see cref="StreamPosition"/>.</summary>
    /// <param name="position">A number, not the special value.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is the special value.</exception>
    public static StreamRevision FromStreamPosition(StreamPosition position) => position.ToUInt64() == ulong.MaxValue
        ? throw new ArgumentOutOfRangeException(nameof(position), "The special value has no number.")
        : new StreamRevision(position.ToUInt64());

    /// <summary>The next value.</summary>
    /// <returns>One more.</returns>
    /// <exception cref="OverflowException">This is the special value.</exception>
    public StreamRevision Next() => this + 1;

    /// <summary>The signed form.</summary>
    /// <returns>-1 for <see cref="None"/>, or 0 and more.</returns>
    public long ToInt64() => _value == ulong.MaxValue ? -1 : (long)_value;

    /// <summary>The number.</summary>
    /// <returns><see cref="ulong.MaxValue"/> for <see cref="None"/>.</returns>
    public ulong ToUInt64() => _value;

    /// <inheritdoc/>
    public int CompareTo(StreamRevision other) => _value.CompareTo(other._value);

    /// <summary>The number in decimal digits, or <c>None</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _value == ulong.MaxValue ? nameof(None) : _value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Moves forward; the sum must be a valid value.</summary>
    public static StreamRevision operator +(StreamRevision left, ulong right) => new(checked(left._value + right));

    /// <summary>Moves back; the difference must be a valid value.</summary>
    public static StreamRevision operator -(StreamRevision left, ulong right) => new(checked(left._value - right));

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator <(StreamRevision left, StreamRevision right) => left._value < right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator >(StreamRevision left, StreamRevision right) => left._value > right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator <=(StreamRevision left, StreamRevision right) => left._value <= right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator >=(StreamRevision left, StreamRevision right) => left._value >= right._value;

    /// <summary>The number.</summary>
    public static implicit operator ulong(StreamRevision value) => value._value;

    /// <summary>The value of a number.</summary>
    public static implicit operator StreamRevision(ulong value) => new(value);
}
