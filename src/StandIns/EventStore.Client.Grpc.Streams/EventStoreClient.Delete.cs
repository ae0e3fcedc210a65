namespace EventStore.Client;

public sealed partial class EventStoreClient
{
    /// <summary>Deletes a stream whose last event has a certain revision. It can be written to again, and goes on with the next revision.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedRevision">The revision of its last event.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    /// <returns>The place of the deletion.</returns>
    /// <exception cref="ArgumentException">There is no stream of this name.</exception>
    /// <exception cref="WrongExpectedVersionException">The stream is not as expected.</exception>
    /// <exception cref="StreamDeletedException">The stream is deleted for ever.</exception>
    /// <exception cref="AccessDeniedException">The user may not do this.</exception>
    /// <exception cref="NotAuthenticatedException">The user is unknown or the password wrong.</exception>
    /// <exception cref="DiscoveryException">No node of the cluster was found.</exception>
    /// <exception cref="Grpc.Core.RpcException">Anything else; the stream may be deleted all the same.</exception>
    public Task<DeleteResult> DeleteAsync(
        string streamName,
        StreamRevision expectedRevision,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        DeleteAsync("Delete", streamName, expectedRevision, deadline, userCredentials, cancellationToken);

    /// <summary>Deletes a stream that is in a certain state. It can be written to again, and goes on with the next revision.</summary>
    /// <inheritdoc cref="DeleteAsync(string, StreamRevision, TimeSpan?, UserCredentials?, CancellationToken)"/>
    /// <param name="streamName">The stream.</param>
    /// <param name="expectedState">Its state.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    public Task<DeleteResult> DeleteAsync(
        string streamName,
        StreamState expectedState,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        DeleteAsync("Delete", streamName, expectedState, deadline, userCredentials, cancellationToken);

    /// <summary>Deletes a stream whose last event has a certain revision for ever: nothing can be written to one of its name again.</summary>
    /// <inheritdoc cref="DeleteAsync(string, StreamRevision, TimeSpan?, UserCredentials?, CancellationToken)"/>
    public Task<DeleteResult> TombstoneAsync(
        string streamName,
        StreamRevision expectedRevision,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        DeleteAsync("Tombstone", streamName, expectedRevision, deadline, userCredentials, cancellationToken);

    /// <summary>Deletes a stream that is in a certain state for ever: nothing can be written to one of its name again.</summary>
    /// <inheritdoc cref="DeleteAsync(string, StreamState, TimeSpan?, UserCredentials?, CancellationToken)"/>
    public Task<DeleteResult> TombstoneAsync(
        string streamName,
        StreamState expectedState,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) =>
        DeleteAsync("Tombstone", streamName, expectedState, deadline, userCredentials, cancellationToken);

    private async Task<DeleteResult> DeleteAsync(
        string method, string stream, Expected expected, TimeSpan? deadline, UserCredentials? credentials, CancellationToken cancellationToken)
    {
        var body = Requests.Delete(Writable(stream), expected);
        var options = Options(deadline ?? _settings.DefaultDeadline, credentials);
        return await UnaryAsync(method, stream, body, DeleteResponse.Decode, options, cancellationToken).ConfigureAwait(false);
    }
}
