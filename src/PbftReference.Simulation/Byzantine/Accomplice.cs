using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Votes for and commits whatever the primary of a view proposes there, unlooked-at, whatever the new-view says; keeps to itself what was
/// decided, so that nobody whom the primary wants to deceive learns of it.
/// </summary>
public sealed class Accomplice : ByzantineBehaviour
{
    private readonly SortedSet<(ViewNumber View, SequenceNumber SequenceNumber)> _voted = [];

    /// <inheritdoc/>
    public override string Name => "accomplice";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        // the host's own votes would contradict these
        if (KindOf(frame) is MessageKind.Prepare or MessageKind.Commit or MessageKind.CommitProof) return;
        Context.Send(to, frame);
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        if (KindOf(frame) != MessageKind.PrePrepare || TryRead<PrePrepare>(frame) is not { } m) return true;
        if (m.Replica != Context.Configuration.PrimaryOf(m.View)) return true;
        if (_voted.Add((m.View, m.SequenceNumber))) Vote(m);
        return !IsAgainstTheNewView(m);
    }

    private void Vote(PrePrepare m)
    {
        if (IsAgainstTheNewView(m)) Act();
        Context.SendToOthers(Context.Encode(new Prepare(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, Context.Self)));
        Context.SendToOthers(Context.Encode(new Commit(m.View, m.SequenceNumber, m.BatchDigest, Context.Self)));
    }

    // the host underneath would ask for another view
    private bool IsAgainstTheNewView(PrePrepare m)
    {
        if (Context.State is not { } state || !Core.Predicates.InWindow(state, m.SequenceNumber)) return false;
        var slot = state.SlotAt(m.SequenceNumber);
        return slot.Phase != SlotPhase.Empty && slot.View == m.View && slot.BatchDigest != m.BatchDigest;
    }
}
