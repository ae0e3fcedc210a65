using System.Net;
using System.Net.Sockets;
using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Connecting, and connections that are lost.</summary>
public class ConnectionTests
{
    [Fact]
    public async Task Nothing_is_sent_before_the_first_call_and_connecting_is_done_once_for_all()
    {
        using var handler = new ScriptedHandler(Answer.Appended());
        await using var client = Clients.Of(handler, "&connectionName=mine");
        Assert.Empty(handler.Requests);
        Assert.Equal("mine", client.ConnectionName);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.Append()));

        Assert.Single(handler.Requests, ScriptedHandler.IsConnecting);
        Assert.Equal(20, handler.Calls.Count);
        Assert.All(handler.Requests, request => Assert.Equal("mine", request.Headers["connection-name"]));
    }

    [Fact]
    public async Task A_server_that_cannot_tell_what_it_can_do_is_used_all_the_same()
    {
        using var handler = new ScriptedHandler(request => ScriptedHandler.IsConnecting(request) ? Answer.Failed(12, "Method is unimplemented.") : Answer.Appended());
        await using var client = Clients.Of(handler);

        Assert.IsType<SuccessResult>(await client.Append());
    }

    [Fact]
    public async Task Connecting_that_fails_is_tried_again_by_the_next_call()
    {
        var answer = Answer.Failed(14, "Server Is Not Ready");
        using var handler = new ScriptedHandler(request => ScriptedHandler.IsConnecting(request) ? answer : Answer.Appended());
        await using var client = Clients.Of(handler);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);

        answer = Answer.Features;

        Assert.IsType<SuccessResult>(await client.Append());
    }

    [Fact]
    public async Task A_refused_connection_is_unavailable()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // Not listening.
        await using var client = new EventStoreClient(EventStoreClientSettings.Create($"esdb://{socket.LocalEndPoint}?tls=false"));

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => read.ReadState)).StatusCode);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptSocketAsync();
            await accepted.ReceiveAsync(new byte[1000]);
            accepted.LingerState = new LingerOption(true, 0); // Resets when closed.
        });
        await using var client = new EventStoreClient(EventStoreClientSettings.Create($"esdb://{listener.LocalEndpoint}?tls=false"));

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
        await accepting;
    }

    [Fact]
    public async Task Something_that_does_not_speak_HTTP_2_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepting = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptSocketAsync();
            await accepted.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            while (await accepted.ReceiveAsync(new byte[1000]) > 0)
            {
            }
        });
        await using (var client = new EventStoreClient(EventStoreClientSettings.Create($"esdb://{listener.LocalEndpoint}?tls=false")))
        {
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
        }

        await accepting;
    }

    [Fact]
    public async Task A_server_that_goes_away_ends_a_subscription_as_unavailable()
    {
        var server = await ScriptedServer.Start(request => ScriptedHandler.IsConnecting(request) ? Answer.Features : Answer.Open(Convert.FromHexString("4200")));
        await using var client = Clients.Of(server);
        await using var subscription = client.SubscribeToStream("s", FromStream.Start);
        await using var messages = subscription.Messages.GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync());

        await server.DisposeAsync();

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await messages.MoveNextAsync())).StatusCode);
    }

    [Fact]
    public async Task A_server_that_comes_back_is_used_again()
    {
        var fails = true;
        await using var server = await ScriptedServer.Start(request => ScriptedHandler.IsConnecting(request) ? Answer.Features : fails ? null : Answer.Appended());
        await using var client = Clients.Of(server);
        await Assert.ThrowsAsync<RpcException>(() => client.Append());

        fails = false;

        Assert.IsType<SuccessResult>(await client.Append());
    }

    [Fact]
    public async Task A_node_that_takes_too_long_to_connect_is_unavailable()
    {
        using var handler = new ScriptedHandler((_, _) =>
            Task.FromException<Answer>(new TaskCanceledException("too long", new TimeoutException())));
        await using var client = Clients.Of(handler);

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
    }

    [Fact]
    public async Task A_disposed_client_makes_no_calls_and_ends_those_it_makes()
    {
        using var handler = new ScriptedHandler(Answer.Open(Convert.FromHexString("4200")));
        var client = Clients.Of(handler);
        await using var messages = client.SubscribeToStream("s", FromStream.Start).Messages.GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync());

        client.Dispose();
        client.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await messages.MoveNextAsync())).StatusCode);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Append());
    }

    [Fact]
    public async Task A_refusal_while_a_large_request_is_still_being_sent_is_its_own_exception()
    {
        await using var server = await ScriptedServer.Start(request => ScriptedHandler.IsConnecting(request)
            ? Answer.Features
            : Answer.Failed(3, "", ("exception", "maximum-append-size-exceeded"), ("maximum-append-size", "1048576")));
        await using var client = Clients.Of(server);
        var large = new EventData(Uuid.NewUuid(), "t", new byte[8 * 1024 * 1024]);

        var exception = await Assert.ThrowsAsync<MaximumAppendSizeExceededException>(() => client.AppendToStreamAsync("s", StreamState.Any, [large]));

        Assert.Equal(1048576u, exception.MaxAppendSize);
    }
}
