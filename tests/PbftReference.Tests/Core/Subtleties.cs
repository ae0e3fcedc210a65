using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>
/// Subtleties of PBFT that published implementations and specifications got wrong, each as a scenario, by the numbers of docs/deviations.md.
/// </summary>
public class Subtleties
{
    private static readonly ClusterConfiguration Four = Given.Four;
    private static readonly Batch A = Say.Batch(3, 1, "put a 1");
    private static readonly Batch B = Say.Batch(4, 1, "put b 1");

    [Fact]
    public void S1_What_committed_in_view_1_is_not_replaced_by_what_was_prepared_in_view_0()
    {
        // B is prepared in view 0 by replica 3 alone; A committed in view 1
        var first = new NewView(new ViewNumber(1), [Say.Signed(Say.ViewChange(Four, 1, 0)), Say.Signed(Say.ViewChange(Four, 1, 1)), Say.Signed(Say.ViewChange(Four, 1, 2))], [], new ReplicaId(1));
        var old = Say.Prepared(0, 1, B, Digest.None, 0, 2, 3);
        var late = Say.Prepared(1, 1, A, first.StatementDigest, 0, 1, 2);
        var given = Given.Replica(2).After(Say.From(first), Say.From(Say.Request(9, 1)), new TimerExpired(TimerKind.View));
        given.After(Say.From(Say.ViewChange(Four, 2, 3, old))).When(Say.From(Say.ViewChange(Four, 2, 0, late)));
        given.ThenSends<NewView>(m => m.Carried.Single().BatchDigest == A.Digest);
    }

    [Fact]
    public void S2_An_equivocating_primary_and_one_backup_make_no_certificate()
    {
        var given = Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 0)));
        Assert.False(Predicates.IsPrepared(given.State, new SequenceNumber(1)));
    }

    [Fact]
    public void S3_A_null_request_advances_the_durable_place_and_survives_a_restart()
    {
        var cluster = ReplicaCluster.Started(Four with { NullRequestTimeout = 300 });
        cluster.RunUntil(() => cluster.Replicas.All(r => r.State.LastExecuted.Value == 1));
        foreach (var replica in cluster.Replicas) replica.Crash();
        foreach (var replica in cluster.Replicas) replica.Start();
        Assert.All(cluster.Replicas, r => Assert.Equal(1, r.State.LastExecuted.Value));
        cluster.Execute(3, 1);
        cluster.AssertAgreement();
    }

    // counting only the view-changes that hold the checkpoint deadlocks when one replica alone reached it
    [Fact]
    public void S4_A_checkpoint_that_one_replica_alone_made_stable_holds_up_no_view_change()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Loses = e => e.Message is Checkpoint && e.To.Value != 1;
        cluster.ExecuteMany(2);
        Assert.Equal([0, 2, 0, 0], cluster.Replicas.Select(r => r.State.Low.Value));
        cluster[0].Crash();
        cluster.Heal();
        cluster.Execute(5, 1);
        Assert.All(cluster.Replicas.Skip(1), r => Assert.True(r.State.View.Value >= 1));
        cluster.AssertAgreement();
    }

    [Fact]
    public void S5_A_primary_whose_window_moved_first_proposes_nothing_that_backups_must_drop()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Loses = e => e.Message is Checkpoint && e.To.Value != 0;
        for (var t = 1; t <= 8; t++) cluster.Submit(3, t, $"put a {t}");
        cluster.DeliverAll();
        Assert.Equal(0, cluster[1].State.Low.Value);
        Assert.True(cluster[0].State.Low.Value >= 2);
        Assert.True(cluster[0].State.LastAssigned <= cluster[1].State.High, cluster.Describe());
        cluster.Heal();
        cluster.Execute(3, 9);
        Assert.All(cluster.Replicas, r => Assert.Equal(0, r.State.View.Value));
    }

    [Fact]
    public void S6_After_a_partition_heals_view_changes_that_were_lost_are_made_up()
    {
        var cluster = ReplicaCluster.Started(Four, silent: 0);
        cluster.Loses = _ => true;
        cluster.Submit(3, 1, "put a 1");
        for (var i = 1; i <= 3; i++) cluster.Expire(i, TimerKind.View);
        Assert.All(cluster.Replicas.Skip(1), r => Assert.False(r.IsRunning(TimerKind.View)));
        cluster.Heal();
        cluster.Execute(3, 2);
        cluster.AssertAgreement();
    }

    [Fact]
    public void S8_A_replica_that_fell_behind_learns_the_view_with_the_state()
    {
        var cluster = ReplicaCluster.Started();
        cluster[3].Crash();
        cluster[0].Crash();
        cluster.Submit(3, 1, "put a 1");
        foreach (var i in (int[])[1, 2]) cluster.Expire(i, TimerKind.View);
        cluster[0].Start();
        cluster.ExecuteMany(20);
        var view = cluster[1].State.View;
        Assert.True(view.Value >= 1);

        cluster[3].Start();
        cluster.RunUntil(() => cluster[3].State.View >= view && cluster[3].State.Active && cluster[3].State.LastExecuted == cluster[1].State.LastExecuted);
        cluster.AssertAgreement();
    }

    [Fact]
    public void S9_Without_faults_after_the_first_there_is_no_storm_of_view_changes()
    {
        var cluster = ReplicaCluster.Started(Four with { Replicas = 7, Faults = 2 }, silent: 0);
        cluster.ExecuteMany(40);
        Assert.All(cluster.Replicas.Skip(1), r => Assert.Equal(1, r.State.View.Value));
    }

    [Fact]
    public void S12_A_base_that_was_not_executed_here_raises_h_in_the_step_that_discards_the_places_below()
    {
        var stable = Say.Stable(4, Say.Hash("s"), 0, 1, 3);
        var newView = new NewView(
            new ViewNumber(1), [Say.Signed(Say.ViewChange(Four, 1, 0) with { Stable = stable }), Say.Signed(Say.ViewChange(Four, 1, 1)), Say.Signed(Say.ViewChange(Four, 1, 3))], [], new ReplicaId(1));
        var given = Given.Replica(2).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 1)));
        given.When(Say.From(newView));
        Assert.Equal((4, 0), (given.State.Low.Value, given.State.LastExecuted.Value));
        given.Then(EventKind.NewViewAccepted, EventKind.ViewEntered, EventKind.TransferStarted);

        // what it says in the next view change is consistent: the proof of h and nothing below
        given.When(Say.From(Say.Request(9, 1))).When(Say.From(Say.ViewChange(Four, 2, 0))).When(Say.From(Say.ViewChange(Four, 2, 1)));
        given.ThenSends<ViewChange>(m => m.Stable.SequenceNumber.Value == 4 && m.Prepared.IsEmpty);
    }

    [Fact]
    public void S13_No_commit_is_sent_for_a_view_after_its_view_change()
    {
        var given = Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), new TimerExpired(TimerKind.View));
        given.When(Say.From(Say.Prepare(0, 1, A, 2))).ThenSendsNo<Commit>();
        Assert.DoesNotContain(given.Log.SelectMany(s => s.Events), e => e is CommitSent);
    }

    [Fact]
    public void S13_Commits_of_the_next_view_that_come_before_its_new_view_count_when_it_is_entered()
    {
        var newView = new NewView(
            new ViewNumber(1), [Say.Signed(Say.ViewChange(Four, 1, 0)), Say.Signed(Say.ViewChange(Four, 1, 1, Say.Prepared(0, 1, A, Digest.None, 0, 1, 3))), Say.Signed(Say.ViewChange(Four, 1, 3))], [new CarriedOver(new SequenceNumber(1), A.Digest)], new ReplicaId(1));
        var name = newView.StatementDigest;
        var given = Given.Replica(2).After(Say.From(Say.Prepare(1, 1, A, 0, name)), Say.From(Say.Prepare(1, 1, A, 3, name)));
        foreach (var i in (int[])[0, 1, 3]) given.After(Say.From(Say.Commit(1, 1, A, i)));
        given.When(Say.From(newView)).Then(EventKind.NewViewAccepted, EventKind.ViewEntered);
        given.When(Say.From(Say.PrePrepare(1, 1, A, 1, name)));
        Assert.True(Predicates.IsCommittedLocal(given.State, new SequenceNumber(1)));
    }

    [Fact]
    public void S14_What_a_client_was_answered_is_part_of_the_checkpoint()
    {
        var one = Given.Replica(1).After(Decide(1)).After(Say.Executed(1), Say.From(Say.Request(8, 1)));
        var other = Given.Replica(1).After(Decide(1)).After(
            new ExecutionCompleted(new SequenceNumber(1), [[9, 9]], Say.Hash("after")), Say.From(Say.Request(8, 1)));
        Assert.Equal(one.State.ServiceDigest, other.State.ServiceDigest);
        Assert.NotEqual(one.State.Clients.PageDigests().AsEnumerable(), other.State.Clients.PageDigests());
    }

    [Fact]
    public void S17_What_was_prepared_is_not_forgotten_when_a_view_is_entered()
    {
        var empty = new NewView(new ViewNumber(1), [Say.Signed(Say.ViewChange(Four, 1, 0)), Say.Signed(Say.ViewChange(Four, 1, 1)), Say.Signed(Say.ViewChange(Four, 1, 3))], [], new ReplicaId(1));
        var given = Given.Replica(2).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 1)), Say.From(empty), Say.From(Say.Request(9, 1)));
        given.When(new TimerExpired(TimerKind.View)).ThenSends<ViewChange>(m => m.Prepared.Single() is { View.Value: 0 } p && p.BatchDigest == A.Digest);
    }

    // see also A_batch_that_was_voted_for_is_kept_through_later_views_until_a_stable_checkpoint
    [Fact]
    public void S18_A_carried_batch_that_others_have_discarded_comes_with_their_checkpoint()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Loses = e => e.To.Value == 3 && e.Message is PrePrepare or BatchData or CommitProof;
        cluster.Submit(3, 1, "put a 1", 0, 1, 2);
        cluster.Submit(3, 2, "put a 2", 0, 1, 2);
        cluster.RunUntil(() => cluster.Replicas.Take(3).All(r => r.State.Low.Value == 2));
        cluster.Heal();
        cluster.RunUntil(() => cluster[3].State.LastExecuted.Value == 2);
        Assert.Contains(cluster[3].Events, e => e is TransferCompleted);
        Assert.Equal(cluster[0].Service.Digest, cluster[3].Service.Digest);
    }

    [Fact]
    public void S19_The_highest_prepared_place_itself_is_carried_over()
    {
        var given = Given.Replica(1).After(Say.From(Say.Request(9, 1)), new TimerExpired(TimerKind.View), Say.From(Say.ViewChange(Four, 1, 2)));
        given.When(Say.From(Say.ViewChange(Four, 1, 3, Say.Prepared(0, 8, A, Digest.None, 0, 2, 3))));
        given.ThenSends<NewView>(m => m.Carried.Length == 8 && m.Carried[^1].BatchDigest == A.Digest && m.Carried.Take(7).All(c => c.BatchDigest.IsNone));
    }

    [Fact]
    public void S20_A_proposal_that_overtakes_the_request_leaves_no_timer_behind()
    {
        var given = Given.Replica(1).After(Decide(1)).After(Say.Executed(1));
        given.When(Say.From(Say.Request(3, 1))).ThenSends<Reply>().ThenDoesNo<StartTimer>();
        Assert.Equal(0, given.State.Queue.Count);
    }

    private static Input[] Decide(long n) =>
        [Say.From(Say.PrePrepare(0, n, A, 0)), Say.From(Say.Prepare(0, n, A, 2)), Say.From(Say.Commit(0, n, A, 2)), Say.From(Say.Commit(0, n, A, 3))];
}
