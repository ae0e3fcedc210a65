using System.Globalization;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft;

/// <summary>
/// Makes requests of the transactions that are handed to this replica, and sends them to all until they are executed: the replica is
/// their client. A request is kept beyond a restart before it is first sent, so its timestamp is never used twice. Event thread only.
/// </summary>
/// <remarks>
/// Fabric v0.6, <c>consensus/pbft/batch.go</c>: <c>txToReq</c>, <c>submitToLeader</c>, the store of outstanding requests and
/// <c>resubmitOutstandingReqs</c>. There a request is not signed, kept in memory only, and forgotten after a state transfer.
/// </remarks>
internal sealed class LocalTransactions
{
    private const string KeyPrefix = "transaction.";
    private const int MostWaiting = 1000;

    private readonly IStack _stack;
    private readonly ISigner _signer;
    private readonly ITransactionObserver? _observer;
    private readonly ClientId _client;
    private readonly SortedDictionary<Timestamp, Outstanding> _outstanding = [];
    private readonly Queue<LocalTransaction> _waiting = [];
    private Timestamp _next = new(1);

    private sealed record Outstanding(Guid Id, MessageReceived Request, byte[] Frame);

    public LocalTransactions(IStack stack, ISigner signer, ITransactionObserver? observer)
    {
        (_stack, _signer, _observer) = (stack, signer, observer);
        _client = ConsenterClients.IdOf(signer.Replica);
    }

    /// <summary>Whether anything is to be sent again later.</summary>
    public bool IsIdle => _outstanding.Count == 0;

    /// <summary>Takes up what was kept before a restart.</summary>
    public void Resume(ReplicaState state)
    {
        var entry = state.Clients.Of(_client);
        _next = entry.Base.Next;
        foreach (var (key, value) in _stack.ReadStateSet(KeyPrefix))
        {
            var timestamp = new Timestamp(long.Parse(key[KeyPrefix.Length..], CultureInfo.InvariantCulture));
            if (timestamp >= _next) _next = timestamp.Next;
            if (entry.IsExecuted(timestamp)) _stack.DelState(key);
            else Keep(LocalTransaction.Decode(value), timestamp);
        }
    }

    /// <summary>Takes a transaction (<c>txToReq</c>, <c>submitToLeader</c>).</summary>
    /// <returns>The request as this replica's own input; null if it must wait for its turn or was not taken.</returns>
    public MessageReceived? Submit(ReadOnlyMemory<byte> payload, ReplicaState state)
    {
        var transaction = LocalTransaction.Decode(payload);
        if (_waiting.Count == 0 && InWindow(state) && TrySend(transaction) is { } sent) return sent;
        if (_waiting.Count < MostWaiting) _waiting.Enqueue(transaction);
        else _observer?.Rejected(transaction.Id, $"{MostWaiting} transactions wait already: try again later, or at another replica");
        return null;
    }

    /// <summary>Forgets what is executed by now, and sends what waited for it.</summary>
    /// <returns>Requests as this replica's own inputs.</returns>
    public IReadOnlyList<MessageReceived> OnExecuted(ReplicaState state)
    {
        var entry = state.Clients.Of(_client);
        foreach (var (timestamp, done) in _outstanding.Where(pair => entry.IsExecuted(pair.Key)).ToList())
        {
            _outstanding.Remove(timestamp);
            Forget(timestamp);
            if (entry.ReplyTo(timestamp) is { } reply) _observer?.Executed(done.Id, reply.Result.AsMemory());
        }

        var sent = new List<MessageReceived>();
        while (_waiting.TryPeek(out var next) && InWindow(state) && TrySend(next) is { } request)
        {
            _waiting.Dequeue();
            sent.Add(request);
        }

        return sent;
    }

    // What is left there is found to be executed by the next start.
    private void Forget(Timestamp timestamp)
    {
        try
        {
            _stack.DelState(KeyOf(timestamp));
        }
        catch (EventStoreException e) when (e.MayPass)
        {
        }
    }

    /// <summary>Sends again what is not executed yet.</summary>
    /// <returns>The requests as this replica's own inputs.</returns>
    public IReadOnlyList<MessageReceived> Resubmit()
    {
        foreach (var one in _outstanding.Values) Broadcast(one);
        return [.. _outstanding.Values.Select(one => one.Request)];
    }

    private bool InWindow(ReplicaState state) => _next.Value <= state.Clients.Of(_client).Base.Value + state.Configuration.ClientWindow;

    // Null if it cannot be kept now: then it is not sent either, and waits.
    private MessageReceived? TrySend(LocalTransaction transaction)
    {
        var timestamp = _next;
        try
        {
            _stack.StoreState(KeyOf(timestamp), transaction.Encode());
        }
        catch (EventStoreException e) when (e.MayPass)
        {
            return null;
        }

        _next = _next.Next;
        var one = Keep(transaction, timestamp);
        Broadcast(one);
        _observer?.Accepted(transaction.Id, timestamp);
        return one.Request;
    }

    private Outstanding Keep(LocalTransaction transaction, Timestamp timestamp)
    {
        var request = new Request(_client, timestamp, [.. transaction.Operation.Span]);
        var signature = _signer.Sign(request.StatementDigest, -1, Digest.None);
        return _outstanding[timestamp] = new Outstanding(transaction.Id, new MessageReceived(request, signature), WireFormat.Encode(request, signature));
    }

    private void Broadcast(Outstanding one) => _stack.Broadcast(new ConsenterMessage(ConsenterMessageType.Consensus, one.Frame), PeerType.Replica);

    private static string KeyOf(Timestamp timestamp) => KeyPrefix + timestamp.Value.ToString("D19", CultureInfo.InvariantCulture);
}
