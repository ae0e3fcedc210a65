using System.Collections.Immutable;

namespace PbftReference.EventLog.Codec;

/// <summary>The names of an enumeration's values in the log, in both directions.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class NameTable<T>
    where T : struct, Enum
{
    private readonly Dictionary<T, string> _names = [];
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _byCharacters;

    internal NameTable(string what, Func<T, string> nameOf)
    {
        What = what;
        foreach (var value in Enum.GetValues<T>())
        {
            _names.Add(value, nameOf(value));
            _values.Add(nameOf(value), value);
        }

        _byCharacters = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        All = [.. _names.Values];
    }

    /// <summary>What the names are names of, in words.</summary>
    public string What { get; }

    /// <summary>All names, in the order of the values.</summary>
    public ImmutableArray<string> All { get; }

    /// <summary>The name of a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public string Of(T value) =>
        _names.TryGetValue(value, out var name) ? name : throw new ArgumentOutOfRangeException(nameof(value), value, $"there is no such {What}");

    /// <summary>Finds the value of a name.</summary>
    public bool TryFind(string name, out T value) => _values.TryGetValue(name, out value);

    /// <summary>Finds the value of a name.</summary>
    internal bool TryFind(ReadOnlySpan<char> name, out T value) => _byCharacters.TryGetValue(name, out value);
}
