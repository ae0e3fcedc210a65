using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Who calls a replica makes sure that it is the one that was meant.</summary>
public sealed class TransportCallTests : IDisposable
{
    private static readonly PeerId Zero = PeerId.Of(new ReplicaId(0));
    private static readonly PeerId Client = PeerId.Of(new ClientId(0));

    private readonly TestCluster _cluster = new(2, 1);

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task A_stranger_in_the_place_of_a_replica_is_refused()
    {
        using var stranger = Attacker.Stranger("CN=replica-0");
        await Impersonate(TransportRefusal.UnknownKey, stream => Serve(stream, stranger, HelloOf(Zero)));
    }

    [Fact]
    public async Task Another_member_in_the_place_of_a_replica_is_refused() =>
        await Impersonate(TransportRefusal.WrongCertificate, stream => Serve(stream, _cluster.CertificateOf(Client), HelloOf(Zero)));

    [Fact]
    public async Task A_replica_that_answers_under_another_name_is_refused() =>
        await Impersonate(TransportRefusal.WrongCertificate, stream => Serve(stream, _cluster.CertificateOf(Zero), HelloOf(PeerId.Of(new ReplicaId(1)))));

    [Fact]
    public async Task A_replica_of_another_genesis_is_refused() =>
        await Impersonate(TransportRefusal.WrongCluster, stream => Serve(stream, _cluster.CertificateOf(Zero), Hello.Encode(Digest.Of([9]), Zero)));

    [Fact]
    public async Task A_replica_that_speaks_only_TLS_1_2_is_refused() => await Impersonate(
        TransportRefusal.Handshake,
#pragma warning disable CA5398, SYSLIB0039 // the old version is what is tried here
        stream => Serve(stream, _cluster.CertificateOf(Zero), HelloOf(Zero), SslProtocols.Tls12));
#pragma warning restore CA5398, SYSLIB0039

    [Fact]
    public async Task A_replica_that_sends_where_nothing_may_come_is_refused() =>
        await Impersonate(TransportRefusal.Protocol, stream => Serve(stream, _cluster.CertificateOf(Zero), HelloOf(Zero), frame: [1, 2, 3]));

    [Fact]
    public async Task A_replica_that_takes_the_call_and_says_nothing_is_given_up_for_now() => await Impersonate(
        TransportRefusal.HandshakeTimeout, stream => Attacker.Drain(stream), new TransportLimits { Handshake = TimeSpan.FromMilliseconds(200) });

    [Theory]
    [InlineData(0, 20, 40, 80, 160, 300, 300)]
    [InlineData(299, 20, 40, 80, 160, 300, 300)]
    [InlineData(300, 20, 20, 20, 20, 20, 20)]
    public void Pauses_grow_to_their_bound_unless_the_connection_stood_as_long(int stood, params int[] pauses)
    {
        var next = new Pauses(TimeSpan.FromMilliseconds(300));

        Assert.Equal(pauses, pauses.Select(_ => (int)next.Next(TimeSpan.FromMilliseconds(stood), spread: 1).TotalMilliseconds));
        Assert.Equal(pauses[^1] / 2, (int)next.Next(TimeSpan.FromMilliseconds(stood), spread: 0).TotalMilliseconds);
    }

    /// <summary>Somebody listens where replica 0 should, and replica 1 calls.</summary>
    private async Task Impersonate(TransportRefusal refusal, Func<Stream, Task> serve, TransportLimits? limits = null)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(_cluster.Members.Replicas[0].Address);
        listening.Listen();
        var serving = Task.Run(() => ServeAll(listening, serve));
        await using (var caller = new TestEnd(_cluster, 1, limits))
        {
            caller.Send(0, 42);
            await TestEnd.Until("it is refused", () => !caller.Refusals.IsEmpty);
            Assert.All(caller.Refusals, reason => Assert.Equal(refusal, reason));
        }

        listening.Dispose();
        await serving;
    }

    private static async Task ServeAll(Socket listening, Func<Stream, Task> serve)
    {
        while (true)
        {
            try
            {
                using var socket = await listening.AcceptAsync();
                await using var stream = new NetworkStream(socket);
                await serve(stream);
            }
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // the caller hung up
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task Serve(Stream stream, X509Certificate2 certificate, byte[] hello, SslProtocols protocols = SslProtocols.Tls13, byte[]? frame = null)
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        });
        await Link.Write(tls, hello, default);
        if (frame is not null) await Link.Write(tls, frame, default);
        await Attacker.Drain(tls);
    }

    private byte[] HelloOf(PeerId peer) => Hello.Encode(_cluster.Members.Genesis.Digest, peer);
}
