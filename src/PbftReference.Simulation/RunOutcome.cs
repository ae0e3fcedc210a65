using PbftReference.Core.Types;
using PbftReference.Simulation.Checking;

namespace PbftReference.Simulation;

/// <summary>How a run ended.</summary>
/// <param name="Safe">No property was violated.</param>
/// <param name="Completed">Every operation was accepted and every correct replica executed everything.</param>
/// <param name="Accepted">Operations accepted.</param>
/// <param name="Operations">Operations there were.</param>
/// <param name="Milliseconds">Virtual time.</param>
/// <param name="View">The highest view of a correct replica.</param>
/// <param name="Violations">What was violated.</param>
/// <param name="Faults">Spells of faults, by name.</param>
public sealed record RunOutcome(
    bool Safe,
    bool Completed,
    long Accepted,
    long Operations,
    long Milliseconds,
    ViewNumber View,
    IReadOnlyList<Violation> Violations,
    IReadOnlyDictionary<string, long> Faults);
