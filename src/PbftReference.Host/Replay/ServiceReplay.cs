using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Host.Replicas;

namespace PbftReference.Host.Replay;

/// <summary>
/// Folds recorded steps and brings the service along: executed batches are executed again, checkpoints kept, transferred pages
/// installed. Decides nothing; this is how a replica recovers.
/// </summary>
public static class ServiceReplay
{
    /// <summary>Folds one step.</summary>
    /// <exception cref="ReplayMismatchException">The service gave another result than the recorded one.</exception>
    public static ReplicaState Apply(ReplicaState state, Step step, ServiceRunner service)
    {
        if (!Concerns(step)) return Fold.Step(state, step);
        foreach (var replicaEvent in step.Events)
        {
            var before = state;
            state = Fold.Event(state, replicaEvent);
            Follow(before, state, step, replicaEvent, service);
        }

        return state;
    }

    private static bool Concerns(Step step)
    {
        foreach (var replicaEvent in step.Events)
        {
            if (IsServices(replicaEvent.Kind)) return true;
        }

        return false;
    }

    private static bool IsServices(EventKind kind) => kind is EventKind.BatchExecuted or EventKind.CheckpointSent or EventKind.CheckpointStable or EventKind.ViewEntered
        or EventKind.ManifestAccepted or EventKind.PagesAccepted or EventKind.TransferCompleted;

    private static void Follow(ReplicaState before, ReplicaState after, Step step, ReplicaEvent replicaEvent, ServiceRunner service)
    {
        switch (replicaEvent)
        {
            case BatchExecuted e: Execute(before, e, service); break;
            case CheckpointSent e: service.Keep(new TakeCheckpoint(e.SequenceNumber, e.StateDigest, after.Clients)); break;
            case CheckpointStable e: service.Discard(new DiscardCheckpoints(e.SequenceNumber)); break;
            case ViewEntered when after.Low > before.Low: service.Discard(new DiscardCheckpoints(after.Low)); break;
            case ManifestAccepted e: service.Stage(new StageState(e.Manifest.SequenceNumber, e.Manifest.ClientPages, e.Manifest.ServicePages, after.Transfer!.Attempt > 0)); break;
            case PagesAccepted e: service.Store(new StorePages(after.Transfer!.SequenceNumber, PagesOf(step, e))); break;
            case TransferCompleted e: service.Install(new InstallState(e.SequenceNumber, e.StateDigest)); break;
            default: break;
        }
    }

    private static ImmutableArray<StatePage> PagesOf(Step step, PagesAccepted accepted)
    {
        var pages = ((StatePages)((MessageReceived)step.Input).Message).Pages;
        return pages.RemoveAll(page => !accepted.Pages.Contains(page.Index));
    }

    private static void Execute(ReplicaState before, BatchExecuted recorded, ServiceRunner service)
    {
        var requests = ExecutionRules.RunnableNext(before);
        var result = service.Run(new Execute(recorded.SequenceNumber, requests));
        if (result.ServiceDigest != recorded.ServiceDigest)
        {
            throw new ReplayMismatchException(
                $"executing {recorded.SequenceNumber} again gave service digest {result.ServiceDigest}, recorded is {recorded.ServiceDigest}");
        }
    }
}

/// <summary>The service, run again on a recorded log, does something else: it is not deterministic, or the log is of another service.</summary>
public sealed class ReplayMismatchException : Exception
{
    /// <summary>Says what differs.</summary>
    public ReplayMismatchException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public ReplayMismatchException()
    {
    }

    /// <summary>Says what differs, and why.</summary>
    public ReplayMismatchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
