using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Bisecting;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft bisect</c>: the first step after which something holds.</summary>
internal static class BisectCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var until = new Option<string>("--until") { HelpName = "PREDICATE", Description = $"What is to hold: {PredicateParser.Grammar}. Fields: {StateFields.All}; {StateFields.Types}.", Required = true };
        var replica = LogArguments.Replica("Only this replica's steps. [default: all, in causal order]");
        var json = LogArguments.Json();
        var command = new Command("bisect", "The first step of a log after which a predicate over state, an event or a broken property holds. Exit code 2 if none does.") { until, replica, json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            var predicate = PredicateParser.Parse(parsed.GetRequiredValue(until));
            using var log = RunLog.Open(place.Of(parsed));
            var readable = new ReadableLog(log);
            var found = Find(readable, readable.ReplicasOrAll(parsed.GetValue(replica)), predicate, terminal);
            terminal.ClearProgress();
            if (parsed.GetValue(json)) terminal.Result.WriteLine(Document(log, readable, predicate, parsed.GetRequiredValue(until), found).ToString(Formatting.Indented));
            else foreach (var line in Lines(log, readable, predicate, found)) terminal.Result.WriteLine(line);
            return readable.Told(terminal) is var code && code == ExitCodes.Holds && found is null ? ExitCodes.Unknown : code;
        });
        return command;
    }

    // Every step is looked at: what holds may cease to hold, so halving could find a later one.
    private static (LoggedStep Step, Moment Moment)? Find(ReadableLog readable, IReadOnlyList<ReplicaId> replicas, Predicate predicate, Terminal terminal)
    {
        var (decisions, count) = (new Decisions(), 0L);
        foreach (var step in CausalOrder.Of(replicas.Select(id => readable.Walk(id))))
        {
            count++;
            terminal.Progress(() => string.Create(CultureInfo.InvariantCulture, $"{count:N0} steps, at {step.Record.Stream} #{step.Record.Revision}"));
            var moment = new Moment(step.Record.Step, RunLog.After(step.Record, step.Before), decisions.Add(step));
            if (predicate.Holds(moment)) return (step, moment);
        }

        return null;
    }

    private static IEnumerable<string> Lines(RunLog log, ReadableLog readable, Predicate predicate, (LoggedStep Step, Moment Moment)? found)
    {
        if (found is not var (step, moment))
        {
            yield return readable.Damage is null ? "it holds after no step of this log" : "it holds after no step that can be read";
            yield break;
        }

        foreach (var transition in TransitionLine.Of(step.Record, step.Before)) yield return transition.Text;
        foreach (var line in predicate.Values(moment).SelectMany(value => WordWrap.Lines(value, TransitionLine.Width - 4).Select((line, i) => i == 0 ? line : $"  {line}"))) yield return $"  {line}";
        var (replica, revision, place) = (moment.After.Self, step.Record.Revision, ShellWord.Of(log.Directory));
        yield return $"look: pbft log show {place} --replica {replica} --at {revision}";
        yield return $"      pbft why {place} {replica}:{revision}";
        if (revision > 0) yield return $"      pbft state {place} --replica {replica} --at {revision - 1} --diff {revision}";
    }

    private static JObject Document(RunLog log, ReadableLog readable, Predicate predicate, string until, (LoggedStep Step, Moment Moment)? found) => new()
    {
        ["schema"] = "pbft.bisect/1",
        ["directory"] = log.Directory,
        ["until"] = until,
        ["found"] = found is not null,
        ["replica"] = found?.Moment.After.Self.Value,
        ["stream"] = found?.Step.Record.Stream,
        ["revision"] = found?.Step.Record.Revision.ToString(CultureInfo.InvariantCulture),
        ["record"] = found?.Step.Record.Type,
        ["transitions"] = new JArray(found is var (step, _) ? TransitionLine.Of(step.Record, step.Before).Select(t => t.Text) : []),
        ["values"] = new JArray(found is var (_, held) ? predicate.Values(held) : []),
        ["damaged"] = readable.Document(),
    };
}
