using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;

namespace PbftReference.Core.Rules;

/// <summary>Execution in order (paper section 4.2), each request once (section 4.1).</summary>
public static class ExecutionRules
{
    /// <summary>
    /// Section 4.2: a committed batch is executed when all with lower numbers are. One at a time, asynchronously. The null request and a
    /// batch whose requests were all executed before change nothing and complete at once. Nothing is executed past a checkpoint before
    /// it is taken.
    /// </summary>
    internal static void ExecuteNext(Turn turn)
    {
        while (turn.State.Execution == ExecutionPhase.Idle && Predicates.TryNextDecided(turn.State, out var batch))
        {
            var n = turn.State.LastExecuted.Next;
            var runnable = batch is null ? [] : turn.State.Clients.Runnable(batch);
            if (runnable.IsEmpty)
            {
                turn.Emit(new BatchExecuted(n, [], turn.State.ServiceDigest));
                if (n.Value % turn.Configuration.CheckpointPeriod == 0) return;
            }
            else
            {
                turn.Emit(new ExecutionStarted(n));
                turn.Do(new Execute(n, runnable));
            }
        }
    }

    /// <summary>The service executed the batch: its results are cached, answered, and part of the state from now on.</summary>
    internal static void OnCompleted(Turn turn, ExecutionCompleted completed)
    {
        var state = turn.State;
        if (state.Execution != ExecutionPhase.Executing || completed.SequenceNumber != state.LastExecuted.Next)
        {
            turn.Refuse(Refusal.NotAskedFor);
            return;
        }

        var runnable = RunnableNext(state);
        turn.Emit(new BatchExecuted(completed.SequenceNumber, completed.Results, completed.ServiceDigest));
        for (var i = 0; i < runnable.Length; i++) RequestRules.Reply(turn, runnable[i].Id, completed.Results[i]);
    }

    /// <summary>The requests that the service was given with the batch that is being executed.</summary>
    public static ImmutableArray<Request> RunnableNext(ReplicaState state) =>
        Predicates.TryNextDecided(state, out var batch) && batch is not null ? state.Clients.Runnable(batch) : [];
}
