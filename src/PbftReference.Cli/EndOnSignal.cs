using System.Runtime.InteropServices;
using PbftReference.Cli.Output;

namespace PbftReference.Cli;

/// <summary>Ends a command that only reads, and so loses nothing, with the documented exit code when it is interrupted.</summary>
internal sealed class EndOnSignal : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    public EndOnSignal(Terminal terminal)
    {
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, End), PosixSignalRegistration.Create(PosixSignal.SIGTERM, End)];

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            terminal.Note("pbft: interrupted");
            UnfinishedFiles.DeleteAll();
            Environment.Exit(ExitCodes.Interrupted);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }
}
