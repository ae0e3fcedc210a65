using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replay;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// The audit of a cluster by any of its logs: what happened, and who is proved to have lied. No log is taken at its word: only signatures count
/// against anybody. The proof that no correct replica is ever accused, and that a conflict in closed evidence convicts at least f+1, is the
/// specification's (<c>spec/proof/Accountability.dfy</c>).
/// </summary>
public static class ClusterAudit
{
    /// <summary>Audits the logs of a store.</summary>
    /// <param name="store">The logs; some may be missing, torn, or made up.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="verifier">Checks its signatures.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    public static AuditReport Run(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        return Run(store, genesis, verifier, progress, RecordsIn(store, genesis));
    }

    /// <summary>The same together with the check whether the logs are as they were written, in one reading if nothing is wrong with them.</summary>
    /// <param name="store">The logs; some may be missing, torn, or made up.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="verifier">Checks its signatures.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    public static (AuditReport Report, IntegrityReport Integrity) RunWithIntegrity(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        if (TryInOneReading(store, genesis, verifier, progress) is { } both) return both;
        return (Run(store, genesis, verifier, progress), LogIntegrity.Check(store, genesis.Cluster));
    }

    /// <summary>Whether a replica's log is another cluster's: it has messages of replicas, and no signature holds of the first ones.</summary>
    /// <param name="store">The log.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="verifier">Checks its signatures.</param>
    /// <param name="replica">The replica.</param>
    public static bool IsForeign(IEventStore store, Genesis genesis, ISignatureVerifier verifier, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        var sample = new GenesisSample(verifier);
        try
        {
            foreach (var record in ReplicaLog.Read(store, LogStreams.OfReplica(genesis.Cluster, replica), store.Tail(LogStreams.OfReplica(genesis.Cluster, replica))?.FirstRevision ?? 0))
            {
                if (sample.IsTold) break;
                if (record.Step?.Input is MessageReceived { Message: ReplicaMessage message, Signature: var signature }) sample.Look(replica, message, signature);
            }
        }
        catch (Exception e) when (e is LogFormatException or EventStoreException { IsUnreadable: true })
        {
            // what can be read tells
        }

        return sample.Foreign.Any();
    }

    /// <summary>Whether a replica's log can be read from where it begins: at the genesis, or at a snapshot that is beside it.</summary>
    /// <param name="store">The log, and the snapshots.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    public static bool CanBegin(IEventStore store, Genesis genesis, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        try
        {
            ReplicaRecovery.Begin(store, genesis, replica);
            return true;
        }
        catch (Exception e) when (e is LogFormatException or ReplayMismatchException or EventStoreException { IsUnreadable: true })
        {
            return false;
        }
    }

    private static (AuditReport Report, IntegrityReport Integrity)? TryInOneReading(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress)
    {
        AuditReport? report = null;
        try
        {
            var replicas = Enumerable.Range(0, genesis.Configuration.Replicas).Select(i => new ReplicaId(i));
            var judged = replicas.Where(replica => store.Tail(LogStreams.OfReplica(genesis.Cluster, replica)) is { IsEmpty: false }).ToList();
            if (ReadingOnce.Begin(store, genesis.Cluster, judged, _ => false) is not { } reading) return null;
            var first = FirstReading(reading, judged, store, genesis, verifier, progress);
            using (first)
            {
                if (reading.End() is not { } integrity) return null;
                report = Report(first, store, genesis, verifier, progress);
                return (report, integrity);
            }
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            // Which log is damaged where is told by those that look at each by itself.
            report?.Dispose();
            return null;
        }
    }

    private static AuditReport Run(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress, Func<ReplicaId, long, IEnumerable<LogRecord>> records)
    {
        using var first = FirstReading(store, genesis, verifier, progress, records);
        return Report(first, store, genesis, verifier, progress);
    }

    private static AuditReading FirstReading(ReadingOnce reading, List<ReplicaId> judged, IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress)
    {
        using var ahead = new ReadingAhead<LogRecord>(judged.Select(reading.RecordsOf));
        return FirstReading(store, genesis, verifier, progress, (replica, _) => ahead.Of(judged.IndexOf(replica)));
    }

    private static AuditReading FirstReading(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress, Func<ReplicaId, long, IEnumerable<LogRecord>> records)
    {
        var evidence = new EvidenceSet(genesis.Configuration, verifier);
        var first = new AuditReading(store, genesis, evidence, verifier, records, _ => long.MaxValue);
        first.Run(count => progress?.Invoke(new AuditProgress(1, count)));
        return first;
    }

    private static AuditReport Report(AuditReading first, IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<AuditProgress>? progress)
    {
        if (first.Evidence.WhyAgain is not { } why) return first.Report(first.Gaps);
        using var second = new AuditReading(store, genesis, first.Evidence.Again(), verifier, RecordsIn(store, genesis), first.LastOf);
        second.Run(count => progress?.Invoke(new AuditProgress(2, count)));
        return second.Report(first.Gaps) with { WhyAgain = why };
    }

    private static Func<ReplicaId, long, IEnumerable<LogRecord>> RecordsIn(IEventStore store, Genesis genesis) =>
        (replica, from) => ReplicaLog.Read(store, LogStreams.OfReplica(genesis.Cluster, replica), from);
}
