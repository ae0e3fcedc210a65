using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>Why a step is refused.</summary>
/// <param name="Event">The recorded event's name.</param>
/// <param name="Action">The specification's action, or <c>Deliver</c>.</param>
/// <param name="Guard">The guard that is false.</param>
/// <param name="Values">The values that it speaks of.</param>
public sealed record StepRefusal(string Event, string Action, string Guard, string Values);

/// <summary>What a step that is accepted brought in and sent out.</summary>
/// <param name="Delivered">The signed statements that came in.</param>
/// <param name="Sent">The statements that the replica sent.</param>
public sealed record StepTraffic(IReadOnlyList<DeliveredStatement> Delivered, IReadOnlyList<Statement> Sent)
{
    /// <summary>Nothing.</summary>
    public static StepTraffic None { get; } = new([], []);
}

/// <summary>
/// Judges one replica by its own log alone: a fold over its steps, in order. After each step nothing of it may be refused by the
/// specification. Memory is bounded by the window: at each stable checkpoint the oracle forgets what no later verdict depends on.
/// </summary>
public sealed class LocalVerifier
{
    private readonly SpecTranslation _translation;
    private readonly Projection _projection;
    private readonly StatementReading _reading;
    private readonly SpecPeer _peer;
    private readonly Obligations _obligations;
    private readonly Abstraction? _abstraction;
    private readonly Func<ReplicaId, bool> _isFaulty;
    private List<DeliveredStatement> _delivered = [];
    private List<Statement> _sent = [];

    /// <summary>A replica before its first step.</summary>
    /// <param name="translation">The cluster's.</param>
    /// <param name="self">The replica.</param>
    /// <param name="lockStep">Whether the states are compared after each step.</param>
    /// <param name="isFaulty">Which replicas are faulty; for the counts only.</param>
    public LocalVerifier(SpecTranslation translation, ReplicaId self, bool lockStep = false, Func<ReplicaId, bool>? isFaulty = null)
    {
        ArgumentNullException.ThrowIfNull(translation);
        _translation = translation;
        _projection = new Projection(translation, self);
        _reading = new StatementReading(translation);
        _peer = new SpecPeer(translation.Model, self.Value);
        _obligations = new Obligations(translation.Model, _peer, self.Value);
        _abstraction = lockStep ? new Abstraction(translation) : null;
        _isFaulty = isFaulty ?? (_ => false);
        State = ReplicaState.Genesis(translation.Configuration, self);
    }

    /// <summary>The folded state.</summary>
    public ReplicaState State { get; private set; }

    /// <summary>The specification's replica.</summary>
    public SpecReplica Replica => _peer.Replica;

    /// <summary>How many messages the oracle remembers.</summary>
    public int Remembered => _peer.LogSize;

    /// <summary>What the log contained so far.</summary>
    public Counts Counts { get; } = new();

    /// <summary>Judges the next step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="traffic">What came in and went out.</param>
    /// <returns>Null if it is accepted. After a refusal the verifier must not be used further.</returns>
    public StepRefusal? Accept(Step step, out StepTraffic traffic)
    {
        (_delivered, _sent) = ([], []);
        var refusal = Accept(step);
        traffic = new StepTraffic(_delivered, _sent);
        return refusal;
    }

    private StepRefusal? Accept(Step step)
    {
        foreach (var replicaEvent in step.Events)
        {
            var before = State;
            var after = TryFold(before, replicaEvent, out var unfoldable);
            foreach (var projected in _projection.Of(replicaEvent, step.Input, before, after))
            {
                if (Judge(projected) is { } refusal) return refusal;
            }

            if (after is null) return Refuse(replicaEvent.Kind, "", RecordGuards.FollowsFromLog, unfoldable!);
            State = after;
            if (after.Low != before.Low) Forget();
        }

        if (_obligations.LeftUndone(State) is { } duty) return Undone(step, duty);
        return _abstraction?.Difference(State, _peer.Replica) is { } difference
            ? new StepRefusal("", "", RecordGuards.LockStep, difference.ToString())
            : null;
    }

    private void Forget()
    {
        _peer.Prune();
        _obligations.Forget();
    }

    private static StepRefusal Undone(Step step, SpecDuty duty) => new(
        step.Events.IsEmpty ? "" : Names.Events.Of(step.Events[^1].Kind), "", RecordGuards.NothingLeftUndone,
        $"{duty.Name} {duty.Number}: it could be done with what had come by then, and is not done");

    private static ReplicaState? TryFold(ReplicaState state, ReplicaEvent replicaEvent, out string? unfoldable)
    {
        unfoldable = null;
        try
        {
            return Fold.Event(state, replicaEvent);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            unfoldable = e.Message;
            return null;
        }
    }

    private static StepRefusal Refuse(EventKind source, string action, string guard, string values) =>
        new(Names.Events.Of(source), action, guard, values);

    private StepRefusal? Judge(ProjectedEvent projected) => projected switch
    {
        DeliverEvent e => Deliver(e),
        ActEvent e => Act(e),
        BaselessEvent e => Refuse(e.Source, "", RecordGuards.FollowsFromLog, e.Explanation),
        _ => throw new InvalidOperationException($"no judgement of {projected.GetType().Name}"),
    };

    private StepRefusal? Deliver(DeliverEvent e)
    {
        _obligations.Came(e.Message);
        if (!_peer.Deliver(e.Message)) return Refuse(e.Source, "Deliver", "NewViewKnown", "a certificate in it names a new-view that is not at hand");
        _delivered.AddRange(e.Statements);
        Counts.Add("deliveries");
        if (e.Source == EventKind.CommitProofAccepted && e.From is not null) Counts.Add("commit-proofs");
        if (e.From is { } from && _isFaulty(from)) Counts.Add("faulty-messages");
        return null;
    }

    private StepRefusal? Act(ActEvent e)
    {
        if (e.Execution is { } execution && CheckExecution(e, execution) is { } wrong) return wrong;
        var before = _peer.Replica;
        if (_peer.Act(e.Action, out var sent) is { } guard)
        {
            return Refuse(e.Source, e.Action.Name, guard, GuardValues.Describe(guard, _translation, _peer, e.Action));
        }

        if (CheckClaims(e, before, sent) is { } differs) return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, differs);
        foreach (var message in sent)
        {
            _obligations.Sent(message);
            if (message.Statement != SpecStatementKind.None) _sent.Add(_reading.Sent(message, State.Self, e.Whole));
        }

        Count(e);
        return null;
    }

    // The service's part of an execution is registered before the specification asks for it.
    private StepRefusal? CheckExecution(ActEvent e, BatchExecuted execution)
    {
        var next = _peer.Replica.LastExecuted + 1;
        if (execution.SequenceNumber.Value != next)
        {
            return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"{execution.SequenceNumber} is recorded as executed, and the next is {next}");
        }

        if (_peer.NextBatch is not { } batch || !_translation.Model.Knows(batch)) return null;
        var requests = _peer.Runnable(batch);
        if (requests.Length != execution.Results.Length)
        {
            return Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"{execution.Results.Length} results are recorded, and {requests.Length} requests of the batch take effect");
        }

        var (service, recorded) = (_peer.Replica.State.Service, _translation.Number(execution.ServiceDigest));
        if (requests.IsEmpty)
        {
            return service == recorded ? null : Refuse(e.Source, e.Action.Name, RecordGuards.AsRecorded, $"nothing takes effect at {next}, and another service digest is recorded after it");
        }

        var deterministic = _translation.Model.DefineExecution(service, requests, recorded, execution.Results.Select(_translation.Numbers.Of));
        return deterministic
            ? null
            : Refuse(e.Source, e.Action.Name, RecordGuards.ServiceDeterministic, $"executing {next} gave {execution.ServiceDigest.ToShortString()} here, and elsewhere the same requests on the same state gave another digest or other results");
    }

    private string? CheckClaims(ActEvent e, SpecReplica before, IReadOnlyList<SpecMessage> sent)
    {
        if (e.Claimed is { } claimed && !sent.Contains(claimed))
        {
            return $"recorded is {GuardValues.Describe(claimed, _translation)}, and the action sends {string.Join(", ", sent.Select(m => GuardValues.Describe(m, _translation)))}";
        }

        if (e.Source != EventKind.ViewChangeSent) return null;
        var viewChange = sent.Single().ViewChangeContent!;
        var follows = _translation.DigestOf(viewChange);
        return follows == e.Whole
            ? null
            : $"the view-change {e.Whole.ToShortString()} is recorded, and {follows.ToShortString()} follows from h = {before.Stable.SequenceNumber} and the prepared certificates for {GuardValues.Join(viewChange.Prepared.Keys)}";
    }

    private void Count(ActEvent e)
    {
        switch (e.Source)
        {
            case EventKind.PrePrepareSent: Counts.Add(e.Action.Digest == 0 ? "null-requests" : "proposals"); break;
            case EventKind.PrepareSent: Counts.Add("votes"); break;
            case EventKind.CommitSent: Counts.Add("prepared"); break;
            case EventKind.CommittedLocal or EventKind.CommitProofAccepted: Counts.Add("committed"); break;
            case EventKind.BatchExecuted: Counts.Add("executed"); break;
            case EventKind.CheckpointSent: Counts.Add("checkpoints"); break;
            case EventKind.CheckpointStable: Counts.Add("stable"); break;
            case EventKind.TransferCompleted: Counts.Add("transfers"); break;
            case EventKind.Started: Counts.Add("restarts"); break;
            case EventKind.ViewChangeSent: Counts.Add("view-changes"); break;
            case EventKind.NewViewSent: Counts.Add("new-views"); Counts.Add("views-entered"); break;
            case EventKind.ViewEntered: Counts.Add("views-entered"); break;
            default: break;
        }

        Counts.Add("null-fills", e.NullFills);
    }
}
