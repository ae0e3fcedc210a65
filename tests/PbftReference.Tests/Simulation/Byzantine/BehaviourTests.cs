using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Clients;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Byzantine;

public sealed class BehaviourTests
{
    // the others act in a plot only: ScenarioTests
    public static TheoryData<string> Names => [.. ByzantineBehaviours.Names.Except(["accomplice", "twins-apart"])];

    [Theory]
    [MemberData(nameof(Names))]
    public void One_liar_among_four_harms_nobody_and_does_lie(string name) => MustHold(name, 4, [1, 2, 3, 4, 5, 6]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_liars_among_seven_harm_nobody_and_do_lie(string name) => MustHold(name, 7, [1, 2, 3]);

    private static void MustHold(string name, int replicas, ulong[] seeds)
    {
        var acts = 0L;
        foreach (var seed in seeds)
        {
            var result = Fuzzer.Run(With(name, seed, replicas));
            Assert.True(result.Verdict == FuzzVerdict.Fine, result.ToString());
            acts += result.Acts[name];
        }

        Assert.True(acts > 0, $"{name} did nothing in {seeds.Length} runs");
    }

    /// <summary>The first f replicas lie, so that the first primary is among them.</summary>
    private static FuzzCase With(string name, ulong seed, int replicas)
    {
        var fuzzCase = FuzzCase.FromSeed(seed, replicas);
        var faulty = Enumerable.Range(0, fuzzCase.Options.Configuration.Faults).Select(i => new FaultyReplica(new ReplicaId(i), name));
        return fuzzCase with
        {
            Options = fuzzCase.Options with
            {
                Faulty = [.. faulty],
                Faults = FaultProfile.Many,
                Configuration = fuzzCase.Options.Configuration with { ViewChangePeriod = 2 },
            },
        };
    }

    [Fact]
    public void Statements_in_the_name_of_others_stop_at_the_edge()
    {
        var result = Fuzzer.Run(With("forge-sender", 11, 4));
        Assert.Equal(FuzzVerdict.Fine, result.Verdict);
        Assert.True(result.Statistics.Drops[DropReason.BadSignature] > 100, "few forged frames came in");
    }

    [Fact]
    public void Behaviours_are_combined_by_a_plus()
    {
        var result = Fuzzer.Run(With("silent+equivocate", 3, 4));
        Assert.Equal(FuzzVerdict.Fine, result.Verdict);
        Assert.Equal(["equivocate", "silent"], result.Acts.Keys.Except([LyingClient.BehaviourName]));
        Assert.Equal(0, result.Acts["equivocate"]);
        Assert.True(result.Acts["silent"] > 0);
    }

    [Fact]
    public void An_unknown_behaviour_is_named_together_with_those_that_there_are()
    {
        var fault = Assert.Throws<ArgumentException>(() => ByzantineBehaviours.Create("silent+sleepy", new SeededRandom(1)));
        Assert.Contains("'sleepy'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("equivocate", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_behaviour_reaches_no_key_but_its_own()
    {
        var members = typeof(ByzantineContext).GetMembers(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance);
        var text = string.Join('\n', members.Select(member => member.ToString()));
        Assert.DoesNotContain(nameof(SimulatedKeys), text, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(Cluster), text.Replace(nameof(ClusterConfiguration), "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
