using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace EventStore.Client;

/// <summary>
/// A call with many answers that is under way from the moment it is made, a few messages ahead of whoever takes them. It can be taken
/// once; it ends when that ends, early or not.
/// </summary>
internal sealed class StreamCall : IDisposable
{
    private const int Ahead = 64;

    private readonly Channel<StreamMessage> _messages = Channel.CreateBounded<StreamMessage>(
        new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });

    // Without a timer or a link there is nothing in it to dispose of.
#pragma warning disable CA2213
    private readonly CancellationTokenSource _ends = new();
#pragma warning restore CA2213
    private readonly CancellationTokenRegistration[] _links;
    private int _taken;

    public StreamCall(Func<CancellationToken, IAsyncEnumerable<StreamMessage>> call, params CancellationToken[] ends)
    {
        _links = Array.ConvertAll(ends, end => end.UnsafeRegister(static call => ((StreamCall)call!).Dispose(), this));
        _ = PumpAsync(call(_ends.Token));
    }

    /// <exception cref="InvalidOperationException">They were taken before.</exception>
    public async IAsyncEnumerable<StreamMessage> TakeAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _taken, 1) == 1)
        {
            throw new InvalidOperationException("Messages may only be enumerated once.");
        }

        try
        {
            await foreach (var message in _messages.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose() => _ends.Cancel();

    private async Task PumpAsync(IAsyncEnumerable<StreamMessage> messages)
    {
        Exception? failure = null;
        try
        {
            await foreach (var message in messages.ConfigureAwait(false))
            {
                await _messages.Writer.WriteAsync(message, _ends.Token).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // Handed to whoever takes the messages.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        _messages.Writer.Complete(failure);
        Array.ForEach(_links, link => link.Unregister());
    }
}
