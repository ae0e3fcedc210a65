using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class FuzzTests
{
    [Fact]
    public void The_document_and_the_table_tell_what_happened()
    {
        var json = JObject.Parse(Pbft.Succeed("fuzz", "--seeds", "4", "--from", "11", "--json").Output);
        Assert.Equal("pbft.fuzz/1", (string?)json["schema"]);
        Assert.Equal(4, (long)json["runs"]!["fine"]!);
        Assert.True((long)json["accepted"]! >= 200);
        Assert.Empty(json["found"]!);
        var table = Pbft.Succeed("fuzz", "--seeds", "4", "--from", "11");
        Assert.Equal("seeds=11..14 n=4 f=1", table.Lines[0]);
        Assert.Equal(table.Lines[0], table.Lines[^1]);
        Assert.Contains("holds for all 4 seeds", table.Lines);
    }

    [Fact]
    public void Stopped_early_it_sums_up_what_was_done()
    {
        using var stop = new CancellationTokenSource();
        var summary = Fuzzer.RunMany(1, 1000, 4, parallel: 1, _ => stop.Cancel(), stop.Token);
        Assert.InRange(summary.Runs.Values.Sum(), 1, 10);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void The_line_that_reproduces_a_seed_gives_the_very_same_log(ulong seed)
    {
        using var temporary = new TemporaryDirectory();
        var log = Path.Combine(temporary.Path, "run");
        using var fuzzed = new InMemoryEventStore();
        var fuzzCase = FuzzCase.FromSeed(seed, 4);
        Fuzzer.Run(fuzzCase, fuzzed);
        Pbft.Succeed([.. fuzzCase.CommandLine.Split(' ')[1..], "--log", log]);
        using var run = RunDirectory.OpenLog(log);
        Assert.Equal(fuzzed.Streams(), run.Streams());
        foreach (var stream in fuzzed.Streams())
        {
            Assert.Equal(fuzzed.Read(stream).Select(e => e.Id), run.Read(stream).Select(e => e.Id));
        }
    }

    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--replicas", "3")]
    [InlineData("--from", "18446744073709551615")]
    [InlineData("--parallel", "-1")]
    public void What_cannot_be_run_is_refused(params string[] args) => Assert.Equal(ExitCodes.Usage, Pbft.Run(["fuzz", .. args]).ExitCode);
}
