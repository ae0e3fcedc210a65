using System.Net;
using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>How a call can fail, and what comes of it.</summary>
public class ErrorMappingTests
{
    public static TheoryData<int> Codes => [.. Enumerable.Range(1, 15)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_status_without_a_key_is_an_RpcException(int code)
    {
        foreach (var answer in BothForms(Answer.Failed(code, "why%20not: %E2%82%AC%25")))
        {
            var exception = await Assert.ThrowsAsync<RpcException>(() => Append(answer));
            Assert.Equal(((StatusCode)code, "why not: €%"), (exception.StatusCode, exception.Status.Detail));
            Assert.Contains("why not: €%", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Unauthenticated_is_an_exception_of_its_own()
    {
        foreach (var answer in BothForms(Answer.Failed(16, "Unauthenticated")))
        {
            Assert.IsType<RpcException>((await Assert.ThrowsAsync<NotAuthenticatedException>(() => Append(answer))).InnerException);
        }
    }

    [Theory]
    [InlineData("access-denied", typeof(AccessDeniedException))]
    [InlineData("invalid-transaction", typeof(InvalidTransactionException))]
    [InlineData("stream-deleted", typeof(StreamDeletedException))]
    [InlineData("stream-not-found", typeof(StreamNotFoundException))]
    [InlineData("wrong-expected-version", typeof(WrongExpectedVersionException))]
    [InlineData("maximum-append-size-exceeded", typeof(MaximumAppendSizeExceededException))]
    [InlineData("missing-required-metadata-property", typeof(RequiredMetadataPropertyMissingException))]
    [InlineData("not-leader", typeof(NotLeaderException))]
    [InlineData("user-not-found", typeof(RpcException))]
    [InlineData("maximum-subscribers-reached", typeof(RpcException))]
    [InlineData("something-new", typeof(RpcException))]
    public async Task The_key_of_a_failure_decides_on_its_exception(string key, Type expected)
    {
        (string, string)[] keys =
        [
            ("exception", key), ("stream-name", "told"), ("expected-version", "-1"), ("actual-version", "7"), ("maximum-append-size", "1024"),
            ("required-metadata-properties", "type,content-type"), ("leader-endpoint-host", "leader"), ("leader-endpoint-port", "2114"),
        ];
        foreach (var answer in BothForms(Answer.Failed(9, "said", keys)))
        {
            foreach (var call in Calls(answer))
            {
                var exception = await Assert.ThrowsAnyAsync<Exception>(call);
                Assert.IsType(expected, exception);
                Check(exception);
            }
        }
    }

    [Fact]
    public async Task A_failure_that_does_not_name_its_stream_is_about_the_stream_of_the_call()
    {
        foreach (var keys in ((string, string)[][])[[("exception", "stream-deleted")], [("exception", "stream-deleted"), ("stream-name", "Ã©")]])
        {
            Assert.Equal("s", (await Assert.ThrowsAsync<StreamDeletedException>(() => Append(Answer.Failed(9, "", keys)))).Stream);
        }
    }

    [Theory]
    [InlineData("not-leader")]
    [InlineData("maximum-append-size-exceeded")]
    [InlineData("wrong-expected-version")]
    [InlineData("missing-required-metadata-property")]
    public async Task Keys_that_are_missing_or_broken_do_no_harm(string key)
    {
        foreach (var value in (string[])["", "x", "99999999999999999999", "-5"])
        {
            (string, string)[] keys =
            [
                ("exception", key), ("expected-version", value), ("actual-version", value), ("maximum-append-size", value),
                ("leader-endpoint-host", value), ("leader-endpoint-port", value),
            ];
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => Append(Answer.Failed(9, "", keys)));
            Assert.True(exception is RpcException || exception.InnerException is RpcException, $"{exception}");
        }
    }

    [Theory]
    [InlineData(400, StatusCode.Unknown)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(302, StatusCode.Unknown)]
    public async Task A_head_that_is_not_gRPC_counts_by_its_HTTP_status(int http, StatusCode expected)
    {
        var answer = new Answer(http, new Dictionary<string, string> { ["content-type"] = "text/html" }, [], new Dictionary<string, string>());
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => Append(answer));
        Assert.Equal(expected, (exception as RpcException ?? Assert.IsType<RpcException>(exception.InnerException)).StatusCode);
    }

    [Fact]
    public async Task A_success_of_something_that_is_not_gRPC_is_none()
    {
        var page = Answer.Appended() with { Headers = new Dictionary<string, string> { ["content-type"] = "text/html" } };
        Assert.Equal(StatusCode.Unknown, (await Assert.ThrowsAsync<RpcException>(() => Append(page))).StatusCode);
    }

    [Fact]
    public async Task A_status_that_is_no_number_or_no_code_is_unknown()
    {
        foreach (var status in (string[])["x", "17", "-1", ""])
        {
            var answer = Answer.Appended() with { Trailers = new Dictionary<string, string> { ["grpc-status"] = status } };
            Assert.Equal(StatusCode.Unknown, (await Assert.ThrowsAsync<RpcException>(() => Append(answer))).StatusCode);
        }
    }

    [Fact]
    public async Task A_call_with_one_answer_must_get_one()
    {
        Assert.Equal(StatusCode.Internal, (await Assert.ThrowsAsync<RpcException>(() => Append(Answer.Ok()))).StatusCode);
        var twice = Answer.Appended() with { Frames = [.. Answer.Appended().Frames, .. Answer.Appended().Frames] };
        Assert.Equal(StatusCode.Internal, (await Assert.ThrowsAsync<RpcException>(() => Append(twice))).StatusCode);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_a_failure()
    {
        foreach (var call in Calls(Answer.Ok([0xFF])))
        {
            var exception = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal(StatusCode.Internal, exception.StatusCode);
        }
    }

    [Theory]
    [InlineData("0100000001FF", StatusCode.Internal)]
    [InlineData("0001100001", StatusCode.ResourceExhausted)]
    [InlineData("00FFFFFFFF", StatusCode.ResourceExhausted)]
    [InlineData("0000000002FF", StatusCode.Internal)]
    [InlineData("000000", StatusCode.Internal)]
    public async Task A_frame_that_is_compressed_too_large_or_cut_is_refused(string body, StatusCode expected)
    {
        using var handler = new RawHandler(Convert.FromHexString(body));
        await using var client = Clients.Of(handler);
        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);
        Assert.Equal(expected, (await Assert.ThrowsAsync<RpcException>(() => read.Messages.All())).StatusCode);
    }

    [Fact]
    public async Task The_largest_message_that_a_server_can_send_is_accepted()
    {
        // 16 MiB of an unknown field, and then the last place, 3.
        byte[] frame = [0x7A, 0x80, 0x80, 0x80, 0x08, .. new byte[16 * 1024 * 1024], 0x30, 0x03];
        await using var server = await ScriptedServer.Start(request => ScriptedHandler.IsConnecting(request) ? Answer.Features : Answer.Ok(frame));
        await using var client = Clients.Of(server);

        var messages = await client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).Messages.All();

        Assert.Equal(new StreamMessage.LastStreamPosition(3), messages[^1]);
    }

    [Fact]
    public async Task Messages_before_a_failure_are_given_before_it()
    {
        var answer = Answer.Failed(10, "Consumer too slow").InTrailers() with { Frames = [Convert.FromHexString("4200"), Convert.FromHexString("4A00")] };
        using var handler = new ScriptedHandler(answer);
        await using var client = Clients.Of(handler);
        var given = new List<StreamMessage>();
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var message in client.SubscribeToStream("s", FromStream.Start).Messages)
            {
                given.Add(message);
            }
        });
        Assert.Equal(StatusCode.Aborted, exception.StatusCode);
        Assert.Equal([typeof(StreamMessage.CaughtUp), typeof(StreamMessage.FellBehind)], given.Select(message => message.GetType()));
    }

    private static Answer[] BothForms(Answer answer) => [answer, answer.InTrailers()];

    private static async Task Append(Answer answer)
    {
        using var handler = new ScriptedHandler(answer);
        await using var client = Clients.Of(handler);
        await client.Append();
    }

    internal static IEnumerable<Func<Task>> Calls(Answer answer)
    {
        Func<EventStoreClient, Task>[] calls =
        [
            client => client.Append(),
            client => client.AppendToStreamAsync("s", new StreamRevision(1), [Clients.Event]),
            client => client.SetStreamMetadataAsync("s", StreamState.Any, new StreamMetadata(maxCount: 1)),
            client => client.SetStreamMetadataAsync("s", new StreamRevision(1), new StreamMetadata(maxCount: 1)),
            client => client.DeleteAsync("s", StreamState.Any),
            client => client.DeleteAsync("s", new StreamRevision(1)),
            client => client.TombstoneAsync("s", StreamState.Any),
            client => client.TombstoneAsync("s", new StreamRevision(1)),
            client => client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).All(),
            client => client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).Messages.All(),
            client => client.GetStreamMetadataAsync("s"),
            client => client.SubscribeToStream("s", FromStream.Start).All(),
            client => client.SubscribeToStream("s", FromStream.Start).Messages.All(),
        ];
        return calls.Select(call => (Func<Task>)(async () =>
        {
            using var handler = new ScriptedHandler(answer);
            await using var client = Clients.Of(handler);
            await call(client);
        }));
    }

    private static void Check(Exception exception)
    {
        switch (exception)
        {
            case StreamDeletedException deleted:
                Assert.Equal("told", deleted.Stream);
                break;
            case StreamNotFoundException missing:
                Assert.Equal("told", missing.Stream);
                break;
            case WrongExpectedVersionException wrong:
                Assert.Equal(("told", null, 7, 7ul), (wrong.StreamName, wrong.ExpectedVersion, wrong.ActualVersion, wrong.ActualStreamRevision.ToUInt64()));
                break;
            case MaximumAppendSizeExceededException size:
                Assert.Equal(1024u, size.MaxAppendSize);
                break;
            case NotLeaderException notLeader:
                Assert.Equal(new DnsEndPoint("leader", 2114), notLeader.LeaderEndpoint);
                break;
            case RpcException rpc:
                Assert.Equal("told", rpc.Trailers.Single(entry => entry.Key == "stream-name").Value);
                break;
        }
    }

    /// <summary>Answers calls with a body that need not be whole frames.</summary>
    private sealed class RawHandler(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isConnecting = request.RequestUri!.AbsolutePath.Contains("server_features", StringComparison.Ordinal);
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(isConnecting ? new byte[5] : body) };
            response.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
            response.TrailingHeaders.TryAddWithoutValidation("grpc-status", "0");
            return Task.FromResult(response);
        }
    }
}
