using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>What the stand-in does, and the package differently.</summary>
public class DifferenceWireTests
{
    [Fact]
    public async Task A_body_that_ends_without_a_status_is_a_failure()
    {
        var answer = Answer.Ok([0x78, 0x01]) with { Trailers = new Dictionary<string, string>() };
        foreach (var call in ErrorMappingTests.Calls(answer))
        {
            Assert.Equal(StatusCode.Unknown, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("$$")]
    [InlineData("$all")]
    public async Task A_stream_that_cannot_be_written_to_is_refused_before_it_is_sent(string stream)
    {
        using var handler = new ScriptedHandler(Answer.Appended());
        await using var client = Clients.Of(handler);

        await Assert.ThrowsAsync<ArgumentException>(() => client.AppendToStreamAsync(stream, StreamState.Any, []));
        await Assert.ThrowsAsync<ArgumentException>(() => client.DeleteAsync(stream, StreamState.Any));
        await Assert.ThrowsAsync<ArgumentException>(() => client.TombstoneAsync(stream, StreamState.Any));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SetStreamMetadataAsync("", StreamState.Any, default));
        Assert.Empty(handler.Requests);
    }
}
