using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>Starting a new view (paper section 4.4).</summary>
internal static class NewViewRules
{
    /// <summary>Section 4.4: the primary of the view that it asked for starts it when a quorum asks for that very view.</summary>
    public static void SendNewView(Turn turn)
    {
        var state = turn.State;
        if (state.Phase != ReplicaPhase.ViewChanging || !state.IsPrimary) return;
        var replicas = ImmutableArray.CreateBuilder<ReplicaId>();
        foreach (var viewChange in state.ViewChanges)
        {
            if (viewChange?.Statement.NewView == state.View) replicas.Add(viewChange.Statement.Replica);
        }

        if (replicas.Count < state.Configuration.Quorum || HasOwn(state)) return;
        var newView = NewViewOf(state, state.View, replicas.ToImmutable());
        turn.Emit(new NewViewSent(state.View, replicas.ToImmutable(), newView.StatementDigest));
        turn.Multicast(newView);
    }

    private static bool HasOwn(ReplicaState state)
    {
        foreach (var (_, newView) in state.NewViews)
        {
            if (newView.Statement.View == state.View) return true;
        }

        return false;
    }

    /// <summary>The new-view that follows from the view-changes of these replicas.</summary>
    public static NewView NewViewOf(ReplicaState state, ViewNumber view, ImmutableArray<ReplicaId> replicas)
    {
        var viewChanges = ImmutableArray.CreateRange(replicas, r => state.ViewChanges[r.Value] ?? throw new UnfoldableEventException(
            $"the new-view for view {view} is made of a view-change of replica {r} that is not at hand"));
        return new NewView(view, viewChanges, Choose(viewChanges, state.Configuration), state.Configuration.PrimaryOf(view));
    }

    /// <summary>min-s (section 4.4): the latest stable checkpoint in V.</summary>
    public static CheckpointCertificate BaseOf(ImmutableArray<Signed<ViewChange>> viewChanges, ClusterConfiguration configuration)
    {
        var best = new CheckpointCertificate(new SequenceNumber(0), StateDigests.Genesis(configuration), []);
        foreach (var viewChange in viewChanges)
        {
            if (viewChange.Statement.Stable.SequenceNumber > best.SequenceNumber) best = viewChange.Statement.Stable;
        }

        return best;
    }

    /// <summary>
    /// O (section 4.4): for every n in (min-s, max-s] the digest of the prepared certificate of the highest view, or the null request
    /// where there is none. Any other choice could replace what committed in an earlier view.
    /// </summary>
    public static ImmutableArray<CarriedOver> Choose(ImmutableArray<Signed<ViewChange>> viewChanges, ClusterConfiguration configuration)
    {
        var low = BaseOf(viewChanges, configuration).SequenceNumber;
        var chosen = new SortedDictionary<SequenceNumber, PreparedCertificate>();
        foreach (var viewChange in viewChanges)
        {
            foreach (var certificate in viewChange.Statement.Prepared)
            {
                if (certificate.SequenceNumber <= low) continue;
                var has = chosen.TryGetValue(certificate.SequenceNumber, out var best);
                var better = !has || (Guard.IsOn(GuardName.HighestCertificate) ? certificate.View > best!.View : certificate.View < best!.View);
                if (better) chosen[certificate.SequenceNumber] = certificate;
            }
        }

        var carried = ImmutableArray.CreateBuilder<CarriedOver>();
        foreach (var (n, certificate) in chosen)
        {
            for (var gap = low + carried.Count + 1; gap < n; gap = gap.Next) carried.Add(new CarriedOver(gap, Digest.None));
            carried.Add(new CarriedOver(n, certificate.BatchDigest));
        }

        return carried.ToImmutable();
    }

    /// <summary>
    /// Section 4.4: a new-view is valid if its primary made it of a quorum of valid view-changes for this view by different replicas
    /// and O follows from them (defects D4 and D5 of Fabric).
    /// </summary>
    public static bool IsValid(ClusterConfiguration configuration, NewView m)
    {
        if (m.View.Value < 1 || m.ViewChanges.Length < configuration.Quorum) return false;
        var last = -1;
        foreach (var viewChange in m.ViewChanges)
        {
            var statement = viewChange.Statement;
            var fits = statement.Replica.Value > last && configuration.IsMember(statement.Replica) && statement.NewView == m.View;
            if (!fits || !Certificates.IsValid(configuration, statement)) return false;
            last = statement.Replica.Value;
        }

        return Guard.Holds(GuardName.NewViewFollows, m.Carried.AsSpan().SequenceEqual(Choose(m.ViewChanges, configuration).AsSpan()));
    }

    /// <summary>A new-view came, from its primary or passed on by another replica.</summary>
    public static void OnNewView(Turn turn, NewView m, Signature signature)
    {
        var state = turn.State;
        if (m.Replica != state.Configuration.PrimaryOf(m.View)) turn.Refuse(Refusal.NotThePrimary);
        else if (state.NewViews.ContainsKey(m.StatementDigest)) turn.Refuse(Refusal.Duplicate);
        else if (RefuseUnwanted(state, m) is { } refusal) RefuseNewView(turn, m, refusal);
        else if (!IsValid(state.Configuration, m)) RefuseNewView(turn, m, Refusal.InvalidNewView);
        else if (AreAtHand(state, m)) turn.Emit(new NewViewAccepted(m, signature));
        else Defer(turn, m, signature);
    }

    /// <summary>Over, or another one for the same view was taken before; unless a message or a proof names it.</summary>
    private static Refusal? RefuseUnwanted(ReplicaState state, NewView m)
    {
        if (IsWanted(state, m.StatementDigest)) return null;
        if (m.View < state.View || (m.View == state.View && state.Active)) return Refusal.StaleView;
        foreach (var (_, kept) in state.NewViews)
        {
            if (kept.Statement.View == m.View) return Refusal.ConflictingVote;
        }

        return null;
    }

    private static void RefuseNewView(Turn turn, NewView m, Refusal refusal)
    {
        turn.Refuse(refusal);
        // the one beside the other, or this one by itself: no correct primary signs it
        if (refusal is Refusal.ConflictingVote or Refusal.InvalidNewView) AgreementRules.KeepEvidence(turn, m.Replica);
    }

    private static void Defer(Turn turn, NewView m, Signature signature)
    {
        var deferred = turn.State.DeferredNewViews[m.Replica.Value]?.Statement;
        if (deferred?.StatementDigest == m.StatementDigest) turn.Refuse(Refusal.Duplicate);
        else turn.Emit(new NewViewDeferred(m, signature));
        foreach (var viewChange in m.ViewChanges) Fetch(turn, viewChange.Statement, m.Replica);
    }

    /// <summary>A new-view that waited is kept once all that it names is at hand.</summary>
    public static void AcceptDeferred(Turn turn)
    {
        foreach (var deferred in turn.State.DeferredNewViews)
        {
            if (deferred is not null && AreAtHand(turn.State, deferred.Statement)) turn.Emit(new NewViewAccepted(deferred.Statement, deferred.Signature));
        }
    }

    /// <summary>
    /// Whether every new-view that a view-change's certificates name is at hand. Nothing at or below h will be decided here any more,
    /// so a certificate there needs no explanation: without this each new-view would need the one before, back to the first, for ever.
    /// </summary>
    public static bool AreAtHand(ReplicaState state, ViewChange viewChange)
    {
        foreach (var certificate in viewChange.Prepared)
        {
            if (!IsCovered(state, certificate) && !IsAtHand(state, certificate)) return false;
        }

        return true;
    }

    private static bool AreAtHand(ReplicaState state, NewView newView)
    {
        foreach (var viewChange in newView.ViewChanges)
        {
            if (!AreAtHand(state, viewChange.Statement)) return false;
        }

        return true;
    }

    /// <summary>Whether the new-view that a certificate's votes name is at hand.</summary>
    public static bool IsAtHand(ReplicaState state, PreparedCertificate certificate) =>
        certificate.NewView.IsNone || state.NewViews.ContainsKey(certificate.NewView);

    private static bool IsCovered(ReplicaState state, PreparedCertificate certificate) => certificate.SequenceNumber <= state.Low;

    private static bool IsWanted(ReplicaState state, Digest newView)
    {
        if (state.WantedNewViews.Contains(newView)) return true;
        foreach (var deferred in state.DeferredViewChanges)
        {
            if (deferred is not null && Names(deferred.Statement, newView)) return true;
        }

        foreach (var deferred in state.DeferredNewViews)
        {
            if (deferred is null) continue;
            foreach (var viewChange in deferred.Statement.ViewChanges)
            {
                if (Names(viewChange.Statement, newView)) return true;
            }
        }

        return false;
    }

    private static bool Names(ViewChange viewChange, Digest newView)
    {
        foreach (var certificate in viewChange.Prepared)
        {
            if (certificate.NewView == newView) return true;
        }

        return false;
    }

    /// <summary>Asks a replica for the new-views that a view-change names and that are not at hand.</summary>
    public static void Fetch(Turn turn, ViewChange viewChange, ReplicaId from)
    {
        var asked = new SortedSet<Digest>();
        foreach (var certificate in viewChange.Prepared)
        {
            if (IsCovered(turn.State, certificate) || IsAtHand(turn.State, certificate) || !asked.Add(certificate.NewView)) continue;
            turn.Send(from, new FetchNewView(certificate.NewView, turn.State.Self));
        }
    }

    /// <summary>Another replica asks for a new-view.</summary>
    public static void OnFetchNewView(Turn turn, FetchNewView m)
    {
        if (turn.State.NewViews.TryGetValue(m.NewView, out var signed)) turn.Send(m.Replica, signed.Statement, signed.Signature);
    }

    /// <summary>
    /// Section 4.4: a replica enters the latest view whose new-view it holds, its own or a later one: the quorum of view-changes in
    /// it proves that the cluster has moved. It votes for every carried place above h; votes that came early count now.
    /// </summary>
    public static void EnterView(Turn turn)
    {
        var state = turn.State;
        Digest? digest = null;
        NewView? latest = null;
        foreach (var (candidate, signed) in state.NewViews)
        {
            var view = signed.Statement.View;
            var open = view > state.View || (view == state.View && state.Phase == ReplicaPhase.ViewChanging);
            if (open && (latest is null || view > latest.View)) (digest, latest) = (candidate, signed.Statement);
        }

        if (latest is null) return;
        turn.Emit(new ViewEntered(latest.View, digest!.Value));
        if (turn.State.Low > state.Low) turn.Do(new DiscardCheckpoints(turn.State.Low));
        Vote(turn, latest);
        RelayWaiting(turn);
    }

    private static void Vote(Turn turn, NewView newView)
    {
        var state = turn.State;
        foreach (var carried in newView.Carried)
        {
            var n = carried.SequenceNumber;
            if (!Predicates.InWindow(state, n)) continue;
            var slot = state.SlotAt(n);
            if (state.IsPrimary)
            {
                var batch = carried.BatchDigest.IsNone || !slot.HasBatchFor(carried.BatchDigest) ? null : slot.Batch;
                turn.Multicast(new PrePrepare(state.View, n, carried.BatchDigest, state.CurrentNewView, state.Self, batch));
            }
            else
            {
                turn.Multicast(new Prepare(state.View, n, carried.BatchDigest, state.CurrentNewView, state.Self));
            }

            if (slot.MissingBatch is { } missing) turn.Multicast(new FetchBatch(n, missing, state.Self));
        }

        foreach (var carried in newView.Carried) AgreementRules.Advance(turn, carried.SequenceNumber);
    }

    private static void RelayWaiting(Turn turn)
    {
        const int AtMost = 64;
        var state = turn.State;
        if (state.IsPrimary) return;
        var count = 0;
        foreach (var waiting in state.Queue.Unproposed())
        {
            if (++count > AtMost) return;
            turn.Send(state.Primary, waiting.Request.Statement, waiting.Request.Signature);
        }
    }
}
