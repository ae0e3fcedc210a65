using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Newtonsoft.Json;
using PbftReference.Cli.Fuzzing;
using PbftReference.Cli.Output;
using PbftReference.Cli.Verifying;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation.Fuzzing;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft fuzz</c>.</summary>
internal static class FuzzCommand
{
    private const int FewestReplicas = 4;

    public static Command Create(Terminal terminal)
    {
        var seeds = new Option<int>("--seeds") { HelpName = "COUNT", Description = "How many seeds.", DefaultValueFactory = _ => 100 };
        var from = new Option<ulong>("--from") { HelpName = "SEED", Description = "The first seed.", DefaultValueFactory = _ => 1 };
        var replicas = new Option<int>("--replicas") { HelpName = "N", Description = "Number of replicas, 4 and up.", DefaultValueFactory = _ => FewestReplicas };
        var parallel = new Option<int>("--parallel") { HelpName = "COUNT", Description = "Most runs at a time; 0 for one a core." };
        var verify = new Option<bool>("--verify") { Description = "Judges the log of each run by the specification, too, as 'pbft verify' does." };
        var lockStep = new Option<bool>("--lock-step") { Description = "The same, and compares the recorded state with the specification's after each step." };
        var expect = new Option<string?>("--expect") { HelpName = "COUNTS", Description = "With --verify: what the logs must hold at least, all together, as in 'executed>=10,view-changes>=1' of 'pbft verify'." };
        var save = new Option<string>("--save") { HelpName = "DIR", Description = "Where a log that does not conform goes, as a trace.", DefaultValueFactory = _ => "runs" };
        var store = new Option<string?>("--store") { HelpName = "esdb://...", Description = "With --verify: a database where a log that does not conform goes, too, as the cluster seed-SEED." };
        var json = new Option<bool>("--json") { Description = "Prints the result as one JSON document." };
        var command = new Command("fuzz", "Runs many seeds in memory, with faults and misbehaving replicas, and judges each.")
        {
            seeds, from, replicas, parallel, verify, lockStep, expect, save, store, json,
        };
        command.SetAction(line =>
        {
            var expected = VerifyArguments.Expected(line.GetValue(expect));
            var judging = line.GetValue(verify) || line.GetValue(lockStep);
            if (!judging && !expected.IsEmpty) throw new CommandException(ExitCodes.Usage, "--expect counts what is in the logs: add --verify, which reads them");
            if (line.GetValue(store) is { } address && !(judging && EventStoreDb.IsAddress(address))) throw new CommandException(ExitCodes.Usage, judging ? $"--store {address}: it takes the address of a database, esdb://HOST:2113" : "--store takes logs that do not conform: add --verify, which judges them");
            var judge = judging ? new SeedJudge(line.GetValue(lockStep), expected, line.GetValue(save)!, line.GetValue(store)) : null;
            return Run(terminal, line.GetValue(from), line.GetValue(seeds), line.GetValue(replicas), line.GetValue(parallel), judge, line.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, ulong from, int seeds, int replicas, int parallel, SeedJudge? judge, bool json)
    {
        if (seeds < 1) throw new CommandException(ExitCodes.Usage, $"--seeds must be at least 1, not {seeds}");
        if (replicas < FewestReplicas) throw new CommandException(ExitCodes.Usage, $"--replicas must be at least {FewestReplicas}, so that one may misbehave, not {replicas}");
        if (parallel < 0) throw new CommandException(ExitCodes.Usage, $"--parallel must be at least 0, not {parallel}");
        if (from > ulong.MaxValue - (ulong)(seeds - 1)) throw new CommandException(ExitCodes.Usage, $"--from {from}: the last of {seeds} seeds would be greater than {ulong.MaxValue}; begin lower");
        var title = string.Create(CultureInfo.InvariantCulture, $"seeds={from}..{from + (ulong)seeds - 1} n={replicas} f={(replicas - 1) / 3}");
        var report = json ? terminal.Notes : terminal.Result;
        report.WriteLine(title);
        report.Flush();
        using var stop = new StopOnSignal();
        var (elapsed, done, found) = (Stopwatch.StartNew(), 0, 0);
        var summary = Fuzzer.RunMany(from, seeds, seed => FuzzCase.FromSeed(seed, replicas), judge is null ? Fuzzer.Run : judge.Run, parallel, result =>
        {
            done++;
            if (result.Verdict != FuzzVerdict.Fine) terminal.Note(FuzzReport.Found(result, ++found));
            terminal.Progress(() => string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {seeds:N0} seeds, {found} found, {done / elapsed.Elapsed.TotalSeconds:F1} a second"));
        }, stop.Token);
        terminal.ClearProgress();
        var code = stop.Token.IsCancellationRequested && summary.Found.Count == 0 ? ExitCodes.Interrupted : FuzzReport.CodeOf(summary, judge);
        if (json) terminal.Result.WriteLine(FuzzReport.Json(summary, judge, from, seeds, replicas, code, elapsed.Elapsed).ToString(Formatting.Indented));
        else foreach (var row in FuzzReport.Lines(summary, judge, elapsed.Elapsed)) report.WriteLine(row);
        report.WriteLine(title);
        if (stop.Token.IsCancellationRequested) terminal.Note(string.Create(CultureInfo.InvariantCulture, $"interrupted after {done:N0} of {seeds:N0} seeds; go on by --from {from + (ulong)done}"));
        return code;
    }
}
