using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Signs for different states to different replicas, and for states that nobody has reached.</summary>
public sealed class ConflictingCheckpoints(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "conflicting-checkpoints";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 200, 600, Invent);
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (KindOf(frame) == MessageKind.Checkpoint && random.Chance(500_000))
        {
            Act();
            frame = Context.Encode(Read<Checkpoint>(frame) with { StateDigest = random.NextDigest() });
        }

        Context.Send(to, frame);
    }

    private void Invent()
    {
        if (Context.State is not { } state) return;
        var k = state.Configuration.CheckpointPeriod;
        var periods = (state.LastExecuted.Value / k) + random.Pick([1L, 2L, 5L, 1000L]);
        Act();
        var frame = Context.Encode(new Checkpoint(new SequenceNumber(periods * k), random.NextDigest(), Context.Self));
        if (random.Chance(500_000)) Context.SendToOthers(frame);
        else Context.Send(random.Pick([.. Context.Others]), frame);
    }
}
