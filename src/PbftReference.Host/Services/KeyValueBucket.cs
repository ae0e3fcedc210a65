using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace PbftReference.Host.Services;

/// <summary>
/// The pairs of one page, sorted by key (ordinal). Its bytes: "PKV1", then per pair key length (2 bytes, big-endian), value length
/// (4), key, value, both in UTF-8.
/// </summary>
internal sealed class KeyValueBucket
{
    private readonly List<KeyedValue> _pairs = [];

    private static ReadOnlySpan<byte> Magic => "PKV1"u8;

    public IReadOnlyList<KeyedValue> Pairs => _pairs;

    public KeyedValue? Find(string key) => Search(key) is >= 0 and var at ? _pairs[at] : null;

    public void Put(KeyedValue pair)
    {
        var at = Search(pair.Key);
        if (at >= 0) _pairs[at] = pair;
        else _pairs.Insert(~at, pair);
    }

    public void Remove(string key) => _pairs.RemoveAt(Search(key));

    /// <summary>Takes out the pairs for which the test holds, in order.</summary>
    public List<KeyedValue> TakeWhere(Predicate<KeyedValue> test)
    {
        var taken = _pairs.FindAll(test);
        _pairs.RemoveAll(test);
        return taken;
    }

    public byte[] Encode()
    {
        var page = new byte[Magic.Length + _pairs.Sum(pair => pair.Size)];
        Magic.CopyTo(page);
        var rest = page.AsSpan(Magic.Length);
        foreach (var (key, _, value) in _pairs)
        {
            var body = rest[KeyedValue.HeaderSize..];
            var keyLength = Encoding.UTF8.GetBytes(key, body);
            var valueLength = Encoding.UTF8.GetBytes(value, body[keyLength..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)keyLength);
            BinaryPrimitives.WriteInt32BigEndian(rest[2..], valueLength);
            rest = body[(keyLength + valueLength)..];
        }

        return page;
    }

    /// <summary>The pairs of a page, in its order.</summary>
    /// <exception cref="InvalidDataException">Not a key-value page.</exception>
    public static IEnumerable<(string Key, string Value)> Decode(ReadOnlyMemory<byte> page, int index)
    {
        if (!page.Span.StartsWith(Magic))
        {
            throw new InvalidDataException($"page {index} does not begin as a kv page; it belongs to another service or is damaged");
        }

        for (var rest = page[Magic.Length..]; !rest.IsEmpty;)
        {
            var at = page.Length - rest.Length;
            var (keyLength, valueLength) = rest.Length < KeyedValue.HeaderSize
                ? (0, -1)
                : (BinaryPrimitives.ReadUInt16BigEndian(rest.Span), BinaryPrimitives.ReadInt32BigEndian(rest.Span[2..]));
            var body = rest[Math.Min(KeyedValue.HeaderSize, rest.Length)..];
            if (valueLength < 0 || (long)keyLength + valueLength > body.Length || !Utf8.IsValid(body.Span[..keyLength]) ||
                !Utf8.IsValid(body.Span.Slice(keyLength, valueLength)))
            {
                throw new InvalidDataException($"page {index} breaks off or is not UTF-8 in the pair at byte {at}; fetch it again");
            }

            yield return (Encoding.UTF8.GetString(body.Span[..keyLength]), Encoding.UTF8.GetString(body.Span.Slice(keyLength, valueLength)));
            rest = body[(keyLength + valueLength)..];
        }
    }

    // The index of the key, or the complement of where it would go.
    private int Search(string key)
    {
        var (low, high) = (0, _pairs.Count - 1);
        while (low <= high)
        {
            var middle = low + (high - low) / 2;
            var order = string.CompareOrdinal(_pairs[middle].Key, key);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
