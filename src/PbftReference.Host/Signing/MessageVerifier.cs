using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Host.Signing;

/// <summary>
/// The edge: a message reaches Core only if its signature holds and every signature nested in it, certificates in view-changes and
/// view-changes in new-views included.
/// </summary>
public sealed class MessageVerifier(ISignatureVerifier verifier, ClusterConfiguration configuration)
{
    /// <summary>Whether every signature holds.</summary>
    public bool Holds(Message message, Signature signature)
    {
        var outer = message switch
        {
            Request m => verifier.IsSignedBy(m.Client, m.StatementDigest, signature),
            ReplicaMessage m => configuration.IsMember(m.Replica) && verifier.IsSignedBy(m.Replica, Statements.DigestOf(m), signature),
            _ => false,
        };
        return outer && InnerHold(message);
    }

    private bool InnerHold(Message message) => message switch
    {
        PrePrepare m => Hold(m.Batch),
        BatchData m => Hold(m.Batch),
        ViewChange m => Hold(m),
        NewView m => Hold(m),
        CommitProof m => Hold(m.Prepared) && Hold(m.Commit) && Hold(m.Batch),
        StableProof m => Hold(m.Certificate),
        _ => true,
    };

    private bool Hold(Batch? batch)
    {
        if (batch is null) return true;
        foreach (var request in batch.Requests)
        {
            if (!verifier.IsSignedBy(request.Statement.Client, request.Statement.StatementDigest, request.Signature)) return false;
        }

        return true;
    }

    private bool Hold(ViewChange m)
    {
        if (!Hold(m.Stable)) return false;
        foreach (var certificate in m.Prepared)
        {
            if (!Hold(certificate)) return false;
        }

        return true;
    }

    private bool Hold(NewView m)
    {
        foreach (var signed in m.ViewChanges)
        {
            var statement = signed.Statement;
            if (!configuration.IsMember(statement.Replica)) return false;
            if (!verifier.IsSignedBy(statement.Replica, statement.StatementDigest, signed.Signature) || !Hold(statement)) return false;
        }

        return true;
    }

    private bool Hold(PreparedCertificate c) =>
        c.View.Value >= 0 && Hold(c.Votes, voter => CertifiedStatements.Vote(c, voter, configuration));

    private bool Hold(CommitCertificate c) =>
        Hold(c.Votes, voter => new Commit(c.View, c.SequenceNumber, c.BatchDigest, voter));

    private bool Hold(CheckpointCertificate c) =>
        Hold(c.Votes, voter => new Checkpoint(c.SequenceNumber, c.StateDigest, voter));

    private bool Hold(ImmutableArray<Vote> votes, Func<ReplicaId, Message> statement)
    {
        foreach (var vote in votes)
        {
            if (!configuration.IsMember(vote.Replica)) return false;
            if (!verifier.IsSignedBy(vote.Replica, Statements.DigestOf(statement(vote.Replica)), vote.Signature)) return false;
        }

        return true;
    }
}
