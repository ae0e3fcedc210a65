using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// Asks the specification's audit about the statements of one place. Beside them it is given whatever can prove something together with one of
/// them: all view-changes and new-views, and of each voter the first vote in the view. It answers as if it had been given the statements about all
/// other places as well, since by <c>Judge</c> no two statements about different places prove anything but that a view was entered by two new-views,
/// which the first vote shows.
/// </summary>
/// <param name="configuration">What the cluster agreed on.</param>
internal sealed class PlaceJudge(ClusterConfiguration configuration)
{
    private readonly SpecTranslation _translation = new(configuration);
    private readonly List<(SpecMessage Spec, SignedStatement Said, SaidAt At)> _aboutViews = [];
    private readonly Dictionary<SpecMessage, SignedStatement> _known = [];
    private SpecAudit? _views;

    private SpecAudit Views => _views ??= new SpecAudit(_translation.Model);

    /// <summary>Takes in a view-change or a new-view; of equal ones the first counts.</summary>
    public void Add(SignedStatement said, SaidAt at)
    {
        var spec = StatementRules.ToSpec(_translation, said.Statement);
        if (!_known.TryAdd(spec, said)) return;
        Views.Add(spec);
        _aboutViews.Add((spec, said, at));
    }

    /// <summary>What view-changes and new-views prove by themselves.</summary>
    public void JudgeViews(Accusations found)
    {
        foreach (var (spec, said, at) in _aboutViews)
        {
            if (Views.Accuse(spec) is { } accusation) found.Add(at, new Accusation(said.Signer, accusation.Offence, said, _known[accusation.Second]));
        }
    }

    /// <summary>What the statements of a place prove.</summary>
    /// <param name="statements">All statements about one place.</param>
    /// <param name="firstVotes">The first votes of those who vote in them, in the views in which they do, if they are about other places.</param>
    /// <param name="found">Takes what is found.</param>
    public void JudgePlace(IReadOnlyList<HeldStatement> statements, IEnumerable<HeldStatement> firstVotes, Accusations found)
    {
        var before = _translation.Numbers.NextDigest;
        var audit = Views.Fork();
        var all = statements.Select(held => (Held: held, IsHere: true)).Concat(firstVotes.Select(held => (Held: held, IsHere: false)))
            .Select(item => (Spec: StatementRules.ToSpec(_translation, item.Held.Said!.Statement), Said: item.Held.Said, item.Held.At, item.IsHere)).ToList();
        all.Sort((a, b) => a.At.CompareTo(b.At));
        foreach (var item in all) audit.Add(item.Spec);
        foreach (var item in all)
        {
            if (!item.IsHere || audit.Accuse(item.Spec) is not { } accusation) continue;
            var second = all.FirstOrDefault(other => other.Spec.Equals(accusation.Second)).Said ?? _known[accusation.Second];
            found.Add(item.At, new Accusation(item.Said.Signer, accusation.Offence, item.Said, second));
        }

        _translation.Numbers.ForgetFrom(before);
    }
}

/// <summary>Of each offence of each accused the proof that stands first in the logs.</summary>
internal sealed class Accusations
{
    private readonly SortedDictionary<(ReplicaId Accused, SpecOffence Offence), (SaidAt At, Accusation Accusation)> _first = [];

    /// <summary>None.</summary>
    public Accusations()
    {
    }

    /// <summary>Those that others have found so far.</summary>
    public Accusations(Accusations others) => _first = new SortedDictionary<(ReplicaId, SpecOffence), (SaidAt At, Accusation Accusation)>(others._first);

    /// <summary>Whether anybody is accused.</summary>
    public bool Any => _first.Count > 0;

    /// <summary>All, by accused and offence.</summary>
    public IReadOnlyList<Accusation> InOrder => [.. _first.Values.Select(found => found.Accusation)];

    /// <summary>Takes in a proof.</summary>
    public void Add(SaidAt at, Accusation accusation)
    {
        var key = (accusation.Accused, accusation.Offence);
        if (!_first.TryGetValue(key, out var known) || at < known.At) _first[key] = (at, accusation);
    }
}
