using System.Buffers;
using System.CommandLine;
using System.Text;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Log;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft executed</c>.</summary>
internal static class ExecutedCommand
{
    private const int WrittenAtOnce = 1 << 16;

    public static Command Create(Terminal terminal)
    {
        var place = new LogPlaceArgument();
        var replica = new Option<int>("--replica") { HelpName = "ID", Description = "Whose.", DefaultValueFactory = _ => 0 };
        var command = new Command("executed", "Prints what a replica executed, in order, one operation a line; of the service kv, the pairs.") { replica };
        place.AddTo(command);
        command.SetAction(line => Run(terminal, place.Of(line), line.GetValue(replica)));
        return command;
    }

    private static int Run(Terminal terminal, string directory, int replica)
    {
        var source = LogSource.Of(directory);
        var id = source.Replicas(replica)[0];
        using var store = source.OpenLog();
        if (store.Tail(LogStreams.OfReplica(source.Genesis.Cluster, id)) is null)
        {
            throw new CommandException(ExitCodes.Unknown, $"replica {id} has recorded nothing in {directory}: the run was stopped before its first commit");
        }

        var service = ReplicaRecovery.Recover(store, source.Genesis, id).Service.Service;
        var lines = new ArrayBufferWriter<byte>(WrittenAtOnce);
        foreach (var entry in service.Entries())
        {
            lines.Write(LineOf(service.Name, entry));
            lines.Write("\n"u8);
            if (lines.WrittenCount >= WrittenAtOnce) Print(terminal, lines);
        }

        Print(terminal, lines);
        return ExitCodes.Holds;
    }

    /// <summary>An operation's bytes stand as they are, so that the lines of a file come out as they went in.</summary>
    private static ReadOnlySpan<byte> LineOf(string service, ServiceEntry entry) =>
        service == LedgerService.ServiceName ? entry.Value.Span : Encoding.UTF8.GetBytes($"{entry.Label} {entry.Text}");

    private static void Print(Terminal terminal, ArrayBufferWriter<byte> lines)
    {
        terminal.WriteBytes(lines.WrittenSpan);
        lines.ResetWrittenCount();
    }
}
