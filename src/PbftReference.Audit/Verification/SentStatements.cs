using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// What correct replicas sent, as far as a delivery that is still to come can be about it. A correct replica takes no vote, commit or
/// checkpoint below its low watermark, and sends none, so what lies below the lowest of them is forgotten. Older ones come all the same, in the
/// certificates of view-changes. Those of a correct replica's view-change came to it, or were its own, before it sent that, and were looked up
/// then; those of a view-change that came before were looked up then too. For any other the logs must be read again, with that kept.
/// </summary>
/// <param name="kept">What is never forgotten.</param>
internal sealed class SentStatements(IReadOnlySet<Statement> kept)
{
    // By place; at 0 what speaks of no place.
    private readonly Dictionary<long, HashSet<Statement>> _places = [];
    private readonly HashSet<Statement> _kept = [.. kept];
    private readonly HashSet<Statement> _late = [];
    private readonly HashSet<Statement> _lookedUp = [];

    /// <summary>The place below which nothing is remembered.</summary>
    public long Floor { get; private set; }

    /// <summary>How many statements are remembered.</summary>
    public int Count => _places.Values.Sum(place => place.Count);

    /// <summary>The statements that were asked for when they were, or would have been, forgotten.</summary>
    public IReadOnlySet<Statement> Late => _late;

    /// <summary>Takes statements in.</summary>
    public void Add(IEnumerable<Statement> statements)
    {
        foreach (var statement in statements)
        {
            var n = PlaceOf(statement);
            if (!_places.TryGetValue(n, out var place)) _places.Add(n, place = []);
            place.Add(statement);
        }
    }

    /// <summary>Whether a statement was sent.</summary>
    public bool Contains(Statement statement) => _places.TryGetValue(PlaceOf(statement), out var place) && place.Contains(statement);

    /// <summary>The certificates of a view-change of somebody who is not correct were looked up.</summary>
    public void LookedUp(Statement viewChange) => _lookedUp.Add(viewChange);

    /// <summary>
    /// Whether it is forgotten whether a statement was sent. If it was not looked up before as a part of something else either, it is among
    /// <see cref="Late"/> from now on.
    /// </summary>
    public bool IsForgotten(DeliveredStatement delivered)
    {
        var n = PlaceOf(delivered.Statement);
        if (n == 0 || n >= Floor) return false;
        if (delivered.Within is not { Statement: var within } || !(_lookedUp.Contains(within) || Contains(within))) _late.Add(delivered.Statement);
        return true;
    }

    /// <summary>From now on it is not forgotten whether a statement, which was not sent yet, is sent.</summary>
    public void Keep(Statement statement) => _kept.Add(statement);

    /// <summary>Forgets what lies below a place.</summary>
    /// <returns>Whether the floor has risen.</returns>
    public bool Raise(long floor)
    {
        if (floor <= Floor) return false;
        Floor = floor;
        foreach (var n in _places.Keys.Where(n => n > 0 && n < floor)) _places.Remove(n);
        return true;
    }

    /// <summary>Adds the numbers of what is remembered.</summary>
    public void AddTo(SpecNumbers numbers)
    {
        foreach (var statement in _places.Values.SelectMany(place => place).Concat(_kept).Concat(_late).Concat(_lookedUp)) statement.AddTo(numbers);
    }

    private long PlaceOf(Statement statement) => _kept.Contains(statement) ? 0 : statement.SequenceNumber;
}
