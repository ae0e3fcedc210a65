using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbftReference.Core.Types;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Gives digests and results small numbers, as the specification wants them: equal ones the same number, different ones different numbers.
/// The null digest is 0.
/// </summary>
public sealed class Numbering
{
    private readonly Dictionary<Digest, int> _digests = new() { [Digest.None] = 0 };
    private readonly List<Digest> _byNumber = [Digest.None];
    private readonly Dictionary<byte[], int> _payloads = new(BytesComparer.Instance);
    private readonly List<ImmutableArray<byte>> _payloadByNumber = [];

    /// <summary>A digest's number.</summary>
    public int Of(Digest digest)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_digests, digest, out var known);
        if (known) return number;
        number = _byNumber.Count;
        _byNumber.Add(digest);
        return number;
    }

    /// <summary>The digest with a number.</summary>
    public Digest DigestOf(int number) => _byNumber[number];

    /// <summary>A result's number.</summary>
    public int Of(ImmutableArray<byte> payload)
    {
        var bytes = ImmutableCollectionsMarshal.AsArray(payload)!;
        if (_payloads.TryGetValue(bytes, out var number)) return number;
        _payloads.Add(bytes, _payloadByNumber.Count);
        _payloadByNumber.Add(payload);
        return _payloadByNumber.Count - 1;
    }

    /// <summary>The result with a number.</summary>
    public ImmutableArray<byte> PayloadOf(int number) => _payloadByNumber[number];

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] bytes)
        {
            var hash = default(HashCode);
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}
