using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host;

namespace PbftReference.Audit.Verification;

/// <summary>What is said of a log.</summary>
public enum Verdict
{
    /// <summary>It is a behaviour of the specification, and holds what was expected.</summary>
    Conforms,

    /// <summary>A replica that is called correct did what the specification does not allow, or bears witness of it.</summary>
    Violates,

    /// <summary>Something is missing to tell.</summary>
    Undetermined,

    /// <summary>The log is not as its replicas wrote it.</summary>
    Corrupt,
}

/// <summary>How a log is to be judged.</summary>
public sealed record VerificationOptions
{
    /// <summary>The replicas that may have done anything.</summary>
    public ImmutableSortedSet<ReplicaId> Faulty { get; init; } = [];

    /// <summary>Whether the specification's state and the recorded one are compared after each step.</summary>
    public bool LockStep { get; init; }

    /// <summary>
    /// What must be seen at least, by the names of <see cref="Counts"/>, in all correct replicas together; empty for an execution by every
    /// correct replica whose log is at hand.
    /// </summary>
    public ImmutableSortedDictionary<string, long> Expected { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>
    /// Whether a log whose beginning was truncated is judged from its oldest snapshot on, and what lies before is taken from the snapshot;
    /// else such a log is undetermined.
    /// </summary>
    public bool FromSnapshot { get; init; }

    /// <summary>
    /// Of a trace without records: in how many further steps a replica does what it can; 0 for the very step in which it can, null if nothing
    /// was declared. A log says itself when a replica is at work, and is held to every step.
    /// </summary>
    public long? Within { get; init; }

    /// <summary>Told how many records are read.</summary>
    public Action<long>? Progress { get; init; }
}

/// <summary>One replica's part of a verdict.</summary>
/// <param name="Replica">The replica.</param>
/// <param name="Counts">What its log contained, as far as it was read.</param>
/// <param name="View">Its view at the end.</param>
/// <param name="LastExecuted">Its last executed place.</param>
/// <param name="Low">h.</param>
public sealed record ReplicaVerdict(ReplicaId Replica, Counts Counts, ViewNumber View, SequenceNumber LastExecuted, SequenceNumber Low);

/// <summary>The verdict on a log.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Replicas">The correct replicas whose logs were judged.</param>
/// <param name="Violations">What is wrong, the first first.</param>
/// <param name="Missing">What is missing to tell, and how to go on.</param>
/// <param name="Integrity">Whether the log is as its replicas wrote it.</param>
public sealed record VerificationReport(
    Verdict Verdict,
    ImmutableArray<ReplicaVerdict> Replicas,
    ImmutableArray<Finding> Violations,
    ImmutableArray<string> Missing,
    IntegrityReport Integrity)
{
    /// <summary>What was not judged, though nothing is missing: what the verdict does not speak of.</summary>
    public ImmutableArray<string> Unjudged { get; init; } = [];

    /// <summary>The lowest place at which two correct replicas decided different batches; null if none was seen. It is no part of the verdict.</summary>
    public DifferentDecisions? Different { get; init; }

    /// <summary>What the logs contained together.</summary>
    public Counts Total
    {
        get
        {
            var total = new Counts();
            foreach (var replica in Replicas) total.Add(replica.Counts);
            return total;
        }
    }
}

/// <summary>Judges the log of a cluster: its integrity first, then each replica by its own log, then all together. See docs/verification.md.</summary>
public static class LogVerifier
{
    /// <summary>Judges a log.</summary>
    /// <param name="store">The streams.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="options">How.</param>
    /// <exception cref="EventLog.Codec.LogFormatException">A record cannot be read.</exception>
    public static VerificationReport Run(IEventStore store, Genesis genesis, VerificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(options);
        return OnePass.TryRun(store, genesis, options) ?? RunInTwoPasses(store, genesis, options);
    }

    /// <summary>Judges a log, whatever is wrong with it.</summary>
    internal static VerificationReport RunInTwoPasses(IEventStore store, Genesis genesis, VerificationOptions options)
    {
        var integrity = OfCorrect(LogIntegrity.Check(store, genesis.Cluster), options);
        if (integrity.Verdict == IntegrityVerdict.Corrupt) return new VerificationReport(Verdict.Corrupt, [], [], [], integrity);
        var missing = integrity.Findings.Select(f => $"{f.Stream} at #{f.Revision}: {f.Explanation}").ToList();
        var decided = new DecidedBatches();
        var histories = Histories(store, genesis, options, missing).ConvertAll(decided.Watch);
        var join = LogJoin.Of(genesis.Configuration, histories, options.Faulty.Contains, options.LockStep, options.Progress);
        return ReportOf(join, options, missing, integrity) with { Unjudged = [.. Unjudged(histories, join)], Different = decided.Different };
    }

    /// <summary>What a join that has run says.</summary>
    internal static VerificationReport ReportOf(LogJoin join, VerificationOptions options, List<string> missing, IntegrityReport integrity)
    {
        missing.AddRange(join.Missing);
        var replicas = join.Replicas.Select(join.VerdictOf).ToImmutableArray();
        var report = new VerificationReport(Verdict.Violates, replicas, [.. join.Violations], [], integrity);
        Expect(report, options, missing);
        return report with { Verdict = VerdictOf(join.Violations, missing), Missing = [.. missing] };
    }

    private static IEnumerable<string> Unjudged(List<ReplicaHistory> histories, LogJoin join) => histories.Where(history => history.Beginning is not null).Select(history =>
        $"{history.Stream} up to revision {history.Beginning!.Revision}: what lies before is taken from the snapshot that the stream confirms, and was not judged; of {join.FromBefore.GetValueOrDefault(history.Replica)} statements from then, which others received, it is not known whether it sent them");

    // A faulty replica may have written anything: its own streams say nothing about the others.
    private static IntegrityReport OfCorrect(IntegrityReport all, VerificationOptions options) =>
        all with { Findings = [.. all.Findings.Where(finding => OwnerOf(finding.Stream) is not { } owner || !options.Faulty.Contains(owner))] };

    private static ReplicaId? OwnerOf(string stream) =>
        LogStreams.TryParseReplica(stream, out _, out var owner) || LogStreams.TryParseSnapshots(stream, out _, out owner) ? owner : null;

    internal static Verdict VerdictOf(List<Finding> violations, List<string> missing) =>
        violations.Count > 0 ? Verdict.Violates : missing.Count > 0 ? Verdict.Undetermined : Verdict.Conforms;

    private static List<ReplicaHistory> Histories(IEventStore store, Genesis genesis, VerificationOptions options, List<string> missing)
    {
        var histories = new List<ReplicaHistory>();
        for (var i = 0; i < genesis.Configuration.Replicas; i++)
        {
            var replica = new ReplicaId(i);
            if (options.Faulty.Contains(replica) || TailOf(store, LogStreams.OfReplica(genesis.Cluster, replica)) is not { IsEmpty: false } tail) continue;
            if (tail.FirstRevision == 0) histories.Add(ReplicaHistory.Read(store, genesis.Cluster, replica));
            else if (!options.FromSnapshot) missing.Add($"the log of replica {replica} begins at revision {tail.FirstRevision}: what was before was truncated, and judging needs it. Verify a copy that is whole, or judge only what follows on its snapshot by --from-snapshot.");
            else if (Beginning(store, genesis, replica) is { } beginning) histories.Add(ReplicaHistory.Read(store, genesis.Cluster, replica, beginning));
            else missing.Add($"the log of replica {replica} begins at revision {tail.FirstRevision}, and no snapshot that it confirms can be read: nothing of it can be judged. Verify a copy that is whole.");
        }

        return histories;
    }

    // What this user may not read is told by the integrity, and is not at hand.
    private static StreamTail? TailOf(IEventStore store, string stream)
    {
        try
        {
            return store.Tail(stream);
        }
        catch (EventStoreException e) when (e.Failure == EventStoreFailure.MayNotRead)
        {
            return null;
        }
    }

    private static SnapshotBeginning? Beginning(IEventStore store, Genesis genesis, ReplicaId replica) =>
        SnapshotStore.ReadOldest(store, genesis.Cluster, replica, genesis.Configuration) is { } snapshot ? new SnapshotBeginning(snapshot) : null;

    internal static void Expect(VerificationReport report, VerificationOptions options, List<string> missing)
    {
        if (report.Replicas.IsEmpty)
        {
            missing.Add(missing.Count == 0 ? "there is no log of a correct replica: nothing was judged" : "for want of what is named before, no log of a correct replica was judged");
        }

        if (options.Expected.IsEmpty)
        {
            foreach (var replica in report.Replicas.Where(r => r.Counts["executed"] == 0 && report.Violations.IsEmpty))
            {
                missing.Add($"replica {replica.Replica} executed nothing{WhyNothing(replica)}. Say by --expect what must be seen.");
            }

            return;
        }

        var total = report.Total;
        foreach (var (name, least) in options.Expected)
        {
            if (total[name] < least) missing.Add($"{name}: {total[name]} were seen, at least {least} are expected");
        }
    }

    private static string WhyNothing(ReplicaVerdict replica) => replica switch
    {
        { LastExecuted.Value: 0 } => ": a log that is empty or cut off does not pass",
        _ when replica.Counts["transfers"] > 0 => $" itself: it took over from others what was executed up to {replica.LastExecuted}, and of its own work nothing is seen",
        _ => $" in what is judged: all up to {replica.LastExecuted} lies before it",
    };
}
