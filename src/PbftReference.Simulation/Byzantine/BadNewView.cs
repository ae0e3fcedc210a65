using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// As new primary, starts its view with a new-view that does not follow: another O, a prepared place left out or made up, too few
/// view-changes, one of another view, one twice. It proposes what it wrote there, so that whoever believes it goes wrong.
/// </summary>
public sealed class BadNewView(SeededRandom random) : ByzantineBehaviour
{
    private readonly SortedDictionary<ViewNumber, (NewView Own, NewView Told)> _told = [];

    /// <inheritdoc/>
    public override string Name => "bad-new-view";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.NewView when Read<NewView>(frame) is var m && m.Replica == Context.Self: Tell(to, m); break;
            case MessageKind.PrePrepare when Read<PrePrepare>(frame) is var m && _told.TryGetValue(m.View, out var told): Propose(to, m, told); break;
            case MessageKind.Commit when Read<Commit>(frame) is var m && _told.TryGetValue(m.View, out var told):
                Context.Send(to, Context.Encode(m with { BatchDigest = DigestAt(m.SequenceNumber, m.BatchDigest, told) }));
                break;
            default: Context.Send(to, frame); break;
        }
    }

    private void Tell(ReplicaId to, NewView own)
    {
        if (!_told.TryGetValue(own.View, out var told)) _told.Add(own.View, told = (own, Alter(own)));
        Act();
        // not every lie can be read, and what follows in a combination reads what it gets
        Context.SendPastOthers(to, Context.Encode(told.Told));
        Context.After(4, () =>
        {
            foreach (var carried in told.Told.Carried)
            {
                var (n, digest) = (carried.SequenceNumber, carried.BatchDigest);
                Context.Send(to, Context.Encode(new PrePrepare(own.View, n, digest, told.Told.StatementDigest, Context.Self, null)));
                Context.Send(to, Context.Encode(new Commit(own.View, n, digest, Context.Self)));
            }
        });
    }

    private void Propose(ReplicaId to, PrePrepare m, (NewView Own, NewView Told) told)
    {
        var digest = DigestAt(m.SequenceNumber, m.BatchDigest, told);
        var batch = digest == m.BatchDigest ? m.Batch : null;
        var proposal = m with { NewView = told.Told.StatementDigest, BatchDigest = digest, Batch = batch };
        Context.After(4, () => Context.Send(to, Context.Encode(proposal)));
    }

    /// <summary>What was told of a place; the null request for one that was left out; what the host proposes for a later one.</summary>
    private static Digest DigestAt(SequenceNumber n, Digest proposed, (NewView Own, NewView Told) told)
    {
        foreach (var carried in told.Told.Carried)
        {
            if (carried.SequenceNumber == n) return carried.BatchDigest;
        }

        return told.Own.Carried.Any(carried => carried.SequenceNumber == n) ? Digest.None : proposed;
    }

    private NewView Alter(NewView m) => random.Below(8) switch
    {
        0 => NewViewDraft.Of(m, m.ViewChanges.RemoveAt(random.Below(m.ViewChanges.Length))),
        1 => m with { ViewChanges = m.ViewChanges.Insert(0, m.ViewChanges[0]) },
        2 => NewViewDraft.WithOwn(m, Context.Seal(new ViewChange(m.View.Next, m.ViewChanges[0].Statement.Stable, [], Context.Self))),
        3 when !m.Carried.IsEmpty => m with { Carried = m.Carried.RemoveAt(m.Carried.Length - 1) },
        4 or 5 when !m.Carried.IsEmpty => m with { Carried = WithOther(m.Carried) },
        6 when !m.Carried.IsEmpty => m with { Carried = [] },
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
