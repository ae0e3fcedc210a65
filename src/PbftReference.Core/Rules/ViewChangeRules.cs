using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>Asking for a new view (paper sections 4.4 and 4.5.2).</summary>
internal static class ViewChangeRules
{
    /// <summary>
    /// Section 4.4: the replica stops taking part in its view and says what it prepared. It says so once for each view: sent again,
    /// the view-change is the same.
    /// </summary>
    public static void Start(Turn turn, ViewNumber view, ViewChangeReason reason)
    {
        var viewChange = ViewChangeOf(turn.State, view);
        turn.Emit(new ViewChangeSent(view, reason, viewChange.StatementDigest));
        turn.Multicast(viewChange);
    }

    /// <summary>The view-change that follows from a state: h with its proof, and the latest prepared certificate of each place above.</summary>
    public static ViewChange ViewChangeOf(ReplicaState state, ViewNumber view)
    {
        var prepared = ImmutableArray.CreateBuilder<PreparedCertificate>();
        for (var n = state.Low.Next; n <= state.High; n = n.Next)
        {
            if (state.SlotAt(n).Certificate is { } certificate) prepared.Add(certificate);
        }

        if (!Guard.IsOn(GuardName.ViewChangeReportsPrepared)) prepared.Clear();
        return new ViewChange(view, state.Stable, prepared.ToImmutable(), state.Self);
    }

    /// <summary>
    /// Section 4.4: a valid view-change is kept, the latest of each replica. One whose certificates name a new-view that is not at
    /// hand waits until it has been fetched, so that the log explains itself to an auditor.
    /// </summary>
    public static void OnViewChange(Turn turn, ViewChange m, Signature signature)
    {
        var state = turn.State;
        if (m.Replica == state.Self)
        {
            turn.Refuse(Refusal.Duplicate);
        }
        else if (m.NewView < state.View || (m.NewView == state.View && state.Active))
        {
            if (state.Active) SendNewViewTo(turn, m.Replica);
            turn.Refuse(Refusal.StaleView);
        }
        else if (IsKnown(state, m) is { } refusal)
        {
            turn.Refuse(refusal);
            if (refusal == Refusal.ConflictingVote) AgreementRules.KeepEvidence(turn, m.Replica);
        }
        else if (!Certificates.IsValid(state.Configuration, m))
        {
            turn.Refuse(Refusal.InvalidViewChange);
            AgreementRules.KeepEvidence(turn, m.Replica);
        }
        else
        {
            AcceptOrDefer(turn, m, signature);
        }
    }

    /// <summary>Shows a replica that is behind the view that this one is in.</summary>
    public static void SendNewViewTo(Turn turn, ReplicaId to)
    {
        if (turn.State.NewViews.TryGetValue(turn.State.CurrentNewView, out var current)) turn.Send(to, current.Statement, current.Signature);
    }

    private static Refusal? IsKnown(ReplicaState state, ViewChange m)
    {
        var i = m.Replica.Value;
        var kept = state.ViewChanges[i]?.Statement;
        var deferred = state.DeferredViewChanges[i]?.Statement;
        if (kept is not null && kept.NewView > m.NewView) return Refusal.StaleView;
        if (kept?.NewView == m.NewView) return kept.StatementDigest == m.StatementDigest ? Refusal.Duplicate : Refusal.ConflictingVote;
        if (deferred?.NewView == m.NewView && deferred.StatementDigest != m.StatementDigest) return Refusal.ConflictingVote;
        return deferred is not null && deferred.NewView > m.NewView ? Refusal.StaleView : null;
    }

    private static void AcceptOrDefer(Turn turn, ViewChange m, Signature signature)
    {
        if (NewViewRules.AreAtHand(turn.State, m))
        {
            Accept(turn, m, signature);
            return;
        }

        var deferred = turn.State.DeferredViewChanges[m.Replica.Value]?.Statement;
        if (deferred?.StatementDigest == m.StatementDigest) turn.Refuse(Refusal.Duplicate);
        else turn.Emit(new ViewChangeDeferred(m, signature));
        NewViewRules.Fetch(turn, m, m.Replica);
    }

    private static void Accept(Turn turn, ViewChange m, Signature signature)
    {
        turn.Emit(new ViewChangeAccepted(m, signature));
        CheckpointRules.Learn(turn, m.Stable);
    }

    /// <summary>A view-change that waited is kept once all that it names is at hand.</summary>
    public static void AcceptDeferred(Turn turn)
    {
        foreach (var deferred in turn.State.DeferredViewChanges)
        {
            if (deferred is not null && NewViewRules.AreAtHand(turn.State, deferred.Statement)) Accept(turn, deferred.Statement, deferred.Signature);
        }

        NewViewRules.AcceptDeferred(turn);
    }

    /// <summary>
    /// Section 4.5.2: when f+1 others ask for later views, the replica asks for the smallest of the f+1 latest, even though its own
    /// timer runs: one correct replica is there. Without it a replica that lags would hold up the others.
    /// </summary>
    public static void Join(Turn turn)
    {
        var state = turn.State;
        var ahead = new List<ViewNumber>();
        foreach (var viewChange in state.ViewChanges)
        {
            if (viewChange is not null && viewChange.Statement.Replica != state.Self && viewChange.Statement.NewView > state.View)
            {
                ahead.Add(viewChange.Statement.NewView);
            }
        }

        if (ahead.Count < state.Configuration.WeakQuorum) return;
        ahead.Sort();
        Start(turn, ahead[^state.Configuration.WeakQuorum], ViewChangeReason.Joined);
    }

    /// <summary>Fabric's planned view change: at the planned end every replica asks for the next view.</summary>
    public static void EndPlannedView(Turn turn)
    {
        var state = turn.State;
        if (state.Active && state.PlannedEnd is { } end && state.LastExecuted >= end) Start(turn, state.View.Next, ViewChangeReason.Planned);
    }

    /// <summary>How many ask for this view or a later one; the timer of a view runs from a quorum of these.</summary>
    public static int AskingForOrBeyond(ReplicaState state, ViewNumber view)
    {
        var count = 0;
        foreach (var viewChange in state.ViewChanges)
        {
            if (viewChange is not null && viewChange.Statement.NewView >= view) count++;
        }

        return count;
    }
}
