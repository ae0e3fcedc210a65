using PbftReference.Core.Messages;

namespace PbftReference.Simulation.Byzantine;

/// <summary>As backup, proposes requests that it hears of at the places that the primary will use.</summary>
public sealed class Usurp(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "usurp";

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        if (Context.State is { Active: true, IsPrimary: false } state && TryReadRequest(frame) is { } request && random.Chance(500_000))
        {
            var batch = new Batch([request]);
            var n = state.LastExecuted + random.Between(1, 3);
            Act();
            Context.SendToOthers(Context.Encode(new PrePrepare(state.View, n, batch.Digest, state.CurrentNewView, Context.Self, batch)));
        }

        return true;
    }
}
