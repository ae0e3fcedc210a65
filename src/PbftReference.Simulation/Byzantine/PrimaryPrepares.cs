using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>As primary, sends prepares: before its pre-prepare, and for places that its view carries over in place of it (paper section 4.2).</summary>
public sealed class PrimaryPrepares(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "primary-prepares";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (KindOf(frame) == MessageKind.PrePrepare && Read<PrePrepare>(frame) is var m && m.Replica == Context.Self && random.Chance(700_000))
        {
            Act();
            Context.Send(to, Context.Encode(new Prepare(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, Context.Self)));
            if (m.View.Value == 0 || random.Chance(300_000)) Context.After(5, () => Context.Send(to, frame));
        }
        else
        {
            Context.Send(to, frame);
        }
    }
}
