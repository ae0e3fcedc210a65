using PbftReference.Consensus.Interfaces;
using PbftReference.Runtime.Telemetry;
using PbftReference.Runtime.Transport;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>Metrics are written as Prometheus reads them, in both of its formats.</summary>
[Collection(ListeningTests.Name)]
public class PrometheusTextTests
{
    [Fact]
    public void Counters_gauges_and_histograms_are_written_in_the_text_format()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        Measure(telemetry);

        var text = prometheus.Write();

        Assert.Contains("# TYPE pbft_transport_refused_total counter\npbft_transport_refused_total{reason=\"UnknownKey\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_transport_dropped_total{peer=\"client\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pbft_log_append_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"0.001\"} 0\npbft_log_append_duration_seconds_bucket{le=\"0.0025\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"1\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"+Inf\"} 2\npbft_log_append_duration_seconds_sum 100.002\npbft_log_append_duration_seconds_count 2\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pbft_peers_replicas gauge\npbft_peers_replicas 3\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", text, StringComparison.Ordinal);
    }

    [Fact]
    public void In_OpenMetrics_a_counter_is_named_without_its_suffix_and_the_text_has_an_end()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        Measure(telemetry);

        var text = prometheus.Write(PrometheusFormat.OpenMetrics);

        Assert.Contains("# TYPE pbft_transport_refused counter\npbft_transport_refused_total{reason=\"UnknownKey\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE pbft_log_append_duration_seconds histogram\n# UNIT pbft_log_append_duration_seconds seconds\n", text, StringComparison.Ordinal);
        Assert.Contains("pbft_log_append_duration_seconds_bucket{le=\"1.0\"} 1\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_runtimes_own_metrics_are_among_them()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);

        var text = prometheus.Write();

        Assert.Contains("# TYPE dotnet_process_memory_working_set_bytes gauge\ndotnet_process_memory_working_set_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE dotnet_process_cpu_time_seconds_total counter\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_only_its_owner_counts_is_not_added_up_again_by_each_scrape()
    {
        using var telemetry = MeasuredRun.Telemetry();
        telemetry.Instruments.Meter.CreateObservableCounter("pbft.owned", () => 5L);
        using var prometheus = new PrometheusText(telemetry.Instruments);

        prometheus.Write();

        Assert.Contains("# TYPE pbft_owned_total counter\npbft_owned_total 5\n", prometheus.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_and_labels_are_escaped()
    {
        using var telemetry = MeasuredRun.Telemetry();
        var odd = telemetry.Instruments.Meter.CreateCounter<long>("pbft.odd", null, "a \"help\" with \\ and\na second line");
        using var prometheus = new PrometheusText(telemetry.Instruments);

        odd.Add(1, KeyValuePair.Create("some.tag", (object?)"a \"value\" with \\ and\na second line"));

        Assert.Contains("# HELP pbft_odd_total a \"help\" with \\\\ and\\na second line\n", prometheus.Write(), StringComparison.Ordinal);
        Assert.Contains("# HELP pbft_odd a \\\"help\\\" with \\\\ and\\na second line\n", prometheus.Write(PrometheusFormat.OpenMetrics), StringComparison.Ordinal);
        Assert.Contains("pbft_odd_total{some_tag=\"a \\\"value\\\" with \\\\ and\\na second line\"} 1\n", prometheus.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void Infinite_values_have_Prometheuss_names()
    {
        using var telemetry = MeasuredRun.Telemetry();
        telemetry.Instruments.Meter.CreateObservableGauge("pbft.endless", () => double.PositiveInfinity);
        using var prometheus = new PrometheusText(telemetry.Instruments);

        Assert.Contains("pbft_endless +Inf\n", prometheus.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void Replicas_in_one_process_are_told_apart()
    {
        using var one = MeasuredRun.Telemetry();
        using var other = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(one.Instruments);

        other.Refused(TransportRefusal.Protocol, "somewhere");

        Assert.DoesNotContain("Protocol", prometheus.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_many_threads_measure_at_once_adds_up()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++) telemetry.Sent(new PeerId(PeerType.Replica, 1), 3);
        })));

        Assert.Contains("pbft_transport_bytes_total{direction=\"sent\"} 24000\n", prometheus.Write(), StringComparison.Ordinal);
    }

    private static void Measure(ReplicaTelemetry telemetry)
    {
        telemetry.Refused(TransportRefusal.UnknownKey, "somewhere");
        telemetry.Refused(TransportRefusal.UnknownKey, "somewhere");
        telemetry.Written(10, 1000, TimeSpan.FromMilliseconds(2));
        telemetry.Written(10, 1000, TimeSpan.FromSeconds(100));
        telemetry.Dropped(new PeerId(PeerType.Client, 3));
        telemetry.Gauges.ReplicasConnected = () => 3;
    }
}
