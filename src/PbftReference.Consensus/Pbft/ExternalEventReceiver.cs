using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;

namespace PbftReference.Consensus.Pbft;

/// <summary>
/// Turns calls from outside into events on the consenter's queue. A message of the protocol is decoded and its signatures are checked
/// here, on the caller's thread, so that the event thread spends no time on what is not genuine.
/// </summary>
/// <remarks>Fabric v0.6, <c>consensus/pbft/external.go</c>, <c>externalEventReceiver</c>.</remarks>
internal sealed class ExternalEventReceiver(IEventQueue queue, MessageVerifier edge, Action<DropReason> dropped) : IExecutionConsumer
{
    /// <inheritdoc cref="IConsenter.RecvMsg"/>
    public async ValueTask RecvMsg(ConsenterMessage message, PeerId sender, CancellationToken cancellation)
    {
        MessageReceived? received = null;
        if (message.Type == ConsenterMessageType.Consensus && (received = Check(message.Payload.Span)) is null) return;
        await queue.SendAsync(new BatchMessageEvent(message, sender, received), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Executed(object tag) => queue.Send(new ExecutedEvent(tag));

    /// <inheritdoc/>
    public void Committed(object tag, BlockchainInfo info) => queue.Send(new CommittedEvent(tag, info));

    /// <inheritdoc/>
    public void RolledBack(object tag) => queue.Send(new RolledBackEvent(tag));

    /// <inheritdoc/>
    public void StateUpdated(object tag, BlockchainInfo? info) => queue.Send(new StateUpdatedEvent(tag, info));

    private MessageReceived? Check(ReadOnlySpan<byte> frame)
    {
        try
        {
            var (message, signature) = WireFormat.Decode(frame);
            if (edge.Holds(message, signature)) return new MessageReceived(message, signature);
            dropped(DropReason.BadSignature);
        }
        catch (InvalidDataException)
        {
            dropped(DropReason.Undecodable);
        }

        return null;
    }
}
