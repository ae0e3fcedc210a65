using System.Text;
using Microsoft.Data.Sqlite;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Log => Path.Combine(_temporary.Path, "run");

    public ReplayTests() => Pbft.Succeed("run", "--seed", "2", "--operations", "120", "--faults", "many", "--log", Log);

    [Fact]
    public void Folding_and_deciding_again_give_the_same_states()
    {
        var (folded, decided) = (Document("replay", Log, "--json"), Document("replay", Log, "--json", "--verify"));
        Assert.Equal(4, folded.Count);
        Assert.Equal(folded.Select(r => (string?)r["state"]), decided.Select(r => (string?)r["state"]));
        Assert.Single(folded.Select(r => (string?)r["serviceDigest"]).Distinct());
    }

    [Theory]
    [InlineData("replay", "--until")]
    [InlineData("log", "show", "--to")]
    public void A_bound_that_only_others_reached_names_them(params string[] verb)
    {
        var apart = Path.Combine(_temporary.Path, "apart");
        Pbft.Succeed("run", "--seed", "3", "--operations", "120", "--faults", "none", "--batch", "1", "--partition", "0|1,2,3@0-4000", "--log", apart);

        var result = Pbft.Run([.. verb[..^1], apart, verb[^1], "view:1"]);

        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains("in replica-sim.0 in ", result.Notes, StringComparison.Ordinal);
        Assert.EndsWith("; it is in the log of replica 1 and replica 2 and replica 3: name one by --replica\n", result.Notes, StringComparison.Ordinal);
        Pbft.Succeed([.. verb[..^1], apart, verb[^1], "view:1", "--replica", "1"]);
        Assert.DoesNotContain("--replica", Pbft.Run([.. verb[..^1], apart, verb[^1], "view:9"]).Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_ends_the_replay()
    {
        var half = Document("replay", Log, "--json", "--replica", "1", "--until", "50%")[0];
        var whole = Document("replay", Log, "--json", "--replica", "1", "--until", "end")[0];
        Assert.InRange((long)half["steps"]!, 1, (long)whole["steps"]! - 1);
        Assert.NotEqual((string?)half["state"], (string?)whole["state"]);
        Assert.Equal(1, (long)Document("replay", Log, "--json", "--replica", "1", "--until", "0")[0]["steps"]!);
        Assert.Equal(5, (long)Document("replay", Log, "--json", "--replica", "1", "--until", "seq:5:executed")[0]["executed"]!);
    }

    [Fact]
    public void What_lies_behind_the_end_is_wrong_data_and_the_range_is_told()
    {
        foreach (var verb in (string[][])[["--until", "99999"], ["--replica", "1", "--until", "99999"], ["--replica", "1", "--break", "99999"]])
        {
            var result = Pbft.Run(["replay", Log, .. verb]);
            Assert.Equal(ExitCodes.Data, result.ExitCode);
            Assert.Matches("nothing is at '99999' in replica-sim.[0-3] in .*: its records are 0 to [0-9]+", result.Notes);
        }
    }

    [Fact]
    public void A_bound_behind_the_end_of_the_shorter_streams_alone_ends_the_longest()
    {
        using var store = RunDirectory.OpenLog(Log);
        var longest = store.Streams().Where(stream => stream.StartsWith("replica-sim.", StringComparison.Ordinal)).Max(stream => store.Tail(stream)!.LastRevision);

        Assert.Equal(Document("replay", Log, "--json").Select(r => (string?)r["state"]), Document("replay", Log, "--json", "--until", $"{longest}").Select(r => (string?)r["state"]));
    }

    [Fact]
    public void A_stop_that_is_never_reached_is_told()
    {
        Assert.Contains("--until ends at #2 before it", Pbft.Run("replay", Log, "--replica", "1", "--break", "9", "--until", "2").Notes, StringComparison.Ordinal);
        Assert.Contains("name that by --replica", Pbft.Run("replay", Log, "--break", "9").Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_beginning_that_was_cut_off_is_corrupt_to_everybody()
    {
        Change("DELETE FROM event WHERE revision < 30 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3')");
        Change("UPDATE stream SET first_revision = 30 WHERE name = 'replica-sim.3'");
        foreach (var verb in (string[][])[["log", "verify", Log], ["log", "ls", Log], ["replay", Log], ["replay", Log, "--verify"], ["verify", Log]])
        {
            var result = Pbft.Run(verb);
            Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
            Assert.Contains("snapshot", result.Output + result.Notes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flipped_bit_is_corrupt_and_the_other_replicas_are_replayed()
    {
        Change("UPDATE event SET data = CAST(replace(CAST(data AS TEXT), '1', '2') AS BLOB) WHERE revision = 9 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.2')");
        var result = Pbft.Run("replay", Log, "--verify");
        Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
        Assert.Contains("CORRUPT: stream 'replica-sim.2', revision 9", result.Output, StringComparison.Ordinal);
        Assert.Equal(["0", "1", "3"], result.Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length == 7 && cells[0].Length == 1 && char.IsAsciiDigit(cells[0][0])).Select(cells => cells[0]));
    }

    [Fact]
    public void Broken_pages_are_corrupt_as_broken_records_are()
    {
        SqliteConnection.ClearAllPools();
        using (var file = File.OpenWrite(RunDirectory.LogPath(Log))) file.SetLength(file.Length / 2);
        foreach (var verb in (string[][])[["replay", Log, "--verify"], ["log", "verify", Log], ["executed", Log]])
        {
            var result = Pbft.Run(verb);
            Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
            Assert.Contains("its pages are broken", result.Output + result.Notes, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_log_that_was_never_begun_is_not_taken_for_another_database()
    {
        File.WriteAllBytes(RunDirectory.LogPath(Log), []);
        var result = Pbft.Run("executed", Log);
        Assert.Equal(ExitCodes.Data, result.ExitCode);
        Assert.Contains("is missing or empty", result.Notes, StringComparison.Ordinal);
        Assert.Contains("pbft run --resume", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_position_is_refused_before_anything_is_printed()
    {
        var result = Pbft.Run("replay", Log, "--until", "noon");
        Assert.Equal((ExitCodes.Usage, ""), (result.ExitCode, result.Output));
    }

    [Fact]
    public void An_empty_log_is_unknown_not_fine()
    {
        Change("DELETE FROM event; DELETE FROM stream");
        var result = Pbft.Run("replay", Log, "--verify");
        Assert.Equal(ExitCodes.Unknown, result.ExitCode);
        Assert.Contains("UNKNOWN", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_of_another_service_does_not_replay()
    {
        var path = RunDirectory.ManifestPath(Log);
        File.WriteAllText(path, File.ReadAllText(path, Encoding.UTF8).Replace("\"ledger\"", "\"kv\"", StringComparison.Ordinal));
        var result = Pbft.Run("replay", Log, "--verify");
        Assert.Equal(ExitCodes.Violation, result.ExitCode);
        Assert.Contains("MISMATCH in replica-sim.0, revision ", result.Output, StringComparison.Ordinal);
        Assert.Contains("execution-completed/1", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_position_or_no_run_is_refused()
    {
        Assert.Equal(ExitCodes.Usage, Pbft.Run("replay", Log, "--until", "soon").ExitCode);
        Assert.Equal(ExitCodes.Data, Pbft.Run("replay", _temporary.Path).ExitCode);
        File.WriteAllText(RunDirectory.ManifestPath(Log), "{}");
        Assert.Equal(ExitCodes.Corrupt, Pbft.Run("replay", Log).ExitCode);
    }

    private static List<JToken> Document(params string[] args)
    {
        var json = JObject.Parse(Pbft.Succeed(args).Output);
        Assert.Equal("pbft.replay/1", (string?)json["schema"]);
        return [.. json["replicas"]!];
    }

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={RunDirectory.LogPath(Log)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0);
    }

    public void Dispose() => _temporary.Dispose();
}
