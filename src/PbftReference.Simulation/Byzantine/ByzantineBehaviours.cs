namespace PbftReference.Simulation.Byzantine;

/// <summary>The behaviours by name.</summary>
public static class ByzantineBehaviours
{
    private static readonly SortedDictionary<string, Func<SeededRandom, ByzantineBehaviour>> Makers = new(StringComparer.Ordinal)
    {
        ["silent"] = _ => new Silent(),
    };

    /// <summary>The names, in order.</summary>
    public static IReadOnlyList<string> Names => [.. Makers.Keys];

    /// <summary>A behaviour.</summary>
    /// <exception cref="ArgumentException">No behaviour has this name.</exception>
    public static ByzantineBehaviour Create(string name, SeededRandom random) => Makers.TryGetValue(name, out var make)
        ? make(random)
        : throw new ArgumentException($"there is no behaviour '{name}'; there are {string.Join(", ", Makers.Keys)}");
}
