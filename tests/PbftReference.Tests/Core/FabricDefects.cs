using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Defects found in Hyperledger Fabric v0.6, by the numbers of docs/deviations.md: each absent here.</summary>
public class FabricDefects
{
    private static readonly ClusterConfiguration Four = Given.Four;
    private static readonly Batch A = Say.Batch(3, 1, "put a 1");
    private static readonly Batch B = Say.Batch(3, 1, "put a 2");

    [Fact]
    public void D1_One_replica_that_signs_many_checkpoints_crashes_nobody_and_fills_no_memory()
    {
        var given = Given.Replica(1);
        for (var i = 0; i < 50; i++) given.When(Say.From(Say.Checkpoint(2, Say.Hash($"lie {i}"), 3)));
        for (var n = 100; n <= 200; n += 2) given.When(Say.From(Say.Checkpoint(n, Say.Hash("lie"), 3)));
        Assert.Equal(2, given.State.Checkpoints.Length);
        Assert.Equal(ReplicaPhase.Normal, given.State.Phase);
        Assert.Null(given.State.Transfer);
    }

    [Fact]
    public void D2_A_null_request_and_then_a_batch_for_the_same_place_is_equivocation()
    {
        var given = Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, null, 0)))
            .When(Say.From(Say.PrePrepare(0, 1, A, 0))).ThenRefused(Refusal.ConflictingPrePrepare, EventKind.EvidenceKept, EventKind.ViewChangeSent);
        Assert.Single(given.Log.SelectMany(s => s.Events).OfType<PrepareSent>());
    }

    [Fact]
    public void D3_A_proposal_with_a_wrong_batch_leaves_the_place_as_it_was()
    {
        var given = Given.Replica(1);
        var before = StatePrinter.Print(given.State);
        given.When(Say.From(Say.PrePrepare(0, 1, A, 0) with { Batch = B })).ThenRefused(Refusal.WrongDigest);
        Assert.Equal(before, StatePrinter.Print(given.State));
        given.When(Say.From(Say.PrePrepare(0, 1, A, 0))).Then(EventKind.PrePrepareAccepted, EventKind.PrepareSent);
    }

    [Fact]
    public void D4_A_new_view_of_one_view_change_repeated_is_refused()
    {
        var one = Say.Signed(Say.ViewChange(Four, 1, 1));
        var newView = new NewView(new ViewNumber(1), [one, one, one], [], new ReplicaId(1));
        Given.Replica(2).When(Say.From(newView)).ThenRefused(Refusal.InvalidNewView, EventKind.EvidenceKept);
    }

    [Fact]
    public void D5_A_new_view_holds_only_view_changes_for_its_own_view()
    {
        var given = Given.Replica(1, Four with { Replicas = 7, Faults = 2 }).After(Say.From(Say.Request(3, 1)), new TimerExpired(TimerKind.View));
        given.After(Say.From(Say.ViewChange(Four, 2, 6)), Say.From(Say.ViewChange(Four, 1, 2)), Say.From(Say.ViewChange(Four, 1, 3)), Say.From(Say.ViewChange(Four, 1, 4)));
        given.ThenSendsNo<NewView>();
        given.When(Say.From(Say.ViewChange(Four, 1, 5))).ThenSends<NewView>(m => m.ViewChanges.All(v => v.Statement.NewView.Value == 1));
    }

    [Fact]
    public void D6_Commits_with_another_digest_do_not_count_and_do_not_hold_up_those_that_do()
    {
        var given = Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Commit(0, 1, A, 2)));
        given.When(Say.From(Say.Commit(0, 1, B, 3))).Then(EventKind.CommitAccepted);
        given.When(Say.From(Say.Commit(0, 1, A, 0))).Then(EventKind.CommitAccepted, EventKind.CommittedLocal, EventKind.ExecutionStarted);
        Assert.Equal([0, 1, 2], given.State.SlotAt(new SequenceNumber(1)).Decision!.Votes.Select(v => v.Replica.Value));
    }

    [Fact]
    public void D7_A_transfer_asks_only_those_who_signed_for_its_checkpoint()
    {
        var digest = Say.Hash("s");
        var given = Given.Replica(1, Four with { Replicas = 7, Faults = 2 }).After(
            Say.From(Say.Checkpoint(10, Say.Hash("lie"), 0)), Say.From(Say.Checkpoint(10, digest, 3)), Say.From(Say.Checkpoint(12, digest, 4)));
        given.After(Say.From(Say.Checkpoint(10, digest, 5)), Say.From(Say.Checkpoint(10, digest, 6)));
        Assert.Equal([3, 5, 6], given.State.Transfer!.Sources.Select(s => s.Value));
    }

    [Fact]
    public void D8_A_batch_that_nobody_returns_blocks_no_later_view_and_is_asked_for_again()
    {
        var lost = Say.Prepared(0, 1, A, Digest.None, 0, 1, 2);
        NewView Of(long view, int primary) => new(
            new ViewNumber(view), [Say.Signed(Say.ViewChange(Four, view, 0)), Say.Signed(Say.ViewChange(Four, view, 1, lost)), Say.Signed(Say.ViewChange(Four, view, 2))], [new CarriedOver(new SequenceNumber(1), A.Digest)], new ReplicaId(primary));
        var given = Given.Replica(3).When(Say.From(Of(1, 1))).ThenSends<FetchBatch>();
        given.When(new TimerExpired(TimerKind.Status)).ThenSends<FetchBatch>(f => f.BatchDigest == A.Digest);
        given.When(Say.From(Of(2, 2))).Then(EventKind.NewViewAccepted, EventKind.ViewEntered).ThenSends<FetchBatch>();
        given.When(Say.From(new BatchData(new SequenceNumber(1), A, new ReplicaId(0)))).Then(EventKind.BatchAccepted);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void D9_Statements_of_no_member_are_refused(int replica)
    {
        ReplicaMessage[] messages =
        [
            Say.Prepare(0, 1, A, replica), Say.Commit(0, 1, A, replica), Say.Checkpoint(2, Digest.None, replica), Say.ViewChange(Four, 1, replica),
            new FetchBatch(new SequenceNumber(1), A.Digest, new ReplicaId(replica)),
        ];
        foreach (var message in messages) Given.Replica(1).When(Say.From(message)).ThenRefused(Refusal.NotAMember);
    }

    [Fact]
    public void D10_A_replica_that_crashes_during_a_view_change_comes_back_into_it()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Loses = _ => true;
        cluster.Submit(3, 1, "put a 1", 1, 2);
        cluster.Expire(2, TimerKind.View);
        cluster[2].Crash();
        cluster.Heal();
        cluster[2].Start();
        Assert.Equal((1, ReplicaPhase.ViewChanging), (cluster[2].State.View.Value, cluster[2].State.Phase));
        Assert.Contains(cluster.Pool, e => e.Message is ViewChange { NewView.Value: 1 } && e.From.Value == 2);
        Assert.True(cluster[2].IsRunning(TimerKind.ViewChangeResend));
    }

    [Fact]
    public void D11_Late_view_changes_do_not_lengthen_the_timer_again()
    {
        var given = Given.Replica(3).After(Say.From(Say.Request(3, 1)), new TimerExpired(TimerKind.View), Say.From(Say.ViewChange(Four, 1, 0)));
        given.When(Say.From(Say.ViewChange(Four, 1, 2))).ThenDoes<StartTimer>(t => t is { Timer: TimerKind.View, Milliseconds: 4000 });
        given.When(Say.From(Say.ViewChange(Four, 2, 2))).ThenDoesNo<StartTimer>();
    }

    [Fact]
    public void D12_A_cluster_of_one_changes_its_view_and_goes_on()
    {
        var cluster = ReplicaCluster.Started(Four with { Replicas = 1, Faults = 0, ViewChangePeriod = 1 });
        cluster.ExecuteMany(7);
        Assert.True(cluster[0].State.View.Value >= 3);
        Assert.Equal(ReplicaPhase.Normal, cluster[0].State.Phase);
    }

    [Fact]
    public void D13_A_replica_that_can_execute_up_to_the_new_views_checkpoint_does_so_and_transfers_nothing()
    {
        var cluster = ReplicaCluster.Started();
        cluster[3].ServiceIsSlow = true;
        var requests = Enumerable.Range(1, 3).Select(t => cluster.Submit(3, t, $"put a {t}")).ToList();
        cluster.DeliverAll();
        cluster.Submit(4, 1, "put z 1", 1, 2, 3);
        cluster.Isolate(0);
        cluster.DropAll();
        for (var i = 1; i <= 3; i++) cluster.Expire(i, TimerKind.View);
        cluster.DeliverAll();
        Assert.True(cluster[3].State.LastExecuted < cluster[3].State.Low);

        cluster[3].AnswerNow();
        cluster.RunUntilExecuted(requests[^1], 3);
        Assert.DoesNotContain(cluster[3].Events, e => e is TransferStarted);
    }

    [Fact]
    public void D16_The_same_request_delivered_twice_is_executed_once()
    {
        var cluster = ReplicaCluster.Started(Four with { BatchSize = 2 });
        cluster.Submit(3, 1, "put a 1", 0);
        cluster.Submit(3, 1, "put a 1", 0);
        cluster.Execute(3, 2, "put a 2");
        Assert.All(cluster.Replicas, r => Assert.Equal("c3:1 c3:2", r.History));
    }

    [Fact]
    public void D16_Even_a_primary_that_proposes_a_request_twice_makes_nobody_execute_it_twice()
    {
        var twice = Say.BatchOf(Say.Request(3, 1), Say.Request(3, 1));
        var given = Given.Replica(1, Four with { BatchSize = 2 }).After(Decided(1, twice)).ThenDoes<Execute>(e => e.Requests.Length == 1)
            .After(Say.Executed(1)).After(Decided(2, twice));
        given.ThenDoesNo<Execute>();
        Assert.Equal(2, given.State.LastExecuted.Value);
    }

    [Fact]
    public void D17_Executing_a_later_request_does_not_make_an_earlier_one_too_old()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Execute(3, 9);
        cluster.Execute(3, 2);
        Assert.All(cluster.Replicas, r => Assert.Equal("c3:9 c3:2", r.History));
    }

    [Fact]
    public void D18_Progress_with_others_does_not_put_off_the_timer_of_a_request_that_is_held_back()
    {
        var given = Given.Replica(1).After(Say.From(Say.Request(7, 1)));
        var started = given.Last.Effects.OfType<StartTimer>().Count(t => t.Timer == TimerKind.View);
        for (var n = 1; n <= 5; n++)
        {
            given.After(Say.From(Say.Request(3, n))).After(Decided(n, Say.Batch(3, n))).After(Say.Executed(n));
        }

        Assert.Equal(1, started);
        Assert.Single(given.Log.SelectMany(s => s.Effects), e => e is StartTimer { Timer: TimerKind.View } or StopTimer { Timer: TimerKind.View });
        given.When(new TimerExpired(TimerKind.View)).Then(EventKind.ViewChangeSent);
    }

    [Fact]
    public void D19_A_request_that_is_proposed_hides_none_that_is_not()
    {
        // the new view carries over a request that this primary never got from a client; another waits with it
        var carried = Say.Prepared(0, 1, A, Digest.None, 0, 2, 3);
        var given = Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Request(9, 1)), new TimerExpired(TimerKind.View));
        given.After(Say.From(Say.ViewChange(Four, 1, 0, carried)), Say.From(Say.ViewChange(Four, 1, 2)));
        given.ThenSends<PrePrepare>(m => m.SequenceNumber.Value == 1 && m.BatchDigest == A.Digest);
        given.ThenSends<PrePrepare>(m => m.SequenceNumber.Value == 2 && m.Batch!.Requests.Single().Statement.Client.Value == 9);
    }

    private static Input[] Decided(long n, Batch batch) =>
        [Say.From(Say.PrePrepare(0, n, batch, 0)), Say.From(Say.Prepare(0, n, batch, 2)), Say.From(Say.Commit(0, n, batch, 2)), Say.From(Say.Commit(0, n, batch, 3))];
}
