using System.CommandLine;
using System.Globalization;
using PbftReference.Cli.Forking;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.Simulation;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft fork</c>: goes on from a recorded state with other choices.</summary>
internal static class ForkCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument("The log of a simulated run.");
        var at = new Option<string>("--at") { HelpName = "ID:POS", Description = $"After which record, as in 2:143 or 0:view:1. A position is {LogPositions.Grammar}.", Required = true };
        var into = new Option<string>("--log") { HelpName = "DIR", Description = "The directory of the new run.", Required = true };
        var choices = new Option<ulong>("--choices") { HelpName = "NUMBER", Description = "Which course chance takes from there on.", DefaultValueFactory = _ => 1 };
        var faults = new Option<string?>("--faults") { HelpName = "none|some|many", Description = "How much goes wrong from there on. [default: as before]" };
        var faulty = new Option<string[]?>("--faulty") { HelpName = "ID:BEHAVIOUR,...", Description = "Replicas that misbehave from there on. [default: as before]" };
        var operations = new Option<long?>("--operations") { HelpName = "COUNT", Description = "How many operations in all. [default: as before]" };
        var command = new Command("fork", "Goes on from any recorded moment of a simulated run with other choices: another course of chance, other faults. The old log is left as it is.")
        {
            at, into, choices, faults, faulty, operations,
        };
        place.AddTo(command);
        command.SetAction(parsed => Run(place.Of(parsed), parsed.GetRequiredValue(at), parsed.GetRequiredValue(into), terminal, old => old with
        {
            Options = old.Options with
            {
                Choices = parsed.GetValue(choices),
                Faults = parsed.GetValue(faults) is { } profile ? RunOptions.ProfileOf(profile) : old.Options.Faults,
                Faulty = parsed.GetValue(faulty) is { Length: > 0 } given ? RunOptions.FaultyOf(given, old.Options.Configuration.Replicas) : old.Options.Faulty,
            },
            Operations = parsed.GetValue(operations) ?? old.Operations,
        }));
        return command;
    }

    private static int Run(string place, string at, string directory, Terminal terminal, Func<RunManifest, RunManifest> change)
    {
        var source = LogSource.Of(place);
        if (source.Run is not { } old) throw new CommandException(ExitCodes.Data, $"{source.Shown} is the log of a cluster of processes: only a simulated run can be gone on with");
        var manifest = change(old);
        using var log = RunLog.Open(place);
        var (replica, revision) = LogPositions.OfStep(log, at);
        var cut = new ConsistentCut(log, replica, revision);
        var target = new RunPlace(directory);
        target.Claim(manifest, terminal);
        using (var store = target.Open(manifest.Genesis.Cluster, terminal)) cut.CopyTo(store);
        terminal.Result.WriteLine(string.Create(CultureInfo.InvariantCulture, $"forked {source.Shown} after {string.Join(", ", cut.Ends.Select(end => $"r{end.Key} #{end.Value}"))}; choices={manifest.Options.Choices}"));
        var plan = new RunPlan(manifest, RunDirectory.WorkloadOf(manifest), target, true, $"pbft fork {RunOptions.Quoted(source.Shown)} --at {at} --choices {manifest.Options.Choices} --log OTHER");
        var result = new Runner(terminal, acknowledge: false).Run(plan);
        foreach (var row in RunReport.Lines(result)) terminal.Result.WriteLine(row);
        return result.ExitCode;
    }
}
