using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Trace;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>
/// Infers the specification's events of one replica from the steps of a trace without records, and judges each: deliveries from what was
/// received, actions from what was sent, executed, made stable and installed. What is not written, that a view was entered or a place decided,
/// is inferred when something rests on it. No search: each inference is the only one that the messages at hand allow, or the first.
/// </summary>
internal sealed partial class TraceInference
{
    private readonly SpecTranslation _translation;
    private readonly ReplicaId _self;
    private readonly TraceTerms _terms;
    private readonly StatesAtHand _states;
    private readonly TraceDeliveries _deliveries;
    private readonly StatementReading _reading;
    private readonly SpecJudge _judge;
    private readonly TraceDuties _duties;
    private readonly VotesAtHand _votes;
    private readonly PaperNewViews _paperNewViews;
    private readonly HashSet<Statement> _said = [];
    private readonly HashSet<ViewNumber> _asked = [];
    private readonly List<DeliverEvent> _waiting = [];
    private readonly Dictionary<Digest, NewView> _newViews = [];
    private TraceStep _step = null!;
    private Queue<TraceExecution> _executions = [];
    private Queue<TraceCheckpoint> _stable = [];
    private Queue<TraceCheckpoint> _installed = [];
    private bool _started;
    private bool _laterViews;
    private int _noted;

    /// <summary>A replica before its first step.</summary>
    /// <param name="translation">The cluster's.</param>
    /// <param name="self">The replica.</param>
    /// <param name="terms">The profile's.</param>
    /// <param name="states">The states that are signed for.</param>
    /// <param name="isFaulty">Which replicas are faulty; for the counts only.</param>
    /// <param name="within">In how many steps a replica does what it can; null if nothing was declared.</param>
    public TraceInference(
        SpecTranslation translation, ReplicaId self, TraceTerms terms, StatesAtHand states, Func<ReplicaId, bool> isFaulty, long? within = null)
    {
        (_translation, _self, _terms, _states) = (translation, self, terms, states);
        _deliveries = new TraceDeliveries(translation, terms);
        _reading = new StatementReading(translation);
        _judge = new SpecJudge(translation, self, isFaulty);
        _judge.Obligations = _duties = new TraceDuties(translation.Configuration, translation.Model, _judge.Peer, self.Value, within);
        _votes = new VotesAtHand(translation.Configuration, translation);
        _paperNewViews = new PaperNewViews(translation.Configuration, terms.Profile, self);
    }

    /// <summary>The specification's replica.</summary>
    public SpecReplica Replica => _judge.Peer.Replica;

    /// <summary>What happened so far.</summary>
    public Counts Counts => _judge.Counts;

    /// <summary>Judges the next step.</summary>
    public StepJudgement Accept(TraceStep step)
    {
        _judge.Begin();
        (_step, _noted) = (step, 0);
        (_executions, _stable, _installed) = (new(step.Executions), new(step.Stable), new(step.Installed));
        var end = new SequenceNumber(long.MaxValue);
        var judgement = Start() ?? Receive() ?? Send() ?? ExecuteUpTo(end) ?? StableUpTo(end) ?? LeftUndone() ?? new StepJudgement(_judge.Traffic);
        return judgement.Refusal is { } refusal ? judgement with { Refusal = refusal with { Enabled = _judge.Nearest() } } : judgement;
    }

    private StepJudgement? Start()
    {
        var again = _started && _step.Restart;
        if (again) _duties.Restarted();
        _started = true;
        return again ? Act(new ActEvent(EventKind.Started, SpecAction.Restart)) : null;
    }

    private StepJudgement? Receive()
    {
        if (_step.Receive is not { } received) return null;
        _laterViews |= received.Statement is { View.Value: > 0 };
        if (received.Statement is { Kind: MessageKind.ViewChange } paper) _paperNewViews.Add(paper);
        if (TraceTerms.Read(received) is not { } read || (read.Message as ReplicaMessage)?.Replica == _self) return null;
        foreach (var delivery in _deliveries.Of(read.Message, read.Signature))
        {
            if (_judge.Judge(delivery) is null) Note(delivery);
            else _waiting.Add(delivery);
        }

        if (read.Message is CommitProof proof) Note(proof);
        if (read.Message is StableProof stable) _votes.Add(stable.Certificate);
        if (read.Message is ViewChange viewChange) _votes.Add(viewChange.Stable);
        if (read.Message is NewView newView) Note(newView);
        return null;
    }

    private void Note(CommitProof proof)
    {
        _votes.Add(proof);
        var (commits, prepared) = (_translation.Of(proof.Commit), _translation.Of(proof.Prepared));
        var quorum = _translation.Configuration.Quorum;
        var isWhole = commits.Signers.Length >= quorum && prepared.Voters.Length >= quorum && prepared.SequenceNumber == commits.SequenceNumber;
        if (isWhole && prepared.Digest == commits.Digest) _duties.Proved(commits.SequenceNumber);
    }

    private void Note(NewView newView)
    {
        if (_translation.Configuration.PrimaryOf(newView.View) == newView.Replica) _newViews.TryAdd(newView.StatementDigest, newView);
        DeliverWaiting();
    }

    // What names a new-view that is not at hand waits until it is.
    private void DeliverWaiting()
    {
        for (var again = true; again;)
        {
            var taken = _waiting.Where(delivery => _judge.Judge(delivery) is null).ToList();
            foreach (var delivery in taken) Note(delivery);
            again = taken.Count > 0 && _waiting.RemoveAll(taken.Contains) > 0;
        }
    }

    private void Note(DeliverEvent delivery)
    {
        var direct = delivery.Statements.Count == 1 && delivery.Message.Statement != SpecStatementKind.None;
        foreach (var statement in delivery.Statements) _votes.Add(statement.Statement, direct);
    }

    /// <summary>Judges an action, and notes what it sent.</summary>
    private StepJudgement? Act(ActEvent e)
    {
        if (e.Action is { Name: "LCommitted", SequenceNumber: { } n }) _duties.Deciding(n, _step.Number);
        if (_judge.Judge(e) is { } refusal) return Refused(refusal, e.Action);
        var sent = _judge.Traffic.Sent;
        for (; _noted < sent.Count; _noted++)
        {
            _said.Add(sent[_noted]);
            _votes.Add(sent[_noted], direct: true);
        }

        return null;
    }

    private StepJudgement? Refused(StepRefusal refusal, SpecAction action)
    {
        if (!_terms.IsWhole && refusal.Guard == "BatchAtHand")
        {
            return Gap($"{refusal.Values}: no pre-prepare that it received carries the batch");
        }

        var needsViews = refusal.Guard is "CommitCertificateValid" or "PreparedCertificateValid" or "VotesDelivered" or "CommitsDelivered"
            or "CheckpointsDelivered" or "CheckpointCertificateValid" or "AboveLowWatermark" or "BetweenWatermarks" or "CommittedNext"
            or "WeakCertificateValid" or "ViewReached" or "ProposalStands";
        return !_terms.IsWhole && _laterViews && needsViews
            ? Gap($"{action.Name} may rest on a later view, and profile {_terms.Name} carries neither the certificates in view-changes and new-views nor which new-view a vote relies on")
            : new StepJudgement(null, refusal);
    }

    private StepJudgement Gap(string what) =>
        new(null, null, $"replica {_self} is judged up to its step {_step.Number} and no further: {what}");

    private StepJudgement Baseless(EventKind source, string action, string guard, string values)
    {
        _judge.Refused(RefusedAct.Of(action, Replica));
        return new StepJudgement(null, new StepRefusal(Names.Events.Of(source), action, guard, values));
    }

    private void Prune()
    {
        _judge.Peer.Prune();
        _duties.Forget();
        _votes.Prune(Replica.Stable.SequenceNumber);
        if (_waiting.Count > 0) DeliverWaiting();
    }
}
