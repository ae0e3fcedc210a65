using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>A simulated run as a fuzzed seed, but with any number of faulty replicas, none to all; nobody waits for progress then.</summary>
internal static class RandomCase
{
    // of so many cases one is a plot: two of four lie together, and the network keeps the two correct ones apart
    private const ulong PlotsOneIn = 4;

    public static HashSet<ReplicaId> Run(ulong seed, int operations, out InMemoryEventStore store, out Cluster cluster)
    {
        var random = new SeededRandom(seed).Fork("accountability");
        var fuzzed = FuzzCase.FromSeed(seed, 4).Options with { HealAfter = 700, ProgressWithin = 800, Snapshots = new SnapshotPolicy(int.MaxValue) };
        var options = seed % PlotsOneIn == 0 ? Plot(fuzzed, random) : fuzzed with { Faulty = AnyFaulty(random) };
        store = new InMemoryEventStore();
        cluster = new Cluster(options, store, FuzzWorkload.For(options.Service, operations));
        cluster.Start();
        try
        {
            cluster.Run();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // with more faulty replicas than n tolerates a simulated process may end by an error: the logs up to there count
        }

        return [.. options.Faulty.Select(f => f.Replica)];
    }

    private static List<FaultyReplica> AnyFaulty(SeededRandom random) =>
        [.. Enumerable.Range(0, 4).Where(_ => random.Chance(450_000)).Select(i => new FaultyReplica(new ReplicaId(i), BehaviourOf(random)))];

    // Of 1 to 3 one is correct, of 0 and the other two as the plot needs it.
    private static SimulationOptions Plot(SimulationOptions options, SeededRandom random)
    {
        var others = new[] { 1, 2, 3 }.OrderBy(_ => random.NextUInt64()).ToArray();
        var (deceived, one, two) = (others[0], others[1], others[2]);
        return random.Below(3) switch
        {
            0 => options with { Faulty = [Liar(0, "equivocate"), Liar(one, "vote-for-everything")], Partitions = Split($"0,{one},{two}|0,{one},{deceived}@0-900") },
            1 => options with { Faulty = [Liar(0, "twins-apart"), Liar(one, "twins-apart")], Partitions = Split($"0,{one},{two}|0,{one},{deceived}@0-900") },
            _ => options with { Faulty = [Liar(one, "amnesia"), Liar(two, "amnesia")], Partitions = Split($"0,{one},{two}|{deceived}@0-100", $"0|{one},{two},{deceived}@100-4000") },
        };
    }

    private static FaultyReplica Liar(int replica, string behaviour) => new(new ReplicaId(replica), behaviour);

    private static ScriptedPartition[] Split(params string[] partitions) => [.. partitions.Select(ScriptedPartition.Parse)];

    private static string BehaviourOf(SeededRandom random) => random.Chance(300_000)
        ? $"{ByzantineBehaviours.Drawn[(int)random.Below(ByzantineBehaviours.Drawn.Count)]}+equivocate"
        : ByzantineBehaviours.Drawn[(int)random.Below(ByzantineBehaviours.Drawn.Count)];
}
