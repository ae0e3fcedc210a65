using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>
/// Tells whether a log is as its replicas wrote it, and if not, what is wrong where. One pass over all records, and one over the records
/// of replicas for whose streams others hold signatures; in memory there is one entry for each head that was signed.
/// </summary>
public static class LogIntegrity
{
    /// <summary>Checks the streams of replicas and of their snapshots.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cluster">The cluster to check; null for all.</param>
    /// <exception cref="EventStoreException">The store itself can't be read.</exception>
    public static IntegrityReport Check(IEventStore store, string? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var findings = new Findings();
        var heads = new SignedHeads();
        var all = store.Streams();
        var places = all.Where(stream => IsReadable(store, stream)).ToList();
        var names = all.Where(stream => IsOf(stream, cluster)).ToList();
        var streams = names.Select(stream => CheckReadable(store, stream, places, findings, heads)).ToImmutableArray();
        heads.Check(store, names.Where(stream => LogStreams.TryParseReplica(stream, out _, out _)).ToHashSet(StringComparer.Ordinal), findings);
        return new IntegrityReport(streams, [.. findings.InOrder()]);
    }

    /// <summary>
    /// Compares two copies of a log that should be the same or one the beginning of the other. Where a stream goes on in two ways, its
    /// replica wrote two histories, or one copy was changed. Each copy is to be checked by itself as well.
    /// </summary>
    /// <param name="one">A copy; findings are about its records.</param>
    /// <param name="other">Another.</param>
    /// <param name="cluster">The cluster to compare; null for all.</param>
    /// <exception cref="EventStoreException">A store itself can't be read.</exception>
    public static IntegrityReport Compare(IEventStore one, IEventStore other, string? cluster = null)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var findings = new Findings();
        var names = one.Streams().Intersect(other.Streams()).Where(stream => LogStreams.TryParseReplica(stream, out var name, out _) && (cluster ?? name) == name);
        var streams = names.Order(StringComparer.Ordinal).Select(stream => CopyComparison.Run(one, other, stream, findings)).ToImmutableArray();
        return new IntegrityReport(streams, [.. findings.InOrder()]);
    }

    /// <summary>Compares two copies of one stream, as far as both are sound.</summary>
    /// <param name="one">A copy.</param>
    /// <param name="other">Another.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="through">The last revision to compare.</param>
    /// <returns>The first record in which they differ; null if there is none.</returns>
    /// <exception cref="EventStoreException">A store itself can't be read.</exception>
    public static IntegrityFinding? Compare(IEventStore one, IEventStore other, string stream, long through)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var findings = new Findings();
        CopyComparison.Run(one, other, stream, findings, through);
        return findings.InOrder().FirstOrDefault();
    }

    /// <summary>How far a copy of a replica's log is as it was written, by itself: whatever is wrong with it ends it.</summary>
    /// <param name="store">The copy.</param>
    /// <param name="stream">The stream of the replica.</param>
    public static SoundPart SoundPartOf(IEventStore store, string stream)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (!LogStreams.TryParseReplica(stream, out var cluster, out var replica)) throw new ArgumentException($"'{stream}' is not the stream of a replica", nameof(stream));
        var (findings, through, first) = (new Findings(), -1L, 0L);
        try
        {
            first = store.Tail(stream)?.FirstRevision ?? 0;
            var content = new ContentCheck(store, stream, findings);
            foreach (var (item, metadata) in ChainCheck.Of(store, stream, [stream], findings).Walk())
            {
                if (!findings.Any) content.VisitReplica(item, metadata, cluster, replica);
                if (findings.Any) break;
                through = item.Revision;
            }
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            findings.Unreadable(stream, e);
        }

        return new SoundPart(first, through, findings.InOrder().FirstOrDefault());
    }

    internal static bool IsOf(string stream, string? cluster) =>
        (LogStreams.TryParseReplica(stream, out var name, out _) || LogStreams.TryParseSnapshots(stream, out name, out _)) && (cluster ?? name) == name;

    /// <summary>Checks a stream of snapshots.</summary>
    internal static CheckedStream CheckSnapshots(IEventStore store, string stream, IReadOnlyList<string> all, Findings findings)
    {
        var content = new ContentCheck(store, stream, findings);
        return ChainCheck.Run(store, stream, all, findings, (item, _) => content.VisitSnapshots(item));
    }

    // What is damaged below the records is told like what is damaged in them, and does not keep the other streams from being checked.
    private static CheckedStream CheckReadable(IEventStore store, string stream, IReadOnlyList<string> all, Findings findings, SignedHeads heads)
    {
        try
        {
            return CheckStream(store, stream, all, findings, heads);
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            findings.Unreadable(stream, e);
            return new CheckedStream(stream, 0, 0, LogPosition.Start);
        }
    }

    private static bool IsReadable(IEventStore store, string stream)
    {
        try
        {
            return store.Tail(stream) is not null;
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            return false;
        }
    }

    private static CheckedStream CheckStream(IEventStore store, string stream, IReadOnlyList<string> all, Findings findings, SignedHeads heads)
    {
        if (!LogStreams.TryParseReplica(stream, out var cluster, out var replica)) return CheckSnapshots(store, stream, all, findings);
        var content = new ContentCheck(store, stream, findings);
        var result = ChainCheck.Run(
            store, stream, all, findings, (item, metadata) =>
            {
                if (content.VisitReplica(item, metadata, cluster, replica) is { Step: not null } record) heads.Add(cluster, record);
            });
        content.EndReplica();
        CheckBeginning(store, stream, cluster, replica, findings);
        CheckEndAgainstSnapshots(store, stream, cluster, replica, findings);
        return result;
    }

    // A replica truncates behind a snapshot that stays: what begins later without one was cut.
    private static void CheckBeginning(IEventStore store, string stream, string cluster, ReplicaId replica, Findings findings)
    {
        if (store.Tail(stream) is not { FirstRevision: > 0 and var first }) return;
        var covered = StoredSnapshots.NewestFirst(store, cluster, replica).Any(snapshot => snapshot.Manifest.Position.Revision == first - 1 && StoredSnapshots.IsConfirmed(store, snapshot));
        if (covered) return;
        findings.Corrupt(stream, 0, IntegrityFindingKind.MissingRecord,
            $"the stream begins at revision {first}, and no snapshot is there that its first record follows on: the records from 0 to {first - 1} were not "
            + $"truncated by the replica, which leaves that snapshot, or '{LogStreams.OfSnapshots(cluster, replica)}' was removed");
    }

    /// <summary>Whether a stream goes on as far as its newest snapshot.</summary>
    internal static void CheckEndAgainstSnapshots(IEventStore store, string stream, string cluster, ReplicaId replica, Findings findings)
    {
        var newest = StoredSnapshots.NewestFirst(store, cluster, replica).FirstOrDefault();
        var last = store.Tail(stream)?.LastRevision ?? -1;
        if (newest is null || newest.Manifest.Position.Revision <= last) return;
        findings.Undetermined(stream, last + 1, IntegrityFindingKind.TruncatedTail,
            $"the stream ends at revision {last}, and its newest snapshot is of revision {newest.Manifest.Position.Revision}. If the process ended "
            + "before those records were durable, nothing is lost; else the end was cut off. Compare with another copy, or with the logs of the others.");
    }
}
