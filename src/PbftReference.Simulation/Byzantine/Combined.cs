using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Several behaviours at once: what the host sends passes through the first, what the first sends through the second, and so on.</summary>
public sealed class Combined(string name, IReadOnlyList<ByzantineBehaviour> parts) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        for (var i = 0; i < parts.Count; i++) parts[i].Begin(i + 1 < parts.Count ? context.Through(parts[i + 1]) : context);
    }

    /// <inheritdoc/>
    public override bool OnFrame(Arrival arrival, byte[] frame)
    {
        var toHost = true;
        foreach (var part in parts) toHost &= part.OnFrame(arrival, frame);
        return toHost;
    }

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame) => parts[0].OnSend(to, frame);

    /// <inheritdoc/>
    public override void OnSend(ClientId to, byte[] frame) => parts[0].OnSend(to, frame);

    /// <inheritdoc/>
    public override void AddActs(SortedDictionary<string, long> acts)
    {
        foreach (var part in parts) part.AddActs(acts);
    }
}
