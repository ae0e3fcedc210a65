using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.State;

namespace PbftReference.Core;

/// <summary>A decision: the step, and the state after it.</summary>
/// <param name="Step">Input, events, refusal, effects.</param>
/// <param name="State">The state with the step's events folded in; the very same object if there are none.</param>
public readonly record struct Decision(Step Step, ReplicaState State);

/// <summary>The replica as a function: (state, input) to step. It has no clock, no randomness, no thread and no memory of its own.</summary>
public static class Replica
{
    /// <summary>Decides one input: its own rule first, then every rule that has become enabled, until none is.</summary>
    public static Decision Decide(ReplicaState state, Input input)
    {
        var turn = new Turn(state, input);
        if (IsRunning(state) || input is ReplicaStarted)
        {
            Dispatch(turn, input);
            Quiesce(turn);
        }
        else
        {
            turn.Refuse(Refusal.NotRunning);
        }

        TimerRules.Arm(turn, state);
        return new Decision(turn.ToStep(), turn.ToState());
    }

    private static bool IsRunning(ReplicaState state) => state.Phase is ReplicaPhase.Normal or ReplicaPhase.ViewChanging;

    private static void Dispatch(Turn turn, Input input)
    {
        switch (input)
        {
            case ReplicaStarted started: OnStarted(turn, started); break;
            case MessageReceived received: OnMessage(turn, received.Message, received.Signature); break;
            case TimerExpired expired: TimerRules.OnExpired(turn, expired.Timer); break;
            case ExecutionCompleted completed: ExecutionRules.OnCompleted(turn, completed); break;
            case StateStaged staged: TransferRules.OnStaged(turn, staged); break;
            case StateInstalled installed: TransferRules.OnInstalled(turn, installed); break;
            default: throw new InvalidOperationException($"no rule for {input.GetType().Name}");
        }
    }

    /// <summary>The outbox is derived anew from the state: sending again is harmless, and what was lost with the process is made up.</summary>
    private static void OnStarted(Turn turn, ReplicaStarted started)
    {
        turn.Emit(new Started(started.Incarnation));
        var state = turn.State;
        if (state.Phase == ReplicaPhase.ViewChanging) turn.Multicast(state.ViewChanges[state.Self.Value]!.Statement);
        if (state.Phase != ReplicaPhase.Halted) turn.Multicast(StatusRules.StatusOf(state));
    }

    private static void OnMessage(Turn turn, Message message, Signature signature)
    {
        if (message is ReplicaMessage { Replica: var sender } && !turn.Configuration.IsMember(sender))
        {
            turn.Refuse(Refusal.NotAMember);
            return;
        }

        switch (message)
        {
            case Request m: RequestRules.OnRequest(turn, m, signature); break;
            case PrePrepare m: AgreementRules.OnPrePrepare(turn, m, signature); break;
            case Prepare m: AgreementRules.OnPrepare(turn, m, signature); break;
            case Commit m: AgreementRules.OnCommit(turn, m, signature); break;
            case Checkpoint m: CheckpointRules.OnCheckpoint(turn, m, signature); break;
            case ViewChange m: ViewChangeRules.OnViewChange(turn, m, signature); break;
            case NewView m: NewViewRules.OnNewView(turn, m, signature); break;
            case Status m: StatusRules.OnStatus(turn, m); break;
            case FetchBatch m: StatusRules.OnFetchBatch(turn, m); break;
            case BatchData m: AgreementRules.OnBatchData(turn, m); break;
            case FetchNewView m: NewViewRules.OnFetchNewView(turn, m); break;
            case CommitProof m: AgreementRules.OnCommitProof(turn, m); break;
            case StableProof m: CheckpointRules.OnStableProof(turn, m); break;
            case FetchState m: TransferRules.OnFetchState(turn, m); break;
            case StateManifest m: TransferRules.OnManifest(turn, m); break;
            case StatePages m: TransferRules.OnPages(turn, m); break;
            case Reply: turn.Refuse(Refusal.NotAskedFor); break;
            default: throw new InvalidOperationException($"no rule for {message.GetType().Name}");
        }
    }

    /// <summary>Runs the rules that need no input until none is enabled.</summary>
    private static void Quiesce(Turn turn)
    {
        if (turn.EventCount == 0) return;
        int before;
        do
        {
            if (!IsRunning(turn.State)) return;
            before = turn.EventCount;
            ViewChangeRules.AcceptDeferred(turn);
            ViewChangeRules.Join(turn);
            NewViewRules.SendNewView(turn);
            NewViewRules.EnterView(turn);
            CheckpointRules.SendCheckpoint(turn);
            CheckpointRules.MakeStable(turn);
            if (!IsRunning(turn.State)) return;
            ExecutionRules.ExecuteNext(turn);
            TransferRules.StartIfBehind(turn);
            RequestRules.Propose(turn);
            ViewChangeRules.EndPlannedView(turn);
        }
        while (turn.EventCount != before);
    }
}
