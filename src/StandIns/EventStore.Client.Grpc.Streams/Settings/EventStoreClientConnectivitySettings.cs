using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EventStore.Client;

/// <summary>How a server or a cluster is reached.</summary>
public class EventStoreClientConnectivitySettings
{
    /// <summary>The only node, if there are no gossip seeds.</summary>
    public Uri? Address { get; set; }

#pragma warning disable CA1819 // Arrays, as in the package.
    /// <summary>Nodes to ask about the cluster, by name. If set, <see cref="IpGossipSeeds"/> are not used.</summary>
    public DnsEndPoint[]? DnsGossipSeeds { get; set; }

    /// <summary>Nodes to ask about the cluster, by address.</summary>
    public IPEndPoint[]? IpGossipSeeds { get; set; }

    /// <summary>Nodes to ask about the cluster.</summary>
    public EndPoint[] GossipSeeds => DnsGossipSeeds ?? IpGossipSeeds ?? (EndPoint[])[];
#pragma warning restore CA1819

    /// <summary>Whether there is one node, which is not asked about a cluster.</summary>
    public bool IsSingleNode => GossipSeeds.Length == 0;

    /// <summary>Whether the connection is without TLS.</summary>
    public bool Insecure { get; set; }

    /// <summary>Whether the server's certificate must be valid.</summary>
    public bool TlsVerifyCert { get; set; } = true;

    /// <summary>The only root of trust for the server's certificate; if null, those of the machine.</summary>
    public X509Certificate2? TlsCaFile { get; set; }

    /// <summary>The certificate that this side shows, if any.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>Which node of a cluster to use.</summary>
    public NodePreference NodePreference { get; set; } = NodePreference.Leader;

    /// <summary>How often all known nodes are asked before giving up.</summary>
    public int MaxDiscoverAttempts { get; set; } = 10;

    /// <summary>The pause between two attempts.</summary>
    public TimeSpan DiscoveryInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long one node may take to connect, to answer about the cluster, or about what it can do.</summary>
    public TimeSpan GossipTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how much quiet the connection is pinged; at least a second, <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a ping may take before the connection counts as lost; at least a second, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>New settings as they are by default.</summary>
    public static EventStoreClientConnectivitySettings Default => new();
}
