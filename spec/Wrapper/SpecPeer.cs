using System.Collections.Immutable;
using System.Numerics;
using PbftTrace;
using Oracle = PbftTrace.__default;

namespace PbftReference.Spec;

/// <summary>
/// The oracle of one replica by its own log alone: what is delivered to it, what it does, and whether it may (<c>LocalDeliver</c>,
/// <c>CanAct</c>, <c>LocalAct</c>, <c>Prune</c>, <c>WhyNot</c>). The set of messages is changed in place; what that comes to is proved of
/// <c>Taken</c>, <c>Done</c> and <c>AfterExecution</c>.
/// </summary>
public sealed class SpecPeer
{
    private readonly SpecModel _model;
    private readonly BigInteger _id;
    private readonly MessageLog _log;
    private _IPeer _peer;
    private _IPeer _before;
    private List<PbftTypes._IMsg> _gained = [];

    /// <summary>A replica before its first message.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="id">The replica.</param>
    public SpecPeer(SpecModel model, int id)
        : this(model, id, Oracle.InitPeer(model.Parameters))
    {
    }

    private SpecPeer(SpecModel model, BigInteger id, _IPeer peer)
    {
        (_model, _id, _log) = (model, id, new MessageLog(peer.dtor_log));
        _peer = _before = Peer.create(peer.dtor_r, _log, peer.dtor_known);
    }

    /// <summary>The replica as it was before the last action that it was asked for; nothing must have been delivered since.</summary>
    public SpecPeer BeforeLastAct => new(_model, _id, Peer.create(_before.dtor_r, _log.Without(_gained), _before.dtor_known));

    /// <summary>A replica in the middle of its history, with what is claimed of it.</summary>
    /// <param name="model">The cluster.</param>
    /// <param name="id">The replica.</param>
    /// <param name="replica">Its state.</param>
    /// <param name="messages">The messages in its log.</param>
    /// <param name="newViews">The new-views that were at hand, by their numbers, whether they are in its log or not.</param>
    public static SpecPeer At(SpecModel model, int id, SpecReplica replica, IEnumerable<SpecMessage> messages, IEnumerable<int> newViews)
    {
        var parameters = model.Parameters;
        var peer = Peer.create(replica.Value, Dafny.Set<PbftTypes._IMsg>.Empty, Values.Set(newViews));
        foreach (var message in messages)
        {
            var contents = PbftEvidence.__default.Contents(parameters, message.Value);
            peer = Oracle.AddTo(parameters, peer, contents);
        }

        return new SpecPeer(model, id, peer);
    }

    /// <summary>The names of all guards.</summary>
    public static ImmutableArray<string> Guards { get; } = [.. PbftExplain.Guard.AllSingletonConstructors.Select(guard => Values.ConstructorName(guard))];

    internal _IPeer Value => _peer;

    /// <summary>Its state.</summary>
    public SpecReplica Replica => new(_peer.dtor_r);

    /// <summary>How many messages it remembers.</summary>
    public int LogSize => _peer.dtor_log.Count;

    /// <summary>Whether it remembers a message.</summary>
    public bool Has(SpecMessage message) => _peer.dtor_log.Contains(message.Value);

    /// <summary>Whether a new-view is at hand, by its number.</summary>
    public bool KnowsNewView(int digest) => _peer.dtor_known.Contains((BigInteger)digest);

    /// <summary>Takes a message into its log; false, and nothing changes, if a certificate in it names a new-view that is not at hand.</summary>
    public bool Deliver(SpecMessage message)
    {
        // PlainIsTaken
        if (message.IsPlain)
        {
            _log.Add(message.Value);
            return true;
        }

        var taken = Oracle.Taken(_model.Parameters, _peer, message.Value);
        if (taken.is_None) return false;
        Change(taken.dtor_value);
        return true;
    }

    /// <summary>Whether it may do an action now.</summary>
    public bool May(SpecAction action) => Oracle.CanAct(_model.Parameters, _id, _peer, action.Value);

    /// <summary>Does an action if it may.</summary>
    /// <param name="action">The action.</param>
    /// <param name="sent">What it sends; the replies of an execution are left out.</param>
    /// <returns>Null if it may; else the name of the first guard that is false, and nothing changes.</returns>
    public string? Act(SpecAction action, out IReadOnlyList<SpecMessage> sent)
    {
        sent = [];
        (_before, _gained) = (_peer, []);
        var parameters = _model.Parameters;
        if (!Oracle.CanAct(parameters, _id, _peer, action.Value))
        {
            return Values.ConstructorName(PbftExplain.__default.WhyNot(parameters, _id, _peer, action.Value).dtor_value);
        }

        if (action.Value is Local_LExecute)
        {
            // RepliesForgotten
            _peer = Peer.create(Oracle.AfterExecution(parameters, _id, _peer), _log, _peer.dtor_known);
            return null;
        }

        var done = Oracle.Done(parameters, _id, _peer, action.Value);
        sent = [.. done.dtor_sent.Elements.Select(message => new SpecMessage(message))];
        _gained = Change(done);
        return null;
    }

    // After
    private List<PbftTypes._IMsg> Change(_IChange change)
    {
        var gained = change.dtor_gained.Elements.Where(_log.Add).ToList();
        _peer = Peer.create(change.dtor_r, _log, change.dtor_known);
        return gained;
    }

    /// <summary>Forgets what no later verdict can depend on.</summary>
    public void Prune() => _log.Keep(message => Oracle.Needed(_model.Parameters, _peer.dtor_r, message));

    /// <summary>Adds the numbers that it speaks of.</summary>
    public void AddTo(SpecNumbers numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        numbers.Add(_peer.dtor_r);
        numbers.AddDigests(_peer.dtor_known.Elements);
        foreach (var message in _peer.dtor_log.Elements) numbers.Add(message);
    }

    /// <summary>The batch that is executed next, by its number; null if it is not decided.</summary>
    public int? NextBatch
    {
        get
        {
            var r = _peer.dtor_r;
            var next = r.dtor_lastExec + 1;
            return r.dtor_committed.Contains(next) ? (int)Dafny.Map<BigInteger, BigInteger>.Select(r.dtor_committed, next) : null;
        }
    }

    /// <summary>The requests of a batch that would take effect now.</summary>
    public ImmutableArray<int> Runnable(int batch)
    {
        var p = _model.Parameters;
        return Values.Array(p.Runnable(_peer.dtor_r.dtor_state.dtor_table, p.Requests(batch)));
    }
}
