using System.Diagnostics;
using PbftReference.Cli;
using PbftReference.Cli.Output;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class FrameTests
{
    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("run", "--help")]
    [InlineData("fuzz", "--help")]
    [InlineData("replay", "--help")]
    [InlineData("executed", "--help")]
    [InlineData("completion", "--help")]
    [InlineData("version", "--help")]
    [InlineData("cluster", "--help")]
    [InlineData("cluster", "up", "--help")]
    [InlineData("submit", "--help")]
    [InlineData("bench", "--help")]
    [InlineData("node", "--help")]
    [InlineData("keygen", "--help")]
    [InlineData("config", "--help")]
    [InlineData("config", "view", "--help")]
    public void Help_opens_with_two_examples(params string[] args)
    {
        var lines = Pbft.Succeed(args).Lines;
        Assert.Equal("Examples:", lines[0]);
        Assert.All(lines[1..3], line => Assert.Contains("pbft", line, StringComparison.Ordinal));
        Assert.Equal("Description:", lines[3]);
    }

    [Theory]
    [InlineData("did you mean 'run'?", "rum")]
    [InlineData("did you mean 'replay'?", "repaly")]
    [InlineData("did you mean '--seed'?", "run", "--sed", "3")]
    [InlineData("did you mean '--verify'?", "replay", "--verfy")]
    [InlineData("did you mean '--evidence'?", "audit", "runs", "--evidnce", "proofs")]
    [InlineData("did you mean '--json'?", "trace", "diff", "runs", "--jsn")]
    [InlineData("did you mean '--log'?", "trace", "import", "--lg", "runs")]
    [InlineData("a path that begins like this is written ./--encyclopedia", "audit", "--encyclopedia")]
    public void A_near_miss_is_told_what_was_meant(string hint, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(hint, result.Notes, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("for option '--seed': it takes a whole number, 0 to 18446744073709551615", "run", "--seed", "-1")]
    [InlineData("for option '--replica': it takes a whole number, at most 2147483647", "replay", "runs", "--replica", "x")]
    [InlineData("for option '--operations': it takes a whole number, at most 9223372036854775807", "run", "--operations", "x")]
    public void What_is_no_number_is_told_in_words(string hint, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(hint, result.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_cannot_be_written_is_no_success()
    {
        using var full = new StreamWriter(new FullDisk(), bufferSize: 1 << 16);
        var notes = new StringWriter();
        Assert.Equal(ExitCodes.Data, Program.Run(["version"], new Terminal(full, notes, colour: false, interactive: false, width: 80)));
        Assert.Contains("cannot be written to standard output", notes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_that_cannot_be_written_is_told_like_any_result_that_cannot()
    {
        using var directory = new EventLog.Stores.TemporaryDirectory();
        var run = Path.Combine(directory.Path, "run");
        Pbft.Succeed("run", "--seed", "5", "--faulty", "0:equivocate", "--operations", "60", "--faults", "many", "--log", run);
        Assert.Equal(ExitCodes.Violation, Pbft.Run("audit", run).ExitCode);
        using var full = new StreamWriter(new FullDisk(), bufferSize: 1 << 20);

        Assert.Equal(ExitCodes.Data, Program.Run(["audit", run], new Terminal(full, TextWriter.Null, colour: false, interactive: false, width: 80)));
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }

    [Fact]
    public void A_far_miss_is_not() => Assert.DoesNotContain("did you mean", Pbft.Run("encyclopedia").Notes, StringComparison.Ordinal);

    [Fact]
    public void A_word_is_completed_to_commands_and_options()
    {
        Assert.Contains("replay", Pbft.Run("[suggest:8]", "pbft rep").Lines);
        Assert.Contains("--seeds", Pbft.Run("[suggest:13]", "pbft fuzz --s").Lines);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("pwsh")]
    [InlineData("fish")]
    public void Every_shell_has_a_script_that_asks_pbft(string shell) =>
        Assert.Contains("pbft \"[suggest:", Pbft.Succeed("completion", shell).Output, StringComparison.Ordinal);

    [Fact]
    public void Another_shell_has_none() => Assert.Equal(ExitCodes.Usage, Pbft.Run("completion", "tcsh").ExitCode);

    [Fact]
    public async Task The_bash_script_completes_in_bash()
    {
        var script = $$"""
            pbft() { dotnet exec '{{Path.Combine(AppContext.BaseDirectory, "pbft.dll")}}' "$@"; }
            {{Pbft.Succeed("completion", "bash").Output}}
            COMP_LINE='pbft exec' COMP_POINT=9 COMP_WORDS=(pbft exec) COMP_CWORD=1
            _pbft_complete
            echo "${COMPREPLY[*]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true })!;
        Assert.Equal("executed", (await bash.StandardOutput.ReadToEndAsync()).Trim());
    }

    [Fact]
    public void Progress_is_a_line_now_and_then_and_never_on_standard_output_when_it_is_no_terminal()
    {
        var (output, notes) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, notes, colour: false, interactive: false, width: 80);
        terminal.Progress(() => "half way");
        terminal.Note("done");
        Assert.Equal("done" + Environment.NewLine, notes.ToString());
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void Colour_is_only_on_a_terminal_that_has_it()
    {
        Assert.Equal("x", new Terminal(TextWriter.Null, TextWriter.Null, colour: false, interactive: true, width: 80).Paint("x", 31));
        Assert.Equal("\u001b[31mx\u001b[0m", new Terminal(TextWriter.Null, TextWriter.Null, colour: true, interactive: true, width: 80).Paint("x", 31));
    }
}
