using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Sends statements in the name of other replicas under its own key, and requests in the name of clients. The edge must refuse them all.</summary>
public sealed class ForgeSender(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "forge-sender";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 100, 400, Invent);
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        Context.Send(to, frame);
        var statement = WireFormat.Decode(frame).Statement;
        if (statement is not ReplicaMessage { Replica: var sender } own || sender != Context.Self) return;
        Forge(to, own with { Replica = AnotherThan(to) });
    }

    private ReplicaId AnotherThan(ReplicaId to)
    {
        var others = Context.Others.Where(id => id != to).ToArray();
        return others.Length == 0 ? to : random.Pick(others);
    }

    private void Forge(ReplicaId to, Message statement)
    {
        Act();
        Context.Send(to, WireFormat.Encode(statement, Context.Sign(statement)));
    }

    /// <summary>All others ask for a later view, vote for nothing, and sign for another state; a client asks for something.</summary>
    private void Invent()
    {
        if (Context.State is not { } state) return;
        var digest = random.NextDigest();
        var n = state.LastExecuted + random.Between(1, 3);
        var checkpoint = new SequenceNumber((state.Low.Value / state.Configuration.CheckpointPeriod + 1) * state.Configuration.CheckpointPeriod);
        foreach (var to in Context.Others)
        {
            foreach (var name in Context.Others)
            {
                Forge(to, new ViewChange(state.View.Next, state.Stable, [], name));
                Forge(to, new Commit(state.View, n, digest, name));
                Forge(to, new Checkpoint(checkpoint, digest, name));
            }

            Forge(to, new Request(new ClientId(0), new Timestamp(random.Between(1, 20)), [1, 2, 3]));
        }
    }
}
