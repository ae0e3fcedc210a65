using System.Runtime.CompilerServices;

namespace EventStore.Client;

public sealed partial class EventStoreClient
{
    /// <summary>
    /// Subscribes to a stream: its events, and then those that are appended, until it is given up or fails. The call is made at once; its
    /// failures come with the messages. It is not made again: subscribe again behind the last event that was seen.
    /// </summary>
    /// <param name="streamName">The stream; it need not be there yet.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="resolveLinkTos">Whether a link is followed to its event.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The subscription.</returns>
    public StreamSubscriptionResult SubscribeToStream(
        string streamName,
        FromStream start,
        bool resolveLinkTos = false,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamName);
        var body = Requests.Subscribe(streamName, start, resolveLinkTos);
        var options = Options(null, userCredentials);
        return new StreamSubscriptionResult(new StreamCall(
            ends => MessagesAsync(streamName, body, options, ends), cancellationToken, _connection.Closed));
    }

    /// <summary>
    /// A subscription that is under way. Enumerate either this or <see cref="Messages"/>, once. It ends with that, or when disposed.
    /// </summary>
    public sealed class StreamSubscriptionResult : IAsyncEnumerable<ResolvedEvent>, IAsyncDisposable, IDisposable
    {
        private readonly StreamCall _call;

        internal StreamSubscriptionResult(StreamCall call) => _call = call;

        /// <summary>The server's name for it; known with the confirmation when <see cref="Messages"/> are enumerated.</summary>
        public string? SubscriptionId { get; private set; }

        /// <summary>The messages of the subscription: a confirmation, the events there are, that it has caught up, and new events.</summary>
        public IAsyncEnumerable<StreamMessage> Messages => MessagesAsync();

        /// <summary>Enumerates the events.</summary>
        /// <param name="cancellationToken">Gives the subscription up.</param>
        /// <returns>The events, in order.</returns>
        public async IAsyncEnumerator<ResolvedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var message in _call.TakeAsync(cancellationToken).ConfigureAwait(false))
            {
                if (message is StreamMessage.Event(var @event))
                {
                    yield return @event;
                }
            }
        }

        /// <summary>Ends the subscription.</summary>
        public void Dispose() => _call.Dispose();

        /// <summary>Ends the subscription.</summary>
        /// <returns>A task that is done.</returns>
        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private async IAsyncEnumerable<StreamMessage> MessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var message in _call.TakeAsync(cancellationToken).ConfigureAwait(false))
            {
                SubscriptionId = message is StreamMessage.SubscriptionConfirmation(var id) ? id : SubscriptionId;
                yield return message;
            }
        }
    }
}
