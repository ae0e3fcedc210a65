using System.CommandLine;
using Newtonsoft.Json;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Bisecting;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.Cli.Shrinking;
using PbftReference.Cli.Verifying;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft shrink</c>: the smallest run, and the fewest inputs, that lead to the same.</summary>
internal static class ShrinkCommand
{
    private const int DefaultBudget = 500;

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument("A failure: a directory that 'pbft run' made, its run.json alone, a trace that 'pbft fuzz' saved, or logs in a database.", "FAILURE");
        var budget = new Option<int>("--budget") { HelpName = "RUNS", Description = "Most runs that are tried.", DefaultValueFactory = _ => DefaultBudget };
        var inputs = new Option<bool>("--inputs") { Description = "Leaves the run as it is and only leaves out inputs of one replica's recorded log; so it is done for a cluster of processes, too." };
        var replica = new Option<int?>("--replica") { HelpName = "ID", Description = "With --inputs or --until: whose inputs. [default: the one that the first violation accuses]" };
        var until = new Option<string?>("--until") { HelpName = "PREDICATE", Description = $"Only leaves out inputs, as long as this comes to hold of the replica: {PredicateParser.Grammar}. [default: the log's first violation, by action and guard, as 'pbft verify' tells it]" };
        var into = new Option<string>("--log") { HelpName = "DIR", Description = "The directory of the small run, with the log of the fewest inputs in DIR/inputs; of that log alone if only inputs are left out.", Required = true };
        var json = LogArguments.Json();
        var command = new Command("shrink", "Makes a failure small as long as it comes to the same: leaves out operations, misbehaving replicas, clients, replicas and faults of the run, then inputs of one replica. What is left is an ordinary run, and an ordinary log.")
        {
            budget, inputs, replica, until, into, json,
        };
        place.AddTo(command);
        command.SetAction(line =>
        {
            var request = new Request(place.Of(line), line.GetRequiredValue(into), line.GetValue(budget), line.GetValue(replica), line.GetValue(until));
            return Run(request, line.GetValue(inputs) || request.Until is not null, line.GetValue(json), terminal);
        });
        return command;
    }

    private sealed record Request(string Place, string Directory, int Budget, int? Replica, string? Until);

    private static int Run(Request request, bool inputsOnly, bool json, Terminal terminal)
    {
        if (request.Budget < 1) throw new CommandException(ExitCodes.Usage, $"--budget must be at least 1 run, not {request.Budget}");
        if (Path.Exists(request.Directory)) throw new CommandException(ExitCodes.Data, $"{request.Directory} is there already: name another directory by --log");
        using var stop = new StopOnSignal();
        if (!inputsOnly && OfProcesses(request.Place))
        {
            terminal.Note($"{LogSource.Of(request.Place).Shown} is of a cluster of processes, which cannot be run again: only inputs are left out");
            inputsOnly = true;
        }

        if (!inputsOnly && request.Replica is not null) throw new CommandException(ExitCodes.Usage, "--replica says whose inputs are left out: add --inputs, or --until with what must come to hold");
        var result = inputsOnly
            ? OfInputs(request, terminal, stop.Token)
            : new FailureShrinking(terminal, stop.Token).Run(request.Place, ScenarioSource.Read(request.Place), request.Directory, request.Budget);
        if (json) terminal.Result.WriteLine(ShrinkReport.Json(result).ToString(Formatting.Indented));
        else ShrinkReport.Write(result, terminal);
        foreach (var text in ShrinkReport.Next(result)) terminal.Note(text);
        return result.ExitCode;
    }

    private static bool OfProcesses(string place) => !File.Exists(place) && LogSource.Of(place).Run is null;

    private static ShrinkResult OfInputs(Request request, Terminal terminal, CancellationToken stop)
    {
        using var log = VerifyInput.Open(request.Place);
        if (log.Run is null) throw new CommandException(ExitCodes.Data, $"{log.Source} has no manifest to go with a smaller log");
        var (aim, failure) = AimOf(log, request, terminal);
        var shrinking = new InputShrinking(log);
        var found = shrinking.Find(aim, (left, all, tried) => terminal.Progress(() => FailureShrinking.Progress(left, all, tried)), stop)
            ?? throw new CommandException(ExitCodes.Unknown, $"decided again by this build, the {shrinking.InputsOf(aim.Replica).Count} inputs of replica {aim.Replica} do not come to that ({aim.What}): it is another build that did, or the log was changed, or it shows only beside another replica's log");
        terminal.ClearProgress();
        shrinking.Write(found, request.Directory);
        return new ShrinkResult(request.Directory, aim.What) { Failure = failure, Inputs = found, InputsDirectory = request.Directory, Interrupted = stop.IsCancellationRequested };
    }

    private static (InputAim Aim, Failure? Failure) AimOf(VerifyInput log, Request request, Terminal terminal)
    {
        if (request.Until is { } until)
        {
            var named = request.Replica ?? throw new CommandException(ExitCodes.Usage, "--until is about one replica: name it by --replica");
            return (InputAim.Of(log.Genesis, Member(log, named), until), null);
        }

        terminal.Progress(() => "verifying");
        var report = LogVerifier.Run(log.Store, log.Genesis, new VerificationOptions { Faulty = log.FaultyOfRun });
        var first = report.Violations.FirstOrDefault(violation => request.Replica is not { } only || violation.Replica == Member(log, only))
            ?? throw new CommandException(ExitCodes.Unknown, $"{log.Source} does not violate the specification{(request.Replica is null ? "" : $" at replica {request.Replica}")}: say by --until what must come to hold");
        var failure = Failure.Of(first);
        return (InputAim.Of(log.Genesis, first.Replica, failure), failure);
    }

    private static ReplicaId Member(VerifyInput log, int number) => log.Genesis.Configuration.IsMember(new ReplicaId(number))
        ? new ReplicaId(number)
        : throw new CommandException(ExitCodes.Usage, $"--replica {number}: the cluster has replicas 0 to {log.Genesis.Configuration.Replicas - 1}");
}
