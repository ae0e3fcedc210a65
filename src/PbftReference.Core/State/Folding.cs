using System.Runtime.InteropServices;
using PbftReference.Core.Events;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>
/// Immutable outside, transient inside: the window of places is copied once, before the first change to it, changed in place while events are
/// applied, and published with the last state. The states in between share it and must not be kept.
/// </summary>
/// <param name="state">The state before the first event.</param>
internal sealed partial class Folding(ReplicaState state)
{
    private Slot[]? _window;

    public ReplicaState State { get; private set; } = state;

    public void Apply(ReplicaEvent replicaEvent)
    {
        switch (replicaEvent.Kind)
        {
            case EventKind.Started: OnStarted(); break;
            case EventKind.RequestAccepted: State = State with { Queue = State.Queue.Add(((RequestAccepted)replicaEvent).Request) }; break;
            case EventKind.BatchTimeReached: State = State with { BatchDue = true }; break;
            case EventKind.PrePrepareSent: On((PrePrepareSent)replicaEvent); break;
            case EventKind.PrePrepareAccepted: On((PrePrepareAccepted)replicaEvent); break;
            case EventKind.PrepareSent: On((PrepareSent)replicaEvent); break;
            case EventKind.PrepareAccepted: On((PrepareAccepted)replicaEvent); break;
            case EventKind.Prepared: On((Prepared)replicaEvent); break;
            case EventKind.CommitSent: On((CommitSent)replicaEvent); break;
            case EventKind.CommitAccepted: On((CommitAccepted)replicaEvent); break;
            case EventKind.CommittedLocal: On((CommittedLocal)replicaEvent); break;
            case EventKind.CommitProofAccepted: On((CommitProofAccepted)replicaEvent); break;
            case EventKind.BatchAccepted: On((BatchAccepted)replicaEvent); break;
            case EventKind.ExecutionStarted: MoveExecution(ExecutionTrigger.Execute); break;
            case EventKind.BatchExecuted: On((BatchExecuted)replicaEvent); break;
            case EventKind.CheckpointSent: On((CheckpointSent)replicaEvent); break;
            case EventKind.CheckpointAccepted: On((CheckpointAccepted)replicaEvent); break;
            case EventKind.StableProofAccepted: State = State with { KnownStable = ((StableProofAccepted)replicaEvent).Certificate }; break;
            case EventKind.CheckpointStable: On((CheckpointStable)replicaEvent); break;
            case EventKind.ProgressNoted: State = State with { NotedExecuted = ((ProgressNoted)replicaEvent).LastExecuted }; break;
            case EventKind.TransferStarted: On((TransferStarted)replicaEvent); break;
            case EventKind.ManifestAccepted: On((ManifestAccepted)replicaEvent); break;
            case EventKind.TransferStaged: On((TransferStaged)replicaEvent); break;
            case EventKind.PagesAccepted: On((PagesAccepted)replicaEvent); break;
            case EventKind.TransferCompleted: On((TransferCompleted)replicaEvent); break;
            case EventKind.ViewChangeSent: On((ViewChangeSent)replicaEvent); break;
            case EventKind.ViewChangeAccepted: On((ViewChangeAccepted)replicaEvent); break;
            case EventKind.ViewChangeDeferred: On((ViewChangeDeferred)replicaEvent); break;
            case EventKind.NewViewSent: On((NewViewSent)replicaEvent); break;
            case EventKind.NewViewAccepted: On((NewViewAccepted)replicaEvent); break;
            case EventKind.NewViewDeferred: On((NewViewDeferred)replicaEvent); break;
            case EventKind.NewViewWanted: State = State with { WantedNewViews = State.WantedNewViews.Add(((NewViewWanted)replicaEvent).NewView) }; break;
            case EventKind.ViewEntered: On((ViewEntered)replicaEvent); break;
            case EventKind.EvidenceKept: State = State with { Accused = State.Accused.Add(((EvidenceKept)replicaEvent).Accused) }; break;
            case EventKind.Halted: MoveReplica(ReplicaTrigger.Halt); break;
            default: throw new UnfoldableEventException($"no event of kind {replicaEvent.Kind} is known");
        }
    }

    private void OnStarted()
    {
        MoveReplica(ReplicaTrigger.Start);
        MoveExecution(ExecutionTrigger.Start);
        State = State with { Transfer = null };
    }

    private void MoveReplica(ReplicaTrigger trigger)
    {
        var next = ReplicaPhases.Table.Next(State.Phase, trigger);
        if (next != State.Phase) State = State with { Phase = next };
    }

    private void MoveExecution(ExecutionTrigger trigger)
    {
        var next = ExecutionPhases.Table.Next(State.Execution, trigger);
        if (next != State.Execution) State = State with { Execution = next };
    }

    private static Slot Move(Slot slot, SlotTrigger trigger) => slot with { Phase = SlotPhases.Table.Next(slot.Phase, trigger) };

    private Slot SlotAt(SequenceNumber n)
    {
        if (!Predicates.InWindow(State, n))
        {
            throw new UnfoldableEventException($"place {n} is not in ({State.Low}, {State.High}]");
        }

        return State.Window[(int)(n.Value % State.Window.Length)];
    }

    private void Put(Slot slot)
    {
        var window = _window ?? OwnWindow();
        window[(int)(slot.SequenceNumber.Value % window.Length)] = slot;
    }

    private Slot[] OwnWindow()
    {
        _window = [.. State.Window];
        State = State with { Window = ImmutableCollectionsMarshal.AsImmutableArray(_window) };
        return _window;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new UnfoldableEventException(otherwise);
    }
}
