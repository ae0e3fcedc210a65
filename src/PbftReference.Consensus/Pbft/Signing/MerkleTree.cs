using PbftReference.Core.Types;

namespace PbftReference.Consensus.Pbft.Signing;

/// <summary>A Merkle tree with all its levels, of the shape that <see cref="PageTree"/> gives a list: for paths from leaves to the root.</summary>
internal sealed class MerkleTree
{
    private readonly List<Digest[]> _levels = [];

    /// <summary>The tree over some leaves.</summary>
    /// <param name="leaves">At least one.</param>
    public MerkleTree(IReadOnlyCollection<Digest> leaves)
    {
        Count = leaves.Count;
        _levels.Add([.. leaves]);
        while (_levels[^1].Length > 1) _levels.Add(Above(_levels[^1]));
        Root = PageTree.Root(Count, _levels[^1][0]);
    }

    /// <summary>Number of leaves.</summary>
    public int Count { get; }

    /// <summary>The root.</summary>
    public Digest Root { get; }

    /// <summary>The neighbours on the way from a leaf to the top, from below.</summary>
    public List<Digest> Path(int index)
    {
        var path = new List<Digest>(_levels.Count);
        foreach (var level in _levels)
        {
            if ((index ^ 1) < level.Length) path.Add(level[index ^ 1]);
            index /= 2;
        }

        return path;
    }

    private static Digest[] Above(Digest[] level)
    {
        var above = new Digest[(level.Length + 1) / 2];
        for (var i = 0; i < above.Length; i++)
        {
            above[i] = (2 * i) + 1 < level.Length ? PageTree.Node(level[2 * i], level[(2 * i) + 1]) : level[2 * i];
        }

        return above;
    }
}
