using PbftReference.Audit.Verification;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Signing;
using PbftReference.Spec;

namespace PbftReference.Audit.Accountability;

/// <summary>An offence, and the signed statements that prove it.</summary>
/// <param name="Accused">The replica.</param>
/// <param name="Offence">What it did.</param>
/// <param name="First">Its statement.</param>
/// <param name="Second">The statement beside which it proves the offence; the same where one is enough.</param>
public sealed record Accusation(ReplicaId Accused, SpecOffence Offence, SignedStatement First, SignedStatement Second);

/// <summary>
/// Signed statements from whatever logs, each once, and only those whose signatures hold, nested ones included: a log may have been written by a
/// liar, and what nobody signed proves nothing.
/// </summary>
public sealed class EvidenceSet
{
    private readonly ClusterConfiguration _configuration;
    private readonly MessageVerifier _verifier;
    private readonly SpecTranslation _translation;
    private readonly SpecAudit _audit;
    private readonly Dictionary<Digest, SignedStatement> _statements = [];
    private readonly Dictionary<SpecMessage, SignedStatement> _said = [];

    /// <summary>An empty set.</summary>
    /// <param name="configuration">What the cluster agreed on.</param>
    /// <param name="verifier">Checks its signatures.</param>
    public EvidenceSet(ClusterConfiguration configuration, ISignatureVerifier verifier)
    {
        _configuration = configuration;
        _verifier = new MessageVerifier(verifier, configuration);
        _translation = new SpecTranslation(configuration);
        _audit = new SpecAudit(_translation.Model);
    }

    /// <summary>How many statements are in it.</summary>
    public int Count => _statements.Count;

    /// <summary>Takes in what is signed in a message.</summary>
    /// <returns>How many statements were refused because a signature does not hold.</returns>
    public int Add(Message message, Signature signature)
    {
        var refused = 0;
        foreach (var said in SignedStatement.In(message, signature, _configuration))
        {
            if (!IsInRole(said.Statement)) continue;
            var digest = said.Digest;
            if (_statements.ContainsKey(digest)) continue;
            if (!_verifier.Holds(said.Statement, said.Signature))
            {
                refused++;
                continue;
            }

            _statements.Add(digest, said);
            if (ToSpec(said.Statement) is not { } spec || !_said.TryAdd(spec, said)) continue;
            _audit.Add(spec);
        }

        return refused;
    }

    /// <summary>Those whom the statements prove guilty, each with the first proof that was found, ascending.</summary>
    public IReadOnlyList<Accusation> Accusations()
    {
        var found = new SortedDictionary<ReplicaId, Accusation>();
        foreach (var (spec, said) in _said)
        {
            if (found.ContainsKey(said.Signer) || _audit.Accuse(spec) is not { } accusation) continue;
            found.Add(said.Signer, new Accusation(said.Signer, accusation.Offence, said, _said[accusation.Second]));
        }

        return [.. found.Values];
    }

    /// <summary>The same by the specification's own audit of all statements at once: whom it finds guilty.</summary>
    public IReadOnlyList<int> GuiltyBySpecification() => [.. SpecAudit.Of(_translation.Model, _said.Keys).Select(accusation => accusation.Accused)];

    /// <summary>
    /// What is missing at a place for the evidence to be closed there: the new-views that prepared certificates for it name, by their digests, with
    /// a replica whose view-change names each.
    /// </summary>
    public IReadOnlyList<(Digest NewView, ReplicaId NamedBy)> MissingAt(SequenceNumber n)
    {
        var known = _statements.Values.Select(said => said.Statement).OfType<NewView>().Select(m => m.StatementDigest).ToHashSet();
        var missing = new SortedDictionary<Digest, ReplicaId>();
        foreach (var (certificate, replica) in CertificatesAt(n))
        {
            if (certificate.View.Value > 0 && !known.Contains(certificate.NewView)) missing.TryAdd(certificate.NewView, replica);
        }

        return [.. missing.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>Whether the signed commits of these replicas for a batch are in the set; the log's own replica signs none in its own log.</summary>
    public bool HasCommits(ViewNumber view, SequenceNumber n, Digest batch, IEnumerable<ReplicaId> committers, ReplicaId self) =>
        committers.All(replica => replica == self || _statements.ContainsKey(Statements.DigestOf(new Commit(view, n, batch, replica))));

    /// <summary>What two statements prove, judged anew: for a file of evidence.</summary>
    /// <param name="first">The statement of the accused.</param>
    /// <param name="second">The other.</param>
    /// <returns>The offence; null if they prove none, or a signature does not hold.</returns>
    public SpecOffence? Judge(SignedStatement first, SignedStatement second)
    {
        foreach (var said in (SignedStatement[])[first, second])
        {
            if (!IsInRole(said.Statement) || !_verifier.Holds(said.Statement, said.Signature)) return null;
        }

        return ToSpec(first.Statement) is { } one && ToSpec(second.Statement) is { } other ? SpecAudit.Judge(_translation.Model, one, other) : null;
    }

    private IEnumerable<(PreparedCertificate Certificate, ReplicaId Replica)> CertificatesAt(SequenceNumber n) =>
        _statements.Values.Select(said => said.Statement).OfType<ViewChange>().SelectMany(m => m.Prepared.Where(c => c.SequenceNumber == n).Select(c => (c, m.Replica)));

    // The specification takes the primary for the sender of these; signed by somebody else they are nobody's.
    private bool IsInRole(ReplicaMessage statement) => _configuration.IsMember(statement.Replica) && statement switch
    {
        PrePrepare m => m.View.Value >= 0 && m.Replica == _configuration.PrimaryOf(m.View),
        NewView m => m.View.Value >= 0 && m.Replica == _configuration.PrimaryOf(m.View),
        Prepare m => m.View.Value >= 0,
        _ => true,
    };

    private SpecMessage? ToSpec(ReplicaMessage statement) => statement switch
    {
        PrePrepare m => SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, _translation.Number(m.BatchDigest), _translation.Number(m.NewView)),
        Prepare m => SpecMessage.Prepare(m.View.Value, m.SequenceNumber.Value, _translation.Number(m.BatchDigest), _translation.Number(m.NewView), m.Replica.Value),
        Commit m => SpecMessage.Commit(m.View.Value, m.SequenceNumber.Value, _translation.Number(m.BatchDigest), m.Replica.Value),
        Checkpoint m => SpecMessage.Checkpoint(m.SequenceNumber.Value, _translation.Number(m.StateDigest), m.Replica.Value),
        ViewChange m => SpecMessage.ViewChange(_translation.Of(m)),
        NewView m => SpecMessage.NewView(_translation.Of(m)),
        _ => null,
    };
}
