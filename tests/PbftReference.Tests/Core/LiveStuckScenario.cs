using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>
/// The run of seven replicas, two of them faulty, in which the timer rule as it is usually read ("a quorum of view-changes for exactly
/// this view") leaves everybody waiting for ever: 1, 2 and 4 wait for view 1, 0 and 3 for view 2, the faulty 5 and 6 fall silent, and no
/// timer runs. Counting view-changes for this view or later ones, it goes on (paper section 4.5.2; see the specification's liveness part).
/// </summary>
public class LiveStuckScenario
{
    private readonly ReplicaCluster _cluster = ReplicaCluster.Started(Given.Four with { Replicas = 7, Faults = 2 }, silent: [5, 6]);

    [Fact]
    public void The_run_comes_to_the_shape_in_which_no_view_has_a_quorum()
    {
        ComeToTheStuckShape();

        Assert.Equal([2, 1, 1, 2, 1], _cluster.Replicas.Take(5).Select(r => r.State.View.Value));
        Assert.All(_cluster.Replicas.Take(5), r => Assert.Equal(ReplicaPhase.ViewChanging, r.State.Phase));
        Assert.Equal(3, _cluster.Replicas.Take(5).Count(r => r.State.View.Value == 1));
    }

    [Fact]
    public void From_there_the_cluster_goes_on_and_executes_the_request()
    {
        ComeToTheStuckShape();
        _cluster.Heal();
        foreach (var i in (int[])[0, 1, 2, 3, 4]) _cluster.Expire(i, TimerKind.ViewChangeResend);
        _cluster.DeliverAll();

        // 1, 2 and 4 now hold five view-changes for view 1 or later, so their timers run; by "exactly view 1" they would hold three
        Assert.All((int[])[1, 2, 4], i => Assert.True(_cluster[i].IsRunning(TimerKind.View)));

        var request = Say.Request(1, 1);
        _cluster.RunUntilExecuted(request, 0, 1, 2, 3, 4);
        Assert.Single(_cluster.Replicas.Take(5).Select(r => r.State.View).Distinct());
        _cluster.AssertAgreement();
    }

    private void ComeToTheStuckShape()
    {
        // 1 and 2 have the request, nothing that they send arrives, and they time out in view 0
        _cluster.Loses = _ => true;
        _cluster.Submit(1, 1, "put a 1", 1, 2);
        for (var i = 1; i <= 2; i++) _cluster.Expire(i, TimerKind.View);

        // 0, the primary of view 0, joins view 1 on the word of 1, 2 and 5; with that of 6 it has a quorum, so its timer runs, and out
        foreach (var i in (int[])[1, 2, 5]) Tell(0, 1, i);
        Assert.Equal(1, _cluster[0].State.View.Value);
        Tell(0, 1, 6);
        _cluster.Expire(0, TimerKind.View);

        // 3 joins view 2 on the word of 0, 5 and 6; 4 joins view 1 on the word of 0 (for 2), 1 and 2
        foreach (var i in (int[])[0, 5, 6]) Tell(3, 2, i);
        foreach (var (i, view) in (ReadOnlySpan<(int, long)>)[(0, 2), (1, 1), (2, 1)]) Tell(4, view, i);

        // now all have the request; 5 and 6 say nothing any more
        foreach (var i in (int[])[0, 3, 4]) _cluster.Submit(1, 1, "put a 1", i);
    }

    private void Tell(int to, long view, int from)
    {
        var configuration = _cluster.Configuration;
        ReplicaMessage m = _cluster[from].State.ViewChanges[from]?.Statement is { } own && own.NewView.Value == view
            ? own
            : Say.ViewChange(configuration, view, from);
        _cluster.Deliver(new Envelope(new ReplicaId(from), new ReplicaId(to), m, Seal.Of(m.Replica)));
    }
}
