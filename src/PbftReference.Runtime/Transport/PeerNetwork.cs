using System.Collections.Immutable;
using System.Net;
using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Membership;

namespace PbftReference.Runtime.Transport;

/// <summary>
/// A replica in the network: calls every other replica and sends on those connections; takes the calls of the others and of clients.
/// </summary>
/// <remarks>
/// Takes the place of Fabric v0.6's peer connections and <c>consensus/pbft/broadcast.go</c>. There a queue holds 10 messages for each peer
/// and what does not fit is lost for good; here the queues are deep, nobody waits for them, and status messages make up for what is lost.
/// </remarks>
public sealed class PeerNetwork : INetworkStack, IAsyncDisposable
{
    private readonly ClusterMembers _members;
    private readonly PeerId _self;
    private readonly Listener _listener;
    private readonly ImmutableArray<Caller> _callers;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _halt = new();
    private ImmutableArray<Task> _calling = [];
    private bool _disposed;

    /// <summary>Listens; nothing is taken or sent before <see cref="Start"/>.</summary>
    /// <param name="identity">Who this is.</param>
    /// <param name="members">All members.</param>
    /// <param name="listen">Where to listen; null for the address in the genesis.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="observer">Sees what happens.</param>
    /// <param name="join">Gives a handler for the frames of a peer that has called; disposed when its connection ends.</param>
    /// <exception cref="System.Net.Sockets.SocketException">The address is taken.</exception>
    public PeerNetwork(
        Identity identity, ClusterMembers members, IPEndPoint? listen, TransportLimits limits, ITransportObserver observer,
        Func<PeerId, (FrameHandler Handle, IDisposable Handler)> join)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(members);
        (_members, _self) = (members, identity.Self);
        _listener = new Listener(identity, listen ?? members.Replicas[_self.Replica.Value].Address, limits, observer, join);
        _callers = [.. members.Replicas.Where(r => r.Id != _self.Replica)
            .Select(r => new Caller(new Link(PeerId.Of(r.Id), limits, observer), identity, r.Address, limits, observer, null))];
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => _listener.Address;

    /// <summary>Replicas that it can send to now.</summary>
    public int ReplicasConnected => _callers.Count(caller => caller.IsConnected);

    /// <summary>Clients that are connected.</summary>
    public int ClientsConnected => _listener.Callers.Count(peer => peer.Type == PeerType.Client);

    /// <summary>Frames that wait for other replicas.</summary>
    public int Waiting => _callers.Sum(caller => caller.Link.Waiting);

    /// <summary>Starts to call and to take calls.</summary>
    public void Start()
    {
        _listener.Start();
        _calling = [.. _callers.Select(caller => Task.Run(() => caller.Run(_closing.Token, _halt.Token)))];
    }

    /// <inheritdoc/>
    public void Broadcast(ConsenterMessage message, PeerType type)
    {
        if (type == PeerType.Replica)
        {
            foreach (var caller in _callers) caller.Link.TrySend(message.Payload);
        }
        else
        {
            foreach (var peer in _listener.Callers.Where(peer => peer.Type == type)) _listener.TrySend(peer, message.Payload);
        }
    }

    /// <inheritdoc/>
    public void Unicast(ConsenterMessage message, PeerId receiver)
    {
        if (receiver.Type == PeerType.Client) _listener.TrySend(receiver, message.Payload);
        else _callers.FirstOrDefault(caller => caller.Link.Peer == receiver)?.Link.TrySend(message.Payload);
    }

    /// <inheritdoc/>
    public NetworkHandles GetNetworkHandles() => new(_self, [.. _members.Replicas.Select(r => PeerId.Of(r.Id))]);

    /// <inheritdoc/>
    public NetworkInfo GetNetworkInfo()
    {
        var all = _members.Replicas.Select(r => new PeerEndpoint(PeerId.Of(r.Id), r.Address.ToString())).ToList();
        return new NetworkInfo(all[_self.Replica.Value], all);
    }

    /// <summary>Takes no further frame, lets what waits for connected peers leave, and hangs up.</summary>
    /// <param name="patience">After that long it hangs up in any case.</param>
    public async Task Close(TimeSpan patience)
    {
        foreach (var caller in _callers) caller.Link.Complete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll([_listener.Close(), .. _calling]), Task.Delay(patience)).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hangs up; what waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _halt.CancelAsync().ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_calling).ConfigureAwait(false);
        _closing.Dispose();
        _halt.Dispose();
    }
}
