using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Transport;

namespace PbftReference.Tests.Runtime;

/// <summary>Members with keys and free ports of the loopback, in a directory of their own.</summary>
internal sealed class TestCluster : IDisposable
{
    private const int FirstPort = 12_000;
    private const int Ports = 18_000;

    private static int _lastPort = Random.Shared.Next(Ports);

    private readonly List<X509Certificate2> _certificates = [];

    public TestCluster(int replicas = 2, int clients = 1)
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("pbft-").FullName;
        Members = new ClusterMembers(
            "test", LedgerService.ServiceName, Digest.Of([1]),
            new ClusterConfiguration { Replicas = replicas, Faults = (replicas - 1) / 3, InitialServiceDigest = new LedgerService().Digest }.Validate(),
            [.. Enumerable.Range(0, replicas).Select(i => new ReplicaMember(new ReplicaId(i), FreeAddress(), [.. KeyFiles.Create(PathOf(PeerId.Of(new ReplicaId(i))), PeerId.Of(new ReplicaId(i)))]))],
            [.. Enumerable.Range(0, clients).Select(i => new ClientMember(new ClientId(i), [.. KeyFiles.Create(PathOf(PeerId.Of(new ClientId(i))), PeerId.Of(new ClientId(i)))]))]);
    }

    public string Directory { get; }

    public ClusterMembers Members { get; }

    public string PathOf(PeerId peer) => Path.Combine(Directory, peer.ToString());

    public X509Certificate2 CertificateOf(PeerId peer)
    {
        var certificate = KeyFiles.Read(Path.Combine(PathOf(peer), KeyFiles.CertificateFile), Path.Combine(PathOf(peer), KeyFiles.KeyFile));
        _certificates.Add(certificate);
        return certificate;
    }

    public Identity IdentityOf(PeerId peer) => new(peer, CertificateOf(peer), Members);

    /// <summary>Below the ports that the system gives to those who call, and never the same twice in this process.</summary>
    public static IPEndPoint FreeAddress()
    {
        while (true)
        {
            var address = new IPEndPoint(IPAddress.Loopback, FirstPort + (int)((uint)Interlocked.Increment(ref _lastPort) % Ports));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(address);
                return address;
            }
            catch (SocketException)
            {
                // somebody else's
            }
        }
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates) certificate.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
