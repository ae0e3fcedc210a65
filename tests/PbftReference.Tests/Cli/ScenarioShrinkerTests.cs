using System.Collections.Immutable;
using PbftReference.Cli.Shrinking;
using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Simulation.Network;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>What is left of a scenario, where it is known what the failure needs.</summary>
public sealed class ScenarioShrinkerTests
{
    private static readonly ReplicaCrash Needed = new(400, new ReplicaId(2), null, 0, 1);

    [Fact]
    public void What_the_failure_does_not_need_is_left_out()
    {
        var shrinker = Shrinker(m => m.Asked >= 3 && m.Options.Plan.OfType<ReplicaCrash>().Any(crash => crash.Replica == Needed.Replica) && m.Options.Faulty.Any(f => f.Behaviour.Contains("silent")));

        shrinker.Run();

        var best = shrinker.Best;
        Assert.True(shrinker.IsSmallest);
        Assert.Equal((3, true), (best.Operations, best.Picked.IsDefault));
        Assert.Equal((4, 1), (best.Options.Configuration.Replicas, best.Options.Configuration.Faults));
        Assert.Equal([new FaultyReplica(new ReplicaId(1), "silent")], best.Options.Faulty);
        Assert.Equal(Needed, Assert.Single(best.Options.Plan));
        Assert.Equal((1, 0, 1, 0L), (best.Options.Clients, best.Options.LyingClients, best.Options.Outstanding, best.Options.ThinkTime));
        Assert.Equal(401, best.Options.HealAfter);
        Assert.Equal(best.Genesis.Digest, Cluster.GenesisOf(best.Options).Digest);
    }

    [Fact]
    public void Planned_partitions_that_the_failure_does_not_need_are_left_out_and_the_others_shortened()
    {
        var (early, late) = (ScriptedPartition.Parse("0,1|2,3@100-3000"), ScriptedPartition.Parse("0|1,2,3@4000-9000"));
        var shrinker = Shrinker(m => m.Options.Partitions.Any(p => p.Sides[0].Count == 1 && p.From <= 5000 && p.To >= 6000), [early, late]);

        shrinker.Run();

        Assert.Equal("0|1,2,3@5000-6000", Assert.Single(shrinker.Best.Options.Partitions).ToString());
    }

    [Fact]
    public void In_a_smaller_cluster_a_partition_keeps_those_who_are_left()
    {
        var partition = ScriptedPartition.Parse("0,1,5|2,3,4,6@100-3000");

        Assert.Equal("0,1|2,3@100-3000", Assert.Single(PartitionReductions.In([partition], 4)).ToString());
        Assert.Empty(PartitionReductions.In([ScriptedPartition.Parse("0,1,2,3|4,5,6@1-2")], 4));
    }

    [Fact]
    public void A_failure_that_needs_no_fault_is_left_without_any()
    {
        var shrinker = Shrinker(_ => true);

        shrinker.Run();

        Assert.Equal(FaultProfile.None, shrinker.Best.Options.Faults);
        Assert.Equal(1, shrinker.Best.Asked);
        Assert.Empty(shrinker.Best.Options.Faulty);
    }

    [Fact]
    public void Single_operations_are_picked_where_the_first_few_will_not_do()
    {
        var shrinker = Shrinker(m => Asked(m).Contains(17) && Asked(m).Contains(40));

        shrinker.Run();

        Assert.Equal([17L, 40L], [.. shrinker.Best.Picked]);
        Assert.Equal(41, shrinker.Best.Operations);
    }

    [Fact]
    public void A_spell_is_shortened_as_far_as_it_may_be()
    {
        var shrinker = Shrinker(m => m.Options.Plan.OfType<NetworkSpell>().Any(spell => spell.Lasts >= 120));

        shrinker.Run();

        Assert.Equal([150L], shrinker.Best.Options.Plan.Cast<NetworkSpell>().Select(spell => spell.Lasts));
    }

    [Fact]
    public void With_no_more_than_f_that_misbehave_there_are_no_more_than_f_in_a_smaller_cluster()
    {
        var shrinker = Shrinker(m => m.Options.Faulty.Count >= 2);

        shrinker.Run();

        Assert.Equal((7, 2), (shrinker.Best.Options.Configuration.Replicas, shrinker.Best.Options.Faulty.Count));
    }

    [Fact]
    public void No_candidate_is_run_twice()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);

        Shrinker(m =>
        {
            Assert.True(seen.Add(RunDirectory.TextOf(m)));
            return m.Asked >= 5;
        }).Run();

        Assert.True(seen.Count > 20);
    }

    [Fact]
    public void When_it_is_stopped_the_best_so_far_is_at_hand_and_nothing_more_is_run()
    {
        using var stop = new CancellationTokenSource();
        var runs = 0;
        var shrinker = Shrinker(
            m =>
            {
                if (++runs == 6) stop.Cancel();
                return m.Asked >= 20;
            },
            stop: stop.Token);

        shrinker.Run();

        Assert.Equal((6, 6), (runs, shrinker.Runs));
        Assert.False(shrinker.IsSmallest);
        Assert.Equal(32, shrinker.Best.Asked);
    }

    [Fact]
    public void No_more_is_run_than_the_budget_allows()
    {
        var shrinker = Shrinker(m => m.Asked >= 20, budget: 9);

        shrinker.Run();

        Assert.Equal(9, shrinker.Runs);
        Assert.False(shrinker.IsSmallest);
    }

    private static ImmutableArray<long> Asked(RunManifest m) => m.Picked.IsDefault ? [.. Enumerable.Range(0, (int)m.Operations).Select(k => (long)k)] : m.Picked;

    private static ScenarioShrinker Shrinker(Func<RunManifest, bool> fails, int budget = 5000, CancellationToken stop = default) =>
        Shrinker(fails, [], budget, stop);

    private static ScenarioShrinker Shrinker(Func<RunManifest, bool> fails, ScriptedPartition[] partitions, int budget = 5000, CancellationToken stop = default)
    {
        var options = new SimulationOptions
        {
            Configuration = new ClusterConfiguration { Replicas = 7, Faults = 2 },
            LyingClients = 2,
            Partitions = partitions,
            ThinkTime = 100,
            Faults = FaultProfile.Plan,
            Plan =
            [
                new NetworkSpell(100, "loss", new NetworkConditions { Loss = 1000 }, 600), new NetworkPartition(200, [new ReplicaId(5)], 300),
                new ReplicaCrash(300, new ReplicaId(5), 2, 1, 80), Needed, new NetworkSpell(500, "delay", new NetworkConditions { DelayHigh = 9000 }, 100),
            ],
            Faulty = [new FaultyReplica(new ReplicaId(1), "silent+nonsense"), new FaultyReplica(new ReplicaId(4), "usurp")],
        };
        var scenario = new RunManifest(Cluster.GenesisOf(options), options, null, 60);
        return new ScenarioShrinker(scenario, Judged(scenario), m => fails(m) ? Judged(m) : null, budget, stop);
    }

    private static JudgedRun Judged(RunManifest m) => new(
        new FuzzResult(new FuzzCase(m.Options, m.Operations), FuzzVerdict.Violation, "", null, new RunStatistics(), new Dictionary<string, long>()) { Faults = m.Options.Plan }, null, 0);
}
