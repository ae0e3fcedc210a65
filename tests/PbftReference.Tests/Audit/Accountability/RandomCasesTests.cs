using System.Collections.Concurrent;
using PbftReference.Audit.Accountability;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Fuzzing;
using Xunit;
using Xunit.Abstractions;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>Whoever misbehaves and however many do: no correct replica is ever accused.</summary>
public sealed class RandomCasesTests(ITestOutputHelper output)
{
    private const int Cases = 500;

    // of so many cases one is a plot: two of four lie together, and the network keeps the two correct ones apart
    private const ulong PlotsOneIn = 4;

    [Fact]
    public void In_five_hundred_cases_with_up_to_n_faulty_replicas_no_correct_one_is_accused()
    {
        var framed = new ConcurrentBag<string>();
        var offences = new ConcurrentBag<string>();
        var convictedByConflict = new ConcurrentBag<int>();
        Parallel.For(1, Cases + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var (faulty, report, judge) = Audit((ulong)seed);
            foreach (var accusation in report.Accusations)
            {
                // a proof stands alone: whoever has the keys judges the two statements by themselves
                if (judge.Judge(accusation.First, accusation.Second) != accusation.Offence) framed.Add($"seed {seed}: not proved by itself: {accusation}");
                if (faulty.Contains(accusation.Accused)) offences.Add(accusation.Offence.ToString());
                else framed.Add($"seed {seed}: {accusation}");
            }

            foreach (var conflict in report.Conflicts.Where(conflict => conflict.Missing.Count == 0))
            {
                convictedByConflict.Add(report.Accusations.Count);
                if (report.Accusations.Count < 2) framed.Add($"seed {seed}: a closed conflict at {conflict.Place} convicts {report.Accusations.Count}");
            }
        });

        output.WriteLine($"{convictedByConflict.Count} closed conflicts in {Cases} cases; {offences.Count} accusations: {string.Join(", ", offences.GroupBy(o => o).Select(g => $"{g.Count()} {g.Key}"))}");
        Assert.Empty(framed);
        // and the guilty are found: by offences of all kinds that misbehaviours of the simulation leave signed
        Assert.True(offences.Count > Cases / 10, $"{offences.Count} accusations");
        Assert.Contains("Equivocation", offences);
        Assert.Contains("Amnesia", offences);
        // f+1 by every closed conflict, and there are closed conflicts, or this would say nothing
        Assert.True(convictedByConflict.Count > Cases / 10, $"{convictedByConflict.Count} closed conflicts");
        Assert.All(convictedByConflict, guilty => Assert.True(guilty >= 2, $"{guilty} convicted"));
    }

    [Fact]
    public void The_audit_finds_just_those_whom_the_specifications_own_audit_finds()
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var (_, run) = Run(seed, out var store, out var cluster);
            using (store)
            using (cluster)
            {
                var evidence = Evidence(store, cluster);
                Assert.Equal(evidence.GuiltyBySpecification(), evidence.Accusations().Select(a => a.Accused.Value));
                Assert.NotNull(run);
            }
        }
    }

    private static (HashSet<ReplicaId> Faulty, AuditReport Report, EvidenceSet Judge) Audit(ulong seed)
    {
        var (faulty, _) = Run(seed, out var store, out var cluster);
        using (store)
        using (cluster) return (faulty, ClusterAudit.Run(store, cluster.Genesis, cluster.Keys), new EvidenceSet(cluster.Genesis.Configuration, cluster.Keys));
    }

    private static EvidenceSet Evidence(IEventStore store, Cluster cluster)
    {
        var evidence = new EvidenceSet(cluster.Genesis.Configuration, cluster.Keys);
        for (var i = 0; i < cluster.Genesis.Configuration.Replicas; i++)
        {
            foreach (var record in PbftReference.EventLog.Log.ReplicaLog.Read(store, PbftReference.EventLog.Log.LogStreams.OfReplica(cluster.Genesis.Cluster, new ReplicaId(i)), check: false))
            {
                if (record.Step?.Input is PbftReference.Core.Inputs.MessageReceived received) evidence.Add(received.Message, received.Signature);
            }
        }

        return evidence;
    }

    // As a fuzzed seed, but with any number of faulty replicas, none to all; nobody waits for progress then.
    private static (HashSet<ReplicaId> Faulty, RunOutcome? Outcome) Run(ulong seed, out InMemoryEventStore store, out Cluster cluster)
    {
        var random = new SeededRandom(seed).Fork("accountability");
        var fuzzed = FuzzCase.FromSeed(seed, 4).Options with { HealAfter = 700, ProgressWithin = 800, Snapshots = new SnapshotPolicy(int.MaxValue) };
        var options = seed % PlotsOneIn == 0 ? Plot(fuzzed, random) : fuzzed with { Faulty = AnyFaulty(random) };
        store = new InMemoryEventStore();
        cluster = new Cluster(options, store, FuzzWorkload.For(options.Service, 20));
        cluster.Start();
        RunOutcome? outcome = null;
        try
        {
            outcome = cluster.Run();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // with more faulty replicas than n tolerates a simulated process may end by an error: the logs up to there count
        }

        return ([.. options.Faulty.Select(f => f.Replica)], outcome);
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
