using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core;

/// <summary>The paper's predicates over a replica's state, under the paper's names.</summary>
public static class Predicates
{
    /// <summary>h &lt; n &lt;= h + L (section 4.2).</summary>
    public static bool InWindow(ReplicaState state, SequenceNumber n) => n > state.Low && n <= state.High;

    /// <summary>prepared(m, v, n, i) in the current view (section 4.2).</summary>
    public static bool IsPrepared(ReplicaState state, SequenceNumber n) =>
        InWindow(state, n) && state.SlotAt(n).Phase is SlotPhase.Prepared or SlotPhase.CommittedLocal;

    /// <summary>committed-local(m, v, n, i) in this or an earlier view, or n is covered by the stable checkpoint (section 4.2).</summary>
    public static bool IsCommittedLocal(ReplicaState state, SequenceNumber n) =>
        n <= state.Low || (InWindow(state, n) && state.SlotAt(n).Decision is not null);

    /// <summary>Whether a vote is one for the standing proposal, by the new-view that this replica entered the view with.</summary>
    public static bool IsVoteFor(ReplicaState state, Slot slot, PrepareVote? vote) =>
        vote is not null && vote.View == slot.View && vote.BatchDigest == slot.BatchDigest
        && Guard.Holds(GuardName.NewViewNamed, vote.NewView == state.CurrentNewView);

    /// <summary>Whether a commit is one for the standing proposal, digest included (defect D6 of Fabric).</summary>
    public static bool IsCommitFor(Slot slot, CommitVote? commit) =>
        commit is not null && commit.View == slot.View && commit.BatchDigest == slot.BatchDigest;

    /// <summary>A quorum of votes from different replicas, the primary's pre-prepare among them (section 4.2).</summary>
    public static bool HasPrepareQuorum(ReplicaState state, Slot slot)
    {
        if (!IsVoteFor(state, slot, slot.Votes[state.Configuration.PrimaryOf(slot.View).Value])) return false;
        var count = 0;
        foreach (var vote in slot.Votes)
        {
            if (IsVoteFor(state, slot, vote)) count++;
        }

        return count >= state.Configuration.Quorum - (Guard.IsOn(GuardName.PrepareQuorum) ? 0 : 1);
    }

    /// <summary>A quorum of equal commits from different replicas (section 4.2).</summary>
    public static bool HasCommitQuorum(ReplicaState state, Slot slot)
    {
        var count = 0;
        foreach (var commit in slot.Commits)
        {
            if (IsCommitFor(slot, commit)) count++;
        }

        return count >= state.Configuration.Quorum - (Guard.IsOn(GuardName.CommitQuorum) ? 0 : 1);
    }

    /// <summary>
    /// Whether a proof for a place in the window holds a vote or commit of this replica that its state does not know: a correct replica
    /// never forgets one.
    /// </summary>
    public static bool IsForgotten(ReplicaState state, CommitProof proof)
    {
        var slot = state.SlotAt(proof.Commit.SequenceNumber);
        var (vote, commit) = (slot.Votes[state.Self.Value], slot.Commits[state.Self.Value]);
        return ((vote is null || vote.View < proof.Prepared.View) && Certificates.Contains(proof.Prepared.Votes, state.Self))
            || ((commit is null || commit.View < proof.Commit.View) && Certificates.Contains(proof.Commit.Votes, state.Self));
    }

    /// <summary>The batch after the last executed, if it is decided and at hand.</summary>
    /// <param name="state">The state.</param>
    /// <param name="batch">The batch; null for the null request.</param>
    public static bool TryNextDecided(ReplicaState state, out Batch? batch)
    {
        var next = state.LastExecuted.Next;
        if (!state.Backlog.IsEmpty)
        {
            batch = state.Backlog[0].Batch;
            return state.Backlog[0].SequenceNumber == next;
        }

        batch = null;
        if (!InWindow(state, next)) return false;
        var slot = state.SlotAt(next);
        if (!slot.IsExecutable) return false;
        batch = slot.Decision!.BatchDigest.IsNone ? null : slot.Batch;
        return true;
    }

    /// <summary>Up to where execution will come without anything further: the last executed and the backlog.</summary>
    public static SequenceNumber Executable(ReplicaState state) => state.LastExecuted + state.Backlog.Length;
}
