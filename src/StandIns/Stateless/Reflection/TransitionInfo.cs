namespace Stateless.Reflection;

/// <summary>Describes what a trigger does in a state.</summary>
public abstract class TransitionInfo
{
    private protected TransitionInfo(TriggerInfo trigger) => Trigger = trigger;

    /// <summary>The trigger.</summary>
    public TriggerInfo Trigger { get; }
}

/// <summary>Describes a transition whose destination is fixed.</summary>
public class FixedTransitionInfo : TransitionInfo
{
    internal FixedTransitionInfo(TriggerInfo trigger, StateInfo destinationState)
        : base(trigger) => DestinationState = destinationState;

    /// <summary>The state that the transition leads to, the same object as in <see cref="StateMachineInfo.States"/>.</summary>
    public StateInfo DestinationState { get; }
}

/// <summary>Describes a trigger that a state ignores.</summary>
public class IgnoredTransitionInfo : TransitionInfo
{
    internal IgnoredTransitionInfo(TriggerInfo trigger)
        : base(trigger)
    {
    }
}

/// <summary>Describes a trigger.</summary>
public class TriggerInfo
{
    internal TriggerInfo(object underlyingTrigger) => UnderlyingTrigger = underlyingTrigger;

    /// <summary>The trigger itself, boxed.</summary>
    public object UnderlyingTrigger { get; }

    /// <summary>The text of the trigger itself.</summary>
    /// <returns>The underlying trigger's text.</returns>
    public override string ToString() => UnderlyingTrigger.ToString() ?? "";
}
