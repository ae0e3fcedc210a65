using PbftReference.Audit.Shrinking;
using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;

namespace PbftReference.Cli.Shrinking;

/// <summary>Fewer who take part: misbehaving replicas, clients, replicas.</summary>
internal static class MemberReductions
{
    // A cluster of another size takes another course, so the failure may need another draw of chance.
    private const int SeedsPerSize = 8;

    public static void Reduce(ScenarioShrinker shrinker)
    {
        Misbehaviour(shrinker);
        Ladder.Descend(0, shrinker.Best.Options.LyingClients, count => shrinker.Try(o => o with { LyingClients = (int)count }));
        Ladder.Descend(1, shrinker.Best.Options.Clients, count => shrinker.Try(o => o with { Clients = (int)count }));
        Replicas(shrinker);
    }

    private static void Misbehaviour(ScenarioShrinker shrinker)
    {
        InputShrinker.Shrink(shrinker.Best.Options.Faulty, some => shrinker.Try(o => o with { Faulty = [.. some] }));
        foreach (var faulty in shrinker.Best.Options.Faulty)
        {
            foreach (var one in faulty.Behaviour.Split('+').Where(one => one != faulty.Behaviour))
            {
                if (shrinker.Try(o => o with { Faulty = [.. o.Faulty.Select(f => f.Replica == faulty.Replica ? f with { Behaviour = one } : f)] })) break;
            }
        }
    }

    /// <summary>Clusters of 4, 7, ...: with at most f that misbehave if there were no more before, otherwise with one more than that.</summary>
    private static void Replicas(ScenarioShrinker shrinker)
    {
        var (n, f) = (shrinker.Best.Options.Configuration.Replicas, shrinker.Best.Options.Configuration.Faults);
        for (var fewer = 1; fewer <= f && (3 * fewer) + 1 < n; fewer++)
        {
            for (var draw = 0; draw < SeedsPerSize; draw++)
            {
                var (size, seed) = (fewer, unchecked(shrinker.Best.Options.Seed + (ulong)draw));
                if (shrinker.Try(o => OfSize(o, (3 * size) + 1, size) with { Seed = seed })) return;
            }
        }
    }

    private static SimulationOptions OfSize(SimulationOptions options, int replicas, int faults) => options with
    {
        Configuration = options.Configuration with { Replicas = replicas, Faults = faults },
        Faulty = [.. options.Faulty.Select(f => f with { Replica = In(f.Replica, replicas) }).DistinctBy(f => f.Replica).Take(options.Faulty.Count <= options.Configuration.Faults ? faults : faults + 1).OrderBy(f => f.Replica)],
        Partitions = PartitionReductions.In(options.Partitions, replicas),
        Plan = [.. options.Plan.Select(fault => In(fault, replicas))],
    };

    private static Fault In(Fault fault, int replicas) => fault switch
    {
        NetworkPartition f => f with { Side = [.. f.Side.Select(id => In(id, replicas)).Distinct().Order()] },
        ReplicaCrash f => f with { Replica = In(f.Replica, replicas) },
        _ => fault,
    };

    private static ReplicaId In(ReplicaId id, int replicas) => new(id.Value % replicas);
}
