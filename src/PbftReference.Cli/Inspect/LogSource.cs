using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Runtime.Clusters;
using PbftReference.Simulation;

namespace PbftReference.Cli.Inspect;

/// <summary>Where logs are: the directory of a simulated run, that of a cluster of processes, or a cluster's streams in a database.</summary>
/// <param name="Directory">The directory, or the address in the database.</param>
/// <param name="Genesis">The cluster.</param>
/// <param name="Run">The manifest of a simulated run; null for a cluster of processes.</param>
/// <param name="RunText">The manifest's text.</param>
internal sealed record LogSource(string Directory, Genesis Genesis, RunManifest? Run, string RunText)
{
    /// <summary>Finds out what a directory, or an address, is.</summary>
    /// <exception cref="IOException">It holds neither.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">What it holds cannot be read.</exception>
    /// <exception cref="EventStoreException">The database cannot be asked.</exception>
    public static LogSource Of(string place)
    {
        if (LogAddress.Is(LogAddress.Checked(place))) return OfDatabase(LogAddress.Parse(place));
        var cluster = new ClusterDirectory(place);
        if (cluster.Exists) return OfGenesis(place, cluster.Members().Genesis);
        var path = RunDirectory.ManifestPath(place);
        if (File.Exists(path) && ClusterManifest.Decode(File.ReadAllText(path), path) is { } imported) return OfGenesis(place, imported);
        var manifest = RunDirectory.ReadManifest(place);
        return new LogSource(place, manifest.Genesis, manifest, File.ReadAllText(path));
    }

    /// <summary>Opens the logs for readers.</summary>
    /// <exception cref="EventStoreException">There is none, or it cannot be opened.</exception>
    public IEventStore OpenLog()
    {
        if (LogAddress.Is(Directory)) return new ClusterView(LogAddress.Parse(Directory).OpenToRead(), Genesis.Cluster);
        return new ClusterDirectory(Directory) is { Exists: true } cluster ? new ClusterLogs(cluster) : RunDirectory.OpenLog(Directory);
    }

    /// <summary>The place, as it may be shown.</summary>
    public string Shown => EventStoreDb.WithoutSecrets(Directory);

    private static LogSource OfGenesis(string place, Genesis genesis) => new(place, genesis, null, ClusterManifest.Encode(genesis));

    private static LogSource OfDatabase(LogAddress address)
    {
        using var store = address.OpenToRead();
        var cluster = address.Cluster ?? OnlyCluster(store, address);
        var place = address with { Cluster = cluster };
        var text = StoredManifest.Read(store, cluster)
            ?? throw new CommandException(ExitCodes.Data, $"{address.Shown} holds no cluster '{cluster}': {Held(store)}");
        if (ClusterManifest.Decode(text, place.Shown) is { } genesis) return OfGenesis(place.Text, genesis);
        var manifest = RunDirectory.ParseManifest(text, place.Shown);
        return new LogSource(place.Text, manifest.Genesis, manifest, text);
    }

    private static string OnlyCluster(IEventStore store, LogAddress address) => StoredManifest.Clusters(store) is [var only]
        ? only
        : throw new CommandException(ExitCodes.Usage, $"{address.Shown}: say which cluster, by #NAME behind the address: {Held(store)}");

    private static string Held(IEventStore store) =>
        StoredManifest.Clusters(store) is { Count: > 0 } clusters ? $"it holds {string.Join(", ", clusters)}" : "it holds none yet; 'pbft run --store' writes one";

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
