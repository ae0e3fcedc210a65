using PbftReference.EventLog.Codec;

namespace PbftReference.Runtime.Membership;

/// <summary>A genesis file is none. No log is at fault: it is an input that somebody wrote or changed.</summary>
public sealed class GenesisFileException : LogFormatException
{
    /// <summary>Says what is wrong.</summary>
    public GenesisFileException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and why.</summary>
    public GenesisFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Says nothing.</summary>
    public GenesisFileException()
    {
    }
}
