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
        """{"replica":1,"step":"4","time":"12","receive":{"kind":"commit","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":2}},"send":[{"to":[0,2,3],"kind":"commit","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":1}}],"execute":[{"sequenceNumber":"1","batchDigest":"D","results":["ok"],"serviceDigest":null}],"stable":[{"sequenceNumber":"1","stateDigest":"D"}]}""",
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
    [InlineData(2, "\"step\":\"0\"", "\"step\":\"-1\"", "t.jsonl:2: at field \"step\"", "a number from 0 on is wanted")]
    [InlineData(4, ",\"restart\":true", "", "t.jsonl:4: at field \"restart\"", "the first step of replica 1 must have it")]
    [InlineData(2, "\"restart\":true", "\"restart\":false", "t.jsonl:2: at field \"restart\"", "true, or the field left out, is wanted and false is there")]
    [InlineData(3, "\"to\":[1,2,3]", "\"to\":[1,2,4]", "t.jsonl:3: at field \"send[0].to[2]\"", "no replica 4 in a cluster of 4: they are 0 to 3")]
    [InlineData(5, "\"replica\":2}}", "\"replica\":7}}", "t.jsonl:5: at field \"receive.message.replica\"", "no replica 7 in a cluster of 4: they are 0 to 3")]
    [InlineData(5, "\"replica\":2}}", "\"replica\":-1}}", "t.jsonl:5: at field \"receive.message.replica\"", "no replica -1")]
    [InlineData(7, "\"viewChanges\":[1,2,3]", "\"viewChanges\":[1,2,9]", "t.jsonl:7: at field \"receive.message.viewChanges[2]\"", "no replica 9")]
    [InlineData(5, "\"view\":\"0\"", "\"view\":\"-1\"", "t.jsonl:5: at field \"receive.message.view\"", "a number from 0 on is wanted and \"-1\" is there")]
    [InlineData(5, "\"execute\":[{\"sequenceNumber\":\"1\"", "\"execute\":[{\"sequenceNumber\":\"-1\"", "t.jsonl:5: at field \"execute[0].sequenceNumber\"", "a number from 0 on")]
    [InlineData(7, "\"installed\":[{\"sequenceNumber\":\"1\"", "\"installed\":[{\"sequenceNumber\":\"-1\"", "t.jsonl:7: at field \"installed[0].sequenceNumber\"", "a number from 0 on")]
    [InlineData(6, "\"prepared\":[{\"view\":\"0\"", "\"prepared\":[{\"view\":\"-4\"", "t.jsonl:6: at field \"receive.message.prepared[0].view\"", "a number from 0 on")]
    [InlineData(5, "\"to\":[0,2,3]", "\"client\":\"7\"", "t.jsonl:5: at field \"send[0].client\"", "in profile osdi99 nothing is sent to a client")]
    [InlineData(3, "\"step\":\"1\"", "\"step\":\"0\"", "t.jsonl:3: ", "ascend")]
    [InlineData(3, "\"kind\":\"request\"", "\"kind\":\"wish\"", "t.jsonl:3: at field \"receive.kind\"", "known message kind")]
    [InlineData(3, "\"kind\":\"request\"", "\"kind\":\"status\"", "t.jsonl:3: ", "no message of profile osdi99; there are request, pre-prepare")]
    [InlineData(5, "\"view\":\"0\",", "", "t.jsonl:5: at field \"receive.message", "\"view\" is missing")]
    [InlineData(5, "\"time\":\"12\"", "\"time\":12", "t.jsonl:5: at field \"time\"", "64-bit number")]
    [InlineData(7, "}]}", "}]", "t.jsonl:7: ", "")]
    [InlineData(6, "\"D\"}],\"replica\":2}}}", "", "t.jsonl:6: not JSON: at field \"receive.message.prepared[0].batchDigest\"", "it ends in the middle")]
    [InlineData(2, "\"step\":\"0\"", "\"step\";\"0\"", "t.jsonl:2: not JSON: at field \"replica\", character ", "from there on it is none")]
    [InlineData(1, "\"replicas\":4", "\"replicas\":\"4\"", "t.jsonl:1: ", "at field \"configuration.replicas\": a whole number")]
    [InlineData(1, "\"replicas\":4", "\"replicas\":3", "t.jsonl:1: ", "at field \"configuration\": n must be at least")]
    [InlineData(1, "\"service\":", "\"service\":\"s\",\"service\":", "t.jsonl:1: ", "the field \"service\" stands there twice")]
    [InlineData(1, "\"service\":", "\"nonce\":5,\"service\":", "t.jsonl:1: ", "the field \"nonce\" is no digest")]
    [InlineData(1, "\"faults\":1}}", "\"faults\":1}", "t.jsonl:1: ", "not JSON: at field \"configuration\", character ")]
    public void What_is_not_so_is_refused_with_file_line_and_field(int line, string old, string with, string where, string what)
    {
        var lines = Foreign.ToArray();
        Assert.Contains(old, lines[line - 1], StringComparison.Ordinal);
        lines[line - 1] = lines[line - 1].Replace(old, with, StringComparison.Ordinal);
        var fault = Assert.Throws<LogFormatException>(() => Read(lines));
        Assert.StartsWith(where, fault.Message, StringComparison.Ordinal);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("7")]
    public void A_header_is_an_object(string text) =>
        Assert.Contains("t.jsonl:1: not the header of a trace of schema pbft.trace/1: it is no JSON object", Refused(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public void What_is_wrong_is_told_without_the_words_of_the_JSON_library()
    {
        foreach (var text in (string[])["", "{", "{\n \"schema\": 1\n}", "{x", "\"", Header + "\n{\"replica\"", Header + "\n" + new string('[', 100)])
        {
            var words = Refused(Encoding.UTF8.GetBytes(text));
            Assert.StartsWith("t.jsonl:", words, StringComparison.Ordinal);
            foreach (var raw in (string[])["JsonReader", "JObject", "Path '", "MaxDepth", "Unexpected"]) Assert.DoesNotContain(raw, words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("53514C69746520666F726D6174203300", "a database, such as the log of a run is in: name the directory")]
    [InlineData("1F8B0800", "compressed (gzip): unpack it")]
    [InlineData("28B52FFD00", "compressed (zstd): unpack it")]
    [InlineData("504B0304", "compressed (zip): unpack it")]
    [InlineData("EFBBBF7B7D", "byte order mark")]
    [InlineData("FFFE7B007D00", "UTF-16")]
    [InlineData("7B00", "t.jsonl:1: byte 2 of the line is zero, so this is no text")]
    [InlineData("7B7D0A0A", "t.jsonl:1: ")]
    [InlineData("7BC30A", "t.jsonl:1: the line is not UTF-8 at its byte 2")]
    public void What_is_no_text_says_what_it_is(string hex, string what) => Assert.Contains(what, Refused(Convert.FromHexString(hex)), StringComparison.Ordinal);

    [Fact]
    public void The_line_that_is_not_UTF_8_or_empty_is_named_and_no_other()
    {
        Assert.StartsWith("t.jsonl:3: the line is not UTF-8 at its byte 14", Refused([.. Encoding.UTF8.GetBytes(Header + "\n" + Foreign[1] + "\n{\"replica\": \""), 0xFF, .. "\"}\n"u8]), StringComparison.Ordinal);
        Assert.StartsWith("t.jsonl:2: the line is empty", Refused(Encoding.UTF8.GetBytes(Header + "\n\n" + Foreign[1])), StringComparison.Ordinal);
        Assert.StartsWith("t.jsonl:2: the line is empty", Refused(Encoding.UTF8.GetBytes(Header + "\r\n\r\n" + Foreign[1])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\n", "\n")]
    [InlineData("\r\n", "\r\n")]
    public void A_line_may_have_a_carriage_return_before_its_line_feed_and_the_last_needs_neither(string between, string last)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Header + between + Foreign[1] + between + Foreign[3] + last));
        TraceFile.Read(stream, "t.jsonl", out var lines);
        Assert.Equal([2, 3], lines.Select(line => line.Step!.Line));
    }

    [Fact]
    public void A_line_of_any_length_up_to_the_bound_is_read_over_the_buffers_ends()
    {
        var operation = new string('x', 200_000);
        var step = Foreign[2].Replace("\"D\"", $"\"{D}\"", StringComparison.Ordinal).Replace("\"add\"", $"\"{operation}\"", StringComparison.Ordinal);
        var (_, lines) = Read([Header, Foreign[1], step, Foreign[3]]);
        Assert.Equal(200_000, lines[1].Step!.Receive!.Statement!.Operation.Length);
        Assert.True(lines[2].Step!.Restart);
    }

    [Fact]
    public void A_line_that_never_ends_is_refused_at_the_bound()
    {
        using var endless = new EndlessStream((byte)'7');
        var fault = Assert.Throws<LogFormatException>(() => TraceFile.Read(endless, "t.jsonl", out _));
        Assert.StartsWith("t.jsonl:1: the line is longer than 64 MiB", fault.Message, StringComparison.Ordinal);
        Assert.True(endless.Given <= 2L * TraceFile.MaxLineBytes, $"{endless.Given} bytes were read");
    }

    [Fact]
    public void What_is_endlessly_zero_is_refused_at_once()
    {
        using var endless = new EndlessStream(0);
        Assert.Throws<LogFormatException>(() => TraceFile.Read(endless, "t.jsonl", out _));
        Assert.True(endless.Given <= 1024 * 1024, $"{endless.Given} bytes were read");
    }

    [Theory]
    [InlineData(2, 4, true, "prepare-received/1", "record.stream")]
    [InlineData(1, 5, true, "prepare-received/1", "record.revision")]
    [InlineData(1, 4, true, "commit-received/1", "receive")]
    [InlineData(1, 4, true, "timer-expired/1", "receive")]
    [InlineData(1, 4, false, "commit-received/1", "receive")]
    [InlineData(1, 4, false, "replica-started/1", "restart")]
    [InlineData(1, 4, true, "prepare-received/1", null)]
    [InlineData(1, 4, false, "timer-expired/1", null)]
    public void A_step_that_is_another_than_the_record_beside_it_is_refused(int replica, long revision, bool receives, string type, string? field)
    {
        var stream = $"replica-c.{replica}";
        var streams = $$"""{"schema":"pbft.trace/1","streams":[{"stream":"{{stream}}","firstRevision":"0","lastRevision":"9"}],""";
        var receive = receives ? """ "receive":{"kind":"prepare","message":{"view":"0","sequenceNumber":"1","batchDigest":"D","replica":2}},""" : "";
        var record = $$"""{"stream":"{{stream}}","revision":"{{revision}}","id":"00000000-0000-0000-0000-000000000001","type":"{{type}}","data":"{}","metadata":"{}"}""";
        string[] lines = [Header.Replace("{\"schema\":\"pbft.trace/1\",", streams, StringComparison.Ordinal), $$"""{"replica":1,"step":"4",{{receive}}"record":{{record}}}"""];
        if (field is null) Assert.Equal(4, Read(lines).Lines.Single().Record!.Revision);
        else Assert.StartsWith($"t.jsonl:2: at field \"{field}\": the step and the record beside it contradict each other", Assert.Throws<LogFormatException>(() => Read(lines)).Message, StringComparison.Ordinal);
    }

    private static string Refused(byte[] bytes) => Assert.Throws<LogFormatException>(() =>
    {
        using var stream = new MemoryStream(bytes);
        TraceFile.Read(stream, "t.jsonl", out var lines);
        _ = lines.Count();
    }).Message;

    /// <summary>The same byte for ever.</summary>
    private sealed class EndlessStream(byte value) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill(value);
            Given += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
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
