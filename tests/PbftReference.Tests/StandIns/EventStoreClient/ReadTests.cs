using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Reads and subscriptions, as far as recorded answers do not show them.</summary>
public class ReadTests
{
    private static readonly FixtureStep Five = Fixture.Steps.First(step => step.Fixture == "read-forwards" && step.Answer.Frames.Count == 6);
    private static readonly FixtureStep Missing = Fixture.Step("read-stream-not-found/1");

    [Fact]
    public async Task The_events_of_a_stream_are_enumerated_in_order()
    {
        using var handler = new ScriptedHandler(Five.Answer);
        await using var client = Clients.Of(handler);

        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);
        var events = await read.All();

        Assert.Equal([0ul, 1, 2, 3, 4], events.Select(@event => @event.OriginalEventNumber.ToUInt64()));
        Assert.All(events, @event => Assert.Equal((false, "fx-read-forwards"), (@event.IsResolved, @event.OriginalStreamId)));
        Assert.Equal("s", read.StreamName);
        Assert.Equal(ReadState.Ok, await read.ReadState);
    }

    [Fact]
    public async Task The_messages_tell_the_last_place_too()
    {
        using var handler = new ScriptedHandler(Five.Answer);
        await using var client = Clients.Of(handler);

        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);
        Assert.Null(read.LastStreamPosition);
        var messages = await read.Messages.All();

        Assert.IsType<StreamMessage.Ok>(messages[0]);
        Assert.Equal((null, new StreamPosition(4)), (read.FirstStreamPosition, read.LastStreamPosition));
    }

    [Fact]
    public async Task A_missing_stream_is_told_by_state_message_and_exception()
    {
        using var handler = new ScriptedHandler(Missing.Answer);
        await using var client = Clients.Of(handler);

        Assert.Equal(ReadState.StreamNotFound, await client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).ReadState);
        Assert.IsType<StreamMessage.NotFound>(Assert.Single(await client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).Messages.All()));
        var exception = await Assert.ThrowsAsync<StreamNotFoundException>(
            () => client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).All());
        Assert.Equal("s", exception.Stream);
        Assert.Equal(StreamMetadataResult.None("s"), await client.GetStreamMetadataAsync("s"));
    }

    [Fact]
    public async Task The_state_can_be_asked_for_before_the_events()
    {
        using var handler = new ScriptedHandler(Five.Answer);
        await using var client = Clients.Of(handler);
        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);

        Assert.Equal(ReadState.Ok, await read.ReadState);

        Assert.Equal(5, (await read.All()).Count);
    }

    [Fact]
    public async Task A_read_is_enumerated_once()
    {
        using var handler = new ScriptedHandler(Five.Answer);
        await using var client = Clients.Of(handler);
        var read = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start);
        var subscription = client.SubscribeToStream("s", FromStream.Start);
        await read.Messages.All();
        await subscription.Messages.All();

        await Assert.ThrowsAsync<InvalidOperationException>(() => read.Messages.All());
        Assert.ThrowsAny<InvalidOperationException>(() => subscription.Messages.All().GetAwaiter().GetResult());
    }

    [Fact]
    public async Task A_read_without_events_is_refused_before_it_is_sent()
    {
        using var handler = new ScriptedHandler(Five.Answer);
        await using var client = Clients.Of(handler);

        Assert.Throws<ArgumentOutOfRangeException>(() => client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start, -1));
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task An_enumeration_that_is_left_ends_the_call()
    {
        var ended = new TaskCompletionSource();
        await using var server = await ScriptedServer.Start(
            request => ScriptedHandler.IsConnecting(request) ? Answer.Features : Five.Answer with { StaysOpen = true, Trailers = new Dictionary<string, string>() },
            onEnd: () => ended.TrySetResult());
        await using var client = Clients.Of(server);

        await foreach (var _ in client.SubscribeToStream("s", FromStream.Start))
        {
            break;
        }

        await ended.Task;
    }

    [Fact]
    public async Task A_slow_reader_gets_every_event()
    {
        var frame = Five.Answer.Frames[0];
        using var handler = new ScriptedHandler(Answer.Ok([.. Enumerable.Repeat(frame, 1000)]));
        await using var client = Clients.Of(handler);
        var count = 0;

        await foreach (var _ in client.SubscribeToStream("s", FromStream.Start))
        {
            count++;
            await Task.Yield();
        }

        Assert.Equal(1000, count);
    }

    [Fact]
    public async Task A_subscription_can_be_given_up_by_its_token()
    {
        using var cancellation = new CancellationTokenSource();
        using var handler = new ScriptedHandler(Answer.Open(Convert.FromHexString("1204" + "0A026964"), Convert.FromHexString("4200")));
        await using var client = Clients.Of(handler);
        await using var subscription = client.SubscribeToStream("s", FromStream.End, cancellationToken: cancellation.Token);
        await using var messages = subscription.Messages.GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("id", subscription.SubscriptionId);
        Assert.True(await messages.MoveNextAsync());

        await cancellation.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<Exception>(async () => await messages.MoveNextAsync());
        Assert.True(exception is OperationCanceledException or Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Cancelled }, $"{exception}");
    }

    [Fact]
    public async Task A_link_is_given_with_the_event_it_leads_to()
    {
        var @event = ProtoTree.Parse(Five.Answer.Frames[4]).Message(1)!.Bytes(1)!;
        var link = ProtoTree.Parse(Five.Answer.Frames[1]).Message(1)!.Bytes(1)!;
        byte[] Field(byte tag, byte[] bytes) => [tag, (byte)(bytes.Length | 0x80), (byte)(bytes.Length >> 7), .. bytes];
        using var handler = new ScriptedHandler(Answer.Ok(Field(0x0A, [.. Field(0x0A, @event), .. Field(0x12, link), 0x22, 0])));
        await using var client = Clients.Of(handler);

        var resolved = Assert.Single(await client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start, resolveLinkTos: true).All());

        Assert.True(resolved.IsResolved);
        Assert.Equal((4ul, 1ul, 1ul), ((ulong)resolved.Event.EventNumber, (ulong)resolved.Link!.EventNumber, (ulong)resolved.OriginalEventNumber));
        Assert.Null(resolved.OriginalPosition);
        Assert.Equal(1ul, ProtoTree.Parse(Assert.Single(handler.Calls).Frames()[0]).Message(1)!.Number(4));
    }
}
