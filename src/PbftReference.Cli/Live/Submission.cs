using System.Collections.Concurrent;
using System.Diagnostics;
using PbftReference.Runtime.Client;

namespace PbftReference.Cli.Live;

/// <summary>What a submission came to.</summary>
/// <param name="Accepted">Operations that were accepted.</param>
/// <param name="Left">Of those, operations of an earlier submission that had been left unanswered.</param>
/// <param name="Resent">How often a request was sent again.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Latencies">How long each took, ascending, in milliseconds.</param>
internal sealed record SubmissionReport(long Accepted, long Left, long Resent, TimeSpan Elapsed, double[] Latencies)
{
    /// <summary>The latency that so many of a hundred stay below.</summary>
    public double Percentile(int percent) => Latencies.Length == 0 ? 0 : Latencies[Math.Min(Latencies.Length - 1, Latencies.Length * percent / 100)];
}

/// <summary>Sends operations by several clients, each with several under way, and hands on the results as they come.</summary>
internal sealed class Submission(IReadOnlyList<ClientSeat> seats, int outstanding, Action<ClientSeat, ClientResult> accepted)
{
    private readonly ConcurrentBag<double> _latencies = [];
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private long _accepted;
    private long _left;

    /// <summary>Operations accepted so far.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>How long nothing was accepted.</summary>
    public TimeSpan SinceProgress => _sinceProgress.Elapsed;

    /// <summary>Sends all.</summary>
    /// <param name="operations">The operations; taken one by one as there is room.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="OperationCanceledException">It was given up; what is unanswered is sent again by the next submission.</exception>
    public async Task<SubmissionReport> Run(IEnumerable<byte[]> operations, CancellationToken cancellation)
    {
        var began = Stopwatch.StartNew();
        using var source = operations.GetEnumerator();
        var gate = new Lock();
        byte[]? next()
        {
            lock (gate) return source.MoveNext() ? source.Current : null;
        }

        var workers = seats.SelectMany(seat => Enumerable.Range(0, outstanding).Select(_ => Task.Run(() => Work(seat, next, cancellation), cancellation))).ToList();
        workers.AddRange(seats.Select(seat => AwaitLeft(seat, cancellation)));
        await Task.WhenAll(workers).ConfigureAwait(false);
        return new SubmissionReport(Accepted, _left, seats.Sum(seat => seat.Session.Retransmissions), began.Elapsed, [.. _latencies.Order()]);
    }

    private async Task Work(ClientSeat seat, Func<byte[]?> next, CancellationToken cancellation)
    {
        while (next() is { } operation)
        {
            var began = Stopwatch.GetTimestamp();
            var result = await seat.Session.Submit(operation, cancellation).ConfigureAwait(false);
            _latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Take(seat, result);
        }
    }

    private async Task AwaitLeft(ClientSeat seat, CancellationToken cancellation)
    {
        foreach (var left in seat.Session.Left)
        {
            Take(seat, await left.WaitAsync(cancellation).ConfigureAwait(false));
            Interlocked.Increment(ref _left);
        }
    }

    private void Take(ClientSeat seat, ClientResult result)
    {
        Interlocked.Increment(ref _accepted);
        _sinceProgress.Restart();
        accepted(seat, result);
    }
}
