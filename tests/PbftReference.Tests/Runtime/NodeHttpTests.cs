using System.Net;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Http;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>A node's HTTP: what it answers, and what it refuses.</summary>
public sealed class NodeHttpTests : IAsyncLifetime, IDisposable
{
    private readonly TransactionTable _transactions = new();
    private readonly HttpClient _client = new();
    private NodeStatus _status = Status();
    private NodeHttp _http = null!;

    public async Task InitializeAsync()
    {
        _http = await NodeHttp.Start(new IPEndPoint(IPAddress.Loopback, 0), new NodeAnswers(
            format => $"# metrics as {format}\n",
            () => _status,
            n => n.Value == 1 ? throw new LedgerException("replica 0 is behind") : null,
            (transaction, _) =>
            {
                _transactions.Executed(transaction.Id, "42"u8.ToArray());
                return default;
            },
            _transactions));
        _client.BaseAddress = new Uri($"http://{_http.Address}/");
    }

    public async Task DisposeAsync() => await _http.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_status_is_a_document_of_a_schema()
    {
        var status = JObject.Parse(await _client.GetStringAsync(new Uri("status", UriKind.Relative)));

        Assert.Equal(("pbft.status/1", 3, 17), ((string?)status["schema"], (int)status["view"]!, (int)status["lastExecuted"]!));
    }

    [Fact]
    public async Task It_is_ready_when_nothing_is_missing_and_says_what_is_otherwise()
    {
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await Get("readyz"));

        _status = Status() with { Active = false, Valid = false, ReplicasConnected = 1, Phase = "Halted", Alive = false };
        var (code, text) = await Get("readyz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal(5, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Get("healthz")).Code);
    }

    [Fact]
    public async Task A_transaction_is_taken_and_its_result_told()
    {
        using var taken = await _client.PostAsync(new Uri("transactions", UriKind.Relative), new StringContent("some operation"));
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);

        var outcome = JObject.Parse(await _client.GetStringAsync(taken.Headers.Location));

        Assert.Equal(("executed", "42"), ((string?)outcome["state"], (string?)outcome["result"]));
    }

    [Theory]
    [InlineData("nothing", HttpStatusCode.NotFound, "there is no /nothing; there are /metrics")]
    [InlineData("transactions/00000000-0000-0000-0000-000000000001", HttpStatusCode.NotFound, "is not known here")]
    [InlineData("blocks/7", HttpStatusCode.NotFound, "there is no block at place 7")]
    [InlineData("blocks/1", HttpStatusCode.ServiceUnavailable, "replica 0 is behind")]
    [InlineData("blocks/x", HttpStatusCode.NotFound, "there is no /blocks/x")]
    public async Task What_is_not_there_is_said(string path, HttpStatusCode code, string message)
    {
        var answer = await Get(path);

        Assert.Equal(code, answer.Code);
        Assert.Contains(message, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_transaction_and_one_that_is_too_large_are_refused()
    {
        using var empty = await _client.PostAsync(new Uri("transactions", UriKind.Relative), new ByteArrayContent([]));
        using var large = await _client.PostAsync(new Uri("transactions", UriKind.Relative), new ByteArrayContent(new byte[NodeHttp.LargestTransaction + 1]));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge), (empty.StatusCode, large.StatusCode));
    }

    [Fact]
    public async Task A_name_that_is_not_this_machines_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "status");
        request.Headers.Host = "evil.example";
        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:8080", HttpStatusCode.Accepted)]
    [InlineData("http://[::1]", HttpStatusCode.Accepted)]
    public async Task A_page_of_the_web_cannot_hand_over_a_transaction(string origin, HttpStatusCode code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "transactions") { Content = new StringContent("some operation") };
        request.Headers.Add("Origin", origin);
        using var answer = await _client.SendAsync(request);

        Assert.Equal(code, answer.StatusCode);
    }

    [Theory]
    [InlineData("DELETE", "status", "GET")]
    [InlineData("POST", "metrics", "GET")]
    [InlineData("GET", "transactions", "POST")]
    public async Task A_wrong_method_is_refused_and_the_right_one_said(string method, string path, string right)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains(right, answer.Content.Headers.Allow);
        Assert.Contains($"/{path} takes {right}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_head_of_an_answer_can_be_asked_for_alone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "readyz");
        using var answer = await _client.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData(null, "text/plain", "Text")]
    [InlineData("*/*", "text/plain", "Text")]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1", "application/openmetrics-text", "OpenMetrics")]
    [InlineData("application/openmetrics-text;q=0.3,text/plain;q=0.6", "text/plain", "Text")]
    [InlineData("application/openmetrics-text;q=0", "text/plain", "Text")]
    public async Task Metrics_come_in_the_format_that_is_asked_for(string? accept, string type, string format)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "metrics");
        if (accept is not null) request.Headers.Add("Accept", accept);
        using var answer = await _client.SendAsync(request);

        Assert.Equal((type, $"# metrics as {format}\n"), (answer.Content.Headers.ContentType!.MediaType, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_replica_whose_event_thread_is_gone_takes_no_transaction()
    {
        _status = Status() with { Alive = false };
        using var answer = await _client.PostAsync(new Uri("transactions", UriKind.Relative), new StringContent("some operation"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public Task It_listens_on_the_loopback_only() => Assert.ThrowsAsync<ArgumentException>(() => NodeHttp.Start(new IPEndPoint(IPAddress.Any, 0), null!));

    private async Task<(HttpStatusCode Code, string Text)> Get(string path)
    {
        using var answer = await _client.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static NodeStatus Status() => new()
    {
        Replica = 0,
        Cluster = "test",
        Plugin = "pbft",
        Signatures = true,
        Phase = "Normal",
        Execution = "Idle",
        View = 3,
        Active = true,
        Primary = 3,
        Low = 10,
        High = 50,
        LastExecuted = 17,
        ServiceDigest = "00",
        StableDigest = "00",
        RequestsWaiting = 0,
        Clients = 1,
        Valid = true,
        Blocks = 17,
        ChainHead = "00",
        LogRevision = 100,
        LogHead = "00",
        ReplicasConnected = 3,
        ClientsConnected = 0,
        ReplicasNeeded = 2,
        Alive = true,
        Uptime = 1,
    };
}
