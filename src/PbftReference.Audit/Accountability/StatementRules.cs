using PbftReference.Audit.Verification;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;
using PbftReference.Spec;

namespace PbftReference.Audit.Accountability;

/// <summary>Which statements count: those that somebody signed who may say such a thing.</summary>
/// <param name="configuration">What the cluster agreed on.</param>
/// <param name="verifier">Checks its signatures.</param>
internal sealed class StatementRules(ClusterConfiguration configuration, ISignatureVerifier verifier)
{
    private readonly MessageVerifier _nested = new(verifier, configuration);

    /// <summary>What the cluster agreed on.</summary>
    public ClusterConfiguration Configuration => configuration;

    /// <summary>The specification takes the primary for the sender of a proposal and a new-view; signed by somebody else they are nobody's.</summary>
    public bool IsInRole(ReplicaMessage statement) => configuration.IsMember(statement.Replica) && statement switch
    {
        PrePrepare m => m.View.Value >= 0 && m.Replica == configuration.PrimaryOf(m.View),
        NewView m => m.View.Value >= 0 && m.Replica == configuration.PrimaryOf(m.View),
        Prepare m => m.View.Value >= 0,
        _ => true,
    };

    /// <summary>Whether its signature holds, and those inside it.</summary>
    public bool Holds(SignedStatement said) => said.Statement is ViewChange or NewView
        ? _nested.Holds(said.Statement, said.Signature)
        : verifier.IsSignedBy(said.Signer, said.Digest, said.Signature);

    /// <summary>Whether it is a vote by which its signer says with which new-view it entered the view (<c>IsVote</c>).</summary>
    public bool IsVote(ReplicaMessage statement) => statement is PrePrepare || (statement is Prepare m && m.Replica != configuration.PrimaryOf(m.View));

    /// <summary>The place of a statement about one place; 0 for a view-change or new-view.</summary>
    public static long PlaceOf(ReplicaMessage statement) => statement switch
    {
        PrePrepare m => m.SequenceNumber.Value,
        Prepare m => m.SequenceNumber.Value,
        Commit m => m.SequenceNumber.Value,
        Checkpoint m => m.SequenceNumber.Value,
        _ => 0,
    };

    /// <summary>The view of a vote, and the new-view that it names.</summary>
    public static (ViewNumber View, Digest NewView) NamedBy(ReplicaMessage vote) => vote switch
    {
        PrePrepare m => (m.View, m.NewView),
        Prepare m => (m.View, m.NewView),
        _ => (default, Digest.None),
    };

    /// <summary>A statement in the specification's words.</summary>
    public static SpecMessage ToSpec(SpecTranslation translation, ReplicaMessage statement) => statement switch
    {
        PrePrepare m => SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView)),
        Prepare m => SpecMessage.Prepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView), m.Replica.Value),
        Commit m => SpecMessage.Commit(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), m.Replica.Value),
        Checkpoint m => SpecMessage.Checkpoint(m.SequenceNumber.Value, translation.Number(m.StateDigest), m.Replica.Value),
        ViewChange m => SpecMessage.ViewChange(translation.Of(m)),
        NewView m => SpecMessage.NewView(translation.Of(m)),
        _ => throw new ArgumentException($"a {statement.Kind} is no statement that proves anything", nameof(statement)),
    };

    /// <summary>What two statements prove, judged anew: for a file of evidence.</summary>
    /// <param name="first">The statement of the accused.</param>
    /// <param name="second">The other.</param>
    /// <returns>The offence; null if they prove none, or a signature does not hold.</returns>
    public SpecOffence? Judge(SignedStatement first, SignedStatement second)
    {
        foreach (var said in (SignedStatement[])[first, second])
        {
            if (said.Statement is not (PrePrepare or Prepare or Commit or Checkpoint or ViewChange or NewView)) return null;
            if (!IsInRole(said.Statement) || !HoldsAsItCame(said)) return null;
        }

        var translation = new SpecTranslation(configuration);
        return SpecAudit.Judge(translation.Model, ToSpec(translation, first.Statement), ToSpec(translation, second.Statement));
    }

    // A pre-prepare in a file may bring its batch along, whose requests are signed too.
    private bool HoldsAsItCame(SignedStatement said) => _nested.Holds(said.Statement, said.Signature);
}
