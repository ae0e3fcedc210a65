using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Pbft;

/// <summary>
/// Each replica is a client, too, for the operations that are handed to it by somebody without a client key (Fabric's chain
/// transactions). It has a number far above those of other clients and signs with the replica's key.
/// </summary>
public static class ConsenterClients
{
    /// <summary>The number of replica 0's client; other clients' numbers are below.</summary>
    public const long First = 1L << 32;

    /// <summary>The client that a replica is.</summary>
    public static ClientId IdOf(ReplicaId replica) => new(First + replica.Value);

    /// <summary>Whether a client is a replica.</summary>
    public static bool IsReplica(ClientId client) => client.Value is >= First and < First + ClusterConfiguration.MaxReplicas;

    /// <summary>Whose key a client signs with.</summary>
    public static PeerId SignerOf(ClientId client) =>
        IsReplica(client) ? PeerId.Of(new ReplicaId((int)(client.Value - First))) : PeerId.Of(client);
}
