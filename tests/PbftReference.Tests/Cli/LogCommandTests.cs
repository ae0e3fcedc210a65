using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using Xunit;

namespace PbftReference.Tests.Cli;

public sealed class LogCommandTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    private string[] Show(params string[] options) => Inspect.Lines(["log", "show", run.Directory, .. options]);

    [Fact]
    public void Ls_lists_each_stream_with_its_ends()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var streams = Inspect.Json("log", "ls", run.Directory, "--json")["streams"]!;
        Assert.Equal(store.Streams(), streams.Select(s => (string)s["stream"]!));
        foreach (var stream in streams)
        {
            var name = (string)stream["stream"]!;
            Assert.Equal(store.Tail(name)!.LastRevision.ToString(System.Globalization.CultureInfo.InvariantCulture), stream["lastRevision"]);
            Assert.Equal(store.Read(name).Sum(r => r.Data.Length + r.Metadata.Length).ToString(System.Globalization.CultureInfo.InvariantCulture), stream["bytes"]);
        }

        Assert.Equal("1", streams.Single(s => (string)s["stream"]! == "replica-sim.2")["view"]);
        Assert.StartsWith("stream ", Inspect.Lines("log", "ls", run.Directory)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_fits_80_columns_and_names_replica_view_and_revision()
    {
        var lines = Show();
        Assert.True(lines.Length > 200);
        Assert.All(lines, line => Assert.Matches(@"^r\d  ? v\d+\?? +#\d{6}  \S", line));
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }

    [Theory]
    [InlineData("--view", "77")]
    [InlineData("--from", "10", "--to", "5")]
    [InlineData("--grep", "no line has this")]
    public void Nothing_to_show_is_told(params string[] options)
    {
        var result = Pbft.Run(["log", "show", run.Directory, .. options]);
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("nothing to show", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_event_of_a_stream_has_its_line()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var names = ReplicaLog.Read(store, "replica-sim.2").Where(r => r.IsStep).SelectMany(r => r.Step!.Events).Select(e => Names.Events.Of(e.Kind)).ToList();
        var shown = Show("--replica", "2").Select(line => line.Split("  ", 3, StringSplitOptions.RemoveEmptyEntries)[^1].TrimStart().Split(' ')).ToList();
        Assert.Equal(names, shown.Select(words => (words[0].StartsWith('#') ? words.SkipWhile(w => w.StartsWith('#') || w.Length == 0).First() : words[0]).ToLowerInvariant()));
    }

    [Fact]
    public void Without_a_replica_a_message_is_shown_received_after_the_record_that_it_was_signed_at()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var order = Show().Select((line, i) => (Key: (line[1], Revision(line)), i)).GroupBy(l => l.Key).ToDictionary(g => g.Key, g => g.First().i);
        var checkedOnes = 0;
        for (var i = 0; i < 4; i++)
        {
            foreach (var record in ReplicaLog.Read(store, $"replica-sim.{i}").Where(r => r.IsStep))
            {
                if (record.Step!.Input is not MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signed } || message.Replica.Value == i) continue;
                checkedOnes++;
                Assert.True(order[((char)('0' + message.Replica.Value), signed)] < order[((char)('0' + i), record.Revision)]);
            }
        }

        Assert.True(checkedOnes > 50);
    }

    [Fact]
    public void Only_what_is_asked_for_is_shown()
    {
        Assert.All(Show("--only", "committed-local"), line => Assert.Contains("COMMITTED-LOCAL", line, StringComparison.Ordinal));
        Assert.All(Show("--only", "commit,view-change"), line => Assert.Matches("(?i)(commit|view-change)-(sent|accepted)|COMMITTED-LOCAL|EXECUTION-STARTED|VIEW-ENTERED|NEW-VIEW|PRE-PREPARE|PREPARE|VIEW-CHANGE", line));
        Assert.All(Show("--seq", "3..4"), line => Assert.Matches("n=[34] ?", line));
        Assert.All(Show("--view", "0"), line => Assert.Contains(" v0 ", line, StringComparison.Ordinal));
        Assert.All(Show("--grep", "from R3"), line => Assert.Contains("from r3", line, StringComparison.Ordinal));
        Assert.Equal(Show("--only", "committed-local").Length, Show().Count(line => line.Contains("COMMITTED-LOCAL", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_range_of_records_is_what_stands_between_two_positions()
    {
        var lines = Show("--replica", "2", "--from", "5", "--to", "seq:1:executed");
        Assert.Equal(5, Revision(lines[0]));
        Assert.Contains("BATCH-EXECUTED n=1", lines[^1] + lines[^2] + lines[^3], StringComparison.Ordinal);
    }

    [Fact]
    public void One_record_is_shown_whole()
    {
        var shown = Inspect.Json("log", "show", run.Directory, "--replica", "2", "--at", "seq:1:committed-local", "--json");
        Assert.Equal("pbft.record/1", shown["schema"]);
        Assert.Contains("committed-local", shown["data"]!["events"]!.Select(e => (string)e["event"]!));
        Assert.Equal(64, ((string)shown["hash"]!).Length);
        var text = Show("--replica", "2", "--at", "seq:1:committed-local");
        Assert.Contains(text, line => line == $"hash       {shown["hash"]}");
        Assert.Contains(text, line => line.Contains("COMMITTED-LOCAL n=1", StringComparison.Ordinal) && line.Contains("/3 commits: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Json_gives_a_record_a_line()
    {
        var lines = Show("--replica", "1", "--json");
        Assert.Equal(Enumerable.Range(0, lines.Length).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), lines.Select(line => (string)JObject.Parse(line)["revision"]!));
    }

    [Fact]
    public void A_name_that_there_is_not_is_wrong_usage_and_what_was_meant_is_guessed()
    {
        var result = Inspect.Run("log", "show", run.Directory, "--only", "comitted-local");
        Assert.Equal(64, result.Code);
        Assert.Contains("did you mean committed-local?", result.Notes, StringComparison.Ordinal);
        Assert.Equal(64, Inspect.Run("log", "show", run.Directory, "--seq", "9..3").Code);
    }

    [Theory]
    [InlineData("--at 5 --seq 1", "--at shows one record, whatever it is: leave out --seq")]
    [InlineData("--at 5 --to 7", "leave out --to")]
    [InlineData("--view -1", "--view -1: views are numbered from 0")]
    [InlineData("--replica 1 --at", "'--at'")]
    public void What_makes_no_sense_together_is_wrong_usage(string options, string why)
    {
        var result = Inspect.Run(["log", "show", run.Directory, .. options.Split(' ')]);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(why, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_behind_the_end_of_the_shorter_streams_shows_what_the_longest_has_there()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var ends = Enumerable.Range(0, 4).Select(i => store.Tail($"replica-sim.{i}")!.LastRevision).ToList();
        var longest = ends.IndexOf(ends.Max());
        Assert.NotEqual(ends.Max(), ends.Min());

        var lines = Show("--from", $"{ends.Max()}");

        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.StartsWith($"r{longest} ", line, StringComparison.Ordinal));
        Assert.Equal(ExitCodes.Data, Inspect.Run("log", "show", run.Directory, "--from", $"{ends.Max() + 1}").Code);
    }

    [Theory]
    [InlineData("x", "'x' for option '-n': it takes a whole number")]
    [InlineData("-3", "-n takes a number from 0 up")]
    public void A_number_of_records_that_is_none_is_wrong_usage(string number, string why)
    {
        var result = Inspect.Run("log", "tail", run.Directory, "-n", number);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains(why, result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_that_is_missing_is_named()
    {
        var result = Inspect.Run("why", run.Directory);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Contains("'why' takes LOG ID:POS, and one is missing", result.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_legend_explains_a_line() => Assert.Contains("votes there are / needed", string.Join('\n', Show("--legend", "--replica", "1", "--to", "0")), StringComparison.Ordinal);

    [Fact]
    public void Tail_shows_the_last_records_of_each_stream()
    {
        var all = Show("--replica", "3");
        var tail = Inspect.Lines("log", "tail", run.Directory, "--replica", "3", "-n", "4");
        Assert.Equal(all[^tail.Length..], tail);
        Assert.Equal(4, tail.Select(Revision).Distinct().Count());
    }

    [Fact]
    public void Stat_counts_what_is_there()
    {
        using var store = RunDirectory.OpenLog(run.Directory);
        var stat = Inspect.Json("log", "stat", run.Directory, "--replica", "2", "--json");
        var records = store.Read("replica-sim.2").GroupBy(r => r.Type).ToDictionary(g => g.Key, g => g.Count().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(records.Keys.Order(StringComparer.Ordinal), ((JObject)stat["records"]!).Properties().Select(p => p.Name));
        Assert.All(records, record => Assert.Equal(record.Value, stat["records"]![record.Key]!["count"]));
        Assert.Equal(Show("--replica", "2", "--only", "committed-local").Length.ToString(System.Globalization.CultureInfo.InvariantCulture), stat["events"]!["committed-local"]);
        Assert.Contains(Inspect.Lines("log", "stat", run.Directory), line => line.StartsWith("all ", StringComparison.Ordinal));
    }

    [Fact]
    public void Verify_holds_a_log_that_was_not_touched_for_sound()
    {
        var result = Inspect.Run("log", "verify", run.Directory);
        Assert.Equal(0, result.Code);
        Assert.Contains("\nsound: ", result.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_names_stream_and_revision_of_a_flipped_bit()
    {
        var copy = run.Beside("flipped");
        CopyWith(copy, record => record.Revision == 6 && record.Stream == "replica-sim.1" ? Flipped(record) : record);
        var result = Inspect.Run("log", "verify", copy);
        Assert.Equal(4, result.Code);
        Assert.Contains("CORRUPT flipped-bit in replica-sim.1 at #6", result.Result, StringComparison.Ordinal);
        Assert.Equal("corrupt", (string)JObject.Parse(Inspect.Run("log", "verify", copy, "--json").Result)["verdict"]!);
        Assert.Equal(4, Inspect.Run("log", "show", copy, "--replica", "1").Code);
    }

    private void CopyWith(string directory, Func<StoredEvent, StoredEvent> change)
    {
        Directory.CreateDirectory(directory);
        File.Copy(RunDirectory.ManifestPath(run.Directory), RunDirectory.ManifestPath(directory));
        using var from = RunDirectory.OpenLog(run.Directory);
        using var to = RunDirectory.CreateLog(directory);
        foreach (var stream in from.Streams())
        {
            foreach (var record in from.Read(stream).Select(change)) to.Append(stream, record.Revision - 1, [new EventToAppend(record.Id, record.Type, record.Data, record.Metadata)]);
        }
    }

    private static StoredEvent Flipped(StoredEvent record)
    {
        var data = record.Data.ToArray();
        data[^3] ^= 1;
        return record with { Data = data };
    }

    private static long Revision(string line) =>
        long.Parse(line[(line.IndexOf('#', StringComparison.Ordinal) + 1)..][..6], System.Globalization.CultureInfo.InvariantCulture);
}
