namespace Stateless.Reflection;

/// <summary>Describes one state of a machine.</summary>
public class StateInfo
{
    internal StateInfo(object underlyingState) => UnderlyingState = underlyingState;

    /// <summary>The state itself, boxed.</summary>
    public object UnderlyingState { get; }

    /// <summary>The state's own transitions, re-entries included; not those of its superstate.</summary>
    public IEnumerable<FixedTransitionInfo> FixedTransitions { get; internal set; } = [];

    /// <summary>The triggers that the state itself ignores.</summary>
    public IEnumerable<IgnoredTransitionInfo> IgnoredTriggers { get; internal set; } = [];

    /// <summary>The state that this one is a substate of, or null.</summary>
    public StateInfo? Superstate { get; internal set; }

    /// <summary>The states that are substates of this one.</summary>
    public IEnumerable<StateInfo> Substates { get; internal set; } = [];

    /// <summary>The text of the state itself.</summary>
    /// <returns>The underlying state's text.</returns>
    public override string ToString() => UnderlyingState.ToString() ?? "";
}
