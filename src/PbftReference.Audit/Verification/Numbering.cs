using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Gives digests and results small numbers, as the specification wants them: equal ones the same number, different ones different numbers.
/// The null digest is 0. What is forgotten gets another number if it comes again: no number is given out twice.
/// </summary>
public sealed class Numbering
{
    private readonly Dictionary<Digest, int> _digests = new() { [Digest.None] = 0 };
    private readonly Dictionary<int, Digest> _byNumber = new() { [0] = Digest.None };
    private readonly Dictionary<byte[], int> _payloads = new(BytesComparer.Instance);
    private readonly Dictionary<int, ImmutableArray<byte>> _payloadByNumber = [];
    private int _nextDigest = 1;
    private int _nextPayload;

    /// <summary>How many are kept.</summary>
    public int Count => _digests.Count + _payloads.Count;

    /// <summary>A digest's number.</summary>
    public int Of(Digest digest)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_digests, digest, out var known);
        if (known) return number;
        number = checked(_nextDigest++);
        _byNumber.Add(number, digest);
        return number;
    }

    /// <summary>The number that the next new digest will have.</summary>
    public int NextDigest => _nextDigest;

    /// <summary>Forgets the digests that have got their numbers from one on.</summary>
    public void ForgetFrom(int number)
    {
        for (; number < _nextDigest; number++)
        {
            if (_byNumber.Remove(number, out var digest)) _digests.Remove(digest);
        }
    }

    /// <summary>The digest with a number.</summary>
    public Digest DigestOf(int number) => _byNumber[number];

    /// <summary>A result's number.</summary>
    public int Of(ImmutableArray<byte> payload)
    {
        var bytes = ImmutableCollectionsMarshal.AsArray(payload)!;
        if (_payloads.TryGetValue(bytes, out var number)) return number;
        number = checked(_nextPayload++);
        _payloads.Add(bytes, number);
        _payloadByNumber.Add(number, payload);
        return number;
    }

    /// <summary>The result with a number.</summary>
    public ImmutableArray<byte> PayloadOf(int number) => _payloadByNumber[number];

    /// <summary>Forgets all that is not among these numbers.</summary>
    public void Keep(SpecNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        foreach (var (number, digest) in _byNumber.Where(entry => !numbers.HasDigest(entry.Key)))
        {
            _digests.Remove(digest);
            _byNumber.Remove(number);
        }

        foreach (var (number, payload) in _payloadByNumber.Where(entry => !numbers.HasResult(entry.Key)))
        {
            _payloads.Remove(ImmutableCollectionsMarshal.AsArray(payload)!);
            _payloadByNumber.Remove(number);
        }

        _digests.TrimExcess();
        _byNumber.TrimExcess();
        _payloads.TrimExcess();
        _payloadByNumber.TrimExcess();
    }

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
