using FsCheck.Xunit;
using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>What holds of fold and decide whatever the run; the runs are drawn from seeds.</summary>
public class CoreProperties
{
    [Property(MaxTest = 12, Replay = "(1709,4101)")]
    public void Folding_a_log_in_any_pieces_gives_the_state_that_was_decided(byte seed, byte cut)
    {
        var schedule = Trouble(seed, 250);
        foreach (var replica in schedule.Cluster.Replicas)
        {
            var log = replica.Log.ToArray();
            var genesis = ReplicaState.Genesis(schedule.Cluster.Configuration, replica.State.Self);
            var expected = StatePrinter.Print(replica.State);
            Assert.Equal(expected, StatePrinter.Print(Fold.Steps(genesis, log)));
            Assert.Equal(expected, StatePrinter.Print(InPieces(genesis, log, new Random(cut))));
            Assert.Equal(expected, StatePrinter.Print(log.Aggregate(genesis, Fold.Step)));
        }
    }

    [Property(MaxTest = 4, Replay = "(1709,4101)")]
    public void Folding_a_step_into_the_state_before_it_gives_the_decided_state(byte seed)
    {
        var schedule = new RandomSchedule(seed, RandomSchedule.Configuration(seed), checksFolding: true);
        schedule.Trouble(120);
        Assert.NotEmpty(schedule.Cluster[0].Log);
    }

    // replay: the recorded inputs alone give the recorded steps again
    [Property(MaxTest = 12, Replay = "(1709,4101)")]
    public void Deciding_the_recorded_inputs_again_gives_the_recorded_events_and_effects(byte seed)
    {
        var schedule = Trouble(seed, 250);
        foreach (var replica in schedule.Cluster.Replicas)
        {
            var state = ReplicaState.Genesis(schedule.Cluster.Configuration, replica.State.Self);
            foreach (var step in replica.Log)
            {
                var again = Replica.Decide(state, step.Input);
                Assert.Equal(StatePrinter.Print(step), StatePrinter.Print(again.Step));
                state = again.State;
            }
        }
    }

    // what was accepted once changes nothing the second time, so nothing is lost by sending again
    [Property(MaxTest = 12, Replay = "(1709,4101)")]
    public void Deciding_a_message_again_gives_no_events(byte seed)
    {
        var schedule = Trouble(seed, 250);
        var configuration = schedule.Cluster.Configuration;
        foreach (var replica in schedule.Cluster.Replicas)
        {
            var state = ReplicaState.Genesis(configuration, replica.State.Self);
            foreach (var step in replica.Log)
            {
                state = Replica.Decide(state, step.Input).State;
                if (step.Input is not MessageReceived) continue;
                var again = Replica.Decide(state, step.Input);
                Assert.True(again.Step.Events.IsEmpty, $"{step.Input} gave {string.Join(", ", again.Step.Events.Select(e => e.Kind))} the second time");
                Assert.Same(state, again.State);
                Assert.DoesNotContain(again.Step.Effects, e => e is StartTimer or StopTimer or Execute);
            }
        }
    }

    [Property(MaxTest = 6, Replay = "(1709,4101)")]
    public void The_same_seed_gives_the_same_run(byte seed) =>
        Assert.Equal(StatePrinter.Print(Trouble(seed, 200).Cluster[0].Log), StatePrinter.Print(Trouble(seed, 200).Cluster[0].Log));

    [Fact]
    public void The_phase_tables_are_the_stateless_machines()
    {
        RequireEqual(ReplicaPhases.Table);
        RequireEqual(SlotPhases.Table);
        RequireEqual(ExecutionPhases.Table);
    }

    private static RandomSchedule Trouble(int seed, int steps)
    {
        var schedule = new RandomSchedule(seed, RandomSchedule.Configuration(seed));
        schedule.Trouble(steps);
        return schedule;
    }

    private static ReplicaState InPieces(ReplicaState state, Step[] log, Random random)
    {
        for (var at = 0; at < log.Length;)
        {
            var count = Math.Min(log.Length - at, 1 + random.Next(7));
            state = Fold.Steps(state, log.AsSpan(at, count));
            at += count;
        }

        return state;
    }

    // every phase is reached by a real machine from its initial state, and every trigger tried there
    private static void RequireEqual<TPhase, TTrigger>(PhaseTable<TPhase, TTrigger> table)
        where TPhase : struct, Enum
        where TTrigger : struct, Enum
    {
        var paths = new Dictionary<TPhase, TTrigger[]> { [table.NewMachine().State] = [] };
        var open = new Queue<TPhase>(paths.Keys);
        while (open.TryDequeue(out var phase))
        {
            foreach (var trigger in Enum.GetValues<TTrigger>())
            {
                var machine = table.NewMachine();
                foreach (var step in paths[phase]) machine.Fire(step);
                Assert.Equal(phase, machine.State);
                Assert.Equal(machine.CanFire(trigger), table.Allows(phase, trigger));
                if (!machine.CanFire(trigger))
                {
                    Assert.Throws<IllegalTransitionException>(() => table.Next(phase, trigger));
                    continue;
                }

                machine.Fire(trigger);
                Assert.Equal(machine.State, table.Next(phase, trigger));
                if (paths.TryAdd(machine.State, [.. paths[phase], trigger])) open.Enqueue(machine.State);
            }
        }

        Assert.Equal(Enum.GetValues<TPhase>().Order(), paths.Keys.Order());
    }
}
