using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Causality;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Events;
using PbftReference.Core.State;
using PbftReference.EventLog.Codec;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft why</c>: what enabled a step.</summary>
internal static class WhyCommand
{
    private const int Width = 80;

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var position = new Argument<string>("ID:POS") { Description = $"A replica and a position in its stream, as in 2:143 or 2:seq:5:committed-local. A position is {LogPositions.Grammar}." };
        var json = LogArguments.Json();
        var command = new Command("why", "What enabled a step: the rule, the quorum that it rests on, and the chain of causes.") { position, json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var (replica, revision) = LogPositions.OfStep(log, parsed.GetRequiredValue(position));
            var step = log.Walk(replica, revision).LastOrDefault();
            if (step.Record?.Revision != revision) throw new CommandException(ExitCodes.Data, $"revision {revision} of {log.StreamOf(replica)} holds a part of the record after it: ask for that one");
            var reason = new Reason(log, step);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(reason.Document().ToString(Formatting.Indented));
            else foreach (var line in reason.Lines()) terminal.Result.WriteLine(line);
            return ExitCodes.Holds;
        });
        return command;
    }

    private sealed class Reason
    {
        private readonly LoggedStep _step;
        private readonly ReplicaState _after;
        private readonly List<(ReplicaEvent Event, Support? Support)> _events;
        private readonly List<Cause> _causes;

        public Reason(RunLog log, LoggedStep step)
        {
            _step = step;
            _after = RunLog.After(step.Record, step.Before);
            _events = [.. (step.Record.Step?.Events ?? []).Select(change => (change, Support.Of(change, _after)))];
            _causes = [.. new CausalChain(log).Of(step.Before.Self, step.Record)];
        }

        public IEnumerable<string> Lines()
        {
            foreach (var transition in TransitionLine.Of(_step.Record, _step.Before)) yield return transition.Text;
            foreach (var (change, support) in _events)
            {
                yield return "";
                foreach (var line in OfEvent(change, support)) yield return line;
            }

            if (_step.Record.Step?.Refusal is { } refusal)
            {
                yield return "";
                foreach (var line in OfRule(Names.Refusals.Of(refusal))) yield return line;
            }

            yield return "";
            yield return "causes, the nearest first:";
            foreach (var line in _causes.SelectMany(LinesOf)) yield return line;
            var last = _causes.LastOrDefault(cause => cause.Record is not null)?.Record ?? _step.Record;
            yield return $"  it began: {CausalChain.Origin(last) ?? "further back than this log tells"}";
        }

        private static IEnumerable<string> OfEvent(ReplicaEvent change, Support? support)
        {
            foreach (var line in OfRule(Names.Events.Of(change.Kind))) yield return line;
            if (support is null) yield break;
            yield return $"  quorum  {support.Signers.Length} {support.What}, {support.Needed} needed:";
            foreach (var (replica, signedAt) in support.Signers) yield return $"          r{replica,-2} {(signedAt < 0 ? "its own, or not said where" : string.Create(CultureInfo.InvariantCulture, $"signed at its #{signedAt:d6}"))}";
        }

        private static IEnumerable<string> OfRule(string name)
        {
            yield return name;
            if (Explanations.Of(name) is not [var rule, ..]) yield break;
            foreach (var line in Labelled("rule", rule.Meaning)) yield return line;
            foreach (var line in Labelled("source", rule.Source)) yield return line;
            yield return $"  code    src/{rule.Code}";
        }

        private static IEnumerable<string> Labelled(string label, string text) =>
            WordWrap.Lines(text, Width - 10).Select((line, i) => $"  {(i == 0 ? label : ""),-7} {line}");

        private static IEnumerable<string> LinesOf(Cause cause)
        {
            var head = $"  r{cause.Replica,-2} ";
            if (cause.Record is not { } record) return Hanging(head, cause.Why);
            var what = record.Step is { Events: [.., var last] } ? Names.Events.Of(last.Kind) : record.Type;
            return Hanging(
                string.Create(CultureInfo.InvariantCulture, $"{head}#{record.Revision:d6}  "), $"{cause.Why}, on {record.Type[..record.Type.IndexOf('/', StringComparison.Ordinal)]} ({what})");
        }

        // what goes on stands below its beginning
        private static IEnumerable<string> Hanging(string head, string text) =>
            WordWrap.Lines(text, Width - head.Length).Select((line, i) => i == 0 ? head + line : new string(' ', head.Length) + line);

        public JObject Document() => new()
        {
            ["schema"] = "pbft.why/1",
            ["replica"] = _after.Self.Value,
            ["stream"] = _step.Record.Stream,
            ["revision"] = Number(_step.Record.Revision),
            ["record"] = _step.Record.Type,
            ["events"] = new JArray(_events.Select(e => new JObject
            {
                ["event"] = Names.Events.Of(e.Event.Kind),
                ["source"] = Explanations.Of(Names.Events.Of(e.Event.Kind)) is [var rule, ..] ? rule.Source : null,
                ["needed"] = e.Support?.Needed,
                ["signers"] = e.Support is null ? null : new JArray(e.Support.Signers.Select(s => new JObject { ["replica"] = s.Replica.Value, ["signedAt"] = s.SignedAt < 0 ? null : Number(s.SignedAt) })),
            })),
            ["refusal"] = _step.Record.Step?.Refusal is { } refusal ? Names.Refusals.Of(refusal) : null,
            ["causes"] = new JArray(_causes.Select(c => new JObject { ["replica"] = c.Replica.Value, ["revision"] = c.Record is null ? null : Number(c.Record.Revision), ["record"] = c.Record?.Type, ["why"] = c.Why })),
        };

        private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
