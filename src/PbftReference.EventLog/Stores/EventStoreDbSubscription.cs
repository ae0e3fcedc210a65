using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using EventStore.Client;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// Follows a stream by a catch-up subscription of the database. If the database drops it, or goes away, it is made again from the last
/// event that was taken: none is lost and none comes twice.
/// </summary>
internal sealed class EventStoreDbSubscription : IEventSubscription
{
    private const int MostWaiting = 256;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly EventStoreClient _client;
    private readonly EventStoreDbCalls _calls;
    private readonly string _stream;
    private readonly Func<string, long, StoredEvent?> _look;
    private readonly CancellationTokenSource _closed;
    private readonly Channel<StoredEvent> _arrived = Channel.CreateBounded<StoredEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });
    private Task? _following;
    private long _after;

    internal EventStoreDbSubscription(EventStoreClient client, EventStoreDbCalls calls, string stream, long after, Func<string, long, StoredEvent?> look)
    {
        (_client, _calls, _stream, _after, _look) = (client, calls, stream, after, look);
        _closed = CancellationTokenSource.CreateLinkedTokenSource(calls.Closing);
    }

    public bool TryNext([NotNullWhen(true)] out StoredEvent? next)
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        if (TryTake(out next)) return true;
        next = _look(_stream, _after);
        if (next is null) return false;
        _after = next.Revision;
        return true;
    }

    public StoredEvent Next(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryTake(out var next)) return next;
            _following ??= Task.Run(() => Follow(_after), CancellationToken.None);
            Wait(cancellation);
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _arrived.Writer.TryComplete();
    }

    // What was looked up meanwhile arrives once more.
    private bool TryTake([NotNullWhen(true)] out StoredEvent? next)
    {
        while (_arrived.Reader.TryRead(out next))
        {
            if (next.Revision <= _after) continue;
            _after = next.Revision;
            return true;
        }

        return false;
    }

    private void Wait(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        try
        {
            var more = _arrived.Reader.WaitToReadAsync(either.Token).AsTask().GetAwaiter().GetResult();
            ObjectDisposedException.ThrowIf(!more, this);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(EventStoreDbSubscription), e);
        }
    }

    private async Task Follow(long after)
    {
        try
        {
            for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    var from = after < 0 ? FromStream.Start : FromStream.After(StreamPosition.FromInt64(after));
                    await using var subscription = _client.SubscribeToStream(_stream, from, cancellationToken: _closed.Token);
                    await foreach (var message in subscription.Messages.ConfigureAwait(false))
                    {
                        if (message is not StreamMessage.Event { ResolvedEvent: var found }) continue;
                        var item = EventStoreDbReads.ToStored(_stream, found.OriginalEvent);
                        await _arrived.Writer.WriteAsync(item, _closed.Token).ConfigureAwait(false);
                        after = item.Revision;
                    }
                }
                catch (Exception e) when (!_closed.IsCancellationRequested && _calls.Explain(e, $"follow stream '{_stream}' in", _stream) is { } failure)
                {
                    if (failure.Failure != EventStoreFailure.Unreachable) throw failure;
                    _calls.TellWaiting(failure);
                }

                await Task.Delay(pause, _closed.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // whoever waits is told; after the end of the subscription that is nobody
            _arrived.Writer.TryComplete(_closed.IsCancellationRequested ? null : e);
        }
    }
}
