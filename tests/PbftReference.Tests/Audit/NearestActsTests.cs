using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>A refusal tells what the specification would have allowed in its place, the nearest first.</summary>
public sealed class NearestActsTests
{
    private static readonly Digest Other = Digest.Of([1, 2, 3]);

    [Fact]
    public void For_a_vote_for_the_wrong_batch_the_vote_for_the_proposal_that_came()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<PrepareSent>(1);
        var sent = (PrepareSent)run.Steps(1)[step].Events[at];
        run.Change(1, step, events => events.SetItem(at, sent with { BatchDigest = Other }));
        Assert.Equal(("LPrepare", $"vote for 1 of view 0, d = {sent.BatchDigest.ToShortString()}"), First(run, 1));
    }

    [Fact]
    public void For_a_checkpoint_of_another_state_the_checkpoint()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<CheckpointSent>(3);
        var n = ((CheckpointSent)run.Steps(3)[step].Events[at]).SequenceNumber;
        run.Change(3, step, events => events.SetItem(at, (CheckpointSent)events[at] with { StateDigest = Other }));
        Assert.Equal(("LCheckpoint", $"sign checkpoint {n}"), First(run, 3));
    }

    [Fact]
    public void For_a_batch_that_is_executed_out_of_turn_the_one_whose_turn_it_is()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<BatchExecuted>(0);
        run.Change(0, step, events => events.SetItem(at, (BatchExecuted)events[at] with { SequenceNumber = new SequenceNumber(2) }));
        var (action, text) = First(run, 0);
        Assert.Equal("LExecute", action);
        Assert.StartsWith("execute 1, d = ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void For_a_commit_that_is_left_undone_that_commit_with_its_votes()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<Prepared>(1);
        run.Change(1, step, events => events[..at]);
        var (action, text) = First(run, 1);
        Assert.Equal("LCommit", action);
        Assert.Matches("^commit 1 of view 0, d = [0-9a-f]{8}, with the votes of 0 1 [23]$", text);
    }

    [Fact]
    public void For_an_execution_of_what_is_not_decided_nothing_at_its_place_that_is_not_allowed()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<CommittedLocal>(0);
        var executed = (BatchExecuted)run.Steps(0)[run.Find<BatchExecuted>(0).Step].Events[0];
        run.Steps(0).Insert(step, new Step(new TimerExpired(TimerKind.Status), [executed], null, []));
        Assert.DoesNotContain(Enabled(run, 0), act => act.Action is "LExecute" or "LCommitted");
    }

    [Fact]
    public void For_a_proposal_beyond_the_high_watermark_one_at_the_first_free_place()
    {
        var run = RecordedRun.Calm();
        var (step, at) = run.Find<PrePrepareSent>(0);
        var beyond = new SequenceNumber(run.Configuration.LogWindow + 1);
        run.Change(0, step, events => events.SetItem(at, new PrePrepareSent(new ViewNumber(0), beyond, Digest.None, [])));
        Assert.Equal(("LPropose", "propose at 1 in view 0, such as the null request"), First(run, 0));
    }

    [Fact]
    public void For_a_view_change_for_a_view_that_is_over_one_for_the_next()
    {
        var run = RecordedRun.Calm();
        run.Steps(1).Insert(1, new Step(new TimerExpired(TimerKind.View), [new ViewChangeSent(new ViewNumber(0), ViewChangeReason.TimerExpired, Other)], null, []));
        Assert.Equal(("LViewChange", "ask for view 1"), First(run, 1));
    }

    [Fact]
    public void For_a_new_view_that_is_left_undone_the_start_of_the_view()
    {
        var run = RecordedRun.Where(r => r.Has<NewViewSent>(1));
        var (step, at) = run.Find<NewViewSent>(1);
        var view = ((NewViewSent)run.Steps(1)[step].Events[at]).View;
        run.Change(1, step, events => events[..at]);
        Assert.Equal(("LNewView", $"start view {view}"), First(run, 1));
    }

    [Fact]
    public void They_are_few_and_the_oracle_allows_each()
    {
        var run = RecordedRun.Calm();
        var (step, _) = run.Find<Prepared>(1);
        run.Change(1, step, events => [.. events.Where(e => e is not PrepareAccepted)]);
        var enabled = Enabled(run, 1);
        Assert.InRange(enabled.Length, 1, 3);
        Assert.Contains(enabled, act => act.Text == "ask for view 1");
        Assert.DoesNotContain(enabled, act => act.Action == "LCommit");
    }

    private static (string Action, string Text) First(RecordedRun run, int replica)
    {
        var first = Enabled(run, replica)[0];
        return (first.Action, first.Text);
    }

    private static ImmutableArray<EnabledAct> Enabled(RecordedRun run, int replica)
    {
        var refusal = run.Judge(replica).Refusal;
        Assert.NotNull(refusal);
        return refusal.Enabled;
    }
}
