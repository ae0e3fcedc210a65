namespace PbftReference.EventLog.Integrity;

/// <summary>
/// Records that belong elsewhere in their stream, in their order. One alone was moved; a run moved equally far shows that a record is
/// missing before it, or was put in before it.
/// </summary>
internal sealed class Misplaced(string stream, long lastRevision, Findings findings)
{
    private long _start;
    private long _offset;
    private long _count;
    private (long Revision, long BelongsAt) _before = (-1, -1);

    internal void Add(long revision, long belongsAt)
    {
        var continues = _count > 0 && revision == _start + _count && belongsAt - revision == _offset;
        if (!continues) Close();
        if (_count == 0) (_start, _offset) = (revision, belongsAt - revision);
        _count++;
    }

    /// <summary>Reports the run that is open.</summary>
    internal void Close()
    {
        if (_count == 0) return;
        var isLastMovedUp = _offset > 0 && _start + _offset > lastRevision;
        if (_offset > 0 && (_count > 1 || isLastMovedUp)) ReportMissing();
        else if (_count > 1) ReportInserted();
        else ReportMoved();
        _before = (_start, _start + _offset);
        _count = 0;
    }

    private void ReportMissing() => findings.Corrupt(stream, _start, IntegrityFindingKind.MissingRecord,
        $"the record(s) from revision {_start} to {_start + _offset - 1} are missing, and {_count} after them were moved up into their place");

    private void ReportInserted() => findings.Corrupt(stream, _start, IntegrityFindingKind.ReorderedRecord,
        $"the {_count} records from here on belong {-_offset} place(s) earlier: something was put in before them");

    private void ReportMoved()
    {
        var belongsAt = _start + _offset;
        // The other half of a swapped pair was reported as such.
        if (_before == (belongsAt, _start)) return;
        findings.Corrupt(stream, _start, IntegrityFindingKind.ReorderedRecord, $"the record here belongs at revision {belongsAt}");
    }
}
