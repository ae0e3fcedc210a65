using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What strangers and misbehaving members try: it is refused, counted under its name, and the members go on.</summary>
public sealed class TransportAttackTests : IAsyncDisposable
{
    private static readonly TransportLimits Limits = new() { Handshake = TimeSpan.FromMilliseconds(300), Stall = TimeSpan.FromMilliseconds(300), ReplicaFrame = 1 << 20, ClientFrame = 1000 };

    private readonly TestCluster _cluster = new(2, 2);
    private readonly TestEnd _replica;
    private readonly TestEnd _member;

    public TransportAttackTests()
    {
        _replica = new TestEnd(_cluster, 0, Limits);
        _member = new TestEnd(_cluster, 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _member.DisposeAsync();
        _cluster.Dispose();
    }

    [Fact]
    public async Task A_certificate_whose_key_is_not_in_the_genesis_is_refused()
    {
        using var stranger = Certificate();
        await Attack(TransportRefusal.UnknownKey, async stream => await Authenticated(stream, stranger));
    }

    [Fact]
    public async Task No_certificate_is_refused() => await Attack(TransportRefusal.UnknownKey, async stream => await Authenticated(stream, null));

    [Fact]
    public async Task A_member_that_says_it_is_another_is_refused() => await Attack(TransportRefusal.WrongCertificate, async stream =>
        await Say(await Authenticated(stream, Of(PeerId.Of(new ClientId(0)))), HelloOf(PeerId.Of(new ClientId(1)))));

    [Fact]
    public async Task A_client_that_says_it_is_a_replica_is_refused() => await Attack(TransportRefusal.WrongCertificate, async stream =>
        await Say(await Authenticated(stream, Of(PeerId.Of(new ClientId(0)))), HelloOf(PeerId.Of(new ReplicaId(1)))));

    [Fact]
    public async Task A_member_of_another_cluster_is_refused() => await Attack(TransportRefusal.WrongCluster, async stream =>
        await Say(await Authenticated(stream, Of(PeerId.Of(new ClientId(0)))), Hello.Encode(Digest.Of([9]), PeerId.Of(new ClientId(0)))));

    [Fact]
    public async Task Garbage_in_place_of_a_hello_is_refused() => await Attack(TransportRefusal.Protocol, async stream =>
        await Say(await Authenticated(stream, Of(PeerId.Of(new ClientId(0)))), RandomNumberGenerator.GetBytes(100)));

    [Fact]
    public async Task Garbage_in_place_of_TLS_is_refused() => await Attack(TransportRefusal.Handshake, async stream =>
    {
        await stream.WriteAsync(RandomNumberGenerator.GetBytes(4096));
        await Drain(stream);
    });

    [Fact]
    public async Task TLS_1_2_is_refused() => await Attack(TransportRefusal.Handshake, async stream =>
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "replica-0",
#pragma warning disable CA5398, SYSLIB0039 // the old version is what is tried here
            EnabledSslProtocols = SslProtocols.Tls12,
#pragma warning restore CA5398, SYSLIB0039
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
    });

    [Fact]
    public async Task A_frame_that_is_announced_too_large_is_refused_before_it_comes() => await Attack(TransportRefusal.OversizedFrame, async stream =>
    {
        var tls = await Member(stream);
        var header = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(header, int.MaxValue);
        await tls.WriteAsync(header);
        await Drain(tls);
    });

    [Fact]
    public async Task A_connection_that_says_nothing_is_cut() => await Attack(TransportRefusal.HandshakeTimeout, Drain);

    [Fact]
    public async Task A_handshake_that_comes_byte_by_byte_is_cut() => await Attack(TransportRefusal.HandshakeTimeout, async stream =>
    {
        await stream.WriteAsync(new byte[] { 22 });
        await Drain(stream);
    });

    [Fact]
    public async Task A_frame_that_is_begun_and_does_not_go_on_is_cut() => await Attack(TransportRefusal.StalledFrame, async stream =>
    {
        var tls = await Member(stream);
        await tls.WriteAsync(new byte[] { 0, 0, 0, 100, 1, 2, 3 });
        await Drain(tls);
    });

    [Fact]
    public async Task A_member_that_is_silent_between_frames_is_not_cut()
    {
        using var socket = await Connect();
        await using var tls = await Member(new NetworkStream(socket));
        await Task.Delay(Limits.Stall * 2);
        await tls.WriteAsync(new byte[] { 0, 0, 0, 1, 42 });

        await TestEnd.Until("the frame", () => _replica.FramesFrom(PeerId.Of(new ClientId(0))) == 1);
        Assert.Empty(_replica.Refusals);
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_are_cut_and_members_go_on()
    {
        var sockets = new List<Socket>();
        for (var i = 0; i < 1000; i++) sockets.Add(await Connect());

        await TestEnd.Until("all are refused", () => _replica.Refusals.Count >= 1000);

        Assert.Contains(TransportRefusal.TooManyConnections, _replica.Refusals);
        foreach (var socket in sockets) socket.Dispose();
        await MembersGoOn();
    }

    [Fact]
    public async Task A_huge_announcement_costs_no_memory()
    {
        using var socket = await Connect();
        await using var tls = await Member(new NetworkStream(socket));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var header = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(header, Limits.ClientFrame);
        for (var i = 0; i < 3; i++) await tls.WriteAsync(i == 0 ? header : new byte[10]);

        await TestEnd.Until("it is cut", () => !_replica.Refusals.IsEmpty);
        Assert.Equal([TransportRefusal.StalledFrame], _replica.Refusals);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 64 << 20);
    }

    private async Task Attack(TransportRefusal refusal, Func<Stream, Task> attack)
    {
        using var socket = await Connect();
        await using var stream = new NetworkStream(socket);
        try
        {
            await attack(stream);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // cut off
        }

        await TestEnd.Until("it is refused", () => !_replica.Refusals.IsEmpty);
        Assert.Equal([refusal], _replica.Refusals);
        Assert.Empty(_replica.Frames);
        await MembersGoOn();
    }

    private async Task MembersGoOn()
    {
        await TestEnd.Until("a frame of a member", () =>
        {
            _member.Send(0, 7);
            return _replica.FramesFrom(PeerId.Of(new ReplicaId(1))) > 0;
        });
    }

    private async Task<Socket> Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_cluster.Members.Replicas[0].Address);
        return socket;
    }

    private X509Certificate2 Of(PeerId peer) => _cluster.CertificateOf(peer);

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=replica-1", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    private byte[] HelloOf(PeerId peer) => Hello.Encode(_cluster.Members.Genesis.Digest, peer);

    /// <summary>A real member's connection: client 0.</summary>
    private async Task<SslStream> Member(Stream stream)
    {
        var tls = await Authenticated(stream, Of(PeerId.Of(new ClientId(0))));
        await Link.Write(tls, HelloOf(PeerId.Of(new ClientId(0))), default);
        await TestEnd.Until("it is taken", () => _replica.Opened.ContainsKey(PeerId.Of(new ClientId(0))));
        return tls;
    }

    private static async Task<SslStream> Authenticated(Stream stream, X509Certificate2? certificate)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "replica-0",
            ClientCertificates = certificate is null ? null : [certificate],
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return tls;
    }

    private static async Task Say(SslStream tls, byte[] frame)
    {
        await Link.Write(tls, frame, default);
        await Drain(tls);
    }

    /// <summary>Reads until the other side hangs up.</summary>
    private static async Task Drain(Stream stream)
    {
        var buffer = new byte[1024];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }
    }
}
