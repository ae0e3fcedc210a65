using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft.Signing;

/// <summary>
/// What a signature over many statements is made of: the statements are the leaves of a Merkle tree (<see cref="PageTree"/>), its root
/// is signed once, and each statement's signature carries its path to the root. So a quorum's votes stay evidence for third parties, at
/// the price of one signature for all that leaves in one go.
/// </summary>
internal static class SignatureGroup
{
    /// <summary>Most statements under one root: a path has at most 24 steps.</summary>
    public const int MaxLeaves = 1 << 24;

    private const byte Version = 1;
    private const int HeaderSize = 1 + 4 + 4 + 1;
    private const int MaxPath = 24;

    [ThreadStatic]
    private static CanonicalWriter? _writer;

    /// <summary>The leaf of a statement: what a single signature would cover.</summary>
    public static Digest Leaf(Digest genesis, Digest statement, long revision, Digest chainHead)
    {
        var writer = Writer();
        SignedBytes.Write(writer, genesis, statement, revision, chainHead);
        return writer.ToDigest();
    }

    /// <summary>The bytes that are signed for a root. The genesis stands in them too, so that no root means anything in another cluster.</summary>
    public static byte[] RootBytes(Digest genesis, Digest root) => Writer().Text("pbft-reference/signature-root/1").Digest(genesis).Digest(root).ToArray();

    /// <summary>The signature bytes of one leaf.</summary>
    public static ImmutableArray<byte> Encode(MerkleTree tree, int index, ReadOnlySpan<byte> rootSignature)
    {
        var writer = Writer().Byte(Version).Int32(tree.Count).Int32(index);
        var path = tree.Path(index);
        writer.Byte((byte)path.Count);
        foreach (var node in path) writer.Digest(node);
        writer.Bytes(rootSignature);
        return ImmutableArray.Create(writer.Written);
    }

    /// <summary>Reads signature bytes and follows the path.</summary>
    /// <param name="bytes">The signature bytes.</param>
    /// <param name="leaf">The leaf of the statement that is said to be signed.</param>
    /// <param name="root">The root that the path leads to.</param>
    /// <param name="rootSignature">The signature of the root.</param>
    /// <returns>False if the bytes are of no such signature.</returns>
    public static bool TryFollow(ReadOnlySpan<byte> bytes, Digest leaf, out Digest root, out ReadOnlySpan<byte> rootSignature)
    {
        root = default;
        rootSignature = default;
        if (bytes.Length < HeaderSize) return false;
        var reader = new CanonicalReader(bytes);
        if (reader.Byte() != Version) return false;
        var (count, index, steps) = (reader.Int32(), reader.Int32(), reader.Byte());
        if (count is < 1 or > MaxLeaves || index < 0 || index >= count || steps > MaxPath) return false;
        if (bytes.Length < HeaderSize + (steps * Digest.Size) + sizeof(int)) return false;
        var top = leaf;
        for (int width = count, at = index; width > 1; width = (width + 1) / 2, at /= 2)
        {
            // a node without a right neighbour rises unchanged
            if ((at ^ 1) >= width) continue;
            if (steps-- == 0) return false;
            var neighbour = reader.Digest();
            top = (at & 1) == 0 ? PageTree.Node(top, neighbour) : PageTree.Node(neighbour, top);
        }

        if (steps != 0) return false;
        root = PageTree.Root(count, top);
        rootSignature = bytes[(reader.Position + sizeof(int))..];
        return reader.Int32() == rootSignature.Length;
    }

    private static CanonicalWriter Writer()
    {
        var writer = _writer ??= new CanonicalWriter();
        writer.Clear();
        return writer;
    }
}
