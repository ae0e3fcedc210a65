namespace PbftReference.TestServer.Streams;

/// <summary>Remembers which event ids were written lately, for retries that expect nothing of the stream. Bounded; a restart loses it.</summary>
internal sealed class RecentIds
{
    private const int Bound = 65_536;
    private readonly Dictionary<(string Stream, Guid Id), StoredEvent> _events = [];
    private readonly Queue<(string Stream, Guid Id)> _order = [];

    /// <summary>Remembers an event; of several with the same id in the same stream the first.</summary>
    public void Remember(StoredEvent stored)
    {
        if (!_events.TryAdd((stored.Stream, stored.Id), stored)) return;

        _order.Enqueue((stored.Stream, stored.Id));
        if (_order.Count > Bound) _events.Remove(_order.Dequeue());
    }

    /// <summary>The event with this id in this stream; null where none is remembered.</summary>
    public StoredEvent? Find(string stream, Guid id) => _events.GetValueOrDefault((stream, id));

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _events.Clear();
        _order.Clear();
    }
}
