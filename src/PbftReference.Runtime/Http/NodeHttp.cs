using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;
using PbftReference.Consensus.Interfaces;
using PbftReference.Consensus.Pbft;
using PbftReference.Core.Types;
using PbftReference.Runtime.Telemetry;

namespace PbftReference.Runtime.Http;

/// <summary>What a node answers over HTTP.</summary>
/// <param name="Metrics">What the instruments say, in a format of Prometheus.</param>
/// <param name="Status">Where the node stands.</param>
/// <param name="Block">A block by its place; null if it has none.</param>
/// <param name="Submit">Takes a transaction.</param>
/// <param name="Transactions">What became of transactions.</param>
public sealed record NodeAnswers(
    Func<PrometheusFormat, string> Metrics, Func<NodeStatus> Status, Func<SequenceNumber, Block?> Block, Func<LocalTransaction, CancellationToken, ValueTask> Submit, TransactionTable Transactions);

/// <summary>The node's HTTP on the loopback: metrics, health, status, blocks, and transactions for those who have no client key.</summary>
public sealed class NodeHttp : IAsyncDisposable
{
    /// <summary>The largest transaction taken, in bytes.</summary>
    public const int LargestTransaction = 256 * 1024;

    private const int MostConnections = 256;

    private const string Paths = "/metrics, /healthz, /readyz, /status, /blocks/N, POST /transactions, /transactions/ID";

    private static readonly string[] Reads = ["GET", "HEAD"];

    private static readonly JsonSerializerSettings Json = new()
    {
        ContractResolver = new DefaultContractResolver { NamingStrategy = new CamelCaseNamingStrategy() },
        Formatting = Formatting.Indented,
    };

    private readonly WebApplication _app;
    private readonly NodeAnswers _answers;

    private NodeHttp(WebApplication app, NodeAnswers answers) => (_app, _answers) = (app, answers);

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Begins to answer.</summary>
    /// <param name="address">An address of the loopback; port 0 takes a free one.</param>
    /// <param name="answers">What it answers.</param>
    /// <exception cref="ArgumentException">The address is not of the loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<NodeHttp> Start(IPEndPoint address, NodeAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!IPAddress.IsLoopback(address.Address)) throw new ArgumentException($"{address} is not an address of the loopback", nameof(address));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address);
            kestrel.Limits.MaxRequestBodySize = LargestTransaction;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var http = new NodeHttp(app, answers);
        app.Use(OnlyLocals);
        app.Use(SayWhatThereIs);
        app.UseRouting();
        http.Map();
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"HTTP cannot be served on {address} (node.http): {e.Message} Give node.http another port in the node's configuration, or end what has this one.", e);
        }

        http.Address = IPEndPoint.Parse(new Uri(app.Urls.First()).Authority);
        return http;
    }

    private void Map()
    {
        _app.MapMethods("/metrics", Reads, Metrics);
        _app.MapMethods("/healthz", Reads, context => _answers.Status().Alive ? Answer(context, 200, "alive\n") : Answer(context, 503, "the event thread has ended or hangs\n"));
        _app.MapMethods("/readyz", Reads, Ready);
        _app.MapMethods("/status", Reads, context => Answer(context, 200, JsonConvert.SerializeObject(_answers.Status(), Json) + "\n", "application/json"));
        _app.MapMethods("/blocks/{n:long}", Reads, OneBlock);
        _app.MapPost("/transactions", TakeTransaction);
        _app.MapMethods("/transactions/{id:guid}", Reads, OneTransaction);
    }

    /// <summary>
    /// A page of the web must not reach a node: neither through a name that somebody made to mean this machine, nor by a form or script
    /// that sends to this machine.
    /// </summary>
    private static Task OnlyLocals(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host;
        if (!IsLocal(host)) return Answer(context, 421, $"the host '{host}' is not this node's: ask for 127.0.0.1\n");
        var origin = context.Request.Headers.Origin.ToString();
        var local = origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsLocal(page.Host));
        return local ? next(context) : Answer(context, 403, $"pages of '{origin}' must not use this node\n");
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Gives an unknown path and a wrong method a text that helps.</summary>
    private static async Task SayWhatThereIs(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response.HasStarted) return;
        if (context.Response.StatusCode == 405) await Answer(context, 405, $"{context.Request.Path} takes {context.Response.Headers.Allow}, not {context.Request.Method}\n").ConfigureAwait(false);
        else if (context.Response.StatusCode == 404) await Answer(context, 404, $"there is no {context.Request.Path}; there are {Paths}\n").ConfigureAwait(false);
    }

    private Task Metrics(HttpContext context)
    {
        var accepted = context.Request.GetTypedHeaders().Accept;
        var open = accepted.Where(type => type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase)).Select(type => type.Quality ?? 1).DefaultIfEmpty().Max();
        var text = accepted.Where(type => type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)).Select(type => type.Quality ?? 1).DefaultIfEmpty().Max();
        var format = open > 0 && open >= text ? PrometheusFormat.OpenMetrics : PrometheusFormat.Text;
        return Answer(context, 200, _answers.Metrics(format), PrometheusWriter.ContentType(format));
    }

    private Task Ready(HttpContext context)
    {
        var missing = _answers.Status().NotReady();
        return missing.Count == 0 ? Answer(context, 200, "ready\n") : Answer(context, 503, string.Concat(missing.Select(line => $"not ready: {line}\n")));
    }

    private Task OneBlock(HttpContext context)
    {
        try
        {
            var n = long.Parse((string)context.Request.RouteValues["n"]!, System.Globalization.CultureInfo.InvariantCulture);
            if (n < 1 || _answers.Block(new SequenceNumber(n)) is not { } block) return Answer(context, 404, $"there is no block at place {n}: a null request, jumped over by a state transfer, or to come\n");
            var view = new
            {
                schema = "pbft.block/1",
                n,
                previousHash = block.PreviousHash.ToString(),
                hash = block.Hash.ToString(),
                stateDigest = block.StateDigest.ToString(),
                requests = block.Requests.Select(r => new { client = r.Client.Value, timestamp = r.Timestamp.Value, operation = Convert.ToBase64String(r.Operation.AsSpan()) }),
                results = block.Results.Select(r => Convert.ToBase64String(r.AsSpan())),
            };
            return Answer(context, 200, JsonConvert.SerializeObject(view, Json) + "\n", "application/json");
        }
        catch (LedgerException e)
        {
            return Answer(context, 503, e.Message + "\n");
        }
    }

    private async Task TakeTransaction(HttpContext context)
    {
        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await Answer(context, e.StatusCode, $"{e.Message} At most {LargestTransaction} bytes are taken.\n").ConfigureAwait(false);
            return;
        }

        if (_answers.Status().LogFailure is { } failure)
        {
            await Answer(context, 503, $"the replica's log cannot be written, so it takes nothing on: {failure}\n").ConfigureAwait(false);
            return;
        }

        if (body.Length == 0)
        {
            await Answer(context, 400, "the body is the operation, and it is empty: curl --data-binary 'some operation' .../transactions\n").ConfigureAwait(false);
            return;
        }

        if (!_answers.Status().Alive)
        {
            await Answer(context, 503, "the event thread has ended or hangs: hand it to another replica\n").ConfigureAwait(false);
            return;
        }

        var id = Guid.NewGuid();
        _answers.Transactions.Wait(id);
        await _answers.Submit(new LocalTransaction(id, body.ToArray()), context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"/transactions/{id}";
        await Answer(context, 202, JsonConvert.SerializeObject(new { schema = "pbft.transaction/1", id, state = "waiting" }, Json) + "\n", "application/json").ConfigureAwait(false);
    }

    private Task OneTransaction(HttpContext context)
    {
        var id = Guid.Parse((string)context.Request.RouteValues["id"]!);
        if (_answers.Transactions.Find(id) is not { } outcome) return Answer(context, 404, $"transaction {id} is not known here, or forgotten\n");
        var text = System.Text.Encoding.UTF8.GetString(outcome.Result.Span);
        var view = outcome.State switch
        {
            "executed" => (object)new { schema = "pbft.transaction/1", id, state = outcome.State, result = text },
            "rejected" => new { schema = "pbft.transaction/1", id, state = outcome.State, reason = text },
            _ => new { schema = "pbft.transaction/1", id, state = outcome.State },
        };
        return Answer(context, 200, JsonConvert.SerializeObject(view, Json) + "\n", "application/json");
    }

    private static Task Answer(HttpContext context, int code, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
