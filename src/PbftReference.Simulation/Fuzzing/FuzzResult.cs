using PbftReference.Simulation.Faults;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>How a fuzzed run ended.</summary>
public enum FuzzVerdict
{
    /// <summary>Safe and complete.</summary>
    Fine,

    /// <summary>A property does not hold.</summary>
    Violation,

    /// <summary>Something is not done although the network is healthy and everybody runs.</summary>
    NoProgress,

    /// <summary>The program failed: an exception.</summary>
    Failure,
}

/// <summary>What became of a seed.</summary>
/// <param name="Case">The run.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Detail">What is wrong; empty if nothing is.</param>
/// <param name="Outcome">The run's own account; null after a failure.</param>
/// <param name="Statistics">What happened in it.</param>
/// <param name="Acts">How often each behaviour really departed from the protocol, by name.</param>
public sealed record FuzzResult(
    FuzzCase Case,
    FuzzVerdict Verdict,
    string Detail,
    RunOutcome? Outcome,
    RunStatistics Statistics,
    IReadOnlyDictionary<string, long> Acts)
{
    /// <summary>What went wrong, as a plan: with it in place of chance the run is the same.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The exception of a <see cref="FuzzVerdict.Failure"/>; null otherwise.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The file to which the run's log was saved; null if it was not.</summary>
    public string? SavedLog { get; init; }

    /// <summary>One line for people, and the command that shows it again.</summary>
    public override string ToString() => $"seed {Case.Options.Seed} n={Case.Options.Configuration.Replicas}: {Verdict}: {Detail}\n  reproduce: {Case.CommandLine}";
}
