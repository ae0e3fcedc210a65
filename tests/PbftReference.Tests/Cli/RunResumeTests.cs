using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Core.Phases;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>The whole cluster crashes and goes on: nothing that was acknowledged is missing.</summary>
public sealed class RunResumeTests : IDisposable
{
    private const int Clients = 4;
    private readonly TemporaryDirectory _temporary = new();

    private string Log => Path.Combine(_temporary.Path, "run");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_run_that_is_killed_goes_on_and_keeps_what_it_acknowledged(int seed)
    {
        const int Operations = 6000;
        var moment = (int)new SeededRandom((ulong)seed).Between(20, 1500);
        using var process = new PbftProcess("run", "--seed", $"{seed}", "--operations", $"{Operations}", "--acks", "--log", Log);
        var acknowledged = await process.KillAfter(moment);
        Assert.InRange(acknowledged.Count, moment, Operations - 1);

        Pbft.Succeed("run", "--resume", Log);
        Pbft.Succeed("replay", Log, "--verify");
        var executed = Pbft.Executed(Log, 0);
        var workload = FuzzWorkload.For("ledger", Operations);
        Assert.Equal(Enumerable.Range(0, Operations).Select(k => Text(workload.At(k))).Order(), executed.Order());
        foreach (var line in acknowledged)
        {
            long[] words = [.. line.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
            Assert.Equal(Text(workload.At(((words[1] - 1) * Clients) + words[0])), executed[words[2] - 1]);
        }
    }

    [Fact]
    public void A_run_that_goes_on_begins_with_the_checkpoint_that_it_had()
    {
        var whole = StableAfter("run", "--seed", "5", "--operations", "200", "--faults", "none", "--batch", "2", "--log", Log);
        Assert.True(whole > 0);
        Assert.Equal(whole, StableAfter("run", "--resume", Log));
    }

    private static long StableAfter(params string[] args) => (long)JObject.Parse(Pbft.Succeed([.. args, "--json"]).Output)["stableCheckpoint"]!;

    [Theory]
    [InlineData(1, "0:equivocate")]
    [InlineData(2, "1:twins")]
    [InlineData(3, "")]
    public void A_run_that_is_cut_off_several_times_ends_as_one(ulong seed, string faulty)
    {
        Pbft.Run("run", "--seed", $"{seed}", "--operations", "400", "--faults", "many", "--faulty", faulty, "--log", Log, "--progress-within", "1", "--heal-after", "300");
        var manifest = RunDirectory.ReadManifest(Log);
        var options = manifest.Options with { ProgressWithin = 600_000, HealAfter = 4000 };
        for (var cut = 0; cut < 3; cut++) Assert.InRange(GoOn(options, manifest, 700), 1, 399);
        using var store = RunDirectory.CreateLog(Log);
        using var cluster = Resumption.Resume(options, store, RunDirectory.WorkloadOf(manifest));
        var outcome = cluster.Run();
        Assert.Empty(outcome.Violations);
        Assert.True(outcome.Completed);
        FinalStateCheck.Run(cluster, "ledger", RunDirectory.WorkloadOf(manifest));
        Assert.Empty(cluster.Checker.Violations);
    }

    /// <summary>Goes on for some steps; of them, what follows the last commit is lost. Gives the number of operations accepted.</summary>
    private long GoOn(SimulationOptions options, RunManifest manifest, int steps)
    {
        using var store = RunDirectory.CreateLog(Log);
        using var pacer = new CommitPacer(store);
        using var cluster = Resumption.Resume(options, store, RunDirectory.WorkloadOf(manifest));
        for (var i = 0; i < steps && cluster.Step(); i++)
        {
            if (i == steps / 2) pacer.Commit();
        }

        return cluster.AcceptedCount;
    }

    [Fact]
    public void A_crash_between_the_begin_of_an_execution_and_its_end_replays()
    {
        var options = new SimulationOptions { Seed = 1, Faults = FaultProfile.None };
        var workload = FuzzWorkload.For("ledger", 300);
        Crash(options, workload, until: replica => replica.Host.State is { Execution: ExecutionPhase.Executing, LastExecuted.Value: >= 1 });
        Pbft.Succeed("run", "--resume", Log);
        Pbft.Succeed("replay", Log, "--verify");
        Pbft.Succeed("replay", Log);
    }

    /// <summary>Crashes the whole cluster as soon as a replica is in some state with everything written.</summary>
    private void Crash(SimulationOptions options, Workload workload, Predicate<SimulatedReplica> until)
    {
        Directory.CreateDirectory(Log);
        using var store = RunDirectory.CreateLog(Log);
        using var pacer = new CommitPacer(store);
        using var cluster = new Cluster(options, store, workload);
        RunDirectory.Create(Log, new RunManifest(cluster.Genesis, options with { Configuration = cluster.Configuration }, null, workload.Count));
        cluster.Start();
        while (!cluster.Replicas.Any(replica => until(replica) && replica.Host.Log.PendingCount == 0)) Assert.True(cluster.Step());
        pacer.Commit();
    }

    [Fact]
    public void A_run_that_is_over_has_nothing_left_to_do()
    {
        Pbft.Succeed("run", "--operations", "100", "--log", Log);
        var before = Pbft.Executed(Log, 1);
        Assert.Contains("100 of them before this start", Pbft.Succeed("run", "--resume", Log).Output, StringComparison.Ordinal);
        Assert.Equal(before, Pbft.Executed(Log, 1));
    }

    [Fact]
    public void The_options_of_a_resumed_run_are_its_own()
    {
        Pbft.Succeed("run", "--operations", "10", "--log", Log);
        var result = Pbft.Run("run", "--resume", Log, "--seed", "9");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("leave out --seed", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_that_changed_is_refused()
    {
        var input = Path.Combine(_temporary.Path, "lines.txt");
        File.WriteAllText(input, "one\ntwo\n");
        Pbft.Succeed("run", "--input", input, "--log", Log);
        File.WriteAllText(input, "one\ntoo\n");
        var result = Pbft.Run("run", "--resume", Log);
        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains("has changed since the run began", result.Notes, StringComparison.Ordinal);
    }

    private static string Text(byte[] operation) => Encoding.Latin1.GetString(operation);

    public void Dispose() => _temporary.Dispose();
}
