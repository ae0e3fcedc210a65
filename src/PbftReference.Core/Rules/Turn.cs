using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>
/// One decision under way. An emitted event is folded into the working state at once, so that the next rule sees it.
/// </summary>
internal sealed class Turn
{
    private readonly List<ReplicaEvent> _events = [];
    private readonly List<Effect> _effects = [];
    private readonly int _bound;
    private Folding? _folding;
    private ReplicaState _state;

    public Turn(ReplicaState state, Input input)
    {
        _state = state;
        Input = input;
        _bound = (16 * state.Configuration.LogWindow) + 1024;
    }

    public Input Input { get; }

    public ReplicaState State => _folding?.State ?? _state;

    public ClusterConfiguration Configuration => _state.Configuration;

    public Refusal? Refusal { get; private set; }

    public int EventCount => _events.Count;

    /// <summary>Decides an event. The number of events in a step is bounded; beyond the bound a rule enables itself for ever.</summary>
    public void Emit(ReplicaEvent replicaEvent)
    {
        if (_events.Count >= _bound)
        {
            throw new InvalidOperationException($"a step has more than {_bound} events; the last is {replicaEvent}");
        }

        _folding ??= new Folding(_state);
        _folding.Apply(replicaEvent);
        _events.Add(replicaEvent);
    }

    public void Refuse(Refusal refusal) => Refusal ??= refusal;

    public void Do(Effect effect) => _effects.Add(effect);

    public void Multicast(ReplicaMessage message)
    {
        if (Configuration.Replicas > 1) _effects.Add(new Multicast(message));
    }

    public void Send(ReplicaId to, Message message) => Send(to, message, Signature.Own);

    public void Send(ReplicaId to, Message message, Signature signature)
    {
        if (to != State.Self && Configuration.IsMember(to)) _effects.Add(new Send(to, message, signature));
    }

    public Step ToStep() => new(Input, [.. _events], Refusal, [.. _effects]);

    public ReplicaState ToState()
    {
        _state = State;
        _folding = null;
        return _state;
    }
}
