using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// As new primary, starts its view with a new-view that does not follow: another O, a prepared place left out or made up, too few
/// view-changes, one of another view, one twice.
/// </summary>
public sealed class BadNewView(SeededRandom random) : ByzantineBehaviour
{
    private readonly SortedDictionary<ViewNumber, byte[]> _told = [];

    /// <inheritdoc/>
    public override string Name => "bad-new-view";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (KindOf(frame) == MessageKind.NewView && Read<NewView>(frame) is var newView && newView.Replica == Context.Self)
        {
            if (!_told.TryGetValue(newView.View, out var told)) _told.Add(newView.View, told = Context.Encode(Alter(newView)));
            Act();
            frame = told;
        }

        Context.Send(to, frame);
    }

    private NewView Alter(NewView m) => random.Below(7) switch
    {
        0 => NewViewDraft.Of(m, m.ViewChanges.RemoveAt(random.Below(m.ViewChanges.Length))),
        1 => m with { ViewChanges = m.ViewChanges.Insert(0, m.ViewChanges[0]) },
        2 => NewViewDraft.WithOwn(m, Context.Seal(new ViewChange(m.View.Next, m.ViewChanges[0].Statement.Stable, [], Context.Self))),
        3 when !m.Carried.IsEmpty => m with { Carried = m.Carried.RemoveAt(m.Carried.Length - 1) },
        4 when !m.Carried.IsEmpty => m with { Carried = WithOther(m.Carried) },
        5 when !m.Carried.IsEmpty => m with { Carried = [] },
        _ => m with { Carried = m.Carried.Add(new CarriedOver(NextOf(m), random.NextDigest())) },
    };

    private ImmutableArray<CarriedOver> WithOther(ImmutableArray<CarriedOver> carried)
    {
        var i = random.Below(carried.Length);
        var digest = carried[i].BatchDigest.IsNone || random.Chance(500_000) ? random.NextDigest() : Digest.None;
        return carried.SetItem(i, carried[i] with { BatchDigest = digest });
    }

    private static SequenceNumber NextOf(NewView m)
    {
        if (!m.Carried.IsEmpty) return m.Carried[^1].SequenceNumber.Next;
        return new SequenceNumber(m.ViewChanges.Max(signed => signed.Statement.Stable.SequenceNumber.Value) + 1);
    }
}
