using PbftReference.Core.Types;

namespace PbftReference.Runtime.Client;

/// <summary>A client's way to the replicas. Delivery is not promised.</summary>
public interface IClientLink
{
    /// <summary>Sends a frame; never waits.</summary>
    /// <returns>False if it was dropped: there is no connection, or its queue is full.</returns>
    bool TrySend(ReplicaId to, ReadOnlyMemory<byte> frame);
}
