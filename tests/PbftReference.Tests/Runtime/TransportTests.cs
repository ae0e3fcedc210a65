using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Runtime.Telemetry;
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
    public async Task Floods_from_two_peers_share_a_slow_consumer_evenly()
    {
        const int Taken = 400;
        using var cluster = new TestCluster(3);
        var permits = new SemaphoreSlim(0);
        await using var receiver = new TestEnd(cluster, 0, consume: (_, cancellation) => new ValueTask(permits.WaitAsync(cancellation)));
        await using var one = new TestEnd(cluster, 1);
        await using var two = new TestEnd(cluster, 2);
        for (var i = 0; i < 10_000; i++) one.Send(0, new byte[100]);
        await TestEnd.Until("the first flood has come in", () => receiver.Opened.ContainsKey(PeerId.Of(new ReplicaId(1))) && permits.CurrentCount == 0);
        for (var i = 0; i < Taken; i++) two.Send(0, new byte[100]);
        await TestEnd.Until("the second peer is there", () => receiver.Opened.ContainsKey(PeerId.Of(new ReplicaId(2))));

        // one frame at a time: whoever has waited longest is next, and each peer waits with one frame
        for (var i = 0; i < Taken; i++)
        {
            permits.Release();
            await TestEnd.Until("it is taken", () => receiver.Frames.Count > i);
        }

        Assert.InRange(receiver.FramesFrom(PeerId.Of(new ReplicaId(2))), Taken / 4, 3 * Taken / 4);
    }

    [Fact]
    public async Task What_waits_leaves_before_a_network_closes()
    {
        using var cluster = new TestCluster(2, 1);
        await using var receiver = new TestEnd(cluster, 1);
        await using var client = new TestClient(cluster, 0);
        await using var sender = new TestEnd(cluster, 0);
        await TestEnd.Until("connections", () => sender.Network.ReplicasConnected == 1 && sender.Network.ClientsConnected == 1);

        for (var i = 0; i < 1000; i++)
        {
            sender.Send(1, new byte[1000]);
            sender.Network.Unicast(new ConsenterMessage(ConsenterMessageType.Consensus, new byte[1000]), Client);
        }

        await sender.Network.Close(TimeSpan.FromMinutes(1));

        await TestEnd.Until("all of it", () => receiver.Frames.Count == 1000 && client.Frames.Count == 1000);
        sender.Send(1, 1);
        Assert.Equal(1, sender.Dropped);
    }

    [Fact]
    public async Task Closing_waits_no_longer_than_it_may_for_a_peer_that_does_not_read()
    {
        using var cluster = new TestCluster();
        await using var stuck = new TestEnd(cluster, 1, consume: (_, cancellation) => new ValueTask(Task.Delay(Timeout.Infinite, cancellation)));
        await using var sender = new TestEnd(cluster, 0);
        await TestEnd.Until("the connection", () => sender.Network.ReplicasConnected == 1);
        for (var i = 0; i < 500; i++) sender.Send(1, new byte[64 * 1024]);

        await sender.Network.Close(TimeSpan.FromMilliseconds(100)).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_handler_that_fails_ends_its_connection_and_no_other()
    {
        using var cluster = new TestCluster(3);
        await using var receiver = new TestEnd(cluster, 0, consume: (peer, _) => peer.Number == 1 ? throw new NotSupportedException("of this peer") : default);
        await using var one = new TestEnd(cluster, 1);
        await using var two = new TestEnd(cluster, 2);
        one.Send(0, 1);
        await TestEnd.Until("the first connection ended", () => receiver.Closed.Contains("of this peer"));

        two.Send(0, 2);
        await TestEnd.Until("the other's frame", () => receiver.Frames.Count == 1);
    }

    [Fact]
    public async Task Two_networks_cannot_have_one_address()
    {
        using var cluster = new TestCluster();
        await using var first = new TestEnd(cluster, 0);

        Assert.Throws<SocketException>(() => new TestEnd(cluster, 0));
    }

    [Fact]
    public void An_address_that_is_not_of_the_loopback_is_refused()
    {
        using var cluster = new TestCluster();
        using var observer = new ReplicaTelemetry(0, new NodeMessages(NullLogger.Instance), new VirtualClock());

        var told = Assert.Throws<ArgumentException>(() => new PeerNetwork(
            cluster.IdentityOf(Zero), cluster.Members, new IPEndPoint(IPAddress.Any, 0), new TransportLimits(), observer, _ => throw new NotSupportedException()));

        Assert.Contains("0.0.0.0:0 is not an address of the loopback", told.Message, StringComparison.Ordinal);
    }
}
