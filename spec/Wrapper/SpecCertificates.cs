using System.Collections.Immutable;
using System.Numerics;
using PbftTypes;

namespace PbftReference.Spec;

/// <summary>A prepared certificate: the specification's <c>PCert</c>.</summary>
public sealed class SpecPrepared
{
    internal SpecPrepared(_IPCert value) => Value = value;

    /// <summary>Makes one; it need not be valid.</summary>
    /// <param name="view">v.</param>
    /// <param name="sequenceNumber">n.</param>
    /// <param name="digest">The batch's digest, by its number.</param>
    /// <param name="newView">The new-view that the votes name, by its number; 0 for none.</param>
    /// <param name="voters">Who voted.</param>
    public SpecPrepared(long view, long sequenceNumber, int digest, int newView, IEnumerable<int> voters)
        : this(PCert.create(view, sequenceNumber, digest, newView, Values.Replicas(voters)))
    {
    }

    internal _IPCert Value { get; }

    /// <summary>v.</summary>
    public long View => (long)Value.dtor_view;

    /// <summary>n.</summary>
    public long SequenceNumber => (long)Value.dtor_seqno;

    /// <summary>The batch's digest, by its number.</summary>
    public int Digest => (int)Value.dtor_digest;

    /// <summary>The new-view that the votes name, by its number.</summary>
    public int NewView => (int)Value.dtor_nv;

    /// <summary>Who voted, ascending.</summary>
    public ImmutableArray<int> Voters => Values.Sorted(Value.dtor_voters);
}

/// <summary>A commit certificate: the specification's <c>CCert</c>.</summary>
public sealed class SpecCommitted
{
    /// <summary>Makes one; it need not be valid.</summary>
    /// <param name="view">v.</param>
    /// <param name="sequenceNumber">n.</param>
    /// <param name="digest">The batch's digest, by its number.</param>
    /// <param name="signers">Who committed.</param>
    public SpecCommitted(long view, long sequenceNumber, int digest, IEnumerable<int> signers) =>
        Value = CCert.create(view, sequenceNumber, digest, Values.Replicas(signers));

    internal _ICCert Value { get; }

    /// <summary>v.</summary>
    public long View => (long)Value.dtor_view;

    /// <summary>n.</summary>
    public long SequenceNumber => (long)Value.dtor_seqno;

    /// <summary>The batch's digest, by its number.</summary>
    public int Digest => (int)Value.dtor_digest;

    /// <summary>Who committed, ascending.</summary>
    public ImmutableArray<int> Signers => Values.Sorted(Value.dtor_signers);
}

/// <summary>A checkpoint certificate: the specification's <c>CkCert</c>.</summary>
public sealed class SpecCheckpoint
{
    internal SpecCheckpoint(_ICkCert value) => Value = value;

    /// <summary>Makes one; it need not be valid.</summary>
    /// <param name="sequenceNumber">n.</param>
    /// <param name="digest">The state's digest, by its number.</param>
    /// <param name="signers">Who signed.</param>
    public SpecCheckpoint(long sequenceNumber, int digest, IEnumerable<int> signers)
        : this(CkCert.create(sequenceNumber, digest, Values.Replicas(signers)))
    {
    }

    internal _ICkCert Value { get; }

    /// <summary>n.</summary>
    public long SequenceNumber => (long)Value.dtor_seqno;

    /// <summary>The state's digest, by its number.</summary>
    public int Digest => (int)Value.dtor_digest;

    /// <summary>Who signed, ascending.</summary>
    public ImmutableArray<int> Signers => Values.Sorted(Value.dtor_signers);
}

/// <summary>A view-change: the specification's <c>VC</c>.</summary>
public sealed class SpecViewChange
{
    internal SpecViewChange(_IVC value) => Value = value;

    /// <summary>Makes one; it need not be valid.</summary>
    /// <param name="newView">The view that is asked for.</param>
    /// <param name="stable">The sender's stable checkpoint.</param>
    /// <param name="prepared">Its prepared certificates, by place.</param>
    /// <param name="from">The sender.</param>
    public SpecViewChange(long newView, SpecCheckpoint stable, IEnumerable<SpecPrepared> prepared, int from)
        : this(VC.create(newView, stable.Value, Values.Map(prepared.Select(c => KeyValuePair.Create(c.SequenceNumber, c.Value))), from))
    {
    }

    internal _IVC Value { get; }

    /// <summary>The view that is asked for.</summary>
    public long NewView => (long)Value.dtor_newView;

    /// <summary>The sender's stable checkpoint.</summary>
    public SpecCheckpoint Stable => new(Value.dtor_stable);

    /// <summary>Its prepared certificates, by place.</summary>
    public ImmutableSortedDictionary<long, SpecPrepared> Prepared => Values.Sorted(Value.dtor_P, certificate => new SpecPrepared(certificate));

    /// <summary>The sender.</summary>
    public int From => (int)Value.dtor_from;
}

/// <summary>A new-view's content: the specification's <c>V</c> and <c>O</c> of a view.</summary>
public sealed class SpecNewView
{
    /// <summary>Makes one; it need not be valid.</summary>
    /// <param name="view">v.</param>
    /// <param name="viewChanges">V.</param>
    /// <param name="carried">O: the digest of each carried place, by its number.</param>
    public SpecNewView(long view, IEnumerable<SpecViewChange> viewChanges, IEnumerable<KeyValuePair<long, int>> carried)
    {
        View = view;
        ViewChanges = Values.Map(viewChanges.Select(vc => KeyValuePair.Create((long)vc.From, vc.Value)));
        Carried = Values.Map(carried.Select(place => KeyValuePair.Create(place.Key, (BigInteger)place.Value)));
    }

    internal SpecNewView(long view, Dafny.IMap<BigInteger, _IVC> viewChanges, Dafny.IMap<BigInteger, BigInteger> carried) =>
        (View, ViewChanges, Carried) = (view, viewChanges, carried);

    /// <summary>v.</summary>
    public long View { get; }

    internal Dafny.IMap<BigInteger, _IVC> ViewChanges { get; }

    internal Dafny.IMap<BigInteger, BigInteger> Carried { get; }
}
