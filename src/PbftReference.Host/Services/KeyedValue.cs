using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PbftReference.Host.Services;

/// <summary>One pair of the key-value service, with the number that places its key in a bucket.</summary>
internal sealed record KeyedValue(string Key, ulong KeyHash, string Value)
{
    public const int HeaderSize = 6;

    /// <summary>Bytes it takes in a page.</summary>
    public int Size => HeaderSize + Encoding.UTF8.GetByteCount(Key) + Encoding.UTF8.GetByteCount(Value);

    /// <summary>The first eight bytes of the key's SHA-256.</summary>
    public static ulong HashOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
