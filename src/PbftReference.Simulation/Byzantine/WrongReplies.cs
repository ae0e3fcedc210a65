using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Answers clients with other results and other views than the true ones; one liar's word must not be enough (paper section 4.1).</summary>
public sealed class WrongReplies(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "wrong-replies";

    /// <inheritdoc/>
    public override void OnSend(ClientId to, byte[] frame)
    {
        Act();
        var reply = Read<Reply>(frame);
        Context.Send(to, Context.Encode(reply with { Result = [.. reply.Result, (byte)'0'], View = new ViewNumber(reply.View.Value + random.Below(3)) }));
    }
}
