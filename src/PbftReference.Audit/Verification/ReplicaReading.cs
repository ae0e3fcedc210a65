using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>What is said of one step.</summary>
/// <param name="Traffic">What came in and went out; null if nothing or if the step is not accepted.</param>
/// <param name="Refusal">Why it is refused; null if it is not.</param>
/// <param name="Missing">What is missing to tell; null if nothing is.</param>
internal readonly record struct StepJudgement(StepTraffic? Traffic, StepRefusal? Refusal = null, string? Missing = null)
{
    /// <summary>Whether nothing can be said of the steps behind it.</summary>
    public bool IsLast => Refusal is not null || Missing is not null;
}

/// <summary>One replica's history, read and judged step by step.</summary>
internal abstract class ReplicaReading
{
    /// <summary>The replica.</summary>
    public abstract ReplicaId Replica { get; }

    /// <summary>Its stream.</summary>
    public abstract string Stream { get; }

    /// <summary>The last record or step.</summary>
    public abstract long LastRevision { get; }

    /// <summary>The record or step that is being read.</summary>
    public abstract long Revision { get; }

    /// <summary>What came in with it, by name.</summary>
    public abstract string Input { get; }

    /// <summary>Where the judged history begins; null if nothing is before it.</summary>
    public virtual SnapshotBeginning? Beginning => null;

    /// <summary>What it contained so far.</summary>
    public abstract Counts Counts { get; }

    /// <summary>What is said of it in the report.</summary>
    public abstract ReplicaVerdict Verdict { get; }

    /// <summary>The place up to which the replica takes, sends and executes nothing any more after what was read.</summary>
    public abstract long Floor { get; }

    /// <summary>Adds the numbers that a later verdict can depend on.</summary>
    public abstract void AddTo(SpecNumbers numbers);

    /// <summary>At the end: what is missing to tell; null if nothing is.</summary>
    public virtual string? MissingAtEnd => null;

    /// <summary>Goes to the next step; false at the end.</summary>
    public abstract bool MoveNext();

    /// <summary>Judges the step.</summary>
    public abstract StepJudgement Judge();
}

/// <summary>The history of a replica in its log.</summary>
/// <param name="history">The log.</param>
/// <param name="verifier">Its verifier.</param>
internal sealed class LogReading(ReplicaHistory history, LocalVerifier verifier) : ReplicaReading
{
    private readonly IEnumerator<RecordedStep> _steps = history.Steps.GetEnumerator();

    /// <inheritdoc/>
    public override ReplicaId Replica => history.Replica;

    /// <inheritdoc/>
    public override string Stream => history.Stream;

    /// <inheritdoc/>
    public override SnapshotBeginning? Beginning => history.Beginning;

    /// <inheritdoc/>
    public override long LastRevision => history.LastRevision;

    /// <inheritdoc/>
    public override long Revision => _steps.Current.Revision;

    /// <inheritdoc/>
    public override string Input => _steps.Current.Step is { } step ? Names.RecordTypeOf(step.Input) : "";

    /// <inheritdoc/>
    public override Counts Counts => verifier.Counts;

    /// <inheritdoc/>
    public override ReplicaVerdict Verdict =>
        new(history.Replica, verifier.Counts, verifier.State.View, verifier.State.LastExecuted, verifier.State.Low);

    /// <inheritdoc/>
    public override long Floor => Math.Min(verifier.State.Low.Value, verifier.State.LastExecuted.Value);

    /// <inheritdoc/>
    public override void AddTo(SpecNumbers numbers) => verifier.AddTo(numbers);

    /// <inheritdoc/>
    public override bool MoveNext() => _steps.MoveNext();

    /// <inheritdoc/>
    public override StepJudgement Judge()
    {
        if (_steps.Current.Step is not { } step) return default;
        var refusal = verifier.Accept(step, out var traffic);
        return refusal is null ? new StepJudgement(traffic) : new StepJudgement(null, refusal);
    }
}
