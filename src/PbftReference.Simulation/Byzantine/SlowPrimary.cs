using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>As primary, holds its pre-prepares back: for just less than the backups' time-out, or just more (NSDI'09, Aardvark).</summary>
public sealed class SlowPrimary(SeededRandom random) : ByzantineBehaviour
{
    private byte[] _frame = [];
    private long _delay;

    /// <inheritdoc/>
    public override string Name => "slow-primary";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (KindOf(frame) != MessageKind.PrePrepare)
        {
            Context.Send(to, frame);
            return;
        }

        if (!ReferenceEquals(frame, _frame)) (_frame, _delay) = (frame, Delay());
        Act();
        Context.After(_delay, () => Context.Send(to, frame));
    }

    private long Delay()
    {
        var percent = random.Chance(500_000) ? random.Between(70, 95) : random.Between(101, 120);
        return Context.Configuration.RequestTimeout * percent / 100;
    }
}
