using Stateless;

namespace PbftReference.Core.Phases;

/// <summary>
/// A Stateless machine without guards and actions, and the dense table that folding uses in its place. The machine is the authority on
/// what may follow what; the table is read off it once, and a property test holds the two equal.
/// </summary>
/// <typeparam name="TPhase">The states.</typeparam>
/// <typeparam name="TTrigger">The triggers.</typeparam>
public sealed class PhaseTable<TPhase, TTrigger>
    where TPhase : struct, Enum
    where TTrigger : struct, Enum
{
    private readonly int[,] _next;

    private readonly TPhase _initial;
    private readonly Action<StateMachine<TPhase, TTrigger>> _configure;

    internal PhaseTable(string name, TPhase initial, Action<StateMachine<TPhase, TTrigger>> configure)
    {
        (Name, _initial, _configure) = (name, initial, configure);
        var phases = Enum.GetValues<TPhase>();
        var triggers = Enum.GetValues<TTrigger>();
        _next = new int[phases.Length, triggers.Length];
        foreach (var phase in phases)
        {
            foreach (var trigger in triggers) _next[Index(phase), Index(trigger)] = Fire(phase, trigger);
        }
    }

    /// <summary>What the machine describes.</summary>
    public string Name { get; }

    /// <summary>A new machine in its initial state.</summary>
    public StateMachine<TPhase, TTrigger> NewMachine()
    {
        var machine = new StateMachine<TPhase, TTrigger>(_initial);
        _configure(machine);
        return machine;
    }

    /// <summary>Where a trigger leads.</summary>
    /// <exception cref="IllegalTransitionException">The machine has no such transition: the log that asks for it is forged or torn.</exception>
    public TPhase Next(TPhase phase, TTrigger trigger)
    {
        var next = _next[Index(phase), Index(trigger)];
        if (next < 0) throw new IllegalTransitionException($"{Name}: {trigger} cannot follow {phase}");
        return System.Runtime.CompilerServices.Unsafe.As<int, TPhase>(ref next);
    }

    /// <summary>Whether the machine has this transition.</summary>
    public bool Allows(TPhase phase, TTrigger trigger) => _next[Index(phase), Index(trigger)] >= 0;

    private int Fire(TPhase phase, TTrigger trigger)
    {
        var current = phase;
        var machine = new StateMachine<TPhase, TTrigger>(() => current, next => current = next);
        _configure(machine);
        if (!machine.CanFire(trigger)) return -1;
        machine.Fire(trigger);
        return Index(current);
    }

    private static int Index<T>(T value)
        where T : struct, Enum => System.Runtime.CompilerServices.Unsafe.As<T, int>(ref value);
}

/// <summary>An event has no transition from the phase that the state is in: the log cannot be folded.</summary>
public sealed class IllegalTransitionException : InvalidOperationException
{
    /// <summary>Says what cannot follow what.</summary>
    public IllegalTransitionException(string message)
        : base(message)
    {
    }

    /// <summary>Says nothing.</summary>
    public IllegalTransitionException()
    {
    }

    /// <summary>Says what cannot follow what, and why.</summary>
    public IllegalTransitionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
