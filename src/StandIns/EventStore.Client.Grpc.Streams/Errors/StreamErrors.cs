namespace EventStore.Client;

/// <summary>The stream that is to be read was never written to, or is deleted and may be written to again.</summary>
/// <param name="stream">The stream.</param>
/// <param name="exception">The call's own failure, if it failed.</param>
public class StreamNotFoundException(string stream, Exception? exception = null)
    : Exception($"Event stream '{stream}' was not found.", exception)
{
    /// <summary>The stream.</summary>
    public string Stream { get; } = stream;
}

/// <summary>The stream is deleted: for ever, unless it was a write that expected it to exist.</summary>
/// <param name="stream">The stream.</param>
/// <param name="exception">The call's own failure, if it failed.</param>
public class StreamDeletedException(string stream, Exception? exception = null)
    : Exception($"Event stream '{stream}' is deleted.", exception)
{
    /// <summary>The stream.</summary>
    public string Stream { get; } = stream;
}

/// <summary>The stream is not as expected: nothing is written or deleted.</summary>
public class WrongExpectedVersionException : Exception
{
    /// <summary>A revision was expected.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedStreamRevision">The revision that was expected; none if it is not known.</param>
    /// <param name="actualStreamRevision">The revision of the last event; none if the stream has none.</param>
    /// <param name="exception">The call's own failure, if it failed.</param>
    /// <param name="message">The exception's message, if not the usual one.</param>
    public WrongExpectedVersionException(
        string streamName,
        StreamRevision expectedStreamRevision,
        StreamRevision actualStreamRevision,
        Exception? exception = null,
        string? message = null)
        : base(message ?? Text(streamName, expectedStreamRevision, actualStreamRevision), exception)
    {
        StreamName = streamName;
        ActualStreamRevision = actualStreamRevision;
        ExpectedVersion = expectedStreamRevision == StreamRevision.None ? null : expectedStreamRevision.ToInt64();
    }

    /// <summary>A state was expected.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedStreamState">The state that was expected.</param>
    /// <param name="actualStreamRevision">The revision of the last event; none if the stream has none.</param>
    /// <param name="exception">The call's own failure, if it failed.</param>
    public WrongExpectedVersionException(
        string streamName, StreamState expectedStreamState, StreamRevision actualStreamRevision, Exception? exception = null)
        : base(Text(streamName, expectedStreamState, actualStreamRevision), exception)
    {
        StreamName = streamName;
        ActualStreamRevision = actualStreamRevision;
        ExpectedVersion = expectedStreamState.ToInt64();
    }

    /// <summary>The stream.</summary>
    public string StreamName { get; }

    /// <summary>The revision, or the negative number of the state, that was expected; null if it is not known.</summary>
    public long? ExpectedVersion { get; }

    /// <summary>The revision of the last event; null if the stream has none.</summary>
    public long? ActualVersion => ActualStreamRevision == StreamRevision.None ? null : ActualStreamRevision.ToInt64();

    /// <summary>The revision of the last event; none if the stream has none.</summary>
    public StreamRevision ActualStreamRevision { get; }

    private static string Text(string stream, object expected, StreamRevision actual) =>
        $"WrongExpectedVersion. Stream: {stream}, expected version: {expected}, actual version: {actual}";
}
