using System.Buffers.Binary;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Runtime.Client;

/// <summary>A request that a client has sent, or was about to send.</summary>
/// <param name="Timestamp">Its timestamp.</param>
/// <param name="Operation">The operation.</param>
public readonly record struct JournaledRequest(Timestamp Timestamp, ReadOnlyMemory<byte> Operation);

/// <summary>
/// What a client has sent and what of it was accepted, in an append-only stream, so that a client that was killed sends the same
/// operations again under the same timestamps: none is lost, none doubled.
/// </summary>
public sealed class ClientJournal : IDisposable
{
    private const string Sent = "request-sent/1";
    private const string Done = "result-accepted/1";
    private const int TimestampSize = sizeof(long);

    private readonly IEventStore _store;
    private readonly string _stream;
    private readonly SortedDictionary<Timestamp, ReadOnlyMemory<byte>> _pending = [];
    private long _last = -1;

    /// <summary>Folds the journal.</summary>
    /// <param name="store">Where it is kept; the journal closes it.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="client">The client.</param>
    /// <exception cref="LogFormatException">It is not a journal.</exception>
    public ClientJournal(IEventStore store, string cluster, ClientId client)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _stream) = (store, $"client-{cluster}.{client}");
        foreach (var record in store.Read(_stream)) Fold(record);
    }

    /// <summary>The first timestamp that was never used.</summary>
    public Timestamp Next { get; private set; } = new(1);

    /// <summary>What was sent and not accepted yet, ascending.</summary>
    public IReadOnlyList<JournaledRequest> Pending => [.. _pending.Select(pair => new JournaledRequest(pair.Key, pair.Value))];

    /// <summary>Notes requests before they are sent.</summary>
    /// <exception cref="EventStoreException">The medium failed: do not send them.</exception>
    public void NoteSent(IReadOnlyList<JournaledRequest> requests) => Append(Sent, requests);

    /// <summary>Notes that results were accepted.</summary>
    /// <exception cref="EventStoreException">The medium failed; they will be sent once more after a restart, which is harmless.</exception>
    public void NoteAccepted(IReadOnlyList<Timestamp> timestamps) => Append(Done, [.. timestamps.Select(t => new JournaledRequest(t, default))]);

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private void Append(string type, IReadOnlyList<JournaledRequest> requests)
    {
        if (requests.Count == 0) return;
        var events = new List<EventToAppend>(requests.Count);
        foreach (var request in requests)
        {
            var data = new byte[TimestampSize + request.Operation.Length];
            BinaryPrimitives.WriteInt64BigEndian(data, request.Timestamp.Value);
            request.Operation.CopyTo(data.AsMemory(TimestampSize));
            events.Add(new EventToAppend(RecordHash.EventId(_stream, _last + 1 + events.Count, Digest.Of(data)), type, data, default));
        }

        _last = _store.Append(_stream, _last, events);
        foreach (var request in requests) Fold(type, request);
    }

    private void Fold(StoredEvent record)
    {
        if (record.Type is not (Sent or Done) || record.Data.Length < TimestampSize)
        {
            throw new LogFormatException($"stream {_stream}: the record at revision {record.Revision} is not one of a client's journal: take another file, or an empty one");
        }

        _last = record.Revision;
        Fold(record.Type, new JournaledRequest(new Timestamp(BinaryPrimitives.ReadInt64BigEndian(record.Data.Span)), record.Data[TimestampSize..]));
    }

    private void Fold(string type, JournaledRequest request)
    {
        if (type == Sent) _pending[request.Timestamp] = request.Operation;
        else _pending.Remove(request.Timestamp);
        if (request.Timestamp >= Next) Next = request.Timestamp.Next;
    }
}
