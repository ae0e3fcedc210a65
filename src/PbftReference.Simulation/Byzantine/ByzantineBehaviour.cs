using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;

namespace PbftReference.Simulation.Byzantine;

/// <summary>What a faulty replica can do: see its own state, sign as itself and as nobody else, and send.</summary>
/// <param name="Cluster">The simulation.</param>
/// <param name="Replica">The replica.</param>
/// <param name="Signer">Signs as the replica. It has no other.</param>
/// <param name="RunningHost">The host underneath, which follows the protocol; null while the process is down.</param>
public sealed record ByzantineContext(Cluster Cluster, SimulatedReplica Replica, ISigner Signer, Func<ReplicaHost?> RunningHost)
{
    /// <summary>The state of the host underneath; null while the process is down.</summary>
    public ReplicaState? State => RunningHost()?.State;

    /// <summary>The configuration.</summary>
    public ClusterConfiguration Configuration => Cluster.Configuration;

    /// <summary>This replica's identity.</summary>
    public ReplicaId Self => Replica.Id;

    /// <summary>Signs a statement as this replica, nested statements of its own included, and encodes it.</summary>
    public byte[] Encode(Message message)
    {
        var head = RunningHost()?.Log.Head;
        var sealer = new MessageSealer(Signer, Configuration);
        var (@sealed, signature) = sealer.Seal(message, head?.Revision ?? 0, head?.Hash ?? Digest.None);
        return WireFormat.Encode(@sealed, signature);
    }

    /// <summary>Sends a frame to a replica.</summary>
    public void Send(ReplicaId to, byte[] frame)
    {
        if (to != Self) Cluster.Network.Send(Self, to, frame);
    }

    /// <summary>Sends a frame to a client.</summary>
    public void Send(ClientId to, byte[] frame) => Cluster.Network.Send(Self, to, frame);

    /// <summary>Does something later, unless the process is down then.</summary>
    public void After(long milliseconds, Action action) => Cluster.Clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), () =>
    {
        if (RunningHost() is not null) action();
    });
}

/// <summary>
/// How a faulty replica departs from the protocol. Underneath runs an ordinary host; the behaviour sees every frame that comes in and
/// decides what really leaves. It may sign any nesting under its own key and nothing under another's.
/// </summary>
public abstract class ByzantineBehaviour
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it can do; there from <see cref="Begin"/> on.</summary>
    protected ByzantineContext Context { get; private set; } = null!;

    /// <summary>The process started.</summary>
    public virtual void Begin(ByzantineContext context) => Context = context;

    /// <summary>A frame came in; the host underneath gets it too.</summary>
    public virtual void OnFrame(byte[] frame)
    {
    }

    /// <summary>The host underneath sends a frame to a replica.</summary>
    public virtual void OnSend(ReplicaId to, byte[] frame) => Context.Send(to, frame);

    /// <summary>The host underneath sends a frame to a client.</summary>
    public virtual void OnSend(ClientId to, byte[] frame) => Context.Send(to, frame);
}
