using static EventStore.Client.ProtoMessage;

namespace EventStore.Client;

/// <summary>The messages of a read or a subscription.</summary>
internal static class ReadResponse
{
    /// <exception cref="InvalidDataException">The bytes are no such message.</exception>
    public static StreamMessage Decode(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtoMessage(bytes);
        var content = message.Case(
            BytesTag(1), BytesTag(2), BytesTag(3), BytesTag(4), NumberTag(5), NumberTag(6), BytesTag(7), BytesTag(8), BytesTag(9));
        return content switch
        {
            1 => new StreamMessage.Event(Event(message.Message(1)!)),
            2 => new StreamMessage.SubscriptionConfirmation(message.Message(2)!.Text(1)),
            4 => StreamMessage.NotFound.Instance,
            5 => new StreamMessage.FirstStreamPosition(Place.Stream(message.Number(5))),
            6 => new StreamMessage.LastStreamPosition(Place.Stream(message.Number(6))),
            8 => StreamMessage.CaughtUp.Instance,
            9 => StreamMessage.FellBehind.Instance,
            _ => StreamMessage.Unknown.Instance,
        };
    }

    // A link whose event is gone stands alone; the package gives null for the event then.
    private static ResolvedEvent Event(ProtoMessage read)
    {
        var (@event, link) = (Recorded(read.Message(1)), Recorded(read.Message(2)));
        if ((link ?? @event) is not { } original)
        {
            throw new InvalidDataException("A read gave neither an event nor a link.");
        }

        return read.Number(3) is { } commit
            ? new ResolvedEvent(@event!, link, Place.Position(commit, original.Position.PreparePosition).CommitPosition)
            : new ResolvedEvent(@event!, link, null);
    }

    private static EventRecord? Recorded(ProtoMessage? recorded)
    {
        if (recorded is null)
        {
            return null;
        }

        var system = new Dictionary<string, string>(3);
        foreach (var entry in recorded.Messages(6))
        {
            system[entry.Text(1)] = entry.Text(2);
        }

        try
        {
            return new EventRecord(
                recorded.Message(2)?.Text(3) ?? "",
                Id(recorded.Message(1)),
                Place.Stream(recorded.Number(3)),
                Place.Position(recorded.Number(5) ?? 0, recorded.Number(4) ?? 0),
                system,
                recorded.Bytes(8) ?? default,
                recorded.Bytes(7) ?? default);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("An event's id, type, content type or time is missing or cannot be read.", exception);
        }
    }

    private static Uuid Id(ProtoMessage? id) => id?.Case(BytesTag(1), BytesTag(2)) switch
    {
        1 when id.Message(1) is { } halves => Uuid.FromInt64(
            unchecked((long)(halves.Number(1) ?? 0)), unchecked((long)(halves.Number(2) ?? 0))),
        2 => Uuid.Parse(id.Text(2)),
        _ => throw new InvalidDataException("An event has no id."),
    };
}
