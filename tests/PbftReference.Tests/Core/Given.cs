using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Invariants;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>One replica, fed by hand: given what came in, when an input comes, then these events follow.</summary>
internal sealed class Given
{
    private readonly List<Step> _log = [];

    private Given(ReplicaState state) => State = state;

    public ReplicaState State { get; private set; }

    public Step Last => _log[^1];

    public IReadOnlyList<Step> Log => _log;

    public static ClusterConfiguration Four { get; } = new() { CheckpointPeriod = 2, LogMultiplier = 4, BatchSize = 1 };

    /// <summary>A replica that has just started.</summary>
    public static Given Replica(int self, ClusterConfiguration? configuration = null)
    {
        var given = new Given(ReplicaState.Genesis((configuration ?? Four).Validate(), new ReplicaId(self)));
        return given.When(new ReplicaStarted(Digest.Of([1])));
    }

    /// <summary>A replica with a history.</summary>
    public static Given In(ReplicaState state) => new(state);

    public Given After(params Input[] inputs)
    {
        foreach (var input in inputs) When(input);
        return this;
    }

    public Given When(Input input)
    {
        var decision = PbftReference.Core.Replica.Decide(State, input);
        Assert.Empty(StateInvariants.Check(decision.State));
        _log.Add(decision.Step);
        State = decision.State;
        return this;
    }

    /// <summary>Exactly these events followed from the last input.</summary>
    public Given Then(params EventKind[] events)
    {
        Assert.Equal(events, Last.Events.Select(e => e.Kind));
        return this;
    }

    /// <summary>The last input was refused and decided nothing, but perhaps that it is evidence.</summary>
    public Given ThenRefused(Refusal refusal, params EventKind[] events)
    {
        Assert.Equal(refusal, Last.Refusal);
        return Then(events);
    }

    public Given ThenSends<T>(Func<T, bool>? which = null)
        where T : class
    {
        Assert.Contains(Last.Effects, effect => Message(effect) is T message && (which is null || which(message)));
        return this;
    }

    public Given ThenSendsNo<T>()
        where T : class
    {
        Assert.DoesNotContain(Last.Effects, effect => Message(effect) is T);
        return this;
    }

    public Given ThenDoes<T>(Func<T, bool>? which = null)
        where T : Effect
    {
        Assert.Contains(Last.Effects, effect => effect is T wanted && (which is null || which(wanted)));
        return this;
    }

    public Given ThenDoesNo<T>()
        where T : Effect
    {
        Assert.DoesNotContain(Last.Effects, effect => effect is T);
        return this;
    }

    private static Message? Message(Effect effect) => effect switch
    {
        Send send => send.Message,
        Multicast multicast => multicast.Message,
        SendReply reply => reply.Reply,
        _ => null,
    };
}
