using System.Collections.Immutable;
using System.Numerics;
using Dafny;
using PbftReplica;

namespace PbftReference.Spec;

/// <summary>What the specification's replica knows: its <c>Replica</c>.</summary>
public sealed class SpecReplica
{
    private readonly _IReplica _value;

    internal SpecReplica(_IReplica value) => _value = value;

    /// <summary>Makes one; it need not be reachable.</summary>
    /// <param name="view">v.</param>
    /// <param name="newView">The new-view that it entered the view with, by its number.</param>
    /// <param name="active">Whether it takes part in its view.</param>
    /// <param name="stable">The stable checkpoint.</param>
    /// <param name="accepted">The proposals accepted in the view, by place.</param>
    /// <param name="prepared">The latest prepared certificates, one a place.</param>
    /// <param name="committed">What is decided, by place.</param>
    /// <param name="checkpoints">The checkpoints that it signed, by place.</param>
    /// <param name="lastExecuted">The last executed place.</param>
    /// <param name="state">The replicated state.</param>
    public SpecReplica(
        long view,
        int newView,
        bool active,
        SpecCheckpoint stable,
        IEnumerable<KeyValuePair<long, int>> accepted,
        IEnumerable<SpecPrepared> prepared,
        IEnumerable<KeyValuePair<long, int>> committed,
        IEnumerable<KeyValuePair<long, int>> checkpoints,
        long lastExecuted,
        SpecState state)
        : this(PbftReplica.Replica.create(
            view, newView, active, stable.Value, Map(accepted), Values.Map(prepared.Select(c => KeyValuePair.Create(c.SequenceNumber, c.Value))),
            Map(committed), Map(checkpoints), lastExecuted, state.Value))
    {
    }

    internal _IReplica Value => _value;

    /// <summary>v.</summary>
    public long View => (long)_value.dtor_view;

    /// <summary>The new-view that it entered the view with, by its number.</summary>
    public int NewView => (int)_value.dtor_nv;

    /// <summary>Whether it takes part in its view.</summary>
    public bool Active => _value.dtor_active;

    /// <summary>The stable checkpoint.</summary>
    public SpecCheckpoint Stable => new(_value.dtor_stable);

    /// <summary>The proposals accepted in the view, by place.</summary>
    public ImmutableSortedDictionary<long, int> Accepted => Values.Sorted(_value.dtor_accepted, digest => (int)digest);

    /// <summary>The latest prepared certificates, by place.</summary>
    public ImmutableSortedDictionary<long, SpecPrepared> Prepared => Values.Sorted(_value.dtor_prepared, certificate => new SpecPrepared(certificate));

    /// <summary>What is decided, by place.</summary>
    public ImmutableSortedDictionary<long, int> Committed => Values.Sorted(_value.dtor_committed, digest => (int)digest);

    /// <summary>The checkpoints that it signed, by place.</summary>
    public ImmutableSortedDictionary<long, int> Checkpoints => Values.Sorted(_value.dtor_ckpts, digest => (int)digest);

    /// <summary>How many proposals are accepted.</summary>
    public int AcceptedCount => _value.dtor_accepted.Count;

    /// <summary>How many places have a prepared certificate.</summary>
    public int PreparedCount => _value.dtor_prepared.Count;

    /// <summary>How many checkpoints it signed, of those that are kept.</summary>
    public int CheckpointCount => _value.dtor_ckpts.Count;

    /// <summary>The proposal accepted at a place.</summary>
    public int? AcceptedAt(long n) => At(_value.dtor_accepted, n);

    /// <summary>The latest prepared certificate for a place.</summary>
    public SpecPrepared? PreparedAt(long n) =>
        _value.dtor_prepared.Contains((BigInteger)n) ? new SpecPrepared(Map<BigInteger, PbftTypes._IPCert>.Select(_value.dtor_prepared, n)) : null;

    /// <summary>What is decided at a place.</summary>
    public int? CommittedAt(long n) => At(_value.dtor_committed, n);

    /// <summary>What it signed for at a place.</summary>
    public int? CheckpointAt(long n) => At(_value.dtor_ckpts, n);

    /// <summary>The last executed place.</summary>
    public long LastExecuted => (long)_value.dtor_lastExec;

    /// <summary>The replicated state.</summary>
    public SpecState State => new(_value.dtor_state);

    private static IMap<BigInteger, BigInteger> Map(IEnumerable<KeyValuePair<long, int>> digests) =>
        Values.Map(digests.Select(pair => KeyValuePair.Create(pair.Key, (BigInteger)pair.Value)));

    private static int? At(IMap<BigInteger, BigInteger> map, long n) =>
        map.Contains((BigInteger)n) ? (int)Map<BigInteger, BigInteger>.Select(map, n) : null;
}
