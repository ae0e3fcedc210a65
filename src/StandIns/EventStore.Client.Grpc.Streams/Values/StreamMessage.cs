namespace EventStore.Client;

/// <summary>A message of a read or of a subscription.</summary>
public abstract record StreamMessage
{
    /// <summary>An event.</summary>
    /// <param name="ResolvedEvent">The event.</param>
    public record Event(ResolvedEvent ResolvedEvent) : StreamMessage;

    /// <summary>The stream that was to be read is not there.</summary>
    public record NotFound : StreamMessage
    {
        internal static readonly NotFound Instance = new();
    }

    /// <summary>The stream that is read is there; first of a read's messages.</summary>
    public record Ok : StreamMessage
    {
        internal static readonly Ok Instance = new();
    }

    /// <summary>The first place of the stream that can be read.</summary>
    /// <param name="StreamPosition">The place.</param>
    public record FirstStreamPosition(StreamPosition StreamPosition) : StreamMessage;

    /// <summary>The place of the last event of the stream.</summary>
    /// <param name="StreamPosition">The place.</param>
    public record LastStreamPosition(StreamPosition StreamPosition) : StreamMessage;

    /// <summary>The subscription is accepted; first of its messages.</summary>
    /// <param name="SubscriptionId">The server's name for it.</param>
    public record SubscriptionConfirmation(string SubscriptionId) : StreamMessage;

    /// <summary>The subscription has given all events there were: what follows is new.</summary>
    public record CaughtUp : StreamMessage
    {
        internal static readonly CaughtUp Instance = new();
    }

    /// <summary>The subscription cannot keep up with new events, and reads them from the store again.</summary>
    public record FellBehind : StreamMessage
    {
        internal static readonly FellBehind Instance = new();
    }

    /// <summary>A message of a kind that is not known here.</summary>
    public record Unknown : StreamMessage
    {
        internal static readonly Unknown Instance = new();
    }
}
