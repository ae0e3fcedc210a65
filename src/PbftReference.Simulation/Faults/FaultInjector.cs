using PbftReference.Host.Events;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Faults;

/// <summary>
/// Lets things go wrong in a cluster until it is told to heal, and keeps what went wrong as a plan: played from the start, with everything
/// else as it was, the plan gives the same run byte for byte.
/// </summary>
internal sealed class FaultInjector(Cluster cluster, VirtualClock clock)
{
    private readonly List<Fault> _happened = [];

    /// <summary>What went wrong, in order.</summary>
    public IReadOnlyList<Fault> Happened => _happened;

    /// <summary>Number of faults, by name.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the faults are over.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>Ends all faults: the network is healthy and every replica runs.</summary>
    public void Heal()
    {
        IsHealed = true;
        cluster.Network.Heal();
        cluster.Network.Conditions = NetworkConditions.Healthy;
        foreach (var replica in cluster.Replicas)
        {
            replica.InterruptNoWrite();
            replica.Restart();
        }
    }

    /// <summary>Does something after so many virtual milliseconds, unless the faults are over by then.</summary>
    public void After(long milliseconds, Action action) => clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), () =>
    {
        if (!IsHealed) action();
    });

    /// <summary>Begins a spell.</summary>
    public void Begin(NetworkSpell spell)
    {
        Keep(spell, spell.Name);
        cluster.Network.Conditions = spell.Conditions;
        After(spell.Lasts, () => cluster.Network.Conditions = NetworkConditions.Healthy);
    }

    /// <summary>Begins a partition.</summary>
    public void Begin(NetworkPartition partition)
    {
        Keep(partition, "partition");
        cluster.Network.Partition(partition.Side);
        After(partition.Lasts, cluster.Network.Heal);
    }

    /// <summary>Crashes a replica, now or at one of its next writes.</summary>
    /// <param name="crash">The crash; what it keeps and how long the replica stays down is filled in when it comes to it.</param>
    /// <param name="fill">Says what the disk keeps, and for how long the replica stays down.</param>
    public void Begin(ReplicaCrash crash, Func<SimulatedReplica, ReplicaCrash> fill)
    {
        var replica = cluster.Replica(crash.Replica);
        if (!replica.IsRunning)
        {
            _happened.Add(crash);
            return;
        }

        Keep(crash, "crash");
        var index = _happened.Count - 1;
        if (crash.AfterWrites is { } writes) replica.InterruptWrite(writes, Die);
        else Die();

        void Die()
        {
            var filled = fill(replica);
            _happened[index] = filled;
            replica.Crash(filled.Kept);
            After(filled.Down, replica.Restart);
        }
    }

    private void Keep(Fault fault, string name)
    {
        _happened.Add(fault);
        Counts[name] = Counts.GetValueOrDefault(name) + 1;
    }
}
