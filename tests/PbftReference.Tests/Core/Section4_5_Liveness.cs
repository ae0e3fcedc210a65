using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.5.2: timers, and joining a view change.</summary>
public class Section4_5_Liveness
{
    private static readonly ClusterConfiguration Four = Given.Four;

    [Fact]
    public void A_backup_that_waits_for_a_request_runs_its_timer_and_stops_it_when_the_request_is_executed()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Submit(3, 1, "put a 1", 1);
        Assert.True(cluster[1].IsRunning(TimerKind.View));
        cluster.DeliverAll();
        Assert.False(cluster[1].IsRunning(TimerKind.View));
    }

    [Fact]
    public void The_primary_runs_no_timer_against_itself() =>
        Given.Replica(0).When(Say.From(Say.Request(3, 1))).ThenDoesNo<StartTimer>();

    // without it a backup that has no request itself would not help to replace a primary that stalls
    [Fact]
    public void A_backup_without_requests_waits_for_the_lowest_proposal_that_it_accepted() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, Say.Batch(3, 1), 0))).ThenDoes<StartTimer>(t => t is { Timer: TimerKind.View, Milliseconds: 2000 });

    [Fact]
    public void The_new_views_timer_starts_at_a_quorum_of_view_changes_and_is_twice_as_long()
    {
        var given = Given.Replica(2).After(Say.From(Say.Request(3, 1)));
        given.When(new TimerExpired(TimerKind.View)).ThenDoes<StartTimer>(t => t.Timer == TimerKind.ViewChangeResend);
        given.When(Say.From(Say.ViewChange(Four, 1, 3))).ThenDoesNo<StartTimer>();
        given.When(Say.From(Say.ViewChange(Four, 1, 0))).ThenDoes<StartTimer>(t => t is { Timer: TimerKind.View, Milliseconds: 4000 });
    }

    // defect D11 of Fabric: once a message makes a few late view-changes postpone the next view for minutes
    [Fact]
    public void The_timer_doubles_once_a_view_however_many_view_changes_come()
    {
        var given = Given.Replica(4, Four with { Replicas = 7, Faults = 2 }).After(Say.From(Say.Request(3, 1)), new TimerExpired(TimerKind.View));
        foreach (var i in (int[])[0, 3, 5]) given.When(Say.From(Say.ViewChange(Four, 1, i)));
        given.When(Say.From(Say.ViewChange(Four, 1, 6))).ThenDoes<StartTimer>(t => t.Milliseconds == 4000);
        given.When(Say.From(Say.ViewChange(Four, 1, 2))).ThenDoesNo<StartTimer>();
        given.When(new TimerExpired(TimerKind.View)).Then(EventKind.ViewChangeSent);
        foreach (var i in (int[])[0, 3, 5, 6, 2]) given.When(Say.From(Say.ViewChange(Four, 2, i)));
        Assert.Contains(given.Log.SelectMany(s => s.Effects), e => e is StartTimer { Timer: TimerKind.View, Milliseconds: 8000 });
        Assert.DoesNotContain(given.Log.SelectMany(s => s.Effects), e => e is StartTimer { Timer: TimerKind.View, Milliseconds: > 8000 });
    }

    [Fact]
    public void Progress_in_a_view_brings_the_timer_back_to_its_first_length()
    {
        var cluster = ReplicaCluster.Started(Four, silent: 0);
        cluster.Execute(3, 1);
        cluster.Submit(3, 2, "put b 1", 2);
        Assert.Equal(2000, cluster[2].Deadlines[TimerKind.View] - cluster.Now);
    }

    // f+1 hold a correct replica; without joining, replicas in different views could wait for each other for ever
    [Fact]
    public void A_replica_joins_when_f_plus_1_others_ask_for_later_views_the_smallest_of_their_latest()
    {
        var given = Given.Replica(2, Four with { Replicas = 7, Faults = 2 });
        given.When(Say.From(Say.ViewChange(Four, 5, 0))).Then(EventKind.ViewChangeAccepted);
        given.When(Say.From(Say.ViewChange(Four, 3, 1))).Then(EventKind.ViewChangeAccepted);
        given.When(Say.From(Say.ViewChange(Four, 4, 3))).Then(EventKind.ViewChangeAccepted, EventKind.ViewChangeSent);
        Assert.Equal(3, given.State.View.Value);
    }

    [Fact]
    public void F_others_alone_move_nobody()
    {
        var given = Given.Replica(2, Four with { Replicas = 7, Faults = 2 })
            .After(Say.From(Say.ViewChange(Four, 5, 0)), Say.From(Say.ViewChange(Four, 9, 1)), Say.From(Say.ViewChange(Four, 12, 1)));
        Assert.Equal(0, given.State.View.Value);
    }

    [Fact]
    public void The_timer_of_a_view_counts_view_changes_for_later_views_too() =>
        Given.Replica(2).After(Say.From(Say.Request(3, 1)), new TimerExpired(TimerKind.View), Say.From(Say.ViewChange(Four, 1, 3)))
            .When(Say.From(Say.ViewChange(Four, 7, 0))).ThenDoes<StartTimer>(t => t.Timer == TimerKind.View);

    // a lost view-change is lost for ever otherwise (subtlety 6)
    [Fact]
    public void A_view_change_is_sent_again_the_same_until_the_view_begins()
    {
        var given = Given.Replica(2).After(Say.From(Say.Request(3, 1)));
        given.When(new TimerExpired(TimerKind.View)).ThenDoes<StartTimer>(t => t.Timer == TimerKind.ViewChangeResend);
        var first = given.Last.Effects.OfType<Multicast>().Single().Message;
        given.When(new TimerExpired(TimerKind.ViewChangeResend)).Then().ThenDoes<StartTimer>(t => t.Timer == TimerKind.ViewChangeResend);
        Assert.Equal(Statements.DigestOf(first), Statements.DigestOf(given.Last.Effects.OfType<Multicast>().Single().Message));
    }

    [Fact]
    public void A_timer_that_does_not_run_does_nothing_when_it_expires() =>
        Given.Replica(1).When(new TimerExpired(TimerKind.View)).ThenRefused(Refusal.TimerNotRunning).ThenDoesNo<StartTimer>();

    [Fact]
    public void A_chain_of_faulty_primaries_is_passed()
    {
        var cluster = ReplicaCluster.Started(Four with { Replicas = 7, Faults = 2 }, silent: [0, 1]);
        cluster.Execute(3, 1);
        Assert.All(cluster.Replicas.Skip(2), r => Assert.Equal(2, r.State.View.Value));
    }

    [Fact]
    public void An_idle_primary_keeps_alive_with_null_requests_that_change_nothing_but_make_checkpoints()
    {
        var cluster = ReplicaCluster.Started(Four with { NullRequestTimeout = 300 });
        var before = cluster[0].Service.Digest;
        cluster.RunUntil(() => cluster.Replicas.All(r => r.State.Low.Value >= 4));
        Assert.All(cluster.Replicas, r => Assert.Equal((0, before), (r.State.View.Value, r.Service.Digest)));
    }

    [Fact]
    public void A_primary_whose_keep_alive_does_not_come_is_replaced()
    {
        var cluster = ReplicaCluster.Started(Four with { NullRequestTimeout = 300 }, silent: 0);
        cluster.RunUntil(() => cluster.Replicas.Skip(1).All(r => r.State is { View.Value: >= 1, Phase: ReplicaPhase.Normal }));
        Assert.Contains(cluster[1].Events.OfType<ViewChangeSent>(), e => e.Reason == ViewChangeReason.NullRequestLate);
    }

    [Fact]
    public void A_planned_view_change_comes_at_its_checkpoint_and_loses_nothing()
    {
        var cluster = ReplicaCluster.Started(Four with { ViewChangePeriod = 1 });
        cluster.ExecuteMany(9);
        Assert.All(cluster.Replicas, r => Assert.Equal(string.Join(" ", Enumerable.Range(1, 9).Select(t => $"c9:{t}")), r.History));
        Assert.All(cluster.Replicas, r => Assert.True(r.State.View.Value >= 3, cluster.Describe()));
    }
}
