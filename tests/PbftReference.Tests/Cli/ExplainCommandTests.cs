using Newtonsoft.Json.Linq;
using PbftReference.Audit.Verification;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed partial class ExplainCommandTests
{
    private static readonly JToken[] All = [.. Inspect.Json("explain", "--json")["explanations"]!];

    [Theory]
    [InlineData("event")]
    [InlineData("message")]
    [InlineData("refusal")]
    [InlineData("timer")]
    [InlineData("reason for a view change")]
    [InlineData("replica phase")]
    [InlineData("slot phase")]
    [InlineData("execution phase")]
    [InlineData("record type")]
    [InlineData("guard")]
    [InlineData("action")]
    [InlineData("duty")]
    public void Every_name_of_the_log_and_of_a_verdict_is_explained_once_and_no_other(string kind)
    {
        IEnumerable<string> names = kind switch
        {
            "event" => Names.Events.All,
            "message" => Names.Messages.All,
            "refusal" => Names.Refusals.All,
            "timer" => Names.Timers.All,
            "reason for a view change" => Names.ViewChangeReasons.All,
            "replica phase" => Names.ReplicaPhases.All,
            "slot phase" => Names.SlotPhases.All,
            "execution phase" => Names.ExecutionPhases.All,
            "guard" => [.. SpecPeer.Guards, .. typeof(RecordGuards).GetFields().Select(field => (string)field.GetRawConstantValue()!)],
            "action" => [.. SpecAction.Names, "Deliver"],
            "duty" => SpecDesk.Names,
            _ => [.. Names.RecordTypes, RecordTypes.Blob, RecordTypes.RefusalsCounted, RecordTypes.SnapshotTaken, RecordTypes.Snapshot],
        };
        Assert.Equal(names.Order(StringComparer.Ordinal), All.Where(e => (string)e["kind"]! == kind).Select(e => (string)e["name"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_properties_that_the_simulation_checks_are_explained()
    {
        var sources = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "src", "PbftReference.Simulation"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);
        var reported = sources.SelectMany(source => Reported().Matches(source)).Select(m => m.Groups[1].Value.Replace(' ', '-')).Distinct().ToList();
        Assert.Contains("agreement", reported);
        Assert.All(reported, name => Assert.Contains(All, e => (string)e["kind"]! == "property" && (string)e["name"]! == name));
    }

    [Fact]
    public void Every_explanation_says_why_and_where_and_the_place_exists()
    {
        Assert.All(All, e =>
        {
            Assert.True(((string)e["meaning"]!).Length > 5 && ((string)e["why"]!).Length > 5 && ((string)e["source"]!).Length > 3, e.ToString());
            var code = ((string)e["code"]!).Split(':');
            var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, code[0]));
            Assert.True(text.Contains(code[1], StringComparison.Ordinal), $"{e["name"]}: {code[0]} does not contain {code[1]}");
        });
    }

    [Fact]
    public void A_name_of_two_things_is_explained_as_both()
    {
        var text = string.Join('\n', Inspect.Lines("explain", "prepared"));
        Assert.Contains("prepared (event)", text, StringComparison.Ordinal);
        Assert.Contains("prepared (slot phase)", text, StringComparison.Ordinal);
        Assert.Contains("source  paper 4.2", text, StringComparison.Ordinal);
        Assert.Contains("code    src/PbftReference.Core/", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    [Fact]
    public void A_record_type_may_be_written_without_its_version() => Assert.StartsWith("prepare-received/1 (record type)", Inspect.Lines("explain", "prepare-received")[0], StringComparison.Ordinal);

    [Fact]
    public void A_name_may_be_written_as_the_code_has_it() => Assert.Equal(Inspect.Lines("explain", "stale-view"), Inspect.Lines("explain", "StaleView"));

    [Theory]
    [InlineData("PreparedCertificateValid", "prepared-certificate-valid", "guard", "paper 4.2")]
    [InlineData("NothingLeftUndone", "nothing-left-undone", "guard", "this project")]
    [InlineData("LCommit", "l-commit", "action", "paper 4.2")]
    [InlineData("OweCommit", "owe-commit", "duty", "paper 4.2")]
    public void What_a_verdict_names_is_explained_with_its_section_and_the_page_that_maps_it(string name, string asInTheLog, string kind, string source)
    {
        var lines = Inspect.Lines("explain", name);
        Assert.Equal($"{name} ({kind})", lines[0]);
        Assert.Contains($"  source  {source}", lines);
        Assert.Contains("  see     spec/mapping.md", lines);
        Assert.Equal(lines, Inspect.Lines("explain", asInTheLog));
    }

    [Fact]
    public void A_page_that_an_explanation_names_has_the_name() =>
        Assert.All(All.Where(e => e["see"]!.Type != JTokenType.Null && (string)e["name"]! != "Deliver"), e =>
            Assert.Contains($"`{e["name"]}`", File.ReadAllText(Path.Combine(RepositoryRoot.Path, (string)e["see"]!)), StringComparison.Ordinal));

    [Fact]
    public void An_unknown_name_is_wrong_usage_and_what_was_meant_is_guessed()
    {
        var result = Inspect.Run("explain", "commited-local");
        Assert.Equal(64, result.Code);
        Assert.Contains("did you mean committed-local?", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_name_all_are_listed()
    {
        var text = string.Join(' ', Inspect.Lines("explain"));
        Assert.All(All, e => Assert.Contains((string)e["name"]!, text, StringComparison.Ordinal));
    }

    [System.Text.RegularExpressions.GeneratedRegex("Report\\(\"([a-z ]+)\"")]
    private static partial System.Text.RegularExpressions.Regex Reported();
}
