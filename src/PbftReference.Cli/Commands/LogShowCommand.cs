using System.CommandLine;
using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log show</c>: the records, a line a transition.</summary>
internal static class LogShowCommand
{
    public static Command Create(Terminal terminal)
    {
        var logPlace = new LogPlaceArgument();
        var replica = LogArguments.Replica("Which replica's stream; if none is named, all, each message received after it was sent.");
        var from = LogArguments.Position("--from", "Where to begin");
        var to = LogArguments.Position("--to", "Where to end");
        var at = LogArguments.Position("--at", "One record, with all that stands beside it; with --json, the whole of it");
        var only = new Option<string?>("--only") { Description = "Only these, with commas: events, record types, or messages, as in commit,view-change.", HelpName = "NAMES" };
        var seq = new Option<string?>("--seq") { Description = "Only what is about these sequence numbers, as in 10..20.", HelpName = "N..N" };
        var view = new Option<long?>("--view") { Description = "Only what happened in this view.", HelpName = "V" };
        var grep = new Option<string?>("--grep") { Description = "Only lines that contain this.", HelpName = "TEXT" };
        var json = LogArguments.Json("One JSON object a record and line instead of text.");
        var legend = LogArguments.Flag("--legend", "Says what the parts of a line mean.");
        var uncheck = LogArguments.Flag("--no-check", "Reads on over a broken hash chain, to look at a damaged log.");
        var command = new Command("show", "The records, a line a transition: pbft log show DIR --replica 2 --only commit --seq 10..20")
        {
            replica, from, to, at, only, seq, view, grep, json, legend, uncheck,
        };
        logPlace.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(at) is not null && ((Option[])[from, to, only, seq, view, grep]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } beside) throw new CommandException(ExitCodes.Usage, $"--at shows one record, whatever it is: leave out {beside.Name}");
            if (parsed.GetValue(legend)) terminal.Result.WriteLine(TransitionLine.Legend + "\n");
            var filter = TransitionFilter.Parse(parsed.GetValue(only), parsed.GetValue(seq), parsed.GetValue(view), parsed.GetValue(grep));
            using var log = RunLog.Open(logPlace.Of(parsed));
            var readable = new ReadableLog(log);
            var show = new Show(log, readable, filter, terminal, parsed.GetValue(json), !parsed.GetValue(uncheck));
            if (!show.Of(readable.ReplicasOrAll(parsed.GetValue(replica)), parsed.GetValue(at), parsed.GetValue(from) ?? "start", parsed.GetValue(to) ?? "end")) terminal.Note("nothing to show: no record is in the range and passes the filters that were named");
            return readable.Told(terminal);
        });
        return command;
    }

    private sealed class Show(RunLog log, ReadableLog readable, TransitionFilter filter, Terminal terminal, bool json, bool check)
    {
        private bool _any;

        /// <summary>Shows one record of each replica, or what is between two places; false if that is nothing.</summary>
        public bool Of(IReadOnlyList<ReplicaId> replicas, string? at, string from, string to)
        {
            if (at is null) Ranges(replicas, from, to);
            else foreach (var id in replicas) One(id, at);
            return _any;
        }

        private void Ranges(IReadOnlyList<ReplicaId> replicas, string from, string to)
        {
            var (first, last) = (new RevisionBound(from, log, replicas), new RevisionBound(to, log, replicas));
            var lanes = replicas.Select(id => (Id: id, From: readable.Ask(id, () => first.Of(id)), To: readable.Ask(id, () => last.Of(id)))).ToList();
            // an end that lies behind a damage is the damage
            foreach (var step in CausalOrder.Of(lanes.Where(lane => lane.From is not null).Select(lane => Range(lane.Id, lane.From!.Value, lane.To ?? long.MaxValue)))) Write(step);
        }

        private IEnumerable<LoggedStep> Range(ReplicaId replica, long from, long to)
        {
            foreach (var step in readable.Walk(replica, to, check))
            {
                if (step.Record.Revision >= from) yield return step;
                else terminal.Progress(() => $"folding replica {replica} up to #{from}: #{step.Record.Revision}");
            }
        }

        private void One(ReplicaId replica, string position)
        {
            if (readable.Ask(replica, () => LogPositions.Resolve(log, replica, position)) is not { } revision) return;
            var found = readable.Walk(replica, revision, check).LastOrDefault();
            if (found.Record is not { } record || record.Revision != revision)
            {
                if (readable.IsDamaged(replica)) return;
                throw new CommandException(ExitCodes.Data, $"revision {revision} of {log.StreamOf(replica)} holds a part of the record after it: show that one");
            }

            _any = true;
            if (json)
            {
                terminal.Result.WriteLine(Document(record).ToString(Formatting.Indented));
                return;
            }

            foreach (var line in Beside(record)) terminal.Result.WriteLine(line);
            Write(found);
        }

        private void Write(LoggedStep step)
        {
            var taken = TransitionLine.Of(step.Record, step.Before).Where(t => filter.Takes(t, step.Record.Type)).ToList();
            _any |= taken.Count > 0;
            if (!json)
            {
                foreach (var transition in taken) terminal.Result.WriteLine(transition.Text);
            }
            else if (taken.Count > 0)
            {
                terminal.Result.WriteLine(Document(step.Record).ToString(Formatting.None));
            }
        }

        private static IEnumerable<string> Beside(LogRecord record)
        {
            yield return $"record     {record.Type} at #{record.Revision} of {record.Stream}, {record.Data.Length} bytes";
            yield return $"time       {record.TimeMs} ms";
            yield return $"hash       {record.Hash}";
            yield return $"follows    {(record.PrevHash.IsNone ? "nothing" : record.PrevHash)}";
            if (!record.Correlation.IsNone) yield return $"batch      {record.Correlation}";
            if (record.Causation is { } cause) yield return $"caused by  {cause}";
            yield return "";
        }

        private static JObject Document(LogRecord record) => new()
        {
            ["schema"] = "pbft.record/1",
            ["stream"] = record.Stream,
            ["revision"] = record.Revision.ToString(CultureInfo.InvariantCulture),
            ["id"] = record.Id.ToString("D"),
            ["type"] = record.Type,
            ["correlationId"] = record.Correlation.IsNone ? null : record.Correlation.ToString(),
            ["causationId"] = record.Causation?.ToString("D"),
            ["time"] = record.TimeMs.ToString(CultureInfo.InvariantCulture),
            ["prevHash"] = record.PrevHash.IsNone ? null : record.PrevHash.ToString(),
            ["hash"] = record.Hash.ToString(),
            ["data"] = Tree(record),
        };

        private static JObject Tree(LogRecord record)
        {
            using var reader = new JsonTextReader(new StringReader(Encoding.UTF8.GetString(record.Data.Span))) { DateParseHandling = DateParseHandling.None };
            return JObject.Load(reader);
        }
    }
}
