using System.Globalization;

namespace PbftReference.Core.Types;

/// <summary>A sequence number (paper section 4.2, the letter n): the place of a batch in the total order. 0 is the start, before any.</summary>
/// <param name="Value">0 and up.</param>
public readonly record struct SequenceNumber(long Value) : IComparable<SequenceNumber>
{
    /// <inheritdoc/>
    public int CompareTo(SequenceNumber other) => Value.CompareTo(other.Value);

    /// <summary>The plain number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The sequence number after this one.</summary>
    public SequenceNumber Next => new(Value + 1);

    /// <summary>This number moved by an offset.</summary>
    public static SequenceNumber operator +(SequenceNumber left, long right) => new(left.Value + right);

    /// <summary>The distance between two numbers.</summary>
    public static long operator -(SequenceNumber left, SequenceNumber right) => left.Value - right.Value;

    /// <summary>This number moved by an offset.</summary>
    public SequenceNumber Add(long offset) => this + offset;

    /// <summary>The distance to another number.</summary>
    public long Subtract(SequenceNumber other) => this - other;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(SequenceNumber left, SequenceNumber right) => left.Value < right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(SequenceNumber left, SequenceNumber right) => left.Value > right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(SequenceNumber left, SequenceNumber right) => left.Value <= right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(SequenceNumber left, SequenceNumber right) => left.Value >= right.Value;
}
