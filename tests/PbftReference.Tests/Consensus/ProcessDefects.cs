using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using PbftReference.Tests.Runtime;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>Fabric's defects D20 to D22, in the process around the protocol. D14 and D15 are in <see cref="CoordinatorTests"/>, D23 in <see cref="NoMuseumTests"/>.</summary>
public class ProcessDefects
{
    /// <summary>D20: in Fabric the list of replicas has the replica itself twice.</summary>
    [Fact]
    public async Task D20_every_replica_is_listed_once()
    {
        using var cluster = new TestCluster(4);
        await using var end = new TestEnd(cluster, 2);

        Assert.Equal(Enumerable.Range(0, 4).Select(i => PeerId.Of(new ReplicaId(i))), end.Network.GetNetworkHandles().Network);
        Assert.Equal(cluster.Members.Replicas.Select(r => r.Address.ToString()), end.Network.GetNetworkInfo().Network.Select(e => e.Address));
    }

    /// <summary>D20: in Fabric a timer outlives the close.</summary>
    [Fact]
    public async Task D20_after_a_stop_no_timer_counts()
    {
        var stacks = new TestStacks(4);
        stacks.StartAll();
        await stacks.Send(3, 1, "hello", 0);
        await stacks.Result(3, 1);
        Assert.True(stacks.Nodes.Sum(node => node.Clock.Counting) > 0);

        await stacks.DisposeAsync();

        Assert.All(stacks.Nodes, node => Assert.Equal(0, node.Clock.Counting));
    }

    /// <summary>D21: in Fabric the thread of the protocol waits in a broadcast, up to a second and longer.</summary>
    [Fact]
    public async Task D21_a_broadcast_to_replicas_that_are_down_returns_at_once_and_keeps_what_fits()
    {
        using var cluster = new TestCluster(4);
        await using var alone = new TestEnd(cluster, 0, new TransportLimits { QueueFrames = 10 });

        for (var i = 0; i < 20; i++) alone.Network.Broadcast(new ConsenterMessage(ConsenterMessageType.Consensus, new byte[100]), PeerType.Replica);

        Assert.Equal((30, 30), (alone.Network.Waiting, alone.Dropped));
    }

    /// <summary>D21: with queues of ten, as Fabric ships them, and eight requests under way Fabric loses messages for good.</summary>
    [Fact]
    public async Task D21_with_queues_of_ten_and_eight_requests_under_way_nothing_is_lost()
    {
        await using var cluster = await LiveNodes.Start(4, "transport.queue.frames=10", "general.batchsize=1", "general.timeout.status=50ms");
        await using var client = await cluster.Client(0, outstanding: 8);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async lane =>
        {
            var own = new List<string>();
            for (var i = 0; i < 25; i++) own.Add(System.Text.Encoding.ASCII.GetString((await client.Session.Submit(new[] { (byte)lane, (byte)i })).Result.Span));
            return own;
        })).WaitAsync(TestStacks.Patience);

        Assert.Equal(Enumerable.Range(1, 200), results.SelectMany(own => own).Select(int.Parse).Order());
    }

    /// <summary>D22: in Fabric the event thread runs, and work is queued, before the consenter's fields are set.</summary>
    [Fact]
    public async Task D22_what_comes_before_the_start_waits_until_the_consenter_is_whole()
    {
        await using var stacks = new TestStacks(1);
        stacks.Nodes[0].Make();

        await stacks.Send(3, 1, "early", 0);
        await stacks.Until("the connection is joined", () => stacks.Nodes[0].Engine!.Connections == 1);
        Assert.Equal(0, ((PbftPlugin)stacks.Nodes[0].Engine!.Consenter).EventsWaiting);

        stacks.Nodes[0].Begin();
        Assert.Equal("1", await stacks.Result(3, 1));
    }
}
