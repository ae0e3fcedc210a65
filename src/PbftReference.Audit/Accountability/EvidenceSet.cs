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
/// liar, and what nobody signed proves nothing. Statements about a place are judged and forgotten when the logs are past it. What comes later and
/// might have proved something together with what is forgotten makes a second reading necessary, in which that is not forgotten.
/// </summary>
public sealed class EvidenceSet
{
    private readonly StatementRules _rules;
    private readonly SortedDictionary<long, Dictionary<ReplicaMessage, HeldStatement>> _places = [];
    private readonly SortedDictionary<long, Dictionary<ReplicaMessage, HeldStatement>> _kept = [];
    private readonly SortedDictionary<long, Dictionary<ReplicaMessage, HeldStatement>> _awaiting = [];
    private readonly Dictionary<Digest, HeldStatement> _aboutViews = [];
    private readonly FirstVotes _firstVotes;
    private readonly ForgottenPlaces _forgotten;
    private readonly PlaceJudge _judge;
    private readonly Accusations _found = new();
    private readonly List<ViewChange> _taken = [];
    private readonly bool _isSecond;
    private int _heldAboutPlaces;
    private int _counted;
    private long _forged;

    /// <summary>An empty set, for a first reading.</summary>
    /// <param name="configuration">What the cluster agreed on.</param>
    /// <param name="verifier">Checks its signatures.</param>
    public EvidenceSet(ClusterConfiguration configuration, ISignatureVerifier verifier)
    {
        _rules = new StatementRules(configuration, verifier);
        _judge = new PlaceJudge(configuration);
        _firstVotes = new FirstVotes();
        _forgotten = new ForgottenPlaces(configuration.LogWindow);
    }

    private EvidenceSet(EvidenceSet first)
    {
        (_rules, _isSecond) = (first._rules, true);
        _judge = first.JudgeOfAllViews();
        _firstVotes = first._firstVotes;
        _forgotten = new ForgottenPlaces(first._rules.Configuration.LogWindow, first._forgotten.Suspects);
    }

    private IEnumerable<KeyValuePair<long, Dictionary<ReplicaMessage, HeldStatement>>> AboutPlaces => _places.Concat(_kept).Concat(_awaiting);

    /// <summary>How many different statements there were.</summary>
    public int Count => _counted + AboutPlaces.Sum(place => place.Value.Values.Count(held => held.Said is not null)) + _aboutViews.Values.Count(held => held.Said is not null);

    /// <summary>How often statements were refused because a signature does not hold, before one with a signature that does.</summary>
    public long Forged => _forged + AboutPlaces.Sum(place => place.Value.Values.Sum(held => held.Forged)) + _aboutViews.Values.Sum(held => held.Forged);

    /// <summary>How many statements about places were in memory at once, at most.</summary>
    public int HeldAtMost { get; private set; }

    /// <summary>Why what was forgotten may prove something together with what came later, in words; null if it cannot.</summary>
    public string? WhyAgain => _isSecond || !_forgotten.Any ? null
        : _found.Any ? "somebody is accused, and of all proofs of an offence the first is wanted"
        : _firstVotes.Differ ? "somebody entered a view by two new-views"
        : _forgotten.WhyMissed;

    /// <summary>The set for a second reading of the same logs in the same order; the first is at its end.</summary>
    public EvidenceSet Again() => new(this);

    /// <summary>The places that are judged and forgotten.</summary>
    internal ForgottenPlaces Forgotten => _forgotten;

    /// <summary>Takes in what is signed in a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="log">The replica in whose log it is.</param>
    /// <param name="revision">The record; those of one log come in order.</param>
    public void Add(Message message, Signature signature, ReplicaId log, long revision)
    {
        var part = 0;
        var (isKnown, isSaidAgain) = (false, false);
        foreach (var said in SignedStatement.In(message, signature, _rules.Configuration))
        {
            var at = new SaidAt(log.Value, revision, part++);
            if (said.Statement is ViewChange or NewView)
            {
                (isKnown, isSaidAgain) = AddAboutView(said, at);
                if (isKnown && said.Statement is NewView) return;
                if (!isKnown && said.Statement is ViewChange viewChange && IsThere(viewChange.StatementDigest)) _taken.Add(viewChange);
            }
            else if (!isKnown)
            {
                AddAboutPlace(said, at, isSaidAgain);
            }
        }

        if (_taken.Count == 0) return;
        if (_taken.Aggregate(false, (any, viewChange) => _forgotten.Receive(viewChange) || any)) ForgetUnawaited();
        _taken.Clear();
    }

    /// <summary>A replica says in its log that it sent a view-change, with the stable checkpoint that it had.</summary>
    public void Await(ReplicaId replica, Digest viewChange, SequenceNumber stable)
    {
        if (IsThere(viewChange)) return;
        _forgotten.Await(replica, viewChange, stable.Value);
        ForgetUnawaited();
    }

    /// <summary>Judges and forgets the statements about all places up to one. The logs that are still read are past it.</summary>
    public void Forget(SequenceNumber through)
    {
        _forgotten.Pass(through.Value);
        while (_places.Count > 0 && _places.First() is var (n, place) && _forgotten.IsPast(n))
        {
            _places.Remove(n);
            if (_forgotten.IsAwaited(n)) _awaiting.Add(n, place);
            else Forget(n, place);
        }
    }

    /// <summary>What the statements prove of whom: of each offence of each accused the first proof that was found, in this order. Exact unless a second reading is needed.</summary>
    public IReadOnlyList<Accusation> Accusations()
    {
        var (judge, found) = (JudgeOfAllViews(), new Accusations(_found));
        judge.JudgeViews(found);
        foreach (var (n, place) in AboutPlaces) Judge(judge, place, n, found);
        return found.InOrder;
    }

    /// <summary>
    /// What is missing at a place for the evidence to be closed there: the new-views that prepared certificates for it name, by their digests, with
    /// a replica whose view-change names each.
    /// </summary>
    public IReadOnlyList<(Digest NewView, ReplicaId NamedBy)> MissingAt(SequenceNumber n)
    {
        var missing = new SortedDictionary<Digest, ReplicaId>();
        foreach (var m in AboutViews().Select(held => held.Said!.Statement).OfType<ViewChange>())
        {
            foreach (var certificate in m.Prepared.Where(c => c.SequenceNumber == n && c.View.Value > 0))
            {
                if (!IsThere(certificate.NewView)) missing.TryAdd(certificate.NewView, m.Replica);
            }
        }

        return [.. missing.Select(pair => (pair.Key, pair.Value))];
    }

    /// <summary>Whether the signed commits of these replicas for a batch are in the set; the log's own replica signs none in its own log.</summary>
    public bool HasCommits(ViewNumber view, SequenceNumber n, Digest batch, IEnumerable<ReplicaId> committers, ReplicaId self)
    {
        var place = PlacesWith(n.Value).GetValueOrDefault(n.Value);
        return committers.All(replica => replica == self || place?.GetValueOrDefault(new Commit(view, n, batch, replica))?.Said is not null);
    }

    /// <summary>What two statements prove, judged anew: for a file of evidence.</summary>
    /// <param name="first">The statement of the accused.</param>
    /// <param name="second">The other.</param>
    /// <returns>The offence; null if they prove none, or a signature does not hold.</returns>
    public SpecOffence? Judge(SignedStatement first, SignedStatement second) => _rules.Judge(first, second);

    private (bool IsKnown, bool IsSaidAgain) AddAboutView(SignedStatement said, SaidAt at)
    {
        if (!_rules.IsInRole(said.Statement)) return (false, false);
        if (!_aboutViews.TryGetValue(said.Digest, out var held)) _aboutViews.Add(said.Digest, held = new HeldStatement());
        var before = held.Said;
        if (!held.IsOpen(at.Log)) return (true, false);
        if (!_rules.Holds(said))
        {
            held.Refuse(at.Log, _rules.Configuration.Replicas);
            return (false, false);
        }

        held.Hold(said, at);
        if (before is not null || _isSecond) return (false, before is not null);
        _judge.Add(said, at);
        _forgotten.Hear(said.Statement);
        return (false, false);
    }

    private void AddAboutPlace(SignedStatement said, SaidAt at, bool isSaidAgain)
    {
        if (!_rules.IsInRole(said.Statement)) return;
        var n = StatementRules.PlaceOf(said.Statement);
        if (_forgotten.Contains(n))
        {
            AddTooLate(said, at, n, isSaidAgain);
            return;
        }

        var held = HeldAt(n, said.Statement);
        if (!held.IsOpen(at.Log)) return;
        if (!held.IsKnown(said.Signature) && !_rules.Holds(said))
        {
            held.Refuse(at.Log, _rules.Configuration.Replicas);
            return;
        }

        // a row that is final says whether its decision is proved by the commits that were there
        if (held.Said is null && said.Statement is Commit && _forgotten.IsPast(n)) _forgotten.Miss(n);
        held.Hold(said, at);
        if (_rules.IsVote(said.Statement)) _firstVotes.Add(said, at);
    }

    // What a view-change holds that another log held in time was taken in then; only its order may still count, if anything does.
    private void AddTooLate(SignedStatement said, SaidAt at, long n, bool isSaidAgain)
    {
        if (isSaidAgain) _forgotten.Repeat(n);
        else _forgotten.Miss(n);
        if (_rules.IsVote(said.Statement) && _rules.Holds(said)) _firstVotes.Add(said, at);
    }

    private HeldStatement HeldAt(long n, ReplicaMessage statement)
    {
        var places = PlacesWith(n);
        if (!places.TryGetValue(n, out var place)) places.Add(n, place = []);
        if (place.TryGetValue(statement, out var held)) return held;
        place.Add(statement, held = new HeldStatement());
        HeldAtMost = Math.Max(HeldAtMost, ++_heldAboutPlaces);
        return held;
    }

    private SortedDictionary<long, Dictionary<ReplicaMessage, HeldStatement>> PlacesWith(long n)
    {
        if (_forgotten.IsKept(n)) return _kept;
        return _forgotten.IsPast(n) ? _awaiting : _places;
    }

    private void Forget(long n, Dictionary<ReplicaMessage, HeldStatement> place)
    {
        Judge(_judge, place, n, _found);
        foreach (var held in place.Values.Where(held => held.Said is not null)) Note(held.Said!.Statement);
        _counted += place.Values.Count(held => held.Said is not null);
        _forged += place.Values.Sum(held => held.Forged);
        _heldAboutPlaces -= place.Count;
    }

    private void ForgetUnawaited()
    {
        foreach (var (n, place) in _awaiting.Where(pair => !_forgotten.IsAwaited(pair.Key)).ToList())
        {
            _awaiting.Remove(n);
            Forget(n, place);
        }
    }

    private void Note(ReplicaMessage forgotten)
    {
        if (forgotten is Commit commit) _forgotten.NoteCommit(commit);
        else if (_rules.IsVote(forgotten) && StatementRules.NamedBy(forgotten) is { View.Value: > 0, NewView: var newView } && !IsThere(newView)) _forgotten.NoteNamed(newView);
    }

    private void Judge(PlaceJudge judge, Dictionary<ReplicaMessage, HeldStatement> place, long n, Accusations found)
    {
        var statements = place.Values.Where(held => held.Said is not null).ToList();
        var votes = statements.Select(held => held.Said!.Statement).Where(_rules.IsVote);
        judge.JudgePlace(statements, _firstVotes.Of(votes, n), found);
    }

    private PlaceJudge JudgeOfAllViews()
    {
        var judge = new PlaceJudge(_rules.Configuration);
        foreach (var held in AboutViews()) judge.Add(held.Said!, held.At);
        return judge;
    }

    private IEnumerable<HeldStatement> AboutViews() => _aboutViews.Values.Where(held => held.Said is not null).OrderBy(held => held.At);

    private bool IsThere(Digest viewChangeOrNewView) => _aboutViews.GetValueOrDefault(viewChangeOrNewView)?.Said is not null;
}
