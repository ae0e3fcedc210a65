using System.Text;

namespace PbftReference.Tests.TestServer;

/// <summary>The requests that tests make up themselves: bytes by hand, as the documentation of the protocol spells them.</summary>
internal static class Requests
{
    public const string Append = "/event_store.client.streams.Streams/Append";
    public const string BatchAppend = "/event_store.client.streams.Streams/BatchAppend";
    public const string Read = "/event_store.client.streams.Streams/Read";
    public const string Delete = "/event_store.client.streams.Streams/Delete";
    public const string Tombstone = "/event_store.client.streams.Streams/Tombstone";

    private static readonly byte[] StreamStart = [0x1A, 0x00];
    private static readonly byte[] NoFilterTextIdsPositions = [0x42, 0x00, 0x4A, 0x02, 0x12, 0x00, 0x52, 0x02, 0x08, 0x01];

    /// <summary>Options of an append that expects nothing.</summary>
    public static byte[] AppendAny(string stream) => Field(1, [.. Field(1, Stream(stream)), 0x22, 0x00]);

    /// <summary>Options of an append that expects no stream.</summary>
    public static byte[] AppendNoStream(string stream) => Field(1, [.. Field(1, Stream(stream)), 0x1A, 0x00]);

    /// <summary>Options of an append or a deletion at a revision.</summary>
    public static byte[] AtRevision(string stream, ulong revision) => Field(1, [.. Field(1, Stream(stream)), 0x10, .. Varint(revision)]);

    /// <summary>An event of an append.</summary>
    public static byte[] Event(Guid id, string data, string type = "t") => Field(2, Proposed(id, data, type));

    /// <summary>A whole write of a batch, expecting nothing.</summary>
    public static byte[] Batch(Guid correlation, string stream, Guid id, string data) =>
        [.. Field(1, Id(correlation)), .. Field(2, [.. Field(1, Stream(stream)), 0x22, 0x00]), .. Field(3, Proposed(id, data, "t")), 0x20, 0x01];

    /// <summary>A read upwards from the start.</summary>
    public static byte[] Forwards(string stream, ulong count = 1000) =>
        Field(1, [.. Field(1, [.. Field(1, Stream(stream)), .. StreamStart]), 0x28, .. Varint(count), .. NoFilterTextIdsPositions]);

    /// <summary>A read downwards from the end.</summary>
    public static byte[] Backwards(string stream, ulong count = 1000) =>
        Field(1, [.. Field(1, [.. Field(1, Stream(stream)), 0x22, 0x00]), 0x18, 0x01, 0x28, .. Varint(count), .. NoFilterTextIdsPositions]);

    /// <summary>A read of all events, upwards from the start or downwards from the end.</summary>
    public static byte[] All(bool isBackwards, ulong count) => isBackwards
        ? Field(1, [.. Field(2, [0x1A, 0x00]), 0x18, 0x01, 0x28, .. Varint(count), .. NoFilterTextIdsPositions])
        : Field(1, [.. Field(2, [0x12, 0x00]), 0x28, .. Varint(count), .. NoFilterTextIdsPositions]);

    /// <summary>A subscription from the start.</summary>
    public static byte[] Subscribe(string stream) =>
        Field(1, [.. Field(1, [.. Field(1, Stream(stream)), .. StreamStart]), 0x32, 0x00, .. NoFilterTextIdsPositions]);

    /// <summary>A subscription to all events.</summary>
    public static byte[] SubscribeAll() => Field(1, [.. Field(2, [0x12, 0x00]), 0x32, 0x00, .. NoFilterTextIdsPositions]);

    private static byte[] Proposed(Guid id, string data, string type) =>
        [.. Field(1, Id(id)), .. Entry("type", type), .. Entry("content-type", "application/json"), .. Field(4, Encoding.UTF8.GetBytes(data))];

    private static byte[] Id(Guid id) => Field(2, Encoding.UTF8.GetBytes(id.ToString()));

    private static byte[] Stream(string stream) => Field(3, Encoding.UTF8.GetBytes(stream));

    private static byte[] Entry(string key, string value) => Field(2, [.. Field(1, Encoding.UTF8.GetBytes(key)), .. Field(2, Encoding.UTF8.GetBytes(value))]);

    private static byte[] Field(int number, byte[] value) => [(byte)((number << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
