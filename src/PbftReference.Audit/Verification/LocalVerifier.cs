using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Phases;
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
public sealed record StepRefusal(string Event, string Action, string Guard, string Values)
{
    /// <summary>What the specification would have allowed there, the nearest to what was refused first; a few.</summary>
    public ImmutableArray<EnabledAct> Enabled { get; init; } = [];

    /// <summary>With whom it does not agree; null if it is about one replica alone.</summary>
    internal Disagreement? Disagreement { get; init; }
}

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
    private readonly Projection _projection;
    private readonly SpecJudge _judge;
    private readonly Obligations _obligations;
    private readonly Abstraction? _abstraction;

    /// <summary>A replica before its first step.</summary>
    /// <param name="translation">The cluster's.</param>
    /// <param name="self">The replica.</param>
    /// <param name="lockStep">Whether the states are compared after each step.</param>
    /// <param name="isFaulty">Which replicas are faulty; for the counts only.</param>
    /// <param name="beginning">The snapshot from which on its steps are judged; null for its first step.</param>
    public LocalVerifier(
        SpecTranslation translation, ReplicaId self, bool lockStep = false, Func<ReplicaId, bool>? isFaulty = null, SnapshotBeginning? beginning = null)
    {
        ArgumentNullException.ThrowIfNull(translation);
        _projection = new Projection(translation, self);
        _judge = new SpecJudge(translation, self, isFaulty ?? (_ => false), beginning?.Peer(translation));
        _obligations = new Obligations(translation.Model, _judge.Peer, self.Value);
        _judge.Obligations = _obligations;
        _abstraction = lockStep ? new Abstraction(translation) : null;
        State = beginning?.Snapshot.State ?? ReplicaState.Genesis(translation.Configuration, self);
        foreach (var message in beginning?.Delivered(translation) ?? []) _obligations.Had(message);
    }

    /// <summary>The folded state.</summary>
    public ReplicaState State { get; private set; }

    /// <summary>The specification's replica.</summary>
    public SpecReplica Replica => _judge.Peer.Replica;

    /// <summary>How many messages the oracle remembers.</summary>
    public int Remembered => _judge.Peer.LogSize;

    /// <summary>What the log contained so far.</summary>
    public Counts Counts => _judge.Counts;

    /// <summary>Adds the numbers that a later verdict can depend on.</summary>
    public void AddTo(SpecNumbers numbers)
    {
        _judge.Peer.AddTo(numbers);
        _obligations.AddTo(numbers);
    }

    /// <summary>Judges the next step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="traffic">What came in and went out.</param>
    /// <returns>Null if it is accepted. After a refusal the verifier must not be used further.</returns>
    public StepRefusal? Accept(Step step, out StepTraffic traffic)
    {
        _judge.Begin();
        var refusal = Accept(step);
        traffic = _judge.Traffic;
        return refusal is null ? null : refusal with { Enabled = _judge.Nearest() };
    }

    private StepRefusal? Accept(Step step)
    {
        ReplicaEvent? notTaken = null;
        foreach (var replicaEvent in step.Events)
        {
            var before = State;
            if (before.Phase == ReplicaPhase.Recovering && replicaEvent is not Started) return NotStarted(replicaEvent);
            if (!Intake.IsRight(replicaEvent, step, before)) notTaken ??= replicaEvent;
            var after = TryFold(before, replicaEvent, out var unfoldable);
            foreach (var projected in _projection.Of(replicaEvent, step.Input, before, after))
            {
                if (_judge.Judge(projected) is { } refusal) return refusal;
            }

            if (after is null) return SpecJudge.Refuse(replicaEvent.Kind, "", RecordGuards.FollowsFromLog, unfoldable!);
            State = after;
            if (after.Low != before.Low) Forget();
        }

        // After the events, so that what the specification has against one of them is named first.
        if (notTaken is not null) return NotTaken(notTaken, step);
        if (_obligations.LeftUndone(State) is { } duty) return Undone(step, duty);
        return _abstraction?.Difference(State, _judge.Peer.Replica) is { } difference
            ? new StepRefusal("", "", RecordGuards.LockStep, difference.ToString())
            : null;
    }

    private void Forget()
    {
        _judge.Peer.Prune();
        _obligations.Forget();
    }

    private static StepRefusal NotStarted(ReplicaEvent replicaEvent) =>
        SpecJudge.Refuse(replicaEvent.Kind, "", RecordGuards.FollowsFromLog, "the replica has not started: its first record is that it did");

    private static StepRefusal NotTaken(ReplicaEvent replicaEvent, Step step) => SpecJudge.Refuse(
        replicaEvent.Kind, "", RecordGuards.TakenFromInput, step.Refusal is { } refusal
            ? $"the input was refused as {Names.Refusals.Of(refusal)}, and {Names.Events.Of(replicaEvent.Kind)} took it"
            : $"{Names.Events.Of(replicaEvent.Kind)} holds what {Names.RecordTypeOf(step.Input)} did not bring, and what did not wait");

    private StepRefusal Undone(Step step, SpecDuty duty)
    {
        var owed = RefusedAct.Of(duty);
        _judge.Refused(owed);
        return new StepRefusal(
            step.Events.IsEmpty ? "" : Names.Events.Of(step.Events[^1].Kind), owed.Action, RecordGuards.NothingLeftUndone,
            $"{duty.Name} {duty.Number}: it could be done with what had come by then, and is not done");
    }

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
}
