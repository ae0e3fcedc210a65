using System.Text;
using PbftReference.Host.Services;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>What must hold when a run is complete: all correct replicas have the same state, and every operation is in it once.</summary>
public static class FinalStateCheck
{
    /// <summary>Reports to the run's checker what does not hold.</summary>
    /// <param name="cluster">A cluster whose run is complete.</param>
    /// <param name="fuzzCase">What was run.</param>
    public static void Run(Cluster cluster, FuzzCase fuzzCase)
    {
        if (cluster.Checker.Executed != fuzzCase.Operations)
        {
            cluster.Checker.Report("completeness", $"{cluster.Checker.Executed} requests took effect, {fuzzCase.Operations} were accepted");
        }

        SimulatedReplica? first = null;
        foreach (var replica in cluster.Replicas)
        {
            if (!replica.IsCorrect) continue;
            first ??= replica;
            Compare(cluster, first, replica);
        }

        if (first is not null && fuzzCase.Options.Service == LedgerService.ServiceName) CheckLedger(cluster, first, fuzzCase);
    }

    private static void Compare(Cluster cluster, SimulatedReplica left, SimulatedReplica right)
    {
        var (a, b) = (left.Host.Service.Service, right.Host.Service.Service);
        if (left.Host.State.LastExecuted != right.Host.State.LastExecuted)
        {
            cluster.Checker.Report("completeness", $"replica {left.Id} executed up to {left.Host.State.LastExecuted}, replica {right.Id} up to {right.Host.State.LastExecuted}");
        }
        else if (a.Digest != b.Digest || !a.Entries().Select(Line).SequenceEqual(b.Entries().Select(Line)))
        {
            cluster.Checker.Report("agreement", $"replicas {left.Id} and {right.Id} end with different service states");
        }
    }

    private static void CheckLedger(Cluster cluster, SimulatedReplica replica, FuzzCase fuzzCase)
    {
        var workload = FuzzWorkload.For(fuzzCase.Options.Service, fuzzCase.Operations);
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        for (var k = 0L; k < workload.Count; k++) wanted.Add(Encoding.UTF8.GetString(workload.At(k)));
        foreach (var entry in replica.Host.Service.Service.Entries())
        {
            var operation = Encoding.UTF8.GetString(entry.Value.Span);
            if (!wanted.Remove(operation)) cluster.Checker.Report("exactly once", $"'{operation}' stands twice in the ledger of replica {replica.Id}, or nobody asked for it");
        }

        foreach (var missing in wanted) cluster.Checker.Report("completeness", $"'{missing}' is missing in the ledger of replica {replica.Id}");
    }

    private static string Line(ServiceEntry entry) => $"{entry.Label} {Convert.ToHexString(entry.Value.Span)}";
}
