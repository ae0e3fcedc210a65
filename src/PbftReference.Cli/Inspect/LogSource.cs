using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Runtime.Clusters;
using PbftReference.Simulation;

namespace PbftReference.Cli.Inspect;

/// <summary>A directory with logs: that of a simulated run, or that of a cluster of processes.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Genesis">The cluster.</param>
/// <param name="Run">The manifest of a simulated run; null for a cluster of processes.</param>
internal sealed record LogSource(string Directory, Genesis Genesis, RunManifest? Run)
{
    /// <summary>Finds out what a directory is.</summary>
    /// <exception cref="IOException">It holds neither.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">What it holds cannot be read.</exception>
    public static LogSource Of(string directory)
    {
        var cluster = new ClusterDirectory(directory);
        if (cluster.Exists) return new LogSource(directory, cluster.Members().Genesis, null);
        if (ImportedFrom(RunDirectory.ManifestPath(directory)) is { } imported) return new LogSource(directory, imported, null);
        var manifest = RunDirectory.ReadManifest(directory);
        return new LogSource(directory, manifest.Genesis, manifest);
    }

    /// <summary>The manifest's text.</summary>
    public string RunText => Run is null ? ClusterManifest.Encode(Genesis) : File.ReadAllText(RunDirectory.ManifestPath(Directory));

    /// <summary>Opens the logs for readers.</summary>
    /// <exception cref="EventStoreException">There is none, or it cannot be opened.</exception>
    public IEventStore OpenLog() => new ClusterDirectory(Directory) is { Exists: true } cluster ? new ClusterLogs(cluster) : RunDirectory.OpenLog(Directory);

    private static Genesis? ImportedFrom(string manifest) => File.Exists(manifest) ? ClusterManifest.Decode(File.ReadAllText(manifest), manifest) : null;

    /// <summary>The replicas that a command is about: the one that is named, or all.</summary>
    /// <exception cref="CommandException">There is no such replica.</exception>
    public IReadOnlyList<ReplicaId> Replicas(int? replica)
    {
        var n = Genesis.Configuration.Replicas;
        if (replica is not { } number) return [.. Enumerable.Range(0, n).Select(i => new ReplicaId(i))];
        if (number >= 0 && number < n) return [new ReplicaId(number)];
        throw new CommandException(ExitCodes.Usage, $"--replica {number}: the cluster has replicas 0 to {n - 1}");
    }
}
