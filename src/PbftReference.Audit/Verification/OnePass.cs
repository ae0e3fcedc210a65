using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Integrity and judging in one reading of the log. It serves logs with which nothing is wrong; of any other it says nothing, and the log is
/// read again, integrity first.
/// </summary>
internal static class OnePass
{
    /// <summary>Judges a log.</summary>
    /// <returns>The report; null if the log is not as its replicas wrote it, or not whole.</returns>
    public static VerificationReport? TryRun(IEventStore store, Genesis genesis, VerificationOptions options)
    {
        try
        {
            var judged = Enumerable.Range(0, genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(replica => IsJudged(store, genesis, options, replica)).ToList();
            if (ReadingOnce.Begin(store, genesis.Cluster, judged, options.Faulty.Contains) is not { } reading) return null;
            var histories = judged.Select(replica => ReplicaHistory.Of(store, genesis.Cluster, replica, reading.RecordsOf(replica))).ToList();
            return Judge(reading, histories, genesis, options);
        }
        catch (Exception e) when (e is LogFormatException or InvalidOperationException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException
            or EventStoreException { IsUnreadable: true })
        {
            // What was judged may turn out to be corrupt: then that is to be said, and else this comes again.
            return null;
        }
    }

    private static VerificationReport? Judge(ReadingOnce reading, List<ReplicaHistory> histories, Genesis genesis, VerificationOptions options)
    {
        var decided = new DecidedBatches();
        var join = Join(histories, decided, genesis, options);
        // what was forgotten too early, or recorded differently, is to be looked up in another reading
        return join is { Late.Count: 0, IsOpen: false } && reading.End() is { } integrity ? LogVerifier.ReportOf(join, options, [], integrity) with { Different = decided.Different } : null;
    }

    private static LogJoin Join(List<ReplicaHistory> histories, DecidedBatches decided, Genesis genesis, VerificationOptions options)
    {
        using var ahead = new ReadingAhead<RecordedStep>(histories.Select(history => history.Steps));
        var read = histories.Select((history, k) => decided.Watch(history with { Steps = ahead.Of(k) }));
        var join = new LogJoin(new SpecTranslation(genesis.Configuration), read, options.Faulty.Contains, options.LockStep, options.Progress);
        join.Run();
        return join;
    }

    private static bool IsJudged(IEventStore store, Genesis genesis, VerificationOptions options, ReplicaId replica) =>
        !options.Faulty.Contains(replica) && store.Tail(LogStreams.OfReplica(genesis.Cluster, replica)) is { IsEmpty: false, FirstRevision: 0 };
}
