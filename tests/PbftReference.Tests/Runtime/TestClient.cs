using System.Collections.Concurrent;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.Runtime.Transport;

namespace PbftReference.Tests.Runtime;

/// <summary>A client's end of a network.</summary>
internal sealed class TestClient : ITransportObserver, IAsyncDisposable
{
    public TestClient(TestCluster cluster, int client)
    {
        Network = new ClientNetwork(cluster.IdentityOf(PeerId.Of(new ClientId(client))), cluster.Members, new TransportLimits(), this);
        Network.SetReceiver((frame, _) =>
        {
            Frames.Enqueue(frame.ToArray());
            return default;
        });
    }

    public ClientNetwork Network { get; }

    public ConcurrentQueue<byte[]> Frames { get; } = [];

    void ITransportObserver.Opened(PeerId peer, bool outgoing)
    {
    }

    void ITransportObserver.Closed(PeerId peer, bool outgoing, string reason)
    {
    }

    void ITransportObserver.Refused(TransportRefusal reason, string remote)
    {
    }

    void ITransportObserver.Dropped(PeerId peer)
    {
    }

    void ITransportObserver.Sent(PeerId peer, int bytes)
    {
    }

    void ITransportObserver.Received(PeerId peer, int bytes)
    {
    }

    public ValueTask DisposeAsync() => Network.DisposeAsync();
}
