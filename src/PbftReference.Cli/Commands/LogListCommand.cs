using System.CommandLine;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Codec;
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
            foreach (var damage in streams.Where(s => s.Damage is not null)) terminal.Note($"pbft: {damage.Name}: {damage.Damage}");
            if (streams.Exists(s => s.Damage is not null && !s.IsLater)) return ExitCodes.Corrupt;
            return streams.Exists(s => s.IsLater) ? ExitCodes.Unknown : ExitCodes.Holds;
        });
        return command;
    }

    private sealed record Stream(string Name, StreamTail Tail, long Records, long Bytes, string View, string Executed, string? Damage = null, bool IsLater = false);

    // A stream that cannot be read to its end does not keep the others from being listed.
    private static Stream Look(RunLog log, string name, Terminal terminal)
    {
        try
        {
            return LookThrough(log, name, terminal);
        }
        catch (UnknownRecordTypeException e)
        {
            return new Stream(name, new StreamTail(-1, 0), 0, 0, "unknown", "-", e.Message, true);
        }
        catch (Exception e) when (e is LogFormatException or EventStoreException { Failure: EventStoreFailure.Damaged })
        {
            return new Stream(name, new StreamTail(-1, 0), 0, 0, "damaged", "-", e.Message);
        }
    }

    private static Stream LookThrough(RunLog log, string name, Terminal terminal)
    {
        terminal.Progress(() => $"reading {name}");
        var (records, bytes) = (0L, 0L);
        foreach (var item in log.Store.Read(name))
        {
            records++;
            bytes += item.Data.Length + item.Metadata.Length;
        }

        var (view, executed) = End(log, name, terminal);
        return new Stream(name, log.Store.Tail(name)!, records, bytes, view, executed);
    }

    private static (string View, string Executed) End(RunLog log, string name, Terminal terminal)
    {
        if (!LogStreams.TryParseReplica(name, out var cluster, out var replica) || cluster != log.Genesis.Cluster) return ("-", "-");
        if (log.Store.Tail(name) is { IsEmpty: true }) return ("-", "-");
        var last = log.Walk(replica).Select(step => RunLog.After(step.Record, step.Before)).Aggregate(default(Core.State.ReplicaState), (_, state) =>
        {
            terminal.Progress(() => $"folding {name}: executed {state.LastExecuted}");
            return state;
        });
        return last is null ? ("-", "-") : (last.View.ToString(), last.LastExecuted.ToString());
    }

    private static void Write(Terminal terminal, IReadOnlyList<Stream> streams)
    {
        var rows = streams.Select(s => new[] { s.Name, Number(s.Records), Number(s.Tail.FirstRevision), Number(s.Tail.LastRevision), Number(s.Bytes), s.View, s.Executed });
        foreach (var line in TextTable.Lines(["stream", "records", "first", "last", "bytes", "view", "executed"], rows)) terminal.Result.WriteLine(line);
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
                ["firstRevision"] = Number(s.Tail.FirstRevision),
                ["lastRevision"] = Number(s.Tail.LastRevision),
                ["bytes"] = Number(s.Bytes),
                ["view"] = s.View is "-" or "damaged" ? null : s.View,
                ["lastExecuted"] = s.Executed == "-" ? null : s.Executed,
                ["damage"] = s.Damage,
            })),
        };
        terminal.Result.WriteLine(document.ToString(Formatting.Indented));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
