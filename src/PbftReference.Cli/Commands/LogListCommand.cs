using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log ls</c>: the streams.</summary>
internal static class LogListCommand
{
    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var json = LogArguments.Json();
        var command = new Command("ls", "The streams: records, revisions, bytes, and how far each replica is at the end.") { json };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            var streams = log.Store.Streams().Select(stream => Look(log, stream, terminal)).ToList();
            if (parsed.GetValue(json)) WriteJson(terminal, streams);
            else Write(terminal, streams);
            foreach (var stream in streams.Where(s => s.Damage is not null)) terminal.Note($"pbft: {stream.Name}: {stream.Damage!.Why}");
            foreach (var missing in Missing(log)) terminal.Note($"pbft: of replica {missing} no stream is here");
            return StreamDamage.CodeOf([.. streams.Select(s => s.Damage).OfType<StreamDamage>()]);
        });
        return command;
    }

    private sealed record Stream(string Name, StreamTail? Tail, long Records, long Bytes, string View, string Executed, long Readable, StreamDamage? Damage)
    {
        /// <summary>What a table says of its damage.</summary>
        public string State => Damage switch
        {
            null => "whole",
            { Kind: StreamDamageKind.MayNotRead } => "not readable",
            { Kind: StreamDamageKind.OfLaterVersion } => $"unknown after #{Readable}",
            _ when Readable < 0 => "damaged",
            _ => $"damaged after #{Readable}",
        };
    }

    // A stream that cannot be read to its end does not keep the others from being listed, nor its own beginning.
    private static Stream Look(RunLog log, string name, Terminal terminal)
    {
        terminal.Progress(() => $"reading {name}");
        var readable = new ReadableLog(log);
        var (records, bytes, last) = (0L, 0L, -1L);
        foreach (var item in readable.Read(name))
        {
            (records, bytes, last) = (records + 1, bytes + item.Data.Length + item.Metadata.Length, item.Revision);
        }

        var tail = TailOf(log, name);
        if (!IsReplica(log, name, out var replica) || tail is { IsEmpty: true }) return new Stream(name, tail, records, bytes, "-", "-", last, readable.Damage);
        var (view, executed) = ("-", "-");
        last = -1;
        foreach (var step in readable.Walk(replica))
        {
            var after = RunLog.After(step.Record, step.Before);
            terminal.Progress(() => $"folding {name}: executed {after.LastExecuted}");
            (view, executed, last) = (after.View.ToString(), after.LastExecuted.ToString(), step.Record.Revision);
        }

        return new Stream(name, tail, records, bytes, view, executed, last, readable.Damage);
    }

    private static IEnumerable<ReplicaId> Missing(RunLog log)
    {
        var there = log.Store.Streams().ToHashSet(StringComparer.Ordinal);
        return Enumerable.Range(0, log.Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => !there.Contains(log.StreamOf(id)));
    }

    private static bool IsReplica(RunLog log, string name, out ReplicaId replica) => LogStreams.TryParseReplica(name, out var cluster, out replica) && cluster == log.Genesis.Cluster;

    private static StreamTail? TailOf(RunLog log, string name)
    {
        try
        {
            return log.Store.Tail(name);
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            return null;
        }
    }

    private static void Write(Terminal terminal, IReadOnlyList<Stream> streams)
    {
        string[] heading = ["stream", "records", "first", "last", "bytes", "view", "executed"];
        var damaged = streams.Any(s => s.Damage is not null);
        var rows = streams.Select(s => (string[])[s.Name, Number(s.Records), Number(s.Tail?.FirstRevision), Number(s.Tail?.LastRevision), Number(s.Bytes), s.View, s.Executed, .. (string[])(damaged ? [s.State] : [])]);
        foreach (var line in TextTable.Lines([.. heading, .. (string[])(damaged ? ["state"] : [])], rows)) terminal.Result.WriteLine(line);
    }

    private static void WriteJson(Terminal terminal, IReadOnlyList<Stream> streams)
    {
        var document = new JObject
        {
            ["schema"] = "pbft.log-ls/1",
            ["streams"] = new JArray(streams.Select(s => new JObject
            {
                ["stream"] = s.Name,
                ["records"] = Number(s.Records),
                ["firstRevision"] = Number(s.Tail?.FirstRevision),
                ["lastRevision"] = Number(s.Tail?.LastRevision),
                ["bytes"] = Number(s.Bytes),
                ["view"] = s.View == "-" ? null : s.View,
                ["lastExecuted"] = s.Executed == "-" ? null : s.Executed,
                ["readableTo"] = s.Damage is null ? null : Number(s.Readable),
                ["damage"] = s.Damage?.Why,
            })),
        };
        terminal.Result.WriteLine(document.ToString(Formatting.Indented));
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
