using PbftReference.Cli.Inspect;
using PbftReference.Core.Events;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Comparing;

/// <summary>What a replica decided: about what, and what.</summary>
/// <param name="Subject">What it is about: "committed 17", "executed 17", "stable 20", "entered view 3".</param>
/// <param name="Value">What was decided.</param>
/// <param name="Revision">Where it stands in the replica's log.</param>
internal sealed record Decided(string Subject, Digest Value, long Revision);

/// <summary>Two replicas by what they decided, in whatever order it came to them.</summary>
/// <param name="Conflicts">What both decided, and differently, in the first one's order.</param>
/// <param name="Same">How much both decided alike.</param>
/// <param name="OnlyOne">What only the first decided.</param>
/// <param name="OnlyOther">What only the second decided.</param>
internal sealed record DecisionComparison(
    IReadOnlyList<(Decided One, Decided Other)> Conflicts, int Same, IReadOnlyList<Decided> OnlyOne, IReadOnlyList<Decided> OnlyOther)
{
    /// <summary>Compares two replicas of one log, or of two.</summary>
    public static DecisionComparison Between(RunLog one, ReplicaId left, RunLog other, ReplicaId right)
    {
        var (ours, theirs) = (Decisions(one, left), Decisions(other, right));
        var byKey = theirs.ToDictionary(d => d.Subject, StringComparer.Ordinal);
        var both = ours.Where(d => byKey.ContainsKey(d.Subject)).Select(d => (One: d, Other: byKey[d.Subject])).ToList();
        var known = ours.Select(d => d.Subject).ToHashSet(StringComparer.Ordinal);
        return new DecisionComparison(
            [.. both.Where(pair => pair.One.Value != pair.Other.Value)],
            both.Count(pair => pair.One.Value == pair.Other.Value),
            [.. ours.Where(d => !byKey.ContainsKey(d.Subject))],
            [.. theirs.Where(d => !known.Contains(d.Subject))]);
    }

    // The first time counts: a place may be proved once more in a later view, and a correct replica's answer is the same.
    private static List<Decided> Decisions(RunLog log, ReplicaId replica)
    {
        log.TailOf(replica);
        var found = new List<Decided>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (record, _) in log.Walk(replica))
        {
            foreach (var change in record.Step?.Events ?? [])
            {
                if (Of(change) is { } decided && known.Add(decided.Subject)) found.Add(new Decided(decided.Subject, decided.Value, record.Revision));
            }
        }

        return found;
    }

    private static (string Subject, Digest Value)? Of(ReplicaEvent change) => change switch
    {
        CommittedLocal e => ($"committed {e.SequenceNumber}", e.BatchDigest),
        CommitProofAccepted e => ($"committed {e.Proof.Commit.SequenceNumber}", e.Proof.Commit.BatchDigest),
        BatchExecuted e => ($"executed {e.SequenceNumber}", e.ServiceDigest),
        TransferCompleted e => ($"executed {e.SequenceNumber}", e.ServiceDigest),
        CheckpointStable e => ($"stable {e.SequenceNumber}", e.StateDigest),
        ViewEntered e => ($"entered by new-view {e.NewView.ToShortString()}", e.NewView),
        _ => null,
    };
}
