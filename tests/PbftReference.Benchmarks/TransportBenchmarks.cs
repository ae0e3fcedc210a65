using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Transport;

namespace PbftReference.Benchmarks;

/// <summary>Frames from one replica to another on the loopback, both ends in this process.</summary>
internal static class TransportBenchmarks
{
    private const int Frames = 300_000;

    public static IEnumerable<Benchmark> List()
    {
        yield return new Benchmark("transport/tls/256", "frame", () => Send(256).GetAwaiter().GetResult());
    }

    private static async Task<Measured> Send(int size)
    {
        var directory = Directory.CreateTempSubdirectory("pbft-").FullName;
        try
        {
            var members = Members(directory);
            using var zero = Certificate(directory, 0);
            using var one = Certificate(directory, 1);
            var end = new End();
            await using var receiver = New(members, 1, one, end);
            await using var sender = New(members, 0, zero, new End());
            while (sender.ReplicasConnected == 0) await Task.Delay(1).ConfigureAwait(false);
            return Measured.Of(Frames, () => Flood(sender, end, new byte[size]));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Sends with a bounded number of frames under way, so that none is dropped.</summary>
    private static void Flood(PeerNetwork sender, End end, byte[] payload)
    {
        var message = new ConsenterMessage(ConsenterMessageType.Consensus, payload);
        var receiver = PeerId.Of(new ReplicaId(1));
        for (var sent = 0; sent < Frames; sent++)
        {
            while (sender.Waiting > 8192) Thread.Sleep(0);
            sender.Unicast(message, receiver);
        }

        while (end.Count < Frames) Thread.Sleep(0);
    }

    private static PeerNetwork New(ClusterMembers members, int replica, X509Certificate2 certificate, End end)
    {
        var identity = new Identity(PeerId.Of(new ReplicaId(replica)), certificate, members);
        var network = new PeerNetwork(identity, members, null, new TransportLimits(), end, _ => (end.Take, end));
        network.Start();
        return network;
    }

    private static ClusterMembers Members(string directory) => new(
        "bench", LedgerService.ServiceName, Digest.Of([1]), new ClusterConfiguration { Replicas = 2, Faults = 0, InitialServiceDigest = new LedgerService().Digest },
        [.. Enumerable.Range(0, 2).Select(i => new ReplicaId(i)).Select(id => new ReplicaMember(id, FreeAddress(), [.. KeyFiles.Create(PathOf(directory, id.Value), PeerId.Of(id))]))],
        ImmutableArray<ClientMember>.Empty);

    private static X509Certificate2 Certificate(string directory, int replica) =>
        KeyFiles.Read(Path.Combine(PathOf(directory, replica), KeyFiles.CertificateFile), Path.Combine(PathOf(directory, replica), KeyFiles.KeyFile));

    private static string PathOf(string directory, int replica) => Path.Combine(directory, PeerId.Of(new ReplicaId(replica)).ToString());

    private static IPEndPoint FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Counts what comes. A frame that is dropped would never be counted, so it ends the measurement.</summary>
    private sealed class End : ITransportObserver, IDisposable
    {
        private long _count;

        public long Count => Volatile.Read(ref _count);

        public ValueTask Take(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _count);
            return default;
        }

        public void Dropped(PeerId peer) => throw new InvalidOperationException($"a frame to {peer} was dropped");

        public void Refused(TransportRefusal reason, string remote) => throw new InvalidOperationException($"{remote} was refused: {reason}");

        public void Opened(PeerId peer, bool outgoing)
        {
        }

        public void Closed(PeerId peer, bool outgoing, string reason)
        {
        }

        public void Sent(PeerId peer, int bytes)
        {
        }

        public void Received(PeerId peer, int bytes)
        {
        }

        public void Dispose()
        {
        }
    }
}
