using PbftReference.Audit.Shrinking;
using PbftReference.Core.Types;
using PbftReference.Simulation;
using PbftReference.Simulation.Faults;

namespace PbftReference.Cli.Shrinking;

/// <summary>Fewer planned partitions, and shorter ones.</summary>
internal static class PartitionReductions
{
    public static void Reduce(ScenarioShrinker shrinker)
    {
        if (shrinker.Best.Options.Partitions.Count == 0) return;
        InputShrinker.Shrink(shrinker.Best.Options.Partitions, some => shrinker.Try(o => o with { Partitions = [.. some] }));
        for (var i = 0; i < shrinker.Best.Options.Partitions.Count; i++)
        {
            var index = i;
            var partition = shrinker.Best.Options.Partitions[i];
            Ladder.Descend(partition.From + 1, partition.To, to => shrinker.Try(o => With(o, index, o.Partitions[index] with { To = to })));
            partition = shrinker.Best.Options.Partitions[i];
            // the later it begins the shorter it is
            Ladder.Descend(1, partition.To - partition.From, lasts => shrinker.Try(o => With(o, index, o.Partitions[index] with { From = o.Partitions[index].To - lasts })));
        }
    }

    /// <summary>Partitions in a smaller cluster; those that would part nobody are left out.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="replicas">How many replicas there are.</param>
    public static IReadOnlyList<ScriptedPartition> In(IReadOnlyList<ScriptedPartition> partitions, int replicas) =>
        [.. partitions.Select(partition => partition with { Sides = Sides(partition.Sides, replicas) }).Where(partition => partition.Sides.Count > 1)];

    private static IReadOnlyList<IReadOnlyList<ReplicaId>> Sides(IReadOnlyList<IReadOnlyList<ReplicaId>> sides, int replicas) =>
        [.. sides.Select(side => side.Where(id => id.Value < replicas).ToList()).Where(side => side.Count > 0)];

    private static SimulationOptions With(SimulationOptions options, int index, ScriptedPartition partition) =>
        options with { Partitions = [.. options.Partitions.Select((other, i) => i == index ? partition : other)] };
}
