using System.Text;
using Newtonsoft.Json.Linq;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class StateCommandTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void The_state_is_the_one_that_recovery_finds()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var recovered = ReplicaRecovery.Recover(store, RunDirectory.ReadManifest(run.Directory).Genesis, new ReplicaId(3));
        var shown = Inspect.Json("state", run.Directory, "--replica", "3", "--json");
        Assert.Equal("pbft.state/1", shown["schema"]);
        Assert.Equal(JToken.Parse(Encoding.UTF8.GetString(StateCodec.Encode(recovered.State))).ToString(), shown["state"]!.ToString());
        Assert.Equal(recovered.Log.Head.Hash.ToString(), shown["hash"]);
    }

    [Fact]
    public void The_view_for_people_shows_the_votes_that_make_a_place_prepared()
    {
        var lines = Inspect.Lines("state", run.Directory, "--replica", "2", "--at", "seq:3:prepared");
        var place = Assert.Single(lines, line => line.TrimStart().StartsWith("3  prepared", StringComparison.Ordinal));
        Assert.Contains("#", place, StringComparison.Ordinal);
        Assert.Contains("3/3", place, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("view        1, normal, a backup; the primary is r1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("watermarks  h = 2, H = 6", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Between_two_views_the_view_changes_that_are_held_are_shown()
    {
        var entered = (string)Inspect.Json("state", run.Directory, "--replica", "2", "--at", "view:1", "--json")["revision"]!;
        var before = (long.Parse(entered, System.Globalization.CultureInfo.InvariantCulture) - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var lines = Inspect.Lines("state", run.Directory, "--replica", "2", "--at", before);
        Assert.Contains(lines, line => line.Contains("(asked for, not entered), view-changing", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("r2 ", StringComparison.Ordinal) && line.EndsWith("held", StringComparison.Ordinal));
    }

    [Fact]
    public void A_difference_names_what_changed_and_nothing_else()
    {
        var changes = Inspect.Json("state", run.Directory, "--replica", "2", "--diff", "seq:3:pre-prepared", "--at", "seq:3:prepared", "--json")["changes"]!;
        var paths = changes.Select(change => (string)change["path"]!).ToList();
        Assert.Contains("window[3].phase", paths);
        var phase = changes.Single(change => (string)change["path"]! == "window[3].phase");
        Assert.Equal(("pre-prepared", "prepared"), ((string?)phase["from"], (string?)phase["to"]));
        Assert.DoesNotContain("view", paths);
        Assert.DoesNotContain("stable", paths);
    }

    [Fact]
    public void A_position_does_not_differ_from_itself()
    {
        var lines = Inspect.Lines("state", run.Directory, "--replica", "1", "--diff", "50%", "--at", "50%");
        Assert.EndsWith(": nothing changed", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_difference_for_people_has_both_values()
    {
        var lines = Inspect.Lines("state", run.Directory, "--replica", "2", "--diff", "seq:3:committed-local", "--at", "seq:3:executed");
        var at = Array.IndexOf(lines, "lastExecuted");
        Assert.Equal(["  - \"2\"", "  + \"3\""], lines[(at + 1)..(at + 3)]);
    }

    [Fact]
    public void A_replica_that_there_is_not_is_wrong_usage_and_a_directory_without_a_run_wrong_data()
    {
        var noReplica = Inspect.Run("state", run.Directory, "--replica", "9");
        Assert.Equal((64, true), (noReplica.Code, noReplica.Notes.Contains("replicas 0 to 3", StringComparison.Ordinal)));
        var noRun = Inspect.Run("state", run.Beside("nothing"), "--replica", "0");
        Assert.Equal((65, true), (noRun.Code, noRun.Notes.Contains("holds no run", StringComparison.Ordinal)));
    }
}
