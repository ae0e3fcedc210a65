using System.Globalization;

namespace PbftReference.Core.Types;

/// <summary>A client's identity (paper section 4.1, the letter c).</summary>
/// <param name="Value">Any non-negative number.</param>
public readonly record struct ClientId(long Value) : IComparable<ClientId>
{
    /// <inheritdoc/>
    public int CompareTo(ClientId other) => Value.CompareTo(other.Value);

    /// <summary>The plain number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(ClientId left, ClientId right) => left.Value < right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(ClientId left, ClientId right) => left.Value > right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(ClientId left, ClientId right) => left.Value <= right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(ClientId left, ClientId right) => left.Value >= right.Value;
}
