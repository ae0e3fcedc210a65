using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Answers those who fetch a checkpoint or a batch with bytes flipped, under a good signature, and sends such pages unasked.</summary>
public sealed class CorruptPages(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "corrupt-pages";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 20, 80, SendUnasked);
    }

    private void SendUnasked()
    {
        if (Context.State is not { OwnCheckpoints: { IsEmpty: false } checkpoints }) return;
        Act();
        var page = new StatePage(random.Below(6), [.. Enumerable.Range(0, 40).Select(_ => (byte)random.Below(256))]);
        Context.SendToOthers(Context.Encode(new StatePages(checkpoints[^1].SequenceNumber, [page], Context.Self)));
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        Message? altered = KindOf(frame) switch
        {
            MessageKind.StateManifest when random.Chance(400_000) => Alter(Read<StateManifest>(frame)),
            MessageKind.StatePages when random.Chance(750_000) => Alter(Read<StatePages>(frame)),
            MessageKind.BatchData => Alter(Read<BatchData>(frame)),
            _ => null,
        };
        if (altered is not null) Act();
        Context.Send(to, altered is null ? frame : Context.Encode(altered));
    }

    private StateManifest Alter(StateManifest m) => m.ClientPages.IsEmpty || random.Chance(500_000)
        ? m with { ServicePages = Alter(m.ServicePages) }
        : m with { ClientPages = Alter(m.ClientPages) };

    private ImmutableArray<Digest> Alter(ImmutableArray<Digest> digests) =>
        digests.IsEmpty ? [random.NextDigest()] : digests.SetItem(random.Below(digests.Length), random.NextDigest());

    private StatePages Alter(StatePages m)
    {
        var i = random.Below(m.Pages.Length);
        var content = m.Pages[i].Content;
        var at = content.IsEmpty ? -1 : random.Below(content.Length);
        var flipped = at < 0 ? content.Add(1) : content.SetItem(at, (byte)(content[at] ^ (1 << random.Below(8))));
        return m with { Pages = m.Pages.SetItem(i, m.Pages[i] with { Content = flipped }) };
    }

    private static BatchData Alter(BatchData m) => m with { Batch = new Batch(m.Batch.Requests.Add(m.Batch.Requests[0])) };
}
