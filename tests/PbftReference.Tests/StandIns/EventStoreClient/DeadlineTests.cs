using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>How long calls may take, and how they are given up.</summary>
public class DeadlineTests
{
    [Fact]
    public async Task A_write_that_is_never_answered_ends_with_its_deadline()
    {
        using var handler = Silent();
        await using var client = Clients.Of(handler, "&defaultDeadline=30");

        Func<Task>[] calls =
        [
            () => client.Append(),
            () => client.DeleteAsync("s", StreamState.Any),
            () => client.TombstoneAsync("s", StreamState.Any),
            () => client.SetStreamMetadataAsync("s", StreamState.Any, default),
        ];
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }

        Assert.All(handler.Calls, request => Assert.Equal("30m", request.Headers["grpc-timeout"]));
    }

    [Fact]
    public async Task A_deadline_of_a_call_counts_before_the_default()
    {
        using var handler = Silent();
        await using var client = Clients.Of(handler, "&defaultDeadline=600000");

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => client.AppendToStreamAsync("s", StreamState.Any, [], deadline: TimeSpan.FromMilliseconds(20)));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task A_deadline_counts_until_the_last_message()
    {
        using var handler = new ScriptedHandler(Answer.Open(Convert.FromHexString("0A0808001A0408011001")));
        await using var client = Clients.Of(handler, "&defaultDeadline=30");

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
    }

    [Fact]
    public async Task A_read_has_a_deadline_only_if_it_is_given_one()
    {
        using var handler = new ScriptedHandler(Answer.Open(Convert.FromHexString("3003")));
        await using var client = Clients.Of(handler, "&defaultDeadline=1");

        var limited = client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start, deadline: TimeSpan.FromMilliseconds(20));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => limited.Messages.All())).StatusCode);
        Assert.Equal(ReadState.Ok, await client.ReadStreamAsync(Direction.Forwards, "s", StreamPosition.Start).ReadState);
        var subscription = client.SubscribeToStream("s", FromStream.Start).Messages.GetAsyncEnumerator();
        Assert.True(await subscription.MoveNextAsync());
        await subscription.DisposeAsync();

        Assert.Equal(["20m", null, null], handler.Calls.Select(request => request.Headers.GetValueOrDefault("grpc-timeout")));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_when_connecting_is_given_up()
    {
        using var handler = new ScriptedHandler(async (_, ends) =>
        {
            await Task.Delay(Timeout.Infinite, ends);
            return Answer.Features;
        });
        await using var client = Clients.Of(handler, "&gossipTimeout=20");

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => client.Append())).StatusCode);
        Assert.Equal("20m", Assert.Single(handler.Requests).Headers["grpc-timeout"]);
    }

    [Fact]
    public async Task A_deadline_may_be_over_already_or_never_come()
    {
        using var handler = new ScriptedHandler(Answer.Appended());
        await using var client = Clients.Of(handler);
        Assert.IsType<SuccessResult>(await client.AppendToStreamAsync("s", StreamState.Any, [], deadline: TimeSpan.MaxValue));

        using var silent = Silent();
        await using var other = Clients.Of(silent);
        var exception = await Assert.ThrowsAsync<RpcException>(
            () => other.AppendToStreamAsync("s", StreamState.Any, [], deadline: TimeSpan.FromSeconds(-1)));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
        Assert.Equal("99999999S", Assert.Single(handler.Calls).Headers["grpc-timeout"]);
    }

    [Fact]
    public async Task A_call_can_be_cancelled_by_its_caller()
    {
        using var cancellation = new CancellationTokenSource();
        using var handler = new ScriptedHandler(async (request, ends) =>
        {
            if (!ScriptedHandler.IsConnecting(request))
            {
                await cancellation.CancelAsync();
                await Task.Delay(Timeout.Infinite, ends);
            }

            return Answer.Features;
        });
        await using var client = Clients.Of(handler);

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => client.AppendToStreamAsync("s", StreamState.Any, [], cancellationToken: cancellation.Token));

        Assert.Equal(StatusCode.Cancelled, exception.StatusCode);
    }

    [Theory]
    [InlineData(1, "1m")]
    [InlineData(1500, "1500m")]
    [InlineData(2000, "2S")]
    [InlineData(99_999_999, "99999999m")]
    [InlineData(100_000_001, "100001S")]
    public async Task A_deadline_is_sent_in_at_most_eight_digits(long milliseconds, string expected)
    {
        using var handler = new ScriptedHandler(Answer.Appended());
        await using var client = Clients.Of(handler);

        await Record.ExceptionAsync(() => client.AppendToStreamAsync("s", StreamState.Any, [], deadline: TimeSpan.FromMilliseconds(milliseconds)));

        Assert.Equal(expected, Assert.Single(handler.Calls).Headers["grpc-timeout"]);
    }

    private static ScriptedHandler Silent() => new(async (request, ends) =>
    {
        if (!ScriptedHandler.IsConnecting(request))
        {
            await Task.Delay(Timeout.Infinite, ends);
        }

        return Answer.Features;
    });
}
