using System.CommandLine;
using Newtonsoft.Json;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Replaying;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft replay</c>.</summary>
internal static class ReplayCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = new Option<int?>("--replica") { HelpName = "ID", Description = "Only this replica. [default: all]" };
        var verify = new Option<bool>("--verify") { Description = "Decides every recorded input again, runs the service again, and compares each step byte for byte." };
        var until = new Option<string>("--until") { HelpName = "POS", Description = $"The last record to replay: {LogPositions.Grammar}.", DefaultValueFactory = _ => "end" };
        var breakAt = new Option<string?>("--break") { HelpName = "POS", Description = "With --replica: decides again up to this record, waits for a debugger, and stops where its rules are about to run." };
        var json = new Option<bool>("--json") { Description = "Prints the result as one JSON document." };
        var command = new Command("replay", "Replays a recorded run: folds its log, or decides it again.") { replica, verify, until, breakAt, json };
        place.AddTo(command);
        command.SetAction(line => Run(
            terminal, place.Of(line), line.GetValue(replica), line.GetValue(verify) || line.GetValue(breakAt) is not null, line.GetRequiredValue(until), line.GetValue(breakAt), line.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, string directory, int? replica, bool verify, string until, string? breakAt, bool json)
    {
        var source = LogSource.Of(directory);
        var replicas = source.Replicas(replica);
        using var store = source.OpenLog();
        if (breakAt is not null && replica is null) throw new CommandException(ExitCodes.Usage, "--break names a record of one replica: name that by --replica");
        using var log = RunLog.Over(store, source.Genesis, source.Shown);
        var replayer = new Replayer(terminal, store, source.Genesis, verify, new RevisionBound(until, log, replicas), breakAt is null ? null : new RevisionBound(breakAt, log, replicas));
        var rows = new List<ReplayRow>();
        foreach (var id in replicas)
        {
            var row = replayer.Replay(id);
            rows.Add(row);
            terminal.ClearProgress();
            if (json) continue;
            if (rows.Count == 1) terminal.Result.WriteLine(ReplayOutput.Heading);
            foreach (var text in ReplayOutput.Lines(row)) terminal.WriteWrapped(text.TrimStart(), text.Length - text.TrimStart().Length);
        }

        if (json) terminal.Result.WriteLine(ReplayOutput.Json(source, rows, verify).ToString(Formatting.Indented));
        else terminal.WriteWrapped(ReplayOutput.Verdict(rows, verify));
        return ReplayOutput.CodeOf(rows);
    }
}
