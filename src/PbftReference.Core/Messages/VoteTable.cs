using System.Collections.Immutable;

namespace PbftReference.Core.Messages;

/// <summary>
/// The votes of all certificates in a new-view, each once. View-changes by different replicas report the same certificates, so without
/// this a new-view repeats most signatures n times. The order is by replica, revision, chain head and bytes, which makes the table a
/// function of the new-view and lets a reader check it without hashing what a stranger sent.
/// </summary>
public sealed class VoteTable
{
    private readonly ImmutableArray<Vote> _votes;
    private readonly bool[] _used;

    /// <summary>Takes over votes; <see cref="FaultIn"/> tells whether they are a table.</summary>
    /// <param name="votes">The votes in order.</param>
    public VoteTable(ImmutableArray<Vote> votes)
    {
        _votes = votes;
        _used = new bool[votes.Length];
    }

    /// <summary>The votes in order.</summary>
    public ImmutableArray<Vote> Votes => _votes;

    /// <summary>The votes of every certificate in a new-view's view-changes.</summary>
    public static VoteTable Of(NewView newView)
    {
        var all = new List<Vote>();
        foreach (var viewChange in newView.ViewChanges)
        {
            all.AddRange(viewChange.Statement.Stable.Votes);
            foreach (var certificate in viewChange.Statement.Prepared) all.AddRange(certificate.Votes);
        }

        all.Sort(Compare);
        var distinct = ImmutableArray.CreateBuilder<Vote>();
        foreach (var vote in all)
        {
            if (distinct.Count == 0 || Compare(distinct[^1], vote) != 0) distinct.Add(vote);
        }

        return new VoteTable(distinct.ToImmutable());
    }

    /// <summary>The order of the table: by replica, revision, chain head, bytes; 0 for equal votes.</summary>
    public static int Compare(Vote left, Vote right)
    {
        var byReplica = left.Replica.CompareTo(right.Replica);
        if (byReplica != 0) return byReplica;
        var byRevision = left.Signature.Revision.CompareTo(right.Signature.Revision);
        if (byRevision != 0) return byRevision;
        var byHead = left.Signature.ChainHead.CompareTo(right.Signature.ChainHead);
        return byHead != 0 ? byHead : left.Signature.Bytes.AsSpan().SequenceCompareTo(right.Signature.Bytes.AsSpan());
    }

    /// <summary>What is wrong with the order of votes that are to be a table; null if nothing is.</summary>
    public static string? FaultIn(ImmutableArray<Vote> votes)
    {
        for (var i = 1; i < votes.Length; i++)
        {
            if (Compare(votes[i - 1], votes[i]) >= 0) return $"the votes of the table must ascend, and vote {i} does not follow vote {i - 1}";
        }

        return null;
    }

    /// <summary>Where a vote of this table stands.</summary>
    /// <exception cref="ArgumentException">The vote is not in the table.</exception>
    public int IndexOf(Vote vote)
    {
        var index = _votes.BinarySearch(vote, Comparer);
        return index >= 0 ? index : throw new ArgumentException($"the vote of replica {vote.Replica} is not in the table");
    }

    /// <summary>The vote at an index, noted as used; null if there is none.</summary>
    public Vote? Take(int index)
    {
        if (index < 0 || index >= _votes.Length) return null;
        _used[index] = true;
        return _votes[index];
    }

    /// <summary>Index of a vote that was never taken; -1 if all were.</summary>
    public int FirstUnused => Array.IndexOf(_used, false);

    private static readonly Comparer<Vote> Comparer = System.Collections.Generic.Comparer<Vote>.Create(Compare);
}
