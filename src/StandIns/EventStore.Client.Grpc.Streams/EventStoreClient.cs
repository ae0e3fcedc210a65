using Grpc.Core;

namespace EventStore.Client;

/// <summary>
/// A client of streams of events on an EventStoreDB or KurrentDB server. Stand-in for the client of the same name in the package
/// EventStore.Client.Grpc.Streams (23.3.8): the members that are used here.
/// </summary>
/// <remarks>
/// Safe for use by several threads at once. Nothing is sent before the first call. A call that fails is not repeated; its exception is
/// one of this namespace where the server names the reason, or else <see cref="RpcException"/>. After
/// <see cref="StatusCode.Unavailable"/>, <see cref="StatusCode.DeadlineExceeded"/>, <see cref="StatusCode.Aborted"/>,
/// <see cref="StatusCode.Cancelled"/>, <see cref="StatusCode.Unknown"/> and <see cref="StatusCode.Internal"/> a write may have been made
/// all the same.
/// </remarks>
public sealed partial class EventStoreClient : IDisposable, IAsyncDisposable
{
    private const string Streams = "/event_store.client.streams.Streams/";

    private readonly EventStoreClientSettings _settings;
    private readonly Connection _connection;

    /// <summary>Makes a client.</summary>
    /// <param name="settings">How to connect and behave; must not change while the client is used.</param>
    /// <exception cref="ArgumentNullException"><paramref name="settings"/> is null.</exception>
    public EventStoreClient(EventStoreClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        ConnectionName = settings.ConnectionName ?? $"ES-{Guid.NewGuid()}";
        _connection = new Connection(settings, ConnectionName);
    }

    /// <summary>The name that the server's diagnostics show.</summary>
    public string ConnectionName { get; }

    /// <summary>Closes the connections; calls that are being made end with <see cref="StatusCode.Cancelled"/>.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>Closes the connections; calls that are being made end with <see cref="StatusCode.Cancelled"/>.</summary>
    /// <returns>A task that is done.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private CallOptions Options(TimeSpan? deadline, UserCredentials? credentials) => new(
        deadline,
        credentials ?? _settings.DefaultCredentials,
        _settings.ConnectivitySettings.NodePreference == NodePreference.Leader,
        ConnectionName);

    private EventStoreClientOperationOptions OperationOptions(Action<EventStoreClientOperationOptions>? configure)
    {
        var options = _settings.OperationOptions.Clone();
        configure?.Invoke(options);
        return options;
    }

    private async Task<T> UnaryAsync<T>(
        string method,
        string stream,
        ReadOnlyMemory<byte> body,
        Func<ReadOnlyMemory<byte>, T> decode,
        CallOptions options,
        CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _connection.Closed);
        var node = await _connection.NodeAsync(ends.Token).ConfigureAwait(false);
        try
        {
            return decode(await _connection.Caller.UnaryAsync(node.Address, Streams + method, body, options, ends.Token).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is RpcException or InvalidDataException)
        {
            throw Failure(node, exception, stream);
        }
    }

    private Exception Failure(Node node, Exception exception, string stream)
    {
        var failure = exception is RpcException rpc
            ? TypedErrors.Of(rpc, stream)
            : CallStatus.Failure(StatusCode.Internal, $"A message cannot be read: {exception.Message}", exception);
        _connection.Report(node, failure);
        return failure;
    }
}
