using System.CommandLine;
using Newtonsoft.Json;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft run</c>.</summary>
internal static class RunCommand
{
    private static readonly Option<string> Store = new("--store")
    {
        HelpName = "sqlite|memory|esdb://...",
        Description = "Where the log is kept: in a directory, nowhere, or in an EventStoreDB.",
        DefaultValueFactory = _ => "sqlite",
    };

    private static readonly Option<string?> Log = new("--log")
    {
        HelpName = "DIR",
        Description = "Directory of the log; it must not hold a run yet. [default: runs/SEED-N, the first that is free]",
    };

    private static readonly Option<string?> Resume = new("--resume")
    {
        HelpName = "DIR|esdb://...#NAME",
        Description = "Goes on with a run that was killed or interrupted; its options are with its log.",
    };

    private static readonly Option<string?> Scenario = new("--scenario")
    {
        HelpName = "DIR|FILE",
        Description = "Runs what 'pbft shrink' wrote, or any recorded run, again from its beginning: a directory, its run.json alone, or a saved trace. It takes the place of the run's options.",
    };

    private static readonly Option<bool> Acks = new("--acks")
    {
        Description = "Prints each accepted operation once it is durable: client, timestamp, result. The report goes to standard error.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints the result as one JSON document." };

    public static Command Create(Terminal terminal)
    {
        var options = new RunOptions();
        var command = new Command("run", "Runs a simulated cluster under the seed's faults and leaves its log.");
        foreach (var option in options.All) command.Options.Add(option);
        foreach (var option in (Option[])[Store, Log, Resume, Scenario, Acks, Json]) command.Options.Add(option);
        command.SetAction(line => Run(line, options, terminal));
        return command;
    }

    private static int Run(ParseResult line, RunOptions options, Terminal terminal)
    {
        var (acks, json) = (line.GetValue(Acks), line.GetValue(Json));
        if (acks && json) throw new CommandException(ExitCodes.Usage, "--acks and --json both need standard output: leave one out");
        var plan = PlanOf(line, options, terminal);
        var report = acks || json ? terminal.Notes : terminal.Result;
        report.WriteLine(plan.Title);
        report.Flush();
        Warn(plan, terminal);
        var result = Carry(plan, new Runner(terminal, acks));
        foreach (var row in RunReport.Lines(result)) report.WriteLine(row);
        if (json) terminal.Result.WriteLine(RunJson.Of(result).ToString(Formatting.Indented));
        return result.ExitCode;
    }

    /// <summary>Carries out a plan; if its log cannot be written any more, it is said how to go on.</summary>
    internal static RunResult Carry(RunPlan plan, Runner runner)
    {
        try
        {
            return runner.Run(plan);
        }
        catch (EventStoreException e) when (plan.Directory is not null && e.Failure != EventStoreFailure.Damaged)
        {
            throw new CommandException(
                runner.Interrupted ? ExitCodes.Interrupted : ExitCodes.Data, $"{(runner.Interrupted ? "interrupted; " : "")}{e.Message}\npbft: what was committed before is safe; when the cause is gone, go on by: pbft run --resume {ShellWord.Of(plan.Directory)}", e);
        }
    }

    private static RunPlan PlanOf(ParseResult line, RunOptions options, Terminal terminal)
    {
        if (line.GetValue(Resume) is { } directory)
        {
            var given = options.All.Concat([Store, Log, Scenario]).FirstOrDefault(option => line.GetResult(option) is { Implicit: false });
            if (given is null) return RunPlanner.Resume(directory);
            if (given == Store && EventStoreDb.IsAddress(line.GetValue(Store)!)) return RunPlanner.Resume($"{line.GetValue(Store)}#{directory}");
            throw new CommandException(ExitCodes.Usage, $"--resume takes the run's options from {directory}: leave out {given.Name}");
        }

        var store = line.GetValue(Store)!;
        if (store is not ("sqlite" or "memory") && !EventStoreDb.IsAddress(store)) throw new CommandException(ExitCodes.Usage, $"--store {store}: choose sqlite, memory, or the address of a database, esdb://HOST:2113");
        if (line.GetValue(Scenario) is not { } scenario) return RunPlanner.Plan(options, line, store, line.GetValue(Log), terminal);
        if (options.All.FirstOrDefault(option => line.GetResult(option) is { Implicit: false }) is { } other) throw new CommandException(ExitCodes.Usage, $"--scenario takes the run's options from {scenario}: leave out {other.Name}, or change it there");
        return RunPlanner.OfScenario(scenario, store, line.GetValue(Log), terminal);
    }

    /// <summary>Warns of a run with more faulty replicas than its cluster tolerates.</summary>
    internal static void Warn(RunPlan plan, Terminal terminal)
    {
        var (faulty, f) = (plan.Options.NotCorrect.Count(), plan.Options.Configuration.Faults);
        if (faulty > f) terminal.Note($"warning: {faulty} replicas are faulty and n = {plan.Options.Configuration.Replicas} tolerates {f}: nothing is promised, and violations are to be expected");
    }
}
