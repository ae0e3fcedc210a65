using System.Collections.Concurrent;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;

namespace PbftReference.Runtime.Http;

/// <summary>What became of a transaction.</summary>
/// <param name="State">waiting, accepted, executed or rejected.</param>
/// <param name="Result">The result, or why it was rejected.</param>
public sealed record TransactionOutcome(string State, ReadOnlyMemory<byte> Result);

/// <summary>The latest transactions of this replica, to ask for their results by id. Older ones are forgotten.</summary>
public sealed class TransactionTable : ITransactionObserver
{
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<Guid, TransactionOutcome> _outcomes = new();
    private readonly ConcurrentQueue<Guid> _order = new();

    /// <summary>What became of one; null if it is not known, or forgotten.</summary>
    public TransactionOutcome? Find(Guid id) => _outcomes.GetValueOrDefault(id);

    /// <summary>It was handed over.</summary>
    public void Wait(Guid id) => Note(id, new TransactionOutcome("waiting", default));

    /// <inheritdoc/>
    public void Accepted(Guid id, Timestamp timestamp) => Note(id, new TransactionOutcome("accepted", default));

    /// <inheritdoc/>
    public void Executed(Guid id, ReadOnlyMemory<byte> result) => Note(id, new TransactionOutcome("executed", result));

    /// <inheritdoc/>
    public void Rejected(Guid id, string reason) => Note(id, new TransactionOutcome("rejected", System.Text.Encoding.UTF8.GetBytes(reason)));

    private void Note(Guid id, TransactionOutcome outcome)
    {
        if (_outcomes.TryAdd(id, outcome))
        {
            _order.Enqueue(id);
            if (_order.Count > Remembered && _order.TryDequeue(out var oldest)) _outcomes.TryRemove(oldest, out _);
        }
        else if (_outcomes[id].State is not ("executed" or "rejected"))
        {
            _outcomes[id] = outcome;
        }
    }
}
