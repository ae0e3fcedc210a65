using System.Numerics;
using PbftDuties;
using PbftTypes;
using Duties = PbftDuties.__default;

namespace PbftReference.Spec;

/// <summary>Something that a correct replica could do and has left undone.</summary>
/// <param name="Name">The specification's <c>Duty</c>.</param>
/// <param name="Number">The place or the view that it is about.</param>
public sealed record SpecDuty(string Name, long Number);

/// <summary>
/// What a replica may not leave undone (<c>oracle/Duties.dfy</c>): the latest vote, commit, checkpoint and view-change of each replica,
/// and what follows from them. A duty is never spurious: it is an action that the specification allows on what was delivered.
/// </summary>
public sealed class SpecDesk
{
    private readonly SpecModel _model;
    private readonly BigInteger _id;
    private _IDesk _desk = Duties.EmptyDesk();

    // What nothing was owed on: the same again needs no second look (OwedStableSame, OwedViewSame).
    private (object? Stable, object? Signed, object? Checkpoints) _stableSeen;
    private (BigInteger View, bool Active, object? Asked) _viewSeen;

    /// <summary>An empty one.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="id">The replica.</param>
    public SpecDesk(SpecModel model, int id) => (_model, _id) = (model, id);

    /// <summary>The names of all duties.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Duty).Assembly.GetTypes().Where(type => type.BaseType == typeof(Duty)).Select(type => type.Name[(type.Name.IndexOf('_', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal),
    ];

    /// <summary>A message came, or was sent by the replica itself.</summary>
    /// <param name="peer">The replica as it is then.</param>
    /// <param name="message">The message.</param>
    public void Note(SpecPeer peer, SpecMessage message)
    {
        _desk = Duties.Note(_model.Parameters, peer.Value.dtor_r, _desk, message.Value);
        // checkpoints and view-changes may be nested in what is not plain
        if (!message.IsPlain || message.Statement == SpecStatementKind.Checkpoint) LookAgain();
    }

    /// <summary>Forgets what lies at or below h.</summary>
    /// <param name="peer">The replica.</param>
    public void Clear(SpecPeer peer)
    {
        _desk = Duties.Clear(peer.Value.dtor_r, _desk);
        LookAgain();
    }

    /// <summary>Adds the numbers that it speaks of.</summary>
    public void AddTo(SpecNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        numbers.Add(_desk);
    }

    private void LookAgain() => (_stableSeen, _viewSeen) = (default, default);

    /// <summary>What is owed at a place: a commit, a decision.</summary>
    /// <param name="peer">The replica.</param>
    /// <param name="n">The place.</param>
    public SpecDuty? OwedAt(SpecPeer peer, long n) => Of(Duties.OwedAt(_model.Parameters, peer.Value, _desk, n));

    /// <summary>The places at which something could be owed: those with a standing proposal.</summary>
    /// <param name="peer">The replica.</param>
    public static IEnumerable<long> Places(SpecPeer peer) => peer.Value.dtor_r.dtor_accepted.Keys.Elements.Select(n => (long)n);

    /// <summary>What is owed for a checkpoint that the replica signed: to make it stable.</summary>
    /// <param name="peer">The replica.</param>
    public SpecDuty? OwedStable(SpecPeer peer)
    {
        var r = peer.Value.dtor_r;
        var seen = (r.dtor_stable, r.dtor_ckpts, _desk.dtor_checkpoints);
        if (ReferenceEquals(seen.dtor_stable, _stableSeen.Stable) && ReferenceEquals(seen.dtor_ckpts, _stableSeen.Signed)
            && ReferenceEquals(seen.dtor_checkpoints, _stableSeen.Checkpoints)) return null;
        var high = r.dtor_stable.dtor_seqno + _model.Shape.LogWindow;
        foreach (var n in r.dtor_ckpts.Keys.Elements)
        {
            // of the checkpoints beyond H an implementation need keep only the latest of each replica
            if (n <= high && Of(Duties.OwedStable(_model.Parameters, peer.Value, _desk, n)) is { } duty) return duty;
        }

        _stableSeen = seen;
        return null;
    }

    /// <summary>What is owed in execution: a batch, a checkpoint.</summary>
    /// <param name="peer">The replica.</param>
    /// <param name="busy">Whether a batch is being executed or a state fetched.</param>
    public SpecDuty? OwedExecution(SpecPeer peer, bool busy) => Of(Duties.OwedExecution(_model.Parameters, peer.Value, busy));

    /// <summary>What is owed in a view change: to join it, to start the view.</summary>
    /// <param name="peer">The replica.</param>
    public SpecDuty? OwedView(SpecPeer peer)
    {
        var r = peer.Value.dtor_r;
        var seen = (r.dtor_view, r.dtor_active, _desk.dtor_asked);
        if (ReferenceEquals(seen.dtor_asked, _viewSeen.Asked) && seen.dtor_view == _viewSeen.View && seen.dtor_active == _viewSeen.Active) return null;
        var duty = Of(Duties.OwedView(_model.Parameters, _id, peer.Value, _desk));
        if (duty is null) _viewSeen = seen;
        return duty;
    }

    /// <summary>What is owed for a message that came: to enter the view that it starts.</summary>
    /// <param name="peer">The replica.</param>
    /// <param name="message">The message.</param>
    public SpecDuty? OwedEntry(SpecPeer peer, SpecMessage message) => Of(Duties.OwedEntry(_model.Parameters, _id, peer.Value, message.Value));

    private static SpecDuty? Of(_IOption<_IDuty> owed) => owed.is_None ? null : Of(owed.dtor_value);

    private static SpecDuty Of(_IDuty duty) => new(Values.ConstructorName(duty), duty switch
    {
        Duty_OweCommit d => (long)d._n,
        Duty_OweCommitted d => (long)d._n,
        Duty_OweStable d => (long)d._n,
        Duty_OweExecute d => (long)d._n,
        Duty_OweCheckpoint d => (long)d._n,
        Duty_OweJoin d => (long)d._v,
        Duty_OweNewView d => (long)d._v,
        Duty_OweEnter d => (long)d._v,
        _ => throw new InvalidOperationException($"no duty {duty.GetType().Name}"),
    });
}
