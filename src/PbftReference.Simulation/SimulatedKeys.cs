using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Simulation;

/// <summary>
/// Signatures of a simulation: deterministic, and made with a secret that only the owner's signer holds, so forging is impossible, not
/// just unlikely. The checker of signatures knows all secrets and gives none away.
/// </summary>
public sealed class SimulatedKeys : ISignatureVerifier
{
    private readonly Digest _genesis;
    private readonly Digest[] _replicas;
    private readonly Dictionary<ClientId, Digest> _clients = [];
    private readonly SeededRandom _random;
    private readonly CanonicalWriter _writer = new();
    private readonly byte[] _scratch = new byte[Digest.Size];

    /// <summary>Draws the secrets.</summary>
    public SimulatedKeys(Digest genesis, int replicas, SeededRandom random)
    {
        (_genesis, _random) = (genesis, random);
        _replicas = [.. Enumerable.Range(0, replicas).Select(i => random.Fork($"replica {i}").NextDigest())];
    }

    /// <summary>The signer of one replica.</summary>
    public ISigner SignerOf(ReplicaId replica) => new Signer(this, replica);

    /// <summary>Signs as a client.</summary>
    public Signature SignAs(ClientId client, Digest statement) =>
        Signature.OfClient(Bytes(SecretOf(client), statement, -1, Digest.None));

    /// <inheritdoc/>
    public bool IsSignedBy(ReplicaId replica, Digest statement, Signature signature) =>
        replica.Value >= 0 && replica.Value < _replicas.Length
        && signature.Revision >= 0
        && Matches(signature, _replicas[replica.Value], statement);

    /// <inheritdoc/>
    public bool IsSignedBy(ClientId client, Digest statement, Signature signature) =>
        signature.Revision == -1 && signature.ChainHead.IsNone && Matches(signature, SecretOf(client), statement);

    private bool Matches(Signature signature, Digest secret, Digest statement)
    {
        if (signature.Bytes.Length != Digest.Size) return false;
        Compute(secret, statement, signature.Revision, signature.ChainHead).CopyTo(_scratch);
        return signature.Bytes.AsSpan().SequenceEqual(_scratch);
    }

    private ImmutableArray<byte> Bytes(Digest secret, Digest statement, long revision, Digest chainHead) =>
        ImmutableCollectionsMarshal.AsImmutableArray(Compute(secret, statement, revision, chainHead).ToArray());

    private Digest Compute(Digest secret, Digest statement, long revision, Digest chainHead)
    {
        _writer.Clear();
        _writer.Digest(secret);
        SignedBytes.Write(_writer, _genesis, statement, revision, chainHead);
        return _writer.ToDigest();
    }

    private Digest SecretOf(ClientId client)
    {
        if (_clients.TryGetValue(client, out var secret)) return secret;
        return _clients[client] = _random.Fork($"client {client}").NextDigest();
    }

    private sealed class Signer(SimulatedKeys keys, ReplicaId replica) : ISigner
    {
        public ReplicaId Replica => replica;

        public Signature Sign(Digest statement, long revision, Digest chainHead) =>
            new(revision, chainHead, keys.Bytes(keys._replicas[replica.Value], statement, revision, chainHead));
    }
}
