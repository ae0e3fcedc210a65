using System.Globalization;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Log;

/// <summary>How the streams of a cluster are named: <c>replica-&lt;cluster&gt;.&lt;i&gt;</c> <c>snapshot-&lt;cluster&gt;.&lt;i&gt;</c>, and <c>run-&lt;cluster&gt;</c>.</summary>
public static class LogStreams
{
    private const string ReplicaPrefix = "replica-";
    private const string SnapshotPrefix = "snapshot-";
    private const string ManifestPrefix = "run-";

    /// <summary>The stream that holds what a replica decided.</summary>
    /// <param name="cluster">The cluster's name; not empty.</param>
    /// <param name="replica">The replica.</param>
    public static string OfReplica(string cluster, ReplicaId replica) => Name(ReplicaPrefix, cluster, replica);

    /// <summary>The stream that holds a replica's snapshots.</summary>
    /// <param name="cluster">The cluster's name; not empty.</param>
    /// <param name="replica">The replica.</param>
    public static string OfSnapshots(string cluster, ReplicaId replica) => Name(SnapshotPrefix, cluster, replica);

    /// <summary>Reads the name of a replica's stream.</summary>
    public static bool TryParseReplica(string stream, out string cluster, out ReplicaId replica) =>
        TryParse(ReplicaPrefix, stream, out cluster, out replica);

    /// <summary>Reads the name of a stream of snapshots.</summary>
    public static bool TryParseSnapshots(string stream, out string cluster, out ReplicaId replica) =>
        TryParse(SnapshotPrefix, stream, out cluster, out replica);

    /// <summary>The stream that says what the cluster is, where there is no directory for it.</summary>
    /// <param name="cluster">The cluster's name; not empty.</param>
    public static string OfManifest(string cluster)
    {
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        return ManifestPrefix + cluster;
    }

    /// <summary>Reads the name of a stream that says what a cluster is.</summary>
    public static bool TryParseManifest(string stream, out string cluster)
    {
        ArgumentNullException.ThrowIfNull(stream);
        cluster = stream.StartsWith(ManifestPrefix, StringComparison.Ordinal) ? stream[ManifestPrefix.Length..] : "";
        return cluster.Length > 0;
    }

    private static string Name(string prefix, string cluster, ReplicaId replica)
    {
        ArgumentException.ThrowIfNullOrEmpty(cluster);
        return $"{prefix}{cluster}.{replica}";
    }

    // A name is read only if it is the one that would be written, so "replica-a.01" is nobody's.
    private static bool TryParse(string prefix, string stream, out string cluster, out ReplicaId replica)
    {
        (cluster, replica) = ("", default);
        var dot = stream.LastIndexOf('.');
        if (!stream.StartsWith(prefix, StringComparison.Ordinal) || dot <= prefix.Length) return false;
        if (!int.TryParse(stream.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        (cluster, replica) = (stream[prefix.Length..dot], new ReplicaId(index));
        return Name(prefix, cluster, replica) == stream;
    }
}
