using System.Text.Json.Nodes;
using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>
/// Every recorded call is made again by the API: the request must be the recorded one, byte for byte, and its recorded answer must come
/// out as the same result or exception. What cannot be is listed, with the reason.
/// </summary>
public sealed class FixtureReplayWireTests : IAsyncLifetime
{
    private const string Malformed = "the API cannot make this malformed request; another call gets its answer";
    private const string OtherForm = "the client asks for other forms of ids or of control messages; its own request gets the answer";

    /// <summary>Calls whose answer is played to a request that is another than the recorded one.</summary>
    private static readonly Dictionary<string, string> OtherRequest = new()
    {
        ["append-bad-requests/1"] = Malformed,
        ["append-bad-requests/2"] = Malformed,
        ["append-bad-requests/3"] = Malformed,
        ["append-bad-requests/4"] = "the client refuses to write to a stream without a name",
        ["append-bad-requests/6"] = Malformed,
        ["append-bad-requests/7"] = "EventData refuses an empty id",
        ["append-bad-requests/8"] = Malformed,
        ["append-bad-requests/9"] = "EventData refuses this content type",
        ["append-bad-requests/10"] = Malformed,
        ["append-binary-and-structured-uuid/1"] = OtherForm,
        ["append-binary-and-structured-uuid/3"] = OtherForm,
        ["append-missing-metadata/1"] = Malformed,
        ["append-missing-metadata/2"] = Malformed,
        ["append-missing-metadata/3"] = Malformed,
        ["delete-wrong-version/9"] = Malformed,
        ["protocol-errors/3"] = "a content type that is not gRPC's",
        ["protocol-errors/4"] = "the other content type of gRPC",
        ["protocol-errors/5"] = Malformed,
        ["protocol-errors/6"] = Malformed,
        ["read-bad-requests/2"] = "a read of no events is refused before it is sent",
        ["read-bad-requests/3"] = Malformed,
        ["read-bad-requests/4"] = Malformed,
        ["read-bad-requests/5"] = Malformed,
        ["read-bad-requests/6"] = Malformed,
        ["read-bad-requests/8"] = "a subscription has no direction",
        ["read-forwards/8"] = "the API's place 0 is the start of the stream",
        ["read-without-control-option/2"] = OtherForm,
        ["read-without-control-option/3"] = OtherForm,
        ["read-without-control-option/4"] = OtherForm,
        ["subscribe-missing-stream-structured-uuid/1"] = OtherForm,
        ["tls-wrong-credentials/4"] = "no credentials of the API give an unreadable header",
        ["tls-wrong-credentials/6"] = "connecting shows no credentials",
    };

    /// <summary>Calls that are not made at all.</summary>
    private static readonly Dictionary<string, string> NotMade = Fixture.Steps
        .Where(step => step.Method == "BatchAppend").ToDictionary(step => step.Id, _ => "the client appends by Append alone")
        .Append(new("append-cancelled-before-half-close/1", "a request that is broken off has no answer"))
        .Append(new("protocol-errors/1", "no such method"))
        .Append(new("protocol-errors/2", "no such service"))
        .ToDictionary();

    private readonly Dictionary<string, FixtureStep> _playing = [];
    private readonly List<Request> _requests = [];
    private ScriptedServer? _server;

    public static TheoryData<string> Made => [.. Fixture.Steps.Select(step => step.Id).Except(NotMade.Keys)];

    [Fact]
    public void Every_recorded_call_is_made_or_has_a_reason_not_to_be()
    {
        Assert.Equal(321, Fixture.Steps.Count);
        Assert.Equal(77, Fixture.Steps.Select(step => step.Fixture).Distinct().Count());
        Assert.Empty(OtherRequest.Keys.Intersect(NotMade.Keys));
        Assert.Empty(OtherRequest.Keys.Concat(NotMade.Keys).Except(Fixture.Steps.Select(step => step.Id)));
        Assert.All(NotMade.Keys, id => Assert.True(Fixture.Step(id).Method is "BatchAppend" or "Nope" || !Fixture.Step(id).HasAnswer, id));
    }

    [Theory]
    [MemberData(nameof(Made))]
    public async Task A_recorded_call_is_made_again_over_a_scripted_handler(string id)
    {
        var step = Fixture.Step(id);
        using var handler = new ScriptedHandler(request => AnswerTo(request, step));
        await Make(step, handler, "esdb://localhost:1");
        CheckRequest(step, handler.Requests);
    }

    [Theory]
    [MemberData(nameof(Made))]
    public async Task A_recorded_call_is_made_again_over_HTTP_2(string id)
    {
        var step = Fixture.Step(id);
        _playing[""] = step;
        await Make(step, null, $"esdb://{_server!.Authority}");
        CheckRequest(step, _requests);
    }

    [Fact]
    public async Task Metadata_is_written_and_read_as_recorded()
    {
        var writes = Fixture.Steps.Where(step => step.Method == "Append" && step.GrpcSuccess() && MetadataOf(step) is not null).ToList();
        Assert.True(writes.Count >= 8, $"{writes.Count}");
        foreach (var step in writes)
        {
            using var handler = new ScriptedHandler(step.Answer);
            await using var client = Client(handler, "esdb://localhost:1?tls=false&throwOnAppendFailure=false");
            var options = ProtoTree.Parse(step.RequestFrames[0]).Message(1)!;
            var (stream, json) = (options.Message(1)!.Text(3)![2..], MetadataOf(step)!);
            await (options.Number(2) is { } revision
                ? client.SetStreamMetadataAsync(stream, new StreamRevision(revision), StreamMetadataJson.Read(json))
                : client.SetStreamMetadataAsync(stream, options.Fields[^1] == 3 ? StreamState.NoStream : StreamState.Any, StreamMetadataJson.Read(json)));
            var sent = Assert.Single(handler.Calls).Frames();
            Assert.Equal(step.RequestFrames[0], sent[0]);
            var proposed = ProtoTree.Parse(sent[1]).Message(2)!;
            Assert.Equal(ProtoTree.Parse(step.RequestFrames[1]).Message(2)!.Map(2), proposed.Map(2));
            AssertSameJson(json, proposed.Bytes(4)!);
        }
    }

    [Fact]
    public async Task The_metadata_of_a_stream_is_read_from_recorded_answers()
    {
        var reads = Fixture.Steps.Where(step => step.Options is { } options
            && options.Message(1)?.Message(1)?.Text(3)?.StartsWith("$$", StringComparison.Ordinal) == true
            && options.Number(3) == 1 && options.Number(5) == 1 && step.GrpcSuccess()).ToList();
        Assert.True(reads.Count >= 5, $"{reads.Count}");
        foreach (var step in reads)
        {
            using var handler = new ScriptedHandler(step.Answer);
            await using var client = Client(handler, "esdb://localhost:1?tls=false");
            var result = await client.GetStreamMetadataAsync(step.Options!.Message(1)!.Message(1)!.Text(3)![2..]);
            Assert.Equal(step.RequestFrames, Assert.Single(handler.Calls).Frames());
            var recorded = ProtoTree.Parse(step.Answer.Frames[0]).Message(1)?.Message(1);
            Assert.Equal(recorded is null ? null : recorded.Number(3) ?? 0, result.MetastreamRevision?.ToUInt64());
            if (recorded is not null)
            {
                AssertSameJson(recorded.Bytes(8)!, StreamMetadataJson.Write(result.Metadata));
            }
        }
    }

    public async Task InitializeAsync() => _server = await ScriptedServer.Start(request =>
    {
        _requests.Add(request);
        return AnswerTo(request, _playing[""]);
    });

    public async Task DisposeAsync() => await _server!.DisposeAsync();

    // The order of the keys is no matter.
    private static void AssertSameJson(byte[] expected, byte[] actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), System.Text.Encoding.UTF8.GetString(actual));

    private static byte[]? MetadataOf(FixtureStep step) => step.RequestFrames.Count == 2
        && ProtoTree.Parse(step.RequestFrames[1]).Message(2) is { } proposed && proposed.Map(2).GetValueOrDefault("type") == "$metadata"
        ? proposed.Bytes(4)
        : null;

    private static Answer AnswerTo(Request request, FixtureStep step)
    {
        var isConnecting = ScriptedHandler.IsConnecting(request);
        return request.Uri.AbsolutePath == step.Path ? step.Answer : isConnecting ? Answer.Features : Answer.Appended();
    }

    private static void CheckRequest(FixtureStep step, IReadOnlyList<Request> requests)
    {
        var request = Assert.Single(requests, request => request.Uri.AbsolutePath == step.Path);
        Assert.Equal((new Version(2, 0), "POST"), (request.Version, request.Method));
        Assert.Equal(("application/grpc", "trailers"), (request.Headers["content-type"], request.Headers["te"]));
        var isStreams = step.Path.Contains(".streams.", StringComparison.Ordinal);
        Assert.Equal(isStreams ? "True" : "False", request.Headers["requires-leader"]);
        Assert.Equal(step.Method is "Append" or "Delete" or "Tombstone" ? "10S" : isStreams ? null : "5S", request.Headers.GetValueOrDefault("grpc-timeout"));

        var same = step.RequestFrames.Select(Convert.ToHexString).SequenceEqual(request.Frames().Select(Convert.ToHexString))
            && step.RequestHeaders.GetValueOrDefault("authorization") == request.Headers.GetValueOrDefault("authorization")
            && step.RequestHeaders["content-type"] == request.Headers["content-type"];
        Assert.True(same != OtherRequest.ContainsKey(step.Id), same ? "This request needs no reason to be another." : "The request is another.");
    }

    private static EventStoreClient Client(ScriptedHandler? handler, string address)
    {
        var settings = EventStoreClientSettings.Create(address);
        if (handler is not null)
        {
            settings.CreateHttpMessageHandler = () => handler;
        }

        return new EventStoreClient(settings);
    }

    private static async Task Make(FixtureStep step, ScriptedHandler? handler, string address)
    {
        var isGossip = step.Path.Contains("gossip", StringComparison.Ordinal);
        await using var client = Client(handler, (isGossip ? address.Replace("esdb:", "esdb+discover:", StringComparison.Ordinal) : address) + "?tls=false&maxDiscoverAttempts=1");
        var credentials = FixtureCall.Credentials(step);
        switch (step.Method)
        {
            case "Append":
                await FixtureExpectation.Append(step, Once(() => FixtureCall.Append(client, step, credentials)));
                break;
            case "Delete" or "Tombstone":
                await FixtureExpectation.Delete(step, Once(() => FixtureCall.Delete(client, step, credentials)));
                break;
            case "GetSupportedMethods":
                await Connect(step, () => client.AppendToStreamAsync("s", StreamState.Any, []));
                break;
            case "Read" when isGossip:
                await Discover(step, handler, client);
                break;
            case "Read" when step.IsSubscription:
                await using (var subscription = FixtureCall.Subscribe(client, step, credentials))
                {
                    await FixtureExpectation.Messages(step, subscription.Messages, isRead: false);
                }

                break;
            default:
                await FixtureExpectation.Messages(step, FixtureCall.Read(client, step, credentials).Messages, isRead: true);
                break;
        }
    }

    private static async Task Connect(FixtureStep step, Func<Task<IWriteResult>> call)
    {
        if (step.Answer.GrpcStatus == "0")
        {
            Assert.IsType<SuccessResult>(await call());
        }
        else
        {
            FixtureExpectation.Failure(
                await Assert.ThrowsAnyAsync<Exception>(call), int.Parse(step.Answer.GrpcStatus!), step.Answer.Headers);
        }
    }

    // The recorded node is not there any more: over HTTP/2 it cannot be connected to.
    private static async Task Discover(FixtureStep step, ScriptedHandler? handler, EventStoreClient client)
    {
        var failure = await Record.ExceptionAsync(() => client.AppendToStreamAsync("s", StreamState.Any, []));
        if (step.Answer.GrpcStatus != "0")
        {
            Assert.Equal(StatusCode.Internal, Assert.IsType<RpcException>(Assert.IsType<DiscoveryException>(failure).InnerException).StatusCode);
        }
        else if (handler is null)
        {
            Assert.Equal(StatusCode.Unavailable, Assert.IsType<RpcException>(failure).StatusCode);
        }
        else
        {
            Assert.Null(failure);
            var endPoint = ProtoTree.Parse(step.Answer.Frames[0]).Message(1)!.Message(5)!;
            Assert.Equal($"{endPoint.Text(1)}:{endPoint.Number(2)}", handler.Requests[^1].Uri.Authority);
        }
    }

    private static Func<Task<T>> Once<T>(Func<Task<T>> call)
    {
        Task<T>? made = null;
        return () => made ??= call();
    }
}
