using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using PbftReference.Tests.Cli;
using Xunit;

namespace PbftReference.Tests.Audit.Foreign;

/// <summary>Traces that a program in another language wrote from the documentation alone: tests/foreign/trace.py.</summary>
public sealed class ForeignProgramTests : IDisposable
{
    private readonly ForeignTraces _traces = new();

    [Fact]
    public void A_good_trace_conforms()
    {
        var (code, json) = Verify("good");
        Assert.Equal((0, "conforms"), (code, (string)json["verdict"]!));
        Assert.Equal([0, 1, 2, 3], json["replicas"]!.Select(replica => (int)replica["replica"]!));
        Assert.All(json["replicas"]!, replica => Assert.Equal(("3", "2"), ((string)replica["executed"]!, (string)replica["low"]!)));
        Assert.Equal(("4", "12"), ((string)json["counts"]!["stable"]!, (string)json["counts"]!["executed"]!));
        Assert.True((int)json["counts"]!["join-edges"]! > 0);
    }

    [Theory]
    [InlineData("few-prepares", 2, "LCommit", "PreparedCertificateValid", "votes of 0 2, a quorum is 3")]
    [InlineData("other-batch", 3, "LExecute", "AsRecorded", "is committed there")]
    [InlineData("never-sent", 1, "Deliver", "SentByItsSender", "never sent it")]
    public void A_bad_trace_violates_and_the_guard_is_named(string fault, int replica, string action, string guard, string values)
    {
        var (code, json) = Verify(fault);
        var first = json["violations"]![0]!;
        Assert.Equal((1, replica, action, guard), (code, (int)first["replica"]!, (string)first["action"]!, (string)first["guard"]!));
        Assert.Contains(values, (string)first["values"]!, StringComparison.Ordinal);
        FailsTheSameWay(json);
    }

    [Theory]
    [InlineData("other-results", "LExecute", "ServiceDeterministic", "with result 1 \"whatever\" here, and ", " with result 1 \"3\" at replicas 0 (#")]
    [InlineData("other-checkpoint", "LCheckpoint", "AsRecorded", "the state after 2 is signed for with ", " at replicas 0 (#")]
    public void A_replica_that_alone_records_something_else_is_named_though_it_is_read_first(string fault, string action, string guard, params string[] values)
    {
        var (code, json) = Verify(fault);
        var only = Assert.Single(json["violations"]!);
        Assert.Equal((1, 1, action, guard), (code, (int)only["replica"]!, (string)only["action"]!, (string)only["guard"]!));
        Assert.All([.. values, ": 1 against 3. "], text => Assert.Contains(text, (string)only["values"]!, StringComparison.Ordinal));
        FailsTheSameWay(json);
    }

    private void FailsTheSameWay(JObject json)
    {
        var again = Pbft.Run("verify", (string)json["prefix"]!, "--json", "--prefix", _traces.Beside("again.jsonl"));
        Assert.Equal(1, again.ExitCode);
        var (first, same) = (json["violations"]![0]!, JObject.Parse(again.Output)["violations"]![0]!);
        Assert.True((int)same["line"]! <= (int)first["line"]!, "the prefix has no more lines");
        same["line"] = first["line"];
        Assert.Equal(first.ToString(), same.ToString());
    }

    [Fact]
    public void Of_a_replica_that_only_took_over_a_state_it_is_said_that_it_did()
    {
        var (code, json) = Verify("caught-up");
        Assert.Equal((2, "1"), (code, (string)json["counts"]!["transfers"]!));
        Assert.StartsWith("replica 3 executed nothing itself: it took over from others what was executed up to 2", (string)Assert.Single(json["missing"]!)!, StringComparison.Ordinal);
        Assert.Equal(0, _traces.Verify("caught-up", options: ["--expect", "executed>=9,transfers>=1"]).Code);
    }

    [Fact]
    public void Behind_a_view_change_without_certificates_nothing_is_passed()
    {
        var (code, json) = Verify("view-change");
        Assert.Equal((2, "undetermined"), (code, (string)json["verdict"]!));
        Assert.Empty(json["violations"]!);
        Assert.Equal("3", (string)json["counts"]!["view-changes"]!);
        Assert.Contains(json["missing"]!, missing => ((string)missing!).Contains("it sends in view 1, and profile osdi99 does not say", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dropped-place", 1, "NewViewValid", "carries null over at 3, and from the view-changes of 1 2 3 follows ")]
    [InlineData("left-place", 1, "NewViewValid", "carries nothing over at 3, and from the view-changes of 1 2 3 follows ")]
    [InlineData("other-primary", 2, "IsPrimary", "the primary of view 1 is replica 1")]
    [InlineData("absent-asker", 1, "ViewChangesDelivered", "names the view-changes of 0 1 2, and none for this view came from 0")]
    public void A_new_view_that_does_not_follow_from_what_its_sender_had_violates(string fault, int replica, string guard, string values)
    {
        foreach (var profile in (string[])["osdi99", "fabric-pq"])
        {
            var (code, json) = _traces.Verify(fault, profile);
            var only = Assert.Single(json["violations"]!);
            Assert.Equal((1, replica, "LNewView", guard), (code, (int)only["replica"]!, (string)only["action"]!, (string)only["guard"]!));
            Assert.Contains(values, (string)only["values"]!, StringComparison.Ordinal);
            FailsTheSameWay(json);
        }
    }

    [Fact]
    public void Correct_replicas_that_execute_different_batches_violate_unless_more_than_f_may_be_faulty_or_anybody_may_have_sent_it()
    {
        var file = WithAnotherExecutionBehindTheViewChange();
        var result = Pbft.Run("verify", file, "--json", "--faulty", "1");
        var json = JObject.Parse(result.Output);
        var only = Assert.Single(json["violations"]!);
        Assert.Equal((1, "Agreement"), (result.ExitCode, (string)only["guard"]!));
        Assert.StartsWith("at 3 replica 0 executed ", (string)only["values"]!, StringComparison.Ordinal);
        Assert.Equal(1, Pbft.Run("verify", (string)json["prefix"]!, "--faulty", "1").ExitCode);

        var tooMany = Pbft.Run("verify", file, "--faulty", "1,2");
        Assert.Equal(2, tooMany.ExitCode);
        Assert.Contains("correct replicas did not decide the same", tooMany.Output, StringComparison.Ordinal);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"signatures\"", "\"macs\"", StringComparison.Ordinal));
        Assert.Equal(2, Pbft.Run("verify", file).ExitCode);
    }

    // From its first message in view 1 on replica 3 is not judged, and there it executes another batch at 3 than the others did.
    private string WithAnotherExecutionBehindTheViewChange()
    {
        var file = Write("view-change");
        var lines = File.ReadAllLines(file).Select(JObject.Parse).ToList();
        var line = lines.Single(line => (int?)line["replica"] == 3 && (string?)line["execute"]?[0]!["sequenceNumber"] == "3");
        var executed = (JArray)line["execute"]!.DeepClone();
        line.Remove("execute");
        executed[0]["batchDigest"] = new string('a', 64);
        lines.Add(new JObject { ["replica"] = 3, ["step"] = "99", ["execute"] = executed });
        File.WriteAllText(file, string.Concat(lines.Select(line => line.ToString(Newtonsoft.Json.Formatting.None) + "\n")));
        return file;
    }

    [Fact]
    public void What_is_wrong_before_the_view_change_is_a_violation_still()
    {
        var file = Write("view-change");
        var lines = File.ReadAllLines(file);
        var at = Array.FindIndex(lines, line => line.Contains("\"kind\": \"commit\"", StringComparison.Ordinal) && line.Contains("\"send\"", StringComparison.Ordinal));
        File.WriteAllLines(file, lines.Where((line, i) => i != at));
        Assert.Equal(1, Pbft.Run("verify", file).ExitCode);
    }

    [Fact]
    public void Without_batches_or_authentication_nothing_is_passed_nor_held_against_anybody()
    {
        var batches = new Regex("""
            , "batch": \[[^]]*\]
            """);
        var file = Write("good");
        File.WriteAllText(file, batches.Replace(File.ReadAllText(file), ""));
        var result = Pbft.Run("verify", file);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("carries the batch", result.Output, StringComparison.Ordinal);

        file = Write("never-sent");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"signatures\"", "\"none\"", StringComparison.Ordinal));
        Assert.Equal(2, Pbft.Run("verify", file).ExitCode);
    }

    [Theory]
    [InlineData("fabric-pq", "signatures")]
    [InlineData("fabric-pq", "macs")]
    [InlineData("osdi99", "macs")]
    public void Another_profile_and_MACs_are_judged_like_that(string profile, string authentication)
    {
        Assert.Equal(0, _traces.Verify("good", profile, authentication).Code);
        foreach (var (fault, replica, guard) in ((string, int, string)[])
        [
            ("few-prepares", 2, "PreparedCertificateValid"), ("other-batch", 3, "AsRecorded"), ("never-sent", 1, "SentByItsSender"), ("hidden-place", 2, "AsRecorded"),
        ])
        {
            var (code, json) = _traces.Verify(fault, profile, authentication);
            var first = json["violations"]![0]!;
            Assert.Equal((fault, 1, replica, guard), (fault, code, (int)first["replica"]!, (string)first["guard"]!));
        }

        Assert.Equal(2, _traces.Verify("view-change", profile, authentication).Code);
    }

    [Fact]
    public void A_view_change_of_fabric_reports_what_was_pre_prepared_too_and_of_the_paper_does_not()
    {
        var file = _traces.Write("view-change", "fabric-pq");
        Assert.Contains("\"prePrepared\"", File.ReadAllText(file), StringComparison.Ordinal);
        File.WriteAllText(file, File.ReadAllText(file).Replace("fabric-pq", "osdi99", StringComparison.Ordinal));
        var result = Pbft.Run("verify", file);
        Assert.Equal(65, result.ExitCode);
        Assert.Contains("prePrepared", result.Notes, StringComparison.Ordinal);
    }

    private (int Code, JObject Json) Verify(string fault) => _traces.Verify(fault);

    private string Write(string fault) => _traces.Write(fault);

    public void Dispose() => _traces.Dispose();
}
