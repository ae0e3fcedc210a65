using System.Collections.Immutable;
using PbftTrace;

namespace PbftReference.Spec;

/// <summary>What a correct replica reports having done: the specification's <c>Local</c>.</summary>
public sealed class SpecAction
{
    private SpecAction(_ILocal value) => Value = value;

    internal _ILocal Value { get; }

    /// <summary>The names of all actions, as the specification has them.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "LPropose", "LPrepare", "LCommit", "LCommitted", "LExecute", "LCheckpoint", "LStable", "LTransfer", "LRestart", "LViewChange", "LNewView",
        "LEnterView",
    ];

    /// <summary>Everything that left was durable: nothing changes.</summary>
    public static SpecAction Restart { get; } = new(Local.create_LRestart());

    /// <summary>The next batch is executed.</summary>
    public static SpecAction Execute { get; } = new(Local.create_LExecute());

    /// <summary>The state is signed for.</summary>
    public static SpecAction Checkpoint { get; } = new(Local.create_LCheckpoint());

    /// <summary>Its name, as the specification has it.</summary>
    public string Name => Values.ConstructorName(Value);

    /// <summary>The place that it is about, if it names one.</summary>
    public long? SequenceNumber => Value switch
    {
        Local_LPropose a => (long)a._n,
        Local_LPrepare a => (long)a._n,
        Local_LCommit a => (long)a._pc.dtor_seqno,
        Local_LCommitted a => (long)a._cc.dtor_seqno,
        Local_LStable a => (long)a._ck.dtor_seqno,
        Local_LTransfer a => (long)a._ck.dtor_seqno,
        _ => null,
    };

    /// <summary>The digest that it is about, by its number, if it names one.</summary>
    public int? Digest => Value switch
    {
        Local_LPropose a => (int)a._d,
        Local_LPrepare a => (int)a._d,
        Local_LCommit a => (int)a._pc.dtor_digest,
        Local_LCommitted a => (int)a._cc.dtor_digest,
        Local_LStable a => (int)a._ck.dtor_digest,
        Local_LTransfer a => (int)a._ck.dtor_digest,
        _ => null,
    };

    /// <summary>The view that it is about, if it names one.</summary>
    public long? View => Value switch
    {
        Local_LCommit a => (long)a._pc.dtor_view,
        Local_LCommitted a => (long)a._cc.dtor_view,
        Local_LViewChange a => (long)a._v,
        Local_LEnterView a => (long)a._v,
        _ => null,
    };

    /// <summary>The prepared certificate that it rests on, if it does.</summary>
    public SpecPrepared? Prepared => Value switch
    {
        Local_LCommit a => new SpecPrepared(a._pc),
        Local_LCommitted a => new SpecPrepared(a._pc),
        _ => null,
    };

    /// <summary>Who signed the commits or checkpoints that it rests on; empty if it rests on none.</summary>
    public ImmutableArray<int> Signers => Value switch
    {
        Local_LCommitted a => Values.Sorted(a._cc.dtor_signers),
        Local_LStable a => Values.Sorted(a._ck.dtor_signers),
        Local_LTransfer a => Values.Sorted(a._ck.dtor_signers),
        _ => [],
    };

    /// <summary>A batch gets a place.</summary>
    public static SpecAction Propose(long n, int digest) => new(Local.create_LPropose(n, digest));

    /// <summary>A vote for the primary's proposal.</summary>
    public static SpecAction Prepare(long n, int digest) => new(Local.create_LPrepare(n, digest));

    /// <summary>A commit, on a prepared certificate.</summary>
    public static SpecAction Commit(SpecPrepared prepared) => new(Local.create_LCommit(prepared.Value));

    /// <summary>A place is decided.</summary>
    public static SpecAction Committed(SpecCommitted commit, SpecPrepared prepared) => new(Local.create_LCommitted(commit.Value, prepared.Value));

    /// <summary>A checkpoint becomes stable.</summary>
    public static SpecAction Stable(SpecCheckpoint checkpoint) => new(Local.create_LStable(checkpoint.Value));

    /// <summary>The state of a checkpoint is taken over.</summary>
    public static SpecAction Transfer(SpecCheckpoint checkpoint, SpecState state) => new(Local.create_LTransfer(checkpoint.Value, state.Value));

    /// <summary>A later view is asked for.</summary>
    public static SpecAction ViewChange(long view) => new(Local.create_LViewChange(view));

    /// <summary>The new primary starts its view.</summary>
    public static SpecAction NewView(SpecNewView newView) => new(Local.create_LNewView(newView.ViewChanges, newView.Carried));

    /// <summary>A backup enters a view.</summary>
    public static SpecAction EnterView(SpecNewView newView) => new(Local.create_LEnterView(newView.View, newView.ViewChanges, newView.Carried));

    /// <inheritdoc/>
    public override string ToString() => Value.ToString()!;
}
