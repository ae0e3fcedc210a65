using System.Collections.Immutable;
using PbftReference.Core.Invariants;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Every invariant notices a state that breaks it, and none complains about a state that was reached.</summary>
public class StateInvariantsTests
{
    private static readonly SequenceNumber Two = new(2);
    private static readonly Batch A = Say.Batch(3, 1);

    /// <summary>A way to break a state, and a word that the finding must contain.</summary>
    public static TheoryData<string, string> Breaks => new()
    {
        { "h off the grid", "not a multiple of K" },
        { "stable without quorum", "proof of the stable checkpoint" },
        { "known behind h", "known checkpoint" },
        { "window too short", "window has" },
        { "place at a wrong index", "holds place" },
        { "executing nothing", "which is not decided" },
        { "executed below zero", "the last executed is" },
        { "gap in the backlog", "backlog holds" },
        { "transfer without execution knowing", "a transfer is" },
        { "own checkpoint twice", "own checkpoint 2 follows 2" },
        { "own checkpoint ahead", "not one between" },
        { "others' checkpoints unsorted", "follows 4" },
        { "checkpoint of oneself", "not another member's" },
        { "two beyond H", "beyond H" },
        { "committed without decision", "without a decision" },
        { "prepared without certificate", "without a certificate" },
        { "proposal of another view", "stands at 1" },
        { "certificate of another place", "certificate at 1 is not one" },
        { "half a decision", "one half" },
        { "halves that do not fit", "do not fit together" },
        { "no own vote", "own vote at 1" },
        { "own commit without certificate", "has no certificate" },
        { "another batch", "has the digest" },
        { "view without new-view", "without its new-view" },
        { "waiting without asking", "without having asked" },
        { "progress ahead", "progress was made" },
        { "view-change at a wrong index", "not a valid one of replica" },
        { "view-change that is over", "is entered" },
        { "unexplained certificate", "is not at hand" },
        { "new-view under a wrong digest", "under its digest" },
        { "last place behind h", "last place given" },
        { "proposal above the last place", "above the last place" },
        { "executed request waits", "waits and is executed" },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void A_broken_state_is_reported(string how, string word)
    {
        var broken = Break(how);
        Assert.Contains(StateInvariants.Check(broken), sentence => sentence.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void The_states_that_are_broken_here_were_whole_before()
    {
        Assert.Empty(StateInvariants.Check(Prepared()));
        Assert.Empty(StateInvariants.Check(Fresh(0)));
    }

    private static ReplicaState Fresh(int self = 1) => Given.Replica(self).State;

    /// <summary>Replica 1, prepared at place 1.</summary>
    private static ReplicaState Prepared() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2))).State;

    private static ReplicaState Committed() =>
        Given.In(Prepared()).After(Say.From(Say.Commit(0, 1, A, 2)), Say.From(Say.Commit(0, 1, A, 3))).State;

    private static ReplicaState At1(ReplicaState state, Func<Slot, Slot> change) =>
        state with { Window = state.Window.SetItem(1, change(state.Window[1])) };

    private static Signed<Checkpoint> Other(long n, int replica) => Say.Signed(Say.Checkpoint(n, Digest.None, replica));

    private static ReplicaState Break(string how)
    {
        var s = Fresh();
        var change = Say.Signed(Say.ViewChange(Given.Four, 1, 3));
        return how switch
        {
            "h off the grid" => s with { Stable = Say.Stable(3, Digest.None, 0, 1, 2) },
            "stable without quorum" => s with { Stable = Say.Stable(2, Digest.None, 0, 1) },
            "known behind h" => s with { KnownStable = Say.Stable(0, Digest.None) },
            "window too short" => s with { Window = s.Window.RemoveAt(0) },
            "place at a wrong index" => s with { Window = s.Window.SetItem(1, s.Window[2]) },
            "executing nothing" => s with { Execution = ExecutionPhase.Executing },
            "executed below zero" => s with { LastExecuted = new SequenceNumber(-1) },
            "gap in the backlog" => s with { Backlog = [new DecidedBatch(Two, null)] },
            "transfer without execution knowing" => s with { Execution = ExecutionPhase.StateTransferring },
            "own checkpoint twice" => s with { LastExecuted = Two, OwnCheckpoints = [new(Two, Digest.None), new(Two, Say.Hash("x"))] },
            "own checkpoint ahead" => s with { OwnCheckpoints = [new(Two, Digest.None)] },
            "others' checkpoints unsorted" => s with { Checkpoints = [Other(4, 2), Other(2, 3)] },
            "checkpoint of oneself" => s with { Checkpoints = [Other(2, 1)] },
            "two beyond H" => s with { Checkpoints = [Other(10, 2), Other(12, 2)] },
            "committed without decision" => At1(Prepared(), slot => slot with { Phase = SlotPhase.CommittedLocal }),
            "prepared without certificate" => At1(Prepared(), slot => slot with { Certificate = null }),
            "proposal of another view" => At1(Prepared(), slot => slot with { View = new ViewNumber(4) }),
            "certificate of another place" => At1(Prepared(), slot => slot with { Certificate = slot.Certificate! with { SequenceNumber = Two } }),
            "half a decision" => At1(Committed(), slot => slot with { DecisionPrepared = null }),
            "halves that do not fit" => At1(Committed(), slot => slot with { DecisionPrepared = slot.DecisionPrepared! with { BatchDigest = Say.Hash("x") } }),
            "no own vote" => At1(Prepared(), slot => slot with { Votes = slot.Votes.SetItem(1, null) }),
            "own commit without certificate" => At1(Fresh(), slot => slot with { Commits = slot.Commits.SetItem(1, new CommitVote(new ViewNumber(0), A.Digest, Signature.Own)) }),
            "another batch" => At1(Prepared(), slot => slot with { Batch = Say.Batch(8, 8) }),
            "view without new-view" => s with { View = new ViewNumber(1) },
            "waiting without asking" => s with { View = new ViewNumber(1), Phase = ReplicaPhase.ViewChanging },
            "progress ahead" => s with { ProgressView = new ViewNumber(2) },
            "view-change at a wrong index" => s with { ViewChanges = s.ViewChanges.SetItem(2, change) },
            "view-change that is over" => s with { ViewChanges = s.ViewChanges.SetItem(3, Say.Signed(Say.ViewChange(Given.Four, 0, 3))) },
            "unexplained certificate" => At1(Prepared(), slot => slot with { Certificate = slot.Certificate! with { NewView = Say.Hash("x"), View = new ViewNumber(4) } }),
            "new-view under a wrong digest" => s with { NewViews = s.NewViews.Add(Say.Hash("x"), Say.Signed(new NewView(new ViewNumber(1), [change, change, change], [], new ReplicaId(1)))) },
            "last place behind h" => Fresh(0) with { LastAssigned = new SequenceNumber(-1) },
            "proposal above the last place" => Given.Replica(0).After(Say.From(Say.Request(3, 1))).State with { LastAssigned = new SequenceNumber(0) },
            "executed request waits" => s with { Queue = s.Queue.Add(Say.Request(3, 1)), Clients = s.Clients.With([Say.Request(3, 1).Statement], [ImmutableArray<byte>.Empty]) },
            _ => throw new ArgumentException($"no way to break a state is called \"{how}\""),
        };
    }
}
