using PbftReference.Audit.Accountability;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Auditing;

/// <summary>
/// Several copies of the logs of one cluster seen as one: of each replica the copy that is sound the furthest, whatever the order in which they are
/// named, with the snapshots beside it. Nothing here writes.
/// </summary>
internal sealed class LogUnion : IEventStore
{
    private readonly IReadOnlyList<LogCopy> _copies;
    private readonly AuditGenesis _genesis;
    private readonly SortedDictionary<string, IEventStore> _chosen = new(StringComparer.Ordinal);
    private readonly List<CopyFinding> _findings = [];

    /// <summary>Chooses.</summary>
    /// <param name="copies">The copies.</param>
    /// <param name="genesis">The cluster; streams of others are left out.</param>
    public LogUnion(IReadOnlyList<LogCopy> copies, AuditGenesis genesis)
    {
        (_copies, _genesis) = (copies, genesis);
        var cluster = genesis.Genesis.Cluster;
        foreach (var group in copies.SelectMany(copy => copy.Streams.Select(stream => (Stream: stream, Copy: copy))).GroupBy(item => item.Stream, StringComparer.Ordinal))
        {
            if (LogStreams.TryParseReplica(group.Key, out var name, out var replica) && name == cluster) Choose(group.Key, replica, [.. group.Select(item => item.Copy)]);
        }
    }

    /// <summary>What is to be said of the copies that were not taken, by stream.</summary>
    public IReadOnlyList<CopyFinding> Findings => [.. _findings.OrderBy(finding => finding.Stream, StringComparer.Ordinal)];

    public IReadOnlyList<string> Streams() => [.. _chosen.Keys];

    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue) => Of(stream)?.Read(stream, fromRevision, maxCount) ?? [];

    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue) => Of(stream)?.ReadBackwards(stream, fromRevision, maxCount) ?? [];

    public StreamTail? Tail(string stream) => Of(stream)?.Tail(stream);

    public IEventSubscription Subscribe(string stream, long afterRevision = -1) => throw ForReading();

    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events) => throw ForReading();

    public void Truncate(string stream, long beforeRevision) => throw ForReading();

    public IAppendGroup BeginGroup() => throw ForReading();

    public void Dispose()
    {
        foreach (var copy in _copies) copy.Store.Dispose();
    }

    private void Choose(string stream, ReplicaId replica, List<LogCopy> copies)
    {
        var best = copies[0];
        if (copies.Count > 1)
        {
            var parts = copies.Select(copy => CandidateOf(copy, stream, replica)).OrderBy(item => item.IsForeign).ThenByDescending(item => item.CanBegin)
                .ThenByDescending(item => item.Part.Through).ThenBy(item => item.Part.Damage is not null).ThenBy(item => item.Part.First).ToList();
            best = parts[0].Copy;
            foreach (var other in parts.Skip(1)) Compare(stream, parts[0], other);
        }

        _chosen.Add(stream, best.Store);
        var snapshots = LogStreams.OfSnapshots(_genesis.Genesis.Cluster, replica);
        if (best.Streams.Contains(snapshots)) _chosen.Add(snapshots, best.Store);
    }

    private Candidate CandidateOf(LogCopy copy, string stream, ReplicaId replica) => new(
        copy, LogIntegrity.SoundPartOf(copy.Store, stream), ClusterAudit.IsForeign(copy.Store, _genesis.Genesis, _genesis.Verifier, replica), ClusterAudit.CanBegin(copy.Store, _genesis.Genesis, replica));

    // Two copies of a stream that go on differently are two histories of one replica.
    private void Compare(string stream, Candidate taken, Candidate other)
    {
        var where = $"the copy in {taken.Copy.Shown}, which was taken,";
        if (other.IsForeign && !taken.IsForeign)
        {
            Add(IntegrityVerdict.Undetermined, $"no signature in it holds under {_genesis.Name}: it is another cluster's, or made up; {where} is this one's");
        }
        else if (Difference(stream, taken.Copy, other.Copy, Math.Min(taken.Part.Through, other.Part.Through)) is { } difference)
        {
            Add(IntegrityVerdict.Corrupt, $"from #{difference.Revision} on it goes on in another way than {where} does: {Seen(difference)}");
        }
        else if (other.Part.Damage is { } damage)
        {
            Add(damage.Verdict, $"it is damaged at #{damage.Revision}: {Seen(damage)}; {where} is sound up to #{taken.Part.Through}");
        }
        else if (other.Copy.Store.Tail(stream) is null)
        {
            Add(IntegrityVerdict.Undetermined, $"no record is in it any more; {where} goes on to #{taken.Part.Through}");
        }
        else if (taken.CanBegin && !other.CanBegin)
        {
            Add(other.Part.Through > taken.Part.Through ? IntegrityVerdict.Undetermined : IntegrityVerdict.Sound, $"it begins at #{other.Part.First}, and no snapshot from which it goes on can be read; {where} can be read up to #{taken.Part.Through}");
        }
        else if (other.Part.Through < taken.Part.Through)
        {
            Add(IntegrityVerdict.Sound, $"it ends at #{other.Part.Through}; {where} goes on to #{taken.Part.Through}");
        }
        else if (other.Part.First > taken.Part.First)
        {
            Add(IntegrityVerdict.Sound, $"it begins at #{other.Part.First} only; {where} begins at #{taken.Part.First}");
        }

        void Add(IntegrityVerdict verdict, string explanation) => _findings.Add(new CopyFinding(other.Copy.Shown, stream, verdict, explanation));
    }

    // How to go on with the copy that is audited is said of that one; this one is only to be kept.
    private static string Seen(IntegrityFinding finding) => finding.Explanation.Split(". Keep a copy")[0].TrimEnd('.');

    private static IntegrityFinding? Difference(string stream, LogCopy one, LogCopy other, long through)
    {
        try
        {
            return through < 0 ? null : LogIntegrity.Compare(one.Store, other.Store, stream, through);
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            // where it is damaged is known already
            return null;
        }
    }

    private IEventStore? Of(string stream) => _chosen.GetValueOrDefault(stream);

    private static EventStoreException ForReading() => new(EventStoreFailure.ReadOnly, "logs that are audited are read only");

    private sealed record Candidate(LogCopy Copy, SoundPart Part, bool IsForeign, bool CanBegin);
}
