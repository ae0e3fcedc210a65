using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Two processes with one identity and one key, each honest by itself and with a log of its own; the network delivers to one or to both
/// by chance. That gives equivocation, double votes and amnesia without a line of attack code.
/// </summary>
public sealed class Twins(SeededRandom random) : ByzantineBehaviour
{
    private SimulatedReplica? _twin;

    /// <inheritdoc/>
    public override string Name => "twins";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        if (_twin is null) _twin = context.NewTwin(random.Fork("twin"));
        else if (random.Chance(500_000)) _twin.Crash(random);
        _twin.Restart();
    }

    /// <inheritdoc/>
    public override bool OnFrame(Arrival arrival, byte[] frame)
    {
        var which = random.Below(5);
        if (which < 2) Act();
        if (which != 0) _twin!.Deliver(arrival, frame);
        return which != 1;
    }
}
