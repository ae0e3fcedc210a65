using PbftReference.Cli;
using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Network;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Simulation.Faults;

/// <summary>Partitions that are planned, not drawn.</summary>
public sealed class ScriptedPartitionTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void It_is_read_and_written_alike()
    {
        var partition = ScriptedPartition.Parse("2,0,1|3,1@500-4000");
        Assert.Equal("0,1,2|1,3@500-4000", partition.ToString());
        Assert.Equal((500, 4000), (partition.From, partition.To));
    }

    [Theory]
    [InlineData("0,1,2,3@0-10", "not of the form")]
    [InlineData("0,1|2,3", "not of the form")]
    [InlineData("0,1|2,3@10-10", "not after")]
    [InlineData("0,1|2,3@10-9999999999999", "not of the form")]
    [InlineData("0,1||3@0-10", "not of the form")]
    [InlineData("0,1|2@0-10", "replica 3 is on no side")]
    [InlineData("0,1|2,3,4@0-10", "there is no replica 4")]
    public void What_is_none_is_refused_with_what_is_wrong(string text, string why)
    {
        var result = Pbft.Run("run", "--partition", text, "--store", "memory");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(why, result.Notes.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_at_once_are_refused()
    {
        var result = Pbft.Run("run", "--partition", "0|1,2,3@0-100", "--partition", "0,1|2,3@99-200", "--store", "memory");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("one partition stands at a time", result.Notes.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, null, true)]
    [InlineData(0, 2, null, false)]
    [InlineData(2, 1, null, true)]
    [InlineData(3, 0, null, false)]
    [InlineData(1, 2, 0, false)]
    [InlineData(1, 2, 1, true)]
    [InlineData(1, 0, 1, false)]
    public void Only_those_on_one_side_reach_each_other_and_a_process_that_is_confined_to_a_side_only_those_there(int from, int to, int? side, bool reaches)
    {
        var (clock, arrived) = (new VirtualClock(), 0);
        var network = new SimulatedNetwork(clock, new SeededRandom(1), 4, (_, _, _) => arrived++, (_, _) => { });
        network.Split(ScriptedPartition.Parse("0,1|1,2|3@0-9").Sides);

        network.Send(new ReplicaId(from), new ReplicaId(to), [1], side);
        clock.Advance(TimeSpan.FromMilliseconds(10));

        Assert.Equal(reaches ? 1 : 0, arrived);
    }

    [Fact]
    public void Whoever_is_cut_off_executes_nothing_until_it_ends_and_everything_after()
    {
        Pbft.Succeed("run", "--faults", "none", "--operations", "40", "--batch", "2", "--partition", "0,1,2|3@0-3000", "--log", Log);

        Assert.Equal(Pbft.Executed(Log, 0), Pbft.Executed(Log, 3));
        var when = Newtonsoft.Json.Linq.JObject.Parse(Pbft.Run("audit", Log, "--json").Output)["places"]!
            .SelectMany(place => place["replicas"]!).Where(replica => (int)replica["replica"]! == 3 && replica["executed"]!.HasValues)
            .Select(replica => long.Parse((string)replica["executed"]!["timeMs"]!, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.NotEmpty(when);
        Assert.All(when, time => Assert.True(time >= 3000, $"executed at {time} ms"));
    }

    [Fact]
    public void A_run_with_one_stands_in_its_manifest_and_one_without_has_the_manifest_that_it_always_had()
    {
        Pbft.Succeed("run", "--faults", "none", "--operations", "4", "--partition", "0,1,2|3@0-30", "--partition", "0|1,2,3@30-60", "--log", Log);
        Assert.Equal(["0,1,2|3@0-30", "0|1,2,3@30-60"], RunDirectory.ReadManifest(Log).Options.Partitions.Select(partition => partition.ToString()));

        var plain = Path.Combine(_temporary.Path, "plain");
        Pbft.Succeed("run", "--faults", "none", "--operations", "4", "--log", plain);
        Assert.DoesNotContain("partitions", File.ReadAllText(RunDirectory.ManifestPath(plain)), StringComparison.Ordinal);
    }

    private string Log => Path.Combine(_temporary.Path, "run");
}
