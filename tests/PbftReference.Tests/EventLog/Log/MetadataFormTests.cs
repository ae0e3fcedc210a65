using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using Xunit;

namespace PbftReference.Tests.EventLog.Log;

/// <summary>The fast reader of metadata reads exactly what the JSON reader takes for metadata in its one form.</summary>
public sealed class MetadataFormTests
{
    [Fact]
    public void Both_readers_read_the_same_of_what_is_written_and_of_what_was_changed()
    {
        var random = new Random(3);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Any(random).Encode();
            if (i % 2 == 1) Change(bytes, random);
            var expected = Slowly(bytes);
            Assert.True(expected == MetadataForm.TryRead(bytes), Encoding.UTF8.GetString(bytes));
            if (expected is null) refused++;
            else read++;
        }

        Assert.True(read > 2500 && refused > 500, $"{read} were read and {refused} refused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"time":"0","prevHash":null,"hash":null""")]
    [InlineData("""{"time":"","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"-","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"+1","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"-0","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"00","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"9223372036854775808","prevHash":null,"hash":null}""")]
    [InlineData("""{"time":"1","prevHash":null,"hash":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("""{"time":"1","prevHash":null,"hash":null} """)]
    public void Another_form_is_read_by_neither(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Null(MetadataForm.TryRead(bytes));
        Assert.Null(Slowly(bytes));
    }

    private static RecordMetadata? Slowly(byte[] bytes)
    {
        try
        {
            return RecordMetadata.DecodeSlowly(bytes);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }

    private static RecordMetadata Any(Random random)
    {
        Guid? cause = random.Next(2) == 0 ? null : new Guid(random.Next(), 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)random.Next(256));
        long[] times = [0, 1, -1, long.MaxValue, long.MinValue, random.NextInt64()];
        return new RecordMetadata(Digest(random), cause, times[random.Next(times.Length)], Digest(random), Digest(random));
    }

    private static Digest Digest(Random random) => random.Next(3) == 0 ? PbftReference.Core.Types.Digest.None : SampleSteps.DigestOf(random.Next(1000));

    private static void Change(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        bytes[at] = random.Next(3) == 0 ? (byte)"0123456789abcdefABCDEF\",:{} nul-"[random.Next(32)] : (byte)(bytes[at] ^ (1 << random.Next(8)));
    }
}
