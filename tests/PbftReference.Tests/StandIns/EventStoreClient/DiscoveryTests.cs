using EventStore.Client;
using Grpc.Core;
using Xunit;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>How a node of a cluster is found, and found again.</summary>
public class DiscoveryTests
{
    private const int Follower = 6, Leader = 8, ReadOnlyReplica = 14, CatchingUp = 4;
    private const string Gossip = "/event_store.client.gossip.Gossip/Read";
    private static readonly (string, int, bool)[] Cluster = [("f", Follower, true), ("l", Leader, true), ("r", ReadOnlyReplica, true), ("c", CatchingUp, true)];

    [Theory]
    [InlineData("leader", "l", "True")]
    [InlineData("follower", "f", "False")]
    [InlineData("readOnlyReplica", "r", "False")]
    public async Task The_preferred_node_is_used(string preference, string expected, string requiresLeader)
    {
        using var handler = new ScriptedHandler(request => Of(request, _ => Members(Cluster)));
        await using var client = Clients.Of(handler, $"&nodePreference={preference}", "esdb://seed1:1,seed2:2");

        await client.Append();
        await client.Append();

        Assert.Equal(4, handler.Requests.Count);
        Assert.Equal(Gossip, handler.Requests[0].Uri.AbsolutePath);
        Assert.StartsWith("seed", handler.Requests[0].Uri.Host, StringComparison.Ordinal);
        Assert.All(handler.Requests.Skip(1), request => Assert.Equal($"{expected}:2113", request.Uri.Authority));
        Assert.Equal([requiresLeader, requiresLeader], handler.Requests.Skip(2).Select(request => request.Headers["requires-leader"]));
    }

    [Fact]
    public async Task Without_a_preferred_node_another_is_used_but_none_that_cannot_answer()
    {
        using var handler = new ScriptedHandler(request =>
            Of(request, _ => Members([("l", Leader, false), ("c", CatchingUp, true), ("f", Follower, true)])));
        await using var client = Clients.Of(handler, "", "esdb+discover://seed");

        await client.Append();

        Assert.Equal("f", handler.Requests[^1].Uri.Host);
    }

    [Fact]
    public async Task Any_node_that_can_answer_is_used_at_random()
    {
        var used = new HashSet<string>();
        for (var i = 0; i < 200 && used.Count < 3; i++)
        {
            using var handler = new ScriptedHandler(request => Of(request, _ => Members(Cluster)));
            await using var client = Clients.Of(handler, "&nodePreference=random", "esdb+discover://seed");
            await client.Append();
            used.Add(handler.Requests[^1].Uri.Host);
        }

        Assert.Equal(["f", "l", "r"], used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Dead_seeds_are_passed_over()
    {
        for (var i = 0; i < 8; i++)
        {
            using var handler = new ScriptedHandler(request => Of(request, seed => seed == "alive" ? Members(Cluster) : Answer.Failed(14)));
            await using var client = Clients.Of(handler, "&maxDiscoverAttempts=1", "esdb://dead1,dead2,alive,dead3");
            await client.Append();
            Assert.Equal("l", handler.Requests[^1].Uri.Host);
        }
    }

    [Fact]
    public async Task All_seeds_are_asked_as_often_as_allowed_before_giving_up()
    {
        using var handler = new ScriptedHandler(request => Of(request, _ => Members([("c", CatchingUp, true)])));
        await using var client = Clients.Of(handler, "&maxDiscoverAttempts=3&discoveryInterval=1", "esdb://a,b");

        var exception = await Assert.ThrowsAsync<DiscoveryException>(() => client.Append());

        Assert.Equal(3, exception.MaxDiscoverAttempts);
        Assert.Equal(["a", "a", "a", "b", "b", "b"], handler.Requests.Select(request => request.Uri.Host).Order(StringComparer.Ordinal));
        Assert.All(handler.Requests, request => Assert.Equal("5S", request.Headers["grpc-timeout"]));
    }

    [Fact]
    public async Task A_seed_that_does_not_answer_costs_its_timeout_only()
    {
        using var handler = new ScriptedHandler(async (request, ends) =>
        {
            if (request.Uri.Host == "silent")
            {
                await Task.Delay(Timeout.Infinite, ends);
            }

            return Of(request, _ => Members(Cluster));
        });

        // Seeds are asked in any order.
        while (!handler.Requests.Any(request => request.Uri.Host == "silent"))
        {
            await using var client = Clients.Of(handler, "&gossipTimeout=500", "esdb://silent,alive");
            await client.Append();
            Assert.Equal("l", handler.Requests[^1].Uri.Host);
        }
    }

    [Fact]
    public async Task A_later_call_tries_again_after_discovery_has_failed()
    {
        var members = Array.Empty<(string, int, bool)>();
        using var handler = new ScriptedHandler(request => Of(request, _ => Members(members)));
        await using var client = Clients.Of(handler, "&maxDiscoverAttempts=1", "esdb+discover://seed");
        await Assert.ThrowsAsync<DiscoveryException>(() => client.Append());

        members = Cluster;

        Assert.IsType<SuccessResult>(await client.Append());
    }

    [Fact]
    public async Task After_not_leader_the_next_call_goes_to_the_leader_that_was_told()
    {
        using var handler = new ScriptedHandler(request => request.Uri.Host == "old" && !ScriptedHandler.IsConnecting(request)
            ? Answer.Failed(5, "Leader info available", ("exception", "not-leader"), ("leader-endpoint-host", "new"), ("leader-endpoint-port", "2114"))
            : Of(request, _ => Members([("old", Leader, true)])));
        foreach (var address in (string[])["esdb://old", "esdb+discover://seed"])
        {
            await using var client = Clients.Of(handler, "", address);

            var exception = await Assert.ThrowsAsync<NotLeaderException>(() => client.Append());
            Assert.Equal("new", exception.LeaderEndpoint.Host);

            Assert.IsType<SuccessResult>(await client.Append());
            Assert.Equal("new:2114", handler.Requests[^1].Uri.Authority);
        }
    }

    [Fact]
    public async Task After_unavailable_the_cluster_is_asked_again_first_of_all_its_last_members()
    {
        var leader = "l1";
        using var handler = new ScriptedHandler(request => request.Uri.AbsolutePath != Gossip && request.Uri.Host != leader
            ? Answer.Failed(14, "Server Is Not Ready")
            : Of(request, _ => Members([("l1", leader == "l1" ? Leader : Follower, true), ("l2", leader == "l2" ? Leader : Follower, true)])));
        await using var client = Clients.Of(handler, "", "esdb+discover://seed");
        await client.Append();

        leader = "l2";
        var exception = await Assert.ThrowsAsync<RpcException>(() => client.Append());
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);

        Assert.IsType<SuccessResult>(await client.Append());
        Assert.Equal("l2", handler.Requests[^1].Uri.Host);
        Assert.Equal(["seed", "member"], handler.Requests.Where(request => request.Uri.AbsolutePath == Gossip)
            .Select(request => request.Uri.Host == "seed" ? "seed" : "member"));
    }

    [Fact]
    public async Task Other_failures_change_nothing()
    {
        var failure = Answer.Failed(10, "Operation timed out");
        using var handler = new ScriptedHandler(request => request.Uri.AbsolutePath.EndsWith("Append", StringComparison.Ordinal) ? failure : Of(request, _ => Members(Cluster)));
        await using var client = Clients.Of(handler, "", "esdb+discover://seed");

        await Assert.ThrowsAsync<RpcException>(() => client.Append());
        await Assert.ThrowsAsync<RpcException>(() => client.Append());

        Assert.Single(handler.Requests, request => request.Uri.AbsolutePath == Gossip);
        Assert.Single(handler.Requests, ScriptedHandler.IsConnecting);
    }

    [Fact]
    public async Task A_subscription_that_breaks_off_makes_the_next_call_look_again()
    {
        var broken = Answer.Failed(14).InTrailers();
        using var handler = new ScriptedHandler(request => request.Uri.AbsolutePath.EndsWith("Streams/Read", StringComparison.Ordinal) ? broken : Of(request, _ => Members(Cluster)));
        await using var client = Clients.Of(handler, "", "esdb+discover://seed");

        await Assert.ThrowsAsync<RpcException>(() => client.SubscribeToStream("s", FromStream.Start).All());
        await client.Append();

        Assert.Equal(2, handler.Requests.Count(request => request.Uri.AbsolutePath == Gossip));
    }

    private static Answer Of(Request request, Func<string, Answer> gossip) => request.Uri.AbsolutePath == Gossip ? gossip(request.Uri.Host)
        : ScriptedHandler.IsConnecting(request) ? Answer.Features : Answer.Appended();

    private static Answer Members(params (string Host, int State, bool IsAlive)[] members)
    {
        byte[] Field(byte tag, byte[] bytes) => [tag, (byte)bytes.Length, .. bytes];

        return Answer.Ok([.. members.SelectMany(member => Field(0x0A,
        [
            0x18, (byte)member.State, .. member.IsAlive ? (byte[])[0x20, 1] : [],
            .. Field(0x2A, [.. Field(0x0A, System.Text.Encoding.ASCII.GetBytes(member.Host)), 0x10, 0xC1, 0x10]),
        ]))]);
    }
}
