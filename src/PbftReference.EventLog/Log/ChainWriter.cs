using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Appends chained records to a stream that has one writer. Records wait here until they are flushed.</summary>
internal sealed class ChainWriter
{
    private readonly IEventStore _store;
    private readonly List<(EventToAppend Event, LogPosition Position)> _pending = [];
    private FencedException? _fenced;
    private LogWrite? _write;

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
    /// <exception cref="InvalidOperationException">A write is under way.</exception>
    internal void Flush(int records = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(records);
        if (BeginWrite(records) is not { } write) return;
        try
        {
            write.Run();
        }
        finally
        {
            EndWrite(write);
        }
    }

    /// <summary>Takes the first records that wait, to be written on whatever thread; null if none waits.</summary>
    /// <exception cref="FencedException">Another writer was there before.</exception>
    /// <exception cref="InvalidOperationException">A write is under way.</exception>
    internal LogWrite? BeginWrite(int records = int.MaxValue)
    {
        CheckFence();
        if (_write is not null) throw new InvalidOperationException($"a write of {Stream} is under way: end it first");
        var count = Math.Min(records, _pending.Count);
        return count == 0 ? null : _write = new LogWrite(_store, Stream, Durable, [.. _pending.Take(count)]);
    }

    /// <summary>Takes note of how far a write came. What it did not write waits on, so that the same records are appended again.</summary>
    internal void EndWrite(LogWrite write)
    {
        if (_write != write) throw new InvalidOperationException($"this write of {Stream} is not the one that is under way");
        _write = null;
        _fenced = write.Fenced;
        Durable = write.Written;
        _pending.RemoveRange(0, write.Count);
    }

    internal Guid IdOf(LogPosition position) => RecordHash.EventId(Stream, position.Revision, position.Hash);

    private static LogPosition TailOf(IEventStore store, string stream)
    {
        if (store.Tail(stream) is not { } tail) return LogPosition.Start;
        var last = store.ReadBackwards(stream, maxCount: 1).FirstOrDefault();
        // another process may append meanwhile: then the first append here tells it
        if (last is null || last.Revision < tail.LastRevision)
        {
            throw RecordFault.At(stream, tail.LastRevision, "the last record is missing or truncated, so nothing can be chained to it");
        }

        return new LogPosition(last.Revision, ChainedRecord.Read(last).Hash);
    }

    private void CheckFence()
    {
        if (_fenced is not null) throw new FencedException(Stream, _fenced.Expected, _fenced.Actual, _fenced);
    }
}
