using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Sends other view-changes than the host's: one lie for each view, told to everybody, and as new primary also in its new-view.</summary>
public abstract class AlterViewChange : ByzantineBehaviour
{
    private readonly SortedDictionary<ViewNumber, ViewChange> _told = [];
    private byte[] _frame = [];
    private byte[] _altered = [];

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (KindOf(frame) is not (MessageKind.ViewChange or MessageKind.NewView))
        {
            Context.Send(to, frame);
            return;
        }

        if (!ReferenceEquals(frame, _frame)) (_frame, _altered) = (frame, Altered(frame));
        if (!ReferenceEquals(frame, _altered)) Act();
        Context.Send(to, _altered);
    }

    /// <summary>What is said instead; the same object to say the truth.</summary>
    protected abstract ViewChange Alter(ViewChange viewChange);

    private byte[] Altered(byte[] frame)
    {
        var statement = WireFormat.Decode(frame).Statement;
        if (statement is ReplicaMessage m && m.Replica != Context.Self) return frame;
        if (statement is ViewChange viewChange)
        {
            var told = Told(viewChange);
            return ReferenceEquals(told, viewChange) ? frame : Context.Encode(told);
        }

        var newView = (NewView)statement;
        foreach (var signed in newView.ViewChanges)
        {
            if (signed.Statement.Replica != Context.Self) continue;
            var told = Told(signed.Statement);
            return ReferenceEquals(told, signed.Statement) ? frame : Context.Encode(NewViewDraft.WithOwn(newView, Context.Seal(told)));
        }

        return frame;
    }

    private ViewChange Told(ViewChange viewChange)
    {
        if (!_told.TryGetValue(viewChange.NewView, out var told)) _told.Add(viewChange.NewView, told = Alter(viewChange));
        return told;
    }
}
