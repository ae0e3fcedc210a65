using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Phases;
using PbftReference.Core.State;

namespace PbftReference.Core.Rules;

/// <summary>A timer that should run: for what (two equal reasons are one countdown) and how long.</summary>
/// <param name="Reason">What it waits for.</param>
/// <param name="Detail">Which of them.</param>
/// <param name="Milliseconds">How long.</param>
internal readonly record struct Countdown(long Reason, long Detail, long Milliseconds);

/// <summary>
/// Which timers run follows from the state alone. After a step the timers that it asks for are compared with those before; a timer
/// starts anew only when what it waits for has changed. So none is forgotten, and after a restart they follow from the log.
/// </summary>
internal static class TimerRules
{
    private const int DoublingsAtMost = 16;

    /// <summary>Starts and stops timers after a step.</summary>
    public static void Arm(Turn turn, ReplicaState before)
    {
        if (ReferenceEquals(before, turn.State) && turn.Input is not TimerExpired) return;
        for (var timer = TimerKind.Batch; timer <= TimerKind.Transfer; timer++)
        {
            var gone = turn.Input is ReplicaStarted || turn.Input is TimerExpired expired && expired.Timer == timer;
            var was = gone ? null : Wanted(before, timer);
            var wanted = Wanted(turn.State, timer);
            if (wanted == was) continue;
            if (wanted is { } countdown) turn.Do(new StartTimer(timer, countdown.Milliseconds));
            else turn.Do(new StopTimer(timer));
        }
    }

    /// <summary>A timer ran out.</summary>
    public static void OnExpired(Turn turn, TimerKind timer)
    {
        if (Wanted(turn.State, timer) is null)
        {
            turn.Refuse(Refusal.TimerNotRunning);
            return;
        }

        switch (timer)
        {
            case TimerKind.Batch: RequestRules.OnBatchTimer(turn); break;
            case TimerKind.View: ViewChangeRules.Start(turn, turn.State.View.Next, ViewChangeReason.TimerExpired); break;
            case TimerKind.ViewChangeResend: turn.Multicast(turn.State.ViewChanges[turn.State.Self.Value]!.Statement); break;
            case TimerKind.NullRequest: RequestRules.OnNullRequestTimer(turn); break;
            case TimerKind.Status: StatusRules.OnTimer(turn); break;
            case TimerKind.Transfer: TransferRules.OnTimer(turn); break;
            default: throw new InvalidOperationException($"no rule for timer {timer}");
        }
    }

    /// <summary>Whether, for what and how long a timer should run in a state.</summary>
    public static Countdown? Wanted(ReplicaState state, TimerKind timer)
    {
        if (state.Phase is not (ReplicaPhase.Normal or ReplicaPhase.ViewChanging)) return null;
        return timer switch
        {
            TimerKind.Batch => Batch(state),
            TimerKind.View => state.Active ? RequestProgress(state) : NewViewArrival(state),
            TimerKind.ViewChangeResend => state.Active ? null : new Countdown(0, state.View.Value, state.Configuration.ResendViewChangeTimeout),
            TimerKind.NullRequest => KeepAlive(state),
            TimerKind.Status => state.Configuration.Replicas == 1 ? null : new Countdown(0, 0, state.Configuration.StatusTimeout),
            TimerKind.Transfer => Transfer(state),
            _ => throw new InvalidOperationException($"no rule for timer {timer}"),
        };
    }

    private static Countdown? Batch(ReplicaState state)
    {
        if (!state.Active || !state.IsPrimary || state.BatchDue || state.Queue.UnproposedCount == 0) return null;
        return new Countdown(state.View.Value, state.Queue.OldestUnproposed, state.Configuration.BatchTimeout);
    }

    /// <summary>
    /// Section 4.4: a backup waits for the execution of its oldest request, and of nothing else: others that progress do not put it
    /// off (defect D18 of Fabric). With no request of its own it waits for the lowest proposal that it accepted.
    /// </summary>
    private static Countdown? RequestProgress(ReplicaState state)
    {
        if (state.IsPrimary || state.Execution == ExecutionPhase.StateTransferring) return null;
        var length = ViewTimeout(state);
        if (state.Queue.Oldest is { } oldest) return new Countdown(state.View.Value, oldest.Arrival, length);
        var n = state.LastExecuted > state.Low ? state.LastExecuted.Next : state.Low.Next;
        for (; n <= state.High; n = n.Next)
        {
            var slot = state.SlotAt(n);
            if (slot.Phase != SlotPhase.Empty && slot.Decision is null) return new Countdown(state.View.Value, -n.Value - 1, length);
        }

        return null;
    }

    /// <summary>
    /// Section 4.5.2, read as it must be: the timer of a view runs from a quorum of view-changes for that view or later ones. Counting
    /// exactly that view, there is a run of seven replicas that is stuck for ever.
    /// </summary>
    private static Countdown? NewViewArrival(ReplicaState state)
    {
        if (ViewChangeRules.AskingForOrBeyond(state, state.View) < state.Configuration.Quorum) return null;
        return new Countdown(state.View.Value, long.MinValue, ViewTimeout(state));
    }

    /// <summary>Section 4.5.2: doubles with each view in which nothing was executed; once a view, however many view-changes come (defect D11).</summary>
    public static long ViewTimeout(ReplicaState state)
    {
        var doublings = Math.Min(DoublingsAtMost, Math.Max(0, state.View.Value - state.ProgressView.Value));
        return state.Configuration.RequestTimeout << (int)doublings;
    }

    private static Countdown? KeepAlive(ReplicaState state)
    {
        if (state.Configuration.NullRequestTimeout == 0 || !state.Active) return null;
        if (state.Queue.Count > 0 || RequestProgress(state) is not null) return null;
        var length = state.Configuration.NullRequestTimeout + (state.IsPrimary ? 0 : state.Configuration.RequestTimeout);
        return new Countdown(state.View.Value, state.IsPrimary ? state.LastAssigned.Value : state.LastExecuted.Value, length);
    }

    private static Countdown? Transfer(ReplicaState state)
    {
        if (state.Transfer is not { } transfer) return null;
        var left = transfer.Missing?.Count ?? (transfer.Manifest is null ? -2 : -1);
        return new Countdown((transfer.SequenceNumber.Value * 1024) + transfer.Attempt, left, state.Configuration.TransferTimeout);
    }
}
