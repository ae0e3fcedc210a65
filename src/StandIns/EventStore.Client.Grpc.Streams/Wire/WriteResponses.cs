using static EventStore.Client.ProtoMessage;

namespace EventStore.Client;

/// <summary>The answer to an append.</summary>
/// <param name="Success">Whether the events are there.</param>
/// <param name="Current">The revision of the last event.</param>
/// <param name="Position">The place of the last event written.</param>
/// <param name="ExpectedRevision">The revision that was expected, if it was one.</param>
/// <param name="ExpectedState">The state that was expected, if it was no revision.</param>
internal readonly record struct AppendResponse(
    bool Success, StreamRevision Current, Position Position, StreamRevision? ExpectedRevision, StreamState ExpectedState)
{
    /// <exception cref="InvalidDataException">The bytes are no such answer.</exception>
    public static AppendResponse Decode(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtoMessage(bytes);
        return message.Case(BytesTag(1), BytesTag(2)) switch
        {
            1 => OfSuccess(message.Message(1)!),
            2 => OfFailure(message.Message(2)!),
            _ => throw new InvalidDataException("The answer to an append tells neither success nor failure."),
        };
    }

    private static AppendResponse OfSuccess(ProtoMessage success) =>
        new(true, Place.Revision(success.Number(1)), Place.Position(success.Message(3)), null, default);

    // Fields 1 to 5 say the same in the form of old servers.
    private static AppendResponse OfFailure(ProtoMessage failure)
    {
        var expected = failure.Case(NumberTag(8), BytesTag(9), BytesTag(10), BytesTag(11));
        return new AppendResponse(
            false,
            Place.Revision(failure.Number(6)),
            default,
            expected == 8 ? Place.Revision(failure.Number(8)) : null,
            expected == 10 ? StreamState.StreamExists : expected == 11 ? StreamState.NoStream : StreamState.Any);
    }
}

/// <summary>The answer to a delete or a tombstone.</summary>
internal static class DeleteResponse
{
    /// <exception cref="InvalidDataException">The bytes are no such answer.</exception>
    public static DeleteResult Decode(ReadOnlyMemory<byte> bytes) => new(Place.Position(new ProtoMessage(bytes).Message(1)));
}

/// <summary>Places that a server tells. A number that no place can have is a broken message.</summary>
internal static class Place
{
    public static Position Position(ProtoMessage? place) =>
        place is null ? default : Position(place.Number(1) ?? 0, place.Number(2) ?? 0);

    public static Position Position(ulong commit, ulong prepare) => prepare <= commit && commit <= long.MaxValue
        ? new Position(commit, prepare)
        : throw new InvalidDataException($"No event is committed at {commit} and prepared at {prepare}.");

    public static StreamRevision Revision(ulong? number) => number is null or <= long.MaxValue or ulong.MaxValue
        ? number ?? StreamRevision.None
        : throw new InvalidDataException($"No event has the revision {number}.");

    public static StreamPosition Stream(ulong? number) => new(Revision(number ?? 0).ToUInt64());
}
