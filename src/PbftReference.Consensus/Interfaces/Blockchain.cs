using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Interfaces;

/// <summary>Where a replica's chain of blocks ends (Fabric's <c>pb.BlockchainInfo</c>).</summary>
/// <param name="SequenceNumber">The place in the agreed order that the chain has come to; 0 at the beginning.</param>
/// <param name="CurrentHash">What the next block names as its previous hash: the hash of the last block, or of the last checkpoint if that is later.</param>
/// <param name="StateDigest">Digest of the service's state there.</param>
public sealed record BlockchainInfo(SequenceNumber SequenceNumber, Digest CurrentHash, Digest StateDigest);

/// <summary>A block: one committed batch (Fabric's <c>pb.Block</c>).</summary>
/// <param name="Metadata">The consenter's metadata; by it the executor recognises a batch that it has committed already.</param>
/// <param name="PreviousHash">Hash of the block before, or of the checkpoint that lies between.</param>
/// <param name="Requests">What was executed, in order.</param>
/// <param name="Results">The result of each.</param>
/// <param name="StateDigest">Digest of the service's state after it.</param>
public sealed record Block(
    ConsensusMetadata Metadata, Digest PreviousHash, ImmutableArray<Request> Requests, ImmutableArray<ImmutableArray<byte>> Results, Digest StateDigest)
{
    private Digest? _hash;

    // a changed copy has another hash, so the remembered one stays behind
    private Block(Block original)
    {
        (Metadata, PreviousHash, Requests, Results, StateDigest) =
            (original.Metadata, original.PreviousHash, original.Requests, original.Results, original.StateDigest);
    }

    /// <summary>The block's hash: covers everything in it.</summary>
    public Digest Hash => _hash ??= BlockHash.Of(this);
}

/// <summary>What a consenter writes into a block (Fabric's <c>pbft/messages.proto</c>, <c>metadata</c>).</summary>
/// <param name="SequenceNumber">The batch's place in the agreed order; for noops the number of the block.</param>
public readonly record struct ConsensusMetadata(SequenceNumber SequenceNumber);
