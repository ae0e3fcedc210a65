using System.Text;
using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>The main job: every line of a real file is ordered, none lost, none doubled, alike on every replica, and replays.</summary>
public sealed class ExecutedTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Log => Path.Combine(_temporary.Path, "run");

    [Theory]
    [InlineData(4, 3000)]
    [InlineData(7, 600)]
    [InlineData(13, 200)]
    [InlineData(31, 60)]
    public void Every_line_of_a_file_is_executed_once_by_every_replica_and_the_log_replays(int replicas, int count)
    {
        var lines = SourceLines(count);
        Pbft.Succeed("run", "--seed", "1", "--replicas", $"{replicas}", "--input", Input(lines), "--log", Log);
        var executed = Pbft.Executed(Log, 0);
        Assert.Equal(lines.Select(Pbft.Raw).Order(StringComparer.Ordinal), executed.Order(StringComparer.Ordinal));
        for (var i = 1; i < replicas; i++) Assert.Equal(executed, Pbft.Executed(Log, i));
        Pbft.Succeed("replay", Log, "--verify");
    }

    [Fact]
    public void Lines_come_out_byte_for_byte_as_they_went_in()
    {
        var input = Path.Combine(_temporary.Path, "odd.txt");
        byte[] content = [.. "a\r\n\n\n tab\there \r\r\n"u8, 0xff, 0x00, 0xfe, (byte)'\n', .. "double\ndouble\nlast without line feed"u8];
        File.WriteAllBytes(input, content);
        Pbft.Succeed("run", "--clients", "1", "--outstanding", "1", "--faults", "none", "--input", input, "--log", Log);
        Assert.Equal(Encoding.Latin1.GetString(content) + "\n", Pbft.Succeed("executed", Log, "--replica", "2").Output);
    }

    [Fact]
    public void Of_the_service_kv_the_pairs_are_printed()
    {
        var input = Path.Combine(_temporary.Path, "pairs.txt");
        File.WriteAllText(input, "put b 2\nput a 10\ntransfer a b 4\n");
        Pbft.Succeed("run", "--service", "kv", "--clients", "1", "--outstanding", "1", "--faults", "none", "--input", input, "--log", Log);
        Assert.Equal("a 6\nb 6\n", Pbft.Succeed("executed", Log).Output);
    }

    [Fact]
    public void A_replica_that_is_not_there_is_refused()
    {
        Pbft.Succeed("run", "--operations", "5", "--faults", "none", "--log", Log);
        var result = Pbft.Run("executed", Log, "--replica", "4");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("replicas 0 to 3", result.Notes, StringComparison.Ordinal);
    }

    private string Input(string[] lines)
    {
        var path = Path.Combine(_temporary.Path, "lines.txt");
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return path;
    }

    /// <summary>The first lines of the protocol's own sources: blank and equal ones among them.</summary>
    private static string[] SourceLines(int count)
    {
        string[] rooms = ["Rules", "State", "Events"];
        var files = rooms.SelectMany(room => Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "src", "PbftReference.Core", room), "*.cs"));
        string[] lines = [.. files.Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Take(count)];
        Assert.Equal(count, lines.Length);
        return lines;
    }

    public void Dispose() => _temporary.Dispose();
}
