using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Tests.Core.Messages;
using Xunit;

namespace PbftReference.Tests.EventLog.Codec;

public sealed class StepCodecTests
{
    private static readonly Digest A = Digest.Parse(new string('a', 64));
    private static readonly Digest B = Digest.Parse(new string('b', 64));
    private static readonly Signature Placed = new(12, B, [1, 2, 3]);

    public static TheoryData<InputKind> InputKinds => [.. Enum.GetValues<InputKind>()];

    public static TheoryData<MessageKind> MessageKinds => [.. Enum.GetValues<MessageKind>()];

    [Theory]
    [MemberData(nameof(InputKinds))]
    public void Every_input_with_every_event_is_read_back_whole(InputKind kind)
    {
        for (var seed = 0; seed < 20; seed++) AssertRoundTrip(new StepGenerator(seed).Step(kind, MessageKind.Commit));
    }

    [Theory]
    [MemberData(nameof(MessageKinds))]
    public void Every_message_with_every_event_is_read_back_whole(MessageKind kind)
    {
        for (var seed = 0; seed < 20; seed++) AssertRoundTrip(new StepGenerator(seed).Step(InputKind.MessageReceived, kind));
    }

    [Fact]
    public void A_prepare_that_is_accepted_is_written_once()
    {
        var prepare = new Prepare(new ViewNumber(1), new SequenceNumber(7), A, B, new ReplicaId(2));
        AssertWritten(
            new Step(
                new MessageReceived(prepare, Placed),
                [new PrepareAccepted(prepare, Placed), new Prepared(prepare.View, prepare.SequenceNumber, A)],
                null,
                []),
            "prepare-received/1",
            """
            {"input":{"view":"1","sequenceNumber":"7","batchDigest":"aa","newView":"bb","replica":2,
            "signature":{"revision":"12","chainHead":"bb","bytes":"AQID"}},
            "events":[{"event":"prepare-accepted"},{"event":"prepared","view":"1","sequenceNumber":"7","batchDigest":"aa"}]}
            """);
    }

    [Fact]
    public void A_refused_input_has_its_reason()
    {
        var commit = new Commit(new ViewNumber(0), new SequenceNumber(7), Digest.None, new ReplicaId(2));
        AssertWritten(
            new Step(new MessageReceived(commit, Placed), [new EvidenceKept(new ReplicaId(2))], Refusal.ConflictingVote, []),
            "commit-received/1",
            """
            {"input":{"view":"0","sequenceNumber":"7","batchDigest":null,"replica":2,
            "signature":{"revision":"12","chainHead":"bb","bytes":"AQID"}},
            "events":[{"event":"evidence-kept","accused":2}],"refusal":"conflicting-vote"}
            """);
    }

    [Fact]
    public void A_batch_travels_in_its_pre_prepare()
    {
        var batch = new Batch([
            RequestOf(3, 1, "deposit \"a\" 5"),
            new Signed<Request>(new Request(new ClientId(4), new Timestamp(2), [0xFF, 0x00]), Signature.OfClient([9])),
        ]);
        var prePrepare = new PrePrepare(new ViewNumber(0), new SequenceNumber(1), A, Digest.None, new ReplicaId(0), batch);
        AssertWritten(
            new Step(new MessageReceived(prePrepare, Placed), [new PrePrepareAccepted(prePrepare, Placed)], null, []),
            "pre-prepare-received/1",
            """
            {"input":{"view":"0","sequenceNumber":"1","batchDigest":"aa","newView":null,"replica":0,
            "batch":[{"client":"3","timestamp":"1","operation":"deposit \"a\" 5","signature":"CQ=="},
            {"client":"4","timestamp":"2","operation":{"base64":"/wA="},"signature":"CQ=="}],
            "signature":{"revision":"12","chainHead":"bb","bytes":"AQID"}},"events":[{"event":"pre-prepare-accepted"}]}
            """);
    }

    [Fact]
    public void A_new_view_has_a_table_of_votes_and_certificates_point_into_it()
    {
        Vote[] votes = [new(new ReplicaId(0), Placed), new(new ReplicaId(1), Signature.Own)];
        var stable = new CheckpointCertificate(new SequenceNumber(10), A, [.. votes]);
        var prepared = new PreparedCertificate(new ViewNumber(0), new SequenceNumber(11), A, Digest.None, [votes[1]]);
        var viewChange = new ViewChange(new ViewNumber(1), stable, [prepared], new ReplicaId(2));
        var newView = new NewView(
            new ViewNumber(1), [new Signed<ViewChange>(viewChange, Signature.Own)], [new CarriedOver(new SequenceNumber(11), A)], new ReplicaId(1));
        AssertWritten(
            new Step(new MessageReceived(newView, Placed), [], null, []),
            "new-view-received/1",
            """
            {"input":{"view":"1","votes":[{"replica":0,"signature":{"revision":"12","chainHead":"bb","bytes":"AQID"}},{"replica":1,"signature":null}],
            "viewChanges":[{"newView":"1","stable":{"sequenceNumber":"10","stateDigest":"aa","votes":[0,1]},
            "prepared":[{"view":"0","sequenceNumber":"11","batchDigest":"aa","newView":null,"votes":[1]}],"replica":2,"signature":null}],
            "carried":[{"sequenceNumber":"11","batchDigest":"aa"}],"replica":1,
            "signature":{"revision":"12","chainHead":"bb","bytes":"AQID"}},"events":[]}
            """);
    }

    [Fact]
    public void A_primary_names_the_requests_that_it_proposes()
    {
        AssertWritten(
            new Step(
                new TimerExpired(TimerKind.Batch),
                [
                    new BatchTimeReached(),
                    new PrePrepareSent(
                        new ViewNumber(0), new SequenceNumber(1), A, [new RequestId(new ClientId(3), new Timestamp(1)), new RequestId(new ClientId(4), new Timestamp(2))]),
                ],
                null,
                []),
            "timer-expired/1",
            """
            {"input":{"timer":"batch"},"events":[{"event":"batch-time-reached"},
            {"event":"pre-prepare-sent","view":"0","sequenceNumber":"1","batchDigest":"aa","requests":["3:1","4:2"]}]}
            """);
    }

    [Fact]
    public void Results_of_an_execution_are_written_once()
    {
        ImmutableArray<ImmutableArray<byte>> results = [[.. "ok"u8], [0x80]];
        AssertWritten(
            new Step(new ExecutionCompleted(new SequenceNumber(1), results, A), [new BatchExecuted(new SequenceNumber(1), results, A)], null, []),
            "execution-completed/1",
            """
            {"input":{"sequenceNumber":"1","results":["ok",{"base64":"gA=="}],"serviceDigest":"aa"},
            "events":[{"event":"batch-executed","sequenceNumber":"1","serviceDigest":"aa"}]}
            """);
    }

    [Fact]
    public void What_an_event_takes_over_from_the_input_is_the_inputs_own_object()
    {
        var commit = new Commit(default, default, A, default);
        var decoded = Decoded(new Step(new MessageReceived(commit, Placed), [new CommitAccepted(commit, Placed)], null, []));
        var input = (MessageReceived)decoded.Input;
        var accepted = (CommitAccepted)decoded.Events[0];
        Assert.Same(input.Message, accepted.Commit);
        Assert.Same(input.Signature, accepted.Signature);
    }

    [Fact]
    public void An_equal_object_is_taken_over_like_the_same_object()
    {
        var (one, other) = (new MessageGenerator(5), new MessageGenerator(5));
        var step = new Step(new MessageReceived(one.NewView(), Placed), [new NewViewDeferred(other.NewView(), Placed)], null, []);
        Assert.EndsWith("""
            "events":[{"event":"new-view-deferred"}]}
            """, Text(StepCodec.Encode(step)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_under_another_signature_is_written_whole()
    {
        var commit = new Commit(default, default, A, default);
        var step = new Step(new MessageReceived(commit, Placed), [new CommitAccepted(commit, Placed with { Revision = 13 })], null, []);
        Assert.Contains("""{"event":"commit-accepted","commit":{"view":"0",""", Text(StepCodec.Encode(step)), StringComparison.Ordinal);
        AssertRoundTrip(step);
    }

    [Fact]
    public void A_deferred_view_change_that_a_new_view_releases_is_written_whole()
    {
        var generator = new MessageGenerator(2);
        var viewChange = generator.ViewChange(new ReplicaId(3));
        var step = new Step(new MessageReceived(generator.NewView(), Placed), [new ViewChangeAccepted(viewChange, Placed)], null, []);
        Assert.Contains("""{"event":"view-change-accepted","viewChange":{"newView":""", Text(StepCodec.Encode(step)), StringComparison.Ordinal);
        AssertRoundTrip(step);
    }

    [Theory]
    [InlineData("prepare-received/2", "version of prepare-received is unknown; known are: 1")]
    [InlineData("prepare-received/01", "known are: 1")]
    [InlineData("prepare-received", "version of prepare-received is unknown; known are: 1")]
    [InlineData("prepare-sent/1", "not the record type of a step; known are request-received/1")]
    public void An_unknown_type_or_version_is_refused_with_those_that_are_known(string type, string message)
    {
        var fault = Assert.Throws<UnknownRecordTypeException>(() => StepCodec.Decode(type, "{}"u8.ToArray()));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":{"timer":"batch"},"events":[],"extra":1}""", "field \"extra\"", "\"extra\" is unknown here")]
    [InlineData("""{"input":{"timer":"batch","extra":1},"events":[]}""", "input.extra", "\"extra\" is unknown here")]
    [InlineData("""{"input":{"timer":"batch"},"events":[{"event":"batch-time-reached","view":"1"}]}""", "events[0].view", "is unknown here")]
    [InlineData("""{"input":{"timer":"batch"}}""", "character 27", "\"events\" is missing")]
    [InlineData("""{"input":{},"events":[]}""", "\"input\"", "\"timer\" is missing")]
    [InlineData("""{"events":[],"input":{"timer":"batch"}}""", "character 10", "\"input\" is missing; \"events\" stands in its place")]
    [InlineData("""{"input":{"timer":"lunch"},"events":[]}""", "input.timer", "a known timer is wanted and \"lunch\"")]
    [InlineData("""{"input":{"timer":"batch"},"events":[{"event":"lunch"}]}""", "events[0].event", "a known event")]
    [InlineData("""{"input":{"timer":"batch"},"events":[],"refusal":"lunch"}""", "refusal", "a known refusal")]
    [InlineData("""{"input":{"timer":"batch"},"events":[],"refusal":null}""", "refusal", "a known refusal is wanted and null")]
    [InlineData("""{"input":{"timer":'batch'},"events":[]}""", "input.timer", "a known timer")]
    [InlineData("""{input:{"timer":"batch"},"events":[]}""", "input", "double quotes")]
    [InlineData("""{"input":{"timer":"batch"},"events":[]} x""", "not JSON", "")]
    [InlineData("""{"input":{"timer":"batch"},"events":[]""", "", "")]
    [InlineData("""{"input":/*c*/{"timer":"batch"},"events":[]}""", "input", "comments")]
    [InlineData("""{"input":{"timer":"batch"},"events":[{"event":"commit-accepted"}]}""", "events[0]", "\"commit\" is missing, and the step's input has none")]
    [InlineData("""{"input":{"timer":"batch"},"events":[{"event":"batch-executed","sequenceNumber":"1"}]}""", "events[0]", "\"results\" is missing")]
    [InlineData("", "the document", "an object is wanted and the end")]
    public void A_record_without_its_format_is_refused_with_field_and_reason(string json, string where, string what)
    {
        AssertRefused("timer-expired/1", json, "timer-expired/1");
        AssertRefused("timer-expired/1", json, where);
        AssertRefused("timer-expired/1", json, what);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("\"01\"")]
    [InlineData("\"+1\"")]
    [InlineData("\"-0\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"1.0\"")]
    [InlineData("\"\"")]
    [InlineData("\"9223372036854775808\"")]
    [InlineData("null")]
    public void A_64_bit_number_has_one_form(string number) => AssertRefused(
        "state-staged/1", "{\"input\":{\"sequenceNumber\":" + number + ",\"missing\":[]},\"events\":[]}", "input.sequenceNumber");

    [Theory]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("\"1\"")]
    [InlineData("2147483648")]
    [InlineData("null")]
    public void A_32_bit_number_is_a_whole_number(string number) => AssertRefused(
        "state-staged/1", "{\"input\":{\"sequenceNumber\":\"1\",\"missing\":[" + number + "]},\"events\":[]}", "input.missing[0]");

    [Theory]
    [InlineData("\"AA\"", "64 hexadecimal digits in lower case")]
    [InlineData("\"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "lower case")]
    [InlineData("\"gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "hexadecimal")]
    [InlineData("\"0000000000000000000000000000000000000000000000000000000000000000\"", "written as null")]
    public void A_digest_has_one_form(string digest, string what) =>
        AssertRefused("replica-started/1", "{\"input\":{\"incarnation\":" + digest + "},\"events\":[]}", what);

    [Theory]
    [InlineData("{\"base64\":\"b2s=\"}", "printable text is written as text")]
    [InlineData("{\"base64\":\"gA\"}", "bytes in base64")]
    [InlineData("{\"base64\":\"gB==\"}", "bytes in base64")]
    [InlineData("{\"base64\":\"g A==\"}", "bytes in base64")]
    [InlineData("{\"base64\":\"gA==\",\"x\":1}", "unknown")]
    [InlineData("\"\\u0007\"", "written in base64")]
    [InlineData("7", "text, or an object with base64")]
    public void A_payload_has_one_form(string payload, string what) => AssertRefused(
        "execution-completed/1", "{\"input\":{\"sequenceNumber\":\"1\",\"results\":[" + payload + "],\"serviceDigest\":null},\"events\":[]}", what);

    [Theory]
    [InlineData("\"\"", "written as null")]
    [InlineData("{\"revision\":\"-1\",\"chainHead\":null,\"bytes\":\"AQID\"}", "without a place")]
    [InlineData("7", "base64")]
    public void A_signature_has_one_form(string signature, string what) => AssertRefused(
        "fetch-new-view-received/1", "{\"input\":{\"newView\":null,\"replica\":0,\"signature\":" + signature + "},\"events\":[]}", what);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        byte[] data = [.. "{\"input\":{\"timer\":\""u8, 0xFF, .. "\"},\"events\":[]}"u8];
        var fault = Assert.Throws<LogFormatException>(() => StepCodec.Decode("timer-expired/1", data));
        Assert.Contains("timer-expired/1: not UTF-8", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_record_is_refused_or_reads_as_a_step_but_never_fails_otherwise()
    {
        var refused = 0;
        for (var seed = 0; seed < 2; seed++)
        {
            var (type, data) = StepCodec.Encode(new StepGenerator(seed).Step(InputKind.MessageReceived, MessageKind.NewView));
            for (var i = seed; i < data.Length; i += 29)
            {
                var changed = data.ToArray();
                changed[i] ^= (byte)(1 << (i % 8));
                try
                {
                    StepCodec.Decode(type, changed);
                }
                catch (LogFormatException)
                {
                    refused++;
                }
            }
        }

        Assert.True(refused > 0, "some damage must be refused");
    }

    [Fact]
    public void An_encoder_that_failed_half_way_writes_the_next_step_as_ever()
    {
        var step = new StepGenerator(1).AnyStep();
        var before = StepCodec.Encode(step).Data;
        Assert.ThrowsAny<Exception>(() => StepCodec.Encode(step with { Events = [null!] }));
        Assert.Equal(before, StepCodec.Encode(step).Data);
    }

    [Fact]
    public void Every_input_and_event_has_its_own_kind()
    {
        var generator = new StepGenerator(1);
        var inputs = Enum.GetValues<InputKind>().Select(kind => generator.Input(kind, MessageKind.Commit)).ToList();
        var events = Enum.GetValues<EventKind>().Select(kind => generator.Event(kind, inputs[0])).ToList();
        Assert.Equal(Enum.GetValues<InputKind>(), inputs.Select(input => input.Kind));
        Assert.Equal(Enum.GetValues<EventKind>(), events.Select(change => change.Kind));
        Assert.Equal(SubtypesOf<Input>(), Sorted(inputs.Select(input => input.GetType())));
        Assert.Equal(SubtypesOf<ReplicaEvent>(), Sorted(events.Select(change => change.GetType())));
    }

    private static IEnumerable<Type> SubtypesOf<T>() =>
        Sorted(typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract));

    private static IEnumerable<Type> Sorted(IEnumerable<Type> types) => types.OrderBy(type => type.Name, StringComparer.Ordinal);

    private static Signed<Request> RequestOf(long client, long timestamp, string operation) => new(
        new Request(new ClientId(client), new Timestamp(timestamp), [.. Encoding.UTF8.GetBytes(operation)]), Signature.OfClient([9]));

    private static Step Decoded(Step step)
    {
        var (type, data) = StepCodec.Encode(step);
        return StepCodec.Decode(type, data);
    }

    private static void AssertRoundTrip(Step step)
    {
        var written = StepCodec.Encode(step);
        var decoded = StepCodec.Decode(written.Type, written.Data);
        Assert.Equal(StructuralText.Of(step), StructuralText.Of(decoded));
        var again = StepCodec.Encode(decoded);
        Assert.Equal(written.Type, again.Type);
        Assert.Equal(Text(written), Text(again));
    }

    // The expected JSON may be broken into lines; aa and bb stand for the two digests.
    private static void AssertWritten(Step step, string type, string json)
    {
        var expected = Regex.Replace(json.ReplaceLineEndings(""), "\"(a|b)\\1\"", match => $"\"{new string(match.Value[1], 64)}\"");
        var written = StepCodec.Encode(step);
        Assert.Equal(type, written.Type);
        Assert.Equal(expected, Text(written));
        AssertRoundTrip(step);
    }

    private static void AssertRefused(string type, string json, string message)
    {
        var fault = Assert.Throws<LogFormatException>(() => StepCodec.Decode(type, Encoding.UTF8.GetBytes(json)));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static string Text(EncodedRecord written) => Encoding.UTF8.GetString(written.Data);
}
