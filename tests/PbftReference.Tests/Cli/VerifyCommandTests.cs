using Newtonsoft.Json.Linq;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Simulation.Fuzzing;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class VerifyCommandTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void A_run_conforms_with_counts_and_its_faulty_replicas_are_told()
    {
        var result = Pbft.Run("verify", run.Directory, "--lock-step");
        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("conforms: ", result.Lines[^1], StringComparison.Ordinal);
        Assert.Contains(" views-entered", result.Output, StringComparison.Ordinal);
        Assert.Contains("taken as faulty are the replicas that the run made so: 0", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_verdict_counts_and_replicas()
    {
        var json = Inspect.Json("verify", run.Directory, "--json");
        Assert.Equal(("pbft.verify/1", "conforms", 0), ((string)json["schema"]!, (string)json["verdict"]!, (int)json["exitCode"]!));
        Assert.Equal([1, 2, 3], json["replicas"]!.Select(replica => (int)replica["replica"]!));
        Assert.True((long)json["counts"]!["executed"]! > 0);
        Assert.Equal(JTokenType.Null, json["prefix"]!.Type);
    }

    [Fact]
    public void An_exported_trace_conforms_like_its_run()
    {
        var file = run.Beside("verified.jsonl");
        Pbft.Succeed("trace", "export", run.Directory, "-o", file);
        Assert.Equal(Pbft.Succeed("verify", run.Directory).Output, Pbft.Succeed("verify", file).Output);
    }

    [Theory]
    [InlineData("cluster", "", "the field \"cluster\" is empty")]
    [InlineData("cluster", "c\u001b[31m", "the field \"cluster\" holds a control character")]
    [InlineData("service", "s\u0007", "the field \"service\" holds a control character")]
    [InlineData("implementation", "a\nb", "the field \"implementation\" holds a control character")]
    public void A_name_in_a_header_that_cannot_be_one_is_wrong_data(string field, string name, string words)
    {
        var header = Header();
        header[field] = name;
        var file = run.Beside("named.jsonl");
        File.WriteAllText(file, header.ToString(Newtonsoft.Json.Formatting.None) + "\n");
        var result = Pbft.Run("verify", file);
        Assert.Equal(65, result.ExitCode);
        Assert.Contains($"{file}:1: ", result.Notes, StringComparison.Ordinal);
        Assert.Contains(words, result.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Notes);
    }

    [Fact]
    public void A_trace_without_any_steps_is_undetermined()
    {
        var file = run.Beside("foreign.jsonl");
        File.WriteAllText(file, Header().ToString(Newtonsoft.Json.Formatting.None) + "\n");
        var result = Pbft.Run("verify", file);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("nothing was judged", result.Output, StringComparison.Ordinal);
    }

    private static JObject Header()
    {
        var configuration = new JObject { ["replicas"] = 4, ["faults"] = 1, ["checkpointPeriod"] = 10, ["logMultiplier"] = 2 };
        return new JObject
        {
            ["schema"] = "pbft.trace/1",
            ["profile"] = "osdi99",
            ["authentication"] = "signatures",
            ["implementation"] = "another",
            ["cluster"] = "c",
            ["service"] = "s",
            ["configuration"] = configuration,
        };
    }

    [Fact]
    public void What_is_expected_and_not_seen_is_undetermined()
    {
        var result = Pbft.Run("verify", run.Directory, "--expect", "executed>=1,transfers>=1000");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("transfers: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("at least 1000 are expected", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "did you mean executed?", "--expect", "executd>=1")]
    [InlineData(64, "not of the form NAME>=COUNT", "--expect", "executed=1")]
    [InlineData(64, "the cluster has replicas 0 to 3", "--faulty", "4")]
    [InlineData(64, "'executed' stands there twice; say once how many are expected", "--expect", "executed>=1,executed>=0")]
    [InlineData(64, "--expect '': it is empty; name what must be seen", "--expect", "")]
    [InlineData(64, "--expect ',': it is empty", "--expect", ",")]
    [InlineData(64, "--expect 'executed>=1,': a comma has nothing on one side", "--expect", "executed>=1,")]
    [InlineData(64, "--faulty '': it is empty; name replicas as in --faulty 1,2, or none for nobody", "--faulty", "")]
    [InlineData(64, "--faulty ',1': a comma has nothing on one side", "--faulty", ",1")]
    public void Wrong_options_say_what_was_meant(int code, string words, string option, string value)
    {
        var result = Pbft.Run("verify", run.Directory, option, value);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(words, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_one_log_is_wrong_usage_and_audit_is_named_for_them()
    {
        var result = Pbft.Run("verify", run.Directory, run.Directory);
        Assert.Equal(64, result.ExitCode);
        Assert.Contains("'pbft audit' takes the logs of single replicas, as many as there are", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void One_replica_of_a_cluster_is_refused_with_what_judges_it()
    {
        var cluster = run.Beside("cluster");
        Pbft.Succeed("keygen", "--replicas", "4", "--cluster", cluster);
        var replica = Path.Combine(cluster, "replica-0");
        var result = Pbft.Run("verify", replica);
        Assert.Equal(65, result.ExitCode);
        Assert.Contains($"{replica} is one replica of the cluster in ", result.Notes, StringComparison.Ordinal);
        Assert.Contains($"'pbft audit {replica}' audits it alone", result.Notes, StringComparison.Ordinal);
        Assert.DoesNotContain("--replica", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_what_each_option_takes()
    {
        var help = Pbft.Succeed("verify", "--help").Output;
        Assert.Contains("--expect <COUNTS>", help, StringComparison.Ordinal);
        Assert.Contains("'executed>=10,view-changes>=1'", help, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_exist_is_wrong_data() => Assert.Equal(65, Pbft.Run("verify", run.Beside("nothing")).ExitCode);

    [Fact]
    public void A_log_that_others_signatures_contradict_is_corrupt_and_not_judged()
    {
        var copy = Copy("damaged", (replica, step) => replica.Value == 1 ? Weakened(step) : step);
        var result = Pbft.Run("verify", copy);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("corrupt: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Logs_that_are_cut_off_do_not_pass()
    {
        var result = Pbft.Run("verify", Copy("cut", (_, step) => step, cut: 12));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("executed nothing", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_whose_beginning_was_truncated_is_judged_from_its_snapshot_on_and_so_is_its_failing_prefix()
    {
        var copy = run.Beside("truncated");
        Truncated(copy);
        var whole = Pbft.Run("verify", copy);
        Assert.Equal(2, whole.ExitCode);
        Assert.Contains("--from-snapshot", whole.Output, StringComparison.Ordinal);

        var result = Pbft.Run("verify", copy, "--from-snapshot", "--lock-step", "--expect", "executed>=1");
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("conforms, as far as it was judged: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("not judged: replica-sim.", result.Output, StringComparison.Ordinal);

        var file = run.Beside("truncated.jsonl");
        Pbft.Succeed("trace", "export", copy, "-o", file);
        Assert.Equal(result.Output, Pbft.Run("verify", file, "--from-snapshot", "--lock-step", "--expect", "executed>=1").Output);
    }

    // A run whose replicas keep what follows on their snapshots.
    private static void Truncated(string directory)
    {
        var drawn = FuzzCase.FromSeed(1, 4);
        var fuzzed = drawn with { Options = drawn.Options with { Snapshots = new SnapshotPolicy(60, Retention: Retention.SinceSnapshots) } };
        using var memory = new InMemoryEventStore();
        using var cluster = new Cluster(fuzzed.Options, memory, new Workload(0, _ => []));
        RunDirectory.Create(directory, new RunManifest(cluster.Genesis, fuzzed.Options with { Configuration = cluster.Genesis.Configuration }, null, fuzzed.Operations));
        using var store = RunDirectory.CreateLog(directory);
        Fuzzer.Run(fuzzed, store);
    }

    [Theory]
    [InlineData(64, "--within must be at least 0, not -1", "--within=-1")]
    [InlineData(0, "a log is held to every step: it has no effect", "--within=3")]
    public void What_has_no_effect_on_a_log_or_no_sense_is_told(int code, string words, string option)
    {
        var result = Pbft.Run("verify", run.Directory, option);
        Assert.Equal(code, result.ExitCode);
        Assert.Contains(words, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_a_report_is_wider_than_a_terminal()
    {
        var copy = Copy("wide", (_, step) => Weakened(step), only: 1);
        var result = Pbft.Run("verify", copy, "--prefix", run.Beside("p.jsonl"));
        Assert.All(result.Lines, line => Assert.True(line.Length <= 80 || line.StartsWith("  pbft verify ", StringComparison.Ordinal), line));
        Assert.Contains(result.Lines, line => line.StartsWith("  could   ", StringComparison.Ordinal));
    }

    // Without the vote that made the certificate.
    private static Step Weakened(Step step) =>
        step.Events.Any(e => e is Prepared) ? step with { Events = [.. step.Events.Where(e => e is not PrepareAccepted)] } : step;

    [Fact]
    public void The_report_names_the_command_that_explains_its_first_guard()
    {
        var lines = Pbft.Run("verify", Copy("unexplained", (_, step) => Weakened(step), only: 1)).Lines;
        var command = lines.Single(line => line.StartsWith("  pbft explain ", StringComparison.Ordinal)).Trim().Split(' ');
        Assert.StartsWith("PreparedCertificateValid (guard)", Pbft.Succeed(command[1..]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_violation_is_told_with_its_guard_and_the_shortest_failing_prefix_violates_too()
    {
        var copy = Copy("wrong", (_, step) => Weakened(step), only: 1);
        var result = Pbft.Run("verify", copy, "--json");
        Assert.Equal(1, result.ExitCode);
        var json = JObject.Parse(result.Output);
        var first = json["violations"]![0]!;
        Assert.Equal(("commit-sent", "LCommit", "PreparedCertificateValid", 1), ((string)first["event"]!, (string)first["action"]!, (string)first["guard"]!, (int)first["replica"]!));
        Assert.Contains("a quorum is 3", (string)first["values"]!, StringComparison.Ordinal);
        var prefix = (string)json["prefix"]!;
        Assert.Equal(copy + ".violation.jsonl", prefix);
        var again = Pbft.Run("verify", prefix, "--json", "--prefix", run.Beside("again.jsonl"));
        Assert.Equal(1, again.ExitCode);
        Assert.Equal(first.ToString(), JObject.Parse(again.Output)["violations"]![0]!.ToString());
        Assert.Equal(File.ReadAllText(prefix), File.ReadAllText(run.Beside("again.jsonl")));
    }

    [Fact]
    public void A_prefix_that_cannot_be_written_costs_no_verdict()
    {
        var copy = Copy("unwritten", (_, step) => Weakened(step), only: 1);
        var nowhere = run.Beside(Path.Combine("nowhere", "p.jsonl"));
        var result = Pbft.Run("verify", copy, "--prefix", nowhere);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("VIOLATION by replica 1", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("violates: ", result.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("failing prefix", result.Output, StringComparison.Ordinal);
        Assert.Contains($"the shortest failing prefix cannot be written to {nowhere}: there is no directory ", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_says_why_a_prefix_could_not_be_written()
    {
        var copy = Copy("untold", (_, step) => Weakened(step), only: 1);
        var result = Pbft.Run("verify", copy, "--json", "--prefix", run.Beside(""));
        var json = JObject.Parse(result.Output);
        Assert.Equal((1, "violates", JTokenType.Null), (result.ExitCode, (string)json["verdict"]!, json["prefix"]!.Type));
        Assert.Contains("it is a directory", (string)json["prefixError"]!, StringComparison.Ordinal);
        Assert.Equal(JTokenType.Null, JObject.Parse(Pbft.Run("verify", copy, "--json", "--prefix", run.Beside("told.jsonl")).Output)["prefixError"]!.Type);
    }

    // The run with its steps changed and chained anew; of the replica that is named, or of all.
    private string Copy(string name, Func<ReplicaId, Step, Step> change, int? only = null, int cut = int.MaxValue)
    {
        var copy = run.Beside(name);
        Directory.CreateDirectory(copy);
        File.Copy(RunDirectory.ManifestPath(run.Directory), RunDirectory.ManifestPath(copy));
        using var from = RunDirectory.OpenLog(run.Directory);
        using var to = RunDirectory.CreateLog(copy);
        foreach (var replica in Enumerable.Range(0, 4).Where(i => i == (only ?? i)).Select(i => new ReplicaId(i))) Rewrite(from, to, replica, change, cut);
        return copy;
    }

    private static void Rewrite(IEventStore from, IEventStore to, ReplicaId replica, Func<ReplicaId, Step, Step> change, int cut)
    {
        var log = ReplicaLog.Open(to, "sim", replica);
        foreach (var record in ReplicaLog.Read(from, LogStreams.OfReplica("sim", replica)).Take(cut))
        {
            if (record.Step is { } step) log.Add(change(replica, step), record.TimeMs);
            if (record.Counts is { } counts) log.AddRefusals(counts, record.TimeMs);
        }

        log.Flush();
    }
}
