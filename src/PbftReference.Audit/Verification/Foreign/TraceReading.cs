using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Trace;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>The history of a replica in a trace without records.</summary>
/// <param name="stream">What its history is called.</param>
/// <param name="replica">The replica.</param>
/// <param name="steps">Its steps, in order.</param>
/// <param name="inference">What judges them.</param>
internal sealed class TraceReading(string stream, ReplicaId replica, IReadOnlyList<TraceStep> steps, TraceInference inference) : ReplicaReading
{
    private int _at = -1;

    /// <inheritdoc/>
    public override ReplicaId Replica => replica;

    /// <inheritdoc/>
    public override string Stream => stream;

    /// <inheritdoc/>
    public override long LastRevision => steps.Count == 0 ? -1 : steps[^1].Number;

    /// <inheritdoc/>
    public override long Revision => steps[_at].Number;

    /// <inheritdoc/>
    public override string Input => steps[_at].Receive is { } received ? Names.Messages.Of(received.Kind) : "";

    /// <inheritdoc/>
    public override Counts Counts => inference.Counts;

    /// <inheritdoc/>
    public override ReplicaVerdict Verdict => new(
        replica, inference.Counts, new ViewNumber(inference.Replica.View), new SequenceNumber(inference.Replica.LastExecuted),
        new SequenceNumber(inference.Replica.Stable.SequenceNumber));

    // What was read of a trace is in memory as a whole, and nothing of it is forgotten.
    /// <inheritdoc/>
    public override long Floor => 0;

    /// <inheritdoc/>
    public override void AddTo(SpecNumbers numbers)
    {
    }

    /// <inheritdoc/>
    public override string? MissingAtEnd => inference.AtEnd;

    /// <inheritdoc/>
    public override bool MoveNext() => ++_at < steps.Count;

    /// <inheritdoc/>
    public override StepJudgement Judge() => inference.Accept(steps[_at]);
}
