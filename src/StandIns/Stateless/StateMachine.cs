using Stateless.Reflection;

namespace Stateless;

/// <summary>
/// A finite state machine: states, and the triggers that lead from one to the next. Stand-in for the machine of the same name
/// in the Stateless package (5.18.0): the members that are used here, without guards, actions and asynchronous calls.
/// </summary>
/// <typeparam name="TState">The type of the states; compared with their default equality.</typeparam>
/// <typeparam name="TTrigger">The type of the triggers; compared with their default equality.</typeparam>
/// <remarks>Not safe for use by several threads at once. A trigger that is fired while another is being handled is queued.</remarks>
public partial class StateMachine<TState, TTrigger>
    where TState : notnull
    where TTrigger : notnull
{
    private readonly Dictionary<TState, StateRepresentation> _representations = [];
    private readonly Queue<TTrigger> _queue = new();
    private readonly Func<TState> _stateAccessor;
    private readonly Action<TState> _stateMutator;
    private Action<TState, TTrigger> _unhandledTriggerAction = RefuseUnhandledTrigger;
    private bool _firing;

    /// <summary>Makes a machine that keeps its own state.</summary>
    /// <param name="initialState">The state it starts in.</param>
    public StateMachine(TState initialState)
    {
        var current = initialState;
        _stateAccessor = () => current;
        _stateMutator = state => current = state;
    }

    /// <summary>Makes a machine whose state is kept elsewhere.</summary>
    /// <param name="stateAccessor">Reads the current state.</param>
    /// <param name="stateMutator">Writes the new state, once for every transition.</param>
    /// <exception cref="ArgumentNullException">A parameter is null.</exception>
    public StateMachine(Func<TState> stateAccessor, Action<TState> stateMutator)
    {
        ArgumentNullException.ThrowIfNull(stateAccessor);
        ArgumentNullException.ThrowIfNull(stateMutator);
        _stateAccessor = stateAccessor;
        _stateMutator = stateMutator;
    }

    /// <summary>The current state.</summary>
    public TState State => _stateAccessor();

    /// <summary>The triggers that the current state or one of its superstates accepts or ignores.</summary>
    public IEnumerable<TTrigger> PermittedTriggers => GetPermittedTriggers();

    /// <summary>Begins, or goes on with, the configuration of a state.</summary>
    /// <param name="state">The state to configure.</param>
    /// <returns>The configuration, whose calls can be chained.</returns>
    public StateConfiguration Configure(TState state) => new(this, RepresentationOf(state));

    /// <summary>Makes the transition that the current state has for a trigger.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <exception cref="InvalidOperationException">
    /// The current state has no transition for the trigger and no <see cref="OnUnhandledTrigger"/> is set, or it has several.
    /// </exception>
    public void Fire(TTrigger trigger)
    {
        _queue.Enqueue(trigger);
        if (_firing)
        {
            return;
        }

        _firing = true;
        try
        {
            while (_queue.TryDequeue(out var next))
            {
                FireOne(next);
            }
        }
        finally
        {
            _firing = false;
        }
    }

    /// <summary>Tells whether a trigger can be fired in the current state; an ignored one can.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <returns>True if <see cref="Fire"/> has something to do, or to ignore, for it.</returns>
    /// <exception cref="InvalidOperationException">The current state has several transitions for the trigger.</exception>
    public bool CanFire(TTrigger trigger) => RepresentationOf(State).FindBehaviour(trigger) is not null;

    /// <summary>Tells whether the machine is in a state or in one of its substates.</summary>
    /// <param name="state">The state to test for.</param>
    /// <returns>True if the current state equals <paramref name="state"/> or is, at any depth, a substate of it.</returns>
    public bool IsInState(TState state) => RepresentationOf(State).IsIncludedIn(state);

    /// <summary>The triggers that the current state or one of its superstates accepts or ignores.</summary>
    /// <param name="args">Arguments for guards; there are none here, so they have no effect.</param>
    /// <returns>Each trigger once, in the order of configuration, the state's own before its superstates'.</returns>
    public IEnumerable<TTrigger> GetPermittedTriggers(params object[] args) => RepresentationOf(State).PermittedTriggers();

    /// <summary>Sets what happens instead of an exception when the current state has no transition for a trigger.</summary>
    /// <param name="unhandledTriggerAction">Called with the current state and the trigger; the state stays as it is.</param>
    /// <exception cref="ArgumentNullException"><paramref name="unhandledTriggerAction"/> is null.</exception>
    public void OnUnhandledTrigger(Action<TState, TTrigger> unhandledTriggerAction)
    {
        ArgumentNullException.ThrowIfNull(unhandledTriggerAction);
        _unhandledTriggerAction = unhandledTriggerAction;
    }

    /// <summary>Describes the configuration: every state that is configured or that a transition leads to.</summary>
    /// <returns>
    /// A description that later changes do not touch. Its initial state is the current state, and carries no transitions:
    /// look it up among the states for those.
    /// </returns>
    public StateMachineInfo GetInfo()
    {
        var destinations = _representations.Values
            .SelectMany(representation => representation.Behaviours)
            .OfType<TransitionBehaviour>()
            .Select(behaviour => behaviour.Destination);
        var described = _representations.Keys.Union(destinations).ToDictionary(state => state, state => new StateInfo(state));

        foreach (var (state, representation) in _representations)
        {
            representation.Describe(described[state], other => described[other]);
        }

        return new StateMachineInfo(described.Values, typeof(TState), typeof(TTrigger), new StateInfo(State));
    }

    private static void RefuseUnhandledTrigger(TState state, TTrigger trigger) =>
        throw new InvalidOperationException(
            $"State '{state}' has no transition for trigger '{trigger}'. Permit or ignore the trigger in the state's configuration.");

    private void FireOne(TTrigger trigger)
    {
        var source = State;
        switch (RepresentationOf(source).FindBehaviour(trigger))
        {
            case null:
                _unhandledTriggerAction(source, trigger);
                break;
            case TransitionBehaviour transition:
                _stateMutator(transition.Destination);
                RepresentationOf(transition.Destination);
                break;
        }
    }

    private StateRepresentation RepresentationOf(TState state)
    {
        if (!_representations.TryGetValue(state, out var representation))
        {
            representation = new StateRepresentation(state);
            _representations.Add(state, representation);
        }

        return representation;
    }
}
