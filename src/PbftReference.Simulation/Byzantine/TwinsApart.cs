using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Two processes with one identity and one key, as after a failover that did not stop the first: while a scripted partition stands, one
/// lives on its first side and the other on its second, each with a log of its own and neither knowing of the other. While the network is
/// whole the first alone is heard. Clients reach both, the second a little later.
/// </summary>
public sealed class TwinsApart(SeededRandom random) : ByzantineBehaviour
{
    private const int First = 0;
    private const int Second = 1;
    private const long LaterAtMost = 4;

    private SimulatedReplica? _second;

    /// <inheritdoc/>
    public override string Name => "twins-apart";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        _second ??= context.NewTwin(random.Fork("second"), Second);
        _second.Restart();
    }

    /// <inheritdoc/>
    public override bool OnFrame(Arrival arrival, byte[] frame)
    {
        if (Context.Hears(arrival, Second))
        {
            Act();
            if (arrival.From is null) Context.After(random.Between(0, LaterAtMost), () => _second!.Deliver(arrival, frame));
            else _second!.Deliver(arrival, frame);
        }

        return Context.Hears(arrival, First);
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame) => Context.SendWithin(to, frame, First);
}
