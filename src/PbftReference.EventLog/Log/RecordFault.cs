using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>Says where a record is that can't be read, and how to go on.</summary>
internal static class RecordFault
{
    private const string Advice = "Check the log by 'pbft log verify'; keep a copy as evidence, and restore the log from a copy that is sound and as long, or leave the replica out.";

    private const string LaterAdvice = "Nothing is wrong with the log: read it with the pbft that wrote it, or a later one.";

    internal static LogFormatException At(string stream, long revision, string what, Exception? cause = null)
    {
        var message = $"stream '{stream}', revision {revision}: {what}. {Advice}";
        return cause is null ? new LogFormatException(message) : new LogFormatException(message, cause);
    }

    internal static LogFormatException At(StoredEvent record, string what) => At(record.Stream, record.Revision, what);

    internal static LogFormatException At(StoredEvent record, LogFormatException cause) => cause is UnknownRecordTypeException
        ? new UnknownRecordTypeException($"stream '{record.Stream}', revision {record.Revision}: {cause.Message.TrimEnd('.')}. {LaterAdvice}", cause)
        : At(record.Stream, record.Revision, cause.Message.TrimEnd('.'), cause);
}
