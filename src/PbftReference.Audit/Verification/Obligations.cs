using PbftReference.Core;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// Whether a replica left anything undone after a step: a commit, a decision, an execution, a checkpoint, joining a view change, starting or
/// entering a view. Only the places that a step touched are looked at; that nothing is owed anywhere else then is proved
/// (<c>spec/proof/DutyComplete.dfy</c>).
/// </summary>
/// <param name="model">The cluster.</param>
/// <param name="peer">The specification's replica.</param>
/// <param name="self">Its number.</param>
internal sealed class Obligations(SpecModel model, SpecPeer peer, int self) : IDutyDesk
{
    private readonly SpecDesk _desk = new(model, self);
    private readonly List<long> _touched = [];
    private readonly List<SpecMessage> _newViews = [];
    private bool _everywhere;

    /// <summary>A message is in the log already where the history begins.</summary>
    public void Had(SpecMessage message) => _desk.Note(peer, message);

    /// <summary>Adds the numbers that are kept in mind.</summary>
    public void AddTo(SpecNumbers numbers) => _desk.AddTo(numbers);

    /// <inheritdoc/>
    public void Came(SpecMessage message)
    {
        Note(message);
        if (message.Statement == SpecStatementKind.NewView) _newViews.Add(message);
    }

    /// <inheritdoc/>
    public void Sent(SpecMessage message)
    {
        Note(message);
        _everywhere |= message.Statement == SpecStatementKind.NewView;
    }

    /// <summary>h has risen.</summary>
    public void Forget()
    {
        _desk.Clear(peer);
        _everywhere = true;
    }

    private void Note(SpecMessage message)
    {
        _desk.Note(peer, message);
        if (message.SequenceNumber is > 0 and var n && !_touched.Contains(n)) _touched.Add(n);
    }

    /// <summary>The first duty after a step; null if nothing is owed.</summary>
    /// <param name="state">The folded state: whether the replica runs, and whether its service is at work.</param>
    public SpecDuty? LeftUndone(ReplicaState state)
    {
        var duty = state.Phase is ReplicaPhase.Normal or ReplicaPhase.ViewChanging ? Owed(state) : null;
        _touched.Clear();
        _newViews.Clear();
        _everywhere = false;
        return duty;
    }

    private SpecDuty? Owed(ReplicaState state)
    {
        foreach (var newView in _newViews)
        {
            if (_desk.OwedEntry(peer, newView) is { } entry) return entry;
        }

        foreach (var n in Places())
        {
            if (_desk.OwedAt(peer, n) is { } duty && !IsProved(state, n)) return duty;
        }

        return _desk.OwedStable(peer) ?? _desk.OwedExecution(peer, state.Execution != ExecutionPhase.Idle) ?? _desk.OwedView(peer);
    }

    // The lowest first: what is owed there is named.
    private IEnumerable<long> Places()
    {
        if (_everywhere) return SpecDesk.Places(peer);
        _touched.Sort();
        return _touched;
    }

    // A place that certificates of an earlier view decided in this one is over here: whoever lacks it is shown the certificates (TOCS'02 5.2).
    private static bool IsProved(ReplicaState state, long n) =>
        Predicates.InWindow(state, new SequenceNumber(n)) && state.SlotAt(new SequenceNumber(n)) is { Phase: SlotPhase.CommittedLocal } slot && slot.View < state.View;
}
