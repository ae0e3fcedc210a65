using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Fuzzing;

public sealed class FuzzCaseTests
{
    [Fact]
    public void A_seed_asks_for_the_same_run_every_time() =>
        Assert.Equal(FuzzCase.FromSeed(42, 4).CommandLine, FuzzCase.FromSeed(42, 4).CommandLine);

    [Fact]
    public void Seeds_ask_for_different_runs()
    {
        var lines = Enumerable.Range(1, 50).Select(seed => FuzzCase.FromSeed((ulong)seed, 4).CommandLine.Replace($"--seed {seed} ", "", StringComparison.Ordinal));
        Assert.Equal(50, lines.Distinct().Count());
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(7, 2)]
    [InlineData(10, 3)]
    public void At_most_f_replicas_are_faulty_and_the_configuration_is_valid(int replicas, int faults)
    {
        var most = 0;
        for (var seed = 0UL; seed < 200; seed++)
        {
            var options = FuzzCase.FromSeed(seed, replicas).Options;
            options.Configuration.Validate();
            Assert.Equal(faults, options.Configuration.Faults);
            Assert.True(options.Faulty.Count <= faults);
            Assert.Equal(options.Faulty.Count, options.Faulty.Select(f => f.Replica).Distinct().Count());
            most = Math.Max(most, options.Faulty.Count);
        }

        Assert.Equal(faults, most);
    }

    [Fact]
    public void The_command_spells_every_option()
    {
        var options = new SimulationOptions
        {
            Seed = 9,
            Configuration = new ClusterConfiguration { CheckpointPeriod = 3, LogMultiplier = 2, BatchSize = 5, ViewChangePeriod = 4, NullRequestTimeout = 700 },
            Service = "kv",
            Clients = 2,
            LyingClients = 1,
            Outstanding = 3,
            ThinkTime = 120,
            Faults = FaultProfile.Many,
            Faulty = [new FaultyReplica(new ReplicaId(1), "twins+replay")],
            HealAfter = 1500,
            ProgressWithin = 60_000,
        };
        Assert.Equal(
            "pbft run --seed 9 --replicas 4 --tolerate 1 --service kv --operations 77 --clients 2 --lying-clients 1 --outstanding 3 --think-time 120"
            + " --faults many --faulty 1:twins+replay --heal-after 1500 --progress-within 60000 --snapshot-after 2000"
            + " --checkpoint-period 3 --log-multiplier 2 --batch 5 --view-change-period 4 --null-request-timeout 700"
            + " --batch-timeout 50 --request-timeout 2000 --status-timeout 500 --transfer-timeout 500 --resend-timeout 2000",
            new FuzzCase(options, 77).CommandLine);
    }
}
