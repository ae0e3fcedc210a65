using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Appends chained records to a stream that has one writer. Records wait here until they are flushed.</summary>
internal sealed class ChainWriter
{
    /// <summary>Bytes of one append, so that every EventStoreDB server takes it whatever its framing costs.</summary>
    private const long MaxAppendBytes = 512 * 1024;

    private const int MaxAppendEvents = 500;

    private readonly IEventStore _store;
    private readonly List<(EventToAppend Event, LogPosition Position)> _pending = [];
    private FencedException? _fenced;

    private ChainWriter(IEventStore store, string stream, LogPosition tail)
    {
        _store = store;
        Stream = stream;
        Head = Durable = tail;
    }

    internal string Stream { get; }

    /// <summary>The last record, written or waiting.</summary>
    internal LogPosition Head { get; private set; }

    /// <summary>The last record that is written.</summary>
    internal LogPosition Durable { get; private set; }

    internal int PendingCount => _pending.Count;

    /// <summary>Id of the last record, which waits.</summary>
    internal Guid HeadId => _pending[^1].Event.Id;

    internal static ChainWriter Open(IEventStore store, string stream) => new(store, stream, TailOf(store, stream));

    /// <summary>Adds a record; data that is too large for it goes into blobs before it.</summary>
    internal LogPosition Add(string type, ReadOnlyMemory<byte> data, long timeMs, Digest correlation = default, Guid? causation = null)
    {
        if (data.Length <= BlobReference.MaxInline) return AddRecord(type, data, timeMs, correlation, causation);
        var blobs = ImmutableArray.CreateBuilder<Digest>();
        for (var rest = data; !rest.IsEmpty; rest = rest[blobSize(rest)..]) blobs.Add(AddBlob(rest[..blobSize(rest)], timeMs));
        return AddRecord(type, new BlobReference(blobs.DrainToImmutable(), data.Length).Encode(), timeMs, correlation, causation);

        static int blobSize(ReadOnlyMemory<byte> rest) => Math.Min(rest.Length, BlobReference.PieceSize);
    }

    /// <summary>Adds a record whose data stays in it, however large.</summary>
    internal LogPosition AddRecord(string type, ReadOnlyMemory<byte> data, long timeMs, Digest correlation = default, Guid? causation = null) =>
        AddRecord(type, data, Digest.Of(data.Span), timeMs, correlation, causation);

    private LogPosition AddRecord(string type, ReadOnlyMemory<byte> data, Digest dataDigest, long timeMs, Digest correlation, Guid? causation)
    {
        CheckFence();
        var unsealed = new RecordMetadata(correlation, causation, timeMs, Head.Hash, Digest.None);
        var revision = Head.Revision + 1;
        var hash = RecordHash.Of(Stream, revision, type, unsealed, dataDigest);
        var position = new LogPosition(revision, hash);
        var metadata = (unsealed with { Hash = hash }).Encode();
        _pending.Add((new EventToAppend(IdOf(position), type, data, metadata), position));
        return Head = position;
    }

    /// <summary>Adds one blob and returns the digest by which it is named.</summary>
    internal Digest AddBlob(ReadOnlyMemory<byte> piece, long timeMs)
    {
        var digest = Digest.Of(piece.Span);
        AddRecord(RecordTypes.Blob, piece, digest, timeMs, Digest.None, null);
        return digest;
    }

    /// <summary>Writes the first records that wait, at most so many.</summary>
    /// <exception cref="FencedException">Another writer was there.</exception>
    internal void Flush(int records = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(records);
        CheckFence();
        while (records > 0 && _pending.Count > 0)
        {
            var count = CountOfNextAppend(records);
            Append(count);
            // Only now, so that the same records are appended again if it is unknown whether they were written.
            Durable = _pending[count - 1].Position;
            _pending.RemoveRange(0, count);
            records -= count;
        }
    }

    internal Guid IdOf(LogPosition position) => RecordHash.EventId(Stream, position.Revision, position.Hash);

    private static LogPosition TailOf(IEventStore store, string stream)
    {
        if (store.Tail(stream) is not { } tail) return LogPosition.Start;
        var last = store.ReadBackwards(stream, maxCount: 1).FirstOrDefault();
        if (last is null || last.Revision != tail.LastRevision)
        {
            throw RecordFault.At(stream, tail.LastRevision, "the last record is missing or truncated, so nothing can be chained to it");
        }

        return new LogPosition(last.Revision, ChainedRecord.Read(last).Hash);
    }

    private int CountOfNextAppend(int records)
    {
        var limit = Math.Min(records, Math.Min(_pending.Count, MaxAppendEvents));
        long bytes = 0;
        for (var i = 0; i < limit; i++)
        {
            var item = _pending[i].Event;
            bytes += item.Data.Length + item.Metadata.Length + item.Type.Length;
            if (i > 0 && bytes > MaxAppendBytes) return i;
        }

        return limit;
    }

    private void Append(int count)
    {
        try
        {
            _store.Append(Stream, Durable.Revision, [.. _pending.Take(count).Select(item => item.Event)]);
        }
        catch (WrongExpectedRevisionException e)
        {
            throw _fenced = new FencedException(Stream, Durable.Revision, e.Actual, e);
        }
    }

    private void CheckFence()
    {
        if (_fenced is not null) throw new FencedException(Stream, _fenced.Expected, _fenced.Actual, _fenced);
    }
}
