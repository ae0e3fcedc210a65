using System.Collections.Immutable;
using PbftReference.Consensus.Noops;
using PbftReference.Consensus.Pbft;

namespace PbftReference.Consensus.Controller;

/// <summary>Picks the consensus plugin.</summary>
/// <remarks>Fabric v0.6, <c>consensus/controller/controller.go</c>. There every name but <c>pbft</c>, a misspelt one too, means noops.</remarks>
public static class ConsenterController
{
    /// <summary>The plugins to choose from.</summary>
    public static ImmutableArray<string> Plugins { get; } = [PbftPlugin.PluginName, NoopsConsenter.PluginName];

    /// <summary>Makes the plugin of a name. It is not started.</summary>
    /// <param name="name">One of <see cref="Plugins"/>; case does not matter.</param>
    /// <param name="context">What it is made in.</param>
    /// <exception cref="ArgumentException">There is no such plugin.</exception>
    public static IConsenterPlugin NewConsenter(string name, ConsenterContext context)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToLowerInvariant() switch
        {
            PbftPlugin.PluginName => PbftPlugin.Create(context),
            NoopsConsenter.PluginName => NoopsConsenter.Create(context),
            _ => throw new ArgumentException($"there is no consensus plugin '{name}': choose one of {string.Join(", ", Plugins)}", nameof(name)),
        };
    }
}
