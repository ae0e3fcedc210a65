using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Runtime.Clusters;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A cluster of real processes by the command line, as people use it.</summary>
public sealed class LiveClusterTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Cluster => Path.Combine(_temporary.Path, "cluster");

    public void Dispose()
    {
        if (new ClusterDirectory(Cluster).Exists) Pbft.Run("cluster", "kill", "--cluster", Cluster);
        _temporary.Dispose();
    }

    [Fact]
    public void A_cluster_is_made_used_looked_at_and_stopped_and_its_logs_are_logs_like_others()
    {
        Assert.Contains("cluster live in", Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "4").Output, StringComparison.Ordinal);
        Assert.Equal(["0 1 1"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "first").Lines);
        Assert.Equal(["0 2 2"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "second").Lines);

        var status = JObject.Parse(Pbft.Succeed("cluster", "status", "--cluster", Cluster, "--json").Output);
        Assert.Equal(4, status["replicas"]!.Count(r => (bool)r["ready"]!));

        Pbft.Succeed("cluster", "kill", "0", "--cluster", Cluster);
        Assert.Contains("does not run", Pbft.Succeed("cluster", "status", "--cluster", Cluster).Output, StringComparison.Ordinal);
        Assert.Equal(["0 3 3"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "without the primary").Lines);
        Pbft.Succeed("cluster", "up", "0", "--cluster", Cluster);
        Pbft.Succeed("cluster", "restart", "1", "--cluster", Cluster);
        WaitUntilEqual();

        // while they run, too
        Assert.Contains("conforms", Pbft.Succeed("verify", Cluster).Output, StringComparison.Ordinal);
        Assert.Equal(4, Pbft.Succeed("cluster", "stop", "--cluster", Cluster).Lines.Count(line => line.EndsWith("stopped", StringComparison.Ordinal)));
        Assert.Equal(ExitCodes.NoProgress, Pbft.Run("cluster", "status", "--cluster", Cluster).ExitCode);

        Assert.Contains("holds", Pbft.Succeed("replay", Cluster, "--verify").Output, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(["first", "second", "without the primary"], Pbft.Executed(Cluster, i)));
        Assert.Contains("view", Pbft.Succeed("state", Cluster, "--replica", "2").Output, StringComparison.Ordinal);
        Pbft.Succeed("log", "verify", Cluster);
        var trace = Path.Combine(_temporary.Path, "trace.jsonl");
        Pbft.Succeed("trace", "export", Cluster, "--out", trace);
        Assert.Contains("conforms", Pbft.Succeed("verify", trace).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_made_once_and_a_cluster_is_not_made_over_another()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--replicas", "7", "--set", "general.K=20");

        Assert.Equal((7, 2, 20), new ClusterDirectory(Cluster).Members().Configuration is var c ? (c.Replicas, c.Faults, c.CheckpointPeriod) : default);
        Refused(ExitCodes.Data, "there is a cluster in", "keygen", "--cluster", Cluster);
        Refused(ExitCodes.Usage, "leave out --replicas", "cluster", "up", "--cluster", Cluster, "--replicas", "4");
    }

    [Fact]
    public void What_is_wrong_is_told()
    {
        Refused(ExitCodes.Data, "there is no cluster in nowhere", "cluster", "status", "--cluster", "nowhere");
        Refused(ExitCodes.Data, "there is no cluster in nowhere", "submit", "--cluster", "nowhere", "x");
        Refused(ExitCodes.Usage, "--set: general.K = '0'", "cluster", "up", "--cluster", Cluster, "--set", "general.K=0");
        Refused(ExitCodes.Usage, "n must be at least 3f+1", "keygen", "--cluster", Cluster, "--set", "general.f=3");
        Refused(ExitCodes.Data, "node.id is not set", "node");
        Refused(ExitCodes.Data, "nothing.json does not exist", "node", "--config", "nothing.json");
        Refused(ExitCodes.Usage, "did you mean 'general.batchsize'", "config", "view", "--set", "general.batchsise=3");
        Refused(ExitCodes.Usage, "choose on, off or both", "bench", "--signatures", "perhaps");
        Refused(ExitCodes.Usage, "--outstanding must be at most 32, half the client window, not 33", "bench", "--outstanding", "33");
        Refused(ExitCodes.Usage, "--payload must be at most", "bench", "--payload", "2000000");
        Refused(ExitCodes.Usage, "--replicas must be 1 to", "keygen", "--cluster", Cluster, "--replicas", "-1");
        Refused(ExitCodes.Usage, "'stop' takes numbers (ID), such as 0 2", "cluster", "stop", "x");

        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "2");
        Refused(ExitCodes.Usage, "there is no replica 4", "cluster", "kill", "4", "--cluster", Cluster);
        Refused(ExitCodes.Usage, "there is nothing to submit", "submit", "--cluster", Cluster);
        Refused(ExitCodes.Usage, "--patience must be 1 to 86400, not 0", "submit", "--cluster", Cluster, "--clients", "1", "--patience", "0", "x");
        Refused(ExitCodes.Usage, "--retransmit must be 10 to 3600000, not 1", "submit", "--cluster", Cluster, "--clients", "1", "--retransmit", "1", "x");
        Refused(ExitCodes.Data, "it is a replica of the cluster in", "replay", Path.Combine(Cluster, "replica-0"));
        Refused(ExitCodes.Usage, "--outstanding must be 1 to 32, not 33", "submit", "--cluster", Cluster, "--outstanding", "33", "x");
        Refused(ExitCodes.Usage, "--clients must be 1 to 2, not 3", "submit", "--cluster", Cluster, "--clients", "3", "x");
        Refused(ExitCodes.NoProgress, "nothing was accepted for 1 s", "submit", "--cluster", Cluster, "--clients", "1", "--patience", "1", "x");
        Refused(ExitCodes.Data, "no replica of the cluster", "verify", Cluster);

        Refused(ExitCodes.Usage, "there is no option '--quite'", "submit", "--cluster", Cluster, "--quite", "x");
        Refused(ExitCodes.NoProgress, "nothing was accepted", "submit", "--cluster", Cluster, "--clients", "1", "--patience", "1", "--", "--an-operation");
        Refused(ExitCodes.Data, "is a file: name", "cluster", "up", "--cluster", Path.Combine(Cluster, "genesis.json"));
        Refused(ExitCodes.Data, "is a file: name", "submit", "--cluster", Path.Combine(Cluster, "genesis.json"), "x");
        File.WriteAllText(Path.Combine(Cluster, "genesis.json"), "{");
        Refused(ExitCodes.Data, "is not a genesis file", "cluster", "status", "--cluster", Cluster);
        Refused(ExitCodes.Data, "is not a genesis file", "node", "--config", Path.Combine(Cluster, "replica-0", "node.json"));
    }

    [Fact]
    public void Large_operations_are_executed_and_ones_that_are_too_large_refused_and_no_replica_ends()
    {
        var (lines, tooLarge) = (Path.Combine(_temporary.Path, "lines"), Path.Combine(_temporary.Path, "large"));
        File.WriteAllLines(lines, Enumerable.Range(0, 12).Select(i => new string((char)('a' + i), 100_000)).Append(new string('z', 1_000_000)));
        File.WriteAllText(tooLarge, new string('y', 2_000_000));
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "2", "--set", "general.batchbytes=4MiB");

        Assert.Equal(13, Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "2", "--input", lines).Lines.Length);
        Refused(ExitCodes.Data, "an operation of 2000000 bytes is larger than", "submit", "--cluster", Cluster, "--clients", "1", "--input", tooLarge);
        Assert.Equal("14", Assert.Single(Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "after").Lines).Split(' ')[2]);

        Pbft.Succeed("cluster", "restart", "--cluster", Cluster);
        Pbft.Succeed("cluster", "up", "--cluster", Cluster);
        Assert.Contains("conforms", Pbft.Succeed("verify", Cluster).Output, StringComparison.Ordinal);

    }

    [Fact]
    public void A_log_that_is_damaged_emptied_or_gone_is_told_and_those_of_the_others_are_read()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "an operation");
        WaitUntilEqual();
        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        var log = Path.Combine(Cluster, "replica-2", "log.db");

        File.WriteAllBytes(log, new byte[10_000]);
        OneLogIsCorrupt("is damaged");
        File.WriteAllBytes(log, []);
        OneLogIsCorrupt("is empty, though the ledger");
        File.Delete(log);
        OneLogIsCorrupt("is missing, though the ledger");

        Assert.Contains("conforms", Pbft.Succeed("verify", Cluster, "--faulty", "2").Output, StringComparison.Ordinal);
        var up = Pbft.Run("cluster", "up", "2", "--cluster", Cluster);
        Assert.Contains("is missing, though the ledger", up.Notes, StringComparison.Ordinal);
        Assert.Contains("No replica runs.", up.Notes, StringComparison.Ordinal);
        Assert.False(File.Exists(log));
    }

    [Fact]
    public async Task A_log_that_this_user_may_not_read_is_no_damage_and_those_of_the_others_are_read()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "an operation");
        WaitUntilEqual();
        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        var log = Path.Combine(Cluster, "replica-2", "log.db");

        // to root nothing is forbidden, so what is needed to open it is taken away
        File.Delete(log + "-shm");
        File.WriteAllBytes(log + "-wal", [1]);
        File.CreateSymbolicLink(log + "-shm", "nowhere");

        OneLogMayNotBeRead(arguments => Pbft.Run(arguments));

        if (OperatingSystem.IsWindows()) return; // its files have no such mode
        foreach (var beside in (string[])["-wal", "-shm"]) File.Delete(log + beside);
        File.SetUnixFileMode(log, UnixFileMode.UserWrite);
        OneLogMayNotBeRead(arguments => OfForbidden(arguments).GetAwaiter().GetResult());
        var alone = await OfForbidden("audit", Path.Combine(Cluster, "replica-2"));
        Assert.Equal(ExitCodes.Data, alone.ExitCode);
        Assert.Contains("permission", alone.Notes, StringComparison.Ordinal);
        foreach (var replica in (string[])["0", "1", "3"]) File.SetUnixFileMode(Path.Combine(Cluster, $"replica-{replica}", "log.db"), UnixFileMode.UserWrite);
        Assert.Equal(ExitCodes.Data, (await OfForbidden("log", "verify", Cluster)).ExitCode);
    }

    private void OneLogMayNotBeRead(Func<string[], PbftResult> run)
    {
        var (replay, checkedLog, listed, verified) = (run(["replay", Cluster, "--verify"]), run(["log", "verify", Cluster]), run(["log", "ls", Cluster]), run(["verify", Cluster]));

        Assert.All([replay, checkedLog, listed, verified], result => Assert.Equal(ExitCodes.Unknown, result.ExitCode));
        Assert.All([replay, checkedLog, listed, verified], result => Assert.Contains("permission", result.Output + result.Notes, StringComparison.Ordinal));
        Assert.All([replay, checkedLog, listed, verified], result => Assert.DoesNotContain("corrupt", result.Output + result.Notes, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("2  UNKNOWN: can't open", replay.Output, StringComparison.Ordinal);
        Assert.Contains("UNDETERMINED unreadable-stream in replica-live.2", checkedLog.Output, StringComparison.Ordinal);
        Assert.Equal(3, listed.Lines.Count(line => line.StartsWith("replica-live.", StringComparison.Ordinal) && line.EndsWith("whole", StringComparison.Ordinal)));
        Assert.Contains("missing: replica-live.2 at #0: can't open", verified.Output, StringComparison.Ordinal);
    }

    private static async Task<PbftResult> OfForbidden(params string[] arguments)
    {
        using var process = PbftProcess.UnderFilePermissions(arguments);
        var (code, output) = await process.End();
        return new PbftResult(code, output, await process.Notes);
    }

    private void OneLogIsCorrupt(string why)
    {
        var replay = Pbft.Run("replay", Cluster, "--verify");
        Assert.Equal(ExitCodes.Corrupt, replay.ExitCode);
        Assert.Contains($"2  CORRUPT: the log", replay.Output, StringComparison.Ordinal);
        Assert.Contains(why, replay.Output, StringComparison.Ordinal);
        Assert.Equal(["0", "1", "3"], replay.Lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length == 7 && cells[0].Length == 1).Select(cells => cells[0]));

        var verified = Pbft.Run("log", "verify", Cluster);
        Assert.Equal(ExitCodes.Corrupt, verified.ExitCode);
        Assert.Contains("CORRUPT unreadable-stream in replica-live.2", verified.Output, StringComparison.Ordinal);
        Assert.Contains("corrupt: 1 finding", verified.Output, StringComparison.Ordinal);

        var listed = Pbft.Run("log", "ls", Cluster);
        Assert.Equal(ExitCodes.Corrupt, listed.ExitCode);
        Assert.Contains(why, listed.Notes, StringComparison.Ordinal);
        Assert.Equal(3, listed.Lines.Count(line => line.StartsWith("replica-live.", StringComparison.Ordinal) && !line.Contains("damaged", StringComparison.Ordinal)));

        foreach (var verb in (string[][])[["log", "show", Cluster], ["log", "stat", Cluster], ["bisect", Cluster, "--until", "view >= 99"]])
        {
            var all = Pbft.Run(verb);
            Assert.Equal(ExitCodes.Corrupt, all.ExitCode);
            Assert.Contains(why, all.Notes, StringComparison.Ordinal);
            Assert.NotEmpty(all.Output);
            Assert.NotEqual(ExitCodes.Corrupt, Pbft.Run([.. verb, "--replica", "3"]).ExitCode);
        }

        foreach (var format in (string[])["jsonl", "csv"])
        {
            var exported = Pbft.Run("trace", "export", Cluster, "--format", format);
            Assert.Equal(ExitCodes.Corrupt, exported.ExitCode);
            Assert.Contains(why, exported.Notes, StringComparison.Ordinal);
            Assert.Contains("replica-started", exported.Output, StringComparison.Ordinal);
        }

        Assert.Equal(ExitCodes.Corrupt, Pbft.Run("verify", Cluster).ExitCode);
        Pbft.Succeed("state", Cluster, "--replica", "0");
    }

    [Fact]
    public void A_client_whose_journal_is_gone_is_left_out()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "2");
        Assert.Equal(["0 1 1"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "first").Lines);
        foreach (var journal in Directory.GetFiles(Path.Combine(Cluster, "clients", "client-0"), "journal.db*")) File.Delete(journal);

        Assert.Equal(["1 1 2"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "second").Lines);
        Refused(ExitCodes.Data, "Left out, since their journal.db is gone or damaged though they were used: client-0", "submit", "--cluster", Cluster, "--clients", "2", "third");
    }

    [Fact]
    public void A_journal_that_cannot_be_written_ends_the_submission_at_once()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        var journal = Path.Combine(Cluster, "clients", "client-0", "journal.db");
        Directory.CreateDirectory(journal);

        Refused(ExitCodes.Data, "journal.db", "submit", "--cluster", Cluster, "--clients", "1", "x");
    }

    [Fact]
    public void The_log_of_another_replica_in_the_place_of_ones_own_is_told_and_not_started_from()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "an operation");
        WaitUntilEqual();
        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        File.Copy(Path.Combine(Cluster, "replica-0", "log.db"), Path.Combine(Cluster, "replica-1", "log.db"), overwrite: true);

        Assert.Contains("does not hold the log of replica 1, but replica-live.0", Pbft.Run("log", "ls", Cluster).Notes, StringComparison.Ordinal);
        var up = Pbft.Run("cluster", "up", "1", "--cluster", Cluster);
        Assert.NotEqual(ExitCodes.Holds, up.ExitCode);
        Assert.Contains("does not hold this replica's log", up.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_broken_in_a_cluster_is_named_and_nobody_is_told_to_remove_it()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        var (node, genesis) = (Path.Combine(Cluster, "replica-1", "node.json"), Path.Combine(Cluster, "genesis.json"));
        var (goodNode, goodGenesis) = (File.ReadAllText(node), File.ReadAllText(genesis));

        File.WriteAllBytes(node, [0x93, 0x00, 0xff, 0x7b]);
        var verified = Pbft.Run("verify", Cluster);
        Assert.Equal(ExitCodes.Corrupt, verified.ExitCode);
        Assert.Contains("replica-1/node.json", verified.Output, StringComparison.Ordinal);
        Pbft.Succeed("log", "tail", Cluster, "--replica", "0");
        Refused(ExitCodes.Data, "is not a JSON object of settings", "cluster", "up", "1", "--cluster", Cluster);
        File.WriteAllText(node, "");
        Refused(ExitCodes.Data, "is empty: write a JSON object", "cluster", "up", "1", "--cluster", Cluster);
        File.WriteAllText(node, goodNode);

        File.Delete(genesis);
        foreach (var args in (string[][])[["cluster", "status", "--cluster", Cluster], ["cluster", "up", "--cluster", Cluster], ["submit", "--cluster", Cluster, "x"]])
        {
            Refused(ExitCodes.Data, "restore it from a copy", args);
        }

        Refused(ExitCodes.Data, "no genesis.json; restore that from a copy", "verify", Cluster);
        File.WriteAllText(genesis, goodGenesis);
        Pbft.Succeed("verify", Cluster, "--expect", "records>=4");
    }

    [Fact]
    public void A_process_whose_pid_file_is_lost_is_found_again_and_not_started_twice()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        var pid = Path.Combine(Cluster, "replica-2", "node.pid");
        var known = File.ReadAllText(pid);
        File.Delete(pid);

        Assert.Contains("replica 2 runs already", Pbft.Succeed("cluster", "up", "2", "--cluster", Cluster).Output, StringComparison.Ordinal);

        Assert.Equal(known, File.ReadAllText(pid));

        // one that stands still answers nobody, and is found all the same
        Pbft.Succeed("cluster", "freeze", "2", "--cluster", Cluster);
        File.Delete(pid);
        Assert.Contains("replica 2 runs already", Pbft.Succeed("cluster", "up", "2", "--cluster", Cluster).Output, StringComparison.Ordinal);
        Assert.Equal(known, File.ReadAllText(pid));
        Assert.Equal(["replica 2 stopped"], Pbft.Succeed("cluster", "stop", "2", "--cluster", Cluster).Lines);
    }

    [Fact]
    public async Task A_producer_that_pauses_is_waited_for_however_long()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        using var submit = new System.Diagnostics.Process
        {
            StartInfo = new("bash", ["-c", $"(echo one; sleep 2; echo two) | dotnet exec {Path.Combine(AppContext.BaseDirectory, "pbft.dll")} submit --cluster {Cluster} --clients 1 --patience 1 --input -"]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        submit.Start();
        var notes = submit.StandardError.ReadToEndAsync();

        Assert.Equal("0 1 1\n0 2 2\n", await submit.StandardOutput.ReadToEndAsync());
        await submit.WaitForExitAsync();
        Assert.True(submit.ExitCode == ExitCodes.Holds, await notes);
    }

    [Fact]
    public void What_cannot_be_told_does_not_change_how_a_command_ends()
    {
        // standard error on a full disk
        using var status = System.Diagnostics.Process.Start("bash", ["-c", $"dotnet exec {Path.Combine(AppContext.BaseDirectory, "pbft.dll")} cluster status --cluster nowhere 2>/dev/full"]);
        status.WaitForExit();
        Assert.Equal(ExitCodes.Data, status.ExitCode);
    }

    [Fact]
    public void A_replica_that_stands_still_is_told_from_one_that_does_not_run()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        Pbft.Succeed("cluster", "freeze", "1", "--cluster", Cluster);

        Assert.Contains("replica 1: stands still (SIGSTOP)", Pbft.Succeed("cluster", "status", "--cluster", Cluster).Output, StringComparison.Ordinal);
        Pbft.Succeed("cluster", "thaw", "1", "--cluster", Cluster);
    }

    [Fact]
    public async Task Who_starts_a_replica_twice_at_once_starts_one_process()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "1");
        using var one = new PbftProcess("cluster", "up", "0", "--cluster", Cluster);
        using var other = new PbftProcess("cluster", "up", "0", "--cluster", Cluster);

        var ends = await Task.WhenAll(one.End(), other.End());

        // the second finds it running, or that another starts it
        Assert.All(ends, end => Assert.True(end.ExitCode is ExitCodes.Holds or ExitCodes.Data));
        Assert.Single(ends.Where(end => end.Output.Length > 0).Select(end => end.Output.Split("process ")[1]).Distinct());
    }

    [Fact]
    public async Task A_submission_that_waits_for_input_ends_at_once_when_it_is_told_to()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1");
        using var submit = new System.Diagnostics.Process
        {
            StartInfo = new("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "pbft.dll"), "submit", "--cluster", Cluster, "--clients", "1", "--input", "-"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        submit.Start();
        await submit.StandardInput.WriteAsync("a line\n");
        await submit.StandardInput.FlushAsync();

        // the result comes at once, though the input has not ended
        Assert.Equal("0 1 1", await submit.StandardOutput.ReadLineAsync());
        using (var kill = System.Diagnostics.Process.Start("kill", ["-TERM", submit.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        var notes = await submit.StandardError.ReadToEndAsync();
        await submit.WaitForExitAsync();
        Assert.Equal(ExitCodes.Interrupted, submit.ExitCode);
        Assert.Contains("interrupted; 1 were accepted", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_cluster_that_cannot_be_leaves_nothing_in_the_way()
    {
        Refused(ExitCodes.Usage, "a name has 1 to 64", "keygen", "--cluster", Cluster, "--name", "a b");
        Refused(ExitCodes.Usage, "--cluster: it is empty", "keygen", "--cluster", "");
        Refused(ExitCodes.Usage, "not both", "keygen", "--cluster", Cluster, "--replicas", "4", "--set", "general.N=7");
        Assert.False(Directory.Exists(Cluster));

        Directory.CreateDirectory(Path.Combine(Cluster, "replica-0"));
        Refused(ExitCodes.Data, "the beginning of a cluster that was not finished", "keygen", "--cluster", Cluster);
    }

    [Fact]
    public void A_replica_that_ends_is_told_though_fewer_than_a_quorum_are_started()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "1");
        var member = new ClusterDirectory(Cluster).Members().Replicas[0];
        using var taken = new System.Net.Sockets.TcpListener(member.Address);
        taken.Start();

        var up = Pbft.Run("cluster", "up", "0", "--cluster", Cluster);

        Assert.Equal(ExitCodes.Data, up.ExitCode);
        Assert.Contains("replica 0 has ended", up.Notes, StringComparison.Ordinal);
        Assert.Contains($"cannot listen on {member.Address}", up.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_client_left_unanswered_is_sent_again_by_the_next()
    {
        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "1");
        Refused(ExitCodes.NoProgress, "sent again by the next submit", "submit", "--cluster", Cluster, "--clients", "1", "--patience", "1", "left behind");
        Pbft.Succeed("cluster", "up", "--cluster", Cluster);

        var next = Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "next");

        Assert.Contains("an operation of an earlier submit was left unanswered", next.Notes, StringComparison.Ordinal);
        Assert.Equal(2, next.Lines.Length);
        WaitUntilEqual();
        Assert.Equal(["left behind", "next"], Pbft.Executed(Cluster, 0));
    }

    /// <summary>tests/live-chaos.sh in small: kills, restarts, freezes; nothing is lost, nothing doubled, all logs verify.</summary>
    [Fact]
    public async Task Under_kills_restarts_and_freezes_no_line_is_lost_or_doubled()
    {
        using var script = new System.Diagnostics.Process
        {
            StartInfo = new System.Diagnostics.ProcessStartInfo("bash", [Path.Combine(RepositoryRoot.Path, "tests", "live-chaos.sh"), "3000", "30", "4"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        Directory.CreateDirectory(Path.Combine(_temporary.Path, "chaos"));
        script.StartInfo.Environment["PBFT"] = Path.Combine(AppContext.BaseDirectory, "pbft");
        script.StartInfo.Environment["DIR"] = Path.Combine(_temporary.Path, "chaos");
        script.Start();
        var notes = script.StandardError.ReadToEndAsync();
        var output = await script.StandardOutput.ReadToEndAsync();
        await script.WaitForExitAsync();

        Assert.True(script.ExitCode == 0, output + await notes);
        Assert.Contains("no line is lost, none is doubled: 3000 lines", output, StringComparison.Ordinal);
        Assert.Contains("holds: every step", output, StringComparison.Ordinal);
        Assert.Contains("conforms: ", output, StringComparison.Ordinal);
    }

    private void WaitUntilEqual()
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var status = JObject.Parse(Pbft.Run("cluster", "status", "--cluster", Cluster, "--json").Output);
            var states = status["replicas"]!.Select(r => r["status"] is JObject s ? $"{s["lastExecuted"]} {s["serviceDigest"]}" : "down").Distinct().ToList();
            if (states.Count == 1 && states[0] != "down") return;
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), string.Join(", ", states));
            Thread.Sleep(20);
        }
    }

    private static void Refused(int code, string message, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.True(result.ExitCode == code && result.Notes.Contains(message, StringComparison.Ordinal), $"pbft {string.Join(' ', args)} gave {result.ExitCode}: {result.Output}{result.Notes}");
        Assert.Empty(result.Output);
    }
}
