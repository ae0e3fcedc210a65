using System.Collections.Immutable;
using System.Globalization;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
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
        var different = Different(steps.Where(step => !IsFaulty(step.Replica)));
        if (violations.Count > 0) violations[0] = violations[0] with { Needed = Needed(header, histories, violations[0], options) };
        else if (different is not null && AgreementHolds(header, IsFaulty)) violations.Add(Disagreement(header, histories, different));
        var replicas = join.Replicas.Select(join.VerdictOf).ToImmutableArray();
        var report = new VerificationReport(Verdict.Violates, replicas, [.. violations], [], new IntegrityReport([], []));
        LogVerifier.Expect(report, options, missing);
        return report with { Verdict = LogVerifier.VerdictOf(violations, missing), Missing = [.. missing], Unjudged = Unjudged(header), Different = different };
    }

    // With at most f faulty replicas, and nobody under another's name, correct ones agree: that is proved.
    private static bool AgreementHolds(TraceHeader header, Func<ReplicaId, bool> isFaulty) =>
        header.Authentication == TraceAuthentication.Signatures
        && Enumerable.Range(0, header.Configuration.Replicas).Count(i => isFaulty(new ReplicaId(i))) <= header.Configuration.Faults;

    private static Finding Disagreement(TraceHeader header, Dictionary<ReplicaId, List<TraceStep>> histories, DifferentDecisions different)
    {
        var (one, other, f) = (StepOf(different.One, different.OneBatch), StepOf(different.Other, different.OtherBatch), header.Configuration.Faults);
        var values = string.Create(CultureInfo.InvariantCulture, $"at {different.Place} replica {different.One} executed {different.OneBatch.ToShortString()} (#{one}) and replica {different.Other} {different.OtherBatch.ToShortString()} (#{other}): with at most f = {f} faulty replicas the others agree, so one that is called correct is not. Which one, nothing here tells");
        return new Finding(StreamOf(header, different.One), different.One, one, Names.Events.Of(EventKind.BatchExecuted), "LExecute", RecordGuards.Agreement, values)
        {
            Needed = histories.ToImmutableSortedDictionary(history => history.Key, _ => long.MaxValue),
        };

        long StepOf(ReplicaId replica, Digest batch) => histories[replica].First(step => step.Executions.Any(execution => execution.SequenceNumber == different.Place && execution.BatchDigest == batch)).Number;
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
