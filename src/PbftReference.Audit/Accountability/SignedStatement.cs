using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>What a replica said and signed: a message of its own, or its vote in a certificate.</summary>
/// <param name="Statement">What was said. A pre-prepare stands without its batch, which its digest names.</param>
/// <param name="Signature">Its signature.</param>
public sealed record SignedStatement(ReplicaMessage Statement, Signature Signature)
{
    /// <summary>Who said it.</summary>
    public ReplicaId Signer => Statement.Replica;

    /// <summary>Equal statements have equal digests, whoever passed them on and whatever signed them.</summary>
    public Digest Digest => Statements.DigestOf(Statement);

    /// <summary>
    /// The statements of replicas in a message: its own, and those nested in it. A vote that stands by the signature around it, the sender's own in
    /// its own certificate, is not one by itself.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="configuration">The cluster, which tells the primary's votes from the others'.</param>
    public static IEnumerable<SignedStatement> In(Message message, Signature signature, ClusterConfiguration configuration) => message switch
    {
        PrePrepare m => [new SignedStatement(m with { Batch = null }, signature)],
        Prepare or Commit or Checkpoint => [new SignedStatement((ReplicaMessage)message, signature)],
        ViewChange m => InViewChange(m, signature, configuration),
        NewView m => InNewView(m, signature, configuration),
        CommitProof m => OfPrepared(m.Prepared, configuration).Concat(OfCommit(m.Commit)),
        StableProof m => OfCheckpoint(m.Certificate),
        _ => [],
    };

    private static IEnumerable<SignedStatement> InNewView(NewView m, Signature signature, ClusterConfiguration configuration) =>
        m.ViewChanges.SelectMany(signed => InViewChange(signed.Statement, signed.Signature, configuration)).Prepend(new SignedStatement(m, signature));

    private static IEnumerable<SignedStatement> InViewChange(ViewChange m, Signature signature, ClusterConfiguration configuration) =>
        m.Prepared.SelectMany(certificate => OfPrepared(certificate, configuration)).Concat(OfCheckpoint(m.Stable)).Prepend(new SignedStatement(m, signature));

    private static IEnumerable<SignedStatement> OfPrepared(PreparedCertificate c, ClusterConfiguration configuration) =>
        Of(c.Votes, voter => (ReplicaMessage)CertifiedStatements.Vote(c, voter, configuration));

    private static IEnumerable<SignedStatement> OfCommit(CommitCertificate c) => Of(c.Votes, voter => new Commit(c.View, c.SequenceNumber, c.BatchDigest, voter));

    private static IEnumerable<SignedStatement> OfCheckpoint(CheckpointCertificate c) => Of(c.Votes, voter => new Checkpoint(c.SequenceNumber, c.StateDigest, voter));

    private static IEnumerable<SignedStatement> Of(IEnumerable<Vote> votes, Func<ReplicaId, ReplicaMessage> statement) =>
        votes.Where(vote => !vote.Signature.IsOwn).Select(vote => new SignedStatement(statement(vote.Replica), vote.Signature));
}
