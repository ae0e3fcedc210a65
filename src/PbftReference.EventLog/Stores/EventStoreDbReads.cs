using EventStore.Client;

namespace PbftReference.EventLog.Stores;

/// <summary>Reads pages and ends of streams from an EventStoreDB.</summary>
internal sealed class EventStoreDbReads(EventStoreClient client, EventStoreDbCalls calls)
{
    // A page of large events ends earlier, so that none fills the memory.
    private const long MostBytes = 4 * 1024 * 1024;

    /// <summary>The page that begins at a revision.</summary>
    internal List<StoredEvent> Forwards(string stream, long from, int count) => Page(stream, Direction.Forwards, from, count);

    /// <summary>The page that ends at a revision, backwards; beyond the end means from the last event.</summary>
    internal List<StoredEvent> Backwards(string stream, long from, int count) => Page(stream, Direction.Backwards, from, count);

    /// <summary>Both ends of a stream; null if it is not there.</summary>
    internal StreamTail? Tail(string stream) => calls.Make($"find the tail of stream '{stream}' in", stream, async cancellation =>
    {
        // a read of one event from the start tells the first that is visible, and the last that was ever written
        var result = client.ReadStreamAsync(Direction.Forwards, stream, StreamPosition.Start, 1, cancellationToken: cancellation);
        long? first = null, last = null;
        await foreach (var message in result.Messages.ConfigureAwait(false))
        {
            switch (message)
            {
                case StreamMessage.NotFound:
                    return null;
                case StreamMessage.Event e:
                    first = e.ResolvedEvent.OriginalEventNumber.ToInt64();
                    break;
                case StreamMessage.LastStreamPosition e:
                    last = e.StreamPosition.ToInt64();
                    break;
            }
        }

        return last is { } end ? new StreamTail(end, first ?? end + 1) : null;
    });

    private List<StoredEvent> Page(string stream, Direction direction, long from, int count) => count == 0 ? [] : calls.Make(from == long.MaxValue ? $"read the end of stream '{stream}' in" : $"read stream '{stream}' from revision {from} in", stream, async cancellation =>
    {
        var start = direction == Direction.Backwards && from == long.MaxValue ? StreamPosition.End : StreamPosition.FromInt64(from);
        var result = client.ReadStreamAsync(direction, stream, start, count, cancellationToken: cancellation);
        var page = new List<StoredEvent>();
        var bytes = 0L;
        await foreach (var message in result.Messages.ConfigureAwait(false))
        {
            if (message is not StreamMessage.Event { ResolvedEvent: var found }) continue;
            page.Add(ToStored(stream, found.OriginalEvent));
            bytes += found.OriginalEvent.Data.Length + found.OriginalEvent.Metadata.Length;
            if (bytes > MostBytes) break;
        }

        return page;
    });

    /// <summary>An event of the database as one of a store.</summary>
    internal static StoredEvent ToStored(string stream, EventRecord found) =>
        new(stream, found.EventNumber.ToInt64(), found.EventId.ToGuid(), found.EventType, found.Data, found.Metadata);
}
