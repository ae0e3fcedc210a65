using PbftReference.Core.Types;

namespace PbftReference.Host.Services;

/// <summary>
/// <see cref="PageTree"/> kept up to date: after a change of one page digest the next read of <see cref="Root"/> hashes at most
/// one node per level (log2 of the page count); after many changes, shared nodes once.
/// </summary>
public sealed class IncrementalPageTree
{
    // _levels[0]: page digests; each level above: one node per pair of the one below, a single last node rising unchanged.
    private readonly List<List<Digest>> _levels = [[]];
    private readonly SortedSet<int> _changed = [];

    /// <summary>Number of pages.</summary>
    public int Count => _levels[0].Count;

    /// <summary>Number of inner nodes hashed since this object was made.</summary>
    public long NodesHashed { get; private set; }

    /// <summary>The root over the page digests as they are now; equal to <see cref="PageTree.Root(ReadOnlySpan{Digest})"/>.</summary>
    public Digest Root
    {
        get
        {
            if (Count == 0) return PageTree.Root(0, Digest.None);
            if (_changed.Count > 0) Settle();
            return PageTree.Root(Count, _levels[^1][0]);
        }
    }

    /// <summary>Sets one page digest; an index equal to <see cref="Count"/> appends a page.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or above <see cref="Count"/>.</exception>
    public void Set(int index, Digest pageDigest)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Count);
        SetOrAdd(_levels[0], index, pageDigest);
        _changed.Add(index);
    }

    /// <summary>Keeps the first pages only.</summary>
    /// <param name="count">How many; 0 to <see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another count.</exception>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        if (count == Count) return;
        _levels[0].RemoveRange(count, _levels[0].Count - count);
        _changed.RemoveWhere(index => index >= count);
        // The new last page has lost its right neighbours: its path must be looked at again.
        if (count > 0) _changed.Add(count - 1);
    }

    private void Settle()
    {
        var changed = _changed.ToList();
        var level = 0;
        for (; _levels[level].Count > 1; level++)
        {
            changed = changed.Select(index => index / 2).Distinct().ToList();
            SettleLevelAbove(level, changed);
        }

        _levels.RemoveRange(level + 1, _levels.Count - level - 1);
        _changed.Clear();
    }

    private void SettleLevelAbove(int level, List<int> parents)
    {
        if (level + 1 == _levels.Count) _levels.Add([]);
        var below = _levels[level];
        var above = _levels[level + 1];
        var size = (below.Count + 1) / 2;
        if (above.Count > size) above.RemoveRange(size, above.Count - size);
        foreach (var parent in parents) SetOrAdd(above, parent, NodeAbove(below, 2 * parent));
    }

    private Digest NodeAbove(List<Digest> below, int left)
    {
        if (left + 1 == below.Count) return below[left];
        NodesHashed++;
        return PageTree.Node(below[left], below[left + 1]);
    }

    private static void SetOrAdd(List<Digest> digests, int index, Digest digest)
    {
        if (index == digests.Count) digests.Add(digest);
        else digests[index] = digest;
    }
}
