namespace PbftReference.Audit.Verification;

/// <summary>
/// What replicas recorded differently that is the same for all correct ones. The first reading finds that there is something; in the next
/// one the answer that most replicas recorded stands, whoever is read first. Where as many recorded each, that of the lowest replica does.
/// </summary>
internal sealed class Disagreements
{
    // Each reading tells the next who recorded what; more than a few say nothing new.
    private const int MostReadings = 5;

    private readonly Dictionary<(long Place, object Of), Disagreement> _all = [];
    private int _readings;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>The record that is judged now.</summary>
    public long Revision { get; set; }

    /// <summary>Whether the histories are to be read again, since another answer is to stand than did in this reading.</summary>
    public bool IsOpen => _readings < MostReadings && _all.Values.Any(disagreement => disagreement.IsOpen);

    /// <summary>All of them.</summary>
    public IEnumerable<Disagreement> All => _all.Values;

    /// <summary>A reading begins.</summary>
    public void Begin()
    {
        _readings++;
        foreach (var disagreement in _all.Values) disagreement.Settle();
    }

    /// <summary>What was recorded differently; null if nothing was so far.</summary>
    /// <param name="place">The place.</param>
    /// <param name="of">What it is about, by value.</param>
    public Disagreement? Find(long place, object of) => _all.GetValueOrDefault((place, of));

    /// <summary>A replica recorded something else than was recorded before.</summary>
    /// <param name="place">The place.</param>
    /// <param name="of">What it is about, by value.</param>
    /// <param name="words">How to tell it.</param>
    /// <param name="before">What was recorded before.</param>
    /// <param name="times">How often.</param>
    public Disagreement Add(long place, object of, DisagreementWords words, RecordedAnswer before, int times)
    {
        var disagreement = new Disagreement(words, before, times);
        _all.Add((place, of), disagreement);
        return disagreement;
    }
}
