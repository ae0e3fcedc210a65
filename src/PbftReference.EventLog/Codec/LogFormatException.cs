namespace PbftReference.EventLog.Codec;

/// <summary>What is to be read does not have the log's format. The message names the record type, the field and the position.</summary>
public class LogFormatException : FormatException
{
    /// <summary>Says what is wrong.</summary>
    public LogFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong, and why.</summary>
    public LogFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Says nothing.</summary>
    public LogFormatException()
    {
    }
}
