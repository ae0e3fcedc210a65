using System.Buffers.Binary;

namespace PbftReference.Core.Types;

/// <summary>
/// The Merkle tree over the pages of a state, from scratch. Three domains, told apart by their first byte: a page (0, page bytes),
/// a node (1, left, right) and the root (2, page count, top node). A node without a right neighbour rises unchanged; the count in
/// the root keeps trees of different shape apart, so no list of pages stands for another.
/// </summary>
public static class PageTree
{
    private const byte PageTag = 0;
    private const byte NodeTag = 1;
    private const byte RootTag = 2;

    /// <summary>The digest of one page: SHA-256 of 0 and its bytes.</summary>
    public static Digest PageDigest(ReadOnlySpan<byte> page) => Digest.Of([PageTag], page);

    /// <summary>The root over page digests in page order; of no pages too.</summary>
    public static Digest Root(ReadOnlySpan<Digest> pageDigests) =>
        Root(pageDigests.Length, pageDigests.IsEmpty ? Digest.None : Top(pageDigests));

    /// <summary>The root over a number of pages whose top node is known.</summary>
    public static Digest Root(int count, Digest top)
    {
        Span<byte> bytes = stackalloc byte[1 + sizeof(long) + Digest.Size];
        bytes[0] = RootTag;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], count);
        top.CopyTo(bytes[(1 + sizeof(long))..]);
        return Digest.Of(bytes);
    }

    /// <summary>A node over two others.</summary>
    public static Digest Node(Digest left, Digest right)
    {
        Span<byte> bytes = stackalloc byte[1 + 2 * Digest.Size];
        bytes[0] = NodeTag;
        left.CopyTo(bytes[1..]);
        right.CopyTo(bytes[(1 + Digest.Size)..]);
        return Digest.Of(bytes);
    }

    // The left part is the largest power of two below the length, which is the same shape as pairing level by level.
    private static Digest Top(ReadOnlySpan<Digest> digests)
    {
        if (digests.Length == 1) return digests[0];
        var left = 1 << (31 - int.LeadingZeroCount(digests.Length - 1));
        return Node(Top(digests[..left]), Top(digests[left..]));
    }
}
