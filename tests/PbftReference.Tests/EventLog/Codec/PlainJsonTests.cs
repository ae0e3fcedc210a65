using System.Text;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.EventLog.Codec;
using Xunit;

namespace PbftReference.Tests.EventLog.Codec;

/// <summary>The fast reader reads nothing that the reference does not read, and nothing otherwise.</summary>
public sealed class PlainJsonTests
{
    public static TheoryData<MessageKind> MessageKinds => [.. Enum.GetValues<MessageKind>()];

    [Theory]
    [MemberData(nameof(MessageKinds))]
    public void Both_readers_read_what_is_written(MessageKind kind)
    {
        var plain = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var record = StepCodec.Encode(StepOf(seed, kind));
            Assert.Equal(record.Data, StepCodec.Encode(Reference(record.Type, record.Data)).Data);
            if (Plain(record.Type, record.Data) is not { } step) continue;
            plain++;
            Assert.Equal(record.Data, StepCodec.Encode(step).Data);
        }

        Assert.True(plain > 0, "no step is plain, so nothing was compared");
    }

    [Theory]
    [MemberData(nameof(MessageKinds))]
    public void What_the_fast_reader_reads_of_a_changed_record_the_reference_reads_the_same(MessageKind kind)
    {
        var random = new Random(5);
        var accepted = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var record = StepCodec.Encode(StepOf(seed, kind));
            var changed = Changed(record.Data, random);
            if (Plain(record.Type, changed) is not { } step) continue;
            accepted++;
            Assert.True(StepCodec.Encode(step).Data.AsSpan().SequenceEqual(StepCodec.Encode(Reference(record.Type, changed)).Data), Encoding.UTF8.GetString(changed));
        }

        Assert.True(accepted > 0, "no changed record was read, so nothing was compared");
    }

    [Theory]
    [InlineData("""{"input":{"timer":"batch"},"events":[]}""", true)]
    [InlineData(""" { "input" : { "timer" : "batch" } , "events" : [ ] } """, true)]
    [InlineData("""{"input":{"timer":"b\u0061tch"},"events":[]}""", false)]
    [InlineData("""{'input':{"timer":"batch"},"events":[]}""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[],}""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[,]}""", false)]
    [InlineData("""{"input":{"timer":"batch"}"events":[]}""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[]}}""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[]} 1""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[}""", false)]
    [InlineData("""{"input":{"timer":"batch"},"events":[]""", false)]
    [InlineData("", false)]
    public void The_fast_reader_takes_the_plain_form_only(string text, bool isPlain) =>
        Assert.Equal(isPlain, Plain("timer-expired/1", Encoding.UTF8.GetBytes(text)) is not null);

    // One event a step, since of all events together some text is never plain.
    private static Step StepOf(int seed, MessageKind kind)
    {
        var generator = new StepGenerator(seed);
        var input = generator.Input(InputKind.MessageReceived, kind);
        var events = Enum.GetValues<EventKind>();
        return new Step(input, [generator.Event(events[seed % events.Length], input)], null, []);
    }

    // A byte or two replaced, left out, doubled or spaced out.
    private static byte[] Changed(byte[] data, Random random)
    {
        const string Interesting = " ,:[]{}\"'\\0123456789-eE.tfnxA\t\n/";
        var bytes = data.ToList();
        for (var count = random.Next(1, 3); count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)Interesting[random.Next(Interesting.Length)]; break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, bytes[at]); break;
                case 3: bytes.Insert(at, (byte)' '); break;
                default: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            }
        }

        return [.. bytes];
    }

    private static Step? Plain(string type, byte[] data) => PlainJsonReader.TryDecode(data, StepCodec.ReaderOf(type), out var step) ? step : null;

    private static Step Reference(string type, byte[] data) => ReferenceJsonReader.Decode(type, data, StepCodec.ReaderOf(type));
}
