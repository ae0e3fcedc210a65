using System.Net;

namespace EventStore.Client;

/// <summary>What a node of a cluster is doing, if it answers calls meanwhile.</summary>
internal enum NodeState
{
    Other = 0,
    Follower = 6,
    Leader = 8,
    ReadOnlyLeaderless = 12,
    ReadOnlyReplica = 14,
}

/// <summary>A node, as gossip tells it.</summary>
internal sealed record Member(NodeState State, bool IsAlive, DnsEndPoint EndPoint)
{
    public bool IsConnectable => IsAlive && State != NodeState.Other;
}

/// <summary>The answer to gossip: the nodes of a cluster.</summary>
internal static class ClusterInfo
{
    /// <exception cref="InvalidDataException">The bytes are no such answer.</exception>
    public static Member[] Decode(ReadOnlyMemory<byte> bytes) =>
        [.. new ProtoMessage(bytes).Messages(1).Select(Member).OfType<Member>()];

    // A node without an address cannot be used, and is no reason not to use the others.
    private static Member? Member(ProtoMessage member)
    {
        var host = member.Message(5)?.Text(1);
        var port = member.Message(5)?.Number(2) ?? 0;
        var state = member.Number(3) is <= 15 and var number ? (NodeState)number : NodeState.Other;
        return host is { Length: > 0 } && port is > 0 and <= IPEndPoint.MaxPort
            ? new Member(Enum.IsDefined(state) ? state : NodeState.Other, member.Number(4) is > 0, new DnsEndPoint(host, (int)port))
            : null;
    }
}
