using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
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
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentBag<double> _latencies = [];
    private readonly Stopwatch _began = Stopwatch.StartNew();
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private long _accepted;
    private int _underWay;
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
        _began.Restart();
        var next = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1024) { SingleWriter = true });
        // reading may block, on a file or a terminal or to keep to a rate: not on a thread that answers are waiting for
        var reading = Task.Factory.StartNew(() => Read(operations, next.Writer, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var workers = seats.SelectMany(seat => Enumerable.Range(0, outstanding).Select(_ => Work(seat, next.Reader, cancellation))).ToList();
        workers.AddRange(seats.Select(seat => AwaitLeft(seat, cancellation)));
        // a read that waits for input cannot be called off; it is not waited for
        workers.Add(reading.WaitAsync(cancellation));
        await Task.WhenAll(workers).ConfigureAwait(false);
        return Report;
    }

    private string Unanswered => Volatile.Read(ref _underWay) == 0 ? "" : "; what is unanswered is sent again by the next submit";

    /// <summary>Where it stands.</summary>
    public SubmissionReport Report => new(Accepted, Interlocked.Read(ref _left), seats.Sum(seat => seat.Session.Retransmissions), _began.Elapsed, [.. _latencies.Order()]);

    /// <summary>Sends all, and gives up when nothing is accepted for long.</summary>
    /// <param name="operations">The operations.</param>
    /// <param name="patience">How long nothing may be accepted.</param>
    /// <param name="tick">Called now and then.</param>
    /// <param name="cancellation">Gives up at once.</param>
    /// <exception cref="CommandException">It gave up, or was interrupted, or an operation cannot be one.</exception>
    public async Task<SubmissionReport> Run(IEnumerable<byte[]> operations, TimeSpan patience, Action tick, CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = Run(operations, giveUp.Token);
        while (await Task.WhenAny(run, Task.Delay(BetweenLooks, CancellationToken.None)).ConfigureAwait(false) != run)
        {
            tick();
            // nothing is late while nothing is asked: the next operation may be long in coming
            if (Volatile.Read(ref _underWay) == 0) _sinceProgress.Restart();
            if (SinceProgress > patience) await giveUp.CancelAsync().ConfigureAwait(false);
        }

        try
        {
            return await run.ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCodes.Data, $"{e.Message}; {Accepted} were accepted before{Unanswered}", e);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.Interrupted, $"interrupted; {Accepted} were accepted{Unanswered}");
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(
                ExitCodes.NoProgress, $"nothing was accepted for {patience.TotalSeconds:0} s ({Accepted} before): see 'pbft cluster status'{Unanswered}");
        }
    }

    private static void Read(IEnumerable<byte[]> operations, ChannelWriter<byte[]> next, CancellationToken cancellation)
    {
        try
        {
            foreach (var operation in operations)
            {
                while (!next.TryWrite(operation)) next.WaitToWriteAsync(cancellation).AsTask().GetAwaiter().GetResult();
            }

            next.Complete();
        }
        catch (Exception e)
        {
            next.TryComplete(e);
            throw;
        }
    }

    private async Task Work(ClientSeat seat, ChannelReader<byte[]> next, CancellationToken cancellation)
    {
        await foreach (var operation in next.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            var began = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _underWay);
            var result = await seat.Session.Submit(operation, cancellation).ConfigureAwait(false);
            Interlocked.Decrement(ref _underWay);
            _latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            Take(seat, result);
        }
    }

    private async Task AwaitLeft(ClientSeat seat, CancellationToken cancellation)
    {
        Interlocked.Add(ref _underWay, seat.Session.Left.Count);
        foreach (var left in seat.Session.Left)
        {
            Take(seat, await left.WaitAsync(cancellation).ConfigureAwait(false));
            Interlocked.Increment(ref _left);
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Take(ClientSeat seat, ClientResult result)
    {
        Interlocked.Increment(ref _accepted);
        _sinceProgress.Restart();
        accepted(seat, result);
    }
}
