using PbftTypes;

namespace PbftReference.Spec;

/// <summary>The kinds of statements that bear a replica's name and are sent by one action of it.</summary>
public enum SpecStatementKind
{
    /// <summary>No statement of a replica by itself.</summary>
    None,

    /// <summary>PRE-PREPARE.</summary>
    PrePrepare,

    /// <summary>PREPARE.</summary>
    Prepare,

    /// <summary>COMMIT.</summary>
    Commit,

    /// <summary>CHECKPOINT.</summary>
    Checkpoint,

    /// <summary>VIEW-CHANGE.</summary>
    ViewChange,

    /// <summary>NEW-VIEW.</summary>
    NewView,
}

/// <summary>A message of the specification: its <c>Msg</c>. Equal if the contents are.</summary>
public sealed class SpecMessage : IEquatable<SpecMessage>
{
    internal SpecMessage(_IMsg value) => Value = value;

    internal _IMsg Value { get; }

    /// <summary>What kind of statement it is.</summary>
    public SpecStatementKind Statement => Value switch
    {
        Msg_PrePrepare => SpecStatementKind.PrePrepare,
        Msg_Prepare => SpecStatementKind.Prepare,
        Msg_Commit => SpecStatementKind.Commit,
        Msg_Checkpoint => SpecStatementKind.Checkpoint,
        Msg_ViewChange => SpecStatementKind.ViewChange,
        Msg_NewView => SpecStatementKind.NewView,
        _ => SpecStatementKind.None,
    };

    /// <summary>Whether no other messages are nested in it.</summary>
    internal bool IsPlain => Value is Msg_Request or Msg_Body or Msg_PrePrepare or Msg_Prepare or Msg_Commit or Msg_Checkpoint;

    /// <summary>The view of a proposal, vote or commit.</summary>
    public long View => Value switch
    {
        Msg_PrePrepare m => (long)m._view,
        Msg_Prepare m => (long)m._view,
        Msg_Commit m => (long)m._view,
        _ => 0,
    };

    /// <summary>The place of a proposal, vote, commit or checkpoint.</summary>
    public long SequenceNumber => Value switch
    {
        Msg_PrePrepare m => (long)m._seqno,
        Msg_Prepare m => (long)m._seqno,
        Msg_Commit m => (long)m._seqno,
        Msg_Checkpoint m => (long)m._seqno,
        _ => 0,
    };

    /// <summary>The digest of a proposal, vote, commit or checkpoint, by its number.</summary>
    public int Digest => Value switch
    {
        Msg_PrePrepare m => (int)m._digest,
        Msg_Prepare m => (int)m._digest,
        Msg_Commit m => (int)m._digest,
        Msg_Checkpoint m => (int)m._digest,
        _ => 0,
    };

    /// <summary>The new-view that a proposal or vote names, by its number.</summary>
    public int NamedNewView => Value switch
    {
        Msg_PrePrepare m => (int)m._nv,
        Msg_Prepare m => (int)m._nv,
        _ => 0,
    };

    /// <summary>The view-change, if it is one.</summary>
    public SpecViewChange? ViewChangeContent => Value is Msg_ViewChange m ? new SpecViewChange(m._vc) : null;

    /// <summary>A client's request, by the number of its digest.</summary>
    public static SpecMessage Request(int digest) => new(Msg.create_Request(digest));

    /// <summary>The batch of a digest, for a place.</summary>
    public static SpecMessage Body(long n, int digest) => new(Msg.create_Body(n, digest));

    /// <summary>PRE-PREPARE.</summary>
    public static SpecMessage PrePrepare(long view, long n, int digest, int newView) => new(Msg.create_PrePrepare(view, n, digest, newView));

    /// <summary>PREPARE.</summary>
    public static SpecMessage Prepare(long view, long n, int digest, int newView, int from) => new(Msg.create_Prepare(view, n, digest, newView, from));

    /// <summary>COMMIT.</summary>
    public static SpecMessage Commit(long view, long n, int digest, int from) => new(Msg.create_Commit(view, n, digest, from));

    /// <summary>CHECKPOINT.</summary>
    public static SpecMessage Checkpoint(long n, int digest, int from) => new(Msg.create_Checkpoint(n, digest, from));

    /// <summary>VIEW-CHANGE.</summary>
    public static SpecMessage ViewChange(SpecViewChange viewChange) => new(Msg.create_ViewChange(viewChange.Value));

    /// <summary>NEW-VIEW.</summary>
    public static SpecMessage NewView(SpecNewView newView) => new(Msg.create_NewView(newView.View, newView.ViewChanges, newView.Carried));

    /// <summary>Both certificates of a place.</summary>
    public static SpecMessage CommitProof(SpecCommitted commit, SpecPrepared prepared, int from) =>
        new(Msg.create_CommitProof(commit.Value, prepared.Value, from));

    /// <summary>A checkpoint's certificate.</summary>
    public static SpecMessage StableProof(SpecCheckpoint checkpoint, int from) => new(Msg.create_StableProof(checkpoint.Value, from));

    /// <inheritdoc/>
    public bool Equals(SpecMessage? other) => other is not null && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SpecMessage);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Value.ToString()!;
}
