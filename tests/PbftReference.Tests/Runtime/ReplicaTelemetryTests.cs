using System.Globalization;
using PbftReference.Consensus.Interfaces;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Rules;
using PbftReference.Core.State;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Runtime.Telemetry;
using PbftReference.Runtime.Transport;
using PbftReference.Simulation;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>What a replica decides is what its metrics say.</summary>
[Collection(ListeningTests.Name)]
public class ReplicaTelemetryTests
{
    [Fact]
    public void Counters_and_gauges_say_what_was_decided()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        var events = new List<ReplicaEvent>();
        var (refused, received) = (0, 0);

        var state = MeasuredRun.Of("counted", (host, before, step) =>
        {
            telemetry.OnStep(host, before, step);
            events.AddRange(step.Events);
            refused += step.Refusal is null ? 0 : 1;
            received += step.Input is MessageReceived ? 1 : 0;
        });

        var metrics = Read(prometheus.Write());
        Assert.NotEqual((0, 0), (refused, received));
        Assert.Equal(events.OfType<BatchExecuted>().Sum(e => e.Results.Length), metrics["pbft_requests_executed_total"]);
        Assert.Equal(events.OfType<BatchExecuted>().Count(), metrics["pbft_batches_executed_total"]);
        Assert.Equal(refused, metrics.Where(m => m.Key.StartsWith("pbft_refusals_total", StringComparison.Ordinal)).Sum(m => m.Value));
        Assert.Equal(received, metrics.Where(m => m.Key.StartsWith("pbft_messages_total", StringComparison.Ordinal) && m.Key.Contains("received", StringComparison.Ordinal)).Sum(m => m.Value));
        Assert.Equal(
            events.OfType<ViewChangeSent>().CountBy(e => e.Reason.ToString()).ToDictionary(pair => $"pbft_view_changes_total{{reason=\"{pair.Key}\"}}", pair => (double)pair.Value),
            metrics.Where(m => m.Key.StartsWith("pbft_view_changes_total", StringComparison.Ordinal)).ToDictionary());
        Assert.Equal(
            (state.View.Value, state.Low.Value, state.High.Value, state.LastExecuted.Value, state.Active ? 1 : 0),
            (metrics["pbft_view"], metrics["pbft_watermark_low"], metrics["pbft_watermark_high"], metrics["pbft_executed_last"], metrics["pbft_view_active"]));
    }

    [Fact]
    public void Phases_are_measured_from_the_pre_prepare_by_the_clock_that_is_given()
    {
        ReplicaTelemetry? telemetry = null;
        PrometheusText? prometheus = null;
        var begun = new Dictionary<long, TimeSpan>();
        var (expected, count) = (0.0, 0);
        VirtualClock? clock = null;
        try
        {
            MeasuredRun.Of(
                "timed",
                (host, before, step) =>
                {
                    telemetry!.OnStep(host, before, step);
                    foreach (var e in step.Events)
                    {
                        if (e is PrePrepareSent sent) begun.TryAdd(sent.SequenceNumber.Value, clock!.Now);
                        else if (e is PrePrepareAccepted accepted) begun.TryAdd(accepted.PrePrepare.SequenceNumber.Value, clock!.Now);
                        else if (e is CommittedLocal committed) (expected, count) = (expected + (clock!.Now - begun[committed.SequenceNumber.Value]).TotalSeconds, count + 1);
                    }
                },
                FaultProfile.None,
                cluster =>
                {
                    clock = cluster.Clock;
                    telemetry = MeasuredRun.Telemetry(clock: clock);
                    prometheus = new PrometheusText(telemetry.Instruments);
                });

            var metrics = Read(prometheus!.Write());
            Assert.True(expected > 0);
            Assert.Equal(count, metrics["pbft_phase_duration_seconds_count{phase=\"committed-local\"}"]);
            Assert.Equal(count, metrics["pbft_phase_duration_seconds_bucket{phase=\"committed-local\",le=\"+Inf\"}"]);
            Assert.Equal(expected, metrics["pbft_phase_duration_seconds_sum{phase=\"committed-local\"}"], 6);
        }
        finally
        {
            prometheus?.Dispose();
            telemetry?.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Measuring_a_step_allocates_nothing(bool isListenedTo)
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = isListenedTo ? new PrometheusText(telemetry.Instruments) : null;
        var steps = 0;
        var heavy = new List<string>();
        void measure(ReplicaHost host, ReplicaState before, Step step)
        {
            var already = GC.GetAllocatedBytesForCurrentThread();
            telemetry.OnStep(host, before, step);
            var bytes = GC.GetAllocatedBytesForCurrentThread() - already;
            if (bytes > 0) heavy.Add($"{step.Input.GetType().Name} -> {string.Join(',', step.Events.Select(e => e.Kind))}: {bytes}");
            steps++;
        }

        MeasuredRun.Of("light", measure);
        // the second time every series and table is there
        steps = 0;
        heavy.Clear();
        MeasuredRun.Of("light", measure);

        Assert.NotEqual(0, steps);
        Assert.Equal([], heavy);
    }

    [Fact]
    public void Every_series_that_is_known_is_there_at_zero_before_anything_happens()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);

        telemetry.Begin(null);

        var metrics = Read(prometheus.Write());
        Assert.All(Enum.GetNames<Refusal>(), reason => Assert.Equal(0, metrics[$"pbft_refusals_total{{reason=\"{reason}\"}}"]));
        Assert.All(Enum.GetNames<ViewChangeReason>(), reason => Assert.Equal(0, metrics[$"pbft_view_changes_total{{reason=\"{reason}\"}}"]));
        Assert.All(Enum.GetNames<TransportRefusal>(), reason => Assert.Equal(0, metrics[$"pbft_transport_refused_total{{reason=\"{reason}\"}}"]));
        Assert.Equal(
            (0, 0, 0), (metrics["pbft_log_retries_total"], metrics["pbft_transfers_total"], metrics["pbft_messages_total{type=\"Unknown\",direction=\"received\",outcome=\"bad-signature\"}"]));
    }

    [Fact]
    public void A_recovered_state_is_seen_before_the_first_step()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);
        var recovered = MeasuredRun.Of("recovered", (_, _, _) => { });

        telemetry.Begin(recovered);

        Assert.NotEqual(0, recovered.LastExecuted.Value);
        Assert.Equal(recovered.LastExecuted.Value, Read(prometheus.Write())["pbft_executed_last"]);
    }

    [Fact]
    public void Dropped_frames_and_refused_connections_are_told_apart_by_reason()
    {
        using var telemetry = MeasuredRun.Telemetry();
        using var prometheus = new PrometheusText(telemetry.Instruments);

        telemetry.OnDropped(null!, DropReason.Undecodable);
        telemetry.OnDropped(null!, DropReason.BadSignature);
        telemetry.OnDropped(null!, DropReason.BadSignature);
        telemetry.Refused(TransportRefusal.OversizedFrame, "127.0.0.1:1");
        telemetry.Dropped(new PeerId(PeerType.Replica, 1));
        telemetry.Received(new PeerId(PeerType.Replica, 1), 70);

        var metrics = Read(prometheus.Write());
        Assert.Equal(1, metrics["pbft_messages_total{type=\"Unknown\",direction=\"received\",outcome=\"undecodable\"}"]);
        Assert.Equal(2, metrics["pbft_messages_total{type=\"Unknown\",direction=\"received\",outcome=\"bad-signature\"}"]);
        Assert.Equal(1, metrics["pbft_transport_refused_total{reason=\"OversizedFrame\"}"]);
        Assert.Equal(1, metrics["pbft_transport_dropped_total{peer=\"replica\"}"]);
        Assert.Equal(70, metrics["pbft_transport_bytes_total{direction=\"received\"}"]);
    }

    private static Dictionary<string, double> Read(string text) => text.Split('\n')
        .Where(line => line.StartsWith("pbft_", StringComparison.Ordinal))
        .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
