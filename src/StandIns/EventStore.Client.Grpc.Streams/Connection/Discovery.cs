using System.Net;
using Grpc.Core;

namespace EventStore.Client;

/// <summary>Asks the nodes of a cluster about each other and chooses one of them.</summary>
internal sealed class Discovery(EventStoreClientConnectivitySettings settings, GrpcCaller caller, string connectionName)
{
    private const string Gossip = "/event_store.client.gossip.Gossip/Read";

    // What the last answer told; the seeds need not be there any more.
    private DnsEndPoint[] _members = [];

    /// <exception cref="DiscoveryException">No node that was asked told of one that can be used.</exception>
    public async Task<Node> DiscoverAsync(CancellationToken cancellationToken)
    {
        Exception? last = null;
        for (var attempt = 0; attempt < settings.MaxDiscoverAttempts; attempt++)
        {
            if (attempt > 0)
            {
                await Task.Delay(settings.DiscoveryInterval, cancellationToken).ConfigureAwait(false);
            }

            foreach (var endPoint in Candidates())
            {
                try
                {
                    return await AskAsync(endPoint, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception failure)
                    when (failure is RpcException or InvalidDataException && !cancellationToken.IsCancellationRequested)
                {
                    last = failure;
                }
            }

            _members = [];
        }

        throw new DiscoveryException(settings.MaxDiscoverAttempts, last);
    }

    private DnsEndPoint[] Candidates()
    {
        var candidates = _members.Length > 0 ? _members : Array.ConvertAll(settings.GossipSeeds, Node.ByName);
        return Shuffle(candidates);
    }

    private async Task<Node> AskAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var address = Node.AddressOf(endPoint, settings.Insecure);
        var options = new CallOptions(settings.GossipTimeout, null, RequiresLeader: false, connectionName);
        var answer = await caller.UnaryAsync(address, Gossip, Requests.Nothing, options, cancellationToken).ConfigureAwait(false);
        var members = ClusterInfo.Decode(answer);
        var chosen = Shuffle(members.Where(member => member.IsConnectable)).OrderByDescending(Preferred).FirstOrDefault()
            ?? throw new InvalidDataException($"{address} tells of {members.Length} nodes, none of which can be used.");
        _members = [.. members.Select(member => member.EndPoint)];
        return new Node(Node.AddressOf(chosen.EndPoint, settings.Insecure));
    }

    private bool Preferred(Member member) => settings.NodePreference switch
    {
        NodePreference.Leader => member.State == NodeState.Leader,
        NodePreference.Follower => member.State == NodeState.Follower,
        NodePreference.ReadOnlyReplica => member.State is NodeState.ReadOnlyReplica or NodeState.ReadOnlyLeaderless,
        _ => false,
    };

    private static T[] Shuffle<T>(IEnumerable<T> items)
    {
        var shuffled = items.ToArray();
        Random.Shared.Shuffle(shuffled);
        return shuffled;
    }
}
