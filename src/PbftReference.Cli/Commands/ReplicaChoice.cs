using PbftReference.Core.Types;
using PbftReference.Simulation;

namespace PbftReference.Cli.Commands;

/// <summary>Which replicas of a run a command is about.</summary>
internal static class ReplicaChoice
{
    /// <summary>The one that is named, or all.</summary>
    /// <exception cref="CommandException">There is no such replica.</exception>
    public static IReadOnlyList<ReplicaId> Of(RunManifest manifest, int? replica)
    {
        var n = manifest.Genesis.Configuration.Replicas;
        if (replica is not { } one) return [.. Enumerable.Range(0, n).Select(i => new ReplicaId(i))];
        if (one >= 0 && one < n) return [new ReplicaId(one)];
        throw new CommandException(ExitCodes.Usage, $"--replica {one}: the run has replicas 0 to {n - 1}");
    }
}
