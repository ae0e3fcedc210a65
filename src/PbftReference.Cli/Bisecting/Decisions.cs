using PbftReference.Cli.Inspect;
using PbftReference.Core.Events;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Bisecting;

/// <summary>What was decided so far at each place, by whom first.</summary>
internal sealed class Decisions
{
    private readonly Dictionary<SequenceNumber, (ReplicaId Replica, Digest Digest)> _first = [];

    /// <summary>Takes in a step; tells if it decided another batch than somebody had before.</summary>
    public Disagreement? Add(LoggedStep step)
    {
        Disagreement? found = null;
        foreach (var change in step.Record.Step?.Events ?? [])
        {
            if (DecisionIn(change) is not { } decided) continue;
            if (_first.TryAdd(decided.Place, (step.Before.Self, decided.Digest))) continue;
            var (replica, digest) = _first[decided.Place];
            if (digest != decided.Digest) found ??= new Disagreement(decided.Place, decided.Digest, replica, digest);
        }

        return found;
    }

    private static (SequenceNumber Place, Digest Digest)? DecisionIn(ReplicaEvent change) => change switch
    {
        CommittedLocal e => (e.SequenceNumber, e.BatchDigest),
        CommitProofAccepted e => (e.Proof.Commit.SequenceNumber, e.Proof.Commit.BatchDigest),
        _ => null,
    };
}
