using PbftReference.Core.Types;

namespace PbftReference.Consensus.Interfaces;

/// <summary>The hashes of the chain of blocks.</summary>
public static class BlockHash
{
    /// <summary>The hash of a block.</summary>
    public static Digest Of(Block block)
    {
        var writer = new CanonicalWriter().Text("pbft-reference/block/1")
            .Int64(block.Metadata.SequenceNumber.Value).Digest(block.PreviousHash).Digest(block.StateDigest).Int32(block.Requests.Length);
        foreach (var request in block.Requests) writer.Digest(request.StatementDigest);
        writer.Int32(block.Results.Length);
        foreach (var result in block.Results) writer.Bytes(result.AsSpan());
        return writer.ToDigest();
    }

    /// <summary>
    /// What a block after a checkpoint names as its previous hash. It follows from what a quorum signed, so a replica that took
    /// the state over without the blocks before goes on with the same chain as the others.
    /// </summary>
    /// <param name="n">The checkpoint's place.</param>
    /// <param name="stateDigest">The digest that is signed for: of service state and client table.</param>
    public static Digest OfCheckpoint(SequenceNumber n, Digest stateDigest) =>
        new CanonicalWriter().Text("pbft-reference/block-checkpoint/1").Int64(n.Value).Digest(stateDigest).ToDigest();
}
