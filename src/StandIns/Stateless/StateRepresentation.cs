using Stateless.Reflection;

namespace Stateless;

public partial class StateMachine<TState, TTrigger>
{
    internal abstract record Behaviour(TTrigger Trigger);

    internal sealed record TransitionBehaviour(TTrigger Trigger, TState Destination) : Behaviour(Trigger);

    internal sealed record IgnoreBehaviour(TTrigger Trigger) : Behaviour(Trigger);

    internal sealed class StateRepresentation(TState state)
    {
        public TState State { get; } = state;

        public List<Behaviour> Behaviours { get; } = [];

        public StateRepresentation? Superstate { get; set; }

        public List<StateRepresentation> Substates { get; } = [];

        public Behaviour? FindBehaviour(TTrigger trigger)
        {
            var own = Behaviours.FindAll(behaviour => behaviour.Trigger.Equals(trigger));
            return own.Count switch
            {
                0 => Superstate?.FindBehaviour(trigger),
                1 => own[0],
                _ => throw new InvalidOperationException(
                    $"State '{State}' has {own.Count} transitions for trigger '{trigger}'; permit or ignore it only once."),
            };
        }

        public bool IsIncludedIn(TState state) => State.Equals(state) || (Superstate?.IsIncludedIn(state) ?? false);

        public IEnumerable<TTrigger> PermittedTriggers()
        {
            var own = Behaviours.Select(behaviour => behaviour.Trigger).Distinct();
            return Superstate is null ? own : own.Union(Superstate.PermittedTriggers());
        }

        public void Describe(StateInfo info, Func<TState, StateInfo> lookup)
        {
            // The description lists what belongs to one trigger together, in the order in which the triggers first appear.
            var byTrigger = Behaviours.GroupBy(behaviour => behaviour.Trigger).SelectMany(group => group).ToList();
            info.FixedTransitions = byTrigger.OfType<TransitionBehaviour>()
                .Select(transition => new FixedTransitionInfo(new TriggerInfo(transition.Trigger), lookup(transition.Destination)))
                .ToList();
            info.IgnoredTriggers = byTrigger.OfType<IgnoreBehaviour>()
                .Select(ignored => new IgnoredTransitionInfo(new TriggerInfo(ignored.Trigger)))
                .ToList();
            info.Superstate = Superstate is null ? null : lookup(Superstate.State);
            info.Substates = Substates.ConvertAll(substate => lookup(substate.State));
        }
    }
}
