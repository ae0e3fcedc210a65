using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>View changes (paper section 4.4).</summary>
internal sealed partial class Folding
{
    private void On(ViewChangeSent e)
    {
        var viewChange = ViewChangeRules.ViewChangeOf(State, e.View);
        Require(viewChange.StatementDigest == e.ViewChange, $"the view-change for view {e.View} has another digest");
        MoveReplica(ReplicaTrigger.AskForView);
        ResetSlots();
        State = State with
        {
            View = e.View,
            CurrentNewView = Digest.None,
            ViewChanges = State.ViewChanges.SetItem(State.Self.Value, new Signed<ViewChange>(viewChange, Signature.Own)),
            BatchDue = false,
            Accused = [],
        };
    }

    private void On(ViewChangeAccepted e)
    {
        var i = e.ViewChange.Replica.Value;
        var deferred = State.DeferredViewChanges[i];
        State = State with
        {
            ViewChanges = State.ViewChanges.SetItem(i, new Signed<ViewChange>(e.ViewChange, e.Signature)),
            DeferredViewChanges = deferred is null || deferred.Statement.NewView > e.ViewChange.NewView
                ? State.DeferredViewChanges
                : State.DeferredViewChanges.SetItem(i, null),
        };
    }

    private void On(ViewChangeDeferred e) => State = State with
    {
        DeferredViewChanges = State.DeferredViewChanges.SetItem(e.ViewChange.Replica.Value, new Signed<ViewChange>(e.ViewChange, e.Signature)),
    };

    private void On(NewViewSent e)
    {
        var newView = NewViewRules.NewViewOf(State, e.View, e.Replicas);
        Require(newView.StatementDigest == e.NewView, $"the new-view for view {e.View} has another digest");
        State = State with { NewViews = State.NewViews.SetItem(e.NewView, new Signed<NewView>(newView, Signature.Own)) };
    }

    private void On(NewViewAccepted e)
    {
        var i = e.NewView.Replica.Value;
        var deferred = State.DeferredNewViews[i];
        State = State with
        {
            NewViews = State.NewViews.SetItem(e.NewView.StatementDigest, new Signed<NewView>(e.NewView, e.Signature)),
            WantedNewViews = State.WantedNewViews.Remove(e.NewView.StatementDigest),
            DeferredNewViews = deferred?.Statement.StatementDigest == e.NewView.StatementDigest
                ? State.DeferredNewViews.SetItem(i, null)
                : State.DeferredNewViews,
        };
    }

    private void On(NewViewDeferred e) => State = State with
    {
        DeferredNewViews = State.DeferredNewViews.SetItem(e.NewView.Replica.Value, new Signed<NewView>(e.NewView, e.Signature)),
    };

    private void On(ViewEntered e)
    {
        Require(State.NewViews.TryGetValue(e.NewView, out var signed), $"the new-view of view {e.View} is not at hand");
        var newView = signed!.Statement;
        MoveReplica(ReplicaTrigger.EnterView);
        // first, so that discarding what h covers does not discard the new-view that is entered
        State = State with { View = e.View, CurrentNewView = e.NewView };
        var stable = NewViewRules.BaseOf(newView.ViewChanges, State.Configuration);
        if (stable.SequenceNumber > State.Low) Advance(stable);
        ResetSlots();
        var top = newView.Carried.IsEmpty ? stable.SequenceNumber : newView.Carried[^1].SequenceNumber;
        State = State with
        {
            Queue = State.Queue.ClearProposed(),
            ViewChanges = Later(State.ViewChanges, e.View),
            DeferredViewChanges = Later(State.DeferredViewChanges, e.View),
            DeferredNewViews = LaterNewViews(State.DeferredNewViews, e.View),
            LastAssigned = top > State.Low ? top : State.Low,
            BatchDue = false,
            Accused = [],
            PlannedEnd = ReplicaState.PlannedEndAfter(State.Configuration, top > State.Low ? top : State.Low),
        };
        foreach (var carried in newView.Carried) CarryOver(carried);
        PruneNewViews();
    }

    private void CarryOver(CarriedOver carried)
    {
        if (carried.SequenceNumber <= State.Low || carried.SequenceNumber > State.High) return;
        var slot = Move(SlotAt(carried.SequenceNumber), SlotTrigger.Propose);
        slot = slot with { View = State.View, BatchDigest = carried.BatchDigest };
        if (slot.Decision is null) slot = slot.WithBatch(carried.BatchDigest.IsNone ? null : slot.FindBatch(carried.BatchDigest));
        Put(WithOwnVote(slot));
        if (slot.Batch is not null) State = State with { Queue = State.Queue.MarkProposed(slot.Batch, slot.SequenceNumber) };
    }

    private void ResetSlots()
    {
        foreach (var slot in State.Window)
        {
            if (slot.Phase != SlotPhase.Empty) Put(Move(slot, SlotTrigger.ChangeView));
        }
    }

    private static ImmutableArray<Signed<ViewChange>?> Later(ImmutableArray<Signed<ViewChange>?> viewChanges, ViewNumber view) =>
        ImmutableArray.CreateRange(viewChanges, vc => vc?.Statement.NewView > view ? vc : null);

    private static ImmutableArray<Signed<NewView>?> LaterNewViews(ImmutableArray<Signed<NewView>?> newViews, ViewNumber view) =>
        ImmutableArray.CreateRange(newViews, nv => nv?.Statement.View > view ? nv : null);

    /// <summary>
    /// Drops the new-views that nothing at hand relies on. What a kept new-view's own certificates name above h is kept too: whoever is
    /// shown it will ask for them.
    /// </summary>
    private void PruneNewViews()
    {
        if (State.NewViews.Count <= 1) return;
        var kept = ImmutableSortedDictionary.CreateBuilder<Digest, Signed<NewView>>();
        Keep(kept, State.CurrentNewView);
        foreach (var slot in State.Window)
        {
            if (slot.Certificate is not null) Keep(kept, slot.Certificate.NewView);
            if (slot.DecisionPrepared is not null) Keep(kept, slot.DecisionPrepared.NewView);
        }

        foreach (var signed in State.ViewChanges)
        {
            if (signed is not null) KeepNamedBy(kept, signed.Statement);
        }

        foreach (var (digest, signed) in State.NewViews)
        {
            if (signed.Statement.View > State.View) Keep(kept, digest);
        }

        if (kept.Count != State.NewViews.Count) State = State with { NewViews = kept.ToImmutable() };
    }

    private void Keep(ImmutableSortedDictionary<Digest, Signed<NewView>>.Builder kept, Digest digest)
    {
        if (kept.ContainsKey(digest) || !State.NewViews.TryGetValue(digest, out var signed)) return;
        kept.Add(digest, signed);
        foreach (var viewChange in signed.Statement.ViewChanges) KeepNamedBy(kept, viewChange.Statement);
    }

    private void KeepNamedBy(ImmutableSortedDictionary<Digest, Signed<NewView>>.Builder kept, ViewChange viewChange)
    {
        foreach (var certificate in viewChange.Prepared)
        {
            if (certificate.SequenceNumber > State.Low) Keep(kept, certificate.NewView);
        }
    }
}
