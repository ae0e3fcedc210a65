using PbftReference.Core.Types;
using PbftReference.Host.Events;

namespace PbftReference.Simulation.Network;

/// <summary>What the network does to frames at the moment.</summary>
public sealed record NetworkConditions
{
    /// <summary>A network without faults.</summary>
    public static NetworkConditions Healthy { get; } = new();

    /// <summary>Shortest delay in microseconds.</summary>
    public long DelayLow { get; init; } = 500;

    /// <summary>Longest delay in microseconds; frames overtake one another within the range.</summary>
    public long DelayHigh { get; init; } = 2_000;

    /// <summary>Frames lost, in a million.</summary>
    public int Loss { get; init; }

    /// <summary>Frames delivered twice, in a million.</summary>
    public int Duplication { get; init; }

    /// <summary>Frames delayed a hundredfold, in a million.</summary>
    public int Straggling { get; init; }
}

/// <summary>
/// The network between replicas and clients: delays, loses, duplicates and reorders frames by the seed, and keeps partitions. It carries
/// bytes and nothing else.
/// </summary>
public sealed class SimulatedNetwork
{
    private readonly VirtualClock _clock;
    private readonly SeededRandom _random;
    private readonly Action<Arrival, ReplicaId, byte[]> _toReplica;
    private readonly Action<ClientId, byte[]> _toClient;
    private readonly int[] _side;
    private IReadOnlyList<IReadOnlyList<ReplicaId>> _scripted = [];

    /// <summary>A healthy network.</summary>
    /// <param name="clock">The clock of the delays.</param>
    /// <param name="random">Its chance.</param>
    /// <param name="replicas">n.</param>
    /// <param name="toReplica">Takes a frame from a replica, or from a client, to a replica.</param>
    /// <param name="toClient">Takes a frame to a client.</param>
    public SimulatedNetwork(
        VirtualClock clock, SeededRandom random, int replicas, Action<Arrival, ReplicaId, byte[]> toReplica, Action<ClientId, byte[]> toClient)
    {
        (_clock, _random, _toReplica, _toClient) = (clock, random, toReplica, toClient);
        _side = new int[replicas];
    }

    /// <summary>What it does to frames.</summary>
    public NetworkConditions Conditions { get; set; } = NetworkConditions.Healthy;

    /// <summary>Frames handed over.</summary>
    public long Sent { get; private set; }

    /// <summary>Frames lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Cuts the replicas into two sides that do not reach one another.</summary>
    public void Partition(IEnumerable<ReplicaId> oneSide)
    {
        Array.Clear(_side);
        foreach (var replica in oneSide) _side[replica.Value] = 1;
    }

    /// <summary>The side of a replica, 0 or 1; all are on side 0 while the network is whole.</summary>
    public int SideOf(ReplicaId replica) => _side[replica.Value];

    /// <summary>Joins the sides.</summary>
    public void Heal() => Array.Clear(_side);

    /// <summary>The sides of the scripted partition that stands; none while there is none. It stands beside the one that is drawn.</summary>
    public IReadOnlyList<IReadOnlyList<ReplicaId>> Scripted => _scripted;

    /// <summary>A scripted partition begins, in place of the one before.</summary>
    /// <param name="sides">Who reaches whom: those on one side, and whoever stands on several.</param>
    public void Split(IReadOnlyList<IReadOnlyList<ReplicaId>> sides) => _scripted = sides;

    /// <summary>The scripted partition ends.</summary>
    public void Join() => _scripted = [];

    /// <summary>Whether a replica stands on a side of the scripted partition.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="side">The side, from 0; on one that there is not stands nobody.</param>
    public bool IsOn(ReplicaId replica, int side) => side < _scripted.Count && _scripted[side].Contains(replica);

    /// <summary>From a replica to a replica.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="frame">What is sent.</param>
    /// <param name="side">The side of the scripted partition to which the sending process is confined, from 0; null for none.</param>
    public void Send(ReplicaId from, ReplicaId to, byte[] frame, int? side = null)
    {
        if (_side[from.Value] == _side[to.Value] && Reaches(from, to, side)) Carry(() => _toReplica(new Arrival(from, side), to, frame));
        else Lose();
    }

    /// <summary>From a replica to a client.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="frame">What is sent.</param>
    /// <param name="side">As with replicas.</param>
    public void Send(ReplicaId from, ClientId to, byte[] frame, int? side = null)
    {
        if (Lives(side)) Carry(() => _toClient(to, frame));
        else Lose();
    }

    /// <summary>From a client to a replica.</summary>
    public void Send(ClientId from, ReplicaId to, byte[] frame) => Carry(() => _toReplica(new Arrival(null), to, frame));

    private bool Reaches(ReplicaId from, ReplicaId to, int? side)
    {
        if (_scripted.Count == 0) return Lives(side);
        if (side is { } confined) return IsOn(from, confined) && IsOn(to, confined);
        for (var i = 0; i < _scripted.Count; i++)
        {
            if (IsOn(from, i) && IsOn(to, i)) return true;
        }

        return false;
    }

    // Of several processes with one identity the first has the network while it is whole.
    private bool Lives(int? side) => _scripted.Count > 0 || side is null or 0;

    private void Lose()
    {
        Sent++;
        Lost++;
    }

    private void Carry(Action deliver)
    {
        if (_random.Chance(Conditions.Loss))
        {
            Lose();
            return;
        }

        Sent++;
        Schedule(deliver);
        if (_random.Chance(Conditions.Duplication)) Schedule(deliver);
    }

    private void Schedule(Action deliver)
    {
        var delay = _random.Between(Conditions.DelayLow, Conditions.DelayHigh);
        if (_random.Chance(Conditions.Straggling)) delay *= 100;
        _clock.Schedule(TimeSpan.FromMicroseconds(delay), deliver);
    }
}
