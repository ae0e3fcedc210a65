using System.Diagnostics;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Replaying;

/// <summary>Waits for a debugger and stops there.</summary>
internal static class DebuggerStop
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until a debugger is attached, and breaks: the next call decides the record's input, <c>Replica.Decide</c>.</summary>
    public static void Here(ReplicaId replica, long revision, Terminal terminal)
    {
        if (!Debugger.IsAttached) terminal.Note($"replica {replica} is about to decide #{revision}: attach a debugger to process {Environment.ProcessId} (dotnet), and set a breakpoint in Replica.Decide or step into it");
        while (!Debugger.IsAttached) Thread.Sleep(BetweenLooks);
        Debugger.Break();
    }
}
