using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>
/// Checks one stream from its first record to its last: every hash, every link, every revision. What a sound record holds is passed on.
/// After a damaged record the next one is taken at its word, so that one damage is one finding.
/// </summary>
internal sealed class ChainCheck
{
    private readonly IEventStore _store;
    private readonly string _stream;
    private readonly StreamTail _tail;
    private readonly Findings _findings;
    private readonly RecordPlace _places;
    private readonly Misplaced _misplaced;

    private long _expected;
    private long _count;
    private LogPosition _head = LogPosition.Start;

    // The hash that the next record must follow on, and the one before; null if it can't be known.
    private Digest? _before;
    private Digest? _beforeThat;

    private ChainCheck(IEventStore store, string stream, StreamTail tail, IReadOnlyList<string> streams, Findings findings)
    {
        (_store, _stream, _tail, _findings) = (store, stream, tail, findings);
        _places = new RecordPlace([.. streams.Where(other => other != stream)]);
        _misplaced = new Misplaced(stream, tail.LastRevision, findings);
        _expected = tail.FirstRevision;
        _before = tail.FirstRevision == 0 ? Digest.None : null;
    }

    /// <summary>Checks a stream.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="streams">All streams from which a record may have strayed here.</param>
    /// <param name="findings">Where findings go.</param>
    /// <param name="whole">Called for each record whose hash holds, in order.</param>
    internal static CheckedStream Run(
        IEventStore store, string stream, IReadOnlyList<string> streams, Findings findings, Action<StoredEvent, RecordMetadata> whole)
    {
        var check = Of(store, stream, streams, findings);
        foreach (var (item, metadata) in check.Walk()) whole(item, metadata);
        return check.Result;
    }

    /// <summary>Prepares the check of a stream.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="streams">All streams from which a record may have strayed here.</param>
    /// <param name="findings">Where findings go.</param>
    internal static ChainCheck Of(IEventStore store, string stream, IReadOnlyList<string> streams, Findings findings) =>
        new(store, stream, store.Tail(stream) ?? new StreamTail(-1, 0), streams, findings);

    /// <summary>What was checked, after the walk.</summary>
    internal CheckedStream Result => new(_stream, _count, _tail.FirstRevision, _head);

    /// <summary>Checks the stream, and gives out each record whose hash holds, in order.</summary>
    internal IEnumerable<(StoredEvent Item, RecordMetadata Metadata)> Walk()
    {
        foreach (var item in _store.Read(_stream, _tail.FirstRevision))
        {
            _count++;
            CheckRevision(item);
            if (CheckRecord(item) is { } metadata) yield return (item, metadata);
            _expected = item.Revision + 1;
        }

        _misplaced.Close();
        if (_expected <= _tail.LastRevision) ReportMissing(_tail.LastRevision);
    }

    private void CheckRevision(StoredEvent item)
    {
        if (item.Revision == _expected) return;
        _misplaced.Close();
        ReportMissing(item.Revision - 1);
        (_before, _beforeThat) = (null, null);
    }

    private void ReportMissing(long last) => _findings.Corrupt(_stream, _expected, IntegrityFindingKind.MissingRecord,
        last == _expected ? "the record is missing" : $"the records from here to revision {last} are missing");

    // The metadata if the record is whole and in its place.
    private RecordMetadata? CheckRecord(StoredEvent item)
    {
        if (TryDecode(item) is not { } metadata)
        {
            ReportMetadata(item);
            Lose(item, null);
            return null;
        }

        if (ChainedRecord.HashOf(item, metadata) != metadata.Hash)
        {
            ReportDamage(item, metadata);
            Lose(item, metadata);
            return null;
        }

        _misplaced.Close();
        CheckLink(item, metadata);
        (_beforeThat, _before) = (_before, metadata.Hash);
        _head = new LogPosition(item.Revision, metadata.Hash);
        return metadata;
    }

    private void CheckLink(StoredEvent item, RecordMetadata metadata)
    {
        if (item.Id != RecordHash.EventId(_stream, item.Revision, metadata.Hash))
        {
            _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.FlippedBit, "the event's id is not the record's; data and metadata are whole");
        }

        if (_before is not { } before || metadata.PrevHash == before) return;
        if (metadata.PrevHash == _beforeThat)
        {
            _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.ForkedStream,
                $"the record here and the one before both follow on {metadata.PrevHash.ToShortString()}: the stream has two histories");
            return;
        }

        _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.ForeignRecord,
            $"the record is whole, and follows on {metadata.PrevHash.ToShortString()}, not on {before.ToShortString()}, which is before it: it "
            + "is from another copy of the stream, or the record before was written anew");
    }

    private void Lose(StoredEvent item, RecordMetadata? metadata)
    {
        (_beforeThat, _before) = (null, null);
        _head = new LogPosition(item.Revision, metadata?.Hash ?? Digest.None);
    }

    private void ReportMetadata(StoredEvent item)
    {
        _misplaced.Close();
        var where = _findings.MaySearchBit(_stream) ? BitSearch.Find(item) : null;
        var seen = where is null ? "the metadata can't be read" : $"the metadata is damaged: {where} is flipped";
        _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.FlippedBit, seen);
    }

    private void ReportDamage(StoredEvent item, RecordMetadata metadata)
    {
        var fitsPlace = item.Id == RecordHash.EventId(_stream, item.Revision, metadata.Hash);
        if (!fitsPlace && _findings.HasRoom(_stream) && _places.Find(item, metadata) is { } place)
        {
            ReportPlace(item, place.Stream, place.Revision);
            return;
        }

        _misplaced.Close();
        var where = _findings.MaySearchBit(_stream) ? BitSearch.Find(item) : null;
        if (where is null && !fitsPlace && metadata.PrevHash != _before)
        {
            _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.ForeignRecord,
                "neither the record's hash nor its id nor the hash before it are of this place: it is from another cluster's log, or made up");
            return;
        }

        _findings.Corrupt(_stream, item.Revision, IntegrityFindingKind.FlippedBit, where is null
            ? "the data is not what was written, or more than one bit of the metadata"
            : $"the data is whole, and {where} is flipped");
    }

    private void ReportPlace(StoredEvent item, string stream, long revision)
    {
        if (stream == _stream)
        {
            _misplaced.Add(item.Revision, revision);
            return;
        }

        _misplaced.Close();
        _findings.Corrupt(
            _stream, item.Revision, IntegrityFindingKind.ForeignRecord, $"the record belongs to stream '{stream}', revision {revision}");
    }

    private static RecordMetadata? TryDecode(StoredEvent item)
    {
        try
        {
            return RecordMetadata.Decode(item.Metadata);
        }
        catch (LogFormatException)
        {
            return null;
        }
    }
}
