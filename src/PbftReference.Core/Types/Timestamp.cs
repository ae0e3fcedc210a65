using System.Globalization;

namespace PbftReference.Core.Types;

/// <summary>A client's request number (paper section 4.1, the letter t): 1, 2, 3, ... per client, each used once.</summary>
/// <param name="Value">1 and up.</param>
public readonly record struct Timestamp(long Value) : IComparable<Timestamp>
{
    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Value.CompareTo(other.Value);

    /// <summary>The plain number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The timestamp after this one.</summary>
    public Timestamp Next => new(Value + 1);

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Value < right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Value > right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Value <= right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Value >= right.Value;
}
