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

        Pbft.Succeed("keygen", "--cluster", Cluster, "--clients", "2");
        Refused(ExitCodes.Usage, "there is no replica 4", "cluster", "kill", "4", "--cluster", Cluster);
        Refused(ExitCodes.Usage, "there is nothing to submit", "submit", "--cluster", Cluster);
        Refused(ExitCodes.Usage, "--outstanding must be 1 to 32, not 33", "submit", "--cluster", Cluster, "--outstanding", "33", "x");
        Refused(ExitCodes.Data, "3 clients are wanted, and of the 2", "submit", "--cluster", Cluster, "--clients", "3", "x");
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

        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        File.WriteAllBytes(Path.Combine(Cluster, "replica-2", "log.db"), new byte[10_000]);
        Refused(ExitCodes.Corrupt, "is damaged", "verify", Cluster);
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

        Assert.Contains("1 operations of an earlier submit were left unanswered", next.Notes, StringComparison.Ordinal);
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
