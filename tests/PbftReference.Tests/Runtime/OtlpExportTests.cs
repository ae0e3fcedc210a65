using System.Collections.Concurrent;
using System.Net;
using System.Text;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.Runtime.Telemetry;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Spans and metrics go to a collector, if one is set.</summary>
[Collection(ListeningTests.Name)]
public class OtlpExportTests
{
    [Fact]
    public async Task Spans_and_metrics_go_to_the_collector_and_say_of_which_replica_they_are()
    {
        await using var collector = new Collector();
        Digest? executed = null;

        using (var telemetry = MeasuredRun.Telemetry(1))
        using (OtlpExport.Start(collector.Address, "test/3"))
        {
            telemetry.Begin(null);
            MeasuredRun.Of("exported", (host, before, step) =>
            {
                executed ??= step.Events.OfType<RequestAccepted>().Select(e => (Digest?)e.Request.Statement.StatementDigest).FirstOrDefault();
                telemetry.OnStep(host, before, step);
            });
        }

        var trace = new byte[Digest.Size];
        executed!.Value.CopyTo(trace);
        Assert.True(collector.Has("/v1/traces", trace[..16]), "the trace's id is the beginning of the request's digest");
        foreach (var text in (string[])["committed-local", "service.name", "pbft", "service.instance.id", "test/3"]) Assert.True(collector.Has("/v1/traces", text), $"{text} is in the traces");
        foreach (var text in (string[])["pbft.requests.executed", "pbft.phase.duration", "dotnet.process.memory.working_set", "test/3"]) Assert.True(collector.Has("/v1/metrics", text), $"{text} is in the metrics");
    }

    [Fact]
    public void Without_a_collector_nothing_is_exported() => Assert.Null(OtlpExport.Start("", "test/0"));

    [Fact]
    public void A_collector_that_is_not_there_stops_nothing()
    {
        using (OtlpExport.Start($"http://{TestCluster.FreeAddress()}", "test/0"))
        {
            using var telemetry = MeasuredRun.Telemetry(1);
            Assert.NotEqual(0, MeasuredRun.Of("unheard", telemetry.OnStep).LastExecuted.Value);
        }
    }

    /// <summary>Takes what is posted to it.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _taken = [];
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public Collector()
        {
            Address = $"http://{TestCluster.FreeAddress()}";
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _serving = Task.Run(Serve);
        }

        public string Address { get; }

        public bool Has(string path, string text) => Has(path, Encoding.UTF8.GetBytes(text));

        public bool Has(string path, byte[] bytes) => _taken.Any(taken => taken.Path == path && taken.Body.AsSpan().IndexOf(bytes) >= 0);

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    _taken.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // the test is over
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
            _listener.Close();
        }
    }
}
