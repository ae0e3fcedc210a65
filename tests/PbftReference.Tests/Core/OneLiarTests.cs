using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>What one liar could do to a correct replica.</summary>
public class OneLiarTests
{
    // the loop over the places after LastExecuted compared with a sum that is the highest number there is: it never ended
    [Fact]
    public async Task A_status_with_the_highest_numbers_does_not_hang_a_replica()
    {
        for (var below = 0; below <= 17; below++)
        {
            var lie = new Status(new ViewNumber(0), true, new SequenceNumber(0), new SequenceNumber(long.MaxValue - below), [], [], new ReplicaId(3));
            await Task.Run(() => Given.Replica(1).When(Say.From(lie)).Then()).WaitAsync(TimeSpan.FromSeconds(5));
        }
    }

    // one frame of a few megabytes made a correct replica build an answer of gigabytes
    [Fact]
    public void A_replica_answers_no_more_pages_at_once_than_it_would_ask_for()
    {
        FetchState Ask(int pages) => new(new SequenceNumber(10), Say.Hash("state"), [.. Enumerable.Repeat(0, pages)], new ReplicaId(3));
        Given.Replica(1).When(Say.From(Ask(16))).ThenDoes<SendState>().When(Say.From(Ask(17))).ThenDoesNo<SendState>();
    }

    // each would replace the one before in memory, and stay in the log
    [Fact]
    public void Votes_for_views_far_ahead_are_refused() =>
        Given.Replica(1)
            .When(Say.From(new Prepare(new ViewNumber(4), new SequenceNumber(1), Say.Hash("d"), Say.Hash("nv"), new ReplicaId(3)))).Then(EventKind.PrepareAccepted)
            .When(Say.From(new Prepare(new ViewNumber(5), new SequenceNumber(1), Say.Hash("d"), Say.Hash("nv"), new ReplicaId(3)))).ThenRefused(Refusal.ViewNotEntered)
            .When(Say.From(new Commit(new ViewNumber(5), new SequenceNumber(1), Say.Hash("d"), new ReplicaId(3)))).ThenRefused(Refusal.ViewNotEntered);

    [Fact]
    public void Two_view_changes_for_one_view_that_wait_are_evidence()
    {
        ViewChange Wish(string newView) => Say.ViewChange(Given.Four, 5, 3, Say.Prepared(1, 1, Say.Batch(1, 1), Say.Hash(newView), 1, 2, 3));
        Given.Replica(0).When(Say.From(Wish("one"))).Then(EventKind.ViewChangeDeferred)
            .When(Say.From(Wish("another"))).ThenRefused(Refusal.ConflictingVote, EventKind.EvidenceKept);
    }

    [Fact]
    public void A_batch_that_stood_before_is_kept_once()
    {
        var slot = Slot.Empty(new SequenceNumber(1), 4);
        for (var i = 0; i < 3; i++) slot = slot.WithBatch(Say.Batch(1, 1)).WithBatch(null);
        Assert.Single(slot.EarlierBatches);
        Assert.Empty(slot.WithBatch(Say.Batch(1, 1)).EarlierBatches);
    }

    // each names the one before: none was ever dropped
    [Fact]
    public void New_views_do_not_pile_up_while_checkpoints_become_stable()
    {
        var cluster = ReplicaCluster.Started(Given.Four with { ViewChangePeriod = 1 });
        cluster.ExecuteMany(60);
        var state = cluster[0].State;
        Assert.True(state.View.Value >= 20, $"view {state.View}");
        Assert.True(state.NewViews.Count <= 8, $"{state.NewViews.Count} new-views are kept in view {state.View}, h = {state.Low}");
    }
}
