using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>Writes the records of a trace into a store, byte for byte: the log is the one that was exported.</summary>
public static class TraceImport
{
    private const int MaxEvents = 200;
    private const long MaxBytes = 512 * 1024;

    /// <summary>Imports all records. The streams must not exist yet.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">The trace's name, for messages.</param>
    /// <param name="header">Its header.</param>
    /// <param name="lines">Its lines.</param>
    /// <returns>Number of records.</returns>
    /// <exception cref="LogFormatException">There are no records in it, or not those that the header names.</exception>
    /// <exception cref="EventStoreException">The store failed, or holds one of the streams.</exception>
    public static long Into(IEventStore store, string name, TraceHeader header, IEnumerable<TraceLine> lines)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(lines);
        if (header.Streams.IsEmpty) throw new LogFormatException($"{name}:1: the trace holds no records: it can be verified, but it is no log");
        var streams = header.Streams.ToDictionary(stream => stream.Stream, stream => new Filling(store, stream), StringComparer.Ordinal);
        var number = 1;
        foreach (var line in lines)
        {
            number++;
            if (line.Record is not { } record) throw new LogFormatException($"{name}:{number}: the step has no record, and the header promises records");
            if (!streams.TryGetValue(record.Stream, out var filling)) throw new LogFormatException($"{name}:{number}: the header does not name the stream '{record.Stream}'");
            filling.Add(record, $"{name}:{number}");
        }

        foreach (var filling in streams.Values) filling.End(name);
        return streams.Values.Sum(filling => filling.Count);
    }

    private sealed class Filling
    {
        private readonly IEventStore _store;
        private readonly TraceStream _stream;
        private readonly List<EventToAppend> _waiting = [];
        private long _bytes;
        private long _next;

        public Filling(IEventStore store, TraceStream stream)
        {
            (_store, _stream) = (store, stream);
            // What was truncated is not in the trace; its revisions are taken up by empty records, which are truncated again.
            while (_next < stream.FirstRevision) Append(new EventToAppend(RecordHash.EventId(stream.Stream, _next, default), RecordTypes.Blob, default, default));
        }

        public long Count => _next - _stream.FirstRevision;

        public void Add(StoredEvent record, string where)
        {
            if (record.Revision != _next || record.Revision > _stream.LastRevision)
            {
                throw new LogFormatException($"{where}: record {record.Revision} of stream '{_stream.Stream}' stands where {_next} is wanted; the header says {_stream.FirstRevision} to {_stream.LastRevision}");
            }

            Append(new EventToAppend(record.Id, record.Type, record.Data, record.Metadata));
        }

        public void End(string name)
        {
            Flush();
            if (_next <= _stream.LastRevision)
            {
                throw new LogFormatException($"{name}: the trace ends before record {_next} of stream '{_stream.Stream}'; the header says up to {_stream.LastRevision}");
            }

            if (_stream.FirstRevision > 0) _store.Truncate(_stream.Stream, _stream.FirstRevision);
        }

        private void Append(EventToAppend record)
        {
            if (_waiting.Count == MaxEvents || (_waiting.Count > 0 && _bytes + record.Data.Length > MaxBytes)) Flush();
            _waiting.Add(record);
            _bytes += record.Data.Length + record.Metadata.Length;
            _next++;
        }

        private void Flush()
        {
            if (_waiting.Count == 0) return;
            _store.Append(_stream.Stream, _next - _waiting.Count - 1, _waiting);
            _waiting.Clear();
            _bytes = 0;
        }
    }
}
