using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>Actions, from what is sent. What was sent before is sent again; what bears another's name is passed on.</summary>
internal sealed partial class TraceInference
{
    private StepJudgement? Send()
    {
        foreach (var send in _step.Sends)
        {
            if (Sent(send.Message) is { } judgement) return judgement;
        }

        return null;
    }

    private StepJudgement? Sent(TraceMessage m)
    {
        if (m.Statement is { View.Value: > 0 } later && later.Replica == _self && m.Kind != MessageKind.ViewChange)
        {
            if (later.Kind == MessageKind.NewView && _paperNewViews.WhyNot(later) is { } wrong) return Baseless(EventKind.NewViewSent, "LNewView", wrong.Guard, wrong.Values);
            return Gap($"it sends in view {later.View}, and profile {_terms.Name} does not say by which new-view it entered, nor by which certificates that follows");
        }

        if (m.Statement is { Kind: MessageKind.ViewChange } paper) return paper.Replica == _self ? AskedFor(paper) : null;
        return TraceTerms.Read(m) is { Message: ReplicaMessage message } && message.Replica == _self ? Sent(message) : null;
    }

    private StepJudgement? Sent(ReplicaMessage message) => message switch
    {
        PrePrepare m => IsNew(_reading.Of(m, Signature.Own)) ? Proposed(m) : null,
        Prepare m => IsNew(_reading.Of(m, Signature.Own)) ? Voted(m) : null,
        Commit m => IsNew(_reading.Of(m, Signature.Own)) ? Committed(m) : null,
        Checkpoint m => IsNew(_reading.Of(m, Signature.Own)) ? Signed(m) : null,
        ViewChange m => IsNew(to => _reading.Add(m, Signature.Own, to)) ? AskedFor(m) : null,
        NewView m => IsNew(to => _reading.Add(m, Signature.Own, to)) ? StartedView(m) : null,
        Status { Active: true } m => EnterView(m.View, null),
        _ => null,
    };

    // The first statement is the message itself.
    private bool IsNew(Action<List<DeliveredStatement>> read)
    {
        var statements = new List<DeliveredStatement>();
        read(statements);
        return IsNew(statements[0]);
    }

    private bool IsNew(DeliveredStatement statement) => !_said.Contains(statement.Statement);

    private StepJudgement? Proposed(PrePrepare m)
    {
        if (EnterView(m.View, m.NewView) is { } entering) return entering;
        if (RaiseWindow(m.SequenceNumber) is { } raising) return raising;
        if (!IsNew(_reading.Of(m, Signature.Own))) return null;
        if (m.Batch is not null) _terms.Define(m.BatchDigest, m.Batch);
        var digest = _translation.Number(m.BatchDigest);
        if (!_translation.Model.Knows(digest) && m.Batch is null && !_terms.IsWhole)
        {
            return Gap($"it proposes {m.BatchDigest.ToShortString()} at {m.SequenceNumber}, and no pre-prepare with this digest carries its batch");
        }

        if (!_translation.Model.Knows(digest))
        {
            return Baseless(EventKind.PrePrepareSent, "LPropose", RecordGuards.FollowsFromLog, $"the batch that is proposed at {m.SequenceNumber} does not have the digest {m.BatchDigest.ToShortString()}");
        }

        var claimed = SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, digest, _translation.Number(m.NewView));
        return Act(new ActEvent(EventKind.PrePrepareSent, SpecAction.Propose(m.SequenceNumber.Value, digest)) { Claimed = claimed });
    }

    private StepJudgement? Voted(Prepare m)
    {
        if (EnterView(m.View, m.NewView) is { } entering) return entering;
        if (RaiseWindow(m.SequenceNumber) is { } raising) return raising;
        if (!IsNew(_reading.Of(m, Signature.Own))) return null;
        var digest = _translation.Number(m.BatchDigest);
        var claimed = SpecMessage.Prepare(m.View.Value, m.SequenceNumber.Value, digest, _translation.Number(m.NewView), _self.Value);
        return Act(new ActEvent(EventKind.PrepareSent, SpecAction.Prepare(m.SequenceNumber.Value, digest)) { Claimed = claimed });
    }

    // The certificate is made of all votes at hand for what is committed.
    private StepJudgement? Committed(Commit m)
    {
        if (EnterView(m.View, null) is { } entering) return entering;
        if (RaiseWindow(m.SequenceNumber) is { } raising) return raising;
        var (view, n, digest) = (m.View.Value, m.SequenceNumber.Value, _translation.Number(m.BatchDigest));
        var newView = Replica.NewView;
        var prepared = new SpecPrepared(view, n, digest, newView, _votes.Voters(view, n, digest, newView));
        return Act(new ActEvent(EventKind.CommitSent, SpecAction.Commit(prepared)) { Claimed = SpecMessage.Commit(view, n, digest, _self.Value) });
    }

    private StepJudgement? Signed(Checkpoint m)
    {
        if (ExecuteUpTo(m.SequenceNumber) is { } executing) return executing;
        var (n, digest, r) = (m.SequenceNumber.Value, _translation.Number(m.StateDigest), Replica);
        if (!_terms.IsWhole && n == r.LastExecuted && r.CheckpointAt(n) is null && _states.Name(_self, n, r.State, digest) is { } differs) return Disagreed(differs);
        var claimed = SpecMessage.Checkpoint(n, digest, _self.Value);
        if (Act(new ActEvent(EventKind.CheckpointSent, SpecAction.Checkpoint) { Claimed = claimed }) is { } refused) return refused;
        _states.Keep(n, digest, r.State);
        return null;
    }

    private StepJudgement Disagreed(Disagreement differs)
    {
        var judgement = Baseless(EventKind.CheckpointSent, "LCheckpoint", RecordGuards.AsRecorded, differs.Explain(_self));
        return judgement with { Refusal = judgement.Refusal! with { Disagreement = differs } };
    }

    private StepJudgement? StartedView(NewView m)
    {
        var newView = _translation.Of(m);
        if (DecideUpTo(BaseOf(m)) is { } deciding) return deciding;
        _newViews.TryAdd(m.StatementDigest, m);
        var judgement = Act(new ActEvent(EventKind.NewViewSent, SpecAction.NewView(newView))
        {
            Claimed = SpecMessage.NewView(newView),
            Whole = m.StatementDigest,
            NullFills = m.Carried.Count(place => place.BatchDigest.IsNone),
        });
        if (judgement is null) Note(m);
        return judgement ?? After(Prune);
    }

    private StepJudgement? AskedFor(PaperStatement m)
    {
        var view = m.View!.Value;
        _paperNewViews.Add(m);
        if (!_asked.Add(view)) return null;
        if (StableUpTo(m.SequenceNumber!.Value) is { } stable) return stable;
        var follows = OwnViewChange(view);
        if (Replica.View < view.Value && !_terms.SaysTheSame(m, follows))
        {
            return Baseless(EventKind.ViewChangeSent, "LViewChange", RecordGuards.AsRecorded, $"the view-change for view {view} reports h = {m.SequenceNumber} and {Places(m.Prepared.Select(c => c.SequenceNumber.Value))}, and what follows is h = {follows.Stable.SequenceNumber} and {Places(follows.Prepared.Keys)}, or other digests or views of them");
        }

        return Act(new ActEvent(EventKind.ViewChangeSent, SpecAction.ViewChange(view.Value)) { Whole = _translation.DigestOf(follows) });
    }

    private static string Places(IEnumerable<long> places) => places.Any() ? $"places {GuardValues.Join(places)}" : "no place";

    private StepJudgement? AskedFor(ViewChange m)
    {
        if (Explain(m) is { } explaining) return explaining;
        var follows = OwnViewChange(m.NewView);
        var sent = _translation.Of(m);
        if (_translation.DigestOf(follows) != m.StatementDigest && DiffersInVotersOnly(sent, follows))
        {
            return Gap($"its view-change for view {m.NewView} names other votes than the first that it had, and which votes a certificate is made of is not in the trace");
        }

        return Act(new ActEvent(EventKind.ViewChangeSent, SpecAction.ViewChange(m.NewView.Value)) { Whole = m.StatementDigest });
    }

    // What the view-change reports and the specification does not know yet, it learns from what is at hand.
    private StepJudgement? Explain(ViewChange m)
    {
        if (StableUpTo(m.Stable.SequenceNumber) is { } stable) return stable;
        if (m.Stable.SequenceNumber.Value > Replica.Stable.SequenceNumber)
        {
            var entered = _newViews.Values.Where(v => v.View < m.NewView && BaseOf(v) == m.Stable.SequenceNumber.Value).MaxBy(v => v.View);
            if (entered is not null && EnterView(entered.View, entered.StatementDigest) is { } entering) return entering;
        }

        foreach (var certificate in m.Prepared)
        {
            var n = certificate.SequenceNumber.Value;
            if (Replica.PreparedAt(n) is { } known && known.View >= certificate.View.Value) continue;
            if (DecideBy(n, _translation.Of(certificate)) is { } deciding) return deciding;
        }

        return null;
    }

    private SpecViewChange OwnViewChange(ViewNumber view) => new(view.Value, Replica.Stable, Replica.Prepared.Values, _self.Value);

    private bool DiffersInVotersOnly(SpecViewChange sent, SpecViewChange follows)
    {
        var same = sent.Stable.SequenceNumber == follows.Stable.SequenceNumber && sent.Stable.Digest == follows.Stable.Digest
            && sent.Prepared.Values.Select(Place).SequenceEqual(follows.Prepared.Values.Select(Place));
        return same && IsAtHand(sent.Stable) && sent.Prepared.Values.All(IsAtHand);
    }

    private static (long View, long N, int Digest, int NewView) Place(SpecPrepared c) => (c.View, c.SequenceNumber, c.Digest, c.NewView);

    private bool IsAtHand(SpecCheckpoint c) => c.SequenceNumber == 0 || c.Signers.Length >= _translation.Configuration.Quorum;

    private bool IsAtHand(SpecPrepared c)
    {
        var primary = (int)(c.View % _translation.Configuration.Replicas);
        return c.Voters.Length >= _translation.Configuration.Quorum && c.Voters.Contains(primary)
            && c.Voters.All(voter => _judge.Peer.Has(voter == primary
                ? SpecMessage.PrePrepare(c.View, c.SequenceNumber, c.Digest, c.NewView)
                : SpecMessage.Prepare(c.View, c.SequenceNumber, c.Digest, c.NewView, voter)));
    }

    private static StepJudgement? After(Action action)
    {
        action();
        return null;
    }
}
