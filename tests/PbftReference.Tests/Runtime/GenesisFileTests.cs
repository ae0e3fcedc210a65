using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Membership;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Genesis and keys: read strictly, and what is wrong is named.</summary>
public sealed class GenesisFileTests : IDisposable
{
    private readonly TestCluster _cluster = new(4, 2);

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        var read = GenesisFile.Decode(GenesisFile.Encode(_cluster.Members), "genesis.json");

        Assert.Equal(_cluster.Members.Genesis, read.Genesis);
        Assert.Equal(_cluster.Members.Replicas.Select(r => r.Address), read.Replicas.Select(r => r.Address));
    }

    [Fact]
    public void The_genesis_covers_every_key()
    {
        var other = _cluster.Members with { Clients = [.. _cluster.Members.Clients.Reverse()] };

        Assert.NotEqual(_cluster.Members.Genesis.Digest, other.Genesis.Digest);
    }

    [Theory]
    [InlineData("\"schema\": \"pbft.genesis/1\"", "\"schema\": \"pbft.genesis/2\"", "the schema is 'pbft.genesis/2'")]
    [InlineData("\"service\": \"ledger\"", "\"service\": \"lodger\"", "service 'lodger': there is no such service")]
    [InlineData("\"cluster\": \"test\"", "\"cluster\": \"te st\"", "cluster 'te st': a name has")]
    [InlineData("\"cluster\": \"test\"", "\"clutser\": \"test\"", "the field clutser is not known")]
    [InlineData("\"address\": \"127.0.0.1", "\"address\": \"10.1.2.3", "replicas[0].address 10.1.2.3")]
    [InlineData("\"address\": \"127.0.0.1", "\"address\": \"nowhere", "replicas[0].address 'nowhere")]
    [InlineData("\"id\": 1,", "\"id\": 7,", "replicas[1].id is 7")]
    [InlineData("\"id\": \"1\",", "\"id\": \"0\",", "client 0 stands in it twice")]
    [InlineData("\"publicKey\": \"", "\"publicKey\": \"AAAA", "replicas[0]")]
    [InlineData("{", "", "is not a genesis file")]
    public void A_wrong_field_is_named(string right, string wrong, string message)
    {
        var text = GenesisFile.Encode(_cluster.Members);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0);

        var told = Assert.Throws<LogFormatException>(() => GenesisFile.Decode(text[..at] + wrong + text[(at + right.Length)..], "genesis.json"));

        Assert.StartsWith("genesis.json is not a genesis file of schema pbft.genesis/1: ", told.Message, StringComparison.Ordinal);
        if (!message.StartsWith("is not", StringComparison.Ordinal) && !message.StartsWith("replicas[0]", StringComparison.Ordinal)) Assert.Contains(message, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_private_key_that_others_can_read_is_refused()
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Path.Combine(_cluster.PathOf(PeerId.Of(new ReplicaId(0))), KeyFiles.KeyFile);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var told = Assert.Throws<KeyException>(() => _cluster.CertificateOf(PeerId.Of(new ReplicaId(0))));

        Assert.Contains($"chmod 600 {path}", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_never_overwritten() => Assert.Throws<IOException>(() => KeyFiles.Create(_cluster.PathOf(PeerId.Of(new ReplicaId(0))), PeerId.Of(new ReplicaId(0))));

    [Fact]
    public void A_certificate_of_another_member_is_no_identity()
    {
        var told = Assert.Throws<KeyException>(() => new Identity(PeerId.Of(new ReplicaId(1)), _cluster.CertificateOf(PeerId.Of(new ReplicaId(0))), _cluster.Members));

        Assert.Contains("not that of replica-1", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_signs_and_the_others_check_and_nobody_else_holds()
    {
        using var zero = new PeerKeys(_cluster.CertificateOf(PeerId.Of(new ReplicaId(0))), _cluster.Members);
        using var one = new PeerKeys(_cluster.CertificateOf(PeerId.Of(new ReplicaId(1))), _cluster.Members);
        var signature = zero.Sign("a message"u8);

        Assert.True(one.Verify(PeerId.Of(new ReplicaId(0)), signature, "a message"u8));
        Assert.False(one.Verify(PeerId.Of(new ReplicaId(0)), signature, "another"u8));
        Assert.False(one.Verify(PeerId.Of(new ReplicaId(1)), signature, "a message"u8));
        Assert.False(one.Verify(PeerId.Of(new ClientId(77)), signature, "a message"u8));
        Assert.False(one.Verify(PeerId.Of(new ReplicaId(0)), [], "a message"u8));
    }
}
