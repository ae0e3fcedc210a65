using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>Finds where two copies of a stream part.</summary>
internal static class CopyComparison
{
    internal static CheckedStream Run(IEventStore one, IEventStore other, string stream, Findings findings, long through = long.MaxValue)
    {
        var first = Math.Max(one.Tail(stream)?.FirstRevision ?? 0, other.Tail(stream)?.FirstRevision ?? 0);
        var head = LogPosition.Start;
        long count = 0;
        foreach (var (left, right) in one.Read(stream, first).Zip(other.Read(stream, first)))
        {
            if (left.Revision > through || right.Revision > through) break;
            if (left.Revision != right.Revision)
            {
                ReportGap(stream, Math.Min(left.Revision, right.Revision), findings);
                break;
            }

            count++;
            if (TryDecode(left) is not { } mine || TryDecode(right) is not { } theirs) continue;
            head = new LogPosition(left.Revision, mine.Hash);
            if (mine.Hash == theirs.Hash) continue;
            Report(stream, left.Revision, mine, theirs, findings);
            break;
        }

        return new CheckedStream(stream, count, first, head);
    }

    private static void Report(string stream, long revision, RecordMetadata mine, RecordMetadata theirs, Findings findings) =>
        findings.Corrupt(stream, revision, IntegrityFindingKind.ForkedStream, mine.PrevHash == theirs.PrevHash
            ? $"{mine.Hash.ToShortString()} here and {theirs.Hash.ToShortString()} in the other copy both follow on {mine.PrevHash.ToShortString()}: the "
                + "replica wrote two histories, or one copy was written anew"
            : $"{mine.Hash.ToShortString()} here is {theirs.Hash.ToShortString()} in the other copy, and they follow on different records");

    private static void ReportGap(string stream, long revision, Findings findings) =>
        findings.Corrupt(stream, revision, IntegrityFindingKind.MissingRecord, "one copy has this record and the other has not, and both go on after it");

    // A record that can't be read is for the check of the copy itself.
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
