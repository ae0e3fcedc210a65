using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>Collects what is found. Of each stream only the first findings are kept, so that a ruined log does not fill the memory.</summary>
internal sealed class Findings
{
    /// <summary>Findings that are kept of one stream.</summary>
    internal const int MaxPerStream = 100;

    // Looking for the one bit that was flipped takes long.
    private const int MaxBitSearches = 10;

    private const string Restore =
        "Keep a copy as evidence, and restore the stream from a copy that is sound and as long. Without one, leave the replica out: from an older copy, or from none, it would contradict what it signed.";

    private readonly List<IntegrityFinding> _all = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Whether there is any.</summary>
    internal bool Any => _all.Count > 0;

    /// <summary>Whether the details of another finding in a stream are still of use.</summary>
    internal bool HasRoom(string stream) => _counts.GetValueOrDefault(stream) < MaxPerStream;

    /// <summary>Whether it is worth while to look for the very bit that was flipped.</summary>
    internal bool MaySearchBit(string stream) => _counts.GetValueOrDefault(stream) < MaxBitSearches;

    internal void Corrupt(string stream, long revision, IntegrityFindingKind kind, string seen) =>
        Add(new IntegrityFinding(stream, revision, kind, IntegrityVerdict.Corrupt, $"{seen}. {Restore}"));

    /// <summary>Takes note that a stream can't be read: its store says why, and how to go on. That a user may not read it says nothing against it.</summary>
    internal void Unreadable(string stream, EventStoreException why) => Add(new IntegrityFinding(
        stream, 0, IntegrityFindingKind.UnreadableStream, why.Failure == EventStoreFailure.MayNotRead ? IntegrityVerdict.Undetermined : IntegrityVerdict.Corrupt, why.Message));

    /// <summary>Whether a stream can't be read.</summary>
    internal bool IsUnreadable(string stream) => _all.Exists(finding => finding.Stream == stream && finding.Kind == IntegrityFindingKind.UnreadableStream);

    internal void Undetermined(string stream, long revision, IntegrityFindingKind kind, string seen) =>
        Add(new IntegrityFinding(stream, revision, kind, IntegrityVerdict.Undetermined, seen));

    internal IEnumerable<IntegrityFinding> InOrder() => _all.OrderBy(finding => finding.Stream, StringComparer.Ordinal).ThenBy(finding => finding.Revision);

    private void Add(IntegrityFinding finding)
    {
        var count = _counts.GetValueOrDefault(finding.Stream) + 1;
        _counts[finding.Stream] = count;
        if (count <= MaxPerStream) _all.Add(finding);
        if (count == MaxPerStream + 1) _all.Add(finding with { Explanation = $"{finding.Explanation} More findings in this stream are left out." });
    }
}
