using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// As new primary, starts its view twice: it waits for more view-changes than it needs, makes two valid new-views of different quorums
/// of them, sends each to one half, and in its proposals names to each half its own.
/// </summary>
public sealed class TwoNewViews(SeededRandom random) : ByzantineBehaviour
{
    private readonly SortedDictionary<ViewNumber, NewView?> _second = [];
    private readonly SortedDictionary<(ViewNumber View, ReplicaId Replica), Signed<ViewChange>> _viewChanges = [];

    /// <inheritdoc/>
    public override string Name => "two-new-views";

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        if (KindOf(frame) == MessageKind.ViewChange && TryReadSigned<ViewChange>(frame) is { } viewChange)
        {
            _viewChanges[(viewChange.Statement.NewView, viewChange.Statement.Replica)] = viewChange;
        }

        return true;
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.NewView: SendNewView(to, frame, Read<NewView>(frame)); break;
            case MessageKind.PrePrepare when OtherHalf(to): SendPrePrepare(to, frame, Read<PrePrepare>(frame)); break;
            default: Context.Send(to, frame); break;
        }
    }

    private static bool OtherHalf(ReplicaId to) => (to.Value & 1) == 1;

    private void SendNewView(ReplicaId to, byte[] frame, NewView first)
    {
        if (first.Replica != Context.Self)
        {
            Context.Send(to, frame);
            return;
        }

        Context.After(random.Between(5, 30), () =>
        {
            if (!_second.TryGetValue(first.View, out var second)) _second.Add(first.View, second = SecondOf(first));
            var tellsOther = second is not null && OtherHalf(to);
            if (tellsOther) Act();
            Context.Send(to, tellsOther ? Context.Encode(second!) : frame);
        });
    }

    /// <summary>The new-view of the same view with the last view-change replaced by one that came later; null if none came.</summary>
    private NewView? SecondOf(NewView first)
    {
        var used = first.ViewChanges.Select(signed => signed.Statement.Replica).ToHashSet();
        var late = Context.Others.FirstOrDefault(id => !used.Contains(id) && _viewChanges.ContainsKey((first.View, id)), Context.Self);
        if (late == Context.Self) return null;
        var victim = first.ViewChanges.Last(signed => signed.Statement.Replica != Context.Self);
        var others = first.ViewChanges.Remove(victim).Add(_viewChanges[(first.View, late)]);
        return NewViewDraft.Of(first, [.. others.OrderBy(signed => signed.Statement.Replica)]);
    }

    private void SendPrePrepare(ReplicaId to, byte[] frame, PrePrepare m)
    {
        // after the new-view, which is held back
        Context.After(40, () =>
        {
            var second = _second.GetValueOrDefault(m.View);
            if (second is null || m.Replica != Context.Self)
            {
                Context.Send(to, frame);
                return;
            }

            Act();
            var carried = second.Carried.Where(place => place.SequenceNumber == m.SequenceNumber).Select(place => (Digest?)place.BatchDigest).FirstOrDefault();
            var digest = carried ?? m.BatchDigest;
            Context.Send(to, Context.Encode(m with { NewView = second.StatementDigest, BatchDigest = digest, Batch = digest == m.BatchDigest ? m.Batch : null }));
        });
    }
}
