using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>The transport between members: delivers in order, reconnects, drops rather than waits.</summary>
public class TransportTests
{
    private static readonly PeerId Zero = PeerId.Of(new ReplicaId(0));
    private static readonly PeerId Client = PeerId.Of(new ClientId(0));

    [Fact]
    public async Task Frames_arrive_whole_and_in_order()
    {
        using var cluster = new TestCluster();
        await using var sender = new TestEnd(cluster, 0);
        await using var receiver = new TestEnd(cluster, 1);

        for (var i = 0; i < 500; i++) sender.Network.Broadcast(new ConsenterMessage(ConsenterMessageType.Consensus, Enumerable.Repeat((byte)i, (i * 37) + 1).ToArray()), PeerType.Replica);

        await TestEnd.Until("500 frames", () => receiver.Frames.Count == 500);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (Zero, (byte)i, (i * 37) + 1)), receiver.Frames.Select(f => (f.From, f.Frame[0], f.Frame.Length)));
    }

    [Fact]
    public async Task What_is_sent_while_the_other_side_is_down_arrives_when_it_is_up()
    {
        using var cluster = new TestCluster();
        await using var sender = new TestEnd(cluster, 0);
        sender.Send(1, 1);

        await using var receiver = new TestEnd(cluster, 1);

        await TestEnd.Until("the frame", () => receiver.Frames.Count == 1);
    }

    [Fact]
    public async Task A_side_that_was_restarted_is_called_again()
    {
        using var cluster = new TestCluster();
        await using var sender = new TestEnd(cluster, 0);
        await using (var first = new TestEnd(cluster, 1))
        {
            sender.Send(1, 1);
            await TestEnd.Until("the first frame", () => first.Frames.Count == 1);
        }

        await using var second = new TestEnd(cluster, 1);
        await TestEnd.Until("a frame after the restart", () =>
        {
            sender.Send(1, 2);
            return !second.Frames.IsEmpty;
        });
    }

    [Fact]
    public async Task A_client_gets_what_is_its_own_on_the_connection_that_it_called_by()
    {
        using var cluster = new TestCluster(2, 2);
        await using var replica = new TestEnd(cluster, 0);
        await using var client = new TestClient(cluster, 0);
        await using var other = new TestClient(cluster, 1);

        await TestEnd.Until("the client's frame", () =>
        {
            client.Network.TrySend(new ReplicaId(0), new byte[] { 5 });
            other.Network.TrySend(new ReplicaId(0), new byte[] { 5 });
            return replica.FramesFrom(Client) > 0 && replica.FramesFrom(PeerId.Of(new ClientId(1))) > 0;
        });
        replica.Network.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, new byte[] { 6 }), Client);

        await TestEnd.Until("the reply", () => client.Frames.Count == 1);
        Assert.Empty(other.Frames);
    }

    [Fact]
    public async Task A_newer_connection_of_a_peer_takes_the_place_of_the_older()
    {
        using var cluster = new TestCluster();
        await using var replica = new TestEnd(cluster, 0);
        await using var first = new TestClient(cluster, 0);
        await TestEnd.Until("the first connection", () => replica.Opened.GetValueOrDefault(Client) == 1);

        await using var second = new TestClient(cluster, 0);
        await TestEnd.Until("the second connection", () => replica.Opened.GetValueOrDefault(Client) >= 2);
        await TestEnd.Until("a reply on it", () =>
        {
            replica.Network.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, new byte[] { 6 }), Client);
            return !first.Frames.IsEmpty || !second.Frames.IsEmpty;
        });
    }

    [Fact]
    public async Task A_queue_that_is_full_drops_and_counts_and_holds_nobody_up()
    {
        using var cluster = new TestCluster(3);
        var gate = new SemaphoreSlim(0);
        await using var sender = new TestEnd(cluster, 0, new TransportLimits { QueueFrames = 16, QueueBytes = 1 << 20 });
        await using var stuck = new TestEnd(cluster, 1, consume: (_, cancellation) => new ValueTask(gate.WaitAsync(cancellation)));
        await using var other = new TestEnd(cluster, 2);
        await TestEnd.Until("connections", () => sender.Network.ReplicasConnected == 2);

        var frame = new byte[64 * 1024];
        for (var i = 0; i < 1000; i++) sender.Network.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, frame), PeerId.Of(new ReplicaId(1)));
        Assert.True(sender.Dropped > 0);
        sender.Send(2, 7);

        await TestEnd.Until("the other's frame", () => other.Frames.Count == 1);
    }

    [Fact]
    public async Task A_flood_from_one_peer_does_not_keep_another_from_a_slow_consumer()
    {
        using var cluster = new TestCluster(3);
        var one = new SemaphoreSlim(1, 1);
        await using var receiver = new TestEnd(cluster, 0, consume: async (_, cancellation) =>
        {
            await one.WaitAsync(cancellation);
            await Task.Delay(1, cancellation);
            one.Release();
        });
        await using var flood = new TestEnd(cluster, 1);
        await using var quiet = new TestEnd(cluster, 2);
        await TestEnd.Until("connections", () => flood.Network.ReplicasConnected == 2 && quiet.Network.ReplicasConnected == 2);

        for (var i = 0; i < 10_000; i++) flood.Send(0, new byte[100]);
        for (var i = 0; i < 10; i++) quiet.Send(0, 1);

        await TestEnd.Until("the quiet peer's frames", () => receiver.FramesFrom(PeerId.Of(new ReplicaId(2))) == 10);
        Assert.True(receiver.FramesFrom(PeerId.Of(new ReplicaId(1))) < 10_000);
    }
}
