namespace PbftReference.EventLog.Stores;

/// <summary>
/// What was appended and truncated since a group began, and is not sent yet. The database knows no transaction over several streams, so
/// a group waits here and is sent in the order in which it was made: whatever ends the process in between, what the database holds is
/// what it held at some moment of the group.
/// </summary>
internal sealed class EventStoreDbGroup
{
    private readonly Dictionary<string, Waiting> _streams = new(StringComparer.Ordinal);
    private readonly List<Change> _changes = [];

    /// <summary>What waits for a stream; null for nothing.</summary>
    internal Waiting? Of(string stream) => _streams.GetValueOrDefault(stream);

    /// <summary>The streams for which something waits.</summary>
    internal IEnumerable<string> Streams => _streams.Where(waiting => waiting.Value.Last >= 0).Select(waiting => waiting.Key);

    /// <summary>The changes in order; appends that follow on one another stand together.</summary>
    internal IReadOnlyList<Change> Changes => _changes;

    /// <summary>Begins to keep what waits for a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="stored">Its ends in the database; null if it is not there.</param>
    internal Waiting Begin(string stream, StreamTail? stored) => _streams[stream] = new Waiting(stored?.LastRevision ?? -1, stored?.FirstRevision ?? 0);

    /// <summary>Takes in an append that was checked.</summary>
    internal void Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        var copies = events.Select(item => item with { Data = item.Data.ToArray(), Metadata = item.Metadata.ToArray() }).ToList();
        _streams[stream].Events.AddRange(copies);
        if (_changes is [.., var last] && last.TryExtend(stream, copies)) return;
        _changes.Add(new Change(stream, expected, copies, null));
    }

    /// <summary>Takes in a truncation that was checked.</summary>
    internal void Truncate(string stream, long beforeRevision)
    {
        _streams[stream].First = beforeRevision;
        _changes.Add(new Change(stream, default, [], beforeRevision));
    }

    /// <summary>One append, or one truncation.</summary>
    /// <param name="Stream">The stream.</param>
    /// <param name="Expected">What the append expects.</param>
    /// <param name="Events">The events to append.</param>
    /// <param name="TruncateBefore">The first revision to keep; null for an append.</param>
    internal sealed record Change(string Stream, ExpectedRevision Expected, List<EventToAppend> Events, long? TruncateBefore)
    {
        // What is sent at once stays well below what the database takes, whatever its framing costs.
        private const int MostEvents = 500;
        private const long MostBytes = 512 * 1024;

        private long _bytes = Events.Sum(SizeOf);

        /// <summary>Adds events that follow, if they are the same stream's and there is room.</summary>
        internal bool TryExtend(string stream, List<EventToAppend> events)
        {
            var bytes = _bytes + events.Sum(SizeOf);
            if (TruncateBefore is not null || stream != Stream || Events.Count + events.Count > MostEvents || bytes > MostBytes) return false;
            Events.AddRange(events);
            _bytes = bytes;
            return true;
        }

        private static long SizeOf(EventToAppend item) => item.Data.Length + item.Metadata.Length + (3L * item.Type.Length);
    }

    /// <summary>What waits for a stream.</summary>
    /// <param name="stored">The last revision in the database; -1 for none.</param>
    /// <param name="first">The first revision that is not truncated.</param>
    internal sealed class Waiting(long stored, long first)
    {
        /// <summary>The last revision in the database; -1 for none.</summary>
        internal long Stored => stored;

        /// <summary>The events that wait, from <see cref="Stored"/> + 1 on.</summary>
        internal List<EventToAppend> Events { get; } = [];

        /// <summary>The first revision that is not truncated.</summary>
        internal long First { get; set; } = first;

        /// <summary>The last revision, with what waits.</summary>
        internal long Last => stored + Events.Count;

        /// <summary>The events that wait from a revision on, forwards.</summary>
        internal List<StoredEvent> Forwards(string stream, long from, int count)
        {
            var found = new List<StoredEvent>();
            for (var revision = Math.Max(Math.Max(from, First), stored + 1); revision <= Last && found.Count < count; revision++) found.Add(At(stream, revision));
            return found;
        }

        /// <summary>The events that wait from a revision on, backwards.</summary>
        internal List<StoredEvent> Backwards(string stream, long from, int count)
        {
            var found = new List<StoredEvent>();
            for (var revision = Math.Min(from, Last); revision > stored && revision >= First && found.Count < count; revision--) found.Add(At(stream, revision));
            return found;
        }

        /// <summary>The id of an event that waits; null if none waits at that place.</summary>
        internal Guid? IdAt(long revision) => revision > stored && revision <= Last ? Events[(int)(revision - stored - 1)].Id : null;

        private StoredEvent At(string stream, long revision)
        {
            var item = Events[(int)(revision - stored - 1)];
            return new StoredEvent(stream, revision, item.Id, item.Type, item.Data, item.Metadata);
        }
    }
}
