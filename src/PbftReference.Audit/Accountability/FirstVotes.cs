using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// The first vote of each voter in each view, wherever it is about: whoever votes in one view by two new-views has entered it twice, and the two
/// votes that prove it may be about places far apart.
/// </summary>
internal sealed class FirstVotes
{
    private readonly Dictionary<(ViewNumber View, ReplicaId Voter), HeldStatement> _first = [];

    /// <summary>Whether a voter named two new-views in a view.</summary>
    public bool Differ { get; private set; }

    /// <summary>Takes in a vote whose signature holds.</summary>
    public void Add(SignedStatement vote, SaidAt at)
    {
        var (view, newView) = StatementRules.NamedBy(vote.Statement);
        if (!_first.TryGetValue((view, vote.Signer), out var first)) _first.Add((view, vote.Signer), first = new HeldStatement());
        Differ |= first.Said is not null && StatementRules.NamedBy(first.Said.Statement).NewView != newView;
        if (first.Said is null || at < first.At) first.Hold(vote, at);
    }

    /// <summary>The first votes in the views and by the voters of others, as far as they are not about the same place.</summary>
    public IEnumerable<HeldStatement> Of(IEnumerable<ReplicaMessage> votes, long place)
    {
        foreach (var key in votes.Select(vote => (StatementRules.NamedBy(vote).View, vote.Replica)).Distinct())
        {
            var first = _first[key];
            if (StatementRules.PlaceOf(first.Said!.Statement) != place) yield return first;
        }
    }
}
