using System.Numerics;
using System.Runtime.CompilerServices;
using Dafny;
using PbftTypes;

namespace PbftReference.Spec;

/// <summary>
/// The specification's parameters, whose functions of the replicated state remember what they answered for a state: replicas that execute
/// the same from the same state share the state after it, and each execution is computed once, not once a replica. The functions are pure and
/// states do not change, so that an answer stands, and one that was forgotten is computed again.
/// </summary>
internal sealed class SharedParams : Params, _IParams
{
    // more than the places that replicas are apart, usually; a power of two
    private const int Kept = 256;

    private readonly (_IState? State, BigInteger Batch, _IState After)[] _applied = new (_IState?, BigInteger, _IState)[Kept];
    private readonly (object? Table, object? Requests, ISequence<BigInteger> Effective)[] _runnable = new (object?, object?, ISequence<BigInteger>)[Kept];
    private _IState? _first;

    public SharedParams(
        SpecShape shape,
        int service,
        Func<BigInteger, ISequence<BigInteger>, _System._ITuple2<BigInteger, ISequence<BigInteger>>> execute,
        Func<BigInteger, _IReq> request,
        Func<BigInteger, ISequence<BigInteger>> batch,
        Func<BigInteger, _IState, BigInteger> stateDigest,
        Func<BigInteger, IMap<BigInteger, _IVC>, IMap<BigInteger, BigInteger>, BigInteger> newViewDigest)
        : base(shape.Replicas, shape.Faults, shape.CheckpointPeriod, shape.LogWindow, shape.ClientWindow, service, execute, request, batch, stateDigest, newViewDigest)
    {
    }

    /// <summary>The state before the first batch.</summary>
    public new _IState Init() => _first ??= base.Init();

    /// <summary>The state after a batch.</summary>
    public new _IState Apply(_IState st, BigInteger d)
    {
        ref var kept = ref _applied[HashCode.Combine(st.dtor_app, d) & (Kept - 1)];
        if (kept.Batch != d || !Same(kept.State, st)) kept = (st, d, base.Apply(st, d));
        return kept.After;
    }

    // Equal states become one by what follows from them, so that they need be compared only once.
    private static bool Same(_IState? kept, _IState st) => ReferenceEquals(kept, st) || (kept is not null && kept.dtor_app == st.dtor_app && kept.Equals(st));

    /// <summary>The requests that take effect.</summary>
    public new ISequence<BigInteger> Runnable(IMap<BigInteger, _IEntry> table, ISequence<BigInteger> rs)
    {
        ref var kept = ref _runnable[PlaceOf(table)];
        if (!ReferenceEquals(kept.Table, table) || !ReferenceEquals(kept.Requests, rs)) kept = (table, rs, base.Runnable(table, rs));
        return kept.Effective;
    }

    private static int PlaceOf(object remembered) => RuntimeHelpers.GetHashCode(remembered) & (Kept - 1);
}
