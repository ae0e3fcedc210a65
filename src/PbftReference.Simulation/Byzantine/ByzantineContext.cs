using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// What a faulty replica can do: see its own state, sign as itself and as nobody else, send as itself, and wait. It reaches neither the
/// cluster nor its keys.
/// </summary>
public sealed class ByzantineContext
{
    private readonly Cluster _cluster;
    private readonly ISigner _signer;
    private readonly Func<ReplicaHost?> _runningHost;
    private readonly Action<ReplicaId, byte[]> _send;
    private readonly Action<ClientId, byte[]> _sendToClient;

    internal ByzantineContext(Cluster cluster, ReplicaId self, ISigner signer, Func<ReplicaHost?> runningHost)
        : this(cluster, self, signer, runningHost, (to, frame) => cluster.Network.Send(self, to, frame), (to, frame) => cluster.Network.Send(self, to, frame))
    {
    }

    private ByzantineContext(
        Cluster cluster,
        ReplicaId self,
        ISigner signer,
        Func<ReplicaHost?> runningHost,
        Action<ReplicaId, byte[]> send,
        Action<ClientId, byte[]> sendToClient)
    {
        (_cluster, Self, _signer, _runningHost, _send, _sendToClient) = (cluster, self, signer, runningHost, send, sendToClient);
    }

    /// <summary>The state of the host underneath, which follows the protocol; null while the process is down.</summary>
    public ReplicaState? State => _runningHost()?.State;

    /// <summary>The configuration.</summary>
    public ClusterConfiguration Configuration => _cluster.Configuration;

    /// <summary>This replica's identity.</summary>
    public ReplicaId Self { get; }

    /// <summary>The other replicas, ascending.</summary>
    public IEnumerable<ReplicaId> Others => Enumerable.Range(0, Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => id != Self);

    /// <summary>This replica's signature of a statement, whomever the statement names as its sender.</summary>
    public Signature Sign(Message statement)
    {
        var head = _runningHost()?.Log.Head;
        return _signer.Sign(Statements.DigestOf(statement), Math.Max(0, head?.Revision ?? 0), head?.Hash ?? Digest.None);
    }

    /// <summary>Signs a statement as this replica, nested statements of its own included, and encodes it.</summary>
    public byte[] Encode(Message message)
    {
        var head = _runningHost()?.Log.Head;
        var sealer = new MessageSealer(_signer, Configuration);
        var (@sealed, signature) = sealer.Seal(message, Math.Max(0, head?.Revision ?? 0), head?.Hash ?? Digest.None);
        return WireFormat.Encode(@sealed, signature);
    }

    /// <summary>Signs a view-change of this replica, its own votes in certificates included.</summary>
    public Signed<ViewChange> Seal(ViewChange viewChange)
    {
        var (statement, signature) = WireFormat.Decode(Encode(viewChange));
        return new Signed<ViewChange>((ViewChange)statement, signature);
    }

    /// <summary>Sends a frame to a replica; to itself nothing is sent.</summary>
    public void Send(ReplicaId to, byte[] frame)
    {
        if (to != Self) _send(to, frame);
    }

    /// <summary>Sends a frame to every other replica.</summary>
    public void SendToOthers(byte[] frame)
    {
        foreach (var other in Others) _send(other, frame);
    }

    /// <summary>Sends a frame to a client.</summary>
    public void Send(ClientId to, byte[] frame) => _sendToClient(to, frame);

    /// <summary>Does something later, unless the process has ended by then.</summary>
    /// <param name="milliseconds">When, from now; 0 and up.</param>
    /// <param name="action">What.</param>
    public void After(long milliseconds, Action action)
    {
        var host = _runningHost();
        _cluster.Clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), () =>
        {
            if (host is not null && ReferenceEquals(_runningHost(), host)) action();
        });
    }

    /// <summary>Sends a frame to a replica past the other behaviours of a combination: what need not be a message of this replica.</summary>
    public void SendPastOthers(ReplicaId to, byte[] frame)
    {
        if (to != Self) _cluster.Network.Send(Self, to, frame);
    }

    /// <summary>Sends a frame to a replica past the other behaviours of a combination, from the process that is confined to a side.</summary>
    /// <param name="to">The receiver.</param>
    /// <param name="frame">What is sent.</param>
    /// <param name="side">The side of a scripted partition, from 0.</param>
    public void SendWithin(ReplicaId to, byte[] frame, int side)
    {
        if (to != Self) _cluster.Network.Send(Self, to, frame, side);
    }

    /// <summary>Whether a process of this replica that is confined to a side of a scripted partition hears a frame.</summary>
    /// <param name="arrival">Where the frame comes from.</param>
    /// <param name="side">The side, from 0: the first hears everything while the network is whole.</param>
    public bool Hears(Arrival arrival, int side)
    {
        var network = _cluster.Network;
        if (network.Scripted.Count == 0) return side == 0;
        if (!network.IsOn(Self, side)) return false;
        return arrival.From is not { } from || (arrival.Side is { } sent ? sent == side : network.IsOn(from, side));
    }

    /// <summary>A context whose sends pass through another behaviour.</summary>
    internal ByzantineContext Through(ByzantineBehaviour next) => new(_cluster, Self, _signer, _runningHost, next.OnSend, next.OnSend);

    /// <summary>A second process of this replica with the same key and a log of its own.</summary>
    /// <param name="random">Its chance.</param>
    /// <param name="side">The side of scripted partitions to which it is confined; null for none.</param>
    internal SimulatedReplica NewTwin(SeededRandom random, int? side = null) => _cluster.AddTwin(Self, random, _signer, side);

    /// <summary>The process dies and starts again on an empty disk.</summary>
    internal void LoseDisk(SeededRandom chance) => _cluster.Replica(Self).LoseDisk(chance);
}
