using System.Collections.Immutable;
using System.Text;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Consensus.Helper;

/// <summary>
/// Keys and values as a fold over an append-only stream: each change is one record, and when the changes are many more than the
/// values, all values are written anew and what is before is truncated.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/helper/persist/persist.go</c>.</remarks>
public sealed class StatePersistor : IStatePersistor
{
    private const string Stored = "state-stored/1";
    private const string Deleted = "state-deleted/1";
    private const int ChangesPerCompaction = 4096;

    private readonly Lock _gate = new();
    private readonly IEventStore _store;
    private readonly string _stream;
    private readonly SortedDictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private long _last;
    private long _first;

    /// <summary>Folds what is kept.</summary>
    /// <param name="store">Where; it stays the caller's.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    public StatePersistor(IEventStore store, string cluster, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _stream) = (store, $"consenter-{cluster}.{replica}");
        var tail = store.Tail(_stream);
        (_first, _last) = (tail?.FirstRevision ?? 0, tail?.LastRevision ?? -1);
        foreach (var record in store.Read(_stream, _first)) Fold(record.Type, Encoding.UTF8.GetString(record.Metadata.Span), record.Data);
    }

    /// <inheritdoc/>
    public void StoreState(string key, ReadOnlySpan<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        lock (_gate) Append(Stored, key, value.ToArray());
    }

    /// <inheritdoc/>
    public byte[]? ReadState(string key)
    {
        lock (_gate) return _values.GetValueOrDefault(key)?.ToArray();
    }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, byte[]>> ReadStateSet(string prefix)
    {
        lock (_gate) return [.. _values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToArray()))];
    }

    /// <inheritdoc/>
    public void DelState(string key)
    {
        lock (_gate)
        {
            if (_values.ContainsKey(key)) Append(Deleted, key, []);
        }
    }

    private void Append(string type, string key, byte[] value)
    {
        _last = _store.Append(_stream, _last, [Record(_last + 1, type, key, value)]);
        Fold(type, key, value);
        if (_last - _first > ChangesPerCompaction + (2 * _values.Count)) Compact();
    }

    private void Compact()
    {
        var first = _last + 1;
        if (_values.Count > 0) _last = _store.Append(_stream, _last, [.. _values.Select((pair, i) => Record(first + i, Stored, pair.Key, pair.Value))]);
        _store.Truncate(_stream, first);
        _first = first;
    }

    private EventToAppend Record(long revision, string type, string key, byte[] value) =>
        new(RecordHash.EventId(_stream, revision, Digest.Of(Encoding.UTF8.GetBytes(type + key), value)), type, value, Encoding.UTF8.GetBytes(key));

    private void Fold(string type, string key, ReadOnlyMemory<byte> value)
    {
        if (type == Stored) _values[key] = value.ToArray();
        else if (type == Deleted) _values.Remove(key);
        else throw new InvalidDataException($"stream {_stream}: records of type {type} are not known; it was written by a later version");
    }
}
