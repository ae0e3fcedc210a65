using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Consensus.Pbft.Signing;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Consensus;

/// <summary>One signature for many statements: each carries its path to the signed root.</summary>
public sealed class SignatureGroupTests : IDisposable
{
    private static readonly Digest Genesis = Digest.Of([1]);
    private static readonly ReplicaId Self = new(2);
    private readonly TestKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    private GroupSigner NewSigner() => new(_keys.Of(PeerId.Of(Self)), Genesis, Self);

    private GroupVerifier NewVerifier(Digest? genesis = null) => new(_keys.Of(PeerId.Of(new ReplicaId(0))), genesis ?? Genesis);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(101)]
    public void Every_statement_of_a_group_holds_by_itself_and_the_group_costs_one_check(int count)
    {
        var signed = SignAll(count);
        var verifier = NewVerifier();

        Assert.All(signed, pair => Assert.True(verifier.IsSignedBy(Self, pair.Statement, pair.Signature)));
        Assert.Equal(1, verifier.RootsChecked);
    }

    [Fact]
    public void A_statement_that_was_not_in_the_group_is_signed_by_itself()
    {
        var signer = NewSigner();
        var signature = signer.Sign(Digest.Of([5]), 7, Digest.Of([6]));

        Assert.True(NewVerifier().IsSignedBy(Self, Digest.Of([5]), signature));
    }

    [Fact]
    public void A_signature_holds_for_nothing_else()
    {
        var (statement, signature) = SignAll(9)[4];
        var verifier = NewVerifier();

        Assert.False(verifier.IsSignedBy(Self, Digest.Of([99]), signature));
        Assert.False(verifier.IsSignedBy(new ReplicaId(1), statement, signature));
        Assert.False(verifier.IsSignedBy(Self, statement, signature with { Revision = signature.Revision + 1 }));
        Assert.False(verifier.IsSignedBy(Self, statement, signature with { ChainHead = Digest.Of([98]) }));
        Assert.False(NewVerifier(Digest.Of([97])).IsSignedBy(Self, statement, signature));
        Assert.True(verifier.IsSignedBy(Self, statement, signature));
    }

    [Fact]
    public void Whatever_byte_of_it_is_changed_a_signature_does_not_hold_any_more()
    {
        var (statement, signature) = SignAll(6)[3];
        var verifier = NewVerifier();
        Assert.True(verifier.IsSignedBy(Self, statement, signature));

        for (var i = 0; i < signature.Bytes.Length; i++)
        {
            var changed = signature with { Bytes = signature.Bytes.SetItem(i, (byte)(signature.Bytes[i] ^ 1)) };
            Assert.False(verifier.IsSignedBy(Self, statement, changed), $"byte {i}");
        }
    }

    [Fact]
    public void Bytes_of_any_length_are_refused_without_an_exception()
    {
        var (statement, signature) = SignAll(6)[3];
        var verifier = NewVerifier();

        for (var length = 0; length < signature.Bytes.Length; length++)
        {
            Assert.False(verifier.IsSignedBy(Self, statement, signature with { Bytes = signature.Bytes[..length] }), $"{length} bytes");
        }

        Assert.False(verifier.IsSignedBy(Self, statement, signature with { Bytes = signature.Bytes.Add(0) }));
    }

    [Fact]
    public void A_replicas_client_signs_with_the_replicas_key_and_other_clients_with_their_own()
    {
        var consenter = ConsenterClients.IdOf(Self);
        var signature = Signature.OfClient(NewSigner().Sign(Digest.Of([5]), -1, Digest.None).Bytes);
        var verifier = NewVerifier();

        Assert.True(verifier.IsSignedBy(consenter, Digest.Of([5]), signature));
        Assert.False(verifier.IsSignedBy(new ClientId(2), Digest.Of([5]), signature));
    }

    private List<(Digest Statement, Signature Signature)> SignAll(int count)
    {
        var signer = NewSigner();
        var statements = Enumerable.Range(0, count).Select(i => Digest.Of([(byte)i, 1])).ToList();
        signer.Open();
        foreach (var statement in statements) signer.Sign(statement, 7, Digest.Of([6]));
        signer.Close();
        return statements.ConvertAll(statement => (statement, signer.Sign(statement, 7, Digest.Of([6]))));
    }
}
