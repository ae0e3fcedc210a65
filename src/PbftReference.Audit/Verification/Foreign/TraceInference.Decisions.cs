using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>What is inferred when something rests on it: views entered, places decided, checkpoints stable; and executions.</summary>
internal sealed partial class TraceInference
{
    // A view is entered when the replica sends in it. If no new-view for it came, the guard of what is sent says so.
    private StepJudgement? EnterView(ViewNumber view, Digest? newView)
    {
        var r = Replica;
        if (view.Value < r.View || (view.Value == r.View && r.Active)) return null;
        var candidate = newView is { IsNone: false } digest ? _newViews.GetValueOrDefault(digest) : _newViews.Values.LastOrDefault(v => v.View == view);
        if (candidate is null || candidate.View != view || candidate.Replica == _self) return null;
        if (DecideUpTo(BaseOf(candidate)) is { } deciding) return deciding;
        var nulls = candidate.Carried.Count(place => place.BatchDigest.IsNone);
        return Act(new ActEvent(EventKind.ViewEntered, SpecAction.EnterView(_translation.Of(candidate))) { NullFills = nulls }) ?? After(Prune);
    }

    private static long BaseOf(NewView newView) =>
        newView.ViewChanges.IsEmpty ? 0 : newView.ViewChanges.Max(viewChange => viewChange.Statement.Stable.SequenceNumber.Value);

    // Checkpoints become stable as late as may be: what else is sent in the step may be at or below them.
    private StepJudgement? RaiseWindow(SequenceNumber n)
    {
        while (n.Value > Replica.Stable.SequenceNumber + _translation.Configuration.LogWindow && _stable.Count > 0)
        {
            if (StableUpTo(_stable.Peek().SequenceNumber) is { } judgement) return judgement;
        }

        return null;
    }

    private StepJudgement? StableUpTo(SequenceNumber limit)
    {
        while (_stable.TryPeek(out var next) && next.SequenceNumber <= limit)
        {
            _stable.Dequeue();
            if ((ExecuteUpTo(next.SequenceNumber) ?? CommittedInTime(next.SequenceNumber)) is { } before) return before;
            var certificate = _votes.Certificate(next.SequenceNumber.Value, _translation.Number(next.StateDigest));
            if (Act(new ActEvent(EventKind.CheckpointStable, SpecAction.Stable(certificate))) is { } refused) return refused;
            Prune();
        }

        return null;
    }

    private StepJudgement? ExecuteUpTo(SequenceNumber limit)
    {
        while (_executions.TryPeek(out var next) && next.SequenceNumber <= limit)
        {
            if ((InstallUpTo(next.SequenceNumber) ?? SignBefore(next.SequenceNumber) ?? SignedInTime()) is { } before) return before;
            _executions.TryDequeue(out _);
            if (Executed(next) is { } judgement) return judgement;
        }

        return InstallUpTo(limit);
    }

    // Nothing is executed past a checkpoint that is sent in the same step.
    private StepJudgement? SignBefore(SequenceNumber next)
    {
        var last = next.Value - 1;
        if (last == 0 || last % _translation.Configuration.CheckpointPeriod != 0 || Replica.LastExecuted != last) return null;
        var own = _step.Sends.Select(send => TraceTerms.Read(send.Message)?.Message).OfType<Checkpoint>()
            .FirstOrDefault(m => m.Replica == _self && m.SequenceNumber.Value == last);
        return own is null ? null : Sent(own);
    }

    private StepJudgement? Executed(TraceExecution execution)
    {
        var (n, digest) = (execution.SequenceNumber.Value, _translation.Number(execution.BatchDigest));
        if (Replica.LastExecuted + 1 == n && Decide(n, digest) is { } deciding) return deciding;
        if (Replica.CommittedAt(n) is { } committed && committed != digest)
        {
            return Baseless(EventKind.BatchExecuted, "LExecute", RecordGuards.AsRecorded, $"{execution.BatchDigest.ToShortString()} is executed at {n}, and {GuardValues.Short(_translation, committed)} is committed there");
        }

        var executed = new BatchExecuted(execution.SequenceNumber, execution.Results, execution.ServiceDigest);
        return Act(new ActEvent(EventKind.BatchExecuted, SpecAction.Execute) { Execution = executed }) ?? After(_duties.Executed);
    }

    // The decision by which a place may be executed; if there is none, the guard says what it lacks.
    private StepJudgement? Decide(long n, int digest)
    {
        if (Replica.CommittedAt(n) is not null) return null;
        if (n > Replica.Stable.SequenceNumber + _translation.Configuration.LogWindow && RaiseWindow(new SequenceNumber(n)) is { } raising) return raising;
        if (TryDecide(n, out var judgement)) return judgement;
        var r = Replica;
        var prepared = r.PreparedAt(n) ?? new SpecPrepared(r.View, n, digest, r.NewView, _votes.Voters(r.View, n, digest, r.NewView));
        var commits = new SpecCommitted(prepared.View, n, digest, _votes.Committers(prepared.View, n, digest));
        return Act(new ActEvent(EventKind.CommittedLocal, SpecAction.Committed(commits, prepared)));
    }

    // By the certificate on which the replica committed, else by a proof that came, else by whatever is at hand.
    private bool TryDecide(long n, out StepJudgement? judgement)
    {
        judgement = null;
        if (Replica.PreparedAt(n) is { } own && TryDecide(EventKind.CommittedLocal, CommitsFor(own), own, out judgement)) return true;
        if (_votes.Proof(n) is { } proof && TryDecide(EventKind.CommitProofAccepted, _translation.Of(proof.Commit), _translation.Of(proof.Prepared), out judgement)) return true;
        foreach (var commits in _votes.Decided(n))
        {
            foreach (var prepared in _votes.Prepared(commits.View, n, commits.Digest))
            {
                if (TryDecide(EventKind.CommittedLocal, commits, prepared, out judgement)) return true;
            }
        }

        return false;
    }

    private SpecCommitted CommitsFor(SpecPrepared prepared) =>
        new(prepared.View, prepared.SequenceNumber, prepared.Digest, _votes.Committers(prepared.View, prepared.SequenceNumber, prepared.Digest));

    private bool TryDecide(EventKind source, SpecCommitted commits, SpecPrepared prepared, out StepJudgement? judgement)
    {
        judgement = null;
        if (commits.Signers.Length < _translation.Configuration.Quorum) return false;
        judgement = EnterView(new ViewNumber(prepared.View), NewViewOf(prepared));
        if (judgement is not null) return true;
        var action = SpecAction.Committed(commits, prepared);
        if (!_judge.Peer.May(action)) return false;
        judgement = Act(new ActEvent(source, action));
        return true;
    }

    private Digest? NewViewOf(SpecPrepared prepared) => prepared.NewView == 0 ? null : _translation.Numbers.DigestOf(prepared.NewView);

    // By a certificate that the replica reports.
    private StepJudgement? DecideBy(long n, SpecPrepared prepared)
    {
        foreach (var commits in _votes.Decided(n).Where(c => c.View == prepared.View && c.Digest == prepared.Digest))
        {
            if (TryDecide(EventKind.CommitProofAccepted, commits, prepared, out var judgement)) return judgement;
        }

        return null;
    }

    // What is decided and not executed when h rises over it was decided before.
    private StepJudgement? DecideUpTo(long last)
    {
        for (var n = Replica.LastExecuted + 1; n <= last; n++)
        {
            if (n > Replica.Stable.SequenceNumber && Replica.CommittedAt(n) is null && TryDecide(n, out var judgement) && judgement is not null) return judgement;
        }

        return null;
    }

    private StepJudgement? InstallUpTo(SequenceNumber limit)
    {
        while (_installed.TryPeek(out var next) && next.SequenceNumber <= limit)
        {
            _installed.Dequeue();
            if (Installed(next) is { } judgement) return judgement;
        }

        return null;
    }

    private StepJudgement? Installed(TraceCheckpoint checkpoint)
    {
        var (n, digest, r) = (checkpoint.SequenceNumber.Value, _translation.Number(checkpoint.StateDigest), Replica);
        var isStable = r.Stable.SequenceNumber == n && r.Stable.Digest == digest;
        var certificate = isStable ? r.Stable : new SpecCheckpoint(n, digest, _votes.Signers(n, digest));
        var state = _states.Find(n, digest);
        if (state is null && (isStable || certificate.Signers.Length >= _translation.Configuration.WeakQuorum))
        {
            return Gap($"it takes over the state of checkpoint {n}, and no correct replica whose steps are at hand signed for it");
        }

        return Act(new ActEvent(EventKind.TransferCompleted, SpecAction.Transfer(certificate, state ?? r.State)));
    }
}
