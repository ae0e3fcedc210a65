using PbftReference.Core.Events;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Two replicas that are called correct decided different batches at one place. Each may follow the specification all the same: more than f
/// faulty replicas can bring that about.
/// </summary>
/// <param name="Place">The place.</param>
/// <param name="One">A replica.</param>
/// <param name="OneBatch">What it decided; <see cref="Digest.None"/> for the null request.</param>
/// <param name="Other">Another.</param>
/// <param name="OtherBatch">What that one decided.</param>
public sealed record DifferentDecisions(SequenceNumber Place, ReplicaId One, Digest OneBatch, ReplicaId Other, Digest OtherBatch);

/// <summary>
/// Compares what correct replicas decided while their histories are read for somebody else. What every one of them has left behind is forgotten;
/// where one is not read to its end, since its replica violates the specification, what is kept has a bound. From the first difference on only the
/// places below it are of interest.
/// </summary>
internal sealed class DecidedBatches
{
    /// <summary>How many places are kept for comparing at most; what is decided behind them is not compared until some are left behind.</summary>
    public const int MostPlaces = 100_000;

    private readonly SortedDictionary<SequenceNumber, (ReplicaId Replica, Digest Batch)> _first = [];
    private readonly Dictionary<ReplicaId, SequenceNumber> _executed = [];

    /// <summary>The lowest place at which two differ; null if there is none.</summary>
    public DifferentDecisions? Different { get; private set; }

    /// <summary>A history that is looked at while it is read; read again, it tells nothing new.</summary>
    public ReplicaHistory Watch(ReplicaHistory history)
    {
        // it has left nothing behind before it is read
        _executed[history.Replica] = default;
        return history with { Steps = Watched(history) };
    }

    /// <summary>Takes note of a decision.</summary>
    public void Add(ReplicaId replica, SequenceNumber place, Digest batch)
    {
        if (place >= Different?.Place) return;
        if (_first.TryGetValue(place, out var first))
        {
            if (first.Batch != batch) Different = new DifferentDecisions(place, first.Replica, first.Batch, replica, batch);
        }
        else if (_first.Count < MostPlaces)
        {
            _first.Add(place, (replica, batch));
        }
    }

    private IEnumerable<RecordedStep> Watched(ReplicaHistory history)
    {
        foreach (var item in history.Steps)
        {
            foreach (var change in item.Step?.Events ?? []) Look(history.Replica, change);
            yield return item;
        }

        LeaveBehind(history.Replica, new SequenceNumber(long.MaxValue));
    }

    private void Look(ReplicaId replica, ReplicaEvent change)
    {
        if (change is CommittedLocal local) Add(replica, local.SequenceNumber, local.BatchDigest);
        else if (change is CommitProofAccepted { Proof.Commit: var proved }) Add(replica, proved.SequenceNumber, proved.BatchDigest);
        else if (change is BatchExecuted executed) LeaveBehind(replica, executed.SequenceNumber);
        else if (change is TransferCompleted transfer) LeaveBehind(replica, transfer.SequenceNumber);
    }

    private void LeaveBehind(ReplicaId replica, SequenceNumber place)
    {
        _executed[replica] = place;
        var lowest = _executed.Values.Min();
        while (_first.Count > 0 && _first.First().Key is var first && first <= lowest) _first.Remove(first);
    }
}
