using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Proposes batches under the digest of another batch, and votes for digests of nothing.</summary>
public sealed class WrongDigest(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "wrong-digest";

    private byte[] _frame = [];
    private byte[] _altered = [];

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        // the same lie for everybody that the host sends the frame to: it goes furthest
        if (!ReferenceEquals(frame, _frame)) (_frame, _altered) = (frame, Altered(frame));
        if (!ReferenceEquals(frame, _altered)) Act();
        Context.Send(to, _altered);
    }

    private byte[] Altered(byte[] frame)
    {
        var kind = KindOf(frame);
        if (kind is not (MessageKind.PrePrepare or MessageKind.Prepare or MessageKind.Commit) || random.Chance(400_000)) return frame;
        return kind switch
        {
            MessageKind.PrePrepare => Context.Encode(Altered(Read<PrePrepare>(frame))),
            MessageKind.Prepare => Context.Encode(Read<Prepare>(frame) with { BatchDigest = random.NextDigest() }),
            _ => Context.Encode(Read<Commit>(frame) with { BatchDigest = random.NextDigest() }),
        };
    }

    private PrePrepare Altered(PrePrepare m)
    {
        if (m.Batch is null || random.Chance(500_000)) return m with { BatchDigest = random.NextDigest() };
        return m with { Batch = new Batch([.. m.Batch.Requests, m.Batch.Requests[0]]) };
    }
}
