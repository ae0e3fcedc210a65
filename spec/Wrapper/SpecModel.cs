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
    private readonly Dictionary<ExecutionKey, (BigInteger After, ISequence<BigInteger> Results)> _executions = [];
    private readonly Dictionary<_IMsg, int> _newViews = [];
    private readonly Func<long, SpecState, int> _stateDigest;
    private (object? Requests, BigInteger Service, _System._ITuple2<BigInteger, ISequence<BigInteger>>? Result) _lastExecution;
    private (IMap<BigInteger, _IVC> ViewChanges, IMap<BigInteger, BigInteger> Carried, int Digest) _lastNewView;

    /// <summary>A cluster.</summary>
    /// <param name="shape">Its numbers.</param>
    /// <param name="service">The service's digest before the first operation, by its number.</param>
    /// <param name="stateDigest">The digest of a state after a sequence number, by its number.</param>
    public SpecModel(SpecShape shape, int service, Func<long, SpecState, int> stateDigest)
    {
        Shape = shape;
        _stateDigest = stateDigest;
        Parameters = Params.create(
            shape.Replicas, shape.Faults, shape.CheckpointPeriod, shape.LogWindow, shape.ClientWindow, service,
            Execute, digest => _requests[(int)digest], digest => _batches[(int)digest],
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
    /// <param name="before">The service's digest before.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="after">The service's digest after them.</param>
    /// <param name="results">A result for each.</param>
    public bool DefineExecution(int before, IEnumerable<int> requests, int after, IEnumerable<int> results)
    {
        var key = new ExecutionKey(before, [.. requests]);
        var value = Sequence<BigInteger>.FromArray([.. results.Select(result => (BigInteger)result)]);
        if (_executions.TryAdd(key, (after, value))) return true;
        var known = _executions[key];
        return known.After == after && known.Results.Equals(value);
    }

    private _System._ITuple2<BigInteger, ISequence<BigInteger>> Execute(BigInteger service, ISequence<BigInteger> requests)
    {
        // asked again for each reply to the same requests
        if (ReferenceEquals(requests, _lastExecution.Requests) && service == _lastExecution.Service) return _lastExecution.Result!;
        var (after, results) = _executions[new ExecutionKey((int)service, [.. Values.Array(requests)])];
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

    private readonly struct ExecutionKey(int service, int[] requests) : IEquatable<ExecutionKey>
    {
        private readonly int _service = service;
        private readonly int[] _requests = requests;

        public bool Equals(ExecutionKey other) => _service == other._service && _requests.AsSpan().SequenceEqual(other._requests);

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

/// <summary>A cluster's numbers.</summary>
/// <param name="Replicas">n.</param>
/// <param name="Faults">f.</param>
/// <param name="CheckpointPeriod">K.</param>
/// <param name="LogWindow">L.</param>
/// <param name="ClientWindow">W.</param>
public readonly record struct SpecShape(int Replicas, int Faults, int CheckpointPeriod, int LogWindow, int ClientWindow);
