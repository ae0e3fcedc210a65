using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.Mutants.Traces;

/// <summary>
/// Judges mutated streams: each by itself, then all together, then in lock-step, and what conforms as <c>pbft verify</c> does, chained anew
/// in a store. So integrity is asked last, and no judge can leave its work to it.
/// </summary>
/// <param name="run">The run.</param>
internal sealed class MutantJudge(RunToMutate run)
{
    private readonly Survival _survival = new(run);
    private readonly Dictionary<ReplicaId, ImmutableArray<RecordedStep>> _recorded = [];

    /// <summary>Judges a mutant.</summary>
    public Outcome Of(RecordMutant mutant)
    {
        try
        {
            return mutant.IsOfBlobs ? InStore(mutant) : Judged(mutant);
        }
        catch (LogFormatException e)
        {
            return new Outcome(Fate.Unreadable, e.Message);
        }
#pragma warning disable CA1031 // a judge that breaks is what is looked for, too
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Outcome(Fate.Broken, e.ToString());
        }
    }

    /// <summary>The verdict of the whole command on a mutant that is chained anew.</summary>
    public VerificationReport Report(RecordMutant mutant, bool lockStep)
    {
        using var store = Rechained.Store(run, mutant);
        return LogVerifier.Run(store, run.Genesis, new VerificationOptions { Faulty = [.. run.Faulty], LockStep = lockStep });
    }

    private Outcome Judged(RecordMutant mutant)
    {
        var mutated = mutant.Streams.ToDictionary(stream => stream.Key, stream => StepsOf(stream.Value));
        foreach (var (replica, steps) in mutated)
        {
            if (Alone(replica, steps) is { } refusal) return new Outcome(Fate.Alone, refusal.Guard);
        }

        return Chained(mutant, () => Together(mutated, lockStep: true), () => Together(mutated, lockStep: false));
    }

    private StepRefusal? Alone(ReplicaId replica, ImmutableArray<RecordedStep> steps)
    {
        var verifier = new LocalVerifier(new SpecTranslation(run.Genesis.Configuration), replica);
        foreach (var (_, step) in steps)
        {
            if (step is not null && verifier.Accept(step, out _) is { } refusal) return refusal;
        }

        return null;
    }

    private Outcome? Together(Dictionary<ReplicaId, ImmutableArray<RecordedStep>> mutated, bool lockStep)
    {
        var histories = run.Correct.Select(replica => HistoryOf(replica, mutated.TryGetValue(replica, out var steps) ? steps : RecordedOf(replica)));
        var join = LogJoin.Of(run.Genesis.Configuration, histories, run.Faulty.Contains, lockStep);
        if (join.Violations.Count > 0) return new Outcome(Fate.Join, join.Violations[0].Guard);
        return join.Missing.Count > 0 ? new Outcome(Fate.Undetermined, "undetermined") : null;
    }

    // The command judges in lock-step, which finds all that is found without. What integrity stops is asked of the judges alone.
    private Outcome Chained(RecordMutant mutant, Func<Outcome?> inLockStep, Func<Outcome?> without)
    {
        var report = Report(mutant, lockStep: true);
        switch (report.Verdict)
        {
            case Verdict.Conforms: return new Outcome(Fate.Survived, "", _survival.Of(mutant));
            case Verdict.Undetermined: return new Outcome(Fate.Undetermined, "undetermined");
            case Verdict.Violates: return without() ?? new Outcome(Fate.LockStep, report.Violations[0].Guard);
            default:
                if (inLockStep() is not { } found) return OfIntegrity(report);
                return without() ?? found with { Fate = Fate.LockStep };
        }
    }

    // Whether records that are kept in blobs can be put together is for the store's reader to say.
    private Outcome InStore(RecordMutant mutant)
    {
        return Chained(mutant, () => null, Without);

        Outcome? Without() => Report(mutant, lockStep: false) is { Verdict: Verdict.Violates, Violations: [var first, ..] }
            ? new Outcome(first.Sender is null ? Fate.Alone : Fate.Join, first.Guard)
            : null;
    }

    private static Outcome OfIntegrity(VerificationReport report)
    {
        var found = report.Integrity.Findings.First(finding => finding.Verdict == EventLog.Integrity.IntegrityVerdict.Corrupt);
        var isUnreadable = found.Kind is EventLog.Integrity.IntegrityFindingKind.MissingBlob or EventLog.Integrity.IntegrityFindingKind.UnreadableRecord;
        return new Outcome(isUnreadable ? Fate.Unreadable : Fate.Heads, $"{found.Kind}");
    }

    private static ReplicaHistory HistoryOf(ReplicaId replica, ImmutableArray<RecordedStep> steps) =>
        new(replica, RunToMutate.StreamOf(replica), steps.Length - 1, steps);

    private ImmutableArray<RecordedStep> RecordedOf(ReplicaId replica)
    {
        if (!_recorded.TryGetValue(replica, out var steps)) _recorded.Add(replica, steps = StepsOf(run.Streams[RunToMutate.StreamOf(replica)]));
        return steps;
    }

    // Every record is read, as integrity does: what the host noted beside the steps must be readable, too.
    private static ImmutableArray<RecordedStep> StepsOf(RawRecord[] stream) =>
        [.. stream.Select((record, i) => new RecordedStep(i, record.IsStep ? record.Step : null))];
}
