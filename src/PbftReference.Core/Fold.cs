using PbftReference.Core.State;

namespace PbftReference.Core;

/// <summary>
/// The only way in which a replica's state changes, live and in replay: events, applied in order. Folding a log in one go or in pieces
/// gives the same state.
/// </summary>
public static class Fold
{
    /// <summary>Applies the events of steps.</summary>
    /// <exception cref="Phases.IllegalTransitionException">An event cannot follow what came before: the log is forged or torn.</exception>
    /// <exception cref="UnfoldableEventException">An event refers to what is not there, or its digest differs.</exception>
    public static ReplicaState Steps(ReplicaState state, ReadOnlySpan<Step> steps)
    {
        if (steps.IsEmpty) return state;
        var folding = new Folding(state);
        try
        {
            foreach (var step in steps)
            {
                foreach (var replicaEvent in step.Events) folding.Apply(replicaEvent);
            }
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            throw new UnfoldableEventException($"an event speaks of what there cannot be: {e.Message}", e);
        }

        return folding.State;
    }

    /// <summary>Applies one event of a step; the others must follow.</summary>
    /// <exception cref="Phases.IllegalTransitionException">The event cannot follow what came before.</exception>
    /// <exception cref="UnfoldableEventException">The event refers to what is not there, or its digest differs.</exception>
    public static ReplicaState Event(ReplicaState state, Events.ReplicaEvent replicaEvent)
    {
        var folding = new Folding(state);
        folding.Apply(replicaEvent);
        return folding.State;
    }

    /// <summary>Applies the events of one step.</summary>
    /// <exception cref="Phases.IllegalTransitionException">An event cannot follow what came before.</exception>
    /// <exception cref="UnfoldableEventException">An event refers to what is not there, or its digest differs.</exception>
    public static ReplicaState Step(ReplicaState state, Step step) => Steps(state, [step]);
}

/// <summary>An event does not fit the state that it is to be folded into: the log is forged, torn, or of another replica.</summary>
public sealed class UnfoldableEventException : InvalidOperationException
{
    /// <summary>Says what does not fit.</summary>
    public UnfoldableEventException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public UnfoldableEventException()
    {
    }

    /// <summary>Says what does not fit, and why.</summary>
    public UnfoldableEventException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
