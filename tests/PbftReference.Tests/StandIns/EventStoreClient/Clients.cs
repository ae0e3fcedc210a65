using EventStore.Client;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Makes clients of what stands where a server would be.</summary>
internal static class Clients
{
    public static readonly EventData Event = new(Uuid.NewUuid(), "t", "{}"u8.ToArray());

    public static EventStoreClient Of(HttpMessageHandler handler, string options = "", string address = "esdb://localhost:1")
    {
        var settings = EventStoreClientSettings.Create($"{address}?tls=false{options}");
        settings.CreateHttpMessageHandler = () => handler;
        return new EventStoreClient(settings);
    }

    public static EventStoreClient Of(ScriptedServer server, string options = "") =>
        new(EventStoreClientSettings.Create($"esdb://{server.Authority}?tls=false{options}"));

    public static Task<IWriteResult> Append(this EventStoreClient client) => client.AppendToStreamAsync("s", StreamState.Any, [Event]);

    public static async Task<List<T>> All<T>(this IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
        {
            all.Add(item);
        }

        return all;
    }
}
