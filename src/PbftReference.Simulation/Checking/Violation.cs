namespace PbftReference.Simulation.Checking;

/// <summary>A property that does not hold.</summary>
/// <param name="Property">Its name.</param>
/// <param name="Description">Who, what, where.</param>
/// <param name="Time">Virtual milliseconds at which it was found.</param>
public sealed record Violation(string Property, string Description, long Time);
