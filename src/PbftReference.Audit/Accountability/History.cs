using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;

namespace PbftReference.Audit.Accountability;

/// <summary>When a replica did something: where it stands in its log, and the host's time.</summary>
/// <param name="Revision">The record.</param>
/// <param name="TimeMs">The host's time in milliseconds.</param>
public readonly record struct When(long Revision, long TimeMs);

/// <summary>What one replica did at a place.</summary>
public sealed record PlaceAtReplica
{
    /// <summary>The batch that it decided; none if it did not.</summary>
    public Digest Decided { get; set; }

    /// <summary>The view in which it decided.</summary>
    public ViewNumber View { get; set; }

    /// <summary>Who signed the commits by which it decided, ascending.</summary>
    public IReadOnlyList<ReplicaId> Committers { get; set; } = [];

    /// <summary>When it was prepared first.</summary>
    public When? Prepared { get; set; }

    /// <summary>When it decided first.</summary>
    public When? Committed { get; set; }

    /// <summary>When it executed, or took over a state that covers the place.</summary>
    public When? Executed { get; set; }

    /// <summary>Whether it took over a state that covers the place rather than execute it.</summary>
    public bool Transferred { get; set; }

    /// <summary>When it signed its checkpoint there.</summary>
    public When? Checkpoint { get; set; }
}

/// <summary>What happened at a place.</summary>
/// <param name="Place">n.</param>
public sealed record PlaceHistory(SequenceNumber Place)
{
    /// <summary>What each replica did there.</summary>
    public SortedDictionary<ReplicaId, PlaceAtReplica> Replicas { get; } = [];

    /// <summary>The batches that were decided there: more than one is a conflict.</summary>
    public IReadOnlyList<Digest> Batches => [.. Replicas.Values.Select(r => r.Decided).Where(d => !d.IsNone || IsNull).Distinct().Order()];

    /// <summary>Whether the null request was decided there.</summary>
    public bool IsNull => Replicas.Values.Any(r => r.Committed is not null && r.Decided.IsNone);

    internal PlaceAtReplica Of(ReplicaId replica)
    {
        if (!Replicas.TryGetValue(replica, out var found)) Replicas.Add(replica, found = new PlaceAtReplica());
        return found;
    }
}

/// <summary>What happened with a view.</summary>
/// <param name="View">v.</param>
public sealed record ViewHistory(ViewNumber View)
{
    /// <summary>When each replica entered it.</summary>
    public SortedDictionary<ReplicaId, When> Entered { get; } = [];

    /// <summary>When each replica asked for it, and why.</summary>
    public SortedDictionary<ReplicaId, (When When, ViewChangeReason Reason)> Asked { get; } = [];

    /// <summary>Whose view-changes are in the new-view by which it was entered.</summary>
    public IReadOnlyList<ReplicaId> NewView { get; set; } = [];

    /// <summary>What the new-view carried over.</summary>
    public IReadOnlyList<CarriedOver> Carried { get; set; } = [];

    /// <summary>Places that at least one replica decided in it, and none in an earlier view.</summary>
    public int Decided { get; set; }

    /// <summary>Steps that replicas recorded in it: of each replica those after which it was in this view, or asking for it.</summary>
    public long Steps { get; private set; }

    /// <summary>Those of them by which the replica neither decided a place nor executed one, nor took over a state.</summary>
    public long StepsWithoutProgress { get; private set; }

    /// <summary>Those of them after the last progress of their replica in this view: how long it stood still there at the end.</summary>
    public long StepsSinceProgress => _since.Values.Sum();

    private readonly SortedDictionary<ReplicaId, long> _since = [];

    internal void Count(ReplicaId replica, bool progress)
    {
        Steps++;
        if (!progress) StepsWithoutProgress++;
        _since[replica] = progress ? 0 : _since.GetValueOrDefault(replica) + 1;
    }
}

/// <summary>The consensus history as the logs tell it, put together of whatever logs there are.</summary>
/// <param name="configuration">What the cluster agreed on.</param>
public sealed class History(ClusterConfiguration configuration)
{
    private readonly SortedDictionary<SequenceNumber, PlaceHistory> _places = [];
    private readonly SortedDictionary<SequenceNumber, PlaceHistory> _kept = [];
    private readonly Dictionary<ViewNumber, ReplicaId> _newViewsBy = [];

    /// <summary>The places whose rows are final. What a record says of them later is lost, and noted there.</summary>
    internal ForgottenPlaces Forgotten { get; init; } = new(configuration.LogWindow);

    /// <summary>What happened with each view of which the logs tell anything, and the first in any case.</summary>
    public SortedDictionary<ViewNumber, ViewHistory> Views { get; } = new() { [default] = new ViewHistory(default) };

    /// <summary>Takes out the rows of places that all logs are past, ascending: they are final.</summary>
    /// <param name="through">The last of these places.</param>
    internal IEnumerable<PlaceHistory> Take(SequenceNumber through)
    {
        while (_places.Count > 0 && _places.First() is var (n, place) && n <= through)
        {
            _places.Remove(n);
            yield return Final(place);
        }
    }

    /// <summary>Takes out the rows that are left, ascending; the logs are at their ends.</summary>
    internal IEnumerable<PlaceHistory> TakeRest()
    {
        foreach (var place in _kept.Values.Concat(_places.Values).OrderBy(place => place.Place)) yield return Final(place);
        _kept.Clear();
        _places.Clear();
    }

    // A place that a new-view carries over is decided again in a later view by those who had not decided it: the earliest view counts.
    private PlaceHistory Final(PlaceHistory place)
    {
        var views = place.Replicas.Values.Where(here => here.Committed is not null).Select(here => here.View).ToList();
        if (views.Count > 0) With(views.Min()).Decided++;
        return place;
    }

    /// <summary>Takes in a record of a replica.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="record">The record.</param>
    /// <param name="after">The state after it.</param>
    public void Add(ReplicaId replica, LogRecord record, ReplicaState after)
    {
        if (record.Step is not { } step) return;
        var when = new When(record.Revision, record.TimeMs);
        foreach (var change in step.Events) Add(replica, change, when, after);
        With(after.View).Count(replica, step.Events.Any(IsProgress));
    }

    private static bool IsProgress(ReplicaEvent change) => change is CommittedLocal or CommitProofAccepted or BatchExecuted or TransferCompleted;

    private void Add(ReplicaId replica, ReplicaEvent change, When when, ReplicaState after)
    {
        switch (change)
        {
            case Prepared e: At(e.SequenceNumber).Of(replica).Prepared ??= when; break;
            case CommittedLocal e when Predicates.InWindow(after, e.SequenceNumber): Decide(replica, e.SequenceNumber, e.BatchDigest, after.SlotAt(e.SequenceNumber).Decision, after.View, when); break;
            case CommittedLocal e: Decide(replica, e.SequenceNumber, e.BatchDigest, null, after.View, when); break;
            case CommitProofAccepted e: Decide(replica, e.Proof.Commit.SequenceNumber, e.Proof.Commit.BatchDigest, e.Proof.Commit, e.Proof.Commit.View, when); break;
            case BatchExecuted e: At(e.SequenceNumber).Of(replica).Executed ??= when; break;
            case CheckpointSent e: At(e.SequenceNumber).Of(replica).Checkpoint ??= when; break;
            case TransferCompleted e: Transfer(replica, e.SequenceNumber, when); break;
            case ViewChangeSent e: With(after.View).Asked.TryAdd(replica, (when, e.Reason)); break;
            case ViewEntered e: Enter(replica, e, when, after); break;
        }
    }

    private void Decide(ReplicaId replica, SequenceNumber n, Digest batch, CommitCertificate? certificate, ViewNumber view, When when)
    {
        var here = At(n).Of(replica);
        if (here.Committed is not null) return;
        (here.Committed, here.Decided, here.View) = (when, batch, certificate?.View ?? view);
        here.Committers = certificate is null ? [] : [.. certificate.Votes.Select(vote => vote.Replica)];
    }

    private void Transfer(ReplicaId replica, SequenceNumber n, When when)
    {
        var here = At(n).Of(replica);
        if (here.Executed is not null) return;
        (here.Executed, here.Transferred) = (when, true);
    }

    private void Enter(ReplicaId replica, ViewEntered e, When when, ReplicaState after)
    {
        var view = With(after.View);
        view.Entered.TryAdd(replica, when);
        if (!after.NewViews.TryGetValue(e.NewView, out var signed) || replica < _newViewsBy.GetValueOrDefault(after.View)) return;
        _newViewsBy[after.View] = replica;
        view.NewView = [.. signed.Statement.ViewChanges.Select(m => m.Statement.Replica)];
        view.Carried = signed.Statement.Carried;
    }

    private PlaceHistory At(SequenceNumber n)
    {
        var places = Forgotten.IsKept(n.Value) ? _kept : _places;
        if (places.TryGetValue(n, out var found)) return found;
        found = new PlaceHistory(n);
        if (Forgotten.IsPast(n.Value)) Forgotten.Miss(n.Value);
        else places.Add(n, found);
        return found;
    }

    private ViewHistory With(ViewNumber view)
    {
        if (!Views.TryGetValue(view, out var found)) Views.Add(view, found = new ViewHistory(view));
        return found;
    }

    /// <summary>The primary of a view.</summary>
    public ReplicaId PrimaryOf(ViewNumber view) => configuration.PrimaryOf(view);
}
