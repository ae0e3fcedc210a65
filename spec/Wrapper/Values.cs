using System.Collections.Immutable;
using System.Numerics;
using Dafny;

namespace PbftReference.Spec;

/// <summary>Plain values as the translated specification wants them, and back.</summary>
internal static class Values
{
    // Sets of the first replicas are made once: most certificates name the same few.
    private const int Few = 8;
    private static readonly Dafny.ISet<BigInteger>?[] OfFew = new Dafny.ISet<BigInteger>?[1 << Few];

    /// <summary>A set of replicas.</summary>
    public static Dafny.ISet<BigInteger> Replicas(IEnumerable<int> ids)
    {
        var mask = 0;
        foreach (var id in ids)
        {
            if (id is < 0 or >= Few) return Set(ids);
            mask |= 1 << id;
        }

        return OfFew[mask] ??= Set(Enumerable.Range(0, Few).Where(id => (mask & (1 << id)) != 0));
    }

    public static Dafny.ISet<BigInteger> Set(IEnumerable<int> ids) => Dafny.Set<BigInteger>.FromCollection(ids.Select(id => (BigInteger)id));

    public static Dafny.ISet<BigInteger> Set(IEnumerable<long> numbers) => Dafny.Set<BigInteger>.FromCollection(numbers.Select(number => (BigInteger)number));

    public static IMap<BigInteger, T> Map<T>(IEnumerable<KeyValuePair<long, T>> pairs) =>
        Dafny.Map<BigInteger, T>.FromCollection(pairs.Select(pair => (IPair<BigInteger, T>)new Pair<BigInteger, T>(pair.Key, pair.Value)));

    public static ImmutableArray<int> Sorted(Dafny.ISet<BigInteger> ids) => [.. ids.Elements.Select(id => (int)id).Order()];

    public static ImmutableSortedDictionary<long, TValue> Sorted<T, TValue>(IMap<BigInteger, T> map, Func<T, TValue> value) =>
        map.ItemEnumerable.ToImmutableSortedDictionary(pair => (long)pair.Car, pair => value(pair.Cdr));

    public static ImmutableArray<int> Array(ISequence<BigInteger> sequence) => [.. sequence.CloneAsArray().Select(element => (int)element)];

    /// <summary>The last part of a constructor's name: "PbftTrace.Local.LPropose(5, 2)" is "LPropose".</summary>
    public static string ConstructorName(object datatype)
    {
        var text = datatype.GetType().Name;
        return text[(text.IndexOf('_', StringComparison.Ordinal) + 1)..];
    }
}
