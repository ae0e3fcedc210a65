using System.Security.Cryptography;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
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
    [InlineData("\"schema\": \"pbft.genesis/1\",", "", "the field schema is missing")]
    [InlineData("\"service\": \"ledger\"", "\"service\": \"lodger\"", "service: 'lodger': there is no such service")]
    [InlineData("\"cluster\": \"test\"", "\"cluster\": \"te st\"", "cluster: 'te st': a name has")]
    [InlineData("\"cluster\": \"test\"", "\"clutser\": \"test\"", "the field clutser is not known")]
    [InlineData("\"cluster\": \"test\"", "\"cluster\": 5", "cluster must be a text")]
    [InlineData("\"cluster\": \"test\"", "\"cluster\": null", "the field cluster is missing")]
    [InlineData("\"cluster\": \"test\"", "\"cluster\": \"test\", \"cluster\": \"test\"", "'cluster' already exists")]
    [InlineData("\"random\": \"", "\"random\": \"x", "random: ")]
    [InlineData("\"signatures\": true", "\"signatures\": 1", "signatures must be true or false")]
    [InlineData("\"replicas\": [", "\"replicas\": 4, \"more\": [", "the field more is not known")]
    [InlineData("\"replicas\": 4,", "\"replicas\": 4, \"speed\": 4,", "the field \"speed\" is unknown")]
    [InlineData("\"replicas\": 4,", "\"replicas\": 1,", "cluster configuration")]
    [InlineData("\"address\": \"127.0.0.1", "\"address\": \"10.1.2.3", "replicas[0].address: 10.1.2.3")]
    [InlineData("\"address\": \"127.0.0.1", "\"address\": \"nowhere", "replicas[0].address: 'nowhere")]
    [InlineData("\"address\": \"127.0.0.1", "\"port\": \"127.0.0.1", "the field replicas[0].port is not known")]
    [InlineData("\"id\": 1,", "\"id\": 7,", "replicas[1].id is 7")]
    [InlineData("\"id\": 1,", "\"id\": 1.2,", "replicas[1].id must be a whole number")]
    [InlineData("\"id\": 1,", "\"id\": 99999999999999999999,", "replicas[1].id: ")]
    [InlineData("\"id\": \"1\",", "\"id\": \"0\",", "client 0 stands in it twice")]
    [InlineData("\"id\": \"1\",", "\"id\": \"-1\",", "clients[1].id: ")]
    [InlineData("\"publicKey\": \"", "\"publicKey\": \"AAAA", "replicas[0].publicKey: it is not the SubjectPublicKeyInfo of a P-256 key")]
    [InlineData("\"publicKey\": \"", "\"publicKey\": \"?", "replicas[0].publicKey: ")]
    [InlineData("{", "", "is not a genesis file")]
    [InlineData("{", "[] {", "is not a genesis file")]
    public void A_wrong_field_is_named(string right, string wrong, string message)
    {
        var text = GenesisFile.Encode(_cluster.Members);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0);

        var told = Refusal(text[..at] + wrong + text[(at + right.Length)..]);

        Assert.StartsWith("genesis.json is not a genesis file of schema pbft.genesis/1: ", told, StringComparison.Ordinal);
        Assert.Contains(message, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_may_follow_its_end() => Assert.Contains("not a genesis file", Refusal(GenesisFile.Encode(_cluster.Members) + "{}"), StringComparison.Ordinal);

    [Fact]
    public void An_address_or_a_key_stands_in_it_once()
    {
        var (first, second) = (_cluster.Members.Replicas[0], _cluster.Members.Replicas[1]);

        Assert.Contains("two replicas have the address", Refusal(GenesisFile.Encode(With(second with { Address = first.Address }))), StringComparison.Ordinal);
        Assert.Contains("two members have the key", Refusal(GenesisFile.Encode(With(second with { PublicKey = first.PublicKey }))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nistP384")]
    [InlineData("brainpoolP256r1")]
    public void A_key_of_another_curve_is_refused(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));

        var told = Refusal(GenesisFile.Encode(With(_cluster.Members.Replicas[1] with { PublicKey = [.. key.ExportSubjectPublicKeyInfo()] })));

        Assert.Contains("replicas[1].publicKey: it is not the SubjectPublicKeyInfo of a P-256 key", told, StringComparison.Ordinal);
    }

    private ClusterMembers With(ReplicaMember second) => _cluster.Members with { Replicas = _cluster.Members.Replicas.SetItem(1, second) };

    private static string Refusal(string text) => Assert.Throws<GenesisFileException>(() => GenesisFile.Decode(text, "genesis.json")).Message;

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

    [Fact]
    public void Several_threads_sign_and_check_at_once()
    {
        using var keys = new PeerKeys(_cluster.CertificateOf(PeerId.Of(new ReplicaId(0))), _cluster.Members);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var message = BitConverter.GetBytes(i);
            var signature = keys.Sign(message);
            Assert.Equal(64, signature.Length);
            Assert.True(keys.Verify(PeerId.Of(new ReplicaId(0)), signature, message));
            Assert.False(keys.Verify(PeerId.Of(new ReplicaId(1)), signature, message));
        });
    }

    [Fact]
    public void Files_of_keys_are_private_and_what_is_missing_is_named()
    {
        var directory = _cluster.PathOf(PeerId.Of(new ReplicaId(0)));
        var path = Path.Combine(directory, KeyFiles.KeyFile);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.Delete(path);

        var told = Assert.Throws<KeyException>(() => _cluster.CertificateOf(PeerId.Of(new ReplicaId(0))));

        Assert.Contains(path, told.Message, StringComparison.Ordinal);
    }
}
