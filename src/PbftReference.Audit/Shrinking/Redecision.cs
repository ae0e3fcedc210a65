using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;

namespace PbftReference.Audit.Shrinking;

/// <summary>A step that was decided again.</summary>
/// <param name="Before">The state before it.</param>
/// <param name="Step">The step.</param>
/// <param name="After">The state after it.</param>
public readonly record struct DecidedStep(ReplicaState Before, Step Step, ReplicaState After);

/// <summary>
/// Decides inputs by the code at hand, from the beginning. What the service answers is no input from outside: it is run, and answers at once.
/// </summary>
public static class Redecision
{
    /// <summary>Whether an input comes from outside, so that it may be left out; the others are answers to what the replica asked for.</summary>
    public static bool IsGiven(Input input) => input is not (ExecutionCompleted or StateStaged or StateInstalled);

    /// <summary>The steps that inputs from outside lead to, those without events left out, as a log leaves them out.</summary>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="inputs">The inputs in order.</param>
    /// <returns>The steps; what comes after an input that the replica cannot take in its state is left out.</returns>
    public static IEnumerable<DecidedStep> Run(Genesis genesis, ReplicaId replica, IEnumerable<Input> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var empty = new InMemoryEventStore();
        var start = ReplicaRecovery.Begin(empty, genesis, replica);
        var (state, service) = (start.State, start.Service);
        foreach (var input in inputs)
        {
            var waiting = new Queue<Input>([input]);
            while (waiting.TryDequeue(out var next))
            {
                if (TryDecide(state, next) is not { } decided) yield break;
                foreach (var effect in decided.Step.Effects) Answer(service, effect, waiting);
                state = decided.After;
                if (!decided.Step.Events.IsEmpty) yield return decided;
            }
        }
    }

    /// <summary>A log of steps, such as a replica would have written.</summary>
    /// <param name="store">Where it goes; the replica must have none there.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="steps">The steps.</param>
    public static void Write(IEventStore store, Genesis genesis, ReplicaId replica, IEnumerable<DecidedStep> steps)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(steps);
        var log = ReplicaLog.Open(store, genesis.Cluster, replica);
        var time = 0L;
        foreach (var decided in steps) log.Add(decided.Step, time++);
        log.Flush();
    }

    private static DecidedStep? TryDecide(ReplicaState state, Input input)
    {
        try
        {
            var (step, after) = Replica.Decide(state, input);
            return new DecidedStep(state, step, after);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static void Answer(ServiceRunner service, Effect effect, Queue<Input> waiting)
    {
        switch (effect)
        {
            case Execute e: waiting.Enqueue(service.Run(e)); break;
            case TakeCheckpoint e: service.Keep(e); break;
            case DiscardCheckpoints e: service.Discard(e); break;
            case StageState e: waiting.Enqueue(service.Stage(e)); break;
            case StorePages e: service.Store(e); break;
            case InstallState e: waiting.Enqueue(service.Install(e)); break;
        }
    }
}
