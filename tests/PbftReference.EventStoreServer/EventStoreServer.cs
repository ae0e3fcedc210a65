using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PbftReference.TestServer.Faults;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Services;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer;

/// <summary>
/// A server for tests that answers like EventStoreDB 23.10.6, byte for byte where it was recorded: streams in memory, on 127.0.0.1, over
/// HTTP/2. It can fail on demand (<see cref="Faults"/>), so that a client can be shown what a real server shows it once a year.
/// </summary>
public sealed class EventStoreServer : IAsyncDisposable
{
    private readonly EventStoreServerOptions _options;
    private readonly StreamStore _store;
    private readonly InfoServices _info;
    private readonly SemaphoreSlim _starting = new(1);
    private Running? _running;

    private EventStoreServer(EventStoreServerOptions options)
    {
        _options = options;
        _store = new StreamStore(options.Clock);
        _info = new InfoServices(this, options.Clock);
        Port = options.Port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The address for clients: esdb://127.0.0.1:PORT?tls=false, or tls=true. Credentials are not part of it.</summary>
    public string ConnectionString => $"esdb://127.0.0.1:{Port}?tls={(_options.Certificate is null ? "false" : "true")}";

    /// <summary>The faults on demand. They outlast a restart.</summary>
    public ServerFaults Faults { get; } = new();

    /// <summary>Starts a server without streams.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    /// <exception cref="ArgumentException">The certificate has no private key.</exception>
    public static async Task<EventStoreServer> StartAsync(EventStoreServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAppendSize, 1, nameof(options));
        if (options.Certificate is { HasPrivateKey: false }) throw new ArgumentException("the certificate has no private key", nameof(options));

        var server = new EventStoreServer(options);
        await server.ResumeAsync();
        return server;
    }

    /// <summary>Ends the server as if its process were killed: all connections break. The streams stay; caches are lost. Does nothing if it is ended.</summary>
    public async Task StopAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_running is not { } running) return;

            _running = null;
            await running.DisposeAsync();
            _store.ForgetCaches();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/>, on the same port. Does nothing if it runs.</summary>
    /// <exception cref="IOException">The port is in use.</exception>
    public async Task ResumeAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _running ??= await Running.StartAsync(this);
            Port = _running.Port;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends the server and starts it again at once.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await ResumeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _starting.Dispose();
    }

    private GrpcDispatcher Dispatcher(CancellationToken stopping)
    {
        const string streams = "/event_store.client.streams.Streams/";
        var access = new AccessControl(_options, _store);
        var writer = new EventWriter(_store, Faults, stopping);
        var deletes = new DeleteService(_store, access);
        return new GrpcDispatcher(
            new Dictionary<string, GrpcMethod>
            {
                [streams + "Read"] = new ReadService(_store, access, Faults).ServeAsync,
                [streams + "Append"] = new AppendService(writer, access, _options).ServeAsync,
                [streams + "BatchAppend"] = new BatchAppendService(writer, access, _options).ServeAsync,
                [streams + "Delete"] = deletes.DeleteAsync,
                [streams + "Tombstone"] = deletes.TombstoneAsync,
                ["/event_store.client.server_features.ServerFeatures/GetSupportedMethods"] = (call, _) => InfoServices.GetSupportedMethodsAsync(call),
                ["/event_store.client.gossip.Gossip/Read"] = (call, _) => _info.ReadGossipAsync(call),
            },
            access,
            _options.Clock);
    }

    /// <summary>The server between one start and the next end.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<HttpContext, bool> _open = new();
        private readonly CancellationTokenSource _stopping = new();
        private readonly WebApplication _web;

        private Running(EventStoreServer server)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, server));
            _web = builder.Build();
            var dispatcher = server.Dispatcher(_stopping.Token);
            var sideDoors = new SideDoors(server);
            _web.Run(http => ServeAsync(http, dispatcher, sideDoors));
        }

        public int Port => new Uri(_web.Urls.Single()).Port;

        public static async Task<Running> StartAsync(EventStoreServer server)
        {
            var running = new Running(server);
            try
            {
                await running._web.StartAsync();
                return running;
            }
            catch
            {
                await running._web.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var http in _open.Keys) http.Abort();
            await _stopping.CancelAsync();
            await _web.StopAsync(new CancellationToken(canceled: true));
            await _web.DisposeAsync();
            _stopping.Dispose();
        }

        private static void Configure(KestrelServerOptions kestrel, EventStoreServer server)
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, server.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (server._options.Certificate is { } certificate) listen.UseHttps(certificate);
            });
        }

        private async Task ServeAsync(HttpContext http, GrpcDispatcher dispatcher, SideDoors sideDoors)
        {
            _open[http] = true;
            try
            {
                if (!await sideDoors.TryServeAsync(http)) await dispatcher.ServeAsync(http, _stopping.Token);
            }
            finally
            {
                _open.TryRemove(http, out _);
            }
        }
    }
}
