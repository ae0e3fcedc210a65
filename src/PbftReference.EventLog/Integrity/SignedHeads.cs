using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>
/// What replicas signed for their own streams, as the others' logs hold it, and the check of those streams against it. This is what
/// makes a log that was cut off or written anew, and is sound in itself, a contradiction.
/// </summary>
internal sealed class SignedHeads
{
    private readonly SortedDictionary<string, Dictionary<long, Claim>> _claims = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (long Revision, Claim First, Claim Second)> _contradictions = new(StringComparer.Ordinal);

    /// <summary>Takes in what a record holds.</summary>
    internal void Add(string cluster, LogRecord record)
    {
        foreach (var head in SignedHead.In(record.Step!)) Add(LogStreams.OfReplica(cluster, head.Signer), head, record);
    }

    /// <summary>Holds the streams that are there against what was signed for them.</summary>
    internal void Check(IEventStore store, IReadOnlyCollection<string> replicaStreams, Findings findings)
    {
        foreach (var (stream, (revision, first, second)) in _contradictions)
        {
            findings.Corrupt(stream, revision, IntegrityFindingKind.ForkedStream,
                $"the replica signed for two records at this revision: {first} and {second}. It wrote two histories, or its log was set back");
        }

        foreach (var (stream, claims) in _claims.Where(claim => !findings.IsUnreadable(claim.Key)))
        {
            // a stream that is named and holds nothing is none
            if (replicaStreams.Contains(stream) && store.Tail(stream) is { } tail) Check(store, stream, tail, claims, findings);
            else if (replicaStreams.Count > 1) ReportMissing(stream, claims, findings);
        }
    }

    private void Add(string stream, SignedHead head, LogRecord record)
    {
        if (!_claims.TryGetValue(stream, out var claims)) _claims.Add(stream, claims = []);
        var claim = new Claim(head.Hash, record.Stream, record.Revision);
        if (claims.TryAdd(head.Revision, claim)) return;
        var known = claims[head.Revision];
        if (known.Hash == head.Hash) return;
        if (!_contradictions.TryGetValue(stream, out var first) || head.Revision < first.Revision)
        {
            _contradictions[stream] = (head.Revision, known, claim);
        }
    }

    private void Check(IEventStore store, string stream, StreamTail tail, Dictionary<long, Claim> claims, Findings findings)
    {
        var last = tail.LastRevision;
        var highest = claims.Keys.Max();
        if (highest > last)
        {
            findings.Corrupt(stream, last + 1, IntegrityFindingKind.TruncatedTail,
                $"the stream ends at revision {last}, and the replica signed for revision {highest} ({claims[highest]}). Its end is cut off, or it was copied before that was written");
        }

        var contradicted = _contradictions.TryGetValue(stream, out var found) ? found.Revision : long.MaxValue;
        foreach (var item in store.Read(stream))
        {
            if (item.Revision >= contradicted) return;
            if (!claims.TryGetValue(item.Revision, out var claim) || !Contradicts(item, claim)) continue;
            findings.Corrupt(stream, item.Revision, IntegrityFindingKind.ForkedStream,
                $"the record here is not the one for which the replica signed ({claim}): from here or from before on the stream is another "
                + "history than the one that others saw");
            return;
        }
    }

    private static bool Contradicts(StoredEvent item, Claim claim)
    {
        try
        {
            return ChainedRecord.ReadMetadata(item).Hash != claim.Hash && ChainedRecord.Read(item).Hash != claim.Hash;
        }
        catch (LogFormatException)
        {
            // The record is damaged, which was found already.
            return false;
        }
    }

    private static void ReportMissing(string stream, Dictionary<long, Claim> claims, Findings findings)
    {
        var highest = claims.Keys.Max();
        findings.Undetermined(stream, 0, IntegrityFindingKind.MissingStream,
            $"the stream is not in this store, and the replica signed for its revision {highest} ({claims[highest]}). If the store is to hold "
            + "the logs of all replicas, the stream was removed; else add a copy of it and check again.");
    }

    private sealed record Claim(Digest Hash, string Source, long SourceRevision)
    {
        public override string ToString() => $"{Hash.ToShortString()} in '{Source}' at revision {SourceRevision}";
    }
}
