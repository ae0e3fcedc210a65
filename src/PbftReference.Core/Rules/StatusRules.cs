using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>
/// Retransmission by status (TOCS'02 section 5.2): every replica tells from time to time where it stands, and whoever is ahead sends
/// what it lacks. Nothing else is ever sent twice, and nobody stays in the dark. Nothing here changes state.
/// </summary>
internal static class StatusRules
{
    private const int ProofsAtOnce = 8;
    private const int PlacesAtOnce = 16;
    private const int RequestsAtOnce = 16;

    /// <summary>Where this replica stands.</summary>
    public static Status StatusOf(ReplicaState state)
    {
        var pending = ImmutableArray.CreateBuilder<SlotStatus>();
        var top = state.High;
        while (top > state.Low && top > state.LastExecuted && state.SlotAt(top) is { Phase: SlotPhase.Empty, Decision: null }) top = new SequenceNumber(top.Value - 1);
        var first = state.LastExecuted > state.Low ? state.LastExecuted.Next : state.Low.Next;
        for (var n = first; n <= top; n = n.Next)
        {
            var slot = state.SlotAt(n);
            var decided = slot.Decision is not null;
            pending.Add(new SlotStatus(n, decided || slot.Phase != SlotPhase.Empty, decided || slot.Phase >= SlotPhase.Prepared));
        }

        var held = ImmutableArray.CreateBuilder<ReplicaId>();
        if (state.Phase == ReplicaPhase.ViewChanging)
        {
            foreach (var viewChange in state.ViewChanges)
            {
                if (viewChange is not null && viewChange.Statement.NewView >= state.View) held.Add(viewChange.Statement.Replica);
            }
        }

        return new Status(
            state.View, state.Active, state.Low, state.LastExecuted, pending.ToImmutable(), held.ToImmutable(), state.Self);
    }

    /// <summary>The status timer ran out: tell the others, and ask again for what is missing.</summary>
    public static void OnTimer(Turn turn)
    {
        TransferRules.StartIfStuck(turn);
        var state = turn.State;
        turn.Multicast(StatusOf(state));
        for (var n = state.Low.Next; n <= state.High; n = n.Next)
        {
            if (n > state.LastExecuted && state.SlotAt(n).MissingBatch is { } missing) turn.Multicast(new FetchBatch(n, missing, state.Self));
        }

        foreach (var deferred in state.DeferredViewChanges)
        {
            if (deferred is not null) NewViewRules.Fetch(turn, deferred.Statement, deferred.Statement.Replica);
        }

        FetchForNewViews(turn, state);
        RelayUnproposed(turn, state);
    }

    private static void FetchForNewViews(Turn turn, ReplicaState state)
    {
        foreach (var deferred in state.DeferredNewViews)
        {
            if (deferred is null) continue;
            foreach (var viewChange in deferred.Statement.ViewChanges)
            {
                NewViewRules.Fetch(turn, viewChange.Statement, deferred.Statement.Replica);
                NewViewRules.Fetch(turn, viewChange.Statement, viewChange.Statement.Replica);
            }
        }
    }

    private static void RelayUnproposed(Turn turn, ReplicaState state)
    {
        if (!state.Active || state.IsPrimary) return;
        var count = 0;
        foreach (var waiting in state.Queue.Unproposed())
        {
            if (++count > RequestsAtOnce) return;
            turn.Send(state.Primary, waiting.Request.Statement, waiting.Request.Signature);
        }
    }

    /// <summary>Another replica stands somewhere: send it what it lacks and this one has.</summary>
    public static void OnStatus(Turn turn, Status m)
    {
        var state = turn.State;
        if (m.Replica == state.Self)
        {
            turn.Refuse(Refusal.Duplicate);
            return;
        }

        BringCheckpoints(turn, state, m);
        BringProofs(turn, state, m);
        BringView(turn, state, m);
        if (m.View == state.View && m.Active && state.Active) BringVotes(turn, state, m);
    }

    private static void BringCheckpoints(Turn turn, ReplicaState state, Status m)
    {
        if (m.Low < state.Low) turn.Send(m.Replica, new StableProof(state.Stable, state.Self));
        foreach (var own in state.OwnCheckpoints)
        {
            if (own.SequenceNumber > m.Low && own.SequenceNumber > state.Low) turn.Send(m.Replica, new Checkpoint(own.SequenceNumber, own.StateDigest, state.Self));
        }
    }

    private static void BringProofs(Turn turn, ReplicaState state, Status m)
    {
        var sent = 0;
        for (var n = m.LastExecuted.Next; n <= state.High && sent < ProofsAtOnce; n = n.Next)
        {
            if (!Predicates.InWindow(state, n)) break;
            var slot = state.SlotAt(n);
            if (slot.Decision is null || !slot.IsExecutable) continue;
            var batch = slot.Decision.BatchDigest.IsNone ? null : slot.Batch;
            turn.Send(m.Replica, new CommitProof(slot.DecisionPrepared!, slot.Decision, batch, state.Self));
            sent++;
        }
    }

    private static void BringView(Turn turn, ReplicaState state, Status m)
    {
        if (m.View > state.View || (m.View == state.View && m.Active)) return;
        if (state.Active) ViewChangeRules.SendNewViewTo(turn, m.Replica);
        else if (m.View < state.View || !m.ViewChangesHeld.Contains(state.Self)) turn.Send(m.Replica, state.ViewChanges[state.Self.Value]!.Statement);
    }

    private static void BringVotes(Turn turn, ReplicaState state, Status m)
    {
        // counted, never compared with the sum: a liar may name the highest number there is
        for (var i = 1; i <= PlacesAtOnce; i++)
        {
            var n = m.LastExecuted + i;
            if (!Predicates.InWindow(state, n)) continue;
            var slot = state.SlotAt(n);
            var theirs = Find(m, n);
            var vote = slot.Votes[state.Self.Value];
            if (vote?.View == state.View && !theirs.Prepared) BringVote(turn, state, slot, vote, m.Replica);
            var commit = slot.Commits[state.Self.Value];
            if (commit?.View == state.View) turn.Send(m.Replica, new Commit(commit.View, n, commit.BatchDigest, state.Self));
        }
    }

    private static SlotStatus Find(Status m, SequenceNumber n)
    {
        foreach (var pending in m.Pending)
        {
            if (pending.SequenceNumber == n) return pending;
        }

        return new SlotStatus(n, false, false);
    }

    private static void BringVote(Turn turn, ReplicaState state, Slot slot, PrepareVote vote, ReplicaId to)
    {
        if (state.IsPrimary)
        {
            var batch = vote.BatchDigest.IsNone || !slot.HasBatchFor(vote.BatchDigest) ? null : slot.Batch;
            turn.Send(to, new PrePrepare(vote.View, slot.SequenceNumber, vote.BatchDigest, vote.NewView, state.Self, batch));
        }
        else
        {
            turn.Send(to, new Prepare(vote.View, slot.SequenceNumber, vote.BatchDigest, vote.NewView, state.Self));
        }
    }

    /// <summary>Another replica lacks a batch.</summary>
    public static void OnFetchBatch(Turn turn, FetchBatch m)
    {
        var state = turn.State;
        if (!Predicates.InWindow(state, m.SequenceNumber)) return;
        if (state.SlotAt(m.SequenceNumber).FindBatch(m.BatchDigest) is { } batch) turn.Send(m.Replica, new BatchData(m.SequenceNumber, batch, state.Self));
    }
}
