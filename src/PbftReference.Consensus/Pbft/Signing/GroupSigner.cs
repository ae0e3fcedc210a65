using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft.Signing;

/// <summary>
/// Signs all that leaves in one go by one signature of the node's key. One thread at a time. A statement that was not noted before is
/// signed by itself.
/// </summary>
public sealed class GroupSigner : IGroupSigner
{
    private static readonly Signature Placeholder = Signature.OfClient([0]);

    private readonly ISecurityUtils _keys;
    private readonly Digest _genesis;
    private readonly List<Digest> _leaves = [];
    private readonly Dictionary<Digest, int> _places = [];
    private MerkleTree? _tree;
    private byte[] _rootSignature = [];
    private bool _open;

    /// <summary>A signer of a node.</summary>
    /// <param name="keys">The node's key.</param>
    /// <param name="genesis">The genesis digest.</param>
    /// <param name="replica">The replica it signs as.</param>
    public GroupSigner(ISecurityUtils keys, Digest genesis, ReplicaId replica) => (_keys, _genesis, Replica) = (keys, genesis, replica);

    /// <inheritdoc/>
    public ReplicaId Replica { get; }

    /// <inheritdoc/>
    public void Open()
    {
        _leaves.Clear();
        _places.Clear();
        (_tree, _open) = (null, true);
    }

    /// <inheritdoc/>
    public void Close()
    {
        _open = false;
        if (_leaves.Count == 0) return;
        _tree = new MerkleTree(_leaves);
        _rootSignature = _keys.Sign(SignatureGroup.RootBytes(_genesis, _tree.Root));
    }

    /// <inheritdoc/>
    public Signature Sign(Digest statement, long revision, Digest chainHead)
    {
        var leaf = SignatureGroup.Leaf(_genesis, statement, revision, chainHead);
        if (_open)
        {
            if (_places.TryAdd(leaf, _leaves.Count)) _leaves.Add(leaf);
            return Placeholder;
        }

        return new Signature(revision, chainHead, BytesFor(leaf));
    }

    private ImmutableArray<byte> BytesFor(Digest leaf)
    {
        if (_tree is not null && _places.TryGetValue(leaf, out var index)) return SignatureGroup.Encode(_tree, index, _rootSignature);
        var alone = new MerkleTree([leaf]);
        return SignatureGroup.Encode(alone, 0, _keys.Sign(SignatureGroup.RootBytes(_genesis, alone.Root)));
    }
}
