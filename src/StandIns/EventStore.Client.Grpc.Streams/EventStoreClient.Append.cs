namespace EventStore.Client;

public sealed partial class EventStoreClient
{
    /// <summary>Appends events to a stream whose last event has a certain revision: all of them, or none.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedRevision">The revision of its last event.</param>
    /// <param name="eventData">The events; enumerated once, before anything is sent. Without any, nothing is written.</param>
    /// <param name="configureOperationOptions">Changes how this call behaves.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    /// <returns><see cref="SuccessResult"/>, or <see cref="WrongExpectedVersionResult"/> if the options say not to throw.</returns>
    /// <exception cref="ArgumentException">No event may be written to a stream of this name.</exception>
    /// <exception cref="WrongExpectedVersionException">The stream is not as expected, and the events are not there already.</exception>
    /// <exception cref="StreamDeletedException">The stream is deleted.</exception>
    /// <exception cref="AccessDeniedException">The user may not do this.</exception>
    /// <exception cref="NotAuthenticatedException">The user is unknown or the password wrong.</exception>
    /// <exception cref="MaximumAppendSizeExceededException">The events are too large together.</exception>
    /// <exception cref="DiscoveryException">No node of the cluster was found.</exception>
    /// <exception cref="Grpc.Core.RpcException">Anything else; the events may be written all the same.</exception>
    public Task<IWriteResult> AppendToStreamAsync(
        string streamName,
        StreamRevision expectedRevision,
        IEnumerable<EventData> eventData,
        Action<EventStoreClientOperationOptions>? configureOperationOptions = null,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        AppendAsync(streamName, expectedRevision, eventData, configureOperationOptions, deadline, userCredentials, cancellationToken);

    /// <summary>Appends events to a stream that is in a certain state: all of them, or none.</summary>
    /// <inheritdoc cref="AppendToStreamAsync(string, StreamRevision, IEnumerable{EventData}, Action{EventStoreClientOperationOptions}?, TimeSpan?, UserCredentials?, CancellationToken)"/>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedState">Its state.</param>
    /// <param name="eventData">The events.</param>
    /// <param name="configureOperationOptions">Changes how this call behaves.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    public Task<IWriteResult> AppendToStreamAsync(
        string streamName,
        StreamState expectedState,
        IEnumerable<EventData> eventData,
        Action<EventStoreClientOperationOptions>? configureOperationOptions = null,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        AppendAsync(streamName, expectedState, eventData, configureOperationOptions, deadline, userCredentials, cancellationToken);

    // The stream "$$" is the metadata of a stream without a name; a write to it ends some servers.
    private static string Writable(string streamName) => streamName is null or "" or "$$" or "$all"
        ? throw new ArgumentException($"No event can be written to a stream of the name '{streamName}'.", nameof(streamName))
        : streamName;

    private static IWriteResult Result(string stream, AppendResponse response, bool throwOnFailure)
    {
        if (response.Success)
        {
            return new SuccessResult(response.Current, response.Position);
        }

        if (!throwOnFailure)
        {
            return new WrongExpectedVersionResult(stream, response.ExpectedRevision ?? StreamRevision.None, response.Current);
        }

        throw response.ExpectedRevision is { } revision
            ? new WrongExpectedVersionException(stream, revision, response.Current)
            : new WrongExpectedVersionException(stream, response.ExpectedState, response.Current);
    }

    private async Task<IWriteResult> AppendAsync(
        string stream,
        Expected expected,
        IEnumerable<EventData> events,
        Action<EventStoreClientOperationOptions>? configure,
        TimeSpan? deadline,
        UserCredentials? credentials,
        CancellationToken cancellationToken)
    {
        var body = Requests.Append(Writable(stream), expected, events);
        var options = Options(deadline ?? _settings.DefaultDeadline, credentials);
        var throwOnFailure = OperationOptions(configure).ThrowOnAppendFailure;
        var response = await UnaryAsync("Append", stream, body, AppendResponse.Decode, options, cancellationToken).ConfigureAwait(false);
        return Result(stream, response, throwOnFailure);
    }
}
