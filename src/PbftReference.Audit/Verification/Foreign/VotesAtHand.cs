using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// The votes, commits, checkpoints and proofs that a replica has, of which the certificates of its actions are made. Of each sender the
/// first vote counts, as long as these are enough; what is nested in other messages counts only where there are not enough others.
/// </summary>
/// <param name="configuration">The cluster's.</param>
/// <param name="translation">For the numbers of digests.</param>
internal sealed class VotesAtHand(ClusterConfiguration configuration, SpecTranslation translation)
{
    private readonly Dictionary<(SpecStatementKind Kind, long View, long N, int Sender), Statement> _first = [];
    private readonly SortedDictionary<long, HashSet<Statement>> _byPlace = [];
    private readonly SortedDictionary<long, CommitProof> _proofs = [];
    private CheckpointCertificate? _learned;
    private long _low;

    /// <summary>A statement is at hand.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="direct">Whether it came, or was sent, by itself.</param>
    public void Add(Statement statement, bool direct)
    {
        if (Normal(statement) is not { } s || s.SequenceNumber <= _low) return;
        if (direct) _first.TryAdd((s.Kind, s.View, s.SequenceNumber, s.Sender), s);
        if (!_byPlace.TryGetValue(s.SequenceNumber, out var there)) _byPlace.Add(s.SequenceNumber, there = []);
        there.Add(s);
    }

    /// <summary>A commit proof is at hand.</summary>
    public void Add(CommitProof proof) => _proofs.TryAdd(proof.Commit.SequenceNumber.Value, proof);

    /// <summary>A checkpoint's certificate is at hand; the latest counts.</summary>
    public void Add(CheckpointCertificate certificate)
    {
        if (_learned is null || certificate.SequenceNumber > _learned.SequenceNumber) _learned = certificate;
    }

    /// <summary>Who voted for a proposal.</summary>
    public IReadOnlyCollection<int> Voters(long view, long n, int digest, int newView) =>
        Senders(new Statement(SpecStatementKind.Prepare, 0, view, n, digest, newView));

    /// <summary>Who committed.</summary>
    public IReadOnlyCollection<int> Committers(long view, long n, int digest) => Senders(new Statement(SpecStatementKind.Commit, 0, view, n, digest, 0));

    /// <summary>Who signed for a state.</summary>
    public IReadOnlyCollection<int> Signers(long n, int digest) => Senders(new Statement(SpecStatementKind.Checkpoint, 0, 0, n, digest, 0));

    /// <summary>The certificate of a checkpoint: one that came whole, else what the checkpoints at hand make.</summary>
    public SpecCheckpoint Certificate(long n, int digest)
    {
        var whole = _learned?.SequenceNumber.Value == n && translation.Number(_learned.StateDigest) == digest;
        return whole ? translation.Of(_learned!) : new SpecCheckpoint(n, digest, Signers(n, digest));
    }

    /// <summary>The commit proof for a place.</summary>
    public CommitProof? Proof(long n) => _proofs.GetValueOrDefault(n);

    /// <summary>What has a quorum of commits at a place, the latest view first.</summary>
    public IEnumerable<SpecCommitted> Decided(long n)
    {
        var commits = _byPlace.TryGetValue(n, out var there) ? there.Where(s => s.Kind == SpecStatementKind.Commit) : [];
        return commits.GroupBy(s => (s.View, s.Digest)).OrderByDescending(group => group.Key.View)
            .Select(group => new SpecCommitted(group.Key.View, n, group.Key.Digest, Committers(group.Key.View, n, group.Key.Digest)))
            .Where(certificate => certificate.Signers.Length >= configuration.Quorum);
    }

    /// <summary>The prepared certificates that the votes for a proposal make, one for each new-view that they name.</summary>
    public IEnumerable<SpecPrepared> Prepared(long view, long n, int digest) =>
        (_byPlace.TryGetValue(n, out var there) ? there.AsEnumerable() : [])
            .Where(s => s.Kind == SpecStatementKind.Prepare && s.View == view && s.Digest == digest).Select(s => s.NewView).Distinct().ToList()
            .Select(newView => new SpecPrepared(view, n, digest, newView, Voters(view, n, digest, newView)));

    /// <summary>Forgets what is at or below the low watermark.</summary>
    public void Prune(long low)
    {
        _low = low;
        foreach (var n in _byPlace.Keys.TakeWhile(n => n <= low).ToList()) _byPlace.Remove(n);
        foreach (var n in _proofs.Keys.TakeWhile(n => n <= low).ToList()) _proofs.Remove(n);
        foreach (var key in _first.Keys.Where(key => key.N <= low).ToList()) _first.Remove(key);
    }

    private List<int> Senders(Statement like)
    {
        var senders = Enumerable.Range(0, configuration.Replicas).ToList();
        var first = senders.Where(i => _first.GetValueOrDefault((like.Kind, like.View, like.SequenceNumber, i)) == like with { Sender = i }).ToList();
        if (first.Count >= configuration.Quorum || !_byPlace.TryGetValue(like.SequenceNumber, out var there)) return first;
        return [.. senders.Where(i => there.Contains(like with { Sender = i }))];
    }

    // The primary's vote is its pre-prepare, and only that.
    private Statement? Normal(Statement s)
    {
        var isPrimary = s.Sender == configuration.PrimaryOf(new ViewNumber(s.View)).Value;
        return s.Kind switch
        {
            SpecStatementKind.PrePrepare => isPrimary ? s with { Kind = SpecStatementKind.Prepare } : null,
            SpecStatementKind.Prepare => isPrimary ? null : s,
            SpecStatementKind.Commit or SpecStatementKind.Checkpoint => s,
            _ => null,
        };
    }
}
