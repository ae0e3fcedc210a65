using EventStore.Client;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>Requests built by hand and accepted by a real server.</summary>
public class VectorWireTests
{
    private static readonly Expected RevisionZero = new StreamRevision(0);

    [Fact]
    public void An_append_that_expects_no_stream() => Check("0A070A031A01731A00", Requests.Append("s", StreamState.NoStream, []));

    [Fact]
    public void An_append_that_expects_revision_zero_says_so() => Check("0A070A031A01731000", Requests.Append("s", RevisionZero, []));

    [Fact]
    public void A_delete_that_expects_nothing() => Check("0A070A031A01732200", Requests.Delete("s", StreamState.Any));

    [Fact]
    public void A_delete_that_expects_a_stream() => Check("0A070A031A01732A00", Requests.Delete("s", StreamState.StreamExists));

    [Fact]
    public void A_read_of_two_events_from_the_start() => Check(
        "0A150A070A031A01731A0028024200 4A021200 52020801".Replace(" ", "", StringComparison.Ordinal),
        Requests.Read("s", Direction.Forwards, StreamPosition.Start, 2, resolveLinks: false));

    [Fact]
    public void A_read_of_the_last_event_that_follows_links() => Check(
        "0A190A070A031A017322001801200128014200 4A021200 52020801".Replace(" ", "", StringComparison.Ordinal),
        Requests.Read("s", Direction.Backwards, StreamPosition.End, 1, resolveLinks: true));

    [Fact]
    public void A_subscription_behind_revision_zero() => Check(
        "0A150A070A031A0173100032004200 4A021200 52020801".Replace(" ", "", StringComparison.Ordinal),
        Requests.Subscribe("s", FromStream.After(StreamPosition.Start), resolveLinks: false));

    [Fact]
    public void A_request_without_arguments_is_a_frame_all_the_same() => Assert.Equal(new byte[5], Requests.Nothing.ToArray());

    [Fact]
    public void Every_message_of_a_body_has_its_own_frame_whatever_its_size()
    {
        var events = new[] { 0, 1, 127, 128, 300, 70_000 }.Select(size => new EventData(Uuid.NewUuid(), "t", new byte[size])).ToList();
        var body = Requests.Append("s", StreamState.Any, events).ToArray();

        var frames = new Request(new Uri("http://s"), new Version(2, 0), "POST", new Dictionary<string, string>(), body).Frames();

        Assert.Equal(7, frames.Count);
        Assert.Equal(
            events.Select(@event => @event.Data.Length),
            frames.Skip(1).Select(frame => ProtoTree.Parse(frame).Message(2)!.Bytes(4)?.Length ?? 0));
    }

    [Fact]
    public void A_default_state_expects_nothing_that_can_be_said() =>
        Assert.Throws<InvalidOperationException>(() => Requests.Append("s", default(StreamState), []));

    private static void Check(string payload, ReadOnlyMemory<byte> body)
    {
        var expected = Convert.FromHexString(payload);
        Assert.Equal($"00{expected.Length:X8}{payload}", Convert.ToHexString(body.Span));
    }
}
