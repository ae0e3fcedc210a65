using Microsoft.Data.Sqlite;
using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Simulation;
using PbftReference.Tests.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A log that is not whole: what can be read of it is shown, and what is wrong is said.</summary>
public sealed class DamagedLogTests : IDisposable
{
    private const string Gap = "DELETE FROM event WHERE revision BETWEEN 30 AND 35 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')";

    private readonly TemporaryDirectory _temporary = new();

    public DamagedLogTests() => Pbft.Succeed("run", "--seed", "6", "--operations", "40", "--batch", "1", "--faults", "none", "--log", Log);

    private string Log => Path.Combine(_temporary.Path, "run");

    private string File => Path.Combine(_temporary.Path, "trace");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_list_says_up_to_where_a_stream_can_be_read_and_how_far_the_replica_was_there()
    {
        var before = JObject.Parse(Pbft.Succeed("log", "ls", Log, "--json").Output)["streams"]!;
        var there = Pbft.Succeed("state", Log, "--replica", "2", "--at", "29").Output;
        Change("DELETE FROM event WHERE revision BETWEEN 30 AND 35 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.2')");

        var result = Pbft.Run("log", "ls", Log);
        var streams = JObject.Parse(Pbft.Run("log", "ls", Log, "--json").Output)["streams"]!.ToList();

        Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
        Assert.Matches("replica-sim.2 .* damaged after #29", result.Output);
        Assert.Contains("revision 30: the record is missing", result.Notes, StringComparison.Ordinal);
        Assert.Equal((long)before[2]!["records"]! - 6, (long)streams[2]["records"]!);
        Assert.Equal("29", (string?)streams[2]["readableTo"]);
        Assert.Contains($"last executed {streams[2]["lastExecuted"]}", there, StringComparison.Ordinal);
        Assert.Equal(before.Where((_, i) => i != 2).Select(s => (string?)s["lastExecuted"]), streams.Where((_, i) => i != 2).Select(s => (string?)s["lastExecuted"]));
    }

    [Theory]
    [InlineData("UPDATE event SET data = CAST(replace(CAST(data AS TEXT), '1', '2') AS BLOB) WHERE revision = 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')", "does not fit its bytes")]
    [InlineData("DELETE FROM event WHERE revision BETWEEN 30 AND 35 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')", "the record is missing")]
    [InlineData("UPDATE event SET data = x'7b7d' WHERE revision = 20 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')", "does not fit its bytes")]
    public void All_that_can_be_read_of_a_damaged_log_is_exported_and_it_is_warned_of(string damage, string why)
    {
        var whole = Records(Pbft.Succeed("trace", "export", Log).Output);
        Change(damage);
        using var store = RunDirectory.OpenLog(Log);
        var left = store.Streams().Sum(stream => store.Read(stream).Count());

        var toFile = Pbft.Run("trace", "export", Log, "-o", File);
        var written = System.IO.File.ReadAllText(File);

        Assert.Equal(ExitCodes.Corrupt, toFile.ExitCode);
        Assert.Contains(why, toFile.Notes, StringComparison.Ordinal);
        Assert.Contains("the log is not whole", toFile.Notes, StringComparison.Ordinal);
        Assert.Equal(left, Records(written));
        Assert.InRange(left, whole - 6, whole);
        Assert.Equal(written, Pbft.Run("trace", "export", Log).Output);
    }

    [Theory]
    [InlineData("mermaid")]
    [InlineData("itf")]
    [InlineData("csv")]
    public void Of_a_damaged_log_a_diagram_shows_what_came_before_the_damage(string format)
    {
        Change("DELETE FROM event WHERE revision BETWEEN 30 AND 35 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.1')");

        var result = Pbft.Run("trace", "export", Log, "--format", format);

        Assert.Equal(ExitCodes.Corrupt, result.ExitCode);
        Assert.Contains("revision 30: the record is missing", result.Notes, StringComparison.Ordinal);
        Assert.True(result.Output.Length > 1000);
    }

    [Theory]
    [InlineData("log", "show")]
    [InlineData("log", "stat")]
    [InlineData("log", "tail")]
    [InlineData("bisect", "--until", "executed >= 9999")]
    public void Where_one_stream_is_damaged_that_is_told_and_the_others_are_looked_at(params string[] verb)
    {
        Change(Gap);

        var all = Pbft.Run([.. verb, Log]);

        Assert.Equal(ExitCodes.Corrupt, all.ExitCode);
        Assert.Contains($"{Log}: stream 'replica-sim.1', revision 30: the record is missing", all.Notes, StringComparison.Ordinal);
        Assert.Contains($"not all of {Log} can be read", all.Notes, StringComparison.Ordinal);
        Assert.NotEmpty(all.Output);
        Assert.Equal(ExitCodes.Corrupt, Pbft.Run([.. verb, Log, "--replica", "1"]).ExitCode);
        Assert.NotEqual(ExitCodes.Corrupt, Pbft.Run([.. verb, Log, "--replica", "2"]).ExitCode);
    }

    [Fact]
    public void Of_a_damaged_stream_the_records_before_the_damage_are_shown_and_of_the_others_all()
    {
        var whole = Pbft.Succeed("log", "show", Log).Lines;
        Change(Gap);

        var shown = Pbft.Run("log", "show", Log).Lines;

        Assert.Equal(whole.Where(line => !IsOfOne(line) || RevisionOf(line) < 30).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        Assert.Equal(shown.Where(IsOfOne), Pbft.Run("log", "show", Log, "--replica", "1").Lines);
        Assert.Contains(Pbft.Run("log", "show", Log, "--no-check").Lines, line => IsOfOne(line) && RevisionOf(line) > 35);
        // a place that only what follows on the damage could tell
        Assert.Equal(["0", "2", "3"], Pbft.Run("log", "show", Log, "--from", "seq:10:committed-local").Lines.Select(line => line[1..2]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(ExitCodes.Corrupt, Pbft.Run("log", "show", Log, "--at", "40").ExitCode);
    }

    [Fact]
    public void Numbers_of_a_damaged_log_are_those_of_what_can_be_read()
    {
        var before = JObject.Parse(Pbft.Succeed("log", "stat", Log, "--json").Output);
        Change(Gap);

        var after = JObject.Parse(Pbft.Run("log", "stat", Log, "--json").Output);

        Assert.Equal(Total(before) - 6, Total(after));
        Assert.Empty(before["damaged"]!);
        Assert.Equal("replica-sim.1", (string?)Assert.Single(after["damaged"]!)["stream"]);

        static long Total(JObject stat) => ((JObject)stat["records"]!).Properties().Sum(type => (long)type.Value["count"]!);
    }

    [Fact]
    public void A_predicate_that_held_before_the_damage_is_found_there_and_one_that_never_does_is_said_of_what_can_be_read()
    {
        string[] early = ["bisect", Log, "--until", "event:prepare-sent"];
        var first = Pbft.Succeed(early).Output;
        Change(Gap);

        Assert.Equal(first, Pbft.Succeed(early).Output);
        Assert.Equal(ExitCodes.Corrupt, Pbft.Run("bisect", Log, "--until", "executed >= 1").ExitCode);
        var never = Pbft.Run("bisect", Log, "--until", "view >= 9", "--json");
        Assert.Equal(ExitCodes.Corrupt, never.ExitCode);
        Assert.Equal("replica-sim.1", (string?)Assert.Single(JObject.Parse(never.Output)["damaged"]!)["stream"]);
        Assert.Contains("no step that can be read", Pbft.Run("bisect", Log, "--until", "view >= 9").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_of_which_one_has_a_damaged_stream_are_compared_as_far_as_they_can_be_read()
    {
        var whole = Path.Combine(_temporary.Path, "whole");
        Pbft.Succeed("run", "--seed", "6", "--operations", "40", "--batch", "1", "--faults", "none", "--log", whole);
        Change(Gap);

        var all = Pbft.Run("trace", "diff", Log, whole);
        Assert.Equal(ExitCodes.Corrupt, all.ExitCode);
        Assert.Contains($"{Log}: stream 'replica-sim.1', revision 30: the record is missing", all.Notes, StringComparison.Ordinal);
        Assert.Contains("no difference in what can be read of both", all.Output, StringComparison.Ordinal);

        Change("DELETE FROM event WHERE revision > 50 AND stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.2')");
        var other = Pbft.Run("trace", "diff", whole, Log, "--json");
        Assert.Equal(ExitCodes.Corrupt, other.ExitCode);
        Assert.Equal([2], JObject.Parse(other.Output)["divergences"]!.Select(divergence => (int)divergence["replica"]!));
        Assert.Equal("replica-sim.1", (string?)Assert.Single(JObject.Parse(other.Output)["damaged"]!["other"]!)["stream"]);
        Pbft.Succeed("trace", "diff", Log, whole, "--of", "3", "--with", "3");
    }

    [Theory]
    [InlineData("log", "show")]
    [InlineData("log", "stat")]
    [InlineData("log", "tail")]
    [InlineData("bisect", "--until", "executed >= 1")]
    public void A_replica_without_records_is_named_and_the_others_are_looked_at(params string[] verb)
    {
        Change("DELETE FROM event WHERE stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3')");

        Assert.Contains($"of replica 3 no record is in {Log}", Pbft.Succeed([.. verb, Log]).Notes, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Data, Pbft.Run([.. verb, Log, "--replica", "3"]).ExitCode);
    }

    [Fact]
    public void A_log_of_which_one_stream_holds_nothing_any_more_is_listed_and_exported_without_it_and_that_is_told()
    {
        Change("DELETE FROM event WHERE stream_id = (SELECT id FROM stream WHERE name = 'replica-sim.3')");

        Assert.Matches(@"replica-sim\.3 +0 +- +- +0 +- +-", Pbft.Succeed("log", "ls", Log).Output);
        foreach (var format in (string[])["jsonl", "csv"])
        {
            var exported = Pbft.Succeed("trace", "export", Log, "--format", format, "-o", File);
            Assert.Contains($"of replica 3 no record is in {Log}", exported.Notes, StringComparison.Ordinal);
            Assert.NotEmpty(System.IO.File.ReadAllText(File));
        }

        Pbft.Succeed("trace", "export", Log, "-o", File);
        Assert.Equal(["0", "1", "2"], JObject.Parse(System.IO.File.ReadLines(File).First())["streams"]!.Select(stream => ((string)stream["stream"]!)[^1..]));
        Assert.Equal(Pbft.Run("verify", Log).ExitCode, Pbft.Run("verify", File).ExitCode);
        Assert.Equal(ExitCodes.Unknown, Pbft.Run("trace", "export", Log, "--replica", "3").ExitCode);
        Assert.Equal(ExitCodes.Data, Pbft.Run("fork", Log, "--at", "1:50%", "--log", Path.Combine(_temporary.Path, "fork")).ExitCode);
    }

    [Fact]
    public void A_file_that_cannot_be_written_whole_is_left_as_it_was()
    {
        System.IO.File.WriteAllText(File, "before");

        Assert.Equal(ExitCodes.Usage, Pbft.Run("trace", "export", Log, "--replica", "9", "-o", File).ExitCode);
        var broken = Assert.Throws<IOException>(() => PbftReference.Cli.Output.WholeFile.Write(File, stream =>
        {
            stream.Write("half"u8);
            throw new IOException("the disk is full");
        }));

        Assert.Equal("the disk is full", broken.Message);
        Assert.Equal("before", System.IO.File.ReadAllText(File));
        Assert.Equal([File], Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public void A_link_stays_a_link_to_the_file_that_was_written()
    {
        var link = Path.Combine(_temporary.Path, "link");
        System.IO.File.CreateSymbolicLink(link, File);

        Pbft.Succeed("trace", "export", Log, "-o", link);

        Assert.Equal(File, new FileInfo(link).LinkTarget);
        Assert.Equal(Pbft.Succeed("trace", "export", Log).Output, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task An_interrupted_export_leaves_no_file()
    {
        var longer = Path.Combine(_temporary.Path, "longer");
        Pbft.Succeed("run", "--seed", "6", "--operations", "1500", "--batch", "1", "--faults", "none", "--log", longer);
        using var export = new PbftProcess("trace", "export", longer, "-o", File);

        await export.InterruptWhen(() => Directory.GetFiles(_temporary.Path, "trace.*.part").Length > 0);

        Assert.Equal(ExitCodes.Interrupted, (await export.End()).ExitCode);
        Assert.Empty(Directory.GetFiles(_temporary.Path));
    }

    private static bool IsOfOne(string line) => line.StartsWith("r1 ", StringComparison.Ordinal);

    private static long RevisionOf(string line) => long.Parse(line.Split('#')[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static int Records(string trace) => trace.Split('\n').Count(line => line.Contains("\"record\":", StringComparison.Ordinal));

    private void Change(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={RunDirectory.LogPath(Log)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}
