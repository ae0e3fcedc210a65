namespace EventStore.Client;

/// <summary>Where a subscription to a stream begins.</summary>
public readonly record struct FromStream
{
    /// <summary>With the first event.</summary>
    public static readonly FromStream Start;

    /// <summary>With the first event written after the subscription is confirmed.</summary>
    public static readonly FromStream End = new(StreamPosition.End);

    private readonly StreamPosition? _value;

    private FromStream(StreamPosition? value) => _value = value;

    /// <summary>With the event behind a place.</summary>
    /// <param name="streamPosition">The last place that is not wanted.</param>
    /// <returns>The beginning.</returns>
    /// <exception cref="ArgumentException">It is <see cref="StreamPosition.End"/>; use <see cref="End"/>.</exception>
    public static FromStream After(StreamPosition streamPosition) => streamPosition == StreamPosition.End
        ? throw new ArgumentException($"Use {nameof(FromStream)}.{nameof(End)}.", nameof(streamPosition))
        : new FromStream(streamPosition);

    /// <summary>The place behind which it begins.</summary>
    /// <returns>The number; <see cref="ulong.MaxValue"/> for <see cref="End"/>.</returns>
    /// <exception cref="InvalidOperationException">It is <see cref="Start"/>.</exception>
    public ulong ToUInt64() => _value?.ToUInt64() ?? throw new InvalidOperationException("The start is behind no event.");

    /// <summary>The number, <c>Start</c> or <c>Live</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _value is null ? nameof(Start) : this == End ? "Live" : _value.Value.ToString();
}
