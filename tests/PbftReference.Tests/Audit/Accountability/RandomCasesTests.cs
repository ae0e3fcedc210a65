using System.Collections.Concurrent;
using PbftReference.Audit.Accountability;
using PbftReference.Core.Types;
using Xunit;
using Xunit.Abstractions;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>Whoever misbehaves and however many do: no correct replica is ever accused.</summary>
public sealed class RandomCasesTests(ITestOutputHelper output)
{
    private const int Cases = 500;

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

            // what a correct replica signed is in its log, however the run ended
            foreach (var gap in report.Gaps.Where(gap => !faulty.Any(replica => gap.StartsWith($"replica {replica}:", StringComparison.Ordinal)))) framed.Add($"seed {seed}: a gap in a correct replica's log: {gap}");
            foreach (var replica in report.Foreign) framed.Add($"seed {seed}: replica {replica} is taken for one of another cluster");
            foreach (var conflict in report.Conflicts.Where(conflict => conflict.Missing.Count == 0))
            {
                convictedByConflict.Add(report.Guilty.Count);
                if (report.Guilty.Count < 2) framed.Add($"seed {seed}: a closed conflict at {conflict.Place} convicts {report.Guilty.Count}");
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

    private static (HashSet<ReplicaId> Faulty, AuditReport Report, EvidenceSet Judge) Audit(ulong seed)
    {
        var faulty = RandomCase.Run(seed, 20, out var store, out var cluster);
        using (store)
        using (cluster) return (faulty, ClusterAudit.Run(store, cluster.Genesis, cluster.Keys), new EvidenceSet(cluster.Genesis.Configuration, cluster.Keys));
    }
}
