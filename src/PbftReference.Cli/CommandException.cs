namespace PbftReference.Cli;

/// <summary>A command cannot go on: what is wrong, where, and how to go on, with the exit code that says so.</summary>
public sealed class CommandException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public CommandException(int exitCode, string message, Exception? inner = null)
        : base(message, inner) => ExitCode = exitCode;

    /// <summary>Says nothing.</summary>
    public CommandException()
        : this(ExitCodes.Internal, "")
    {
    }

    /// <summary>Says what is wrong.</summary>
    public CommandException(string message)
        : this(ExitCodes.Internal, message)
    {
    }

    /// <summary>Says what is wrong, and why.</summary>
    public CommandException(string message, Exception innerException)
        : this(ExitCodes.Internal, message, innerException)
    {
    }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; }
}
