using PbftReference.Audit.Shrinking;
using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>The fewest inputs that lead to the same.</summary>
public sealed class ShrinkTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_may_be_left_out_is_left_out_until_no_single_item_may()
    {
        // it holds with 3, 17 and 90 in it, whatever else
        int[] needed = [3, 17, 90];
        var fewest = InputShrinker.Shrink(Enumerable.Range(0, 100).ToList(), list => needed.All(list.Contains));

        Assert.Equal(needed, fewest);
    }

    [Fact]
    public void The_inputs_that_lead_to_an_execution_are_a_proposal_and_two_quorums_and_the_small_log_is_a_log()
    {
        Pbft.Succeed("run", "--seed", "7", "--operations", "300", "--log", At("run"));

        var output = Pbft.Succeed("shrink", At("run"), "--replica", "2", "--until", "executed >= 1", "--log", At("small")).Output;

        Assert.Matches(@"^5 of \d+ inputs of replica 2 are enough for: executed >= 1", output);
        Assert.Contains("BATCH-EXECUTED n=1", output, StringComparison.Ordinal);
        Assert.Contains("holds: every step", Pbft.Succeed("replay", At("small"), "--replica", "2", "--verify").Output, StringComparison.Ordinal);
        Assert.Equal(6, Pbft.Succeed("log", "show", At("small"), "--json").Lines.Length);
        Pbft.Succeed("log", "verify", At("small"));
    }

    [Fact]
    public void What_does_not_come_to_hold_cannot_be_shrunk()
    {
        Pbft.Succeed("run", "--seed", "7", "--operations", "20", "--log", At("run"));

        Refused(ExitCodes.Unknown, "do not come to that", "shrink", At("run"), "--replica", "2", "--until", "executed >= 1000", "--log", At("small"));
        Refused(ExitCodes.Unknown, "does not violate the specification", "shrink", At("run"), "--inputs", "--log", At("small"));
        Refused(ExitCodes.Usage, "name it by --replica", "shrink", At("run"), "--until", "view >= 0", "--log", At("small"));
        Refused(ExitCodes.Data, "is there already", "shrink", At("run"), "--replica", "2", "--until", "executed >= 1", "--log", At("run"));
        Assert.False(Directory.Exists(At("small")));
    }

    [Fact]
    public async Task Replay_waits_for_a_debugger_before_the_record_that_is_named()
    {
        Pbft.Succeed("run", "--seed", "7", "--operations", "20", "--log", At("run"));
        using var replay = new System.Diagnostics.Process
        {
            StartInfo = new("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "pbft.dll"), "replay", At("run"), "--replica", "1", "--break", "seq:1:prepared"]) { RedirectStandardError = true, RedirectStandardOutput = true },
        };
        replay.Start();

        var said = await replay.StandardError.ReadLineAsync();

        Assert.Matches($"replica 1 is about to decide #[0-9]+: attach a debugger to process {replay.Id}", said!);
        replay.Kill();
        await replay.WaitForExitAsync();
        Refused(ExitCodes.Usage, "name that by --replica", "replay", At("run"), "--break", "5");
    }

    private string At(string name) => Path.Combine(_temporary.Path, name);

    private static void Refused(int code, string message, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.True(result.ExitCode == code && result.Notes.Contains(message, StringComparison.Ordinal), $"pbft {string.Join(' ', args)} gave {result.ExitCode}: {result.Output}{result.Notes}");
    }
}
