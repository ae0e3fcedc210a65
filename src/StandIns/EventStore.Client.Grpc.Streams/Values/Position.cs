namespace EventStore.Client;

/// <summary>A place in the order of all events of a server.</summary>
public readonly record struct Position : IComparable<Position>
{
    /// <summary>Before the first event.</summary>
    public static readonly Position Start;

    /// <summary>Behind the last event.</summary>
    public static readonly Position End = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Where the event was committed.</summary>
    public readonly ulong CommitPosition;

    /// <summary>Where the event was prepared.</summary>
    public readonly ulong PreparePosition;

    /// <summary>Makes a place.</summary>
    /// <param name="commitPosition">
    /// At least <paramref name="preparePosition"/>; at most <see cref="long.MaxValue"/>, or <see cref="ulong.MaxValue"/>.
    /// </param>
    /// <param name="preparePosition">At most <see cref="long.MaxValue"/>, or <see cref="ulong.MaxValue"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Position(ulong commitPosition, ulong preparePosition)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(commitPosition, preparePosition);
        if (commitPosition is > long.MaxValue and not ulong.MaxValue
            || preparePosition is > long.MaxValue and not ulong.MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(commitPosition), commitPosition, "At most 9223372036854775807.");
        }

        CommitPosition = commitPosition;
        PreparePosition = preparePosition;
    }

    /// <inheritdoc/>
    public int CompareTo(Position other) => (CommitPosition, PreparePosition).CompareTo((other.CommitPosition, other.PreparePosition));

    /// <summary>Both numbers.</summary>
    /// <returns>For example <c>C:33281/P:33281</c>.</returns>
    public override string ToString() => $"C:{CommitPosition}/P:{PreparePosition}";

    /// <summary>Compares, by the commit first.</summary>
    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    /// <summary>Compares, by the commit first.</summary>
    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    /// <summary>Compares, by the commit first.</summary>
    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    /// <summary>Compares, by the commit first.</summary>
    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;
}
