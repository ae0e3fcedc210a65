using PbftReference.Core.Types;

namespace PbftReference.Host;

/// <summary>What a cluster is: its name, its configuration and a number used once. Every signature covers its digest.</summary>
/// <param name="Cluster">The cluster's name; part of its streams' names. Letters, digits and hyphens.</param>
/// <param name="Configuration">What the replicas agreed on.</param>
/// <param name="Service">The name of the replicated service.</param>
/// <param name="Nonce">Tells clusters of the same name and configuration apart; from the seed in simulation.</param>
public sealed record Genesis(string Cluster, ClusterConfiguration Configuration, string Service, Digest Nonce)
{
    /// <summary>The genesis digest.</summary>
    public Digest Digest
    {
        get
        {
            var c = Configuration;
            return new CanonicalWriter()
                .Text("pbft-reference/genesis/1").Text(Cluster).Text(Service)
                .Int32(c.Replicas).Int32(c.Faults).Int32(c.CheckpointPeriod).Int32(c.LogMultiplier).Int32(c.BatchSize).Int32(c.ClientWindow)
                .Digest(c.InitialServiceDigest).Digest(Nonce)
                .ToDigest();
        }
    }
}
