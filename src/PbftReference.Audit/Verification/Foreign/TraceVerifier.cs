using System.Collections.Immutable;
using PbftReference.Core.Messages;
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
        var join = Join(header, histories, IsFaulty, options);
        var missing = join.Missing.ToList();
        var violations = Convincing(header, histories, join.Violations, missing);
        if (violations.Count > 0) violations[0] = violations[0] with { Needed = Needed(header, histories, violations[0], options) };
        var replicas = join.Replicas.Select(join.VerdictOf).ToImmutableArray();
        var report = new VerificationReport(Verdict.Violates, replicas, [.. violations], [], new IntegrityReport([], []));
        LogVerifier.Expect(report, options, missing);
        return report with { Verdict = LogVerifier.VerdictOf(violations, missing), Missing = [.. missing], Unjudged = Unjudged(header), Different = Different(steps.Where(step => !IsFaulty(step.Replica))) };
    }

    // What is needed of the others' steps depends on more than on who sent what: of states and batches, too. So it is tried.
    private static ImmutableSortedDictionary<ReplicaId, long> Needed(
        TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, Finding finding, VerificationOptions options)
    {
        var all = histories.ToImmutableSortedDictionary(history => history.Key, _ => long.MaxValue);
        var both = finding.Sender is { } sender ? finding.Needed.SetItem(finding.Replica, long.MaxValue).SetItem(sender, long.MaxValue) : finding.Needed;
        return new[] { finding.Needed, both, finding.Reached.SetItem(finding.Replica, finding.Revision) }.FirstOrDefault(IsFoundIn) ?? all;

        bool IsFoundIn(ImmutableSortedDictionary<ReplicaId, long> needed)
        {
            var some = histories.Where(history => needed.ContainsKey(history.Key))
                .ToDictionary(history => history.Key, history => history.Value.TakeWhile(step => step.Number <= needed[history.Key]).ToList());
            bool IsFaulty(ReplicaId replica) => options.Faulty.Contains(replica) || !some.ContainsKey(replica);
            var found = Convincing(header, some, Join(header, some, IsFaulty, options with { Progress = null }).Violations, []).FirstOrDefault();
            return found is not null && (found.Replica, found.Revision, found.Guard) == (finding.Replica, finding.Revision, finding.Guard);
        }
    }

    // Once, or again where replicas recorded different things that are the same for correct ones, with what most recorded.
    private static LogJoin Join(TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, Func<ReplicaId, bool> isFaulty, VerificationOptions options)
    {
        var (numbers, disagreements) = (new Numbering(), new Disagreements());
        while (true)
        {
            disagreements.Begin();
            var states = new StatesAtHand(numbers, disagreements);
            var isWhole = header.Profile == TraceProfile.NamedNewView;
            var translation = new SpecTranslation(header.Configuration, numbers, isWhole ? null : states.DigestOf) { Disagreements = disagreements };
            var terms = new TraceTerms(header.Profile, translation);
            var readings = Readings(header, histories, isFaulty, replica => new TraceInference(translation, replica, terms, states, isFaulty, options.Within));
            var join = new LogJoin(header.Configuration, readings, isFaulty, disagreements, options.Progress);
            join.Run();
            if (!join.IsOpen) return join;
        }
    }

    private static DifferentDecisions? Different(IEnumerable<TraceStep> steps)
    {
        // what is executed is written, and what is decided is not
        var decided = new DecidedBatches();
        foreach (var step in steps)
        {
            foreach (var execution in step.Executions) decided.Add(step.Replica, execution.SequenceNumber, execution.BatchDigest);
        }

        return decided.Different;
    }

    // Where something is not written, that it was left undone cannot be told.
    private static ImmutableArray<string> Unjudged(TraceHeader header) => header.Profile == TraceProfile.NamedNewView
        ? ["whether a replica left it undone to enter a view: that is not written in a trace, and shows only by what it does in the view"]
        : [$"whether a replica left it undone to join, start or enter a view: profile {TraceNames.Profiles.Of(header.Profile)} carries no certificates to tell when it could"];

    /// <summary>What the history of a replica is called.</summary>
    public static string StreamOf(TraceHeader header, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(header);
        return LogStreams.OfReplica(header.Cluster, replica);
    }

    private static List<ReplicaReading> Readings(
        TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, Func<ReplicaId, bool> isFaulty, Func<ReplicaId, TraceInference> infer) =>
        [
            .. histories.Where(history => !isFaulty(history.Key))
                .Select(history => new TraceReading(StreamOf(header, history.Key), history.Key, history.Value, infer(history.Key))),
        ];

    // Without authentication anybody may have sent what bears a correct replica's name. With MACs a receiver can tell who sent it a message,
    // and nothing of the statements of others in it.
    private static List<Finding> Convincing(TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, List<Finding> violations, List<string> missing)
    {
        if (header.Authentication == TraceAuthentication.Signatures) return violations;
        var isOpen = header.Authentication == TraceAuthentication.None;
        var forgeable = violations.Where(finding => finding.Guard == RecordGuards.SentByItsSender && (isOpen || IsPassedOn(finding, histories))).ToList();
        var why = isOpen ? "without authentication anybody can have sent it" : "with MACs whoever passes a statement on can have made it up";
        missing.AddRange(forgeable.Select(f => $"{f.Stream} #{f.Revision} received what replica {f.Sender} did not send, and {why}"));
        return [.. violations.Except(forgeable)];
    }

    private static bool IsPassedOn(Finding finding, Dictionary<ReplicaId, List<TraceStep>> histories)
    {
        var received = histories[finding.Replica].First(step => step.Number == finding.Revision).Receive;
        return received is not null && ((received.Message as ReplicaMessage)?.Replica ?? received.Statement?.Replica) != finding.Sender;
    }
}
