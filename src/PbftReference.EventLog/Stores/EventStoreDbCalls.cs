using System.Diagnostics;
using EventStore.Client;
using Grpc.Core;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// Calls to an EventStoreDB: made again with the same content while the database is away and patience lasts, and otherwise told in a
/// user's words. Making an append again is safe: it has an exact revision, and ids by which the database knows it.
/// </summary>
internal sealed class EventStoreDbCalls : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly EventStoreDbOptions _options;
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _reached;

    internal EventStoreDbCalls(string address, EventStoreDbOptions options) => (Address, _options) = (address, options);

    /// <summary>The database, without what is secret.</summary>
    internal string Address { get; }

    /// <summary>Cancelled when the store closes.</summary>
    internal CancellationToken Closing => _closing.Token;

    /// <summary>Makes a call, and waits for its answer.</summary>
    /// <param name="doing">What is attempted, such that "can't {doing} ADDRESS" is a sentence.</param>
    /// <param name="stream">The stream that it is about.</param>
    /// <param name="call">The call.</param>
    internal T Make<T>(string doing, string stream, Func<CancellationToken, Task<T>> call)
    {
        var began = Stopwatch.StartNew();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var answer = Untraced(() => call(_closing.Token));
                _reached = true;
                return answer;
            }
            catch (Exception e) when (_closing.IsCancellationRequested && e is RpcException or OperationCanceledException or ObjectDisposedException)
            {
                throw new ObjectDisposedException(nameof(EventStoreDb), e);
            }
            catch (Exception e) when (Explain(e, doing, stream) is { } failure)
            {
                if (failure.Failure != EventStoreFailure.Unreachable || _options.Impatient.IsCancellationRequested || began.Elapsed + pause > (_reached ? _options.Patience : _options.PatienceAtFirst)) throw failure;
                TellWaiting(failure);
                _closing.Token.WaitHandle.WaitOne(pause);
            }
        }
    }

    // A client may write the current trace into the metadata: those are to be the bytes that were hashed.
    private static T Untraced<T>(Func<Task<T>> call)
    {
        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            return call().ConfigureAwait(false).GetAwaiter().GetResult();
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>An error of the client in a user's words; null if it is none that a call to a database can meet.</summary>
    internal EventStoreException? Explain(Exception error, string doing, string stream)
    {
        if (error is EventStoreException own) return own;
        var said = error is RpcException { Status: var status } ? $"{status.StatusCode}: {status.Detail}" : error.Message;
        var isWrite = doing.StartsWith("append", StringComparison.Ordinal) || doing.StartsWith("truncate", StringComparison.Ordinal);
        var isTls = error.ToString() is var whole && (whole.Contains("UntrustedRoot", StringComparison.Ordinal) || whole.Contains("SSL", StringComparison.Ordinal) || whole.Contains("certificate", StringComparison.OrdinalIgnoreCase) || whole.Contains("corrupted frame", StringComparison.Ordinal));
        var (failure, advice) = error switch
        {
            NotAuthenticatedException or RpcException { StatusCode: StatusCode.Unauthenticated } => (EventStoreFailure.CannotOpen,
                "it does not know the user or the password: write them into the address, esdb://USER:PASSWORD@HOST:PORT."),
            AccessDeniedException or RpcException { StatusCode: StatusCode.PermissionDenied } => (EventStoreFailure.CannotOpen,
                "the user may not do this: give credentials in the address, esdb://USER:PASSWORD@HOST:PORT, or rights by the stream's $acl."),
            StreamDeletedException => (EventStoreFailure.Damaged,
                $"stream '{stream}' was deleted in the database, for good. Restore the database from a backup that has it whole."),
            RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted or StatusCode.Cancelled or StatusCode.ResourceExhausted }
                or DiscoveryException or NotLeaderException or HttpRequestException or IOException or TimeoutException => (EventStoreFailure.Unreachable,
                $"{(isTls ? "its TLS cannot be used: name the CA that signed its certificate by tlsCaFile=FILE, the host as the certificate has it, or, if it speaks none, tls=false." : said.Contains("response ended", StringComparison.Ordinal) ? "it hangs up: it may speak TLS, and the address says tls=false; or it is no EventStoreDB." : "it does not answer. Start the database, or check the address.")}{(isWrite ? " Whether this was written is unknown; the same append made again is not written twice." : "")}"),
            RpcException { StatusCode: StatusCode.Unimplemented } => (EventStoreFailure.NotAStore,
                "what answers there is no EventStoreDB, or one older than 20.6. Check the address and the port."),
            RpcException => (EventStoreFailure.InputOutput, "it refused or failed; see its log."),
            _ => (default(EventStoreFailure?), ""),
        };
        return failure is { } kind ? new EventStoreException(kind, $"can't {doing} {Address}: {advice} ({said.TrimEnd('.')})", error) : null;
    }

    /// <summary>Says that something waits for the database.</summary>
    internal void TellWaiting(EventStoreException failure) => _options.Waiting?.Invoke(failure);

    /// <summary>Ends the calls that wait. What they hold of the token is let go with them, so it is not disposed.</summary>
    public void Dispose() => _closing.Cancel();
}
