using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// What correct replicas sent, as far as a delivery that is still to come can be about it. A correct replica takes no vote, commit or
/// checkpoint below its low watermark, and sends none, so what lies below the lowest of them is forgotten. A delivery may hold something older
/// all the same, inside of a certificate: then the logs must be read again, with that kept.
/// </summary>
/// <param name="kept">What is never forgotten.</param>
internal sealed class SentStatements(IReadOnlySet<Statement> kept)
{
    // By place; at 0 what speaks of no place.
    private readonly Dictionary<long, HashSet<Statement>> _places = [];
    private readonly HashSet<Statement> _late = [];

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

    /// <summary>Whether it is forgotten whether a statement was sent; if so, it is among <see cref="Late"/> from now on.</summary>
    public bool IsLate(Statement statement)
    {
        var n = PlaceOf(statement);
        if (n == 0 || n >= Floor) return false;
        _late.Add(statement);
        return true;
    }

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
        foreach (var statement in _places.Values.SelectMany(place => place).Concat(kept).Concat(_late)) statement.AddTo(numbers);
    }

    private long PlaceOf(Statement statement) => kept.Contains(statement) ? 0 : statement.SequenceNumber;
}
