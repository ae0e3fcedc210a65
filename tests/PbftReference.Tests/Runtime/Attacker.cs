using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;

namespace PbftReference.Tests.Runtime;

/// <summary>Calls replica 0 of a cluster with a hand-made connection.</summary>
internal sealed class Attacker(TestCluster cluster)
{
    public static readonly PeerId Client = PeerId.Of(new ClientId(0));

    public async Task<Socket> Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(cluster.Members.Replicas[0].Address);
        return socket;
    }

    /// <summary>A certificate that no genesis knows.</summary>
    public static X509Certificate2 Stranger(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    public byte[] HelloOf(PeerId peer) => Hello.Encode(cluster.Members.Genesis.Digest, peer);

    /// <summary>A member's connection that is taken: client 0's.</summary>
    public async Task<SslStream> Member(Stream stream)
    {
        var tls = await AsClient(stream);
        await Link.Write(tls, HelloOf(Client), default);
        var answer = new byte[sizeof(int) + HelloOf(Client).Length];
        await tls.ReadExactlyAsync(answer);
        return tls;
    }

    /// <summary>TLS with client 0's certificate.</summary>
    public Task<SslStream> AsClient(Stream stream) => Authenticated(stream, cluster.CertificateOf(Client));

    public static async Task<SslStream> Authenticated(Stream stream, X509Certificate2? certificate)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "replica-0",
            ClientCertificates = certificate is null ? null : [certificate],
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        });
        return tls;
    }

    public static async Task Say(SslStream tls, byte[] frame)
    {
        await Link.Write(tls, frame, default);
        await Drain(tls);
    }

    /// <summary>Reads until the other side hangs up.</summary>
    public static async Task Drain(Stream stream)
    {
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }
}
