using Newtonsoft.Json.Linq;
using PbftReference.Cli;
using Xunit;

namespace PbftReference.Tests.Cli;

/// <summary>A log in the forms that other tools read.</summary>
public sealed class ExportTests(InspectedRun run) : IClassFixture<InspectedRun>
{
    [Fact]
    public void A_mermaid_diagram_has_a_lane_for_each_replica_an_arrow_for_each_message_and_a_note_for_each_decision()
    {
        var lines = Export("mermaid", "--seq", "1").Split('\n');

        Assert.Equal("sequenceDiagram", lines[0]);
        Assert.Equal(["  participant r0", "  participant r1", "  participant r2", "  participant r3"], lines[1..5]);
        Assert.Contains(lines, line => line.StartsWith("  r1->>r2: pre-prepare v=1 n=1 d=", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  Note over r2: COMMITTED-LOCAL n=1 d=", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("n=2 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plantuml_diagram_says_the_same_in_its_own_words()
    {
        var lines = Export("plantuml", "--seq", "1").TrimEnd().Split('\n');

        Assert.Equal("@startuml", lines[0]);
        Assert.Equal("@enduml", lines[^1]);
        var mermaid = Export("mermaid", "--seq", "1").Split('\n').Where(line => line.Contains("->>", StringComparison.Ordinal)).Select(line => line.Trim().Replace("->>", " -> ", StringComparison.Ordinal).Replace(": ", " : ", StringComparison.Ordinal));
        Assert.Equal(mermaid, lines.Where(line => line.Contains(" -> ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_shiviz_log_has_vector_clocks_in_which_what_was_sent_comes_before_what_was_received()
    {
        var lines = Export("shiviz").Split('\n');
        Assert.Equal(@"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)", lines[0]);

        var own = new Dictionary<string, long>();
        for (var i = 2; i + 1 < lines.Length; i += 2)
        {
            var (host, clock) = (lines[i].Split(' ')[0], JObject.Parse(lines[i][(lines[i].IndexOf(' ', StringComparison.Ordinal) + 1)..]));
            // each host counts its own events by one, and knows of no event of another that is not written yet
            Assert.Equal(own.GetValueOrDefault(host) + 1, (long)clock[host]!);
            own[host] = (long)clock[host]!;
            Assert.All(clock.Properties(), other => Assert.True((long)other.Value <= own.GetValueOrDefault(other.Name)));
        }

        Assert.Equal(4, own.Count);
        Assert.Contains(lines, line => line.StartsWith("r2 {", StringComparison.Ordinal) && line.Contains("\"r1\":", StringComparison.Ordinal));
    }

    [Fact]
    public void States_are_in_the_informal_trace_format()
    {
        var trace = JObject.Parse(Export("itf"));

        Assert.Equal("ITF", (string?)trace["#meta"]!["format"]);
        Assert.Equal(["replica", "input", "view", "phase", "low", "lastExecuted", "serviceDigest"], trace["vars"]!.Select(v => (string)v!));
        var states = trace["states"]!.ToList();
        Assert.Equal(Enumerable.Range(0, states.Count), states.Select(s => (int)s!["#meta"]!["index"]!));
        var executed = states[^1]["lastExecuted"]!["#map"]!.Select(pair => (string)pair[1]!["#bigint"]!).ToList();
        Assert.Equal(4, executed.Count);
        Assert.DoesNotContain("0", executed.Skip(1));
    }

    [Fact]
    public void Every_state_says_of_every_replica_how_it_stands()
    {
        foreach (var state in JObject.Parse(Export("itf"))["states"]!)
        {
            foreach (var variable in (string[])["view", "phase", "low", "lastExecuted", "serviceDigest"])
            {
                Assert.Equal(["0", "1", "2", "3"], state[variable]!["#map"]!.Select(pair => (string)pair[0]!["#bigint"]!));
            }
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--seq", "3..4")]
    public void A_timeline_for_perfetto_ends_each_span_that_it_begins_and_no_other(params string[] more)
    {
        var events = JObject.Parse(Export("perfetto", more))["traceEvents"]!;

        Assert.Equal(4, events.Count(e => (string?)e["ph"] == "M"));
        var opened = events.Where(e => (string?)e["ph"] == "b").Select(e => (string)e["id"]!).ToList();
        Assert.NotEmpty(opened);
        Assert.Equal(opened.Order(StringComparer.Ordinal), events.Where(e => (string?)e["ph"] == "e").Select(e => (string)e["id"]!).Order(StringComparer.Ordinal));
        if (more.Length > 0) Assert.All(opened, id => Assert.Contains(id.Split('.')[1], (string[])["3", "4"]));
        var last = events.Where(e => e["ts"] is not null).Max(e => (long)e["ts"]!);
        foreach (var begin in events.Where(e => (string?)e["ph"] == "b"))
        {
            var end = events.Single(e => (string?)e["ph"] == "e" && (string?)e["id"] == (string?)begin["id"]);
            Assert.InRange((long)end["ts"]!, (long)begin["ts"]!, last);
        }
    }

    [Fact]
    public void A_table_has_a_row_for_each_transition_that_log_show_has()
    {
        var rows = Export("csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("order,replica,revision,time_ms,record,event,view,sequence_number,text", rows[0]);
        Assert.Equal(Pbft.Succeed("log", "show", run.Directory).Lines.Length, rows.Length - 1);
        Assert.All(rows.Skip(1), (row, i) => Assert.StartsWith($"{i},", row, StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_exported_so_is_told()
    {
        Assert.Equal(ExitCodes.Usage, Pbft.Run("trace", "export", run.Directory, "--format", "svg").ExitCode);
        Assert.Contains("--format svg: choose jsonl, mermaid,", Pbft.Run("trace", "export", run.Directory, "--format", "svg").Notes, StringComparison.Ordinal);
        Assert.Contains("it is a directory", Pbft.Run("trace", "export", run.Directory, "-o", run.Directory).Notes, StringComparison.Ordinal);
        Assert.Contains("there is no directory", Pbft.Run("trace", "export", run.Directory, "-o", run.Beside("nowhere/file")).Notes, StringComparison.Ordinal);
        Assert.Contains("nothing to show", Pbft.Run("trace", "export", run.Directory, "--format", "csv", "--view", "77").Notes, StringComparison.Ordinal);
        var filtered = Pbft.Run("trace", "export", run.Directory, "--seq", "1");
        Assert.Equal(ExitCodes.Usage, filtered.ExitCode);
        Assert.Contains("a log in jsonl is whole", filtered.Notes, StringComparison.Ordinal);
        var states = Pbft.Run("trace", "export", run.Directory, "--format", "itf", "--view", "9");
        Assert.Equal(ExitCodes.Usage, states.ExitCode);
        Assert.Contains("each state follows on the one before", states.Notes, StringComparison.Ordinal);
    }

    private string Export(string format, params string[] more) => Pbft.Succeed(["trace", "export", run.Directory, "--format", format, .. more]).Output;
}
