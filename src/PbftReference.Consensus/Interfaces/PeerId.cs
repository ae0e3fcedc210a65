using System.Globalization;
using PbftReference.Core.Types;

namespace PbftReference.Consensus.Interfaces;

/// <summary>What a peer is (Fabric's <c>pb.PeerEndpoint_Type</c>, of which the consenters use validators only).</summary>
public enum PeerType
{
    /// <summary>A replica: Fabric's validating peer.</summary>
    Replica,

    /// <summary>A client.</summary>
    Client,
}

/// <summary>
/// Names a peer: a replica (Fabric's <c>vpN</c>) or a client. In Fabric an integer is parsed out of a name, and a name that has none
/// stops the process; here number and type are all there is.
/// </summary>
/// <param name="Type">Replica or client.</param>
/// <param name="Number">Its number; 0 and up.</param>
public readonly record struct PeerId(PeerType Type, long Number)
{
    /// <summary>A replica.</summary>
    public static PeerId Of(ReplicaId replica) => new(PeerType.Replica, replica.Value);

    /// <summary>A client.</summary>
    public static PeerId Of(ClientId client) => new(PeerType.Client, client.Value);

    /// <summary>As a replica.</summary>
    /// <exception cref="InvalidOperationException">It is a client.</exception>
    public ReplicaId Replica => Type == PeerType.Replica ? new ReplicaId((int)Number) : throw new InvalidOperationException($"{this} is no replica");

    /// <summary>As a client.</summary>
    /// <exception cref="InvalidOperationException">It is a replica.</exception>
    public ClientId Client => Type == PeerType.Client ? new ClientId(Number) : throw new InvalidOperationException($"{this} is no client");

    /// <summary>replica-2 or client-7.</summary>
    public override string ToString() =>
        (Type == PeerType.Replica ? "replica-" : "client-") + Number.ToString(CultureInfo.InvariantCulture);
}
