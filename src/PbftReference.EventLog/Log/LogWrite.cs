using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>
/// Records of one stream on their way to the store. A live replica writes them on another thread, so that it decides on while the
/// disk works; what is added meanwhile goes with the next write.
/// </summary>
public sealed class LogWrite
{
    /// <summary>Bytes of one append, so that every EventStoreDB server takes it whatever its framing costs.</summary>
    private const long MaxAppendBytes = 512 * 1024;

    private const int MaxAppendEvents = 500;

    private readonly IEventStore _store;
    private readonly string _stream;
    private readonly List<(EventToAppend Event, LogPosition Position)> _records;

    internal LogWrite(IEventStore store, string stream, LogPosition durable, List<(EventToAppend Event, LogPosition Position)> records)
    {
        (_store, _stream, _records) = (store, stream, records);
        Written = durable;
    }

    /// <summary>Number of records in it.</summary>
    public int Records => _records.Count;

    /// <summary>Bytes of data and metadata in it.</summary>
    public long Bytes => _records.Sum(record => (long)record.Event.Data.Length + record.Event.Metadata.Length);

    /// <summary>How many of them are written.</summary>
    internal int Count { get; private set; }

    /// <summary>The last record that is written.</summary>
    internal LogPosition Written { get; private set; }

    /// <summary>Set once another writer was found.</summary>
    internal FencedException? Fenced { get; private set; }

    /// <summary>Writes. May run on any thread, but not twice at once; after a failure of the store it may run again and goes on where it was.</summary>
    /// <exception cref="FencedException">Another writer appended to the stream; stop.</exception>
    /// <exception cref="EventStoreException">The store failed.</exception>
    public void Run()
    {
        while (Count < _records.Count)
        {
            var count = CountOfNextAppend();
            Append(_records.GetRange(Count, count));
            // Only now, so that the same records are appended again if it is unknown whether they were written.
            Written = _records[Count + count - 1].Position;
            Count += count;
        }
    }

    private int CountOfNextAppend()
    {
        var limit = Math.Min(_records.Count - Count, MaxAppendEvents);
        long bytes = 0;
        for (var i = 0; i < limit; i++)
        {
            var item = _records[Count + i].Event;
            bytes += item.Data.Length + item.Metadata.Length + item.Type.Length;
            if (i > 0 && bytes > MaxAppendBytes) return i;
        }

        return limit;
    }

    private void Append(List<(EventToAppend Event, LogPosition Position)> records)
    {
        try
        {
            _store.Append(_stream, Written.Revision, [.. records.Select(item => item.Event)]);
        }
        catch (WrongExpectedRevisionException e)
        {
            throw Fenced = new FencedException(_stream, Written.Revision, e.Actual, e);
        }
    }
}
