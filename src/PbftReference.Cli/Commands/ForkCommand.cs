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
        var faulty = new Option<string[]?>("--faulty") { HelpName = "ID:BEHAVIOUR,...|none", Description = "Replicas that misbehave from there on; those that did before count as faulty all the same. [default: as before]" };
        var operations = new Option<long?>("--operations") { HelpName = "COUNT", Description = "How many operations in all. [default: as before]" };
        var command = new Command("fork", "Goes on from any recorded moment of a simulated run with other choices: another course of chance, other faults. The old log is left as it is.")
        {
            at, into, choices, faults, faulty, operations,
        };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            var behaviours = parsed.GetValue(faulty) is { Length: > 0 } given ? given : null;
            var request = new ForkRequest(parsed.GetRequiredValue(at), parsed.GetValue(choices), parsed.GetValue(faults), behaviours, parsed.GetValue(operations));
            return Run(place.Of(parsed), request, parsed.GetRequiredValue(into), terminal);
        });
        return command;
    }

    private static int Run(string place, ForkRequest request, string directory, Terminal terminal)
    {
        var source = LogSource.Of(place);
        if (source.Run is not { } old) throw new CommandException(ExitCodes.Data, $"{source.Shown} is the log of a cluster of processes: only a simulated run can be gone on with");
        var manifest = request.Of(old);
        var target = ForkedBeginning.PlaceOf(directory, manifest.Genesis.Cluster);
        using var log = RunLog.Open(place);
        var (replica, revision) = LogPositions.OfStep(log, request.At);
        var cut = new ConsistentCut(log, replica, revision);
        var plan = new RunPlan(manifest, RunDirectory.WorkloadOf(manifest), new RunPlace(target), true, request.CommandLine(source.Shown));
        var unfinished = LogAddress.Is(target) ? null : new UnfinishedRun(target);
        ForkedBeginning.Write(target, manifest, cut, terminal);
        try
        {
            terminal.WriteWrapped($"forked {source.Shown} after {string.Join(", ", cut.Ends.Select(end => string.Create(CultureInfo.InvariantCulture, $"r{end.Key} #{end.Value}")))}; choices={request.Choices}");
            return GoOn(plan, terminal);
        }
        catch
        {
            // the same command makes the same again; in a database the run is there, and is resumed
            unfinished?.Remove();
            throw;
        }
    }

    private static int GoOn(RunPlan plan, Terminal terminal)
    {
        RunCommand.Warn(plan, terminal);
        var runner = new Runner(terminal, acknowledge: false);
        var result = LogAddress.Is(plan.Place.Name!) ? RunCommand.Carry(plan, runner) : runner.Run(plan);
        foreach (var row in RunReport.Lines(result)) terminal.Result.WriteLine(row);
        return result.ExitCode;
    }
}
