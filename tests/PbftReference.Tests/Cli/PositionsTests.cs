using System.Globalization;
using Newtonsoft.Json.Linq;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>Positions name records; see docs/command-line-inspect.md.</summary>
public sealed class PositionsTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    private JObject StateAt(string position) => Inspect.Json("state", run.Directory, "--replica", "2", "--at", position, "--json");

    private long RevisionOf(string position) => long.Parse((string)StateAt(position)["revision"]!, CultureInfo.InvariantCulture);

    private JToken State(long revision) => StateAt(revision.ToString(CultureInfo.InvariantCulture))["state"]!;

    [Fact]
    public void Start_and_end_and_percentages_go_from_the_first_record_to_the_last()
    {
        var last = RevisionOf("end");
        Assert.True(last > 20);
        Assert.Equal(0, RevisionOf("start"));
        Assert.Equal(0, RevisionOf("0%"));
        Assert.Equal(last / 2, RevisionOf("50%"));
        Assert.Equal(last, RevisionOf("100%"));
        Assert.Equal(7, RevisionOf("7"));
    }

    [Fact]
    public void A_view_is_where_the_replica_entered_it_and_not_where_it_asked_for_it()
    {
        var entered = RevisionOf("view:1");
        Assert.Equal("normal", State(entered)["phase"]);
        Assert.Equal("1", State(entered)["view"]);
        Assert.Equal("view-changing", State(entered - 1)["phase"]);
        Assert.Equal(0, RevisionOf("view:0"));
    }

    [Theory]
    [InlineData("pre-prepared")]
    [InlineData("prepared")]
    [InlineData("committed-local")]
    public void A_place_in_a_phase_is_the_first_record_after_which_it_is_in_it(string phase)
    {
        var revision = RevisionOf($"seq:3:{phase}");
        Assert.Equal(phase, PhaseOf(State(revision)));
        Assert.NotEqual(phase, PhaseOf(State(revision - 1)));

        static string? PhaseOf(JToken state) => (string?)state["window"]!.FirstOrDefault(slot => (string?)slot["sequenceNumber"] == "3")?["phase"];
    }

    [Fact]
    public void Execution_checkpoint_and_stability_follow_one_another()
    {
        var executed = RevisionOf("seq:2:executed");
        Assert.Equal("2", State(executed)["lastExecuted"]);
        Assert.Equal("1", State(executed - 1)["lastExecuted"]);
        Assert.True(RevisionOf("seq:2:checkpoint") >= executed);
        var stable = RevisionOf("seq:2:stable");
        Assert.Equal("2", State(stable)["stable"]!["sequenceNumber"]);
        Assert.True(stable >= RevisionOf("seq:2:checkpoint"));
    }

    [Theory]
    [InlineData("99999", 65, "its records are 0 to")]
    [InlineData("view:7", 65, "never entered")]
    [InlineData("seq:400:executed", 65, "never executed")]
    [InlineData("seq:3:finished", 64, "committed-local")]
    [InlineData("101%", 64, "0% to 100%")]
    [InlineData("yesterday", 64, "'yesterday' is not a position")]
    [InlineData("-1", 64, "not a position")]
    [InlineData("view:x", 64, "no whole number")]
    public void What_is_no_position_and_where_nothing_is_are_told_apart(string position, int code, string message)
    {
        var result = Inspect.Run("state", run.Directory, "--replica", "2", $"--at={position}");
        Assert.Equal(code, result.Code);
        Assert.Contains(message, result.Notes, StringComparison.Ordinal);
        Assert.Empty(result.Result);
    }
}
