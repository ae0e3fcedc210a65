using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Cli.Fuzzing;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation.Fuzzing;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary><c>pbft fuzz --verify</c>: the log of each seed is judged by the specification.</summary>
public sealed class FuzzVerifyTests
{
    [Fact]
    public void The_table_and_the_document_tell_what_the_logs_held()
    {
        var table = Pbft.Succeed("fuzz", "--seeds", "3", "--lock-step", "--expect", "records>=100,executed>=10");
        Assert.Contains(table.Lines, line => line == "  judged by the specification, in lock-step: 3 logs, 3 conform; they held");
        Assert.All(table.Lines, line => Assert.True(line.Length <= 80 || !line.StartsWith("    ", StringComparison.Ordinal), line));
        var judged = JObject.Parse(Pbft.Succeed("fuzz", "--seeds", "3", "--verify", "--json").Output)["judged"]!;
        Assert.Equal((3, 3, false), ((long)judged["logs"]!, (long)judged["conforming"]!, (bool)judged["lockStep"]!));
        Assert.True((long)judged["counts"]!["records"]! > 100);
    }

    [Fact]
    public void Without_it_nothing_is_judged_and_nothing_can_be_expected()
    {
        Assert.Equal(JTokenType.Null, JObject.Parse(Pbft.Succeed("fuzz", "--seeds", "1", "--json").Output)["judged"]!.Type);
        var result = Pbft.Run("fuzz", "--seeds", "1", "--expect", "executed>=1");
        Assert.Equal(ExitCodes.Usage, result.ExitCode);
        Assert.Contains("add --verify", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_expected_of_all_logs_and_not_seen_is_unknown()
    {
        var result = Pbft.Run("fuzz", "--seeds", "1", "--verify", "--expect", "transfers>=1000000");
        Assert.Equal(ExitCodes.Unknown, result.ExitCode);
        Assert.Contains("at least 1,000,000 are expected", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_does_not_conform_is_a_violation_and_is_saved_with_its_failing_prefix()
    {
        using var directory = new TemporaryDirectory();
        using var fuzzed = new InMemoryEventStore();
        using var wrong = new InMemoryEventStore();
        var result = Fuzzer.Run(FuzzCase.FromSeed(1, 4), fuzzed);
        var replica = Enumerable.Range(0, 4).Select(i => new ReplicaId(i)).First(id => result.Case.Options.Faulty.All(faulty => faulty.Replica != id));
        Weaken(fuzzed, wrong, replica);
        var judge = new SeedJudge(true, ImmutableSortedDictionary<string, long>.Empty, directory.Path);
        var judged = judge.Judge(result, wrong);
        Assert.Equal((FuzzVerdict.Violation, 1, 0), (judged.Verdict, judge.Logs, judge.Conforming));
        Assert.Contains("PreparedCertificateValid is false", judged.Detail, StringComparison.Ordinal);
        var faulty = string.Join(',', result.Case.Options.Faulty.Select(f => f.Replica));
        foreach (var file in (string[])[judged.SavedLog!, judged.SavedLog + ".violation.jsonl"])
        {
            var verified = Pbft.Run("verify", file, "--json", "--prefix", Path.Combine(directory.Path, "again.jsonl"));
            Assert.Equal(ExitCodes.Violation, verified.ExitCode);
            Assert.Equal("PreparedCertificateValid", (string)JObject.Parse(verified.Output)["violations"]![0]!["guard"]!);
            Assert.Equal(faulty, string.Join(',', JObject.Parse(verified.Output)["faulty"]!));
        }
    }

    // One replica's log up to its first certificate, without the votes that made it.
    private static void Weaken(IEventStore from, IEventStore to, ReplicaId replica)
    {
        var log = ReplicaLog.Open(to, "sim", replica);
        foreach (var record in ReplicaLog.Read(from, LogStreams.OfReplica("sim", replica)))
        {
            if (record.Step is not { } step) continue;
            log.Add(step with { Events = [.. step.Events.Where(e => e is not PrepareAccepted)] }, record.TimeMs);
            if (step.Events.Any(e => e is Prepared)) break;
        }

        log.Flush();
    }
}
