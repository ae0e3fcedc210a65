using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Sends nothing, to anybody.</summary>
public sealed class Silent : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "silent";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame) => Act();

    /// <inheritdoc/>
    public override void OnSend(ClientId to, byte[] frame) => Act();
}
