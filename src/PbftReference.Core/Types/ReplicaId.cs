using System.Globalization;

namespace PbftReference.Core.Types;

/// <summary>A replica's identity, 0 to n-1 (paper section 4, the letter i).</summary>
/// <param name="Value">0 to n-1.</param>
public readonly record struct ReplicaId(int Value) : IComparable<ReplicaId>
{
    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    /// <summary>The plain number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Order of the numbers.</summary>
    public static bool operator <(ReplicaId left, ReplicaId right) => left.Value < right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >(ReplicaId left, ReplicaId right) => left.Value > right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator <=(ReplicaId left, ReplicaId right) => left.Value <= right.Value;

    /// <summary>Order of the numbers.</summary>
    public static bool operator >=(ReplicaId left, ReplicaId right) => left.Value >= right.Value;
}
