using System.Collections.Concurrent;
using System.Diagnostics;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.Runtime.Telemetry;
using Xunit;

namespace PbftReference.Tests.Runtime;

/// <summary>A sampled request is one span, which the log's digest finds.</summary>
[Collection(ListeningTests.Name)]
public sealed class RequestSpansTests : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public RequestSpansTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ReplicaInstruments.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Each_request_is_a_span_from_its_arrival_over_prepared_and_committed_local_to_its_execution()
    {
        var digests = Run("spans", sample: 1, out var executed, out var batches);

        var spans = SpansOf(digests);
        Assert.NotEmpty(spans);
        Assert.Equal(digests.Count, spans.Count);
        Assert.All(spans, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
        Assert.Equal(executed, spans.Count);
        Assert.Superset(spans.Select(span => (string)span.GetTagItem("pbft.batch")!).ToHashSet(), batches);
        Assert.All(spans, span => Assert.Equal(["prepared", "committed-local"], span.Events.Select(e => e.Name)));
        Assert.All(spans, span => Assert.All(span.Events, e => Assert.Equal(span.GetTagItem("pbft.sequence_number"), e.Tags.Single().Value)));
    }

    [Fact]
    public void Which_requests_are_traced_follows_from_their_digests()
    {
        var digests = Run("sampled", sample: 4, out _, out _);

        var sampled = digests.Where(digest => RequestSpans.IsSampled(Bytes(digest), 4)).Select(TraceOf).Order().ToList();
        Assert.InRange(sampled.Count, 1, digests.Count - 1);
        Assert.Equal(sampled, SpansOf(digests).Select(span => span.TraceId.ToHexString()).Order());
    }

    [Fact]
    public void With_a_ratio_of_zero_nothing_is_traced() => Assert.Empty(SpansOf(Run("untraced", sample: 0, out _, out _)));

    [Fact]
    public void What_is_under_way_when_the_replica_stops_ends_with_an_error()
    {
        var digests = new List<Digest>();
        using (var telemetry = MeasuredRun.Telemetry(1))
        {
            MeasuredRun.Of("stopped", (host, before, step) =>
            {
                // the process dies before it executes anything
                if (step.Events.Any(e => e is BatchExecuted) || digests.Count == 8) return;
                digests.AddRange(step.Events.OfType<RequestAccepted>().Select(e => e.Request.Statement.StatementDigest));
                telemetry.OnStep(host, before, step);
            });
        }

        Assert.NotEmpty(digests);
        Assert.Equal(digests.Count, SpansOf(digests).Count);
        Assert.All(SpansOf(digests), span => Assert.Equal(ActivityStatusCode.Error, span.Status));
    }

    private static List<Digest> Run(string name, long sample, out int executed, out HashSet<string> batches)
    {
        var digests = new List<Digest>();
        var results = 0;
        var committed = new HashSet<string>();
        using (var telemetry = MeasuredRun.Telemetry(sample))
        {
            MeasuredRun.Of(
                name,
                (host, before, step) =>
                {
                    digests.AddRange(step.Events.OfType<RequestAccepted>().Select(e => e.Request.Statement.StatementDigest));
                    results += step.Events.OfType<BatchExecuted>().Sum(e => e.Results.Length);
                    committed.UnionWith(step.Events.OfType<CommittedLocal>().Select(e => e.BatchDigest.ToString()));
                    telemetry.OnStep(host, before, step);
                },
                PbftReference.Simulation.FaultProfile.None);
        }

        (executed, batches) = (results, committed);
        return digests;
    }

    private List<Activity> SpansOf(List<Digest> digests)
    {
        var traces = digests.Select(TraceOf).ToHashSet();
        return [.. _ended.Where(span => traces.Contains(span.TraceId.ToHexString()))];
    }

    /// <summary>The first half of the digest, in hexadecimal digits.</summary>
    private static string TraceOf(Digest digest) => digest.ToString()[..32];

    private static byte[] Bytes(Digest digest)
    {
        var bytes = new byte[Digest.Size];
        digest.CopyTo(bytes);
        return bytes;
    }
}
