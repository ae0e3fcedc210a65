using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Tests.Cli;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>The scenarios of docs/audit.md, run by the lines that stand there and audited from the logs that they leave.</summary>
public sealed partial class ScenarioTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("equivocation", 0)]
    [InlineData("twins", 0)]
    [InlineData("amnesia", 2)]
    [InlineData("new-view", 1)]
    public void With_at_most_f_liars_all_holds_and_the_liar_is_found_and_nobody_else(string scenario, int liar)
    {
        var (run, audit) = RunAndAudit(scenario);

        Assert.True(run.ExitCode == ExitCodes.Holds, run.Output);
        Assert.Empty(audit["conflicts"]!);
        Assert.Equal([liar], Accused(audit));
        Assert.All(audit["accusations"]!, accusation => Assert.Contains((string)accusation["offence"]!, OffencesOf(scenario)));
        Assert.Contains(OffencesOf(scenario)[0], audit["accusations"]!.Select(accusation => (string)accusation["offence"]!));
        MustStandAlone(audit);
    }

    [Theory]
    [InlineData("equivocation-fork", new[] { 0, 1 }, 2)]
    [InlineData("twins-fork", new[] { 0, 1 }, 2)]
    [InlineData("amnesia-fork", new[] { 1, 2 }, 2)]
    [InlineData("new-view-fork", new[] { 1, 2, 3, 4, 5 }, 3)]
    public void With_more_than_f_liars_correct_replicas_decide_differently_and_at_least_f_plus_1_liars_are_convicted(string scenario, int[] liars, int weakQuorum)
    {
        var (run, audit) = RunAndAudit(scenario);

        Assert.Equal(ExitCodes.Violation, run.ExitCode);
        Assert.Contains("VIOLATED    agreement", run.Output, StringComparison.Ordinal);
        var conflict = audit["conflicts"]!.First();
        Assert.Empty(conflict["missing"]!);
        Assert.False((bool)audit["undetermined"]!);
        var accused = Accused(audit);
        Assert.True(accused.Count >= weakQuorum, $"{accused.Count} are accused");
        Assert.Subset(liars.ToHashSet(), accused.ToHashSet());
        Assert.All(audit["accusations"]!, accusation => Assert.Contains((string)accusation["offence"]!, OffencesOf(scenario)));
        MustStandAlone(audit);
    }

    // two logs of correct replicas, without those of the liars, are enough
    [Theory]
    [InlineData("equivocation-fork", 2, 3)]
    [InlineData("twins-fork", 2, 3)]
    [InlineData("amnesia-fork", 0, 3)]
    [InlineData("new-view-fork", 0, 6)]
    public void The_logs_of_two_correct_replicas_that_disagree_convict_as_many(string scenario, int one, int other)
    {
        var (run, audit) = RunAndAudit(scenario, one, other);

        Assert.Equal(ExitCodes.Violation, run.ExitCode);
        Assert.NotEmpty(audit["conflicts"]!);
        Assert.False((bool)audit["undetermined"]!);
        Assert.True(Accused(audit).Count >= 2);
        MustStandAlone(audit);
    }

    [Fact]
    public void Every_scenario_of_the_page_is_tested() =>
        Assert.Equal(
            ["amnesia", "amnesia-fork", "equivocation", "equivocation-fork", "new-view", "new-view-fork", "twins", "twins-fork"],
            Lines().Select(NameOf).Order(StringComparer.Ordinal));

    private static List<int> Accused(JObject audit) => [.. audit["accusations"]!.Select(accusation => (int)accusation["replica"]!).Distinct()];

    // The first is what it is about. An equivocating primary also commits to what its view-change then conceals.
    private static string[] OffencesOf(string scenario) => scenario.Split('-')[0] switch
    {
        "equivocation" => ["equivocation", "amnesia"],
        "twins" => ["equivocation"],
        "amnesia" => ["amnesia"],
        _ => ["bad-new-view", "unjustified-vote"],
    };

    private (PbftResult Run, JObject Audit) RunAndAudit(string scenario, params int[] logs)
    {
        var line = Lines().Single(line => NameOf(line) == scenario);
        var log = Path.Combine(_temporary.Path, scenario);
        var run = Pbft.Run([.. Words(line).Skip(1).Select(word => word == $"runs/{scenario}" ? log : word)]);
        var audited = logs.Length == 0 ? log : Pick(log, logs);
        var audit = Pbft.Run("audit", audited, "--evidence", Path.Combine(_temporary.Path, "proofs"), "--json");
        Assert.Equal(ExitCodes.Violation, audit.ExitCode);
        return (run, JObject.Parse(audit.Output));
    }

    private static void MustStandAlone(JObject audit)
    {
        foreach (var accusation in audit["accusations"]!)
        {
            var check = Pbft.Succeed("audit", "--check-evidence", (string)accusation["evidence"]!);
            Assert.Contains($"it proves {accusation["offence"]} of replica {accusation["replica"]}", check.Output.Replace("\n  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    // A run's directory with the streams of these replicas only.
    private string Pick(string log, int[] replicas)
    {
        var picked = Path.Combine(_temporary.Path, "picked");
        Directory.CreateDirectory(picked);
        File.Copy(Path.Combine(log, "run.json"), Path.Combine(picked, "run.json"));
        using var from = PbftReference.Simulation.RunDirectory.OpenLog(log);
        using var to = PbftReference.Simulation.RunDirectory.CreateLog(picked);
        foreach (var stream in replicas.Select(replica => PbftReference.EventLog.Log.LogStreams.OfReplica("sim", new PbftReference.Core.Types.ReplicaId(replica))))
        {
            PbftReference.EventLog.Stores.EventToAppend[] events = [.. from.Read(stream).Select(e => new PbftReference.EventLog.Stores.EventToAppend(e.Id, e.Type, e.Data, e.Metadata))];
            to.Append(stream, PbftReference.EventLog.Stores.ExpectedRevision.NoStream, events);
        }

        return picked;
    }

    private static IEnumerable<string> Lines() =>
        File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "audit.md")).Where(line => line.StartsWith("    pbft run ", StringComparison.Ordinal)).Select(line => line.Trim());

    private static string NameOf(string line) => line[(line.LastIndexOf('/') + 1)..];

    private static IEnumerable<string> Words(string line) => Word().Matches(line).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value);

    [GeneratedRegex("'([^']*)'|[^ ']+")]
    private static partial Regex Word();
}
