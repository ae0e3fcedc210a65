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

    [Theory]
    [InlineData("--operations", "20")]
    [InlineData("--operations", "90", "--faults", "some", "--faulty", "1:silent", "--choices", "7")]
    [InlineData("--faulty", "none")]
    [InlineData("--faulty", "1:silent,2:slow-primary", "--faulty", "3:replay")]
    public void The_printed_command_gives_the_same_log_byte_for_byte(params string[] others)
    {
        Pbft.Succeed("run", "--seed", "11", "--operations", "60", "--faults", "none", "--faulty", "0:equivocate", "--log", Old);
        var printed = Pbft.Run(["fork", Old, "--at", "1:50%", "--log", New("a"), .. others]).Lines.Single(line => line.StartsWith("reproduce: pbft ", StringComparison.Ordinal));

        Pbft.Run([.. printed["reproduce: pbft ".Length..].Split(' ').Select(word => word == "OTHER" ? New("b") : word)]);

        Assert.Equal(Pbft.Succeed("trace", "export", New("a")).Output, Pbft.Succeed("trace", "export", New("b")).Output);
    }

    [Fact]
    public void What_was_asked_for_before_counts_as_asked_for_however_few_operations_there_are_to_be()
    {
        Pbft.Succeed("run", "--seed", "11", "--operations", "60", "--faults", "none", "--log", Old);
        foreach (var at in (string[])["1:20%", "0:50%", "2:80%"])
        {
            var output = Pbft.Succeed("fork", Old, "--at", at, "--operations", "10", "--log", New(at)).Output;
            Assert.Contains("holds       agreement, exactly once, validity", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_lied_before_is_blamed_for_that_by_nobody_as_if_it_happened_now()
    {
        // a primary that proposes twice, found out after the moment from which on it is to be honest
        Pbft.Succeed("run", "--seed", "3", "--operations", "40", "--batch", "4", "--faults", "none", "--faulty", "0:equivocate", "--log", Old);
        var told = new List<string>();
        foreach (var at in (string[])["1:10%", "1:25%", "2:50%", "3:75%", "1:end"])
        {
            var output = Pbft.Succeed("fork", Old, "--at", at, "--faulty", "none", "--log", New(at)).Output;
            Assert.Contains("faulty-before=0", output, StringComparison.Ordinal);
            Assert.Contains("no framing", output, StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Holds, Pbft.Run("verify", New(at)).ExitCode);
            told.Add(Pbft.Run("log", "show", New(at), "--only", "evidence-kept").Output);
        }

        Assert.Contains(told, evidence => evidence.Contains("EVIDENCE-KEPT against r0", StringComparison.Ordinal));
    }

    [Fact]
    public void More_faulty_replicas_than_are_tolerated_are_warned_of_those_that_were_faulty_before_among_them()
    {
        Pbft.Succeed("run", "--seed", "3", "--operations", "10", "--faults", "none", "--faulty", "0:silent", "--log", Old);

        Assert.Contains("2 replicas are faulty and n = 4 tolerates 1", Pbft.Run("fork", Old, "--at", "1:50%", "--faulty", "1:silent", "--log", New("a")).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_older_snapshots_are_gone_is_forked_all_the_same()
    {
        Pbft.Succeed("run", "--seed", "5", "--operations", "120", "--faults", "none", "--snapshot-after", "40", "--log", Old);
        foreach (var at in (string[])["1:20%", "1:90%"])
        {
            Assert.Contains("holds", Pbft.Succeed("fork", Old, "--at", at, "--log", New(at)).Output, StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Holds, Pbft.Run("log", "verify", New(at)).ExitCode);
        }
    }

    [Fact]
    public void A_run_is_forked_where_none_of_the_snapshots_taken_before_is_left()
    {
        Pbft.Succeed("run", "--seed", "5", "--operations", "400", "--faults", "none", "--batch", "4", "--snapshot-after", "40", "--log", Old);
        foreach (var at in (string[])["0:20%", "0:50%", "2:70%"])
        {
            Assert.Contains("400 of 400 accepted", Pbft.Succeed("fork", Old, "--at", at, "--log", New(at)).Output, StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Holds, Pbft.Run("log", "verify", New(at)).ExitCode);
            Assert.Contains("holds: every step", Pbft.Succeed("replay", New(at), "--verify").Output, StringComparison.Ordinal);
            Assert.Contains("conforms", Pbft.Succeed("verify", New(at)).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_fork_that_fails_leaves_nothing_behind_and_what_stood_there_before_stays()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "5", "--log", Old);
        Directory.CreateDirectory(New("a"));
        File.WriteAllText(Path.Combine(New("a"), "notes.txt"), "mine");
        // no log can be made there
        Directory.CreateDirectory(Path.Combine(New("a"), "log.db"));

        Assert.NotEqual(ExitCodes.Holds, Pbft.Run("fork", Old, "--at", "0:50%", "--log", New("a")).ExitCode);

        Assert.Equal([Path.Combine(New("a"), "log.db"), Path.Combine(New("a"), "notes.txt")], Directory.GetFileSystemEntries(New("a")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_fork_stands_beside_what_is_in_its_directory_and_leaves_nothing_else_beside_that()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "5", "--log", Old);
        Directory.CreateDirectory(New("a"));
        File.WriteAllText(Path.Combine(New("a"), "notes.txt"), "mine");

        foreach (var name in (string[])["a", "b"]) Pbft.Succeed("fork", Old, "--at", "0:50%", "--log", New(name) + "/");

        Assert.Equal(["log.db", "notes.txt", "run.json"], Directory.GetFileSystemEntries(New("a")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["log.db", "run.json"], Directory.GetFileSystemEntries(New("b")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([New("a"), New("b"), Old], Directory.GetDirectories(_temporary.Path).Order(StringComparer.Ordinal));
        Assert.Equal(Pbft.Succeed("trace", "export", New("a")).Output, Pbft.Succeed("trace", "export", New("b")).Output);
    }

    [Fact]
    public void A_log_without_its_manifest_is_not_written_over_by_a_fork()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "5", "--log", Old);
        Directory.CreateDirectory(New("a"));
        File.WriteAllText(Path.Combine(New("a"), "log.db"), "somebody's");

        var result = Pbft.Run("fork", Old, "--at", "0:50%", "--log", New("a"));

        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains("holds a run already", result.Notes, StringComparison.Ordinal);
        Assert.Equal("somebody's", File.ReadAllText(Path.Combine(New("a"), "log.db")));
    }

    [Fact]
    public void What_cannot_be_forked_is_told()
    {
        Pbft.Succeed("run", "--seed", "13", "--operations", "5", "--log", Old);
        Assert.Contains("names no step", Pbft.Run("fork", Old, "--at", "50%", "--log", New("a")).Notes, StringComparison.Ordinal);
        Assert.Contains("choose none, some or many", Pbft.Run("fork", Old, "--at", "0:50%", "--faults", "few", "--log", New("a")).Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Data, Pbft.Run("fork", Old, "--at", "0:50%", "--log", Old).ExitCode);
        Assert.Equal(ExitCodes.Usage, Pbft.Run("fork", Old, "--at", "0:50%", "--operations", "0", "--log", New("a")).ExitCode);
        Assert.Contains("its records are 0 to ", Pbft.Run("fork", Old, "--at", "0:99999", "--log", New("a")).Notes, StringComparison.Ordinal);
        Assert.False(Directory.Exists(New("a")));
    }

    private string New(string name) => Path.Combine(_temporary.Path, name);

    private static string[] First(string log, int replica, long end) =>
        Pbft.Succeed("log", "show", log, "--replica", $"{replica}", "--to", $"{end}").Lines;
}
