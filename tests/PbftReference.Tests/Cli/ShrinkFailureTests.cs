using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A whole failure made small: two liars among four, of whom one is tolerated, fool a client or make correct replicas disagree.</summary>
public sealed class ShrinkFailureTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_failure_becomes_smaller_and_stays_the_same_and_the_small_scenario_repeats_it_byte_for_byte()
    {
        Fail(At("run"));

        var shrunk = JObject.Parse(Pbft.Succeed("shrink", At("run"), "--log", At("small"), "--json", "--budget", "250").Output);

        Assert.Equal("checker", (string)shrunk["kind"]!);
        Assert.StartsWith("client safety: ", (string)shrunk["what"]!, StringComparison.Ordinal);
        foreach (var part in (string[])["operations", "clients", "faults"]) Assert.True((long)shrunk["after"]![part]! < (long)shrunk["before"]![part]!, $"{part}: {shrunk}");
        Assert.Equal(JTokenType.Null, shrunk["inputs"]!.Type);
        var again = Pbft.Run("run", "--scenario", At("small"), "--log", At("again"));
        Assert.Equal(ExitCodes.Violation, again.ExitCode);
        Assert.Contains("VIOLATED    client safety: ", again.Output, StringComparison.Ordinal);
        Assert.Equal(Exported("small"), Exported("again"));
        Assert.Equal(File.ReadAllText(Path.Combine(At("small"), "run.json")), File.ReadAllText(Path.Combine(At("again"), "run.json")));
        Pbft.Succeed("log", "verify", At("small"));
        Pbft.Succeed("replay", At("small"), "--verify", "--replica", "3");
        Assert.Contains("\"faultPlan\": [", File.ReadAllText(Path.Combine(At("small"), "run.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_failure_gives_the_same_small_one_from_its_directory_its_manifest_and_its_trace()
    {
        FailAtOnce(At("run"));
        Pbft.Succeed("trace", "export", At("run"), "-o", At("run.jsonl"));
        Pbft.Succeed("shrink", At("run"), "--log", At("a"));
        Pbft.Succeed("shrink", Path.Combine(At("run"), "run.json"), "--log", At("b"));
        Pbft.Succeed("shrink", At("run.jsonl"), "--log", At("c"));

        Assert.Equal(Exported("a"), Exported("b"));
        Assert.Equal(Exported("a"), Exported("c"));
    }

    [Fact]
    public void The_budget_bounds_the_runs_and_what_is_left_still_fails()
    {
        FailAtOnce(At("run"));

        var result = Pbft.Succeed("shrink", At("run"), "--log", At("small"), "--budget", "2");

        Assert.Contains("the budget of 2 runs is spent", result.Notes, StringComparison.Ordinal);
        Assert.Contains("after 2 runs", result.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Violation, Pbft.Run("run", "--scenario", At("small"), "--store", "memory").ExitCode);
    }

    [Fact]
    public void What_does_not_fail_is_not_shrunk()
    {
        Pbft.Succeed("run", "--seed", "7", "--operations", "20", "--log", At("run"));
        File.WriteAllText(At("foreign.txt"), "no run\n");
        File.WriteAllText(At("empty"), "");

        Refused(ExitCodes.Unknown, "ends well: there is no failure to shrink", "shrink", At("run"), "--log", At("small"));
        Refused(ExitCodes.Data, "is not a manifest", "shrink", At("foreign.txt"), "--log", At("small"));
        Refused(ExitCodes.Data, "is not a manifest", "shrink", At("empty"), "--log", At("small"));
        Refused(ExitCodes.Data, "it does not exist", "shrink", At("nowhere"), "--log", At("small"));
        Refused(ExitCodes.Usage, "--budget must be at least 1", "shrink", At("run"), "--log", At("small"), "--budget", "0");
        Refused(ExitCodes.Usage, "add --inputs", "shrink", At("run"), "--log", At("small"), "--replica", "1");
        Refused(ExitCodes.Data, "is there already", "shrink", At("run"), "--log", At("run"));
        Assert.False(Path.Exists(At("small")));
    }

    [Fact]
    public void A_scenario_takes_the_place_of_the_options_and_may_be_written_by_hand()
    {
        Pbft.Succeed("run", "--seed", "7", "--operations", "20", "--faults", "none", "--log", At("run"));
        var scenario = JObject.Parse(File.ReadAllText(Path.Combine(At("run"), "run.json")));
        scenario["seed"] = "8";
        scenario["faults"] = "Plan";
        scenario["faultPlan"] = JArray.Parse("""[{"at":3,"fault":"crash","replica":2,"down":40}]""");
        scenario["picked"] = new JArray(3, 5, 19);
        File.WriteAllText(At("mine.json"), scenario.ToString());

        var result = Pbft.Succeed("run", "--scenario", At("mine.json"), "--log", At("mine"));

        Assert.StartsWith("seed=8 n=4 f=1 faults=plan(1) service=ledger operations=3\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("0.003 s  replica 2 crashes", result.Output, StringComparison.Ordinal);
        Assert.Equal(["op 19", "op 3", "op 5"], Pbft.Executed(At("mine"), 1).Order(StringComparer.Ordinal));
        Refused(ExitCodes.Usage, "leave out --faults", "run", "--scenario", At("mine.json"), "--faults", "many");
        Refused(ExitCodes.Usage, "leave out --scenario", "run", "--resume", At("run"), "--scenario", At("mine.json"));
        scenario["clients"] = 0;
        File.WriteAllText(At("mine.json"), scenario.ToString());
        Refused(ExitCodes.Data, "--clients must be at least 1", "run", "--scenario", At("mine.json"));
        Refused(ExitCodes.Data, "it does not exist", "run", "--scenario", At("nowhere"));
    }

    // Whether the two of them get to it depends on crashes and lost frames.
    private static void Fail(string directory) => Fail(directory, "--seed", "3", "--faulty", "1:lie-view-change,2:lie-view-change", "--think-time", "30", "--progress-within", "5000");

    private static void FailAtOnce(string directory) => Fail(directory, "--seed", "8", "--faulty", "0:equivocate,1:vote-for-everything");

    private static void Fail(string directory, params string[] options) =>
        Assert.Equal(ExitCodes.Violation, Pbft.Run(["run", "--operations", "60", "--batch", "3", "--faults", "many", "--log", directory, .. options]).ExitCode);

    private string Exported(string name)
    {
        Pbft.Succeed("trace", "export", At(name), "-o", At(name + ".exported"));
        return File.ReadAllText(At(name + ".exported"));
    }

    private string At(string name) => Path.Combine(_temporary.Path, name);

    private static void Refused(int code, string message, params string[] args)
    {
        var result = Pbft.Run(args);
        Assert.True(result.ExitCode == code && result.Notes.Contains(message, StringComparison.Ordinal), $"pbft {string.Join(' ', args)} gave {result.ExitCode}: {result.Output}{result.Notes}");
    }
}
