using Newtonsoft.Json.Linq;
using PbftReference.Tests.Audit.Foreign;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Where the shortest failing prefix goes, and the command that shows it again.</summary>
public sealed class VerifyPrefixTests : IDisposable
{
    private const string Wrong = "no-commit";
    private readonly ForeignTraces _traces = new();

    // pbft in a shell, in the directory of the traces
    private TypedResult Type(string command) =>
        ShellSession.Type(_traces.Beside("."), $$"""pbft() { dotnet exec '{{Path.Combine(AppContext.BaseDirectory, "pbft.dll")}}' "$@"; }""", [command])[0];

    private static string PrintedCommand(IEnumerable<string> lines) => lines.Single(line => line.StartsWith("  pbft verify ", StringComparison.Ordinal)).Trim();

    [Fact]
    public void The_printed_command_fails_under_the_same_pace()
    {
        var result = Pbft.Run("verify", _traces.Write("one-by-one"), "--within", "0");
        Assert.Equal(1, result.ExitCode);
        var command = PrintedCommand(result.Lines);
        Assert.EndsWith(".violation.jsonl --within 0", command, StringComparison.Ordinal);
        Assert.Equal(1, Type(command).ExitCode);
    }

    [Fact]
    public void The_printed_command_fails_under_the_same_faulty_replicas_and_in_lock_step()
    {
        var directory = _traces.Beside("byzantine");
        Pbft.Succeed("run", "--seed", "11", "--faulty", "0:equivocate", "--operations", "60", "--log", directory);
        var result = Pbft.Run("verify", directory, "--faulty", "3", "--lock-step", "--json");
        var json = JObject.Parse(result.Output);
        Assert.Equal(1, result.ExitCode);
        var command = (string)json["prefixCommand"]!;
        Assert.EndsWith(".violation.jsonl --faulty 3 --lock-step", command, StringComparison.Ordinal);
        var again = Type(command + " --json --prefix again.jsonl");
        Assert.Equal(1, again.ExitCode);
        Assert.Equal(json["violations"]![0]!.ToString(), JObject.Parse(string.Join('\n', again.Output))["violations"]![0]!.ToString());
    }

    [Fact]
    public void Nobody_is_faulty_if_that_is_said_and_the_printed_command_says_it_too()
    {
        var directory = _traces.Beside("byzantine");
        Pbft.Succeed("run", "--seed", "11", "--faulty", "0:equivocate", "--operations", "60", "--log", directory);
        var result = Pbft.Run("verify", directory, "--faulty", "none");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(".violation.jsonl --faulty none", PrintedCommand(result.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("taken as faulty", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_a_shell_would_take_apart_is_printed_in_quotes()
    {
        var result = Pbft.Run("verify", _traces.Write(Wrong), "--prefix", _traces.Beside("it's a prefix.jsonl"));
        var command = PrintedCommand(result.Lines);
        Assert.EndsWith("/it'\\''s a prefix.jsonl'", command, StringComparison.Ordinal);
        Assert.Equal(1, Type(command).ExitCode);
    }

    [Fact]
    public void A_path_that_begins_like_an_option_is_printed_as_a_path()
    {
        _traces.Write(Wrong);
        var typed = Type($"pbft verify {Wrong}.jsonl --prefix=-p.jsonl");
        Assert.Equal("pbft verify ./-p.jsonl", PrintedCommand(typed.Output));
    }

    [Theory]
    [InlineData("no-commit.jsonl")]
    [InlineData("./link.jsonl")]
    [InlineData("linked/no-commit.jsonl")]
    public void The_trace_that_is_judged_is_never_overwritten(string prefix)
    {
        var file = _traces.Write(Wrong);
        var before = File.ReadAllText(file);
        File.CreateSymbolicLink(_traces.Beside("link.jsonl"), file);
        Directory.CreateSymbolicLink(_traces.Beside("linked"), _traces.Beside(""));
        var result = Pbft.Run("verify", file, "--prefix", _traces.Beside(prefix));
        Assert.Equal(64, result.ExitCode);
        Assert.Contains("it is the trace that is judged, and would be overwritten; name another file", result.Notes, StringComparison.Ordinal);
        Assert.Equal(("", before), (result.Output, File.ReadAllText(file)));
    }

    [Fact]
    public void The_default_place_does_not_lead_back_to_the_trace_either()
    {
        var file = _traces.Write(Wrong);
        var before = File.ReadAllText(file);
        File.CreateSymbolicLink(file + ".violation.jsonl", file);
        var result = Pbft.Run("verify", file);
        Assert.Equal((1, before), (result.ExitCode, File.ReadAllText(file)));
        Assert.Contains("it is the trace that is judged, and would be overwritten", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_written_into_the_directory_that_is_judged()
    {
        var directory = _traces.Beside("byzantine");
        Pbft.Succeed("run", "--operations", "10", "--log", directory);
        var result = Pbft.Run("verify", directory, "--prefix", Path.Combine(directory, "run.json"));
        Assert.Equal(64, result.ExitCode);
        Assert.Contains("it lies in the directory that is judged", result.Notes, StringComparison.Ordinal);
        Assert.Equal(0, Pbft.Run("verify", directory).ExitCode);
    }

    [Fact]
    public void Of_the_working_directory_the_prefix_goes_beside_it_under_its_own_name()
    {
        var directory = _traces.Beside("byzantine");
        Pbft.Succeed("run", "--seed", "11", "--faulty", "0:equivocate", "--operations", "60", "--log", directory);
        Assert.Equal(1, Type("cd byzantine; pbft verify . --faulty 3").ExitCode);
        Assert.True(File.Exists(directory + ".violation.jsonl"));
        Assert.Empty(Directory.GetFiles(directory, "*.jsonl"));
    }

    [Theory]
    [InlineData("pbft verify - < no-commit.jsonl")]
    [InlineData("cat no-commit.jsonl | pbft verify -")]
    [InlineData("cat no-commit.jsonl | pbft verify /dev/stdin")]
    [InlineData("pbft verify <(cat no-commit.jsonl)")]
    public void Of_a_pipe_the_prefix_goes_into_the_working_directory(string command)
    {
        _traces.Write(Wrong);
        var typed = Type(command);
        Assert.Equal((1, "pbft verify trace.violation.jsonl"), (typed.ExitCode, PrintedCommand(typed.Output)));
        Assert.Equal(1, Pbft.Run("verify", _traces.Beside("trace.violation.jsonl")).ExitCode);
    }

    [Fact]
    public void What_is_wrong_with_standard_input_is_told_by_its_line()
    {
        var typed = Type("echo '{}' | pbft verify -");
        Assert.Equal(65, typed.ExitCode);
        Assert.Contains("/dev/stdin:1: ", string.Join(' ', typed.Notes), StringComparison.Ordinal);
    }

    public void Dispose() => _traces.Dispose();
}
