using System.Collections.Concurrent;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft.Signing;

/// <summary>
/// Checks signatures that were made in groups. Roots that hold are remembered for a while, so that a group costs one check of a
/// signature, not one for each statement in it. May be used by several threads.
/// </summary>
public sealed class GroupVerifier : ISignatureVerifier
{
    private const int RootsInGeneration = 8192;

    private readonly ISecurityUtils _keys;
    private readonly Digest _genesis;
    private ConcurrentDictionary<(PeerId Peer, Digest Root), byte[]> _young = new();
    private ConcurrentDictionary<(PeerId Peer, Digest Root), byte[]> _old = new();
    private int _inYoung;

    /// <summary>A verifier.</summary>
    /// <param name="keys">The peers' public keys.</param>
    /// <param name="genesis">The genesis digest.</param>
    public GroupVerifier(ISecurityUtils keys, Digest genesis) => (_keys, _genesis) = (keys, genesis);

    /// <summary>How many signatures of roots were checked: what groups cost.</summary>
    public long RootsChecked => Volatile.Read(ref _rootsChecked);

    private long _rootsChecked;

    /// <inheritdoc/>
    public bool IsSignedBy(ReplicaId replica, Digest statement, Signature signature) =>
        signature.Revision >= 0 && Holds(PeerId.Of(replica), statement, signature);

    /// <inheritdoc/>
    public bool IsSignedBy(ClientId client, Digest statement, Signature signature) =>
        signature.Revision == -1 && signature.ChainHead.IsNone && Holds(ConsenterClients.SignerOf(client), statement, signature);

    private bool Holds(PeerId peer, Digest statement, Signature signature)
    {
        var leaf = SignatureGroup.Leaf(_genesis, statement, signature.Revision, signature.ChainHead);
        if (!SignatureGroup.TryFollow(signature.Bytes.AsSpan(), leaf, out var root, out var rootSignature)) return false;
        var key = (peer, root);
        if (IsRemembered(key, rootSignature)) return true;
        Interlocked.Increment(ref _rootsChecked);
        if (!_keys.Verify(peer, rootSignature, SignatureGroup.RootBytes(_genesis, root))) return false;
        Remember(key, rootSignature.ToArray());
        return true;
    }

    // Another signature of the same root is checked anew: what is passed on as evidence must hold by itself.
    private bool IsRemembered((PeerId Peer, Digest Root) key, ReadOnlySpan<byte> rootSignature) =>
        (_young.TryGetValue(key, out var known) || _old.TryGetValue(key, out known)) && rootSignature.SequenceEqual(known);

    private void Remember((PeerId Peer, Digest Root) key, byte[] rootSignature)
    {
        _young[key] = rootSignature;
        if (Interlocked.Increment(ref _inYoung) % RootsInGeneration != 0) return;
        _old = _young;
        _young = new ConcurrentDictionary<(PeerId Peer, Digest Root), byte[]>();
    }
}
