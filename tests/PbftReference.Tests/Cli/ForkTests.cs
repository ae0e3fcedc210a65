using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A run that is gone on with from a recorded moment.</summary>
public sealed class ForkTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Old => Path.Combine(_temporary.Path, "old");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_beginning_is_the_old_runs_and_the_rest_another_that_holds()
    {
        Pbft.Succeed("run", "--seed", "11", "--operations", "200", "--log", Old);
        var before = Pbft.Succeed("trace", "export", Old).Output;

        var output = Pbft.Succeed("fork", Old, "--at", "1:50%", "--choices", "3", "--log", New("a")).Output;

        Assert.Contains("forked", output, StringComparison.Ordinal);
        Assert.Equal(before, Pbft.Succeed("trace", "export", Old).Output);
        Assert.Contains("holds: every step", Pbft.Succeed("replay", New("a"), "--verify").Output, StringComparison.Ordinal);
        Assert.Contains("conforms", Pbft.Succeed("verify", New("a")).Output, StringComparison.Ordinal);
        var ends = output.Split('\n')[0].Split("after ")[1].Split(';')[0].Split(", ").Select(end => long.Parse(end.Split('#')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        for (var i = 0; i < 4; i++) Assert.Equal(First(Old, i, ends[i]), First(New("a"), i, ends[i]));
        Assert.NotEqual(Pbft.Succeed("log", "show", Old).Output, Pbft.Succeed("log", "show", New("a")).Output);
    }

    [Fact]
    public void The_same_choices_give_the_same_run_and_others_another()
    {
        Pbft.Succeed("run", "--seed", "12", "--operations", "100", "--faults", "many", "--log", Old);
        foreach (var (name, choices) in (ReadOnlySpan<(string, string)>)[("a", "1"), ("b", "1"), ("c", "2")]) Pbft.Succeed("fork", Old, "--at", "0:50%", "--choices", choices, "--log", New(name));

        Assert.Equal(Pbft.Succeed("trace", "export", New("a")).Output, Pbft.Succeed("trace", "export", New("b")).Output);
        Assert.NotEqual(Pbft.Succeed("trace", "export", New("a")).Output, Pbft.Succeed("trace", "export", New("c")).Output);
    }

    [Fact]
    public void From_there_on_others_may_misbehave_and_more_be_asked()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "60", "--faults", "none", "--log", Old);

        var output = Pbft.Succeed("fork", Old, "--at", "2:50%", "--faulty", "0:silent", "--operations", "90", "--log", New("a")).Output;

        Assert.Contains("90 of 90 accepted", output, StringComparison.Ordinal);
        Assert.Contains("holds", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_forked_is_told()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "5", "--log", Old);
        Assert.Contains("names no step", Pbft.Run("fork", Old, "--at", "50%", "--log", New("a")).Notes, StringComparison.Ordinal);
        Assert.Contains("choose none, some or many", Pbft.Run("fork", Old, "--at", "0:50%", "--faults", "few", "--log", New("a")).Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Data, Pbft.Run("fork", Old, "--at", "0:50%", "--log", Old).ExitCode);
        Assert.False(Directory.Exists(New("a")));
    }

    private string New(string name) => Path.Combine(_temporary.Path, name);

    private static string[] First(string log, int replica, long end) =>
        Pbft.Succeed("log", "show", log, "--replica", $"{replica}", "--to", $"{end}").Lines;
}
