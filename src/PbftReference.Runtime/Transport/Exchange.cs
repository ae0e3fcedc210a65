using System.Net.Security;

namespace PbftReference.Runtime.Transport;

/// <summary>A connection at work: what waits for the peer leaves, and what comes is handed on.</summary>
internal static class Exchange
{
    /// <summary>
    /// Works until the other side ends the connection, it breaks, or the work is stopped. When it returns, nothing uses the connection any
    /// more, so it can be taken apart.
    /// </summary>
    /// <param name="link">What waits for the peer. Once it is completed and empty, this side's end is closed and the other's awaited.</param>
    /// <param name="tls">The connection.</param>
    /// <param name="receive">Takes what comes, until the other side ends.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static async Task Run(Link link, SslStream tls, Func<CancellationToken, Task> receive, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var receiving = receive(end.Token);
        var sending = Send(link, tls, end.Token);
        try
        {
            await await Task.WhenAny(receiving, sending).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(receiving, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Never ends by itself: after the last frame it is for the other side to end the connection.</summary>
    private static async Task Send(Link link, SslStream tls, CancellationToken cancellation)
    {
        await link.Pump(tls, cancellation).ConfigureAwait(false);
        await tls.ShutdownAsync().WaitAsync(cancellation).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
    }
}
