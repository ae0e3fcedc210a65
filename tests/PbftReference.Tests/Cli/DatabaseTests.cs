using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Runtime.Clusters;
using PbftReference.TestServer.Faults;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Logs in an EventStoreDB by the command line, as people use it.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly DatabaseUnderTest _database = DatabaseUnderTest.Ours();
    private readonly TemporaryDirectory _temporary = new();

    private string Cluster => Path.Combine(_temporary.Path, "cluster");

    private string Log => Path.Combine(_temporary.Path, "run");

    public void Dispose()
    {
        if (new ClusterDirectory(Cluster).Exists) Pbft.Run("cluster", "kill", "--cluster", Cluster);
        _database.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_run_in_a_database_is_the_same_run_as_in_a_directory_byte_for_byte()
    {
        Pbft.Succeed("run", "--seed", "5", "--operations", "40", "--log", Log);
        Pbft.Succeed("run", "--seed", "5", "--operations", "40", "--store", _database.Address);

        var file = Pbft.Succeed("trace", "export", Log).Output;
        Assert.Equal(file, Pbft.Succeed("trace", "export", "--store", _database.Address).Output);
        Assert.Equal(file, Pbft.Succeed("trace", "export", $"{_database.Address}#sim").Output);
    }

    [Fact]
    public async Task What_is_run_in_a_database_is_replayed_verified_and_looked_at_by_another_process()
    {
        Pbft.Succeed("run", "--seed", "9", "--operations", "60", "--faults", "many", "--cluster", "night", "--store", _database.Address);
        string[] place = ["night", "--store", _database.Address];

        Assert.Contains("holds: every step", await InAnotherProcess(["replay", .. place, "--verify"]), StringComparison.Ordinal);
        Assert.Contains("conforms", await InAnotherProcess(["verify", .. place]), StringComparison.Ordinal);
        Assert.Contains("sound", await InAnotherProcess(["log", "verify", .. place]), StringComparison.Ordinal);
        Assert.Contains("view", await InAnotherProcess(["state", .. place, "--replica", "1", "--at", "50%"]), StringComparison.Ordinal);
        Assert.Contains("replica-night.3", await InAnotherProcess(["log", "ls", .. place]), StringComparison.Ordinal);
        Assert.Equal(60, Pbft.Succeed(["executed", .. place, "--replica", "2"]).Lines.Length);
        Assert.Equal(3, Pbft.Succeed(["log", "tail", .. place, "--replica", "0", "-n", "3"]).Lines.Select(line => line.Split('#')[1].Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task A_log_is_followed_while_it_is_written()
    {
        Pbft.Succeed("run", "--seed", "3", "--operations", "5", "--cluster", "first", "--store", _database.Address);
        var records = RecordsOf("first");
        using var tail = new PbftProcess("log", "tail", "first", "-f", "-n", "1000000", "--store", _database.Address);

        // what is there comes, and it goes on waiting: killed only after that
        var seen = await tail.KillAfter(records.Length);
        Assert.Equal(records.Order(StringComparer.Ordinal), seen.Take(records.Length).Order(StringComparer.Ordinal));
    }

    private string[] RecordsOf(string cluster) =>
        [.. Enumerable.Range(0, 4).SelectMany(i => Pbft.Succeed("log", "tail", cluster, "--replica", $"{i}", "-n", "1000000", "--store", _database.Address).Lines)];

    [Fact]
    public void A_run_goes_on_over_faults_of_the_database_and_loses_nothing()
    {
        using var dropped = _database.Server.Faults.EveryAppend(new AppendFault(AppendFaultKind.DropAfterCommit, null, DropScope.Connection), 3);
        using var late = _database.Server.Faults.EveryAppend(AppendFault.TimeoutCommitted, 4);
        using var busy = _database.Server.Faults.EveryAppend(AppendFault.TooBusy, 5);

        Pbft.Succeed("run", "--seed", "5", "--operations", "300", "--store", _database.Address);

        Assert.All([dropped, late, busy], fault => Assert.True(fault.TimesMet > 0));
        Pbft.Succeed("run", "--seed", "5", "--operations", "300", "--log", Log);
        Assert.Equal(Pbft.Succeed("trace", "export", Log).Output, Pbft.Succeed("trace", "export", "--store", _database.Address).Output);
    }

    [Fact]
    public void A_trace_is_imported_into_a_database_and_is_the_same_there()
    {
        Pbft.Succeed("run", "--seed", "6", "--operations", "20", "--log", Log);
        var trace = Path.Combine(_temporary.Path, "trace.jsonl");
        Pbft.Succeed("trace", "export", Log, "--out", trace);

        Pbft.Succeed("trace", "import", trace, "--log", _database.Address);

        Assert.Equal(File.ReadAllText(trace), Pbft.Succeed("trace", "export", _database.Address).Output);
        Refused(ExitCodes.Data, "holds a cluster 'sim' already", "trace", "import", trace, "--log", _database.Address);
    }

    [Fact]
    public void A_cluster_in_a_database_is_audited_by_its_name_as_every_command_names_it()
    {
        Pbft.Succeed("run", "--seed", "6", "--operations", "20", "--faults", "none", "--cluster", "night", "--store", _database.Address);
        var audit = Pbft.Succeed("audit", $"{_database.Address}#night").Output;

        Assert.Equal(audit, Pbft.Succeed("audit", "night", "--store", _database.Address).Output);
        Assert.Equal(audit, Pbft.Succeed("audit", "--store", _database.Address).Output);
        Assert.Equal(audit, Pbft.Succeed("audit", "--store", $"{_database.Address}#night").Output);
        Refused(ExitCodes.Data, "it holds night", "audit", "day", "--store", _database.Address);
        Refused(ExitCodes.Usage, "without --store: esdb://HOST:2113#NAME", "audit", "night", Log, "--store", _database.Address);
        Refused(ExitCodes.Usage, "name the database once", "audit", _database.Address, "--store", _database.Address);
        Refused(ExitCodes.Usage, "it takes the address of a database", "audit", "night", "--store", "somewhere");
        Refused(ExitCodes.Usage, "--store is for an audit of logs", "audit", "--check-evidence", "x", "--store", _database.Address);
    }

    [Fact]
    public async Task A_fork_that_is_killed_while_it_copies_into_a_database_is_no_run_and_the_same_command_makes_it_whole()
    {
        Pbft.Succeed("run", "--seed", "12", "--operations", "60", "--log", Log);
        string[] fork = ["fork", Log, "--at", "1:50%", "--choices", "3", "--log"];
        var gate = new FaultGate();
        using (_database.Server.Faults.AppendsWhere(AppendFault.HoldBeforeCommit(gate), call => call.Stream == "replica-sim.2"))
        {
            using var killed = new PbftProcess([.. fork, _database.Address]);
            await gate.ArrivalAsync();
            killed.Kill();
        }

        gate.Open();
        Refused(ExitCodes.Data, "it holds none yet", "log", "ls", $"{_database.Address}#sim");
        Refused(ExitCodes.Data, "which are not of this fork", "fork", Log, "--at", "1:10%", "--log", _database.Address);
        Refused(ExitCodes.Usage, "leave out what is behind #", [.. fork, $"{_database.Address}#other"]);
        Pbft.Succeed([.. fork, _database.Address]);
        Pbft.Succeed([.. fork, Path.Combine(_temporary.Path, "fork")]);
        Assert.Equal(Pbft.Succeed("trace", "export", Path.Combine(_temporary.Path, "fork")).Output, Pbft.Succeed("trace", "export", $"{_database.Address}#sim").Output);
        Refused(ExitCodes.Data, "holds logs of a cluster 'sim' already", [.. fork, _database.Address]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fork_that_is_ended_while_it_copies_into_a_directory_leaves_no_part_of_a_run_there(bool interrupted)
    {
        Pbft.Succeed("run", "--seed", "12", "--operations", "60", "--store", _database.Address);
        var (directory, gate) = (Path.Combine(_temporary.Path, "fork"), new FaultGate());
        string[] fork = ["fork", _database.Address, "--at", "1:50%", "--log", directory];
        using (_database.Server.Faults.ReadsWhere(ReadFault.HoldPages(gate), _ => Directory.GetDirectories(_temporary.Path, "fork.*.part").Length > 0))
        {
            using var ended = new PbftProcess(fork);
            await gate.ArrivalAsync();
            if (interrupted) await ended.InterruptWhen(() => true);
            else ended.Kill();
            Assert.Equal(interrupted ? ExitCodes.Interrupted : 128 + 9, (await ended.End()).ExitCode);
        }

        gate.Open();
        Assert.False(Directory.Exists(directory));
        if (interrupted) Assert.Empty(Directory.GetDirectories(_temporary.Path));
        Pbft.Succeed(fork);
        Assert.Contains("conforms", Pbft.Succeed("verify", directory).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_was_interrupted_in_the_database_is_resumed_there()
    {
        Pbft.Succeed("run", "--seed", "8", "--operations", "30", "--store", _database.Address);

        // all is done: resumed, it says so and adds nothing that does not fit
        Assert.Contains("30", Pbft.Succeed("run", "--resume", $"{_database.Address}#sim").Output, StringComparison.Ordinal);
        Assert.Contains("conforms", Pbft.Succeed("verify", _database.Address).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_is_told()
    {
        const string Nobody = "esdb://me:secret@127.0.0.1:9?tls=false";
        Refused(ExitCodes.Data, "it holds none yet", "replay", "--store", _database.Address, "night");
        Refused(ExitCodes.Usage, "say which cluster", "replay", "--store", _database.Address);
        Pbft.Succeed("run", "--operations", "2", "--store", _database.Address);
        Refused(ExitCodes.Data, "holds logs of a cluster 'sim' already", "run", "--store", _database.Address);
        Refused(ExitCodes.Data, "it holds sim", "verify", $"{_database.Address}#other");
        Refused(ExitCodes.Usage, "--store names the cluster 'a' and --cluster 'sim'", "run", "--store", $"{_database.Address}#a");
        Refused(ExitCodes.Usage, "leave one out", "run", "--store", _database.Address, "--log", Log);
        Refused(ExitCodes.Usage, "choose sqlite, memory, or the address", "run", "--store", "postgres://host");
        Refused(ExitCodes.Usage, "it takes the address of a database", "replay", "x", "--store", "somewhere");
        Refused(ExitCodes.Usage, "'replay' takes LOG, and it is missing", "replay");
        Refused(ExitCodes.Data, "is no address of a database", "log", "ls", "esdb://host?colour=red");
        var away = Pbft.Run("log", "ls", Nobody);
        Assert.Equal(ExitCodes.Data, away.ExitCode);
        Assert.Contains("esdb://127.0.0.1:9?tls=false: it does not answer", away.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", away.Notes, StringComparison.Ordinal);
        Refused(ExitCodes.Usage, "there is no scheme 'http'", "log", "ls", "http://me:secret@127.0.0.1:9");
        Refused(ExitCodes.Usage, "there is no scheme 'http'", "verify", "http://127.0.0.1:9#sim");
        Refused(ExitCodes.Data, "holds logs of a cluster 'sim' already", "cluster", "up", "--cluster", Cluster, "--name", "sim", "--store", _database.Address);
        Refused(ExitCodes.Usage, "leave out what is behind #", "cluster", "up", "--cluster", Cluster, "--store", $"{_database.Address}#blue");
        Assert.DoesNotContain("secret", Pbft.Run("log", "ls", "--stor", Nobody).Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Pbft.Run("log", "ls", "x", Nobody).Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Pbft.Run("log", "ls", "http://me:secret@127.0.0.1:9").Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Pbft.Run("config", "view", "--set", $"node.log={Nobody}").Output, StringComparison.Ordinal);
        Refused(ExitCodes.Usage, "it takes the address of a database", "cluster", "up", "--cluster", Cluster, "--store", "somewhere");
        Assert.False(Directory.Exists(Cluster));
    }

    [Fact]
    public async Task Live_replicas_write_into_a_database_wait_while_it_is_away_and_go_on()
    {
        Pbft.Succeed("cluster", "up", "--cluster", Cluster, "--clients", "1", "--name", "blue", "--store", _database.Address);
        Assert.Equal(["0 1 1"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "before").Lines);

        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Cluster, "replica-0", "node.json")));
        await _database.Server.StopAsync();
        await Post("while it is away");
        Refused(ExitCodes.NoProgress, "nothing was accepted", "submit", "--cluster", Cluster, "--clients", "1", "--patience", "3", "meanwhile");
        WaitUntil("its log cannot be written", status => status["replicas"]!.Any(r => ((string?)r["notReady"])?.Contains("its log cannot be written", StringComparison.Ordinal) ?? false));
        await _database.Server.ResumeAsync();

        Assert.Equal(["0 2", "0 3"], Pbft.Succeed("submit", "--cluster", Cluster, "--clients", "1", "after").Lines.Select(line => line[..3]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("does not run", Pbft.Run("cluster", "status", "--cluster", Cluster).Output, StringComparison.Ordinal);
        WaitUntil("all have executed the same", status => status["replicas"]!.Select(r => $"{r["status"]?["lastExecuted"]} {r["status"]?["serviceDigest"]}").Distinct().Count() == 1);
        Assert.Contains("conforms", Pbft.Succeed("verify", "blue", "--store", _database.Address).Output, StringComparison.Ordinal);
        Assert.Contains("conforms", Pbft.Succeed("verify", Cluster).Output, StringComparison.Ordinal);
        Pbft.Succeed("cluster", "restart", "--cluster", Cluster);
        Pbft.Succeed("cluster", "up", "--cluster", Cluster);
        Pbft.Succeed("cluster", "stop", "--cluster", Cluster);
        Assert.Contains("holds: every step", Pbft.Succeed("replay", "blue", "--store", _database.Address, "--verify").Output, StringComparison.Ordinal);
        Assert.Equal(["after", "before", "meanwhile"], Pbft.Executed($"{_database.Address}#blue", 0).Where(line => line != "while it is away").Order(StringComparer.Ordinal));
    }

    // Somebody without a key hands an operation to replica 0, which may take it or say that it cannot.
    private async Task Post(string operation)
    {
        using var http = new HttpClient();
        var address = (string)JObject.Parse(await File.ReadAllTextAsync(Path.Combine(Cluster, "replica-0", "node.json")))["node.http"]!;
        using var answer = await http.PostAsync(new Uri($"http://{address}/transactions"), new StringContent(operation));
        Assert.True((int)answer.StatusCode is 202 or 503);
    }

    private void WaitUntil(string what, Func<JObject, bool> holds)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!holds(JObject.Parse(Pbft.Run("cluster", "status", "--cluster", Cluster, "--json").Output)))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), what);
            Thread.Sleep(50);
        }
    }

    private static async Task<string> InAnotherProcess(string[] args)
    {
        using var process = new PbftProcess(args);
        var (code, output) = await process.End();
        Assert.True(code == ExitCodes.Holds, output + await process.Notes);
        return output;
    }

    private static void Refused(int code, string message, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.True(result.ExitCode == code && result.Notes.Contains(message, StringComparison.Ordinal), $"pbft {string.Join(' ', args)} gave {result.ExitCode}: {result.Output}{result.Notes}");
    }
}
