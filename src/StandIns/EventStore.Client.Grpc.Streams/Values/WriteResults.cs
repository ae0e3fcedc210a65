namespace EventStore.Client;

/// <summary>What a write answered.</summary>
public interface IWriteResult
{
    /// <summary>The place of the last event written among all events of the server; the default if none was.</summary>
    Position LogPosition { get; }

    /// <summary>The revision to expect in the next write; <see cref="StreamRevision.None"/> if there is none.</summary>
    StreamRevision NextExpectedStreamRevision { get; }
}

/// <summary>The events are written, by this call or by an earlier one with the same identifiers.</summary>
/// <param name="nextExpectedStreamRevision">The revision of the last event of the call.</param>
/// <param name="logPosition">The place of that event among all events.</param>
public readonly struct SuccessResult(StreamRevision nextExpectedStreamRevision, Position logPosition) : IWriteResult
{
    /// <inheritdoc/>
    public Position LogPosition { get; } = logPosition;

    /// <inheritdoc/>
    public StreamRevision NextExpectedStreamRevision { get; } = nextExpectedStreamRevision;
}

/// <summary>The stream is not as expected: nothing is written.</summary>
/// <param name="streamName">The stream.</param>
/// <param name="nextExpectedStreamRevision">The revision that was expected; none if a state was.</param>
/// <param name="actualStreamRevision">The revision of the last event of the stream.</param>
public readonly struct WrongExpectedVersionResult(
    string streamName, StreamRevision nextExpectedStreamRevision, StreamRevision actualStreamRevision) : IWriteResult
{
    /// <summary>The stream.</summary>
    public string StreamName { get; } = streamName;

    /// <summary>The revision of the last event of the stream; <see cref="StreamRevision.None"/> if it has none.</summary>
    public StreamRevision ActualStreamRevision { get; } = actualStreamRevision;

    /// <summary>The default: nothing is written.</summary>
    public Position LogPosition => default;

    /// <summary>The revision that was expected; <see cref="StreamRevision.None"/> if a state was.</summary>
    public StreamRevision NextExpectedStreamRevision { get; } = nextExpectedStreamRevision;
}

/// <summary>The stream is deleted.</summary>
/// <param name="logPosition">The place of the deletion among all events.</param>
public readonly struct DeleteResult(Position logPosition)
{
    /// <summary>The place of the deletion among all events; the default if the server did not tell it.</summary>
    public readonly Position LogPosition = logPosition;
}
