using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What strangers and misbehaving members try: it is refused, counted under its name, and the members go on.</summary>
public sealed class TransportAttackTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    /// <summary>Nothing here runs out of time on a slow machine.</summary>
    private static readonly TransportLimits Patient = new()
    {
        Handshake = TimeSpan.FromMinutes(5),
        Stall = TimeSpan.FromMinutes(5),
        ClientFrame = 1000,
    };

    private readonly TestCluster _cluster = new(2, 2);
    private readonly Attacker _attacker;

    public TransportAttackTests() => _attacker = new Attacker(_cluster);

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task A_certificate_whose_key_is_not_in_the_genesis_is_refused()
    {
        using var stranger = Attacker.Stranger("CN=replica-1");
        await Attack(TransportRefusal.UnknownKey, async stream => await Attacker.Authenticated(stream, stranger));
    }

    [Fact]
    public async Task No_certificate_is_refused() => await Attack(TransportRefusal.UnknownKey, async stream => await Attacker.Authenticated(stream, null));

    [Fact]
    public async Task A_member_that_says_it_is_another_is_refused() => await Attack(TransportRefusal.WrongCertificate, async stream =>
        await Attacker.Say(await _attacker.AsClient(stream), _attacker.HelloOf(PeerId.Of(new ClientId(1)))));

    [Fact]
    public async Task A_member_that_says_it_is_somebody_whom_nobody_knows_is_refused() => await Attack(TransportRefusal.WrongCertificate, async stream =>
        await Attacker.Say(await _attacker.AsClient(stream), _attacker.HelloOf(PeerId.Of(new ReplicaId(9)))));

    [Fact]
    public async Task A_client_that_says_it_is_a_replica_is_refused() => await Attack(TransportRefusal.WrongCertificate, async stream =>
        await Attacker.Say(await _attacker.AsClient(stream), _attacker.HelloOf(PeerId.Of(new ReplicaId(1)))));

    [Fact]
    public async Task A_member_of_another_cluster_is_refused() => await Attack(TransportRefusal.WrongCluster, async stream =>
        await Attacker.Say(await _attacker.AsClient(stream), Hello.Encode(Digest.Of([9]), PeerId.Of(new ClientId(0)))));

    [Fact]
    public async Task Garbage_in_place_of_a_hello_is_refused() => await Attack(TransportRefusal.Protocol, async stream =>
        await Attacker.Say(await _attacker.AsClient(stream), Garbage(100)));

    [Fact]
    public async Task Garbage_inside_TLS_is_refused() => await Attack(TransportRefusal.OversizedFrame, async stream =>
    {
        var tls = await _attacker.AsClient(stream);
        await tls.WriteAsync(Garbage(4096));
        await Attacker.Drain(tls);
    });

    [Fact]
    public async Task Garbage_in_place_of_TLS_is_refused() => await Attack(TransportRefusal.Handshake, async stream =>
    {
        await stream.WriteAsync(Garbage(4096));
        await Attacker.Drain(stream);
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
        var tls = await _attacker.Member(stream);
        var header = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(header, int.MaxValue);
        await tls.WriteAsync(header);
        await Attacker.Drain(tls);
    });

    [Fact]
    public async Task A_connection_that_says_nothing_is_cut() => await Attack(TransportRefusal.HandshakeTimeout, Attacker.Drain, Patient with { Handshake = Short });

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_cut() => await Attack(
        TransportRefusal.HandshakeTimeout,
        async stream =>
        {
            await stream.WriteAsync(new byte[] { 22, 3, 1, 2, 0, 1 });
            await Attacker.Drain(stream);
        },
        Patient with { Handshake = Short });

    [Fact]
    public async Task A_hello_that_does_not_go_on_is_cut() => await Attack(
        TransportRefusal.HandshakeTimeout,
        async stream =>
        {
            var tls = await _attacker.AsClient(stream);
            await tls.WriteAsync(new byte[] { 0, 0, 0, 50, 1 });
            await Attacker.Drain(tls);
        },
        Patient with { Handshake = TimeSpan.FromSeconds(2) });

    [Fact]
    public async Task A_frame_that_is_begun_and_does_not_go_on_is_cut() => await Attack(
        TransportRefusal.StalledFrame,
        async stream =>
        {
            var tls = await _attacker.Member(stream);
            await tls.WriteAsync(new byte[] { 0, 0, 0, 100, 1, 2, 3 });
            await Attacker.Drain(tls);
        },
        Patient with { Stall = Short });

    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 100, 1, 2, 3 })]
    public async Task A_member_that_hangs_up_inside_a_frame_is_refused(byte[] part) => await Attack(TransportRefusal.Protocol, async stream =>
    {
        await using var tls = await _attacker.Member(stream);
        await tls.WriteAsync(part);
        await tls.ShutdownAsync();
        await Attacker.Drain(tls);
    });

    [Fact]
    public async Task A_caller_that_hangs_up_inside_its_hello_is_refused() => await Attack(TransportRefusal.Protocol, async stream =>
    {
        await using var tls = await _attacker.AsClient(stream);
        await tls.WriteAsync(new byte[] { 0, 0, 0, 50, 1 });
        await tls.ShutdownAsync();
        await Attacker.Drain(tls);
    });

    [Fact]
    public async Task A_member_that_is_silent_between_frames_is_not_cut()
    {
        await using var replica = new TestEnd(_cluster, 0, Patient with { Stall = Short });
        using var socket = await _attacker.Connect();
        await using var tls = await _attacker.Member(new NetworkStream(socket));
        await Task.Delay(Short * 2);
        await tls.WriteAsync(new byte[] { 0, 0, 0, 1, 42 });

        await TestEnd.Until("the frame", () => replica.FramesFrom(Attacker.Client) == 1);
        Assert.Empty(replica.Refusals);
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_make_room_for_members()
    {
        await using var replica = new TestEnd(_cluster, 0, Patient);
        var silent = new List<Socket>();
        for (var i = 0; i < 1000; i++) silent.Add(await _attacker.Connect());

        await TestEnd.Until("all but the last are cut", () => replica.Refusals.Count == 1000 - Patient.Unauthenticated);
        await MembersGoOn(replica);

        Assert.All(replica.Refusals, reason => Assert.Equal(TransportRefusal.TooManyConnections, reason));
        foreach (var socket in silent) socket.Dispose();
    }

    private async Task Attack(TransportRefusal refusal, Func<Stream, Task> attack, TransportLimits? limits = null)
    {
        await using var replica = new TestEnd(_cluster, 0, limits ?? Patient);
        using var socket = await _attacker.Connect();
        await using var stream = new NetworkStream(socket);
        try
        {
            await attack(stream);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // cut off
        }

        await TestEnd.Until("it is refused", () => !replica.Refusals.IsEmpty);
        Assert.Equal([refusal], replica.Refusals);
        Assert.Empty(replica.Frames);
        await MembersGoOn(replica);
    }

    private async Task MembersGoOn(TestEnd replica)
    {
        await using var member = new TestEnd(_cluster, 1);
        await TestEnd.Until("a frame of a member", () =>
        {
            member.Send(0, 7);
            return replica.FramesFrom(PeerId.Of(new ReplicaId(1))) > 0;
        });
    }

    private static byte[] Garbage(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)(200 + (i * 131)))];
}
