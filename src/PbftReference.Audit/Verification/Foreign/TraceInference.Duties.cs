using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>What a step leaves undone.</summary>
internal sealed partial class TraceInference
{
    /// <summary>What was owed at the end and is not done, where nothing was declared; null if nothing was.</summary>
    public string? AtEnd => _duties.AtEnd is { } open
        ? Text($"replica {_self} could do {open.Duty.Name} {open.Duty.Number} since its step {open.Since}, and its steps end at {_step.Number} without it. Whether it was about to, nothing tells: add the rest of the trace, or say by --within in how many steps a replica does what it can.")
        : null;

    private StepJudgement? LeftUndone() => _duties.Done(_step.Number, MayHaveMovedOn) is { } late ? Undone(late) : null;

    // A view is entered when the replica sends in it; until then it may be in it or not.
    private bool MayHaveMovedOn => _terms.IsWhole
        ? _newViews.Values.Any(newView => newView.View.Value > Replica.View || (newView.View.Value == Replica.View && !Replica.Active && newView.Replica != _self))
        : _laterViews;

    private StepJudgement? SignedInTime() => _duties.CheckpointDue is { } duty
        ? Undone(duty, Text($"{duty.Name} {duty.Number}: the next place is executed, and its state, which was to be signed, is gone"))
        : null;

    private StepJudgement? CommittedInTime(SequenceNumber checkpoint) => _duties.CommitDue(checkpoint) is { } open
        ? Undone(open.Duty, Text($"{open.Duty.Name} {open.Duty.Number}: it could be done since step {open.Since}, and checkpoint {checkpoint} becomes stable without it"))
        : null;

    private StepJudgement Undone(OpenDuty open) =>
        Undone(open.Duty, Text($"{open.Duty.Name} {open.Duty.Number}: it could be done since step {open.Since} with what had come by then, and is not done"));

    private StepJudgement Undone(SpecDuty duty, string values)
    {
        var owed = RefusedAct.Of(duty);
        _judge.Refused(owed);
        var came = _step.Receive is { } received ? Names.Messages.Of(received.Kind) : "";
        return new StepJudgement(null, new StepRefusal(came, owed.Action, RecordGuards.NothingLeftUndone, values));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
