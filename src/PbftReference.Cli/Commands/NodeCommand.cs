using System.CommandLine;
using System.Runtime.InteropServices;
using PbftReference.Cli.Live;
using PbftReference.Cli.Output;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Keys;
using PbftReference.Runtime.Nodes;
using PbftReference.Runtime.Telemetry;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft node</c>: one replica as a process.</summary>
internal static class NodeCommand
{
    public static Command Create(Terminal terminal)
    {
        var (config, set) = (LiveOptions.Config(), LiveOptions.Set());
        var command = new Command("node", "Runs one replica of a cluster of processes until it is told to stop (SIGTERM, Ctrl-C).") { config, set };
        command.SetAction((line, cancellation) => Run(terminal, LiveOptions.Resolve(line.GetValue(config), line.GetValue(set)!), cancellation));
        return command;
    }

    private static async Task<int> Run(Terminal terminal, Settings settings, CancellationToken cancellation)
    {
        using var logs = NodeLogging.Create(settings["log.level"].Text, json: Console.IsOutputRedirected);
        var logger = logs.CreateLogger("pbft.node");
        try
        {
            await using var node = new ReplicaNode(settings, logger);
            return await Serve(node, new NodeMessages(logger), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SettingException or KeyException)
        {
            terminal.Note($"pbft: {e.Message}");
            return e is SettingException setting ? LiveOptions.CodeOf(setting) : ExitCodes.Data;
        }
    }

    private static async Task<int> Serve(ReplicaNode node, NodeMessages messages, CancellationToken cancellation)
    {
        var stop = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancelled = cancellation.Register(() => stop.TrySetResult("interrupted"));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop, "SIGTERM"));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop, "SIGINT"));
        await node.Start().ConfigureAwait(false);
        await Task.WhenAny(stop.Task, node.Fault).ConfigureAwait(false);
        if (node.Fault.IsCompleted) throw new CommandException(ExitCodes.Data, (await node.Fault.ConfigureAwait(false)).Message, await node.Fault.ConfigureAwait(false));
        messages.Stopping(await stop.Task.ConfigureAwait(false));
        return ExitCodes.Holds;
    }

    private static void Stop(PosixSignalContext context, TaskCompletionSource<string> stop, string signal)
    {
        context.Cancel = true;
        stop.TrySetResult(signal);
    }
}
