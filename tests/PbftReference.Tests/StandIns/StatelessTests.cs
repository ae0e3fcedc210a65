using Stateless;
using Stateless.Reflection;
using Xunit;

namespace PbftReference.Tests.StandIns;

/// <summary>What the project relies on of the Stateless package; holds for the package and for its stand-in.</summary>
public class StatelessTests
{
    public enum Door
    {
        Open,
        Closed,
        Locked,
        Removed,
    }

    public enum Act
    {
        Push,
        Pull,
        Turn,
        Knock,
        Unhinge,
    }

    [Fact]
    public void Firing_a_permitted_trigger_leads_to_its_destination()
    {
        var machine = Machine(Door.Open);

        machine.Fire(Act.Push);
        machine.Fire(Act.Turn);

        Assert.Equal(Door.Locked, machine.State);
        Assert.True(machine.IsInState(Door.Locked));
        Assert.False(machine.IsInState(Door.Closed));
    }

    [Fact]
    public void Firing_a_trigger_without_a_transition_throws_and_leaves_the_state_unchanged()
    {
        var machine = Machine(Door.Open);

        Assert.False(machine.CanFire(Act.Turn));
        var error = Assert.Throws<InvalidOperationException>(() => machine.Fire(Act.Turn));

        Assert.Contains("Turn", error.Message, StringComparison.Ordinal);
        Assert.Contains("Open", error.Message, StringComparison.Ordinal);
        Assert.Equal(Door.Open, machine.State);
    }

    [Fact]
    public void A_handler_for_unhandled_triggers_is_told_the_state_and_the_trigger_instead()
    {
        var machine = Machine(Door.Open);
        var told = new List<(Door, Act)>();
        machine.OnUnhandledTrigger((state, trigger) => told.Add((state, trigger)));

        machine.Fire(Act.Turn);

        Assert.Equal([(Door.Open, Act.Turn)], told);
        Assert.Equal(Door.Open, machine.State);
    }

    [Fact]
    public void An_ignored_trigger_can_be_fired_and_changes_nothing()
    {
        var machine = Machine(Door.Closed);

        Assert.True(machine.CanFire(Act.Knock));
        machine.Fire(Act.Knock);

        Assert.Equal(Door.Closed, machine.State);
    }

    [Fact]
    public void State_kept_outside_is_read_and_written_through_the_two_functions()
    {
        var state = Door.Open;
        var written = new List<Door>();
        var machine = new StateMachine<Door, Act>(() => state, next => written.Add(state = next));
        Configure(machine);

        machine.Fire(Act.Push);
        state = Door.Locked;
        machine.Fire(Act.Turn);

        Assert.Equal([Door.Closed, Door.Closed], written);
        Assert.Equal(Door.Closed, machine.State);
    }

    [Fact]
    public void A_reentry_writes_the_same_state_and_an_ignored_trigger_writes_none()
    {
        var state = Door.Closed;
        var written = new List<Door>();
        var machine = new StateMachine<Door, Act>(() => state, next => written.Add(state = next));
        machine.Configure(Door.Closed).PermitReentry(Act.Push).Ignore(Act.Knock);

        machine.Fire(Act.Push);
        machine.Fire(Act.Knock);

        Assert.Equal([Door.Closed], written);
    }

    [Fact]
    public void Permitting_a_transition_to_the_same_state_is_refused()
    {
        var configuration = new StateMachine<Door, Act>(Door.Open).Configure(Door.Open);

        Assert.Throws<ArgumentException>(() => configuration.Permit(Act.Pull, Door.Open));
    }

    [Fact]
    public void A_trigger_permitted_twice_is_refused_when_it_is_tried_and_not_before()
    {
        var machine = new StateMachine<Door, Act>(Door.Open);
        machine.Configure(Door.Open).Permit(Act.Push, Door.Closed).Permit(Act.Push, Door.Locked);

        Assert.Throws<InvalidOperationException>(() => machine.CanFire(Act.Push));
        Assert.Throws<InvalidOperationException>(() => machine.Fire(Act.Push));
        Assert.Equal(Door.Open, machine.State);
    }

    [Fact]
    public void The_permitted_triggers_are_those_of_the_current_state_ignored_ones_included()
    {
        var machine = Machine(Door.Closed);

        Assert.Equal([Act.Pull, Act.Turn, Act.Knock], machine.PermittedTriggers.Order());
        Assert.Equal([Act.Pull, Act.Turn, Act.Knock], machine.GetPermittedTriggers().Order());
    }

    [Fact]
    public void A_substate_has_the_transitions_of_its_superstate_and_is_in_both()
    {
        var machine = Machine(Door.Locked);
        machine.Configure(Door.Closed).Permit(Act.Unhinge, Door.Removed);
        machine.Configure(Door.Locked).SubstateOf(Door.Closed);

        Assert.True(machine.IsInState(Door.Closed));
        Assert.Contains(Act.Unhinge, machine.GetPermittedTriggers());
        machine.Fire(Act.Unhinge);

        Assert.Equal(Door.Removed, machine.State);
    }

    [Fact]
    public void A_states_own_transition_goes_before_its_superstates()
    {
        var machine = new StateMachine<Door, Act>(Door.Locked);
        machine.Configure(Door.Closed).Permit(Act.Turn, Door.Open);
        machine.Configure(Door.Locked).SubstateOf(Door.Closed).Permit(Act.Turn, Door.Removed);

        machine.Fire(Act.Turn);

        Assert.Equal(Door.Removed, machine.State);
    }

    [Fact]
    public void A_trigger_fired_while_another_is_handled_waits_its_turn()
    {
        var state = Door.Open;
        var written = new List<Door>();
        StateMachine<Door, Act>? machine = null;
        machine = new StateMachine<Door, Act>(() => state, next =>
        {
            if (written.Count == 0)
            {
                machine!.Fire(Act.Turn);
            }

            written.Add(state = next);
        });
        Configure(machine);

        machine.Fire(Act.Push);

        Assert.Equal([Door.Closed, Door.Locked], written);
    }

    [Fact]
    public void The_info_lists_every_state_and_transition()
    {
        var info = Machine(Door.Open).GetInfo();

        Assert.Equal(typeof(Door), info.StateType);
        Assert.Equal(typeof(Act), info.TriggerType);
        Assert.Equal(Door.Open, info.InitialState.UnderlyingState);
        Assert.Equal(
            [
                "Closed -Pull-> Open",
                "Closed -Turn-> Locked",
                "Locked -Turn-> Closed",
                "Locked -Unhinge-> Removed",
                "Open -Pull-> Open",
                "Open -Push-> Closed",
            ],
            info.States.SelectMany(Transitions).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["Closed ignores Knock"],
            info.States.SelectMany(state => state.IgnoredTriggers.Select(ignored => $"{state} ignores {ignored.Trigger}")));
    }

    [Fact]
    public void The_info_lists_a_state_that_is_led_to_but_not_configured()
    {
        var info = Machine(Door.Open).GetInfo();

        var removed = Assert.Single(info.States, state => Equals(state.UnderlyingState, Door.Removed));
        Assert.Empty(removed.FixedTransitions);
        Assert.Empty(removed.IgnoredTriggers);
    }

    private static IEnumerable<string> Transitions(StateInfo state) =>
        state.FixedTransitions.Select(transition =>
            $"{state.UnderlyingState} -{transition.Trigger.UnderlyingTrigger}-> {transition.DestinationState.UnderlyingState}");

    private static StateMachine<Door, Act> Machine(Door initial)
    {
        var machine = new StateMachine<Door, Act>(initial);
        Configure(machine);
        return machine;
    }

    private static void Configure(StateMachine<Door, Act> machine)
    {
        machine.Configure(Door.Open).Permit(Act.Push, Door.Closed).PermitReentry(Act.Pull);
        machine.Configure(Door.Closed).Permit(Act.Pull, Door.Open).Permit(Act.Turn, Door.Locked).Ignore(Act.Knock);
        machine.Configure(Door.Locked).Permit(Act.Turn, Door.Closed).Permit(Act.Unhinge, Door.Removed);
    }
}
