using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Clusters;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Live;

/// <summary>What is measured.</summary>
/// <param name="Replicas">n.</param>
/// <param name="Batch">Most requests in a batch.</param>
/// <param name="Signatures">Whether messages are signed.</param>
/// <param name="Operations">How many operations are measured; half as many go before, to warm up.</param>
/// <param name="Payload">Their size in bytes.</param>
/// <param name="Clients">Clients that share them.</param>
/// <param name="Outstanding">Requests that each has under way.</param>
/// <param name="Flood">Whether a further client meanwhile sends the primary as much nonsense as it takes.</param>
internal sealed record LiveLoad(int Replicas, int Batch, bool Signatures, int Operations, int Payload, int Clients, int Outstanding, bool Flood = false);

/// <summary>What was measured. Times of phases are means, in milliseconds, of the primary, from the pre-prepare of a place.</summary>
internal sealed record LiveFigures(
    double PerSecond, double P50, double P99, double Batch, double Prepared, double Committed, double Executed, double Append,
    double PrimaryMicroseconds, double BackupMicroseconds, double ClientMicroseconds, double PrimaryPeakMiB, long Nonsense);

/// <summary>Measures a cluster of processes: makes one in a directory of its own, loads it, asks it, and removes it.</summary>
internal static partial class LiveBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>What the replicas agree on.</summary>
    public static Settings SettingsOf(LiveLoad load) =>
        Settings.Resolve(null, [], [$"general.N={load.Replicas}", $"general.batchsize={load.Batch}", "general.K=20", $"security.enabled={(load.Signatures ? "true" : "false")}"]);

    /// <summary>Measures one load.</summary>
    /// <exception cref="CommandException">The cluster does not get ready, or does not get on.</exception>
    public static async Task<LiveFigures> Run(LiveLoad load, Terminal terminal, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("pbft-bench-").FullName;
        var cluster = new ClusterDirectory(Path.Combine(directory, "cluster"));
        cluster.Create(SettingsOf(load), "bench", load.Clients + 1);
        var processes = Enumerable.Range(0, load.Replicas).Select(i => new NodeProcess(cluster, new ReplicaId(i))).ToList();
        try
        {
            foreach (var process in processes) process.Start(ThisProgram.Words);
            return await Measure(load, cluster, processes, terminal, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var process in processes) process.Send(NodeSignal.Kill);
            foreach (var process in processes) process.WaitForEnd(TimeSpan.FromSeconds(30));
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<LiveFigures> Measure(LiveLoad load, ClusterDirectory cluster, List<NodeProcess> processes, Terminal terminal, CancellationToken cancellation)
    {
        using var http = new NodeHttpClient(cluster);
        var began = Stopwatch.StartNew();
        foreach (var process in processes)
        {
            while (await http.NotReady(process.Replica, cancellation).ConfigureAwait(false) is { } why)
            {
                if (began.Elapsed > Patience) throw new CommandException(ExitCodes.NoProgress, $"replica {process.Replica} is not ready within {Patience.TotalSeconds:0} s: {why}");
                await Task.Delay(20, cancellation).ConfigureAwait(false);
            }
        }

        var seats = await ClientSeat.Take(cluster, load.Clients, new ClientSeatOptions(load.Outstanding, TimeSpan.FromSeconds(2), QuietTransport.Instance)).ConfigureAwait(false);
        try
        {
            await Send(load.Operations / 2).ConfigureAwait(false);
            await using var flood = load.Flood ? await Flooder.Start(cluster, cancellation).ConfigureAwait(false) : null;
            var before = await Sample(http, processes, cancellation).ConfigureAwait(false);
            var report = await Send(load.Operations).ConfigureAwait(false);
            var after = await Sample(http, processes, cancellation).ConfigureAwait(false);
            return Figures(load, report, before, after);
        }
        finally
        {
            foreach (var seat in seats) await seat.DisposeAsync().ConfigureAwait(false);
        }

        async Task<SubmissionReport> Send(int count)
        {
            var submission = new Submission(seats, load.Outstanding, (_, _) => { });
            return await submission.Run(Operations(load, count), Patience, () => terminal.Progress(() => $"{submission.Accepted:N0} of {count:N0} accepted"), cancellation).ConfigureAwait(false);
        }
    }

    private sealed record Readings(IReadOnlyDictionary<string, double> Primary, double[] Processor, double Own, double PeakMiB);

    private static async Task<Readings> Sample(NodeHttpClient http, List<NodeProcess> processes, CancellationToken cancellation)
    {
        var text = await http.Metrics(processes[0].Replica, cancellation).ConfigureAwait(false);
        var metrics = Line().Matches(text).ToDictionary(m => m.Groups[1].Value, m => double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));
        return new Readings(metrics, [.. processes.Select(p => ProcessorOf(p.Pid!.Value))], ProcessorOf(Environment.ProcessId), PeakOf(processes[0].Pid!.Value));
    }

    private static double ProcessorOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime.TotalMicroseconds;
    }

    private static double PeakOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.PeakWorkingSet64 / 1048576.0;
    }

    private static LiveFigures Figures(LiveLoad load, SubmissionReport report, Readings before, Readings after)
    {
        double change(string name) => after.Primary.GetValueOrDefault(name) - before.Primary.GetValueOrDefault(name);
        double mean(string name, string labels) => 1000 * change($"{name}_sum{labels}") / Math.Max(1, change($"{name}_count{labels}"));
        double phase(string name) => mean("pbft_phase_duration_seconds", $"{{phase=\"{name}\"}}");
        double processor(int i) => (after.Processor[i] - before.Processor[i]) / load.Operations;
        return new LiveFigures(
            report.Accepted / report.Elapsed.TotalSeconds, report.Percentile(50), report.Percentile(99),
            change("pbft_requests_executed_total") / Math.Max(1, change("pbft_batches_executed_total")),
            phase("prepared"), phase("committed-local"), phase("executed"), mean("pbft_log_append_duration_seconds", ""),
            processor(0), Enumerable.Range(1, load.Replicas - 1).Select(processor).DefaultIfEmpty().Average(), (after.Own - before.Own) / load.Operations,
            after.PeakMiB, (long)change("pbft_messages_total{type=\"Unknown\",direction=\"received\",outcome=\"undecodable\"}"));
    }

    private static IEnumerable<byte[]> Operations(LiveLoad load, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var operation = new byte[load.Payload];
            BitConverter.TryWriteBytes(operation, i);
            yield return operation;
        }
    }

    [GeneratedRegex(@"^(\w+(?:\{[^}]*\})?) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
