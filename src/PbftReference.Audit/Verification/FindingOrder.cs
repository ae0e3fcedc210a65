using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Verification;

/// <summary>Findings when all is read: causes first, and what each of them needs.</summary>
internal static class FindingOrder
{
    /// <summary>Puts them in order, and fills in what was not known when they were made.</summary>
    public static void Finish(List<Finding> findings)
    {
        // What one replica did later may follow from what it did before; between replicas the order in which it was found stands.
        var ordered = findings.GroupBy(finding => finding.Replica).ToDictionary(group => group.Key, group => new Queue<Finding>(group.OrderBy(finding => finding.Revision)));
        for (var i = 0; i < findings.Count; i++) findings[i] = Finished(ordered[findings[i].Replica].Dequeue());
    }

    private static Finding Finished(Finding finding) => finding with
    {
        Values = finding.Disagreement?.Explain(finding.Replica) ?? finding.Values,
        Needed = Needed(finding),
        Disagreement = null,
    };

    private static ImmutableSortedDictionary<ReplicaId, long> Needed(Finding finding)
    {
        var reached = finding.Disagreement?.Reached ?? ImmutableSortedDictionary<ReplicaId, long>.Empty;
        var needed = reached.SetItem(finding.Replica, Math.Max(finding.Revision, reached.GetValueOrDefault(finding.Replica, -1)));
        if (finding.Sender is not { } sender || sender == finding.Replica) return needed;
        return needed.SetItem(sender, finding.SignedAt < 0 ? long.MaxValue : finding.SignedAt);
    }
}
