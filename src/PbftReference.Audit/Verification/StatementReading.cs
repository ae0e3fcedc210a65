using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>The signed statements in a message: its own, and those of the votes and view-changes nested in it.</summary>
internal sealed class StatementReading(SpecTranslation translation)
{
    public DeliveredStatement Of(PrePrepare m, Signature signature) =>
        Vote(SpecStatementKind.PrePrepare, m.View, m.SequenceNumber, m.BatchDigest, m.NewView, m.Replica).SignedAt(signature.Revision);

    public DeliveredStatement Of(Prepare m, Signature signature) =>
        Vote(SpecStatementKind.Prepare, m.View, m.SequenceNumber, m.BatchDigest, m.NewView, m.Replica).SignedAt(signature.Revision);

    public DeliveredStatement Of(Commit m, Signature signature) => Commit(m.View, m.SequenceNumber, m.BatchDigest, m.Replica).SignedAt(signature.Revision);

    public DeliveredStatement Of(Checkpoint m, Signature signature) => Checkpoint(m.SequenceNumber, m.StateDigest, m.Replica).SignedAt(signature.Revision);

    public void Add(ViewChange m, Signature signature, List<DeliveredStatement> to)
    {
        var whole = Whole(SpecStatementKind.ViewChange, m.Replica, m.StatementDigest);
        to.Add(whole.SignedAt(signature.Revision));
        var within = new EnclosingStatement(whole);
        Add(m.Stable, to, within);
        foreach (var certificate in m.Prepared) Add(certificate, to, within);
    }

    public void Add(NewView m, Signature signature, List<DeliveredStatement> to)
    {
        to.Add(Whole(SpecStatementKind.NewView, m.Replica, m.StatementDigest).SignedAt(signature.Revision));
        foreach (var viewChange in m.ViewChanges) Add(viewChange.Statement, viewChange.Signature, to);
    }

    public void Add(CommitProof m, List<DeliveredStatement> to)
    {
        Add(m.Prepared, to);
        foreach (var vote in m.Commit.Votes)
        {
            to.Add(Commit(m.Commit.View, m.Commit.SequenceNumber, m.Commit.BatchDigest, vote.Replica).SignedAt(vote.Signature.Revision));
        }
    }

    public void Add(CheckpointCertificate c, List<DeliveredStatement> to, EnclosingStatement? within = null)
    {
        foreach (var vote in c.Votes) to.Add(Checkpoint(c.SequenceNumber, c.StateDigest, vote.Replica).SignedAt(vote.Signature.Revision) with { Within = within });
    }

    private void Add(PreparedCertificate c, List<DeliveredStatement> to, EnclosingStatement? within = null)
    {
        foreach (var vote in c.Votes)
        {
            var kind = vote.Replica == translation.Configuration.PrimaryOf(c.View) ? SpecStatementKind.PrePrepare : SpecStatementKind.Prepare;
            to.Add(Vote(kind, c.View, c.SequenceNumber, c.BatchDigest, c.NewView, vote.Replica).SignedAt(vote.Signature.Revision) with { Within = within });
        }
    }

    /// <summary>What an action sent; of a view-change or new-view, its digest must be given.</summary>
    public Statement Sent(SpecMessage m, ReplicaId self, Digest whole) => m.Statement switch
    {
        SpecStatementKind.ViewChange or SpecStatementKind.NewView => Whole(m.Statement, self, whole),
        _ => new Statement(m.Statement, self.Value, m.View, m.SequenceNumber, m.Digest, m.NamedNewView),
    };

    private Statement Vote(SpecStatementKind kind, ViewNumber view, SequenceNumber n, Digest digest, Digest newView, ReplicaId replica) =>
        new(kind, replica.Value, view.Value, n.Value, translation.Number(digest), translation.Number(newView));

    private Statement Commit(ViewNumber view, SequenceNumber n, Digest digest, ReplicaId replica) =>
        new(SpecStatementKind.Commit, replica.Value, view.Value, n.Value, translation.Number(digest), 0);

    private Statement Checkpoint(SequenceNumber n, Digest digest, ReplicaId replica) =>
        new(SpecStatementKind.Checkpoint, replica.Value, 0, n.Value, translation.Number(digest), 0);

    private Statement Whole(SpecStatementKind kind, ReplicaId replica, Digest digest) => new(kind, replica.Value, 0, 0, translation.Number(digest), 0);
}
