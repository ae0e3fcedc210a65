using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Trace;

/// <summary>What is wrong with a stream whose records are exported, in their order. Told is the first fault; what follows may follow from it.</summary>
/// <param name="stream">The stream and its ends.</param>
/// <param name="told">Told of the fault; null to throw what keeps a record from being read, and to look for nothing else.</param>
internal sealed class StreamFaults(TraceStream stream, Action<string, Exception>? told)
{
    private long _expected = stream.FirstRevision;
    private Digest? _before = stream.FirstRevision == 0 ? Digest.None : null;
    private bool _any;

    /// <summary>The records that can be read, each held against the one before; what does not hold is told, and given out.</summary>
    public IEnumerable<StoredEvent> Records(IEventStore store)
    {
        using var records = Try(() => store.Read(stream.Stream, stream.FirstRevision).GetEnumerator());
        while (records is not null && Try(records.MoveNext) && records.Current.Revision <= stream.LastRevision)
        {
            var item = records.Current;
            if (told is not null) Try(() => Check(item));
            yield return item;
        }

        if (told is not null) Try(() => _expected > stream.LastRevision ? true : throw RecordFault.At(stream.Stream, _expected, "the record is missing, and so are those after it"));
    }

    /// <summary>Does what a fault can keep from being done.</summary>
    /// <returns>What it gives; default if it cannot be done.</returns>
    /// <exception cref="LogFormatException">It cannot be done, and nobody is to be told.</exception>
    /// <exception cref="EventStoreException">The same, or the store itself can't be read.</exception>
    public T? Try<T>(Func<T> what)
    {
        try
        {
            return what();
        }
        catch (Exception e) when (told is not null && e is LogFormatException or EventStoreException { IsUnreadable: true })
        {
            if (!_any) told(stream.Stream, e);
            _any = true;
            return default;
        }
    }

    private bool Check(StoredEvent item)
    {
        var (expected, before) = (_expected, _before);
        (_expected, _before) = (item.Revision + 1, null);
        var metadata = ChainedRecord.ReadMetadata(item);
        _before = metadata.Hash;
        LogReading.Check(item, metadata, expected, before);
        return true;
    }
}
