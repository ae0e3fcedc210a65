namespace PbftReference.Tests.TestServer;

/// <summary>One field of a message, read without knowing the message: as much of protobuf as the recordings need, independent of the server's code.</summary>
/// <param name="Number">Its number.</param>
/// <param name="WireType">0 for integers, 2 for bytes.</param>
/// <param name="Offset">Where its value begins.</param>
/// <param name="Varint">The value of an integer.</param>
/// <param name="Bytes">The value of bytes.</param>
internal sealed record WireField(uint Number, int WireType, int Offset, ulong Varint, byte[] Bytes)
{
    /// <summary>The fields of a message in order.</summary>
    /// <param name="message">The message.</param>
    /// <param name="base">Where the message begins in the frame around it.</param>
    public static IReadOnlyList<WireField> Read(byte[] message, int @base = 0)
    {
        var fields = new List<WireField>();
        var at = 0;
        while (at < message.Length)
        {
            var tag = ReadVarint(message, ref at);
            var offset = at;
            var number = ReadVarint(message, ref at);
            var bytes = Array.Empty<byte>();
            switch (tag & 7)
            {
                case 0: break;
                case 2:
                    offset = at;
                    bytes = message[at..(at + (int)number)];
                    at += (int)number;
                    break;
                default: throw new InvalidDataException($"wire type {tag & 7} at {offset}");
            }

            fields.Add(new WireField((uint)(tag >> 3), (int)(tag & 7), @base + offset, number, bytes));
        }

        return fields;
    }

    /// <summary>The bytes of the first field with this number, at the end of a path of numbers.</summary>
    public static byte[] At(byte[] message, params uint[] path) =>
        path.Aggregate(message, (at, number) => Read(at).First(field => field.Number == number).Bytes);

    private static ulong ReadVarint(byte[] bytes, ref int at)
    {
        var (value, shift) = (0UL, 0);
        byte part;
        do
        {
            part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);

        return value;
    }
}
