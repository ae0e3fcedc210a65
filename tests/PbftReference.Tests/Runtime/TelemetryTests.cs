using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;
using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Telemetry;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What is measured, exported and documented is the same.</summary>
public partial class TelemetryTests
{
    private static string Page(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", path));

    [Fact]
    public void Every_instrument_stands_in_the_documentation_as_it_is()
    {
        var page = Page("operations.md");

        Assert.All(Instruments(), i => Assert.Contains($"| `{i.Name}` | `{PrometheusText.NameOf(i)}` |", page, StringComparison.Ordinal));
        Assert.All(Instruments(), i => Assert.Contains($"| {i.Description} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_query_of_the_dashboard_is_of_a_metric_that_is_exported()
    {
        var names = Instruments().Select(PrometheusText.NameOf).SelectMany(name => new[] { name, name + "_bucket", name + "_sum", name + "_count" }).ToHashSet();
        var queries = JObject.Parse(Page("grafana/pbft.json"))["panels"]!.SelectMany(panel => panel["targets"]!).Select(target => (string)target["expr"]!).ToList();

        Assert.NotEmpty(queries);
        Assert.All(queries.SelectMany(query => Metric().Matches(query).Select(m => m.Value)), name => Assert.Contains(name, names));
    }

    [Fact]
    public void Every_message_stands_in_the_documentation_under_its_number()
    {
        var page = Page("operations.md");
        var messages = typeof(NodeMessages).GetMethods().Select(m => (m.Name, Message: m.GetCustomAttribute<LoggerMessageAttribute>())).Where(m => m.Message is not null).ToList();

        Assert.NotEmpty(messages);
        Assert.Equal(messages.Count, messages.Select(m => m.Message!.EventId).Distinct().Count());
        Assert.All(messages, m => Assert.Contains($"| {m.Message!.EventId} | {m.Name} | {m.Message.Level} | {m.Message.Message} |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Counters_gauges_and_histograms_are_written_as_Prometheus_reads_them()
    {
        using var telemetry = new ReplicaTelemetry(0, new NodeMessages(NullLogger.Instance));
        using var prometheus = new PrometheusText(telemetry.Instruments);
        telemetry.Refused(TransportRefusal.UnknownKey, "somewhere");
        telemetry.Refused(TransportRefusal.UnknownKey, "somewhere");
        telemetry.Written(10, 1000, TimeSpan.FromMilliseconds(2));
        telemetry.Written(10, 1000, TimeSpan.FromSeconds(100));
        telemetry.Dropped(new PeerId(PeerType.Client, 3));
        telemetry.Gauges.ReplicasConnected = () => 3;

        var text = prometheus.Write();

        Assert.Contains("# TYPE pbft_transport_refused_total counter\npbft_transport_refused_total{reason=\"UnknownKey\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_transport_dropped_total{peer=\"client\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pbft_log_append_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"0.001\"} 0\npbft_log_append_duration_seconds_bucket{le=\"0.0025\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"+Inf\"} 2\npbft_log_append_duration_seconds_sum 100.002\npbft_log_append_duration_seconds_count 2\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pbft_peers_replicas gauge\npbft_peers_replicas 3\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_and_metrics_go_to_the_collector_that_is_set()
    {
        using var collector = new HttpListener();
        var port = TestCluster.FreeAddress().Port;
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var paths = new ConcurrentQueue<string>();
        var serving = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var context = await collector.GetContextAsync();
                    await context.Request.InputStream.CopyToAsync(Stream.Null);
                    paths.Enqueue(context.Request.Url!.AbsolutePath);
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // the test is over
            }
        });

        using (OtlpExport.Start($"http://127.0.0.1:{port}"))
        {
            using var telemetry = new ReplicaTelemetry(1, new NodeMessages(NullLogger.Instance));
            telemetry.Written(1, 1, TimeSpan.FromMilliseconds(1));
            using var source = new System.Diagnostics.ActivitySource(ReplicaInstruments.Name);
            source.StartActivity("request")?.Dispose();
        }

        collector.Stop();
        await serving;
        Assert.Contains("/v1/traces", paths);
        Assert.Contains("/v1/metrics", paths);
    }

    [Fact]
    public void Without_a_collector_nothing_is_exported() => Assert.Null(OtlpExport.Start(""));

    private static List<Instrument> Instruments()
    {
        var instruments = new List<Instrument>();
        using var own = new ReplicaInstruments(new ReplicaGauges());
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == ReplicaInstruments.Name) instruments.Add(instrument);
            },
        };
        listener.Start();
        return [.. instruments.DistinctBy(i => i.Name)];
    }

    [GeneratedRegex(@"\bpbft_\w+")]
    private static partial Regex Metric();
}
