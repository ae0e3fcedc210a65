using System.CommandLine;
using System.Globalization;
using PbftReference.Audit.Shrinking;
using PbftReference.Audit.Verification;
using PbftReference.Cli.Bisecting;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Inputs;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft shrink</c>: the fewest inputs that lead to the same.</summary>
internal static class ShrinkCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = new Option<int?>("--replica") { HelpName = "ID", Description = "Whose inputs. [default: the one that the first violation accuses]" };
        var until = new Option<string?>("--until") { HelpName = "PREDICATE", Description = $"What must come to hold of this replica: {PredicateParser.Grammar}. [default: the log's first violation, by action and guard, as 'pbft verify' tells it]" };
        var into = new Option<string>("--log") { HelpName = "DIR", Description = "The directory of the small log.", Required = true };
        var command = new Command("shrink", "Leaves out inputs of a replica as long as it comes to the same: a violation, or a predicate. The rest is decided again by this build, and is an ordinary log.") { replica, until, into };
        place.AddTo(command);
        command.SetAction(parsed => Run(place.Of(parsed), parsed.GetValue(replica), parsed.GetValue(until), parsed.GetRequiredValue(into), terminal));
        return command;
    }

    private static int Run(string place, int? replica, string? until, string directory, Terminal terminal)
    {
        using var log = RunLog.Open(place);
        if (log.Run is null) throw new CommandException(ExitCodes.Data, $"{log.Directory} has no manifest to go with a smaller log");
        if (Path.Exists(directory)) throw new CommandException(ExitCodes.Data, $"{directory} is there already: name another directory by --log");
        var aim = AimOf(log, replica, until, terminal);
        var inputs = InputsOf(log, aim.Replica);
        if (!aim.Holds(inputs)) throw new CommandException(ExitCodes.Unknown, $"decided again by this build, the {inputs.Count} inputs of replica {aim.Replica} do not come to that ({aim.What}): it is another build that did, or the log was changed, or it shows only beside another replica's log");
        var fewest = InputShrinker.Shrink(inputs, aim.Holds, (left, tried) => terminal.Progress(() => string.Create(CultureInfo.InvariantCulture, $"{left:N0} of {inputs.Count:N0} inputs left, {tried:N0} lists tried")));
        terminal.ClearProgress();
        Write(log, aim.Replica, fewest, directory);
        terminal.Result.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fewest.Count} of {inputs.Count} inputs of replica {aim.Replica} are enough for: {aim.What}"));
        using var small = RunLog.Open(directory);
        foreach (var step in small.Walk(aim.Replica))
        {
            foreach (var transition in TransitionLine.Of(step.Record, step.Before)) terminal.Result.WriteLine("  " + transition.Text);
        }

        terminal.Note(until is null ? $"-> pbft verify {directory}" : $"-> pbft replay {directory} --replica {aim.Replica} --verify");
        return ExitCodes.Holds;
    }

    private sealed record Aim(ReplicaId Replica, string What, Func<IReadOnlyList<Input>, bool> Holds);

    private static Aim AimOf(RunLog log, int? replica, string? until, Terminal terminal)
    {
        if (until is not null)
        {
            var predicate = PredicateParser.Parse(until);
            var self = log.Replica(replica ?? throw new CommandException(ExitCodes.Usage, "--until is about one replica: name it by --replica"));
            return new Aim(self, until, inputs => Redecision.Run(log.Genesis, self, inputs).Any(decided => predicate.Holds(new Moment(decided.Step, decided.After, null))));
        }

        terminal.Progress(() => "verifying");
        var report = LogVerifier.Run(log.Store, log.Genesis, new VerificationOptions());
        var first = report.Violations.FirstOrDefault(violation => replica is null || violation.Replica == new ReplicaId(replica.Value))
            ?? throw new CommandException(ExitCodes.Unknown, $"{log.Directory} does not violate the specification{(replica is null ? "" : $" at replica {replica}")}: say by --until what must come to hold");
        return new Aim(first.Replica, $"{first.Action}, of which {first.Guard} is false", inputs => Violates(log, first, inputs));
    }

    // The others' logs are left out: what they sent stands in this one, signed.
    private static bool Violates(RunLog log, Finding first, IReadOnlyList<Input> inputs)
    {
        using var store = new InMemoryEventStore();
        Redecision.Write(store, log.Genesis, first.Replica, Redecision.Run(log.Genesis, first.Replica, inputs));
        if (store.Tail(log.StreamOf(first.Replica)) is null) return false;
        return LogVerifier.Run(store, log.Genesis, new VerificationOptions()).Violations is [var found, ..] && found.Guard == first.Guard && KindOf(found.Action) == KindOf(first.Action);
    }

    private static string KindOf(string action) => action.Split('(', ' ')[0];

    private static List<Input> InputsOf(RunLog log, ReplicaId replica)
    {
        if (log.TailOf(replica).FirstRevision > 0) throw new CommandException(ExitCodes.Data, $"the beginning of {log.StreamOf(replica)} is truncated: its inputs are shrunk from the first");
        return [.. ReplicaLog.Read(log.Store, log.StreamOf(replica)).Select(record => record.Step?.Input).OfType<Input>().Where(Redecision.IsGiven)];
    }

    private static void Write(RunLog log, ReplicaId replica, IReadOnlyList<Input> inputs, string directory)
    {
        Directory.CreateDirectory(directory);
        using var store = RunDirectory.CreateLog(directory);
        Redecision.Write(store, log.Genesis, replica, Redecision.Run(log.Genesis, replica, inputs));
        File.WriteAllText(RunDirectory.ManifestPath(directory), log.Run);
    }
}
