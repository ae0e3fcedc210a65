using PbftReference.Core.Events;
using PbftReference.Core.Rules;
using PbftReference.Host.Replicas;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Fuzzing;

public sealed class FuzzerTests
{
    [Fact]
    public void Hundreds_of_seeds_with_four_replicas_end_well_and_everything_happens_in_them()
    {
        var summary = Fuzzer.RunMany(1, 200, 4);
        Assert.True(summary.Found.Count == 0, summary.ToString());
        Assert.Equal(200, summary.Runs[FuzzVerdict.Fine]);
        Assert.All(ByzantineBehaviours.Drawn, name => Assert.True(summary.Acts.GetValueOrDefault(name) > 0, $"{name} never acted"));
        Assert.Equal(["crash", "delay", "duplication", "loss", "partition"], summary.Faults.Keys);
        Assert.True(summary.Statistics.Restarts > 50, summary.ToString());
        Assert.True(summary.Statistics.NullRequests > 0, summary.ToString());
        Assert.True(summary.Statistics.Events[EventKind.TransferCompleted] > 10, summary.ToString());
        Assert.Equal(Enum.GetValues<ViewChangeReason>(), summary.Statistics.ViewChangeReasons.Keys);
        Assert.Equal(Enum.GetValues<DropReason>(), summary.Statistics.Drops.Keys);
        Assert.All(
            [Refusal.InvalidCertificate, Refusal.InvalidViewChange, Refusal.InvalidNewView, Refusal.ConflictingPrePrepare, Refusal.ConflictingVote, Refusal.WrongDigest],
            refusal => Assert.True(summary.Statistics.Refusals.GetValueOrDefault(refusal) > 0, $"{refusal} never occurred"));
    }

    [Fact]
    public void Seeds_with_seven_replicas_end_well()
    {
        var summary = Fuzzer.RunMany(1, 30, 7);
        Assert.True(summary.Found.Count == 0, summary.ToString());
        Assert.True(summary.Statistics.Events[EventKind.ViewEntered] > 30, summary.ToString());
    }

    [Fact]
    public void The_summary_does_not_depend_on_how_many_run_at_a_time()
    {
        var one = Fuzzer.RunMany(7, 12, 4, parallel: 1).ToString();
        var three = Fuzzer.RunMany(7, 12, 4, parallel: 3).ToString();
        Assert.Equal(one, three);
    }

    [Fact]
    public void Results_come_in_the_order_of_the_seeds()
    {
        var seeds = new List<ulong>();
        Fuzzer.RunMany(20, 8, 4, parallel: 2, each: result => seeds.Add(result.Case.Options.Seed));
        Assert.Equal([20UL, 21, 22, 23, 24, 25, 26, 27], seeds);
    }
}
