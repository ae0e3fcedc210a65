using PbftReference.Core.Types;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation.Faults;

/// <summary>
/// Draws by the seed what goes wrong: spells of loss, duplication and stragglers, partitions, crashes at any time and just before a write
/// is done, with the write torn, restarts.
/// </summary>
internal sealed class FaultSchedule
{
    // What is never filled in: a crash that waits for a write when the faults end.
    private const long DownByDefault = 100;

    private readonly Cluster _cluster;
    private readonly FaultInjector _injector;
    private readonly SeededRandom _random;
    private readonly long _pauseLow;
    private readonly long _pauseHigh;

    private FaultSchedule(Cluster cluster, FaultInjector injector, SeededRandom random, FaultProfile profile)
    {
        (_cluster, _injector, _random) = (cluster, injector, random);
        (_pauseLow, _pauseHigh) = profile == FaultProfile.Many ? (20L, 800L) : (300L, 3000L);
    }

    /// <summary>Begins.</summary>
    public static void Begin(Cluster cluster, FaultInjector injector, SeededRandom random, FaultProfile profile) =>
        new FaultSchedule(cluster, injector, random, profile).Schedule();

    private void Schedule() => _injector.After(_random.Between(_pauseLow, _pauseHigh), Next);

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

    private void Spell(string name, NetworkConditions conditions) =>
        _injector.Begin(new NetworkSpell(_cluster.NowMilliseconds, name, conditions, _random.Between(100, 1500)));

    private void Partition()
    {
        var side = Enumerable.Range(0, _cluster.Configuration.Replicas).Where(_ => _random.Below(2) == 0).Select(i => new ReplicaId(i)).ToArray();
        _injector.Begin(new NetworkPartition(_cluster.NowMilliseconds, [.. side], _random.Between(200, 2500)));
    }

    private void Crash()
    {
        var crash = new ReplicaCrash(_cluster.NowMilliseconds, new ReplicaId(_random.Below(_cluster.Configuration.Replicas)), null, 0, DownByDefault);
        if (_cluster.Replica(crash.Replica).IsRunning && _random.Below(2) != 0) crash = crash with { AfterWrites = _random.Below(8) };
        _injector.Begin(crash, replica => crash with
        {
            Kept = replica.DrawKept(_random),
            Down = _random.Below(2) == 0 ? _random.Between(5, 100) : _random.Between(50, 4000),
        });
    }
}
