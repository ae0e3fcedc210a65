using PbftReference.Core.Types;
using PbftReference.Host.Events;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Faults;

/// <summary>
/// Lets things go wrong by the seed until it is told to heal: spells of loss, duplication and stragglers, partitions, crashes at any time
/// and just before a write is done, with the write torn, restarts. Then the network is healthy and every replica runs.
/// </summary>
public sealed class FaultSchedule
{
    private readonly Cluster _cluster;
    private readonly VirtualClock _clock;
    private readonly SeededRandom _random;
    private readonly long _pauseLow;
    private readonly long _pauseHigh;
    private bool _healed;

    /// <summary>Begins.</summary>
    public FaultSchedule(Cluster cluster, VirtualClock clock, SeededRandom random, FaultProfile profile)
    {
        (_cluster, _clock, _random) = (cluster, clock, random);
        (_pauseLow, _pauseHigh) = profile == FaultProfile.Many ? (20L, 800L) : (300L, 3000L);
        if (profile == FaultProfile.None) _healed = true;
        else Schedule();
    }

    /// <summary>Number of spells, by name.</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Ends all faults.</summary>
    public void Heal()
    {
        _healed = true;
        _cluster.Network.Heal();
        _cluster.Network.Conditions = NetworkConditions.Healthy;
        foreach (var replica in _cluster.Replicas)
        {
            replica.InterruptNoWrite();
            replica.Restart();
        }
    }

    private void Schedule() => After(_random.Between(_pauseLow, _pauseHigh), Next);

    private void After(long milliseconds, Action action) => _clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), () =>
    {
        if (!_healed) action();
    });

    private void Next()
    {
        switch (_random.Below(6))
        {
            case 0: Spell("loss", new NetworkConditions { Loss = (int)_random.Between(10_000, 300_000) }); break;
            case 1: Spell("duplication", new NetworkConditions { Duplication = 200_000, DelayHigh = 20_000 }); break;
            case 2: Spell("delay", new NetworkConditions { Straggling = 50_000, DelayHigh = _random.Between(5_000, 80_000) }); break;
            case 3: Partition(); break;
            default: Crash(); break;
        }

        Schedule();
    }

    private void Spell(string name, NetworkConditions conditions)
    {
        Count(name);
        _cluster.Network.Conditions = conditions;
        After(_random.Between(100, 1500), () => _cluster.Network.Conditions = NetworkConditions.Healthy);
    }

    private void Partition()
    {
        Count("partition");
        var side = Enumerable.Range(0, _cluster.Configuration.Replicas).Where(_ => _random.Below(2) == 0).Select(i => new ReplicaId(i)).ToArray();
        _cluster.Network.Partition(side);
        After(_random.Between(200, 2500), _cluster.Network.Heal);
    }

    private void Crash()
    {
        var replica = _cluster.Replica(new ReplicaId(_random.Below(_cluster.Configuration.Replicas)));
        if (!replica.IsRunning) return;
        Count("crash");
        if (_random.Below(2) == 0) Crash(replica);
        else replica.InterruptWrite(_random.Below(8), () => Crash(replica));
    }

    private void Crash(SimulatedReplica replica)
    {
        replica.Crash(_random);
        After(_random.Below(2) == 0 ? _random.Between(5, 100) : _random.Between(50, 4000), replica.Restart);
    }

    private void Count(string name) => Counts[name] = Counts.GetValueOrDefault(name) + 1;
}
