using System.Collections.Immutable;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Host;

namespace PbftReference.Runtime.Membership;

/// <summary>A replica of the cluster.</summary>
/// <param name="Id">Which.</param>
/// <param name="Address">Where it listens: an address of this machine's loopback, and a port.</param>
/// <param name="PublicKey">Its P-256 key, as SubjectPublicKeyInfo.</param>
public sealed record ReplicaMember(ReplicaId Id, System.Net.IPEndPoint Address, ImmutableArray<byte> PublicKey);

/// <summary>A client of the cluster.</summary>
/// <param name="Id">Which.</param>
/// <param name="PublicKey">Its P-256 key, as SubjectPublicKeyInfo.</param>
public sealed record ClientMember(ClientId Id, ImmutableArray<byte> PublicKey);

/// <summary>Who is in a live cluster, and what they agree on: the content of <c>genesis.json</c>.</summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Service">The name of the replicated service.</param>
/// <param name="Random">Drawn when the cluster was made; tells clusters of the same members apart.</param>
/// <param name="Configuration">What the replicas agree on.</param>
/// <param name="Replicas">The replicas, by their numbers.</param>
/// <param name="Clients">The clients, ascending.</param>
/// <param name="Signatures">Whether messages are signed. Without, a cluster serves to measure what signatures cost: nobody in it may be faulty, and nothing it records is evidence.</param>
public sealed record ClusterMembers(
    string Cluster, string Service, Digest Random, ClusterConfiguration Configuration, ImmutableArray<ReplicaMember> Replicas, ImmutableArray<ClientMember> Clients,
    bool Signatures = true)
{
    /// <summary>The genesis: its nonce covers all keys, so every signature does, too.</summary>
    public Genesis Genesis => new(Cluster, Configuration, Service, Nonce());

    /// <summary>Everybody's key.</summary>
    public IEnumerable<KeyValuePair<PeerId, ImmutableArray<byte>>> PublicKeys =>
        Replicas.Select(r => KeyValuePair.Create(PeerId.Of(r.Id), r.PublicKey)).Concat(Clients.Select(c => KeyValuePair.Create(PeerId.Of(c.Id), c.PublicKey)));

    private Digest Nonce()
    {
        var writer = new CanonicalWriter().Text("pbft-reference/members/1").Digest(Random).Bool(Signatures);
        foreach (var (peer, key) in PublicKeys) writer.Byte((byte)peer.Type).Int64(peer.Number).Bytes(key.AsSpan());
        return writer.ToDigest();
    }
}
