using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>The consensus history, and who is proved to have lied, by the command line.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    private string At(string name) => Path.Combine(_temporary.Path, name);

    [Fact]
    public void Every_command_that_is_printed_can_be_copied_whatever_the_path()
    {
        const string Name = "it's my run";
        var printed = Pbft.Run("run", "--faults", "none", "--operations", "200", "--batch", "4", "--faulty", "0:equivocate,1:vote-for-everything", "--partition", "0,1,2|0,1,3@0-4000", "--log", At(Name)).Output
            + Pbft.Run("audit", At(Name), "--evidence", At("its proofs")).Output
            + Pbft.Run("verify", At(Name), "--faulty", "0").Output
            + Pbft.Run("bisect", At(Name), "--until", "event:prepare-sent").Output;

        var commands = printed.Split('\n').Select(line => line[Math.Max(0, line.IndexOf("pbft ", StringComparison.Ordinal))..]).Where(line => line.StartsWith("pbft ", StringComparison.Ordinal) && line.Contains(_temporary.Path, StringComparison.Ordinal)).ToList();
        Assert.Contains(commands, command => command.StartsWith("pbft audit --check-evidence", StringComparison.Ordinal));
        Assert.Contains(commands, command => command.StartsWith("pbft verify", StringComparison.Ordinal) && command.Contains("violation.jsonl", StringComparison.Ordinal));
        // whatever they find, it is not the path that they cannot use
        Assert.All(commands.Where(command => !command.StartsWith("pbft shrink", StringComparison.Ordinal)), command => Assert.InRange(Pbft.Run(WordsOf(command)).ExitCode, ExitCodes.Holds, ExitCodes.Unknown));
        Assert.Equal(["shrink", At(Name), "--log", $"{At(Name)}-small"], WordsOf(commands.Single(command => command.StartsWith("pbft shrink", StringComparison.Ordinal))));
    }

    private static string[] WordsOf(string command)
    {
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"printf '%s\\n' {command["pbft ".Length..]}"]) { RedirectStandardOutput = true })!;
        return shell.StandardOutput.ReadToEnd().Split('\n')[..^1];
    }

    [Theory]
    [InlineData("runs/7-1", "runs/7-1")]
    [InlineData("", "''")]
    [InlineData("my runs", "'my runs'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("a?b#c&d", "'a?b#c&d'")]
    public void A_word_is_quoted_where_a_shell_would_read_it_otherwise(string word, string quoted) => Assert.Equal(quoted, ShellWord.Of(word));

    [Fact]
    public void Of_a_run_without_liars_the_history_is_told_and_nobody_is_accused()
    {
        Pbft.Succeed("run", "--seed", "3", "--operations", "60", "--faults", "many", "--log", At("run"));

        var audit = JObject.Parse(Pbft.Succeed("audit", At("run"), "--json").Output);

        Assert.Empty(audit["accusations"]!);
        Assert.Empty(audit["conflicts"]!);
        Assert.Equal(0, (int)audit["forged"]!);
        var places = audit["places"]!.ToList();
        Assert.Equal(Enumerable.Range(1, places.Count).Select(n => $"{n}"), places.Select(p => (string)p["sequenceNumber"]!));
        Assert.All(places, p => Assert.Single(p["batches"]!));
        Assert.All(places.SelectMany(p => p["replicas"]!).Where(r => r["decided"]!.Type != JTokenType.Null), r => Assert.True(r["committers"]!.Count() >= 3));
        Assert.Contains("nobody is accused, and all decided the same", Pbft.Succeed("audit", At("run"), "--seq", "1..2").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_tells_how_many_of_its_steps_made_no_progress_and_how_long_it_was_stuck()
    {
        Pbft.Succeed("run", "--faults", "none", "--operations", "20", "--batch", "2", "--faulty", "0:silent", "--log", At("run"));

        var result = Pbft.Run("audit", At("run"), "--json");
        var views = JObject.Parse(result.Output)["views"]!.ToDictionary(view => (string)view["view"]!);
        var (idle, busy) = (views["0"], views["1"]);

        Assert.Equal(0, (int)idle["decided"]!);
        Assert.True((long)idle["steps"]! > 0);
        Assert.Equal((string)idle["steps"]!, (string)idle["stepsWithoutProgress"]!);
        Assert.Equal((string)idle["steps"]!, (string)idle["stepsSinceProgress"]!);
        Assert.True((int)busy["decided"]! > 0);
        Assert.True((long)busy["stepsWithoutProgress"]! < (long)busy["steps"]!);
        Assert.True((long)busy["stepsSinceProgress"]! < (long)busy["stepsWithoutProgress"]!);
        using var store = RunDirectory.OpenLog(At("run"));
        var steps = Enumerable.Range(0, 4).SelectMany(i => ReplicaLog.Read(store, LogStreams.OfReplica("sim", new ReplicaId(i)))).Count(record => record.IsStep);
        Assert.Equal(steps, views.Values.Sum(view => (long)view["steps"]!));
        Assert.Contains($"{idle["stepsWithoutProgress"]}/{idle["steps"]}", Pbft.Run("audit", At("run")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_liar_is_named_with_a_proof_that_stands_alone()
    {
        Lie();

        var check = Pbft.Succeed("audit", "--check-evidence", Evidence).Output;

        Assert.Contains("it proves equivocation of replica 0", check, StringComparison.Ordinal);
        Assert.Contains("named", Pbft.Succeed("audit", "--check-evidence", Evidence, "--genesis", RunDirectory.ManifestPath(At("run"))).Output, StringComparison.Ordinal);
        Assert.Equal(0, (int)JObject.Parse(Pbft.Succeed("audit", "--check-evidence", Evidence, "--json").Output)["accused"]!);
        Pbft.Succeed("run", "--seed", "6", "--operations", "2", "--log", At("other"));
        Assert.Contains("the genesis in it is another", Pbft.Run("audit", "--check-evidence", Evidence, "--genesis", RunDirectory.ManifestPath(At("other"))).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_byte_of_a_proof_is_changed_it_is_none_any_more()
    {
        Lie();
        var proof = File.ReadAllBytes(Evidence);

        for (var i = 0; i < proof.Length; i++)
        {
            var changed = (byte[])proof.Clone();
            changed[i] ^= 1;
            File.WriteAllBytes(At("changed.json"), changed);
            var result = Pbft.Run("audit", "--check-evidence", At("changed.json"));
            Assert.True(result.ExitCode == ExitCodes.Corrupt && result.Notes.Contains("this is no evidence", StringComparison.Ordinal), $"byte {i} of {proof.Length}: {result.ExitCode} {result.Output}{result.Notes}");
        }
    }

    [Fact]
    public void Of_some_of_the_logs_what_they_tell_is_told_and_what_is_missing_named()
    {
        Lie();
        Only("one", 1);
        Only("two", 2);

        var one = Pbft.Run("audit", At("one"));
        Assert.Contains("gap: replica 2: its log is not here", one.Output, StringComparison.Ordinal);
        var both = Pbft.Run("audit", At("one"), At("two"));
        Assert.Equal(ExitCodes.Violation, both.ExitCode);
        Assert.Contains("guilty: replica 0; nobody else is accused", both.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("gap: replica 2", both.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_of_a_live_cluster_are_audited_by_the_keys_in_its_genesis()
    {
        var cluster = At("cluster");
        Pbft.Succeed("cluster", "up", "--cluster", cluster, "--clients", "1");
        try
        {
            Pbft.Succeed("submit", "--cluster", cluster, "--clients", "1", "first", "second");
        }
        finally
        {
            Pbft.Run("cluster", "stop", "--cluster", cluster);
        }

        var audit = Pbft.Succeed("audit", cluster).Output;

        Assert.Contains("nobody is accused, and all decided the same", audit, StringComparison.Ordinal);
        var trace = At("trace.jsonl");
        Pbft.Succeed("trace", "export", cluster, "--out", trace);
        Pbft.Succeed("trace", "import", trace, "--log", At("copy"));
        Assert.Contains("name its genesis.json by --genesis", Pbft.Run("audit", At("copy")).Notes, StringComparison.Ordinal);
        Assert.Equal(audit, Pbft.Succeed("audit", At("copy"), "--genesis", Path.Combine(cluster, "genesis.json")).Output);
    }

    [Fact]
    public void What_is_wrong_is_told()
    {
        Assert.Contains("name a log", Pbft.Run("audit").Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, Pbft.Run("audit", "x", "--check-evidence", "y").ExitCode);
        Assert.Contains("does not exist", Pbft.Run("audit", "--check-evidence", At("none")).Notes, StringComparison.Ordinal);
        Assert.Contains("that is a directory", Pbft.Run("audit", "--check-evidence", _temporary.Path).Notes, StringComparison.Ordinal);
        File.WriteAllText(At("text"), "no json");
        var none = Pbft.Run("audit", "--check-evidence", At("text"));
        Assert.Equal(ExitCodes.Corrupt, none.ExitCode);
        Assert.Contains($"{At("text")}: this is no evidence", none.Notes, StringComparison.Ordinal);
        Pbft.Succeed("run", "--seed", "1", "--operations", "2", "--log", At("one"));
        Pbft.Succeed("run", "--seed", "2", "--operations", "2", "--log", At("two"));
        Assert.Contains("that is a directory; name the genesis.json", Pbft.Run("audit", At("one"), "--genesis", At("one")).Notes, StringComparison.Ordinal);
        var log = Pbft.Run("audit", At("one"), "--genesis", RunDirectory.LogPath(At("one")));
        Assert.Equal(ExitCodes.Data, log.ExitCode);
        Assert.Contains("log.db: that is no genesis; name the genesis.json of the cluster", log.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("Restore", log.Notes, StringComparison.Ordinal);
        Assert.Contains("there is no such file", Pbft.Run("audit", At("one"), "--genesis", At("none")).Notes, StringComparison.Ordinal);
        Assert.Contains($"{RunDirectory.ManifestPath(At("two"))} is the genesis of another cluster than {At("one")}", Pbft.Run("audit", At("one"), "--genesis", RunDirectory.ManifestPath(At("two"))).Notes, StringComparison.Ordinal);
        Assert.Contains("is the log of another cluster", Pbft.Run("audit", At("one"), At("two")).Notes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seq is for an audit of logs", "audit", "--check-evidence", "proof", "--seq", "1..2")]
    [InlineData("--evidence is for an audit of logs", "audit", "--check-evidence", "proof", "--evidence", "proofs")]
    [InlineData("--summary is for an audit of logs", "audit", "--check-evidence", "proof", "--summary")]
    [InlineData("the range is reversed; the smaller number comes first: 2..5", "audit", "run", "--seq", "5..2")]
    public void An_option_that_would_count_for_nothing_or_is_the_wrong_way_round_is_refused(string why, params string[] command)
    {
        var result = Pbft.Run(command);

        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains(why, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_checks_a_proof_stands_on_a_line_of_its_own_so_that_it_can_be_copied()
    {
        Lie();

        var lines = Pbft.Run("audit", At("run"), "--evidence", At("a-directory-with-a-name-that-does-not-fit-into-the-rest-of-a-line-of-one-hundred-and-twenty-columns")).Lines;

        var line = Assert.Single(lines, line => line.Contains("--check-evidence", StringComparison.Ordinal));
        Assert.True(line.Length > 120);
        Assert.Contains("it proves", Pbft.Succeed([.. line.Trim().Split(' ').Skip(1)]).Output, StringComparison.Ordinal);
    }

    // what a new-view carries over is decided again by those who had not decided it
    [Fact]
    public void Each_place_counts_for_the_earliest_view_in_which_it_was_decided()
    {
        Pbft.Succeed("run", "--seed", "11", "--operations", "60", "--clients", "2", "--batch", "5", "--faults", "none", "--faulty", "0:equivocate", "--log", At("run"));

        var audit = JObject.Parse(Pbft.Run("audit", At("run"), "--json").Output);

        var decided = audit["places"]!.Select(place => place["replicas"]!.Where(r => r["decided"]!.Type != JTokenType.Null).Select(r => (long)r["view"]!).ToList()).ToList();
        Assert.Contains(decided, views => views[0] > views.Min());
        Assert.Equal(
            decided.CountBy(views => views.Min()).OrderBy(view => view.Key).Select(view => (view.Key, view.Value)),
            audit["views"]!.Where(view => (int)view["decided"]! > 0).Select(view => ((long)view["view"]!, (int)view["decided"]!)));
    }

    [Fact]
    public void Evidence_that_cannot_be_written_does_not_keep_the_audit_from_being_shown_and_leaves_nothing_half_written()
    {
        Lie();
        File.WriteAllText(At("file"), "mine");
        Directory.CreateDirectory(Path.Combine(At("taken"), "evidence-r0-equivocation.json"));

        var (inFile, inTaken) = (Pbft.Run("audit", At("run"), "--evidence", At("file")), Pbft.Run("audit", At("run"), "--evidence", At("taken"), "--json"));

        Assert.Equal([ExitCodes.Data, ExitCodes.Data], [inFile.ExitCode, inTaken.ExitCode]);
        Assert.Contains("guilty: replica 0", inFile.Output, StringComparison.Ordinal);
        Assert.Contains("file is a file; name a directory by --evidence", inFile.Notes, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(At("file")));
        Assert.Equal(ExitCodes.Data, (int)JObject.Parse(inTaken.Output)["exitCode"]!);
        Assert.Contains("name another directory by --evidence", inTaken.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(At("taken")), file => !file.EndsWith(".json", StringComparison.Ordinal));
        Assert.All(Directory.GetFiles(At("taken")), file => Pbft.Succeed("audit", "--check-evidence", file));
    }

    [Fact]
    public void Seven_replicas_fit_into_eighty_columns()
    {
        Pbft.Succeed("run", "--seed", "6", "--replicas", "7", "--operations", "120", "--faults", "many", "--log", At("run"));

        var lines = Pbft.Run("audit", At("run")).Lines;

        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Contains(lines, line => line.Contains("checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_there_is_no_place_it_is_said_and_which_there_are()
    {
        Pbft.Succeed("run", "--seed", "3", "--operations", "40", "--faults", "none", "--log", At("run"));
        var last = JObject.Parse(Pbft.Succeed("audit", At("run"), "--json").Output)["places"]!.Last()["sequenceNumber"];

        Assert.StartsWith($"no place from 900 to 950: the logs tell of 1 to {last}\n", Pbft.Succeed("audit", At("run"), "--seq", "900..950").Output, StringComparison.Ordinal);
    }

    private string Evidence => Path.Combine(At("proofs"), "evidence-r0-equivocation.json");

    private void Lie()
    {
        Pbft.Succeed("run", "--seed", "5", "--faulty", "0:equivocate", "--operations", "60", "--faults", "many", "--log", At("run"));
        var audit = Pbft.Run("audit", At("run"), "--evidence", At("proofs"));
        Assert.True(audit.ExitCode == ExitCodes.Violation, audit.Output + audit.Notes);
        Assert.Contains("guilty: replica 0; nobody else is accused", audit.Output, StringComparison.Ordinal);
    }

    private void Only(string name, int replica)
    {
        Directory.CreateDirectory(At(name));
        File.Copy(RunDirectory.ManifestPath(At("run")), RunDirectory.ManifestPath(At(name)));
        using var from = RunDirectory.OpenLog(At("run"));
        using var to = RunDirectory.CreateLog(At(name));
        to.Append($"replica-sim.{replica}", -1, [.. from.Read($"replica-sim.{replica}").Select(item => new EventToAppend(item.Id, item.Type, item.Data, item.Metadata))]);
    }
}
