using System.CommandLine;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Cli.Running;
using PbftReference.Cli.Verifying;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.EventLog.Trace;
using PbftReference.Simulation;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft trace</c>: the log as JSON Lines, and back.</summary>
internal static class TraceCommand
{
    public static Command Create(Terminal terminal) => new("trace", "The log as JSON Lines that any tool can read and any implementation can write, and back.")
    {
        TraceExportCommand.Create(terminal),
        CreateImport(terminal),
        TraceDiffCommand.Create(terminal),
    };

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
            terminal.Note($"-> pbft log verify {ShellWord.Of(Secrets.Masked(to))}");
            return ExitCodes.Holds;
        });
        return command;
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

    private static long Import(string file, string directory, Terminal terminal)
    {
        try
        {
            using var stream = Open(file);
            var header = TraceFile.Read(stream, file, out var lines);
            if (header.Run is not { } run) throw new LogFormatException($"{file}:1: the header has no \"run\": the trace can be verified, but no run directory can be made of it");
            TraceRun.Read(header, file);
            return LogAddress.Is(directory) ? FillDatabase(file, directory, header, Counted(lines, terminal), run) : Fill(file, directory, header, Counted(lines, terminal), run);
        }
        catch (LogFormatException e)
        {
            throw new CommandException(ExitCodes.Data, e.Message, e);
        }
    }

    private static BufferedStream Open(string file)
    {
        if (Directory.Exists(file)) throw new CommandException(ExitCodes.Data, $"the trace {file} is a directory: name a file that 'pbft trace export' wrote");
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
        if (StoredManifest.Read(store, header.Cluster) is not null) throw new CommandException(ExitCodes.Data, $"{address.Shown} holds a cluster '{header.Cluster}' already: choose another database, or look at what is there: pbft audit {ShellWord.Of($"{EventStoreDb.WithoutSecrets(address.Connection)}#{header.Cluster}")}");
        var records = TraceImport.Into(store, file, header, lines);
        StoredManifest.Write(store, header.Cluster, run);
        return records;
    }

    private static long Fill(string file, string directory, TraceHeader header, IEnumerable<TraceLine> lines, string run)
    {
        var unfinished = new UnfinishedRun(directory);
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
            unfinished.Remove();
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
}
