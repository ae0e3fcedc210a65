using System.CommandLine;
using System.Globalization;
using PbftReference.Cli.Exporting;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using PbftReference.Simulation;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft trace</c>: the log as JSON Lines, and back.</summary>
internal static class TraceCommand
{
    private const string Lines = "jsonl";

    public static Command Create(Terminal terminal) => new("trace", "The log as JSON Lines that any tool can read and any implementation can write, and back.")
    {
        CreateExport(terminal),
        CreateImport(terminal),
        TraceDiffCommand.Create(terminal),
    };

    private static Command CreateExport(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = LogArguments.Replica("Only this replica's streams.");
        var output = new Option<string?>("-o", "--out") { Description = "The file to write; standard output if none is named.", HelpName = "FILE" };
        var format = new Option<string>("--format")
        {
            Description = "The log itself (jsonl), a diagram (mermaid, plantuml), a log with vector clocks (shiviz), states (itf), a timeline (perfetto), a table (csv).",
            HelpName = "jsonl|" + string.Join('|', TraceFormat.All), DefaultValueFactory = _ => Lines,
        };
        format.AcceptOnlyFromAmong([Lines, .. TraceFormat.All]);
        var seq = new Option<string?>("--seq") { Description = "For other formats than jsonl: only what is about these sequence numbers, as in 10..20.", HelpName = "N..N" };
        var view = new Option<long?>("--view") { Description = "For other formats than jsonl: only what happened in this view.", HelpName = "V" };
        var command = new Command("export", "Writes the log as pbft.trace/1, JSON Lines, or in a form that other tools read.") { replica, output, format, seq, view };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            using var log = RunLog.Open(place.Of(parsed));
            ReplicaId? only = parsed.GetValue(replica) is { } number ? log.Replica(number) : null;
            var name = parsed.GetValue(format)!;
            if (name == Lines && (parsed.GetValue(seq) ?? parsed.GetValue(view)?.ToString(CultureInfo.InvariantCulture)) is not null) throw new CommandException(ExitCodes.Usage, "--seq and --view choose what a diagram or table shows: a log in jsonl is whole; add --format, or leave them out");
            var filter = TransitionFilter.Parse(null, parsed.GetValue(seq), parsed.GetValue(view), null);
            if (parsed.GetValue(output) is { } file) WriteFile(file, stream => Export(log, only, name, filter, stream, terminal));
            else Export(log, only, name, filter, new TextStream(terminal.Result), terminal);
            return ExitCodes.Holds;
        });
        return command;
    }

    private static void Export(RunLog log, ReplicaId? only, string name, TransitionFilter filter, Stream stream, Terminal terminal)
    {
        if (name == Lines)
        {
            var header = HeaderOf(log, only);
            TraceFile.Write(stream, header, Counted(TraceExport.Lines(log.Store, header), terminal));
            return;
        }

        var replicas = log.ReplicasOrAll(only?.Value);
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        var format = TraceFormat.Of(name, writer, log.Genesis, replicas);
        format.Begin();
        foreach (var step in CausalOrder.Of(replicas.Select(id => log.Walk(id))))
        {
            terminal.Progress(() => $"exporting {step.Record.Stream} #{step.Record.Revision}");
            format.Write(step, [.. TransitionLine.Of(step.Record, step.Before).Where(t => filter.Takes(t, step.Record.Type))]);
        }

        format.End();
    }

    private static Command CreateImport(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A trace with records." };
        var directory = new Option<string>("--log") { Description = "The directory to make, or the address of a database; it must hold no such run.", HelpName = "DIR|esdb://...", Required = true };
        var command = new Command("import", "Makes a run directory of a trace; the log is byte for byte the one that was exported.") { file, directory };
        command.SetAction(parsed =>
        {
            var (from, to) = (parsed.GetValue(file)!, LogAddress.Checked(parsed.GetValue(directory)!));
            var records = Import(from, to, terminal);
            terminal.Result.WriteLine($"imported {records} records into {Secrets.Masked(to)}");
            terminal.Note($"-> pbft log verify {RunOptions.Quoted(Secrets.Masked(to))}");
            return ExitCodes.Holds;
        });
        return command;
    }

    private static TraceHeader HeaderOf(RunLog log, ReplicaId? only)
    {
        var genesis = log.Genesis;
        var streams = TraceExport.StreamsOf(log.Store, only);
        if (streams.IsEmpty) throw new CommandException(ExitCodes.Unknown, $"{log.Directory} has no records to export");
        return new TraceHeader(
            TraceProfile.NamedNewView, TraceAuthentication.Signatures, "pbft-reference", genesis.Cluster, genesis.Service, genesis.Nonce,
            genesis.Configuration, streams, log.Run);
    }

    private static IEnumerable<TraceLine> Counted(IEnumerable<TraceLine> lines, Terminal terminal)
    {
        var count = 0L;
        foreach (var line in lines)
        {
            count++;
            terminal.Progress(() => $"{count} lines");
            yield return line;
        }
    }

    private static void WriteFile(string file, Action<Stream> write)
    {
        // half a trace looks like a whole one, so none is left behind where none was
        var isNew = !Path.Exists(file);
        try
        {
            using var stream = new BufferedStream(File.Create(file));
            write(stream);
            isNew = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the trace cannot be written to {file}: {e.Message.TrimEnd('.')}; name another file by --out", e);
        }
        finally
        {
            if (isNew && File.Exists(file)) File.Delete(file);
        }
    }

    private static long Import(string file, string directory, Terminal terminal)
    {
        try
        {
            using var stream = Open(file);
            var header = TraceFile.Read(stream, file, out var lines);
            if (header.Run is not { } run) throw new LogFormatException($"{file}:1: the header has no \"run\": the trace can be verified, but no run directory can be made of it");
            // Nothing is left behind that looks like a run and is not one.
            if (File.Exists(RunDirectory.ManifestPath(directory)) || File.Exists(RunDirectory.LogPath(directory)))
            {
                throw new CommandException(ExitCodes.Data, $"{directory} holds a run already: choose another directory");
            }

            return LogAddress.Is(directory) ? FillDatabase(file, directory, header, Counted(lines, terminal), run) : Fill(file, directory, header, Counted(lines, terminal), run);
        }
        catch (LogFormatException e)
        {
            throw new CommandException(ExitCodes.Data, e.Message, e);
        }
    }

    private static BufferedStream Open(string file)
    {
        try
        {
            return new BufferedStream(File.OpenRead(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the trace {file} cannot be read: {e.Message.TrimEnd('.')}; name a file that 'pbft trace export' wrote", e);
        }
    }

    private static void Create(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the log cannot be written to {directory}: {e.Message.TrimEnd('.')}; name another directory by --log", e);
        }
    }

    // The manifest comes last: what was cut short is no run, and the same import goes on with it, for the records' ids are known.
    private static long FillDatabase(string file, string place, TraceHeader header, IEnumerable<TraceLine> lines, string run)
    {
        var address = LogAddress.Parse(place);
        if (address.Cluster is { } named && named != header.Cluster) throw new CommandException(ExitCodes.Usage, $"--log names the cluster '{named}', and the trace is of '{header.Cluster}', which is part of all that is signed: leave out what is behind #");
        using var store = new EventStoreDb(address.Connection);
        if (StoredManifest.Read(store, header.Cluster) is not null) throw new CommandException(ExitCodes.Data, $"{address.Shown} holds a cluster '{header.Cluster}' already: choose another database, or look at what is there: pbft audit {address.Shown}#{header.Cluster}");
        var records = TraceImport.Into(store, file, header, lines);
        StoredManifest.Write(store, header.Cluster, run);
        return records;
    }

    private static long Fill(string file, string directory, TraceHeader header, IEnumerable<TraceLine> lines, string run)
    {
        Create(directory);
        try
        {
            long records;
            using (var store = RunDirectory.CreateLog(directory)) records = Import(store, file, header, lines);
            File.WriteAllText(RunDirectory.ManifestPath(directory), run);
            LogSource.Of(directory);
            return records;
        }
        catch
        {
            foreach (var left in Directory.GetFiles(directory, "log.db*").Append(RunDirectory.ManifestPath(directory))) File.Delete(left);
            throw;
        }
    }

    // One group: durable together, at the price of one.
    private static long Import(IEventStore store, string file, TraceHeader header, IEnumerable<TraceLine> lines)
    {
        using var group = store.BeginGroup();
        var records = TraceImport.Into(store, file, header, lines);
        group.Commit();
        return records;
    }

    /// <summary>Bytes of UTF-8 to a text writer.</summary>
    private sealed class TextStream(TextWriter writer) : Stream
    {
        private readonly System.Text.Decoder _decoder = System.Text.Encoding.UTF8.GetDecoder();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => writer.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            var characters = new char[_decoder.GetCharCount(buffer, offset, count)];
            writer.Write(characters, 0, _decoder.GetChars(buffer, offset, count, characters, 0));
        }
    }
}
