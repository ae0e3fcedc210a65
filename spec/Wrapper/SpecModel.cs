using System.Collections.Immutable;
using System.Numerics;
using Dafny;
using PbftTypes;

namespace PbftReference.Spec;

/// <summary>
/// The specification's parameters: the cluster, and the functions that it leaves open (what is in a batch, what the service does, what a
/// state's digest is), as tables. Whoever drives the model fills in what the next call needs. Digests and results are numbers here; 0 is
/// the null digest. Different digests must have different numbers.
/// </summary>
public sealed class SpecModel
{
    private readonly Dictionary<int, _IReq> _requests = [];
    private readonly Dictionary<int, ISequence<BigInteger>> _batches = [];
    private readonly Dictionary<ExecutionKey, Execution> _executions = [];
    private readonly Dictionary<_IMsg, int> _newViews = [];
    private readonly Func<long, SpecState, int> _stateDigest;
    private readonly int _service;
    private (object? Requests, BigInteger Service, _System._ITuple2<BigInteger, ISequence<BigInteger>>? Result) _lastExecution;
    private (IMap<BigInteger, _IVC> ViewChanges, IMap<BigInteger, BigInteger> Carried, int Digest) _lastNewView;

    /// <summary>A cluster.</summary>
    /// <param name="shape">Its numbers.</param>
    /// <param name="service">The service's digest before the first operation, by its number.</param>
    /// <param name="stateDigest">The digest of a state after a sequence number, by its number.</param>
    public SpecModel(SpecShape shape, int service, Func<long, SpecState, int> stateDigest)
    {
        (Shape, _service) = (shape, service);
        _stateDigest = stateDigest;
        Parameters = new SharedParams(
            shape, service, Execute, digest => _requests[(int)digest], digest => _batches[(int)digest],
            (n, state) => _stateDigest((long)n, new SpecState(state)), NewViewDigest);
    }

    /// <summary>The cluster's numbers.</summary>
    public SpecShape Shape { get; }

    internal _IParams Parameters { get; }

    /// <summary>Tells what a request is.</summary>
    public void DefineRequest(int digest, long client, long timestamp) => _requests.TryAdd(digest, Req.create(client, timestamp, digest));

    /// <summary>Tells what is in a batch.</summary>
    public void DefineBatch(int digest, IEnumerable<int> requests)
    {
        if (!_batches.ContainsKey(digest)) _batches.Add(digest, Sequence<BigInteger>.FromArray([.. requests.Select(request => (BigInteger)request)]));
    }

    /// <summary>Whether it is known what is in a batch.</summary>
    public bool Knows(int batch) => batch == 0 || _batches.ContainsKey(batch);

    /// <summary>Tells the digest of a new-view.</summary>
    public void DefineNewView(SpecNewView newView, int digest) => _newViews.TryAdd(SpecMessage.NewView(newView).Value, digest);

    /// <summary>Tells what the service does; false if it was said to do something else before.</summary>
    /// <param name="n">The place at which it does it.</param>
    /// <param name="before">The service's digest before.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="after">The service's digest after them.</param>
    /// <param name="results">A result for each.</param>
    public bool DefineExecution(long n, int before, IEnumerable<int> requests, int after, IEnumerable<int> results)
    {
        var key = new ExecutionKey(before, [.. requests]);
        var execution = new Execution(n, after, Sequence<BigInteger>.FromArray([.. results.Select(result => (BigInteger)result)]), 1);
        if (_executions.TryAdd(key, execution)) return true;
        var known = _executions[key];
        if (known.After != execution.After || !known.Results.Equals(execution.Results)) return false;
        _executions[key] = known with { Place = Math.Max(known.Place, n), Times = known.Times + 1 };
        return true;
    }

    /// <summary>What the service was said to do; null if nothing was said.</summary>
    /// <param name="before">The service's digest before.</param>
    /// <param name="requests">The requests.</param>
    public SpecExecution? ExecutionOf(int before, IEnumerable<int> requests) =>
        _executions.TryGetValue(new ExecutionKey(before, [.. requests]), out var known)
            ? new SpecExecution((int)known.After, Values.Array(known.Results), known.Times)
            : null;

    /// <summary>Adds the numbers of the executions that may come again: behind a place.</summary>
    /// <param name="numbers">The numbers; those of the batches among them bring those of their requests.</param>
    /// <param name="floor">The place up to which nobody executes any more.</param>
    public void AddTo(SpecNumbers numbers, long floor)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        numbers.AddDigest(_service);
        foreach (var (key, execution) in _executions.Where(execution => execution.Value.Place > floor)) key.AddTo(numbers, execution);
        foreach (var (digest, requests) in _batches)
        {
            if (numbers.HasDigest(digest)) numbers.AddDigests(requests.CloneAsArray());
        }
    }

    /// <summary>Forgets what nothing speaks of.</summary>
    /// <param name="numbers">What is spoken of.</param>
    /// <param name="floor">The place up to which nobody executes any more.</param>
    public void Keep(SpecNumbers numbers, long floor)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Drop(_executions, execution => execution.Value.Place <= floor);
        Drop(_batches, batch => !numbers.HasDigest(batch.Key));
        Drop(_requests, request => !numbers.HasDigest(request.Key));
        // a new-view's digest is asked for only where its content has just been told
        _newViews.Clear();
        (_lastExecution, _lastNewView) = (default, default!);
    }

    private static void Drop<TKey, TValue>(Dictionary<TKey, TValue> table, Func<KeyValuePair<TKey, TValue>, bool> isOver)
        where TKey : notnull
    {
        foreach (var entry in table)
        {
            if (isOver(entry)) table.Remove(entry.Key);
        }

        table.TrimExcess();
    }

    private _System._ITuple2<BigInteger, ISequence<BigInteger>> Execute(BigInteger service, ISequence<BigInteger> requests)
    {
        // asked again for each reply to the same requests
        if (ReferenceEquals(requests, _lastExecution.Requests) && service == _lastExecution.Service) return _lastExecution.Result!;
        var (_, after, results, _) = _executions[new ExecutionKey((int)service, [.. Values.Array(requests)])];
        _lastExecution = (requests, service, _System.Tuple2<BigInteger, ISequence<BigInteger>>.create(after, results));
        return _lastExecution.Result!;
    }

    private BigInteger NewViewDigest(BigInteger view, IMap<BigInteger, _IVC> viewChanges, IMap<BigInteger, BigInteger> carried)
    {
        if (ReferenceEquals(viewChanges, _lastNewView.ViewChanges) && ReferenceEquals(carried, _lastNewView.Carried)) return _lastNewView.Digest;
        var digest = _newViews[Msg.create_NewView(view, viewChanges, carried)];
        _lastNewView = (viewChanges, carried, digest);
        return digest;
    }

    private readonly record struct Execution(long Place, BigInteger After, ISequence<BigInteger> Results, int Times);

    private readonly struct ExecutionKey(int service, int[] requests) : IEquatable<ExecutionKey>
    {
        private readonly int _service = service;
        private readonly int[] _requests = requests;

        public bool Equals(ExecutionKey other) => _service == other._service && _requests.AsSpan().SequenceEqual(other._requests);

        public void AddTo(SpecNumbers numbers, Execution execution)
        {
            numbers.AddDigest(_service);
            foreach (var request in _requests) numbers.AddDigest(request);
            numbers.AddDigest(execution.After);
            foreach (var result in execution.Results.CloneAsArray()) numbers.AddResult(result);
        }

        public override bool Equals(object? obj) => obj is ExecutionKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(_service);
            foreach (var request in _requests) hash.Add(request);
            return hash.ToHashCode();
        }
    }
}

/// <summary>What the service was said to do with some requests in some state.</summary>
/// <param name="After">The service's digest after them.</param>
/// <param name="Results">A result for each.</param>
/// <param name="Times">How often that was said.</param>
public sealed record SpecExecution(int After, ImmutableArray<int> Results, int Times);

/// <summary>A cluster's numbers.</summary>
/// <param name="Replicas">n.</param>
/// <param name="Faults">f.</param>
/// <param name="CheckpointPeriod">K.</param>
/// <param name="LogWindow">L.</param>
/// <param name="ClientWindow">W.</param>
public readonly record struct SpecShape(int Replicas, int Faults, int CheckpointPeriod, int LogWindow, int ClientWindow);
