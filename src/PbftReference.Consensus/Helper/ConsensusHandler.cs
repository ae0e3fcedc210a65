using System.Threading.Channels;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Util;

namespace PbftReference.Consensus.Helper;

/// <summary>
/// One connection's way into the consenter: a queue of limited room. When it is full the connection is not read, so the sender waits;
/// Fabric throws away what does not fit.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/helper/handler.go</c>, <c>ConsensusHandler</c>.</remarks>
public sealed class ConsensusHandler : IDisposable
{
    private readonly Channel<Received> _channel;

    internal ConsensusHandler(PeerId peer, int room)
    {
        Peer = peer;
        _channel = Channel.CreateBounded<Received>(new BoundedChannelOptions(room) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>Whose connection it is.</summary>
    public PeerId Peer { get; }

    internal ChannelReader<Received> Inbound => _channel.Reader;

    /// <summary>Takes a message of the protocol; waits while there is no room.</summary>
    /// <exception cref="ChannelClosedException">The handler is closed.</exception>
    public ValueTask HandleMessage(ReadOnlyMemory<byte> frame, CancellationToken cancellation) =>
        _channel.Writer.WriteAsync(new Received(new ConsenterMessage(ConsenterMessageType.Consensus, frame), Peer), cancellation);

    /// <summary>Closes: what was taken before is still handed on.</summary>
    public void Dispose() => _channel.Writer.TryComplete();
}
