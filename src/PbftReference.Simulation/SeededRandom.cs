using PbftReference.Core.Types;

namespace PbftReference.Simulation;

/// <summary>
/// The only source of chance (SplitMix64): the same seed gives the same numbers on every machine and in every version. Forks are
/// independent, so that drawing more in one place changes nothing in another.
/// </summary>
public sealed class SeededRandom
{
    private ulong _state;

    /// <summary>Starts at a seed.</summary>
    public SeededRandom(ulong seed) => _state = seed;

    /// <summary>An independent source for a purpose.</summary>
    public SeededRandom Fork(string purpose)
    {
        Span<byte> digest = stackalloc byte[Digest.Size];
        new CanonicalWriter().UInt64(_state).Text(purpose).ToDigest().CopyTo(digest);
        return new SeededRandom(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(digest));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A number from <paramref name="low"/> up to and including <paramref name="high"/>.</summary>
    public long Between(long low, long high) => low + (long)(NextUInt64() % (ulong)(high - low + 1));

    /// <summary>A number from 0 up to and excluding <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(NextUInt64() % (ulong)count);

    /// <summary>True so many times in a million.</summary>
    public bool Chance(int perMillion) => Below(1_000_000) < perMillion;

    /// <summary>A random digest.</summary>
    public Digest NextDigest() => new CanonicalWriter().UInt64(NextUInt64()).UInt64(NextUInt64()).ToDigest();

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}
