using PbftReference.Core.Effects;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;

namespace PbftReference.Host.Replicas;

/// <summary>Where frames leave. Delivery is not promised; frames are not changed after they are handed over.</summary>
public interface ITransport
{
    /// <summary>Sends a frame to another replica.</summary>
    void Send(ReplicaId to, byte[] frame);

    /// <summary>Sends a frame to a client.</summary>
    void Send(ClientId to, byte[] frame);

    /// <summary>Sends a frame to all other replicas.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="self">Who sends it.</param>
    /// <param name="replicas">How many replicas there are.</param>
    void Broadcast(byte[] frame, ReplicaId self, int replicas)
    {
        for (var i = 0; i < replicas; i++)
        {
            if (i != self.Value) Send(new ReplicaId(i), frame);
        }
    }
}

/// <summary>Where steps become durable and batches are executed, each in its own time.</summary>
public interface IReplicaBackground
{
    /// <summary>The log has pending records: flush them soon, then call <see cref="ReplicaHost.OnDurable"/>.</summary>
    void FlushSoon(ReplicaHost host);

    /// <summary>Execute off the event thread; the result comes back as an input.</summary>
    void ExecuteSoon(ReplicaHost host, Execute effect);

    /// <summary>Have the service take over the pages that were fetched.</summary>
    /// <returns>What came of it; null if that comes back later, as an input.</returns>
    Input? Install(ReplicaHost host, InstallState effect) => host.Service.Install(effect);
}

/// <summary>Sees what a replica decides. For checkers, progress and telemetry; it must not act on the replica.</summary>
public interface IReplicaObserver
{
    /// <summary>A step was decided.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="before">The state before it.</param>
    /// <param name="step">The step.</param>
    void OnStep(ReplicaHost host, Core.State.ReplicaState before, Core.Step step);

    /// <summary>A frame was dropped at the edge.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="reason">Why: undecodable, or a signature that does not hold.</param>
    void OnDropped(ReplicaHost host, DropReason reason);
}

/// <summary>Why a frame did not reach Core.</summary>
public enum DropReason
{
    /// <summary>Not a message in wire format.</summary>
    Undecodable,

    /// <summary>A signature in it does not hold.</summary>
    BadSignature,
}
