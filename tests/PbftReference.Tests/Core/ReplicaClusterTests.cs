using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>The harness itself: good things do happen in it.</summary>
public class ReplicaClusterTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    [InlineData(7, 2)]
    [InlineData(10, 3)]
    public void A_cluster_without_faults_executes_every_request_in_the_same_order_and_moves_its_window(int n, int f)
    {
        var cluster = new ReplicaCluster(Given.Four with { Replicas = n, Faults = f }) { ChecksFolding = true };
        foreach (var replica in cluster.Replicas) replica.Start();

        cluster.ExecuteMany(23);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.State.Low.Value == 22));

        var history = string.Join(" ", Enumerable.Range(1, 23).Select(t => $"c9:{t}"));
        Assert.All(cluster.Replicas, r => Assert.Equal(history, r.History));
        Assert.All(cluster.Replicas, r => Assert.Equal(cluster[0].Service.Digest, r.Service.Digest));
        Assert.Equal(23 * n, cluster.Replies.Count);
    }

    [Fact]
    public void A_dead_primary_is_replaced_and_the_request_executed()
    {
        var cluster = ReplicaCluster.Started(Given.Four, silent: 0);

        cluster.Execute(1, 1);

        Assert.All(cluster.Replicas.Skip(1), r => Assert.Equal(new ViewNumber(1), r.State.View));
        cluster.AssertAgreement();
    }

    [Fact]
    public void A_restarted_replica_catches_up()
    {
        var cluster = ReplicaCluster.Started();
        cluster.ExecuteMany(3);
        cluster[2].Crash();
        cluster.ExecuteMany(30);
        cluster[2].Start();
        cluster.RunUntil(() => cluster[2].State.LastExecuted == cluster[0].State.LastExecuted);
        Assert.Equal(cluster[0].Service.Digest, cluster[2].Service.Digest);
        cluster.AssertAgreement();
    }
}
