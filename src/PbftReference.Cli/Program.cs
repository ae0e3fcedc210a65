using System.CommandLine;
using System.CommandLine.Invocation;
using PbftReference.Cli.Commands;
using PbftReference.Cli.Output;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replay;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Live;
using PbftReference.Runtime.Configuration;
using PbftReference.Runtime.Membership;

namespace PbftReference.Cli;

/// <summary>The <c>pbft</c> command.</summary>
public static class Program
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromSeconds(5);

    private const string NoCommand = "Required command";

    private const string NoArgument = "Required argument missing for command";

    /// <summary>Runs a command line.</summary>
    public static int Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        // loggers and libraries write there, too
        Console.SetError(new ForgivingWriter(Console.Error));
        Console.SetOut(new ForgivingWriter(Console.Out));
        var terminal = Terminal.OfProcess();
#if GUARD_SWITCHES
        // a build with a bug on purpose: see docs/tutorial-bad-night.md
        if (Environment.GetEnvironmentVariable("PBFT_GUARD_OFF") is { Length: > 0 } off)
        {
            Core.Rules.Guard.Off = Enum.Parse<Core.Rules.GuardName>(off);
            terminal.Note($"warning: the guard {Core.Rules.Guard.Off} is off: this pbft is wrong on purpose");
        }

#endif
        var told = new System.Diagnostics.Stopwatch();
        LogAddress.Waiting = why =>
        {
            if (told.IsRunning && told.Elapsed < BetweenNotes) return;
            told.Restart();
            terminal.Note($"waiting: {why.Message}");
        };
        var code = Run(args, terminal);
        terminal.ClearProgress();
        return code;
    }

    /// <summary>Runs a command line on a terminal; the exit code is one of <see cref="ExitCodes"/>.</summary>
    public static int Run(string[] args, Terminal terminal)
    {
        var parsed = PbftCommand.Create(terminal).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && !IsCompletion(args)) return Misread(parsed, terminal);
        return Flushed(Invoke(parsed, terminal), terminal);
    }

    private static int Invoke(ParseResult parsed, Terminal terminal)
    {
        // the others end by themselves when they are interrupted
        using var signals = parsed.Action is SynchronousCommandLineAction && parsed.CommandResult.Command.Name is not ("run" or "fuzz" or "shrink") ? new EndOnSignal(terminal) : null;
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = terminal.Result, Error = terminal.Notes });
        }
        catch (Exception e)
        {
            return Explain(e, terminal);
        }
    }

    /// <summary>What a command found counts only if it got out.</summary>
    private static int Flushed(int code, Terminal terminal)
    {
        try
        {
            terminal.Result.Flush();
            return code;
        }
        catch (IOException e)
        {
            terminal.Note($"pbft: {ResultWriter.Said(e)}");
            return ExitCodes.Data;
        }
    }

    private static bool IsCompletion(string[] args) => args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);

    private static int Misread(ParseResult parsed, Terminal terminal)
    {
        foreach (var error in parsed.Errors.Where(e => parsed.UnmatchedTokens.Count == 0 || !e.Message.StartsWith(NoCommand, StringComparison.Ordinal)))
        {
            terminal.Note($"pbft: {InWords(error.Message, parsed.CommandResult.Command)}");
        }

        foreach (var word in parsed.UnmatchedTokens)
        {
            if (parsed.CommandResult.Command.Arguments.OfType<Argument<int[]>>().FirstOrDefault() is { } ids) terminal.Note($"pbft: '{parsed.CommandResult.Command.Name}' takes numbers ({ids.Name}), such as 0 2");
            if (Nearest.To(word, parsed.CommandResult.Command) is { } meant) terminal.Note($"pbft: did you mean '{meant}'?");
        }

        if (VerifyCommand.WithSeveral(parsed.CommandResult.Command, parsed.UnmatchedTokens) is { } instead) terminal.Note($"pbft: {instead}");
        terminal.Note("pbft: see 'pbft --help', or 'pbft COMMAND --help'");
        return ExitCodes.Usage;
    }

    /// <summary>The parser names a type of .NET where people want to know what to write, and a verb where an argument is missing.</summary>
    private static string InWords(string message, Command command)
    {
        if (message.StartsWith(NoArgument, StringComparison.Ordinal)) return $"'{command.Name}' takes {string.Join(' ', command.Arguments.Select(argument => argument.Name))}, and {(command.Arguments.Count == 1 ? "it" : "one")} is missing";
        var cut = message.IndexOf(" as expected type '", StringComparison.Ordinal);
        if (cut < 0) return message;
        var wanted = message[cut..] switch
        {
            var type when type.Contains("UInt64", StringComparison.Ordinal) => $"0 to {ulong.MaxValue}",
            var type when type.Contains("Int64", StringComparison.Ordinal) => $"at most {long.MaxValue}",
            _ => $"at most {int.MaxValue}",
        };
        return $"{message[..cut]}: it takes a whole number, {wanted}";
    }

    // What the runtime says of files is short; ours says how to go on.
    private static string InWords(Exception exception) => exception switch
    {
        OperationCanceledException => "interrupted",
        DirectoryNotFoundException or UnauthorizedAccessException or PathTooLongException => $"{exception.Message.TrimEnd('.')}: check the path and the access rights",
        FileNotFoundException { Message: var text } when text.StartsWith("Could not find file", StringComparison.Ordinal) => $"{text.TrimEnd('.')}: check the path",
        _ => exception.Message,
    };

    private static int Explain(Exception exception, Terminal terminal)
    {
        var code = exception switch
        {
            CommandException e => e.ExitCode,
            GenesisFileException => ExitCodes.Data,
            SettingException e => LiveOptions.CodeOf(e),
            UnknownRecordTypeException => ExitCodes.Unknown,
            LogFormatException => ExitCodes.Corrupt,
            ReplayMismatchException => ExitCodes.Violation,
            EventStoreException { Failure: EventStoreFailure.Damaged } => ExitCodes.Corrupt,
            EventStoreException or FencedException => ExitCodes.Data,
            IOException or UnauthorizedAccessException => ExitCodes.Data,
            OperationCanceledException => ExitCodes.Interrupted,
            _ => ExitCodes.Internal,
        };
        terminal.Note($"pbft: {InWords(exception)}");
        if (code == ExitCodes.Internal) terminal.Note($"This is a bug of pbft; please report it with this trace:\n{exception}");
        return code;
    }
}
