using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// The places whose statements are judged and forgotten, and what has to be known of them: whether what comes later may prove something together
/// with what is forgotten.
/// </summary>
/// <param name="window">L: how far above its stable checkpoint a view-change speaks.</param>
/// <param name="kept">Places that are not forgotten; null for none.</param>
internal sealed class ForgottenPlaces(int window, IReadOnlySet<long>? kept = null)
{
    private readonly HashSet<long> _missed = [];
    private readonly HashSet<long> _repeated = [];
    private readonly Dictionary<(ReplicaId, ViewNumber), long> _lastCommit = [];
    private readonly HashSet<Digest> _named = [];
    private readonly SortedDictionary<ReplicaId, (Digest ViewChange, long First, long Last)> _awaited = [];
    private string? _heardLate;
    private long _through;

    /// <summary>Whether there are any.</summary>
    public bool Any => _through > 0;

    /// <summary>What came too late to be judged beside what is forgotten; null if nothing did.</summary>
    public string? WhyMissed => _heardLate ?? (_missed.Count == 0 ? null : $"what is about {_missed.Count} places came when the logs were past them, first at {_missed.Min()}");

    /// <summary>The places that a second reading has to keep.</summary>
    public IReadOnlySet<long> Suspects => _missed.Union(_repeated).ToHashSet();

    /// <summary>Whether a place is never forgotten; there are none below 1, and what is said of these is kept.</summary>
    public bool IsKept(long n) => n <= 0 || kept?.Contains(n) == true;

    /// <summary>Whether all logs are past a place, so that its row is final.</summary>
    public bool IsPast(long n) => n <= _through && !IsKept(n);

    /// <summary>Whether a view-change is still to come that may hold statements about a place.</summary>
    public bool IsAwaited(long n)
    {
        foreach (var awaited in _awaited.Values)
        {
            if (n >= awaited.First && n <= awaited.Last) return true;
        }

        return false;
    }

    /// <summary>Whether a place is forgotten.</summary>
    public bool Contains(long n) => IsPast(n) && !IsAwaited(n);

    /// <summary>All logs are past all places up to one.</summary>
    public void Pass(long through) => _through = Math.Max(_through, through);

    /// <summary>
    /// A replica says in its log that it sent a view-change, which no log has received yet: as when it is cut off from the others. They will be far
    /// ahead when they receive it, so that the places that it speaks of are remembered.
    /// </summary>
    public void Await(ReplicaId replica, Digest viewChange, long stable) =>
        _awaited[replica] = (viewChange, Math.Max(stable, _through + 1), stable + window);

    /// <summary>A commit is forgotten.</summary>
    public void NoteCommit(Commit commit)
    {
        var key = (commit.Replica, commit.View);
        _lastCommit[key] = Math.Max(_lastCommit.GetValueOrDefault(key), commit.SequenceNumber.Value);
    }

    /// <summary>A vote is forgotten that names a new-view which is not known.</summary>
    public void NoteNamed(Digest newView) => _named.Add(newView);

    /// <summary>A view-change or new-view that was not known: what is forgotten was not held against it.</summary>
    public void Hear(ReplicaMessage statement)
    {
        if (statement is ViewChange sent && MayConceal(sent)) _heardLate ??= $"the view-change of replica {sent.Replica} for view {sent.NewView} speaks of places above {sent.Stable.SequenceNumber}, which the logs were past";
        if (statement is NewView newView && _named.Contains(newView.StatementDigest)) _heardLate ??= $"the new-view of view {newView.View} came after votes that name it";
    }

    /// <summary>A view-change and all that is in it was taken in.</summary>
    /// <returns>Whether it was awaited.</returns>
    public bool Receive(ViewChange viewChange) =>
        _awaited.TryGetValue(viewChange.Replica, out var awaited) && awaited.ViewChange == viewChange.StatementDigest && _awaited.Remove(viewChange.Replica);

    /// <summary>A statement about a forgotten place that may be new.</summary>
    public void Miss(long n) => _missed.Add(n);

    /// <summary>A statement about a forgotten place that was known.</summary>
    public void Repeat(long n) => _repeated.Add(n);

    // Commits of earlier views above its stable checkpoint, if it does not report them.
    private bool MayConceal(ViewChange m)
    {
        foreach (var ((replica, view), last) in _lastCommit)
        {
            if (replica == m.Replica && view < m.NewView && last > m.Stable.SequenceNumber.Value) return true;
        }

        return false;
    }
}
