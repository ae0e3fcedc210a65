using System.Runtime.CompilerServices;

namespace EventStore.Client;

public sealed partial class EventStoreClient
{
    /// <summary>Reads a stream. The call is made at once; its failures come with the messages.</summary>
    /// <param name="direction">Whether revisions grow or shrink.</param>
    /// <param name="streamName">The stream.</param>
    /// <param name="revision">The first place to read; backwards, anything behind the last event is the last event.</param>
    /// <param name="maxCount">How many events to read at most; more than 0.</param>
    /// <param name="resolveLinkTos">Whether a link is followed to its event.</param>
    /// <param name="deadline">How long it may take; null for ever.</param>
    /// <param name="userCredentials">Who makes the call; null for the settings' default.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    /// <returns>The events, in order. Events appended meanwhile may be among them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxCount"/> is not more than 0.</exception>
    public ReadStreamResult ReadStreamAsync(
        Direction direction,
        string streamName,
        StreamPosition revision,
        long maxCount = long.MaxValue,
        bool resolveLinkTos = false,
        TimeSpan? deadline = null,
        UserCredentials? userCredentials = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamName);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxCount);
        var body = Requests.Read(streamName, direction, revision, (ulong)maxCount, resolveLinkTos);
        var options = Options(deadline, userCredentials);
        return new ReadStreamResult(streamName, state => new StreamCall(
            ends => WithState(MessagesAsync(streamName, body, options, ends), state), cancellationToken, _connection.Closed));
    }

    // The first answer tells whether the stream is there; none at all tells nothing else than that it is.
    private static async IAsyncEnumerable<StreamMessage> WithState(
        IAsyncEnumerable<StreamMessage> messages,
        TaskCompletionSource<ReadState> state)
    {
        var first = true;
        await using var all = messages.GetAsyncEnumerator();
        while (await NextAsync(all, state).ConfigureAwait(false))
        {
            if (first && all.Current is StreamMessage.NotFound)
            {
                state.TrySetResult(ReadState.StreamNotFound);
            }
            else if (first)
            {
                state.TrySetResult(ReadState.Ok);
                yield return StreamMessage.Ok.Instance;
            }

            first = false;
            yield return all.Current;
        }

        state.TrySetResult(ReadState.Ok);
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<StreamMessage> messages, TaskCompletionSource<ReadState> state)
    {
        try
        {
            return await messages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (state.TrySetException(exception))
            {
                // Whoever does not ask for the state learns it from the messages.
                _ = state.Task.Exception;
            }

            throw;
        }
    }

    private async IAsyncEnumerable<StreamMessage> MessagesAsync(
        string stream, ReadOnlyMemory<byte> body, CallOptions options, [EnumeratorCancellation] CancellationToken ends)
    {
        var node = await _connection.NodeAsync(ends).ConfigureAwait(false);
        await using var answers = _connection.Caller.StreamAsync(node.Address, Streams + "Read", body, options, ends).GetAsyncEnumerator(ends);
        while (true)
        {
            StreamMessage message;
            try
            {
                if (!await answers.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }

                message = ReadResponse.Decode(answers.Current);
            }
            catch (Exception exception) when (exception is Grpc.Core.RpcException or InvalidDataException)
            {
                throw Failure(node, exception, stream);
            }

            yield return message;
        }
    }

    /// <summary>A read that is under way. Enumerate either this or <see cref="Messages"/>, once.</summary>
    public sealed class ReadStreamResult : IAsyncEnumerable<ResolvedEvent>
    {
        private readonly StreamCall _call;

        internal ReadStreamResult(string streamName, Func<TaskCompletionSource<ReadState>, StreamCall> start)
        {
            var state = new TaskCompletionSource<ReadState>(TaskCreationOptions.RunContinuationsAsynchronously);
            StreamName = streamName;
            ReadState = state.Task;
            _call = start(state);
        }

        /// <summary>The stream.</summary>
        public string StreamName { get; }

        /// <summary>Whether the stream is there; known with the first message, and failing as the call does if there is none.</summary>
        public Task<ReadState> ReadState { get; }

        /// <summary>The first place that can be read, if the server told it; known when <see cref="Messages"/> are enumerated.</summary>
        public StreamPosition? FirstStreamPosition { get; private set; }

        /// <summary>The place of the last event, if the server told it; known when <see cref="Messages"/> are enumerated.</summary>
        public StreamPosition? LastStreamPosition { get; private set; }

        /// <summary>The messages of the read: of a missing stream, only <see cref="StreamMessage.NotFound"/>.</summary>
        public IAsyncEnumerable<StreamMessage> Messages => MessagesAsync();

        /// <summary>Enumerates the events.</summary>
        /// <param name="cancellationToken">Gives the read up.</param>
        /// <returns>The events, in order.</returns>
        /// <exception cref="StreamNotFoundException">The stream is not there.</exception>
        public async IAsyncEnumerator<ResolvedEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var message in _call.TakeAsync(cancellationToken).ConfigureAwait(false))
            {
                if (message is StreamMessage.NotFound)
                {
                    throw new StreamNotFoundException(StreamName);
                }

                if (message is StreamMessage.Event(var @event))
                {
                    yield return @event;
                }
            }
        }

        private async IAsyncEnumerable<StreamMessage> MessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await foreach (var message in _call.TakeAsync(cancellationToken).ConfigureAwait(false))
            {
                FirstStreamPosition = message is StreamMessage.FirstStreamPosition(var first) ? first : FirstStreamPosition;
                LastStreamPosition = message is StreamMessage.LastStreamPosition(var last) ? last : LastStreamPosition;
                yield return message;
            }
        }
    }
}
