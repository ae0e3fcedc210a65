using System.Text;

namespace PbftReference.Tests.StandIns.Streams;

/// <summary>The tests' own reading of protobuf: the fields of a message, in order. It trusts the bytes, which were recorded.</summary>
internal sealed class ProtoTree
{
    private readonly List<(int Field, ulong Number, byte[]? Bytes)> _fields = [];

    public static ProtoTree? TryParse(byte[] bytes)
    {
        var tree = new ProtoTree();
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes, ref at);
            if ((tag & 7) == 0)
            {
                tree._fields.Add(((int)(tag >> 3), Varint(bytes, ref at), null));
                continue;
            }

            var length = (int)Varint(bytes, ref at);
            if ((tag & 7) != 2 || length > bytes.Length - at)
            {
                return null;
            }

            tree._fields.Add(((int)(tag >> 3), 0, bytes[at..(at + length)]));
            at += length;
        }

        return tree;
    }

    public static ProtoTree Parse(byte[] bytes) => TryParse(bytes) ?? throw new ArgumentException("No message.", nameof(bytes));

    /// <summary>The fields that are there, in order.</summary>
    public IReadOnlyList<int> Fields => [.. _fields.Select(f => f.Field)];

    public ulong? Number(int field) => _fields.Exists(f => f.Field == field) ? _fields.Find(f => f.Field == field).Number : null;

    public byte[]? Bytes(int field) => _fields.Find(f => f.Field == field).Bytes;

    public string? Text(int field) => Bytes(field) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public ProtoTree? Message(int field) => Bytes(field) is { } bytes ? TryParse(bytes) : null;

    public Dictionary<string, string> Map(int field) => _fields.Where(f => f.Field == field)
        .Select(f => Parse(f.Bytes!)).ToDictionary(entry => entry.Text(1) ?? "", entry => entry.Text(2) ?? "");

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
