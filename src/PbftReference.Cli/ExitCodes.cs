namespace PbftReference.Cli;

/// <summary>What the exit code of a command says; documented in docs/command-line.md.</summary>
public static class ExitCodes
{
    /// <summary>It holds; the command succeeded.</summary>
    public const int Holds = 0;

    /// <summary>A violation or a mismatch was found.</summary>
    public const int Violation = 1;

    /// <summary>Unknown: there was nothing to check, or something is missing.</summary>
    public const int Unknown = 2;

    /// <summary>Progress was not reached within the bound.</summary>
    public const int NoProgress = 3;

    /// <summary>The log is corrupt.</summary>
    public const int Corrupt = 4;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 64;

    /// <summary>Wrong input data.</summary>
    public const int Data = 65;

    /// <summary>A bug of this tool.</summary>
    public const int Internal = 70;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;
}
