using System.CommandLine;
using PbftReference.Cli.Output;

namespace PbftReference.Cli.Commands;

/// <summary><c>pbft log</c>: looks at the log of a run.</summary>
internal static class LogCommand
{
    public static Command Create(Terminal terminal) => new("log", "Looks at the log of a run: what is in it, line by line, in numbers, and whether it is sound.")
    {
        LogListCommand.Create(terminal),
        LogShowCommand.Create(terminal),
        LogTailCommand.Create(terminal),
        LogStatCommand.Create(terminal),
        LogVerifyCommand.Create(terminal),
    };
}
