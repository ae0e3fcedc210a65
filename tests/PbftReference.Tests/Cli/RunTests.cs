using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class RunTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Log(string name = "run") => Path.Combine(_temporary.Path, name);

    [Fact]
    public void The_run_without_options_shows_a_view_change_a_crash_and_a_state_transfer()
    {
        var json = JObject.Parse(Pbft.Succeed("run", "--store", "memory", "--json").Output);
        Assert.Equal("pbft.run-result/1", (string?)json["schema"]);
        Assert.True((long)json["viewChanges"]! >= 1);
        Assert.True((long)json["crashes"]! >= 1);
        Assert.True((long)json["restarts"]! >= 1);
        Assert.True((long)json["transfers"]! >= 1);
        Assert.Equal(3000, (long)json["accepted"]!);
    }

    // the page that people see first, and a proof that today's machine gives the very run that was recorded there
    [Fact]
    public void The_transcript_in_the_readme_is_what_the_run_without_options_prints()
    {
        var printed = Pbft.Succeed("run", "--log", Log()).Output.Replace($" --log {Log()}", "", StringComparison.Ordinal).Replace(Log(), "runs/7-1", StringComparison.Ordinal);
        var readme = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "README.md"));
        var transcript = readme[readme.IndexOf("    seed=7 n=4", StringComparison.Ordinal)..readme.IndexOf("(`pbft` is", StringComparison.Ordinal)];
        var shown = string.Join('\n', transcript.TrimEnd().Split('\n').Select(line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line));
        Assert.Equal(WithoutWallTime(shown), WithoutWallTime(printed.TrimEnd()));

        static string WithoutWallTime(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"simulated in [\d.]+ s", "simulated in _ s");
    }

    [Fact]
    public void First_and_last_line_name_the_seed_and_a_line_between_reproduces_the_run()
    {
        var lines = Pbft.Succeed("run", "--seed", "5", "--operations", "60", "--batch", "7", "--log", Log()).Lines;
        Assert.Equal("seed=5 n=4 f=1 faults=some service=ledger operations=60", lines[0]);
        Assert.Equal(lines[0], lines[^1]);
        Assert.Contains("reproduce: pbft run --seed 5 --operations 60 --batch 7", lines);
    }

    [Fact]
    public void The_report_fits_in_80_columns() =>
        Assert.All(Pbft.Succeed("run", "--faults", "many", "--operations", "200", "--store", "memory").Lines, line => Assert.True(line.Length <= 80, line));

    [Fact]
    public void Only_the_document_is_on_standard_output_with_json()
    {
        var result = Pbft.Succeed("run", "--operations", "20", "--store", "memory", "--json");
        Assert.Equal("7", (string?)JObject.Parse(result.Output)["seed"]);
        Assert.StartsWith("seed=7 ", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_acknowledgements_are_on_standard_output_with_acks_and_each_operation_has_one()
    {
        var lines = Pbft.Succeed("run", "--operations", "50", "--clients", "3", "--log", Log(), "--acks").Lines;
        var wanted = Enumerable.Range(0, 50).Select(k => $"{k % 3} {(k / 3) + 1}");
        Assert.Equal(wanted.Order(), lines.Select(line => line[..line.LastIndexOf(' ')]).Order());
    }

    [Fact]
    public void Misbehaviour_is_told_and_survived()
    {
        var lines = Pbft.Succeed("run", "--seed", "11", "--faulty", "0:equivocate", "--faults", "none", "--operations", "60", "--clients", "2", "--batch", "5", "--think-time", "40", "--store", "memory").Lines;
        Assert.Contains("faulty=0:equivocate", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("view 1 begins", StringComparison.Ordinal));
    }

    [Fact]
    public void More_than_f_faulty_replicas_run_with_a_warning() =>
        Assert.Contains("nothing is promised", Pbft.Run("run", "--faulty", "0:replay,1:replay", "--operations", "10", "--store", "memory", "--faults", "none").Notes, StringComparison.Ordinal);

    [Fact]
    public void Nothing_went_wrong_is_not_said_where_something_is_violated_though_nothing_else_happened()
    {
        var result = Pbft.Run("run", "--seed", "1", "--faulty", "0:equivocate,1:vote-for-everything", "--faults", "none", "--operations", "40", "--batch", "2", "--store", "memory", "--progress-within", "20000");

        Assert.Contains("0 view changes", result.Output, StringComparison.Ordinal);
        Assert.Contains("VIOLATED", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing went wrong", result.Output, StringComparison.Ordinal);
        Assert.Contains("nothing went wrong", Pbft.Succeed("run", "--seed", "1", "--faults", "none", "--operations", "40", "--store", "memory").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_is_told_with_its_own_exit_code()
    {
        const string Collusion = "0:equivocate,1:vote-for-everything";
        var result = Pbft.Run("run", "--seed", "2", "--faulty", Collusion, "--faults", "many", "--operations", "300", "--store", "memory", "--progress-within", "20000");
        Assert.Equal(ExitCodes.Violation, result.ExitCode);
        Assert.Contains(result.Lines, line => line.StartsWith("  VIOLATED ", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Lines, line => line.StartsWith("  holds ", StringComparison.Ordinal));
    }

    [Fact]
    public void No_progress_has_its_own_exit_code()
    {
        var result = Pbft.Run("run", "--faulty", "0:silent,1:silent", "--operations", "10", "--store", "memory", "--progress-within", "20000");
        Assert.Equal(ExitCodes.NoProgress, result.ExitCode);
        Assert.Contains("NO PROGRESS", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "there is no behaviour 'lazy'; there are", "--faulty", "0:lazy")]
    [InlineData(ExitCodes.Usage, "there is no replica 4", "--faulty", "4:silent")]
    [InlineData(ExitCodes.Usage, "REPLICA:BEHAVIOUR", "--faulty", "silent")]
    [InlineData(ExitCodes.Usage, "--replicas must be at least 1", "--replicas", "0")]
    [InlineData(ExitCodes.Usage, "3f+1", "--tolerate", "2")]
    [InlineData(ExitCodes.Usage, "choose none, some or many", "--faults", "all")]
    [InlineData(ExitCodes.Usage, "there is no such service", "--service", "sql")]
    [InlineData(ExitCodes.Usage, "choose sqlite, memory, or the address of a database", "--store", "tape")]
    [InlineData(ExitCodes.Usage, "--operations must be at least 1", "--operations", "0")]
    [InlineData(ExitCodes.Usage, "at most the client window", "--outstanding", "65")]
    [InlineData(ExitCodes.Data, "does not exist", "--input", "/nowhere/words.txt")]
    [InlineData(ExitCodes.Data, "is a directory", "--input", "/")]
    [InlineData(ExitCodes.Data, "holds no run", "--resume", "/nowhere")]
    public void What_cannot_be_run_is_refused_with_a_reason_and_a_code(int code, string reason, params string[] args)
    {
        var result = Pbft.Run(["run", .. args]);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(reason, result.Notes, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void An_empty_input_a_used_directory_and_a_file_in_its_place_are_refused()
    {
        var file = Log("empty.txt");
        File.WriteAllText(file, "");
        Refused("is empty", "--input", file);
        Refused("is a file", "--log", file);
        Refused("name another directory by --log", "--log", Path.Combine(file, "below"));
        Refused("it is a file; name a directory that 'pbft run' or 'pbft cluster' made", "--resume", file);
        Pbft.Succeed("run", "--operations", "5", "--faults", "none", "--log", Log());
        Refused("holds a run already", "--log", Log());
    }

    private static void Refused(string reason, params string[] args)
    {
        var result = Pbft.Run(["run", .. args]);
        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains(reason, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_in_two_processes_gives_the_same_bytes()
    {
        using var first = new PbftProcess("run", "--seed", "3", "--operations", "300", "--faults", "many", "--faulty", "2:twins", "--log", Log("a"));
        using var second = new PbftProcess("run", "--seed", "3", "--operations", "300", "--faults", "many", "--faulty", "2:twins", "--log", Log("b"));
        Assert.Equal(ExitCodes.Holds, (await first.End()).ExitCode);
        Assert.Equal(ExitCodes.Holds, (await second.End()).ExitCode);
        Assert.Equal(StreamsOf("a"), StreamsOf("b"));
        Pbft.Succeed("run", "--seed", "4", "--operations", "300", "--faults", "many", "--faulty", "2:twins", "--log", Log("c"));
        Assert.NotEqual(StreamsOf("a"), StreamsOf("c"));
    }

    private List<string> StreamsOf(string name)
    {
        using var store = RunDirectory.OpenLog(Log(name));
        List<string> events = [.. store.Streams().SelectMany(stream => store.Read(stream)).Select(Text)];
        Assert.NotEmpty(events);
        return events;
    }

    private static string Text(StoredEvent e) =>
        $"{e.Stream} {e.Revision} {e.Id} {e.Type} {Convert.ToHexString(e.Data.Span)} {Convert.ToHexString(e.Metadata.Span)}";

    public void Dispose() => _temporary.Dispose();
}
