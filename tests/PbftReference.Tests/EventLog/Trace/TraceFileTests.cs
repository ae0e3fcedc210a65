using System.Text;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using Xunit;

namespace PbftReference.Tests.EventLog.Trace;

/// <summary>docs/trace-format.md.</summary>
public sealed class TraceFileTests
{
    private const string D = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private const string Header =
        """{"schema":"pbft.trace/1","profile":"osdi99","authentication":"macs","implementation":"other 1.0","cluster":"c","service":"s","configuration":{"replicas":4,"faults":1}}""";

    private static readonly string[] Foreign =
    [
        Header,
        """{"replica":0,"step":"0","restart":true}""",
        """{"replica":0,"step":"1","receive":{"kind":"request","message":{"client":"7","timestamp":"1","operation":"add"}},"send":[{"to":[1,2,3],"kind":"pre-prepare","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":0,"batch":[{"client":"7","timestamp":"1","operation":"add"}]}}]}""",
        """{"replica":1,"step":"0","restart":true}""",
        """{"replica":1,"step":"4","time":"12","receive":{"kind":"commit","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":2}},"send":[{"client":"7","kind":"commit","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":1}}],"execute":[{"sequenceNumber":"1","batchDigest":"D","results":["ok"],"serviceDigest":null}],"stable":[{"sequenceNumber":"1","stateDigest":"D"}]}""",
        """{"replica":1,"step":"5","receive":{"kind":"view-change","message":{"view":"1","sequenceNumber":"0","stateDigest":"D","prepared":[{"view":"0","sequenceNumber":"1","batchDigest":"D"}],"replica":2}}}""",
        """{"replica":1,"step":"6","receive":{"kind":"new-view","message":{"view":"1","viewChanges":[1,2,3],"carried":[{"sequenceNumber":"1","batchDigest":null}],"replica":1}},"installed":[{"sequenceNumber":"1","stateDigest":"D"}]}""",
    ];

    private static (TraceHeader Header, List<TraceLine> Lines) Read(IEnumerable<string> lines)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\n", lines).Replace("\"D\"", $"\"{D}\"", StringComparison.Ordinal)));
        var header = TraceFile.Read(stream, "t.jsonl", out var rest);
        return (header, [.. rest]);
    }

    [Fact]
    public void A_foreign_trace_is_read_in_the_papers_terms()
    {
        var (header, lines) = Read(Foreign);
        Assert.Equal((TraceProfile.Osdi99, TraceAuthentication.Macs), (header.Profile, header.Authentication));
        Assert.Equal(3, header.Configuration.Quorum);
        Assert.True(lines[0].Step!.Restart);
        Assert.Equal(new RequestId(new ClientId(7), new Timestamp(1)), lines[1].Step!.Receive!.Statement!.Request);
        Assert.Equal(new Timestamp(1), lines[1].Step!.Sends.Single().Message.Statement!.Batch!.Requests.Single().Statement.Timestamp);
        Assert.Equal([1, 2, 3], lines[1].Step!.Sends.Single().To.Select(to => to.Value));
        Assert.Equal((4, 12), (lines[3].Step!.Number, lines[3].Step!.TimeMs));
        Assert.Equal(D, lines[3].Step!.Executions.Single().BatchDigest.ToString());
        Assert.Equal(new SequenceNumber(1), lines[4].Step!.Receive!.Statement!.Prepared.Single().SequenceNumber);
        Assert.True(lines[5].Step!.Receive!.Statement!.Prepared.Single().BatchDigest.IsNone);
        Assert.Equal(3, lines[5].Step!.Receive!.Statement!.ViewChanges.Length);
        Assert.Single(lines[5].Step!.Installed);
    }

    [Fact]
    public void What_is_written_is_read_and_written_again_alike()
    {
        var (header, lines) = Read(Foreign);
        var once = Written(header, lines);
        var (again, linesAgain) = Read(once.TrimEnd('\n').Split('\n'));
        Assert.Equal(once, Written(again, linesAgain));
        Assert.Equal(string.Join("\n", Foreign[1..]).Replace("\"D\"", $"\"{D}\"", StringComparison.Ordinal), once[(once.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimEnd('\n'));
    }

    [Theory]
    [InlineData(1, "\"osdi99\"", "\"osdi98\"", "t.jsonl:1: ", "osdi99, fabric-pq")]
    [InlineData(1, "pbft.trace/1", "pbft.trace/2", "t.jsonl:1: ", "the schema is")]
    [InlineData(1, "\"cluster\":\"c\",", "", "t.jsonl:1: ", "\"cluster\" is missing")]
    [InlineData(1, "\"cluster\":", "\"klaster\":\"\",\"cluster\":", "t.jsonl:1: ", "\"klaster\" is unknown")]
    [InlineData(2, "\"replica\":0", "\"replica\":4", "t.jsonl:2: ", "no replica 4")]
    [InlineData(3, "\"step\":\"1\"", "\"step\":\"0\"", "t.jsonl:3: ", "ascend")]
    [InlineData(3, "\"kind\":\"request\"", "\"kind\":\"wish\"", "t.jsonl:3: at field \"receive.kind\"", "known message kind")]
    [InlineData(3, "\"kind\":\"request\"", "\"kind\":\"status\"", "t.jsonl:3: ", "no message of profile osdi99")]
    [InlineData(5, "\"view\":\"0\",", "", "t.jsonl:5: at field \"receive.message", "\"view\" is missing")]
    [InlineData(5, "\"time\":\"12\"", "\"time\":12", "t.jsonl:5: at field \"time\"", "64-bit number")]
    [InlineData(7, "}]}", "}]", "t.jsonl:7: ", "")]
    public void What_is_not_so_is_refused_with_file_line_and_field(int line, string old, string with, string where, string what)
    {
        var lines = Foreign.ToArray();
        Assert.Contains(old, lines[line - 1], StringComparison.Ordinal);
        lines[line - 1] = lines[line - 1].Replace(old, with, StringComparison.Ordinal);
        var fault = Assert.Throws<LogFormatException>(() => Read(lines));
        Assert.StartsWith(where, fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_without_records_is_no_log()
    {
        var (header, lines) = Read(Foreign);
        using var store = new InMemoryEventStore();
        var fault = Assert.Throws<LogFormatException>(() => TraceImport.Into(store, "t.jsonl", header, lines));
        Assert.Contains("holds no records", fault.Message, StringComparison.Ordinal);
        Assert.Empty(store.Streams());
    }

    [Fact]
    public void A_stream_whose_beginning_was_truncated_comes_back_at_the_same_revisions()
    {
        using var from = new InMemoryEventStore();
        var events = Enumerable.Range(0, 5).Select(i => new EventToAppend(new Guid(i + 1, 0, 0, new byte[8]), "blob/1", new byte[] { (byte)i, 0xFF }, new byte[] { 1 })).ToArray();
        from.Append("snapshot-c.0", -1, events);
        from.Truncate("snapshot-c.0", 3);
        var header = Read(Foreign).Header with { Profile = TraceProfile.NamedNewView, Streams = TraceExport.StreamsOf(from, null) };
        Assert.Equal((3, 4), (header.Streams.Single().FirstRevision, header.Streams.Single().LastRevision));
        var text = Written(header, TraceExport.Lines(from, header));
        using var to = new InMemoryEventStore();
        var (read, lines) = Read(text.TrimEnd('\n').Split('\n'));
        Assert.Equal(2, TraceImport.Into(to, "t.jsonl", read, lines));
        Assert.Equal(from.Read("snapshot-c.0"), to.Read("snapshot-c.0"));
        Assert.Equal(from.Tail("snapshot-c.0"), to.Tail("snapshot-c.0"));
    }

    [Fact]
    public void Records_that_are_missing_or_out_of_place_are_found_at_import()
    {
        using var from = new InMemoryEventStore();
        from.Append("snapshot-c.0", -1, [.. Enumerable.Range(0, 3).Select(i => new EventToAppend(new Guid(i + 1, 0, 0, new byte[8]), "blob/1", new byte[] { 1 }, default))]);
        var header = Read(Foreign).Header with { Streams = TraceExport.StreamsOf(from, null) };
        var lines = TraceExport.Lines(from, header).ToList();
        Assert.Contains("t.jsonl:3: record 2", Refused([lines[0], lines[2]]), StringComparison.Ordinal);
        Assert.Contains("ends before record 2", Refused(lines[..2]), StringComparison.Ordinal);
        Assert.Contains("does not name the stream", Refused([new TraceLine(null, lines[0].Record! with { Stream = "other" })]), StringComparison.Ordinal);

        string Refused(IEnumerable<TraceLine> some)
        {
            using var to = new InMemoryEventStore();
            return Assert.Throws<LogFormatException>(() => TraceImport.Into(to, "t.jsonl", header, some)).Message;
        }
    }

    private static string Written(TraceHeader header, IEnumerable<TraceLine> lines)
    {
        using var stream = new MemoryStream();
        TraceFile.Write(stream, header, lines);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
