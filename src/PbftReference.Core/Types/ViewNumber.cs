using System.Globalization;

namespace PbftReference.Core.Types;

/// <summary>A view (paper section 4, the letter v): the configuration in which replica v mod n is the primary.</summary>
/// <param name="Value">0 and up.</param>
public readonly record struct ViewNumber(long Value) : IComparable<ViewNumber>
{
    /// <inheritdoc/>
    public int CompareTo(ViewNumber other) => Value.CompareTo(other.Value);

    /// <summary>The plain number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The view after this one.</summary>
    public ViewNumber Next => new(Value + 1);

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(ViewNumber left, ViewNumber right) => left.Value < right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(ViewNumber left, ViewNumber right) => left.Value > right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(ViewNumber left, ViewNumber right) => left.Value <= right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(ViewNumber left, ViewNumber right) => left.Value >= right.Value;
}
