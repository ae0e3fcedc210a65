using System.Collections.Immutable;

namespace PbftReference.Host.Services;

/// <summary>The services that come with the replica, by name.</summary>
public static class ServiceFactory
{
    /// <summary>The names to choose from.</summary>
    public static ImmutableArray<string> Names { get; } = [LedgerService.ServiceName, KeyValueService.ServiceName];

    /// <summary>A new service in its initial state, the same on every replica.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">Another name; the message names the choices.</exception>
    public static IService Create(string name) => name switch
    {
        LedgerService.ServiceName => new LedgerService(),
        KeyValueService.ServiceName => new KeyValueService(),
        _ => throw new ArgumentException($"there is no service \"{name}\"; choose one of: {string.Join(", ", Names)}", nameof(name)),
    };
}
