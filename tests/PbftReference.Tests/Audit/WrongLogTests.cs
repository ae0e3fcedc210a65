using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>Logs that were changed by hand are refused, with the guard that the change breaks.</summary>
public sealed class WrongLogTests
{
    private static readonly Digest Other = Digest.Of([1, 2, 3]);

    [Fact]
    public void A_recorded_run_conforms()
    {
        var run = RecordedRun.Calm();
        var join = run.Join();
        Assert.Empty(join.Violations);
        Assert.Empty(join.Missing);
    }

    [Fact]
    public void A_commit_with_one_vote_too_few()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<Prepared>(1);
        run.Change(1, step, events => [.. events.Where(e => e is not PrepareAccepted)]);
        var (refusal, where) = run.Judge(1);
        Assert.Equal((step, "commit-sent", "LCommit", "PreparedCertificateValid"), (where, refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("votes of 0 1, a quorum is 3", refusal.Values, StringComparison.Ordinal);
        Assert.True(at > 0);
    }

    [Fact]
    public void A_decision_with_one_commit_too_few()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<CommittedLocal>(2);
        run.Change(2, step, events => [.. events.Where(e => e is not CommitAccepted)]);
        var (refusal, _) = run.Judge(2);
        Assert.Equal(("committed-local", "CommitCertificateValid"), (refusal!.Event, refusal.Guard));
    }

    [Fact]
    public void A_vote_for_a_second_proposal()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<PrePrepareAccepted>(1, e => e.PrePrepare.SequenceNumber.Value == 1);
        var (later, at) = run.Find<PrePrepareAccepted>(1, e => e.PrePrepare.SequenceNumber.Value == 2);
        var second = (PrePrepareAccepted)run.Steps(1)[later].Events[at];
        var proposal = second.PrePrepare with { SequenceNumber = new SequenceNumber(1) };
        ImmutableArray<ReplicaEvent> events =
        [
            new PrePrepareAccepted(proposal, second.Signature), new PrepareSent(proposal.View, proposal.SequenceNumber, proposal.BatchDigest),
        ];
        run.Steps(1).Insert(step + 1, new Step(new MessageReceived(proposal, second.Signature), events, null, []));
        var (refusal, where) = run.Judge(1);
        Assert.Equal((step + 1, "prepare-sent", "LPrepare", "NoOtherProposal"), (where, refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("n = 1", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_change_that_hides_a_prepared_place()
    {
        var run = RecordedRun.Where(r => r.Has<ViewChangeSent>(1) && StateBefore(r, 1, r.Find<ViewChangeSent>(1)).Window.Any(slot => slot.Certificate is not null));
        var (step, at) = run.Find<ViewChangeSent>(1);
        var state = StateBefore(run, 1, (step, at));
        var sent = (ViewChangeSent)run.Steps(1)[step].Events[at];
        var hiding = new ViewChange(sent.View, state.Stable, [], state.Self);
        run.Change(1, step, events => events.SetItem(at, sent with { ViewChange = hiding.StatementDigest }));
        var (refusal, _) = run.Judge(1);
        Assert.Equal(("view-change-sent", "LViewChange", "AsRecorded"), (refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("the prepared certificates for", refusal.Values, StringComparison.Ordinal);
    }

    private static PbftReference.Core.State.ReplicaState StateBefore(RecordedRun run, int replica, (int Step, int Event) place)
    {
        var state = PbftReference.Core.State.ReplicaState.Genesis(run.Configuration, new ReplicaId(replica));
        state = Fold.Steps(state, run.Steps(replica).Take(place.Step).ToArray());
        return run.Steps(replica)[place.Step].Events.Take(place.Event).Aggregate(state, Fold.Event);
    }

    [Fact]
    public void A_new_view_with_a_wrong_O()
    {
        var run = RecordedRun.Where(r => r.Has<NewViewAccepted>(2, e => !e.NewView.Carried.IsEmpty));
        var (step, at) = run.Find<NewViewAccepted>(2, e => !e.NewView.Carried.IsEmpty);
        var accepted = (NewViewAccepted)run.Steps(2)[step].Events[at];
        var wrong = accepted.NewView with { Carried = accepted.NewView.Carried.SetItem(0, accepted.NewView.Carried[0] with { BatchDigest = Other }) };
        run.Change(2, step, events =>
        [
            .. events.Select(e => e switch
            {
                NewViewAccepted => accepted with { NewView = wrong },
                ViewEntered entered => entered with { NewView = wrong.StatementDigest },
                _ => e,
            }),
        ]);
        var (refusal, _) = run.Judge(2);
        Assert.Equal(("view-entered", "LEnterView", "NewViewValid"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_view_that_its_primary_enters_twice()
    {
        var run = RecordedRun.Where(r => Enumerable.Range(0, 4).Any(i => r.Has<NewViewSent>(i)));
        var primary = Enumerable.Range(0, 4).First(i => run.Has<NewViewSent>(i));
        var sent = run.Find<NewViewSent>(primary);
        var newView = ((NewViewSent)run.Steps(primary)[sent.Step].Events[sent.Event]).NewView;
        var (step, at) = run.Find<ViewEntered>(primary, e => e.NewView == newView);
        run.Change(primary, step, events => events.Insert(at, events[at]));
        var (refusal, where) = run.Judge(primary);
        Assert.Equal((step, "view-entered"), (where, refusal!.Event));
        Assert.Contains("is entered twice", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_signed_twice()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<CheckpointSent>(3);
        var sent = (CheckpointSent)run.Steps(3)[step].Events[at];
        run.Change(3, step, events => events.Insert(at + 1, sent with { StateDigest = Other }));
        var (refusal, _) = run.Judge(3);
        Assert.Equal(("checkpoint-sent", "LCheckpoint", "NotSignedYet"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_checkpoint_of_another_state()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<CheckpointSent>(3);
        run.Change(3, step, events => events.SetItem(at, (CheckpointSent)events[at] with { StateDigest = Other }));
        var (refusal, _) = run.Judge(3);
        Assert.Equal(("checkpoint-sent", "LCheckpoint", "AsRecorded"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void An_execution_out_of_order()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<BatchExecuted>(0);
        run.Change(0, step, events => events.SetItem(at, (BatchExecuted)events[at] with { SequenceNumber = new SequenceNumber(2) }));
        var (refusal, _) = run.Judge(0);
        Assert.Equal(("batch-executed", "LExecute", "AsRecorded"), (refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("2 is recorded as executed, and the next is 1", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void An_execution_of_what_is_not_committed()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<CommittedLocal>(0);
        var executed = (BatchExecuted)run.Steps(0)[run.Find<BatchExecuted>(0).Step].Events[0];
        run.Steps(0).Insert(step, new Step(new TimerExpired(TimerKind.Status), [executed], null, []));
        var (refusal, _) = run.Judge(0);
        Assert.Equal(("batch-executed", "LExecute", "CommittedNext"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_proposal_beyond_the_high_watermark()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<PrePrepareSent>(0);
        var beyond = new SequenceNumber(run.Configuration.LogWindow + 1);
        run.Change(0, step, events => events.SetItem(at, new PrePrepareSent(new ViewNumber(0), beyond, Digest.None, [])));
        var (refusal, _) = run.Judge(0);
        Assert.Equal(("pre-prepare-sent", "LPropose", "BetweenWatermarks"), (refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("h = 0", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proposal_by_a_backup()
    {
        var run = RecordedRun.Calm();
        run.Steps(1).Insert(1, new Step(new TimerExpired(TimerKind.NullRequest), [new PrePrepareSent(new ViewNumber(0), new SequenceNumber(1), Digest.None, [])], null, []));
        var (refusal, _) = run.Judge(1);
        Assert.Equal(("pre-prepare-sent", "LPropose", "IsPrimary"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_stable_checkpoint_with_one_vote_too_few()
    {
        var run = RecordedRun.Calm();
        var (replica, step) = Enumerable.Range(0, 4).SelectMany(r => run.Steps(r).Select((s, i) => (r, i)))
            .First(place => run.Steps(place.r)[place.i].Events is var events && events.Any(e => e is CheckpointStable) && events.Any(e => e is CheckpointAccepted));
        run.Change(replica, step, events => [.. events.Where(e => e is not CheckpointAccepted)]);
        var (refusal, _) = run.Judge(replica);
        Assert.Equal(("checkpoint-stable", "LStable", "CheckpointCertificateValid"), (refusal!.Event, refusal.Action, refusal.Guard));
        Assert.Contains("a quorum is 3", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transferred_state_that_was_not_signed_for()
    {
        var run = RecordedRun.Where(r => Enumerable.Range(0, 4).Any(i => r.Has<TransferCompleted>(i)));
        var replica = Enumerable.Range(0, 4).First(i => run.Has<TransferCompleted>(i));
        var (step, at) = run.Find<TransferCompleted>(replica);
        run.Change(replica, step, events => events.SetItem(at, (TransferCompleted)events[at] with { ServiceDigest = Other }));
        var (refusal, _) = run.Judge(replica);
        Assert.Equal(("transfer-completed", "LTransfer", "StateDigestMatches"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_view_change_for_a_view_that_is_over()
    {
        var run = RecordedRun.Calm();
        run.Steps(1).Insert(1, new Step(new TimerExpired(TimerKind.View), [new ViewChangeSent(new ViewNumber(0), ViewChangeReason.TimerExpired, Other)], null, []));
        var (refusal, _) = run.Judge(1);
        Assert.Equal(("view-change-sent", "LViewChange", "LaterView"), (refusal!.Event, refusal.Action, refusal.Guard));
    }

    [Fact]
    public void A_new_view_without_a_quorum()
    {
        var run = RecordedRun.Where(r => Fewer(r) is not null);
        var (replica, step, at, fewer) = Fewer(run)!.Value;
        run.Change(replica, step, events => events.SetItem(at, fewer));
        var (refusal, where) = run.Judge(replica);
        Assert.Equal((step, "new-view-sent", "LNewView", "NewViewValid"), (where, refusal!.Event, refusal.Action, refusal.Guard));
    }

    // A recorded new-view with one view-change less, of which the same places follow, so that it can be folded.
    private static (int Replica, int Step, int Event, NewViewSent Fewer)? Fewer(RecordedRun run)
    {
        foreach (var replica in Enumerable.Range(0, 4).Where(i => run.Has<NewViewSent>(i)))
        {
            var (step, at) = run.Find<NewViewSent>(replica);
            var sent = (NewViewSent)run.Steps(replica)[step].Events[at];
            var before = StateBefore(run, replica, (step, at));
            var whole = Fold.Event(before, sent).NewViews[sent.NewView].Statement;
            for (var i = 0; i < whole.ViewChanges.Length; i++)
            {
                var statement = whole with { ViewChanges = whole.ViewChanges.RemoveAt(i) };
                var fewer = sent with { Replicas = sent.Replicas.RemoveAt(i), NewView = statement.StatementDigest };
                if (Record.Exception(() => Fold.Event(before, fewer)) is null) return (replica, step, at, fewer);
            }
        }

        return null;
    }

    [Fact]
    public void A_record_that_does_not_follow()
    {
        var run = RecordedRun.Calm();
        run.Steps(1).Insert(1, new Step(new TimerExpired(TimerKind.Transfer), [new PagesAccepted([1])], null, []));
        var (refusal, where) = run.Judge(1);
        Assert.Equal((1, "pages-accepted", "FollowsFromLog"), (where, refusal!.Event, refusal.Guard));
    }

    [Fact]
    public void A_log_that_begins_without_a_start()
    {
        var run = RecordedRun.Calm();
        run.Steps(1).RemoveAt(0);
        var (refusal, where) = run.Judge(1);
        Assert.Equal((0, "FollowsFromLog"), (where, refusal!.Guard));
        Assert.Contains("has not started", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vote_that_did_not_come_and_is_taken()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<CommitAccepted>(1);
        var other = ((CommitAccepted)run.Steps(1)[run.Find<CommitAccepted>(1, e => e.Commit.SequenceNumber.Value == 2).Step].Events[0]).Signature;
        run.Change(1, step, events => events.SetItem(at, (CommitAccepted)events[at] with { Signature = other }));
        var (refusal, where) = run.Judge(1);
        Assert.Equal((step, "commit-accepted", "TakenFromInput"), (where, refusal!.Event, refusal.Guard));
        Assert.Contains("commit-received/1 did not bring", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_is_not_the_services()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<BatchExecuted>(1);
        run.Steps(1)[step] = run.Steps(1)[step] with { Input = (ExecutionCompleted)run.Steps(1)[step].Input with { ServiceDigest = Other } };
        var (refusal, where) = run.Judge(1);
        Assert.Equal((step, "batch-executed", "TakenFromInput"), (where, refusal!.Event, refusal.Guard));
    }

    [Fact]
    public void A_message_that_is_refused_and_taken_all_the_same()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<PrepareAccepted>(1);
        run.Steps(1)[step] = run.Steps(1)[step] with { Refusal = Refusal.Duplicate };
        var (refusal, where) = run.Judge(1);
        Assert.Equal((step, "prepare-accepted", "TakenFromInput"), (where, refusal!.Event, refusal.Guard));
        Assert.Contains("refused as duplicate", refusal.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_is_not_deterministic()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<BatchExecuted>(2);
        run.Change(2, step, events => events.SetItem(at, (BatchExecuted)events[at] with { ServiceDigest = Other }));
        Assert.Contains(run.Join().Violations, violation => violation.Guard == "ServiceDeterministic");
    }

    [Fact]
    public void Of_a_service_that_is_not_deterministic_the_replica_is_named_that_is_alone_with_it()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<BatchExecuted>(0);
        run.Change(0, step, events => events.SetItem(at, (BatchExecuted)events[at] with { ServiceDigest = Other }));
        var violation = Assert.Single(run.Join().Violations);
        Assert.Equal((0, "ServiceDeterministic"), (violation.Replica.Value, violation.Guard));
        Assert.Contains($"gave {Other.ToShortString()} here, and ", violation.Values, StringComparison.Ordinal);
        Assert.Contains(" at replicas 1 (#", violation.Values, StringComparison.Ordinal);
        Assert.EndsWith(": 1 against 3. The requests are the same, and so is the state before, so one is wrong", violation.Values, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3], violation.Needed.Keys.Select(replica => replica.Value));
    }

    [Fact]
    public void A_message_that_its_correct_sender_never_sent()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<CommitAccepted>(1, e => e.Commit.Replica.Value == 2);
        var accepted = (CommitAccepted)run.Steps(1)[step].Events[at];
        var invented = accepted with { Commit = accepted.Commit with { BatchDigest = Other } };
        run.Steps(1).Insert(step, new Step(new MessageReceived(invented.Commit, invented.Signature), [invented], null, []));
        var violation = Assert.Single(run.Join().Violations);
        Assert.Equal(("SentByItsSender", 1, 2, (long)step), (violation.Guard, violation.Replica.Value, violation.Sender!.Value.Value, violation.Revision));
        Assert.Contains("never sent it", violation.Values, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_came_before_it_could_be_sent()
    {
        var run = RecordedRun.Calm();
        // the first commit of another replica decides nothing by itself, early or late
        var (step, at) = run.Find<CommitAccepted>(0, e => e.Commit.SequenceNumber.Value == 1);
        var early = new Step(run.Steps(0)[step].Input, [run.Steps(0)[step].Events[at]], null, []);
        run.Change(0, step, events => events.RemoveAt(at));
        run.Steps(0).Insert(1, early);
        var violation = run.Join().Violations[0];
        Assert.Equal(("SentBefore", 0), (violation.Guard, violation.Replica.Value));
    }

    [Fact]
    public void Without_a_correct_senders_log_the_verdict_is_undetermined()
    {
        var join = RecordedRun.Calm().Join(0, 1, 3);
        Assert.Empty(join.Violations);
        Assert.Contains("the log of replica 2 is not at hand", Assert.Single(join.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public void If_a_senders_log_ends_before_what_it_signed_the_verdict_is_undetermined()
    {
        var run = RecordedRun.Calm();
        run.Steps(2).RemoveRange(20, run.Steps(2).Count - 20);
        var join = run.Join();
        Assert.Empty(join.Violations);
        Assert.All(join.Missing, missing => Assert.Contains("replica-sim.2 ends at revision 19", missing, StringComparison.Ordinal));
        Assert.NotEmpty(join.Missing);
    }
}
