using Grpc.Core;

namespace EventStore.Client;

/// <summary>
/// The node that calls go to: found when the first call needs it, kept for all, and found anew after a call that the node did not
/// answer or that it refused because it is not the leader.
/// </summary>
internal sealed class Connection : IDisposable
{
    private const string SupportedMethods = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";
    private static readonly Uri DefaultAddress = new("https://localhost:2113");

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly EventStoreClientConnectivitySettings _settings;
    private readonly HttpMessageInvoker _http;
    private readonly Discovery _discovery;
    private readonly string _name;
    private Task<Node>? _current;
    private Node? _leader;

    public Connection(EventStoreClientSettings settings, string name)
    {
        _settings = settings.ConnectivitySettings;
        _name = name;
        _http = new HttpMessageInvoker(settings.CreateHttpMessageHandler?.Invoke() ?? DefaultHandler.Create(_settings));
        Caller = new GrpcCaller(_http);
        _discovery = new Discovery(_settings, Caller, name);
    }

    public GrpcCaller Caller { get; }

    /// <summary>Cancelled when the connection is closed.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>The node for the next call.</summary>
    public async Task<Node> NodeAsync(CancellationToken cancellationToken)
    {
        Task<Node> current;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(EventStoreClient));
            if (_current is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _current = ConnectAsync(_leader);
                _leader = null;
            }

            current = _current;
        }

        return await current.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Draws the conclusion from a call's failure.</summary>
    /// <param name="node">Where the call went.</param>
    /// <param name="failure">What became of it.</param>
    public void Report(Node node, Exception failure)
    {
        var leader = (failure as NotLeaderException)?.LeaderEndpoint;
        if (leader is null && failure is not RpcException { StatusCode: StatusCode.Unavailable } && !IsNotLeader(failure))
        {
            return;
        }

        lock (_lock)
        {
            // A late failure must not undo what others have found meanwhile.
            if (_current is { IsCompletedSuccessfully: true } && _current.Result == node)
            {
                _current = null;
                _leader = leader is null ? null : new Node(Node.AddressOf(leader, _settings.Insecure));
            }
        }
    }

    public void Dispose()
    {
        if (!_closed.IsCancellationRequested)
        {
            _closed.Cancel();
            _http.Dispose();
        }
    }

    private static bool IsNotLeader(Exception failure) => failure is RpcException rpc && rpc.Trailers.GetValue("exception") == "not-leader";

    private async Task<Node> ConnectAsync(Node? leader)
    {
        await Task.Yield();
        var node = leader ?? (_settings.IsSingleNode
            ? new Node(_settings.Address ?? DefaultAddress)
            : await _discovery.DiscoverAsync(Closed).ConfigureAwait(false));
        var options = new CallOptions(_settings.GossipTimeout, null, RequiresLeader: false, _name);
        try
        {
            await Caller.UnaryAsync(node.Address, SupportedMethods, Requests.Nothing, options, Closed).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            // An old server; no call made here needs a feature of newer ones.
        }
        catch (RpcException exception)
        {
            throw TypedErrors.Of(exception, stream: "");
        }

        return node;
    }
}
