using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>A request that waits for its execution.</summary>
/// <param name="Arrival">Its number in arrival order at this replica.</param>
/// <param name="Request">The request.</param>
/// <param name="ProposedAt">Where the standing proposal of the current view has it; null if nowhere.</param>
public sealed record WaitingRequest(long Arrival, Signed<Request> Request, SequenceNumber? ProposedAt);

/// <summary>
/// The requests that wait for their execution, each once (defect D16 of Fabric), in arrival order. Whether one is proposed is marked on
/// the request itself, never inferred from counts (defect D19).
/// </summary>
public sealed class RequestQueue
{
    private readonly ImmutableSortedDictionary<RequestId, WaitingRequest> _byId;
    private readonly ImmutableSortedSet<long> _unproposed;
    private readonly ImmutableSortedDictionary<long, RequestId> _byArrival;

    private RequestQueue(
        ImmutableSortedDictionary<RequestId, WaitingRequest> byId,
        ImmutableSortedDictionary<long, RequestId> byArrival,
        ImmutableSortedSet<long> unproposed,
        long nextArrival)
    {
        _byId = byId;
        _byArrival = byArrival;
        _unproposed = unproposed;
        NextArrival = nextArrival;
    }

    /// <summary>Nothing waits.</summary>
    public static RequestQueue Empty { get; } = new(
        ImmutableSortedDictionary<RequestId, WaitingRequest>.Empty,
        ImmutableSortedDictionary<long, RequestId>.Empty,
        ImmutableSortedSet<long>.Empty,
        0);

    /// <summary>The number that the next arrival gets.</summary>
    public long NextArrival { get; }

    /// <summary>How many wait.</summary>
    public int Count => _byId.Count;

    /// <summary>How many wait for a proposal.</summary>
    public int UnproposedCount => _unproposed.Count;

    /// <summary>The oldest that waits for its execution.</summary>
    public WaitingRequest? Oldest
    {
        get
        {
            foreach (var (_, id) in _byArrival) return _byId[id];
            return null;
        }
    }

    /// <summary>Arrival number of the oldest that waits for a proposal; -1 if none does.</summary>
    public long OldestUnproposed => _unproposed.IsEmpty ? -1 : _unproposed.Min;

    /// <summary>The names of all, in arrival order.</summary>
    public IEnumerable<RequestId> Ids => _byArrival.Values;

    /// <summary>All, in arrival order.</summary>
    public IEnumerable<WaitingRequest> InArrivalOrder()
    {
        foreach (var (_, id) in _byArrival) yield return _byId[id];
    }

    /// <summary>Those that wait for a proposal, in arrival order.</summary>
    public IEnumerable<WaitingRequest> Unproposed()
    {
        foreach (var arrival in _unproposed) yield return _byId[_byArrival[arrival]];
    }

    /// <summary>The request of this name, if it waits.</summary>
    public WaitingRequest? Find(RequestId id) => _byId.TryGetValue(id, out var waiting) ? waiting : null;

    /// <summary>With one more at the end.</summary>
    public RequestQueue Add(Signed<Request> request) => new(
        _byId.Add(request.Statement.Id, new WaitingRequest(NextArrival, request, null)),
        _byArrival.Add(NextArrival, request.Statement.Id),
        _unproposed.Add(NextArrival),
        NextArrival + 1);

    /// <summary>A queue read back from a snapshot.</summary>
    /// <param name="waiting">Its requests in arrival order.</param>
    /// <param name="nextArrival">The number that the next arrival gets.</param>
    public static RequestQueue Restore(IEnumerable<WaitingRequest> waiting, long nextArrival)
    {
        var byId = Empty._byId.ToBuilder();
        var byArrival = Empty._byArrival.ToBuilder();
        var unproposed = Empty._unproposed.ToBuilder();
        foreach (var item in waiting)
        {
            byId.Add(item.Request.Statement.Id, item);
            byArrival.Add(item.Arrival, item.Request.Statement.Id);
            if (item.ProposedAt is null) unproposed.Add(item.Arrival);
        }

        return new RequestQueue(byId.ToImmutable(), byArrival.ToImmutable(), unproposed.ToImmutable(), nextArrival);
    }

    /// <summary>With the batch's requests marked as proposed at a place.</summary>
    public RequestQueue MarkProposed(Batch batch, SequenceNumber n)
    {
        ImmutableSortedDictionary<RequestId, WaitingRequest>.Builder? byId = null;
        ImmutableSortedSet<long>.Builder? unproposed = null;
        foreach (var request in batch.Requests)
        {
            if (!_byId.TryGetValue(request.Statement.Id, out var waiting)) continue;
            byId ??= _byId.ToBuilder();
            unproposed ??= _unproposed.ToBuilder();
            byId[request.Statement.Id] = waiting with { ProposedAt = n };
            unproposed.Remove(waiting.Arrival);
        }

        return byId is null ? this : new RequestQueue(byId.ToImmutable(), _byArrival, unproposed!.ToImmutable(), NextArrival);
    }

    /// <summary>With a batch's requests not marked as proposed any more: another batch was decided in its place.</summary>
    public RequestQueue ClearProposed(Batch batch)
    {
        var byId = _byId.ToBuilder();
        var unproposed = _unproposed.ToBuilder();
        foreach (var request in batch.Requests)
        {
            if (!_byId.TryGetValue(request.Statement.Id, out var waiting)) continue;
            byId[request.Statement.Id] = waiting with { ProposedAt = null };
            unproposed.Add(waiting.Arrival);
        }

        return new RequestQueue(byId.ToImmutable(), _byArrival, unproposed.ToImmutable(), NextArrival);
    }

    /// <summary>With no request marked as proposed: a new view begins.</summary>
    public RequestQueue ClearProposed()
    {
        var byId = _byId.ToBuilder();
        foreach (var (id, waiting) in _byId)
        {
            if (waiting.ProposedAt is not null) byId[id] = waiting with { ProposedAt = null };
        }

        return new RequestQueue(byId.ToImmutable(), _byArrival, [.. _byArrival.Keys], NextArrival);
    }

    /// <summary>Without those of a batch that are executed.</summary>
    public RequestQueue RemoveExecuted(Batch batch, ClientTable clients)
    {
        var gone = new List<WaitingRequest>();
        foreach (var request in batch.Requests)
        {
            if (_byId.TryGetValue(request.Statement.Id, out var waiting) && clients.IsExecuted(waiting.Request.Statement.Id)) gone.Add(waiting);
        }

        return Without(gone);
    }

    /// <summary>Without all that are executed.</summary>
    public RequestQueue RemoveExecuted(ClientTable clients)
    {
        var gone = new List<WaitingRequest>();
        foreach (var (id, waiting) in _byId)
        {
            if (clients.IsExecuted(id)) gone.Add(waiting);
        }

        return Without(gone);
    }

    private RequestQueue Without(List<WaitingRequest> gone)
    {
        if (gone.Count == 0) return this;
        var byId = _byId.ToBuilder();
        var byArrival = _byArrival.ToBuilder();
        var unproposed = _unproposed.ToBuilder();
        foreach (var waiting in gone)
        {
            byId.Remove(waiting.Request.Statement.Id);
            byArrival.Remove(waiting.Arrival);
            unproposed.Remove(waiting.Arrival);
        }

        return new RequestQueue(byId.ToImmutable(), byArrival.ToImmutable(), unproposed.ToImmutable(), NextArrival);
    }
}
