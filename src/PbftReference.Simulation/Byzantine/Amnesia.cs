using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Loses its disk when it would have to tell what it prepared: the first time that it asks for another view with prepared places to
/// report, its process dies instead and starts again on an empty disk, whose streams go under the cluster's name with -twin. From then on
/// it is honest, and knows nothing of what it signed.
/// </summary>
public sealed class Amnesia(SeededRandom random) : ByzantineBehaviour
{
    private bool _dying;
    private bool _forgot;

    /// <inheritdoc/>
    public override string Name => "amnesia";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        _dying = false;
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame) => !_dying;

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        if (!_forgot && KindOf(frame) == MessageKind.ViewChange && !Read<ViewChange>(frame).Prepared.IsEmpty) Forget();
        if (!_dying) Context.Send(to, frame);
    }

    /// <inheritdoc/>
    public override void OnSend(ClientId to, byte[] frame)
    {
        if (!_dying) Context.Send(to, frame);
    }

    private void Forget()
    {
        (_forgot, _dying) = (true, true);
        Act();
        Context.After(0, () => Context.LoseDisk(random));
    }
}
