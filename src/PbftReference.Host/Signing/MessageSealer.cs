using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Host.Signing;

/// <summary>
/// Signs what leaves: the message, and inside it every statement of the replica itself that its state holds unsigned (its own votes in
/// certificates, its own view-change in a new-view). Statements do not cover signatures, so sealing changes no digest.
/// </summary>
public sealed class MessageSealer(ISigner signer, ClusterConfiguration configuration)
{
    /// <summary>Seals a message for the place in the log after which it leaves.</summary>
    public (Message Message, Signature Signature) Seal(Message message, long revision, Digest chainHead)
    {
        var place = new Place(signer, configuration, revision, chainHead);
        var @sealed = place.Seal(message);
        return (@sealed, place.Sign(@sealed));
    }

    /// <summary>
    /// Has a signer that signs groups sign all of these in one go; <see cref="Seal"/> then gives each its part. Any other signer signs
    /// one by one.
    /// </summary>
    public void Prepare(IEnumerable<(Message Message, long Revision, Digest ChainHead)> leaving)
    {
        if (signer is not IGroupSigner group) return;
        group.Open();
        foreach (var (message, revision, chainHead) in leaving) Seal(message, revision, chainHead);
        group.Close();
    }

    private readonly record struct Place(ISigner Signer, ClusterConfiguration Configuration, long Revision, Digest ChainHead)
    {
        public Signature Sign(Message statement) => Signer.Sign(Statements.DigestOf(statement), Revision, ChainHead);

        public Message Seal(Message message) => message switch
        {
            ViewChange m => Seal(m),
            NewView m => m with { ViewChanges = ImmutableArray.CreateRange(m.ViewChanges, Seal) },
            StableProof m => m with { Certificate = Seal(m.Certificate) },
            CommitProof m => m with { Prepared = Seal(m.Prepared), Commit = Seal(m.Commit) },
            _ => message,
        };

        private ViewChange Seal(ViewChange m) => m with
        {
            Stable = Seal(m.Stable),
            Prepared = ImmutableArray.CreateRange(m.Prepared, Seal),
        };

        private Signed<ViewChange> Seal(Signed<ViewChange> signed)
        {
            if (!signed.Signature.IsOwn) return signed;
            var viewChange = Seal(signed.Statement);
            return new Signed<ViewChange>(viewChange, Sign(viewChange));
        }

        private CheckpointCertificate Seal(CheckpointCertificate c)
        {
            var statement = new Checkpoint(c.SequenceNumber, c.StateDigest, Signer.Replica);
            return c with { Votes = Seal(c.Votes, statement) };
        }

        private CommitCertificate Seal(CommitCertificate c)
        {
            var statement = new Commit(c.View, c.SequenceNumber, c.BatchDigest, Signer.Replica);
            return c with { Votes = Seal(c.Votes, statement) };
        }

        private PreparedCertificate Seal(PreparedCertificate c) =>
            c with { Votes = Seal(c.Votes, CertifiedStatements.Vote(c, Signer.Replica, Configuration)) };

        private ImmutableArray<Vote> Seal(ImmutableArray<Vote> votes, Message own)
        {
            for (var i = 0; i < votes.Length; i++)
            {
                if (votes[i].Signature.IsOwn) return votes.SetItem(i, new Vote(votes[i].Replica, Sign(own)));
            }

            return votes;
        }
    }
}

/// <summary>The statements that a certificate's votes stand for.</summary>
public static class CertifiedStatements
{
    /// <summary>A voter's part in a prepared certificate: the primary's pre-prepare, a backup's prepare.</summary>
    public static Message Vote(PreparedCertificate c, ReplicaId voter, ClusterConfiguration configuration) =>
        voter == configuration.PrimaryOf(c.View)
            ? new PrePrepare(c.View, c.SequenceNumber, c.BatchDigest, c.NewView, voter, null)
            : new Prepare(c.View, c.SequenceNumber, c.BatchDigest, c.NewView, voter);
}
