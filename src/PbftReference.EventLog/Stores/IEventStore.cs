namespace PbftReference.EventLog.Stores;

/// <summary>
/// Append-only streams of events with EventStoreDB's contract. Revisions number the events of a stream from 0 without a gap and
/// never restart. A store may be used from several threads; its calls then take turns.
/// </summary>
/// <remarks>
/// Stream names and event types are non-empty, well-formed Unicode without control characters and do not begin with '$', which
/// EventStoreDB keeps for system streams (<c>$all</c>, <c>$$stream</c>); other names throw <see cref="ArgumentException"/>.
/// A closed store throws <see cref="ObjectDisposedException"/>. What the medium refuses (file, disk, lock, server) is an
/// <see cref="EventStoreException"/> that says what, where, and how to go on.
/// </remarks>
public interface IEventStore : IDisposable
{
    /// <summary>
    /// Appends events to a stream, all or none, and returns when they are durable (within a group: when the group commits).
    /// <para>If <paramref name="expected"/> is the last revision, the events are written, whatever their ids.</para>
    /// <para>If it lies before the last revision and the events there have just these ids, in this order, the append is a retry:
    /// nothing is written and the answer is the original one. Only ids are compared; later appends don't matter; a prefix of the
    /// original batch is a retry too.</para>
    /// <para>Otherwise it is refused. An append of no events is refused likewise unless the expectation is exact; it writes
    /// nothing and creates no stream.</para>
    /// </summary>
    /// <param name="stream">The stream; created by its first event.</param>
    /// <param name="expected">The last revision before this append: -1 for a stream that does not exist yet.</param>
    /// <param name="events">The events in order. Their bytes are copied.</param>
    /// <returns>The revision of the last of <paramref name="events"/>; for none, <paramref name="expected"/>.</returns>
    /// <exception cref="WrongExpectedRevisionException">The stream is elsewhere, and this is not a retry.</exception>
    /// <exception cref="AppendTooLargeException">More than the store's <see cref="AppendLimits"/>.</exception>
    /// <exception cref="ArgumentException">A name, type or id that no store takes.</exception>
    /// <exception cref="EventStoreException">The medium failed; nothing or everything was written, and a retry tells which.</exception>
    long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events);

    /// <summary>
    /// Reads forwards. Pages are fetched as the caller goes on, so events appended meanwhile may be included. What is there is
    /// yielded as it is: a missing revision shows as a gap in <see cref="StoredEvent.Revision"/>; judging it is the reader's.
    /// </summary>
    /// <param name="stream">The stream; one that does not exist yields nothing (<see cref="Tail"/> tells them apart).</param>
    /// <param name="fromRevision">First revision wanted, inclusive; 0 and up.</param>
    /// <param name="maxCount">At most so many events; 0 and up.</param>
    IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue);

    /// <summary>Reads backwards; otherwise as <see cref="Read"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="fromRevision">First revision wanted, inclusive. Beyond the end means from the last event.</param>
    /// <param name="maxCount">At most so many events; 0 and up.</param>
    IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue);

    /// <summary>The last and the first revision of a stream; null if it does not exist.</summary>
    StreamTail? Tail(string stream);

    /// <summary>
    /// Hides the events below a revision, at once and for good (EventStoreDB's <c>$tb</c>). Numbering goes on, expected revisions
    /// still refer to the true end, and retries of hidden appends are recognised until their space is freed. A bound at or below
    /// the present one changes nothing.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="beforeRevision">The first revision to keep: 0 to the last revision + 1, which hides everything.</param>
    /// <exception cref="EventStoreException">
    /// <see cref="EventStoreFailure.TruncationBeyondEnd"/>: it would hide events that are not written yet.
    /// </exception>
    void Truncate(string stream, long beforeRevision);

    /// <summary>The names of all streams in ordinal order, fully truncated ones included.</summary>
    IReadOnlyList<string> Streams();

    /// <summary>
    /// Follows a stream: first what is there, then what is appended. The stream need not exist yet. Only durable events are
    /// delivered: while a group is open on this store, the subscription waits.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="afterRevision">The last revision already seen: -1 for none.</param>
    IEventSubscription Subscribe(string stream, long afterRevision = -1);

    /// <summary>
    /// Begins a group: the appends and truncations up to its commit, on whatever streams, become durable together and at the price
    /// of one. They are visible to reads on this store at once. One group at a time; keep it short, other writers wait.
    /// </summary>
    /// <exception cref="InvalidOperationException">A group is open already.</exception>
    IAppendGroup BeginGroup();
}
