using System.Text;
using PbftReference.TestServer;
using Xunit;

namespace PbftReference.Tests.TestServer;

/// <summary>A server, a client of it, and what tests do with them again and again.</summary>
internal sealed class FaultBench : IAsyncDisposable
{
    private readonly List<RawClient> _former = [];

    private FaultBench(EventStoreServer server)
    {
        Server = server;
        Client = new RawClient(server.Port);
    }

    public EventStoreServer Server { get; }

    public RawClient Client { get; private set; }

    public static async Task<FaultBench> StartAsync(EventStoreServerOptions? options = null) =>
        new(await EventStoreServer.StartAsync(options ?? new EventStoreServerOptions()));

    /// <summary>Restarts the server, and takes a new client: the old one may not know yet that its connection is broken.</summary>
    public async Task RestartAsync()
    {
        await Server.RestartAsync();
        _former.Add(Client);
        Client = new RawClient(Server.Port);
    }

    /// <summary>Begins an append of one event, expecting nothing.</summary>
    public RawCall Append(string data, string stream = "s") => Client.Call(Requests.Append, Requests.AppendAny(stream), Requests.Event(Guid.NewGuid(), data));

    /// <summary>Appends events in one call, whose data are 0, 1, 2 and so on.</summary>
    public async Task AppendManyAsync(int count, string stream = "s")
    {
        var events = Enumerable.Range(0, count).Select(i => Requests.Event(Guid.NewGuid(), $"{i}"));
        Assert.Equal(0, await StatusAsync(Client.Call(Requests.Append, [Requests.AppendAny(stream), .. events])));
    }

    /// <summary>The status with which a call ends.</summary>
    public async Task<int> StatusAsync(RawCall call)
    {
        using (call) return (await call.AllAsync()).Status;
    }

    /// <summary>Status and message of a call that ends without messages.</summary>
    public async Task<(int Status, string Message)> EndAsync(RawCall call)
    {
        using (call)
        {
            var (frames, status) = await call.AllAsync();
            Assert.Empty(frames);
            return (status, (await call.HeadersAsync()).Headers.GetValues("grpc-message").Single());
        }
    }

    /// <summary>Fails unless the call breaks off without a status.</summary>
    public async Task AssertDroppedAsync(RawCall call)
    {
        using (call)
        {
            var broken = await Assert.ThrowsAnyAsync<Exception>(async () => await call.AllAsync());
            Assert.True(broken is HttpRequestException or IOException, broken.ToString());
        }
    }

    /// <summary>The data of all events of a stream.</summary>
    public async Task<IReadOnlyList<string>> DataAsync(string stream = "s")
    {
        using var read = Client.Call(Requests.Read, Requests.Forwards(stream));
        var (frames, status) = await read.AllAsync();
        Assert.Equal(0, status);
        return [.. frames.Where(frame => WireField.Read(frame)[0].Number == 1).Select(frame => Encoding.UTF8.GetString(WireField.At(frame, 1, 1, 8)))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _former.Append(Client)) client.Dispose();
        await Server.DisposeAsync();
    }
}
