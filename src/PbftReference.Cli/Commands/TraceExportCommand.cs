using System.CommandLine;
using System.Globalization;
using PbftReference.Cli.Exporting;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Trace;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft trace export</c>: the log as JSON Lines, or in a form that other tools read.</summary>
internal static class TraceExportCommand
{
    private const string Lines = "jsonl";

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = LogArguments.Replica("Only this replica's streams.");
        var output = new Option<string?>("-o", "--out") { Description = "The file to write; standard output if none is named.", HelpName = "FILE" };
        var format = new Option<string>("--format")
        {
            Description = "The log itself (jsonl), a diagram (mermaid, plantuml), a log with vector clocks (shiviz), states (itf), a timeline (perfetto), a table (csv).",
            HelpName = "jsonl|" + string.Join('|', TraceFormat.All), DefaultValueFactory = _ => Lines,
        };
        format.CompletionSources.Add([Lines, .. TraceFormat.All]);
        var seq = new Option<string?>("--seq") { Description = "For other formats than jsonl and itf: only what is about these sequence numbers, as in 10..20.", HelpName = "N..N" };
        var view = new Option<long?>("--view") { Description = "For other formats than jsonl and itf: only what happened in this view.", HelpName = "V" };
        var command = new Command("export", "Writes the log as pbft.trace/1, JSON Lines, or in a form that other tools read. Exit code 4 if it is damaged; what can be read is written all the same.") { replica, output, format, seq, view };
        place.AddTo(command);
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(format)!;
            if (name != Lines && !TraceFormat.All.Contains(name)) throw new CommandException(ExitCodes.Usage, $"--format {name}: choose {Lines}, {string.Join(", ", TraceFormat.All)}");
            CheckFilters(name, parsed.GetValue(seq) ?? parsed.GetValue(view)?.ToString(CultureInfo.InvariantCulture));
            var filter = TransitionFilter.Parse(null, parsed.GetValue(seq), parsed.GetValue(view), null);
            using var log = RunLog.Open(place.Of(parsed));
            var export = new Export(log, parsed.GetValue(replica) is { } number ? log.Replica(number) : null, name, filter, terminal);
            if (parsed.GetValue(output) is { } file) WriteFile(file, export.Write);
            else export.Write(new TextStream(terminal.Result));
            return export.Told();
        });
        return command;
    }

    private static void CheckFilters(string format, string? given)
    {
        if (given is null) return;
        if (format == Lines) throw new CommandException(ExitCodes.Usage, "--seq and --view choose what a diagram or table shows: a log in jsonl is whole; add --format, or leave them out");
        if (format == "itf") throw new CommandException(ExitCodes.Usage, "--seq and --view choose what a diagram or table shows: in itf each state follows on the one before, so none can be left out; leave them out, or choose another --format");
    }

    private static void WriteFile(string file, Action<Stream> write)
    {
        try
        {
            WholeFile.Write(file, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Data, $"the trace cannot be written to {file}: {e.Message.TrimEnd('.')}; name another file by --out", e);
        }
    }

    /// <summary>Writes a log, as far as it can be read.</summary>
    private sealed class Export(RunLog log, ReplicaId? only, string name, TransitionFilter filter, Terminal terminal)
    {
        private readonly ReadableLog _readable = new(log);
        private readonly List<StreamDamage> _damages = [];
        private bool _any;

        public void Write(Stream stream)
        {
            if (name == Lines)
            {
                var header = Header();
                if (only is null) _readable.Replicas();
                TraceFile.Write(stream, header, Counted(TraceExport.Lines(log.Store, header, Damaged)));
                return;
            }

            IReadOnlyList<ReplicaId> replicas = only is { } one ? [one] : _readable.Replicas();
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            var format = TraceFormat.Of(name, writer, log, replicas);
            format.Begin();
            foreach (var step in CausalOrder.Of(replicas.Select(id => _readable.Walk(id))))
            {
                terminal.Progress(() => $"exporting {step.Record.Stream} #{step.Record.Revision}");
                var shown = TransitionLine.Of(step.Record, step.Before).Where(t => filter.Takes(t, step.Record.Type)).ToList();
                _any |= shown.Count > 0;
                format.Write(step, shown);
            }

            format.End();
        }

        /// <summary>Warns of what is damaged.</summary>
        /// <returns>The exit code.</returns>
        public int Told()
        {
            if (!_any && name != Lines) terminal.Note("nothing to show: no record passes the filters that were named");
            List<StreamDamage> damages = [.. _damages.Concat(_readable.Damages).DistinctBy(damage => damage.Stream)];
            foreach (var damage in damages) terminal.Note($"pbft: {damage.Stream}: {damage.Why}");
            if (damages.Count > 0) terminal.Note("pbft: the log is not whole: what could be read of it is written");
            _readable.TellAbsent(terminal);
            return StreamDamage.CodeOf(damages);
        }

        private void Damaged(string stream, Exception why) => _damages.Add(new StreamDamage(stream, why));

        private TraceHeader Header()
        {
            var genesis = log.Genesis;
            var streams = TraceExport.StreamsOf(log.Store, only, Damaged);
            if (streams.IsEmpty && _damages.Count == 0) throw new CommandException(ExitCodes.Unknown, $"{log.Directory} has no records to export{(only is { } id ? $" of replica {id}" : "")}");
            return new TraceHeader(
                TraceProfile.NamedNewView, TraceAuthentication.Signatures, TraceHeader.OurImplementation, genesis.Cluster, genesis.Service, genesis.Nonce,
                genesis.Configuration, streams, log.Run);
        }

        private IEnumerable<TraceLine> Counted(IEnumerable<TraceLine> lines)
        {
            var count = 0L;
            foreach (var line in lines)
            {
                count++;
                terminal.Progress(() => $"{count} lines");
                yield return line;
            }
        }
    }
}
