using PbftReference.Host.Services;

namespace PbftReference.Simulation.Fuzzing;

/// <summary>What must hold when a run is complete: all correct replicas have the same state, and every operation is in it once.</summary>
public static class FinalStateCheck
{
    /// <summary>Reports to the run's checker what does not hold.</summary>
    /// <param name="cluster">A cluster whose run is complete.</param>
    /// <param name="service">The name of its service.</param>
    /// <param name="workload">Its operations.</param>
    public static void Run(Cluster cluster, string service, Workload workload)
    {
        var executed = cluster.Checker.Executed - cluster.Checker.AbandonedExecuted.Count();
        if (executed != workload.Count)
        {
            cluster.Checker.Report("completeness", $"{executed} requests took effect, {workload.Count} were accepted");
        }

        SimulatedReplica? first = null;
        foreach (var replica in cluster.Replicas)
        {
            if (!replica.IsCorrect) continue;
            first ??= replica;
            Compare(cluster, first, replica);
        }

        if (first is not null && service == LedgerService.ServiceName) CheckLedger(cluster, first, workload);
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

    /// <summary>Operations may be equal; each must be there as often as it was asked for. Clients that lie add theirs.</summary>
    private static void CheckLedger(Cluster cluster, SimulatedReplica replica, Workload workload)
    {
        var wanted = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var asked = Enumerable.Range(0, (int)workload.Count).Select(k => workload.At(k)).Concat(cluster.Checker.AbandonedExecuted.Select(operation => operation.ToArray()));
        foreach (var operation in asked.Select(Convert.ToHexString))
        {
            wanted[operation] = wanted.GetValueOrDefault(operation) + 1;
        }

        var lies = cluster.Checker.ExecutedForLiars;
        foreach (var entry in replica.Host.Service.Service.Entries())
        {
            var left = wanted.GetValueOrDefault(Convert.ToHexString(entry.Value.Span));
            if (left > 0) wanted[Convert.ToHexString(entry.Value.Span)] = left - 1;
            else if (--lies < 0) cluster.Checker.Report("exactly once", $"'{entry.Text}' stands too often in the ledger of replica {replica.Id}, or nobody asked for it");
        }

        foreach (var (missing, _) in wanted.Where(operation => operation.Value > 0))
        {
            cluster.Checker.Report("completeness", $"operation 0x{missing} is missing in the ledger of replica {replica.Id}");
        }
    }

    private static string Line(ServiceEntry entry) => $"{entry.Label} {Convert.ToHexString(entry.Value.Span)}";
}
