namespace PbftReference.EventLog.Codec;

/// <summary>
/// A record is of a type, or of a version of one, that this program does not know: a later one wrote it. Nothing is wrong with the log.
/// </summary>
public sealed class UnknownRecordTypeException : LogFormatException
{
    /// <summary>Says which type, and what is known.</summary>
    public UnknownRecordTypeException(string message)
        : base(message)
    {
    }

    /// <summary>Says which type and where.</summary>
    public UnknownRecordTypeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Says nothing.</summary>
    public UnknownRecordTypeException()
    {
    }
}
