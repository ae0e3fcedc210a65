using System.Globalization;

namespace EventStore.Client;

/// <summary>The place of an event in its stream: its revision.</summary>
/// <remarks>0 to <see cref="long.MaxValue"/>, or the special value <see cref="End"/>.</remarks>
public readonly record struct StreamPosition : IComparable<StreamPosition>
{
    /// <summary>The place of the first event.</summary>
    public static readonly StreamPosition Start = new(0);

    /// <summary>Behind the last event: where a backward read of everything begins.</summary>
    public static readonly StreamPosition End = new(ulong.MaxValue);

    private readonly ulong _value;

    /// <summary>Makes a value.</summary>
    /// <param name="value">0 to <see cref="long.MaxValue"/>, or <see cref="ulong.MaxValue"/> for <see cref="End"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is neither.</exception>
    public StreamPosition(ulong value)
    {
        if (value is > long.MaxValue and not ulong.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "At most 9223372036854775807, or 18446744073709551615 for End.");
        }

        _value = value;
    }

    /// <summary>Makes a value from its signed form.</summary>
    /// <param name="value">-1 for <see cref="End"/>, or 0 and more.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OverflowException">It is less than -1.</exception>
    public static StreamPosition FromInt64(long value) => value == -1 ? End : new StreamPosition(checked((ulong)value));

    /// <summary>Takes over the number of a <see cref="StreamRevision"/>.</summary>
    /// <param name="revision">A number, not the special value.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is the special value.</exception>
    public static StreamPosition FromStreamRevision(StreamRevision revision) => revision.ToUInt64() == ulong.MaxValue
        ? throw new ArgumentOutOfRangeException(nameof(revision), "The special value has no number.")
        : new StreamPosition(revision.ToUInt64());

    /// <summary>The next value.</summary>
    /// <returns>One more.</returns>
    /// <exception cref="OverflowException">This is the special value.</exception>
    public StreamPosition Next() => this + 1;

    /// <summary>The signed form.</summary>
    /// <returns>-1 for <see cref="End"/>, or 0 and more.</returns>
    public long ToInt64() => _value == ulong.MaxValue ? -1 : (long)_value;

    /// <summary>The number.</summary>
    /// <returns><see cref="ulong.MaxValue"/> for <see cref="End"/>.</returns>
    public ulong ToUInt64() => _value;

    /// <inheritdoc/>
    public int CompareTo(StreamPosition other) => _value.CompareTo(other._value);

    /// <summary>The number in decimal digits, or <c>End</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _value == ulong.MaxValue ? nameof(End) : _value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Moves forward; the sum must be a valid value.</summary>
    public static StreamPosition operator +(StreamPosition left, ulong right) => new(checked(left._value + right));

    /// <summary>Moves back; the difference must be a valid value.</summary>
    public static StreamPosition operator -(StreamPosition left, ulong right) => new(checked(left._value - right));

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator <(StreamPosition left, StreamPosition right) => left._value < right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator >(StreamPosition left, StreamPosition right) => left._value > right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator <=(StreamPosition left, StreamPosition right) => left._value <= right._value;

    /// <summary>Compares; the special value is greater than every number.</summary>
    public static bool operator >=(StreamPosition left, StreamPosition right) => left._value >= right._value;

    /// <summary>The number.</summary>
    public static implicit operator ulong(StreamPosition value) => value._value;

    /// <summary>The value of a number.</summary>
    public static implicit operator StreamPosition(ulong value) => new(value);
}
