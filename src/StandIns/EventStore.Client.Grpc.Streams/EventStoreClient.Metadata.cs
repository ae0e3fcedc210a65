using System.Text.Json;

namespace EventStore.Client;

public sealed partial class EventStoreClient
{
    private const string MetadataType = "$metadata";

    /// <summary>Reads the metadata of a stream.</summary>
    /// <param name="streamName">The stream.</param>
    /// <param name="deadline">How long it may take; null for ever.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The metadata, or <see cref="StreamMetadataResult.None"/>.</returns>
    /// <exception cref="JsonException">What is there is not the metadata of a stream.</exception>
    /// <exception cref="StreamDeletedException">The stream is deleted for ever.</exception>
    /// <exception cref="AccessDeniedException">The user may not do this.</exception>
    /// <exception cref="NotAuthenticatedException">The user is unknown or the password wrong.</exception>
    /// <exception cref="DiscoveryException">No node of the cluster was found.</exception>
    /// <exception cref="Grpc.Core.RpcException">Anything else.</exception>
    public async Task<StreamMetadataResult> GetStreamMetadataAsync(
        string streamName,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default)
    {
        var read = ReadStreamAsync(
            Direction.Backwards, Metastream(streamName), StreamPosition.End, 1, false, deadline, userCredentials, cancellationToken);
        await foreach (var message in read.Messages.ConfigureAwait(false))
        {
            if (message is StreamMessage.Event(var latest))
            {
                return StreamMetadataResult.Create(streamName, latest.OriginalEventNumber, StreamMetadataJson.Read(latest.Event.Data));
            }
        }

        return StreamMetadataResult.None(streamName);
    }

    /// <summary>Replaces the metadata of a stream, if it has a certain revision itself.</summary>
    /// <param name="streamName">The stream; it need not be there yet.</param>
    /// <param name="expectedRevision">The revision of the metadata, not of the stream.</param>
    /// <param name="metadata">The metadata.</param>
    /// <param name="configureOperationOptions">Changes how this call behaves.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    /// <returns>As of an append to the stream of the metadata, and the same exceptions.</returns>
    public Task<IWriteResult> SetStreamMetadataAsync(
        string streamName,
        StreamRevision expectedRevision,
        StreamMetadata metadata,
        Action<EventStoreClientOperationOptions>? configureOperationOptions = null,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) => AppendAsync(
            Metastream(streamName), expectedRevision, Event(metadata), configureOperationOptions, deadline, userCredentials, cancellationToken);

    /// <summary>Replaces the metadata of a stream, if it is in a certain state itself.</summary>
    /// <param name="streamName">The stream; it need not be there yet.</param>
    /// <param name="expectedState">The state of the metadata, not of the stream.</param>
    /// <param name="metadata">The metadata.</param>
    /// <param name="configureOperationOptions">Changes how this call behaves.</param>
    /// <param name="deadline">How long it may take; null for the settings' default.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up; it may have been made all the same.</param>
    /// <returns>As of an append to the stream of the metadata, and the same exceptions.</returns>
    public Task<IWriteResult> SetStreamMetadataAsync(
        string streamName,
        StreamState expectedState,
        StreamMetadata metadata,
        Action<EventStoreClientOperationOptions>? configureOperationOptions = null,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default) => AppendAsync(
            Metastream(streamName), expectedState, Event(metadata), configureOperationOptions, deadline, userCredentials, cancellationToken);

    private static string Metastream(string streamName) => $"$${streamName}";

    private static EventData[] Event(StreamMetadata metadata) => [new(Uuid.NewUuid(), MetadataType, StreamMetadataJson.Write(metadata))];
}
