using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using Xunit;

namespace PbftReference.Tests.EventLog.Log;

/// <summary>The format as docs/log-format.md tells it, made again here by other means, so that it can't change unnoticed.</summary>
public sealed class RecordFormatTests
{
    private const string Stream = "replica-c.1";

    [Fact]
    public void A_record_has_the_documented_metadata_hash_and_id()
    {
        using var store = new InMemoryEventStore();
        var sender = new LogPosition(12, SampleSteps.DigestOf(12));
        var log = ReplicaLog.Open(store, "c", new ReplicaId(1));
        log.Add(SampleSteps.Started(), 1234);
        log.Add(SampleSteps.VoteReceived(2, 4, sender), 1235);
        log.Flush();
        var rows = store.Read(Stream).ToList();

        var first = HashOf(0, "replica-started/1", 1234, null, null, new byte[32], rows[0].Data.Span);
        var cause = IdOf("replica-c.2", 12, sender.Hash.ToArray());
        var second = HashOf(1, "prepare-received/1", 1235, SampleSteps.DigestOf(4).ToArray(), cause, first, rows[1].Data.Span);
        Assert.Equal($$"""{"time":"1234","prevHash":null,"hash":"{{Convert.ToHexStringLower(first)}}"}""", Text(rows[0].Metadata));
        Assert.Equal(
            $$"""{"$correlationId":"{{SampleSteps.DigestOf(4)}}","$causationId":"{{cause:D}}","time":"1235","prevHash":"{{Convert.ToHexStringLower(first)}}","hash":"{{Convert.ToHexStringLower(second)}}"}""",
            Text(rows[1].Metadata));
        Assert.Equal([IdOf(Stream, 0, first), IdOf(Stream, 1, second)], rows.Select(row => row.Id));
    }

    [Fact]
    public void A_reference_to_blobs_names_their_digests_and_the_whole_size()
    {
        using var store = new InMemoryEventStore();
        var log = ReplicaLog.Open(store, "c", new ReplicaId(1));
        var step = SampleSteps.RequestReceived(1, 300_000);
        log.Add(step, 1);
        log.Flush();
        var rows = store.Read(Stream).ToList();
        var data = StepCodec.Encode(step).Data;
        Assert.Equal(data, (byte[])[.. rows[0].Data.ToArray(), .. rows[1].Data.ToArray()]);
        Assert.Equal(256 * 1024, rows[0].Data.Length);
        var digests = rows.Take(2).Select(row => Convert.ToHexStringLower(SHA256.HashData(row.Data.Span)));
        Assert.Equal($$"""{"blobs":["{{string.Join("\",\"", digests)}}"],"size":"{{data.Length}}"}""", Text(rows[2].Data));
    }

    [Fact]
    public void Metadata_is_read_in_the_one_form_in_which_it_is_written()
    {
        var metadata = new RecordMetadata(SampleSteps.DigestOf(1), new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), -5, Digest.None, SampleSteps.DigestOf(2));
        var text = Text(metadata.Encode());
        Assert.Equal(metadata, RecordMetadata.Decode(Encoding.UTF8.GetBytes(text)));
        string[] others = ["", "{}", text + " ", text.Replace(",", ", ", StringComparison.Ordinal), text.Replace("-5", "-05", StringComparison.Ordinal), text[..^1]];
        Assert.All(others, other => Assert.Throws<LogFormatException>(() => RecordMetadata.Decode(Encoding.UTF8.GetBytes(other))));
    }

    [Theory]
    [InlineData("replica-c.0", "c", 0)]
    [InlineData("replica-a.b-c.12", "a.b-c", 12)]
    public void A_replicas_stream_is_recognised_by_its_name(string stream, string cluster, int replica)
    {
        Assert.True(LogStreams.TryParseReplica(stream, out var name, out var id));
        Assert.Equal((cluster, replica), (name, id.Value));
        Assert.Equal(stream, LogStreams.OfReplica(name, id));
        Assert.False(LogStreams.TryParseSnapshots(stream, out _, out _));
    }

    [Theory]
    [InlineData("replica-c")]
    [InlineData("replica-.1")]
    [InlineData("replica-c.01")]
    [InlineData("replica-c.-1")]
    [InlineData("replica-c.x")]
    [InlineData("Replica-c.1")]
    [InlineData("snapshot-c.1")]
    public void Another_name_is_no_replicas_stream(string stream) => Assert.False(LogStreams.TryParseReplica(stream, out _, out _));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static byte[] HashOf(long revision, string type, long time, byte[]? correlation, Guid? cause, byte[] before, ReadOnlySpan<byte> data)
    {
        byte[] causation = cause is { } id ? [1, 0, 0, 0, 16, .. id.ToByteArray(bigEndian: true)] : [0];
        return SHA256.HashData((byte[])
        [
            .. Bytes("pbft-reference/record/1"), .. Bytes(Stream), .. Number(revision), .. Bytes(type), .. Number(time),
            .. correlation ?? new byte[32], .. causation, .. before, .. SHA256.HashData(data),
        ]);
    }

    private static Guid IdOf(string stream, long revision, byte[] hash) => new(
        SHA256.HashData((byte[])[.. Bytes("pbft-reference/event-id/1"), .. Bytes(stream), .. Number(revision), .. hash]).AsSpan(0, 16), bigEndian: true);

    private static byte[] Bytes(string text)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, Encoding.UTF8.GetByteCount(text));
        return [.. length, .. Encoding.UTF8.GetBytes(text)];
    }

    private static byte[] Number(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
