using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Simulation.Faults;

/// <summary>Faults that are named in place of drawn ones.</summary>
public sealed class FaultPlanTests
{
    [Theory]
    [InlineData(3, 4)]
    [InlineData(8, 4)]
    [InlineData(12, 7)]
    [InlineData(14, 4)]
    public void What_chance_had_drawn_gives_the_same_bytes_when_it_is_planned(int seed, int replicas)
    {
        using var drawn = new InMemoryEventStore();
        using var planned = new InMemoryEventStore();
        var fuzzCase = FuzzCase.FromSeed((ulong)seed, replicas);
        fuzzCase = fuzzCase with { Options = fuzzCase.Options with { Faults = FaultProfile.Many } };
        var faults = Fuzzer.Run(fuzzCase, drawn).Faults;

        var again = Fuzzer.Run(fuzzCase with { Options = fuzzCase.Options with { Faults = FaultProfile.Plan, Plan = ThroughJson(fuzzCase, faults) } }, planned);

        Assert.True(faults.Count > 3, $"{faults.Count} faults are few");
        Assert.Equal(Bytes(drawn), Bytes(planned));
        Assert.Equal(faults.Count, again.Faults.Count);
    }

    [Fact]
    public void Every_kind_of_fault_is_drawn_and_planned()
    {
        var happened = Enumerable.Range(1, 20).SelectMany(seed => Fuzzer.Run(FuzzCase.FromSeed((ulong)seed, 4)).Faults).ToList();

        Assert.Equal(["delay", "duplication", "loss"], happened.OfType<NetworkSpell>().Select(spell => spell.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains(happened, fault => fault is NetworkPartition);
        Assert.Contains(happened, fault => fault is ReplicaCrash { AfterWrites: null });
        Assert.Contains(happened, fault => fault is ReplicaCrash { AfterWrites: not null, Kept: > 0 });
    }

    [Fact]
    public void Only_what_is_planned_happens()
    {
        var calm = FuzzCase.FromSeed(5, 4);
        var crash = new ReplicaCrash(100, new ReplicaId(2), null, 0, 50);

        var result = Fuzzer.Run(calm with { Options = calm.Options with { Faults = FaultProfile.Plan, Plan = [crash] } });

        Assert.Equal(FuzzVerdict.Fine, result.Verdict);
        Assert.Equal(1, result.Statistics.Restarts);
        Assert.Equal([crash], result.Faults);
    }

    [Theory]
    [InlineData("""{"at":5,"fault":"crash","replica":4,"down":1}""", "fault 1 of faultPlan: replica is a whole number, 0 to 3")]
    [InlineData("""{"at":-5,"fault":"crash","replica":1,"down":1}""", "at is a whole number")]
    [InlineData("""{"at":5,"fault":"crash","replica":1}""", "down is a whole number")]
    [InlineData("""{"at":5,"fault":"earthquake","for":1}""", "there is no fault 'earthquake'; there are loss, duplication, delay, partition, crash")]
    [InlineData("""{"at":5,"fault":"loss","loss":1000001,"for":1}""", "loss is a whole number, 0 to 1000000")]
    [InlineData("""{"at":5,"fault":"delay","delayLow":9,"delayHigh":8,"for":1}""", "delayLow is 9 and delayHigh 8")]
    [InlineData("""{"at":5,"fault":"partition","side":[0,"x"],"for":1}""", "side names replicas, which are 0 to 3")]
    [InlineData("""{"at":5,"fault":"partition","for":1}""", "side is the list")]
    [InlineData("""{"at":5,"fault":"loss","for":1},{"at":4,"fault":"loss","for":1}""", "fault 2 of faultPlan: it is at 4 ms, before the one ahead of it")]
    [InlineData("7", "fault 1 of faultPlan is no object")]
    public void A_wrong_plan_is_refused_with_the_fault_and_the_field(string faults, string message)
    {
        var text = TextOf(FuzzCase.FromSeed(1, 4), [new ReplicaCrash(1, new ReplicaId(0), null, 0, 1)]);
        var start = text.IndexOf("\"faultPlan\": [", StringComparison.Ordinal);
        var wrong = $"{text[..start]}\"faultPlan\": [{faults}]\n}}\n";

        var error = Assert.Throws<LogFormatException>(() => RunDirectory.ParseManifest(wrong, "run.json"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<Fault> ThroughJson(FuzzCase fuzzCase, IReadOnlyList<Fault> faults) =>
        RunDirectory.ParseManifest(TextOf(fuzzCase, faults), "run.json").Options.Plan;

    private static string TextOf(FuzzCase fuzzCase, IReadOnlyList<Fault> faults)
    {
        var options = fuzzCase.Options with { Faults = FaultProfile.Plan, Plan = [.. faults] };
        return RunDirectory.TextOf(new RunManifest(Cluster.GenesisOf(options), options, null, fuzzCase.Operations));
    }

    private static string Bytes(InMemoryEventStore store) => string.Join('\n', store.Streams().Order(StringComparer.Ordinal).SelectMany(stream => store.Read(stream).Select(e =>
        string.Create(CultureInfo.InvariantCulture, $"{stream} {e.Revision} {e.Type} {Convert.ToHexString(e.Data.Span)} {Convert.ToHexString(e.Metadata.Span)}"))));
}
