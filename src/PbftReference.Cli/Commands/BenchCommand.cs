using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.Runtime.Client;
using PbftReference.Runtime.Configuration;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft bench</c>: throughput and latency of a cluster of processes, and where the time goes.</summary>
internal static class BenchCommand
{
    private static readonly Option<int> Replicas = New("--replicas", "N", "Number of replicas n.", 4);
    private static readonly Option<string> Batches = New("--batches", "LIST", "Batch sizes to measure.", "1,100,500");
    private static readonly Option<string> Signatures = New("--signatures", "on|off|both", "With signatures, without, or one after the other. Without, nobody may be faulty.", "both");
    private static readonly Option<int> Operations = New("--operations", "COUNT", "Operations measured; half as many go before, to warm up. At batch 1 a tenth of it.", 50_000);
    private static readonly Option<int> Payload = New("--payload", "BYTES", "Size of an operation.", 16);
    private static readonly Option<int> Clients = New("--clients", "COUNT", "Clients that share them.", 32);
    private static readonly Option<int> Outstanding = New("--outstanding", "COUNT", "Requests that each client has under way.", 32);

    private static readonly Option<bool> Flood = new("--flood") { Description = "Measures each load once more while a further client floods the primary with nonsense." };

    public static Command Create(Terminal terminal)
    {
        var json = LogArguments.Json();
        var command = new Command("bench", "Measures clusters of processes on this machine: throughput, latency, where the time goes.")
        {
            Replicas, Batches, Signatures, Operations, Payload, Clients, Outstanding, Flood, json,
        };
        command.SetAction((line, cancellation) => Run(line, line.GetValue(json), terminal, cancellation));
        return command;
    }

    private static async Task<int> Run(ParseResult line, bool json, Terminal terminal, CancellationToken cancellation)
    {
        var loads = Loads(line).ToList();
        var results = new List<(LiveLoad Load, LiveFigures Figures)>();
        foreach (var load in loads)
        {
            terminal.Note($"measuring n={load.Replicas}, batch {load.Batch}, signatures {(load.Signatures ? "on" : "off")}{(load.Flood ? ", under a flood" : "")}, {load.Operations:N0} operations of {load.Payload} bytes");
            results.Add((load, await LiveBenchmark.Run(load, terminal, cancellation).ConfigureAwait(false)));
        }

        if (json) terminal.Result.WriteLine(Document(results).ToString(Formatting.Indented));
        else Write(results, terminal);
        return ExitCodes.Holds;
    }

    private static IEnumerable<LiveLoad> Loads(ParseResult line)
    {
        var signatures = line.GetValue(Signatures) switch
        {
            "on" => [true],
            "off" => [false],
            "both" => new[] { true, false },
            var other => throw new CommandException(ExitCodes.Usage, $"--signatures {other}: choose on, off or both"),
        };
        foreach (var text in line.GetValue(Batches)!.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var batch) || batch < 1) throw new CommandException(ExitCodes.Usage, $"--batches: '{text}' is not a batch size; write them as 1,100,500");
            var operations = Positive(line, Operations);
            if (Positive(line, Replicas) > ClusterConfiguration.MaxReplicas) throw new CommandException(ExitCodes.Usage, $"--replicas must be at most {ClusterConfiguration.MaxReplicas}, not {line.GetValue(Replicas)}");
            foreach (var signed in signatures)
            {
                if (Positive(line, Payload) > ClientSession.LargestOperation) throw new CommandException(ExitCodes.Usage, $"--payload must be at most {ClientSession.LargestOperation}: a replica takes no more");
                var load = new LiveLoad(Positive(line, Replicas), batch, signed, batch == 1 ? Math.Max(1, operations / 10) : operations, Math.Max(4, Positive(line, Payload)), Positive(line, Clients), Positive(line, Outstanding));
                var most = ClientSession.MostOutstanding(LiveBenchmark.SettingsOf(load).ToClusterConfiguration());
                if (load.Outstanding > most) throw new CommandException(ExitCodes.Usage, $"--outstanding must be at most {most}, half the client window, not {load.Outstanding}");
                yield return load;
                if (line.GetValue(Flood)) yield return load with { Flood = true };
            }
        }
    }

    private static int Positive(ParseResult line, Option<int> option) =>
        line.GetValue(option) is >= 1 and var value ? value : throw new CommandException(ExitCodes.Usage, $"{option.Name} must be at least 1, not {line.GetValue(option)}");

    private static void Write(List<(LiveLoad Load, LiveFigures Figures)> results, Terminal terminal)
    {
        terminal.Result.WriteLine("Throughput and latency, as clients see them:");
        foreach (var text in TextTable.Lines(
            ["n", "batch", "signed", "flood", "requests/s", "p50 ms", "p99 ms", "in a batch", "peak MiB"],
            results.Select(r => new[] { $"{r.Load.Replicas}", $"{r.Load.Batch}", r.Load.Signatures ? "yes" : "no", r.Load.Flood ? $"{r.Figures.Nonsense:N0}" : "-", N(r.Figures.PerSecond, 0), N(r.Figures.P50, 1), N(r.Figures.P99, 1), N(r.Figures.Batch, 1), N(r.Figures.PrimaryPeakMiB, 0) }))) terminal.Result.WriteLine("  " + text);
        terminal.Result.WriteLine("Where the time goes: ms from pre-prepare to each phase at the primary, and of a");
        terminal.Result.WriteLine("log write; us of processor for a request, at the primary, a backup, the client:");
        foreach (var text in TextTable.Lines(
            ["batch", "signed", "prepared", "committed", "executed", "log", "primary", "backup", "client"],
            results.Select(r => new[]
            {
                $"{r.Load.Batch}", r.Load.Signatures ? "yes" : "no", N(r.Figures.Prepared, 1), N(r.Figures.Committed, 1), N(r.Figures.Executed, 1), N(r.Figures.Append, 2),
                N(r.Figures.PrimaryMicroseconds, 0), N(r.Figures.BackupMicroseconds, 0), N(r.Figures.ClientMicroseconds, 0),
            }))) terminal.Result.WriteLine("  " + text);
    }

    private static string N(double value, int digits) => value.ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static JObject Document(List<(LiveLoad Load, LiveFigures Figures)> results) => new()
    {
        ["schema"] = "pbft.bench/1",
        ["processors"] = Environment.ProcessorCount,
        ["results"] = new JArray(results.Select(r =>
        {
            var one = JObject.FromObject(r.Load);
            one.Merge(JObject.FromObject(r.Figures));
            return one;
        })),
    };

    private static Option<T> New<T>(string name, string valueName, string description, T value) =>
        new(name) { HelpName = valueName, Description = description, DefaultValueFactory = _ => value };
}
