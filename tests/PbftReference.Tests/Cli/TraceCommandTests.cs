using Newtonsoft.Json.Linq;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class TraceCommandTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void An_exported_log_is_imported_byte_for_byte()
    {
        var (file, copy) = (run.Beside("a.jsonl"), run.Beside("a"));
        Assert.Equal(0, Inspect.Run("trace", "export", run.Directory, "-o", file).Code);
        Assert.Equal(0, Inspect.Run("trace", "import", file, "--log", copy).Code);
        Assert.Equal(Records(run.Directory), Records(copy));
        Assert.Equal(File.ReadAllText(RunDirectory.ManifestPath(run.Directory)), File.ReadAllText(RunDirectory.ManifestPath(copy)));
        Assert.Equal(0, Inspect.Run("log", "verify", copy).Code);
        Assert.Equal(Inspect.Lines("state", run.Directory, "--replica", "1"), Inspect.Lines("state", copy, "--replica", "1"));
    }

    [Fact]
    public void To_standard_output_goes_the_same_as_into_a_file()
    {
        var file = run.Beside("b.jsonl");
        Assert.Equal(0, Inspect.Run("trace", "export", run.Directory, "-o", file).Code);
        Assert.Equal(File.ReadAllText(file), Inspect.Run("trace", "export", run.Directory).Result);
    }

    [Fact]
    public void One_replica_can_be_exported_alone()
    {
        var lines = Inspect.Lines("trace", "export", run.Directory, "--replica", "2");
        Assert.Equal("pbft.trace/1", (string)JObject.Parse(lines[0])["schema"]!);
        Assert.All(lines[1..], line => Assert.EndsWith(".2", (string)JObject.Parse(line)["record"]!["stream"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void Into_a_directory_with_a_run_nothing_is_imported()
    {
        var file = run.Beside("c.jsonl");
        Assert.Equal(0, Inspect.Run("trace", "export", run.Directory, "-o", file).Code);
        var result = Inspect.Run("trace", "import", file, "--log", run.Directory);
        Assert.Equal(65, result.Code);
        Assert.Contains("holds a run already", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_trace_is_refused_with_file_and_line_and_leaves_no_run_behind()
    {
        var (file, copy) = (run.Beside("d.jsonl"), run.Beside("d"));
        Assert.Equal(0, Inspect.Run("trace", "export", run.Directory, "-o", file).Code);
        var lines = File.ReadAllLines(file);
        lines[7] = lines[7].Replace("\"step\":", "\"stop\":", StringComparison.Ordinal);
        File.WriteAllLines(file, lines);
        var result = Inspect.Run("trace", "import", file, "--log", copy);
        Assert.Equal(65, result.Code);
        Assert.Contains("d.jsonl:8: at field \"stop\"", result.Notes, StringComparison.Ordinal);
        Assert.False(Directory.Exists(copy));
    }

    private static IReadOnlyList<StoredEvent> Records(string directory)
    {
        using var store = RunDirectory.OpenLog(directory);
        return [.. store.Streams().SelectMany(stream => store.Read(stream))];
    }
}
