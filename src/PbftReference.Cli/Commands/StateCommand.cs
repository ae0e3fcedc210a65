using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.Host.Replicas;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft state</c>: a replica's state at a position, or what changed between two.</summary>
internal static class StateCommand
{
    private const int LongestValue = 60;

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = new Option<int>("--replica") { Description = "Which replica.", HelpName = "i", Required = true };
        var at = new Option<string>("--at") { Description = $"Where: {LogPositions.Grammar}.", HelpName = "POS", DefaultValueFactory = _ => "end" };
        var diff = LogArguments.Position("--diff", "Show what changed since this position instead of the whole state");
        var json = LogArguments.Json();
        var command = new Command("state", "A replica's state at any position of its log, or what changed between two.") { replica, at, diff, json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var view = new View(log, log.Replica(parsed.GetValue(replica)), terminal);
            if (parsed.GetValue(diff) is { } from) view.Difference(from, parsed.GetValue(at)!, parsed.GetValue(json));
            else view.State(parsed.GetValue(at)!, parsed.GetValue(json));
            return ExitCodes.Holds;
        });
        return command;
    }

    private readonly record struct Place(string Position, long Revision, LogPosition Record, ReplicaState State);

    private sealed class View(RunLog log, ReplicaId replica, Terminal terminal)
    {
        public void State(string position, bool json)
        {
            var place = Find(position);
            if (json)
            {
                var document = Header("pbft.state/1");
                Add(document, "", place);
                document["state"] = StateDifference.Tree(place.State);
                Write(document);
                return;
            }

            terminal.Result.WriteLine($"replica {replica} of {Size()} at #{place.Revision} of {log.TailOf(replica).LastRevision}");
            foreach (var line in StateView.Lines(place.State)) terminal.Result.WriteLine(line);
        }

        public void Difference(string fromPosition, string toPosition, bool json)
        {
            var (from, to) = (Find(fromPosition), Find(toPosition));
            var changes = StateDifference.Between(from.State, to.State);
            if (json)
            {
                var document = Header("pbft.state-diff/1");
                Add(document, "from", from);
                Add(document, "to", to);
                document["changes"] = new JArray(changes.Select(Change));
                Write(document);
                return;
            }

            terminal.Result.WriteLine($"replica {replica} of {Size()} from #{from.Revision} to #{to.Revision}: {Count(changes.Count)}");
            var shown = changes.Where(change => !change.Path.Contains(".signature", StringComparison.Ordinal)).ToList();
            foreach (var change in shown) Write(change);
            if (shown.Count < changes.Count) terminal.Note($"{changes.Count - shown.Count} changes of signatures are left out; --json has them");
        }

        private Place Find(string position)
        {
            var revision = LogPositions.Resolve(log, replica, position);
            var recovered = ReplicaRecovery.RecoverAt(log.Store, log.Genesis, replica, revision);
            var stored = log.Store.Read(log.StreamOf(replica), revision, 1).FirstOrDefault();
            var hash = stored is { } record && record.Revision == revision ? RecordMetadata.Decode(record.Metadata).Hash : Digest.None;
            return new Place(position, revision, new LogPosition(revision, hash), recovered.State);
        }

        private string Size() => $"{log.Genesis.Configuration.Replicas}";

        private static string Count(int changes) => changes switch { 0 => "nothing changed", 1 => "1 change", _ => $"{changes} changes" };

        private JObject Header(string schema) => new()
        {
            ["schema"] = schema,
            ["replica"] = replica.Value,
            ["stream"] = log.StreamOf(replica),
        };

        private static void Add(JObject document, string name, Place place)
        {
            var fields = name.Length == 0 ? document : [];
            fields["position"] = place.Position;
            fields["revision"] = place.Revision.ToString(CultureInfo.InvariantCulture);
            fields["hash"] = place.Record.Hash.ToString();
            if (name.Length > 0) document[name] = fields;
        }

        private static JObject Change(StateChange change) => new()
        {
            ["path"] = change.Path,
            ["from"] = change.From,
            ["to"] = change.To,
        };

        private void Write(JObject document) => terminal.Result.WriteLine(document.ToString(Formatting.Indented));

        private void Write(StateChange change)
        {
            terminal.Result.WriteLine(change.Path);
            if (change.From is not null) terminal.Result.WriteLine(terminal.Paint($"  - {Shortened(change.From)}", 31));
            if (change.To is not null) terminal.Result.WriteLine(terminal.Paint($"  + {Shortened(change.To)}", 32));
        }

        private static string Shortened(JToken part)
        {
            var json = part.ToString(Formatting.None);
            return json.Length <= LongestValue ? json : $"{json[..LongestValue]}... ({json.Length} characters; --json has all)";
        }
    }
}
