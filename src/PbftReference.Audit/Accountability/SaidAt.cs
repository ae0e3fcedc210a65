namespace PbftReference.Audit.Accountability;

/// <summary>
/// Where a statement stands in the logs. The order is that of the logs one after the other, whatever the order in which they are read: of several
/// proofs against a replica the first counts.
/// </summary>
/// <param name="Log">The replica whose log it is.</param>
/// <param name="Revision">The record.</param>
/// <param name="Part">Which of the statements in the record's message, from 0.</param>
public readonly record struct SaidAt(int Log, long Revision, int Part) : IComparable<SaidAt>
{
    /// <inheritdoc/>
    public int CompareTo(SaidAt other) => (Log, Revision, Part).CompareTo((other.Log, other.Revision, other.Part));

    /// <summary>Whether it stands before another.</summary>
    public static bool operator <(SaidAt left, SaidAt right) => left.CompareTo(right) < 0;

    /// <summary>Whether it stands behind another.</summary>
    public static bool operator >(SaidAt left, SaidAt right) => left.CompareTo(right) > 0;

    /// <summary>Whether it does not stand behind another.</summary>
    public static bool operator <=(SaidAt left, SaidAt right) => left.CompareTo(right) <= 0;

    /// <summary>Whether it does not stand before another.</summary>
    public static bool operator >=(SaidAt left, SaidAt right) => left.CompareTo(right) >= 0;
}
