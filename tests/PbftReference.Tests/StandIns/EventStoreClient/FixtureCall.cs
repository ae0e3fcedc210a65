using EventStore.Client;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Makes recorded requests again, by the client's API.</summary>
internal static class FixtureCall
{
    private static readonly EventData Substitute = new(Uuid.NewUuid(), "t", "{}"u8.ToArray());

    /// <summary>The credentials of a request, if the API can carry them.</summary>
    public static UserCredentials? Credentials(FixtureStep step)
    {
        switch (step.RequestHeaders.GetValueOrDefault("authorization")?.Split(' '))
        {
            case ["Bearer", var token]:
                return new UserCredentials(token);
            case ["Basic", var code] when Convert.TryFromBase64String(code, new byte[code.Length], out _):
                var pair = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(code)).Split(':');
                return new UserCredentials(pair[0], pair[1]);
            default:
                return null;
        }
    }

    public static Task<IWriteResult> Append(EventStoreClient client, FixtureStep step, UserCredentials? credentials)
    {
        var requests = step.RequestFrames.Select(ProtoTree.Parse).ToList();
        var options = requests.FirstOrDefault()?.Message(1);
        var stream = options?.Message(1)?.Text(3) is { Length: > 0 } name ? name : "s";
        var proposed = requests.Skip(1).Select(request => request.Message(2)).ToList();
        var events = proposed.TrueForAll(IsEvent) ? proposed.Select(Event) : [Substitute];
        return Expected(options) is ulong revision
            ? client.AppendToStreamAsync(stream, new StreamRevision(revision), events, userCredentials: credentials)
            : client.AppendToStreamAsync(stream, Expected(options) as StreamState? ?? StreamState.Any, events, userCredentials: credentials);
    }

    public static Task<DeleteResult> Delete(EventStoreClient client, FixtureStep step, UserCredentials? credentials)
    {
        var options = ProtoTree.Parse(step.RequestFrames[0]).Message(1)!;
        var stream = options.Message(1)!.Text(3)!;
        return (step.Method, Expected(options)) switch
        {
            ("Delete", ulong revision) => client.DeleteAsync(stream, new StreamRevision(revision), userCredentials: credentials),
            ("Delete", var state) => client.DeleteAsync(stream, state as StreamState? ?? StreamState.Any, userCredentials: credentials),
            (_, ulong revision) => client.TombstoneAsync(stream, new StreamRevision(revision), userCredentials: credentials),
            (_, var state) => client.TombstoneAsync(stream, state as StreamState? ?? StreamState.Any, userCredentials: credentials),
        };
    }

    public static EventStoreClient.ReadStreamResult Read(EventStoreClient client, FixtureStep step, UserCredentials? credentials)
    {
        var (stream, from) = Target(step);
        var count = step.Options?.Number(5) is > 0 and var number ? (long)number : 1;
        return client.ReadStreamAsync(
            step.Options?.Number(3) == 1 ? Direction.Backwards : Direction.Forwards, stream, from ?? StreamPosition.Start, count, userCredentials: credentials);
    }

    public static EventStoreClient.StreamSubscriptionResult Subscribe(EventStoreClient client, FixtureStep step, UserCredentials? credentials)
    {
        var (stream, from) = Target(step);
        var start = from is null ? FromStream.Start : from == StreamPosition.End ? FromStream.End : FromStream.After(from.Value);
        return client.SubscribeToStream(stream, start, userCredentials: credentials);
    }

    private static (string Stream, StreamPosition? From) Target(FixtureStep step)
    {
        var target = step.Options?.Message(1);
        return (target?.Message(1)?.Text(3) ?? "", target?.Message(4) is not null ? StreamPosition.End : target?.Number(2) is { } revision ? revision : null);
    }

    private static object? Expected(ProtoTree? options) => options?.Fields[^1] switch
    {
        2 => options.Number(2),
        3 => StreamState.NoStream,
        4 => StreamState.Any,
        5 => StreamState.StreamExists,
        _ => null,
    };

    private static bool IsEvent(ProtoTree? proposed) =>
        proposed?.Message(1) is { } id
        && (id.Message(1) is not null || (Guid.TryParse(id.Text(2), out var guid) && guid != Guid.Empty))
        && proposed.Map(2) is { } system
        && system.ContainsKey("type")
        && system.GetValueOrDefault("content-type") is "application/json" or "application/octet-stream";

    private static EventData Event(ProtoTree? proposed) => new(
        ReadId(proposed!.Message(1)!), proposed.Map(2)["type"], proposed.Bytes(4) ?? [], proposed.Bytes(3), proposed.Map(2)["content-type"]);

    public static Uuid ReadId(ProtoTree id) => id.Text(2) is { } text
        ? Uuid.Parse(text)
        : Uuid.FromInt64((long)id.Message(1)!.Number(1)!, (long)id.Message(1)!.Number(2)!);
}
