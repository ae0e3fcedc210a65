using System.Collections;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call: texts under lower-case names, in order; a name may occur more than once.</summary>
public sealed class Metadata : IEnumerable<Metadata.Entry>
{
    /// <summary>No entries.</summary>
    public static readonly Metadata Empty = [];

    private readonly List<Entry> _entries = [];

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds an entry.</summary>
    /// <param name="key">The name, in any case.</param>
    /// <param name="value">The text.</param>
    public void Add(string key, string value) => _entries.Add(new Entry(key, value));

    /// <summary>The last text under a name.</summary>
    /// <param name="key">The name, in any case.</param>
    /// <returns>The text, or null if the name does not occur.</returns>
    public string? GetValue(string key) =>
        _entries.FindLast(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <inheritdoc/>
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A name and its text.</summary>
    public sealed class Entry
    {
        /// <summary>Makes an entry.</summary>
        /// <param name="key">The name, in any case.</param>
        /// <param name="value">The text.</param>
        /// <exception cref="ArgumentNullException">A parameter is null.</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(value);
#pragma warning disable CA1308 // Names of HTTP/2 headers are lower-case.
            Key = key.ToLowerInvariant();
#pragma warning restore CA1308
            Value = value;
        }

        /// <summary>The name, in lower case.</summary>
        public string Key { get; }

        /// <summary>The text.</summary>
        public string Value { get; }
    }
}
