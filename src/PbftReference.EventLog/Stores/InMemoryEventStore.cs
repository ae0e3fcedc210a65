namespace PbftReference.EventLog.Stores;

/// <summary>
/// The reference model of <see cref="IEventStore"/>: what the other stores must answer. It lives as long as the object does.
/// </summary>
/// <param name="limits">What one append may carry; null for <see cref="AppendLimits.Default"/>.</param>
public sealed class InMemoryEventStore(AppendLimits? limits = null) : IEventStore
{
    private readonly Lock _gate = new();
    private readonly CommitSignal _signal = new(Timeout.InfiniteTimeSpan);
    private readonly AppendLimits _limits = limits ?? AppendLimits.Default;
    private readonly SortedDictionary<string, StreamContents> _streams = new(StringComparer.Ordinal);

    // While a group is open: how the streams it touched looked before. Null: no group.
    private Dictionary<string, StreamMark>? _beforeGroup;
    private bool _closed;

    /// <summary>
    /// A store that holds these rows as they are, without asking whether they make sense: an imported log, or a damaged one.
    /// Missing revisions stay missing.
    /// </summary>
    /// <param name="rows">Rows of any streams in any order.</param>
    /// <param name="limits">What one later append may carry; null for <see cref="AppendLimits.Default"/>.</param>
    /// <exception cref="ArgumentException">Two rows at one place, or a stream name or revision that no store takes.</exception>
    public static InMemoryEventStore FromRows(IEnumerable<StoredEvent> rows, AppendLimits? limits = null)
    {
        var store = new InMemoryEventStore(limits);
        foreach (var row in rows)
        {
            AppendRules.CheckStreamName(row.Stream);
            ArgumentOutOfRangeException.ThrowIfNegative(row.Revision, nameof(rows));
            if (!store.Open(row.Stream).Events.TryAdd(row.Revision, Copy(row)))
            {
                throw new ArgumentException($"stream '{row.Stream}' has two rows at revision {row.Revision}; keep one", nameof(rows));
            }
        }

        return store;
    }

    /// <inheritdoc/>
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        AppendRules.Check(stream, events, _limits);
        lock (_gate)
        {
            CheckOpen();
            var existing = _streams.GetValueOrDefault(stream);
            var mustWrite = AppendRules.MustWrite(stream, expected, events, existing?.LastRevision ?? -1, r => existing?.IdAt(r));
            if (mustWrite && events.Count > 0) Write(stream, expected.Value + 1, events);
            return expected.Value + events.Count;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Forwards((from, count) => Page(stream, s => s.Forwards(from, count)), fromRevision, maxCount);
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Backwards((from, count) => Page(stream, s => s.Backwards(from, count)), fromRevision, maxCount);
    }

    /// <inheritdoc/>
    public StreamTail? Tail(string stream)
    {
        AppendRules.CheckStreamName(stream);
        lock (_gate)
        {
            CheckOpen();
            return _streams.TryGetValue(stream, out var found) ? new StreamTail(found.LastRevision, found.FirstRevision) : null;
        }
    }

    /// <inheritdoc/>
    public void Truncate(string stream, long beforeRevision)
    {
        AppendRules.CheckStreamName(stream);
        lock (_gate)
        {
            CheckOpen();
            var existing = _streams.GetValueOrDefault(stream);
            AppendRules.CheckTruncation(stream, beforeRevision, existing?.LastRevision ?? -1);
            if (existing is null || beforeRevision <= existing.FirstRevision) return;
            MarkBeforeChange(stream);
            existing.FirstRevision = beforeRevision;
        }
    }

    /// <summary>
    /// Frees the space of hidden events, as EventStoreDB's scavenging does: all of them but a stream's very last event, which keeps
    /// the numbering. Visible events are untouched; a retry of a freed append is no longer recognised.
    /// </summary>
    /// <returns>The number of events freed.</returns>
    /// <exception cref="InvalidOperationException">A group is open.</exception>
    public int Scavenge()
    {
        lock (_gate)
        {
            CheckOpen();
            if (_beforeGroup is not null) throw new InvalidOperationException("a group is open; commit or dispose it, then scavenge");
            return _streams.Values.Sum(s => s.Scavenge());
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Streams()
    {
        lock (_gate)
        {
            CheckOpen();
            return [.. _streams.Keys];
        }
    }

    /// <inheritdoc/>
    public IEventSubscription Subscribe(string stream, long afterRevision = -1)
    {
        AppendRules.CheckStreamName(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(afterRevision, -1);
        return new EventSubscription(afterRevision, after => DurableAfter(stream, after), _signal);
    }

    /// <inheritdoc/>
    public IAppendGroup BeginGroup()
    {
        lock (_gate)
        {
            CheckOpen();
            if (_beforeGroup is not null) throw new InvalidOperationException("a group is open already; commit or dispose it first");
            _beforeGroup = new Dictionary<string, StreamMark>(StringComparer.Ordinal);
            return new AppendGroup(CommitGroup, RollBackGroup);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _closed = true;
        _signal.Announce();
    }

    private static StoredEvent Copy(StoredEvent row) => row with { Data = row.Data.ToArray(), Metadata = row.Metadata.ToArray() };

    private void Write(string stream, long firstRevision, IReadOnlyList<EventToAppend> events)
    {
        MarkBeforeChange(stream);
        var contents = Open(stream);
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            var revision = firstRevision + i;
            contents.Events.Add(revision, new StoredEvent(stream, revision, e.Id, e.Type, e.Data.ToArray(), e.Metadata.ToArray()));
        }

        if (_beforeGroup is null) _signal.Announce();
    }

    private StreamContents Open(string stream)
    {
        if (!_streams.TryGetValue(stream, out var contents)) _streams.Add(stream, contents = new StreamContents());
        return contents;
    }

    private IReadOnlyList<StoredEvent> Page(string stream, Func<StreamContents, IReadOnlyList<StoredEvent>> read)
    {
        lock (_gate)
        {
            CheckOpen();
            return _streams.TryGetValue(stream, out var found) ? read(found) : [];
        }
    }

    private StoredEvent? DurableAfter(string stream, long after)
    {
        lock (_gate)
        {
            CheckOpen();
            if (_beforeGroup is not null || after == long.MaxValue || !_streams.TryGetValue(stream, out var found)) return null;
            return found.Forwards(after + 1, 1) is [var next] ? next : null;
        }
    }

    private void MarkBeforeChange(string stream)
    {
        if (_beforeGroup is null || _beforeGroup.ContainsKey(stream)) return;
        var existing = _streams.GetValueOrDefault(stream);
        _beforeGroup.Add(stream, new StreamMark(existing?.Events.Count ?? 0, existing?.FirstRevision ?? 0));
    }

    private void CommitGroup()
    {
        lock (_gate)
        {
            CheckOpen();
            _beforeGroup = null;
        }

        _signal.Announce();
    }

    private void RollBackGroup()
    {
        lock (_gate)
        {
            foreach (var (stream, mark) in _beforeGroup!) RollBack(stream, mark);
            _beforeGroup = null;
        }

        // What was durable before can be delivered again.
        _signal.Announce();
    }

    private void RollBack(string stream, StreamMark mark)
    {
        var contents = _streams[stream];
        while (contents.Events.Count > mark.Count) contents.Events.RemoveAt(contents.Events.Count - 1);
        contents.FirstRevision = mark.FirstRevision;
        if (mark.Count == 0) _streams.Remove(stream);
    }

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_closed, this);

    private readonly record struct StreamMark(int Count, long FirstRevision);

    /// <summary>One stream's rows by revision. Appends go to the end; loaded rows may leave gaps.</summary>
    private sealed class StreamContents
    {
        public SortedList<long, StoredEvent> Events { get; private set; } = [];

        public long FirstRevision { get; set; }

        public long LastRevision => Events.GetKeyAtIndex(Events.Count - 1);

        public Guid? IdAt(long revision) => Events.TryGetValue(revision, out var found) ? found.Id : null;

        public IReadOnlyList<StoredEvent> Forwards(long fromRevision, int maxCount)
        {
            var start = FirstIndexFrom(Math.Max(fromRevision, FirstRevision));
            var count = Math.Min(maxCount, Events.Count - start);
            return [.. Enumerable.Range(start, count).Select(Events.GetValueAtIndex)];
        }

        public IReadOnlyList<StoredEvent> Backwards(long fromRevision, int maxCount)
        {
            var start = fromRevision == long.MaxValue ? Events.Count : FirstIndexFrom(fromRevision + 1);
            var count = Math.Min(maxCount, Math.Max(0, start - FirstIndexFrom(FirstRevision)));
            return [.. Enumerable.Range(1, count).Select(i => Events.GetValueAtIndex(start - i))];
        }

        public int Scavenge()
        {
            var hidden = Math.Min(FirstIndexFrom(FirstRevision), Events.Count - 1);
            if (hidden == 0) return 0;
            var kept = new SortedList<long, StoredEvent>();
            foreach (var (revision, item) in Events.Skip(hidden)) kept.Add(revision, item);
            Events = kept;
            return hidden;
        }

        /// <summary>The index of the first row at or after a revision; the count if there is none.</summary>
        private int FirstIndexFrom(long revision)
        {
            var low = 0;
            var high = Events.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Events.GetKeyAtIndex(middle) < revision) low = middle + 1;
                else high = middle;
            }

            return low;
        }
    }
}
