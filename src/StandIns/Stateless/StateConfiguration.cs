namespace Stateless;

public partial class StateMachine<TState, TTrigger>
{
    /// <summary>The configuration of one state. Its calls return it, so that they can be chained.</summary>
    public class StateConfiguration
    {
        private readonly StateRepresentation _representation;

        internal StateConfiguration(StateMachine<TState, TTrigger> machine, StateRepresentation representation)
        {
            Machine = machine;
            _representation = representation;
        }

        /// <summary>The state that is configured.</summary>
        public TState State => _representation.State;

        /// <summary>The machine that the state belongs to.</summary>
        public StateMachine<TState, TTrigger> Machine { get; }

        /// <summary>Lets a trigger lead from this state to another.</summary>
        /// <param name="trigger">The trigger.</param>
        /// <param name="destinationState">The state it leads to.</param>
        /// <returns>This configuration.</returns>
        /// <exception cref="ArgumentException">
        /// The destination is this state: use <see cref="PermitReentry"/> or <see cref="Ignore"/>.
        /// </exception>
        /// <remarks>A second transition for the same trigger is accepted here and refused when the trigger is fired.</remarks>
        public StateConfiguration Permit(TTrigger trigger, TState destinationState)
        {
            if (destinationState.Equals(State))
            {
                throw new ArgumentException(
                    $"Permit of trigger '{trigger}' leads from state '{State}' to itself. Use PermitReentry to enter the state again, or Ignore.",
                    nameof(destinationState));
            }

            _representation.Behaviours.Add(new TransitionBehaviour(trigger, destinationState));
            return this;
        }

        /// <summary>Lets a trigger lead from this state to itself.</summary>
        /// <param name="trigger">The trigger.</param>
        /// <returns>This configuration.</returns>
        public StateConfiguration PermitReentry(TTrigger trigger)
        {
            _representation.Behaviours.Add(new TransitionBehaviour(trigger, State));
            return this;
        }

        /// <summary>Accepts a trigger in this state without a transition.</summary>
        /// <param name="trigger">The trigger.</param>
        /// <returns>This configuration.</returns>
        public StateConfiguration Ignore(TTrigger trigger)
        {
            _representation.Behaviours.Add(new IgnoreBehaviour(trigger));
            return this;
        }

        /// <summary>Makes this state a substate of another, whose transitions it has where it has none of its own.</summary>
        /// <param name="superstate">The state it becomes a substate of.</param>
        /// <returns>This configuration.</returns>
        /// <exception cref="ArgumentException">The state would be, at some depth, a substate of itself.</exception>
        public StateConfiguration SubstateOf(TState superstate)
        {
            var above = Machine.RepresentationOf(superstate);
            if (above.IsIncludedIn(State))
            {
                throw new ArgumentException(
                    $"State '{State}' cannot be a substate of '{superstate}', which is '{State}' or lies within it.", nameof(superstate));
            }

            _representation.Superstate = above;
            above.Substates.Add(_representation);
            return this;
        }
    }
}
