using System.CommandLine;
using PbftReference.Cli.Commands;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replay;

namespace PbftReference.Cli;

/// <summary>The <c>pbft</c> command.</summary>
public static class Program
{
    /// <summary>Runs a command line.</summary>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var terminal = Terminal.OfProcess();
        var code = Run(args, terminal);
        terminal.ClearProgress();
        terminal.Result.Flush();
        return code;
    }

    /// <summary>Runs a command line on a terminal; the exit code is one of <see cref="ExitCodes"/>.</summary>
    public static int Run(string[] args, Terminal terminal)
    {
        var parsed = PbftCommand.Create(terminal).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && !IsCompletion(args)) return Misread(parsed, terminal);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Result, Error = terminal.Notes });
        }
        catch (Exception e)
        {
            return Explain(e, terminal);
        }
    }

    private static bool IsCompletion(string[] args) => args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);

    private static int Misread(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors) terminal.Note($"pbft: {error.Message}");
        foreach (var word in parsed.UnmatchedTokens)
        {
            if (Nearest.To(word, parsed.CommandResult.Command) is { } meant) terminal.Note($"pbft: did you mean '{meant}'?");
        }

        terminal.Note("pbft: see 'pbft --help', or 'pbft COMMAND --help'");
        return ExitCodes.Usage;
    }

    private static int Explain(Exception exception, Terminal terminal)
    {
        var code = exception switch
        {
            CommandException e => e.ExitCode,
            LogFormatException => ExitCodes.Corrupt,
            ReplayMismatchException => ExitCodes.Violation,
            EventStoreException or FencedException => ExitCodes.Data,
            IOException or UnauthorizedAccessException => ExitCodes.Data,
            OperationCanceledException => ExitCodes.Interrupted,
            _ => ExitCodes.Internal,
        };
        terminal.Note($"pbft: {exception.Message}");
        if (code == ExitCodes.Internal) terminal.Note($"This is a bug of pbft; please report it with this trace:\n{exception}");
        return code;
    }
}
