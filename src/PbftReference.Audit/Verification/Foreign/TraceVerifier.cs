using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Integrity;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Trace;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// Judges a trace without records, as any implementation can write it: each replica by its own steps, then all together. A replica that has
/// no steps in it is environment. See docs/verification.md.
/// </summary>
public static class TraceVerifier
{
    /// <summary>Judges a trace.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="options">How; lock-step does not apply, since a trace holds no states.</param>
    public static VerificationReport Run(TraceHeader header, IReadOnlyCollection<TraceStep> steps, VerificationOptions options)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(options);
        var histories = steps.GroupBy(step => step.Replica).ToDictionary(group => group.Key, group => group.ToList());
        bool IsFaulty(ReplicaId replica) => options.Faulty.Contains(replica) || !histories.ContainsKey(replica);
        var join = new LogJoin(header.Configuration, Readings(header, histories, IsFaulty), IsFaulty, options.Progress);
        join.Run();
        var missing = join.Missing.ToList();
        var violations = Convincing(header, join.Violations, missing);
        var replicas = join.Replicas.Select(join.VerdictOf).ToImmutableArray();
        var report = new VerificationReport(Verdict.Violates, replicas, [.. violations], [], new IntegrityReport([], []));
        LogVerifier.Expect(report, options, missing);
        return report with { Verdict = LogVerifier.VerdictOf(violations, missing), Missing = [.. missing] };
    }

    /// <summary>What the history of a replica is called.</summary>
    public static string StreamOf(TraceHeader header, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(header);
        return LogStreams.OfReplica(header.Cluster, replica);
    }

    private static List<ReplicaReading> Readings(TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, Func<ReplicaId, bool> isFaulty)
    {
        var numbers = new Numbering();
        var states = new StatesAtHand(numbers);
        var isWhole = header.Profile == TraceProfile.NamedNewView;
        var translation = new SpecTranslation(header.Configuration, numbers, isWhole ? null : states.DigestOf);
        var terms = new TraceTerms(header.Profile, translation);
        return
        [
            .. histories.Where(history => !isFaulty(history.Key)).Select(history => new TraceReading(
                StreamOf(header, history.Key), history.Key, history.Value, new TraceInference(translation, history.Key, terms, states, isFaulty))),
        ];
    }

    // Without authentication anybody may have sent what bears a correct replica's name.
    private static List<Finding> Convincing(TraceHeader header, List<Finding> violations, List<string> missing)
    {
        if (header.Authentication != TraceAuthentication.None) return violations;
        var forgeable = violations.Where(finding => finding.Guard == RecordGuards.SentByItsSender).ToList();
        missing.AddRange(forgeable.Select(f => $"{f.Stream} #{f.Revision} received what replica {f.Sender} did not send, and without authentication anybody can have sent it"));
        return [.. violations.Except(forgeable)];
    }
}
