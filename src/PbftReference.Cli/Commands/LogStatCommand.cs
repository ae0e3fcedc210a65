using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log stat</c>: what is in the log, in numbers.</summary>
internal static class LogStatCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = LogArguments.Replica("Which replica's stream; all together if none is named.");
        var json = LogArguments.Json();
        var command = new Command("stat", "Counts and bytes by record type, events by name, refusals by reason.") { replica, json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var readable = new ReadableLog(log);
            var counts = Counts.Of(log, readable, readable.ReplicasOrAll(parsed.GetValue(replica)), terminal);
            if (parsed.GetValue(json)) terminal.Result.WriteLine(counts.ToJson(readable).ToString(Formatting.Indented));
            else counts.Write(terminal);
            return readable.Told(terminal);
        });
        return command;
    }

    private sealed class Counts
    {
        private readonly SortedDictionary<string, (long Records, long Bytes)> _types = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, long> _events = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, long> _refusals = new(StringComparer.Ordinal);

        public static Counts Of(RunLog log, ReadableLog readable, IReadOnlyList<ReplicaId> replicas, Terminal terminal)
        {
            var counts = new Counts();
            foreach (var id in replicas) counts.Add(readable, log.StreamOf(id), id, terminal);
            return counts;
        }

        // records that can be read behind a damage are counted; what they say is not, since it does not follow on anything
        private void Add(ReadableLog readable, string stream, ReplicaId replica, Terminal terminal)
        {
            foreach (var item in readable.Read(stream))
            {
                var (records, bytes) = _types.GetValueOrDefault(item.Type);
                _types[item.Type] = (records + 1, bytes + item.Data.Length + item.Metadata.Length);
            }

            foreach (var record in readable.Records(replica))
            {
                terminal.Progress(() => $"counting {record.Stream} #{record.Revision}");
                Count(record);
            }
        }

        private void Count(LogRecord record)
        {
            if (record.Counts is { } counts)
            {
                foreach (var (refusal, count) in counts) Add(_refusals, Names.Refusals.Of(refusal), count);
            }

            if (record.Step is not { } step) return;
            foreach (var change in step.Events) Add(_events, Names.Events.Of(change.Kind), 1);
        }

        private static void Add(SortedDictionary<string, long> counts, string name, long count) => counts[name] = counts.GetValueOrDefault(name) + count;

        public void Write(Terminal terminal)
        {
            var types = _types.Select(t => new[] { t.Key, Number(t.Value.Records), Number(t.Value.Bytes), Number(t.Value.Bytes / t.Value.Records) });
            var sum = new[] { "all", Number(_types.Values.Sum(t => t.Records)), Number(_types.Values.Sum(t => t.Bytes)), "" };
            Write(terminal, ["record type", "records", "bytes", "mean"], [.. types, sum]);
            Write(terminal, ["event", "count"], [.. _events.Select(e => new[] { e.Key, Number(e.Value) })]);
            if (_refusals.Count > 0) Write(terminal, ["refused", "count"], [.. _refusals.Select(r => new[] { r.Key, Number(r.Value) })]);
            else terminal.Result.WriteLine("no refusals are recorded (they are counted, and written down by the thousand)");
        }

        private static void Write(Terminal terminal, string[] heading, IReadOnlyList<string[]> rows)
        {
            foreach (var line in TextTable.Lines(heading, rows)) terminal.Result.WriteLine(line);
            terminal.Result.WriteLine();
        }

        public JObject ToJson(ReadableLog readable) => new()
        {
            ["schema"] = "pbft.log-stat/1",
            ["records"] = new JObject(_types.Select(t => new JProperty(t.Key, new JObject { ["count"] = Number(t.Value.Records), ["bytes"] = Number(t.Value.Bytes) }))),
            ["events"] = new JObject(_events.Select(e => new JProperty(e.Key, Number(e.Value)))),
            ["refusals"] = new JObject(_refusals.Select(r => new JProperty(r.Key, Number(r.Value)))),
            ["damaged"] = readable.Document(),
        };

        private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
