using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Transport;

namespace PbftReference.Cli.Live;

/// <summary>What a client has to say of its connections: nothing, its results tell.</summary>
internal sealed class QuietTransport : ITransportObserver
{
    public static QuietTransport Instance { get; } = new();

    public void Opened(PeerId peer, bool outgoing)
    {
    }

    public void Closed(PeerId peer, bool outgoing, string reason)
    {
    }

    public void Refused(TransportRefusal reason, string remote)
    {
    }

    public void Dropped(PeerId peer)
    {
    }

    public void Sent(PeerId peer, int bytes)
    {
    }

    public void Received(PeerId peer, int bytes)
    {
    }
}
