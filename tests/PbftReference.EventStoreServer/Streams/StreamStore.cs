using System.Text;
using System.Text.Json.Nodes;

namespace PbftReference.TestServer.Streams;

/// <summary>All streams of a server, in memory. Thread-safe: one lock, one write at a time.</summary>
internal sealed class StreamStore(TimeProvider clock)
{
    private const long RecordOverhead = 64;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, EventStream> _streams = new(StringComparer.Ordinal);
    private readonly List<StoredEvent> _all = [];
    private readonly RecentIds _recent = new();
    private long _end = RecordOverhead;
    private long _newest;

    /// <summary>Forgets what a restart of the server loses: which ids were written lately.</summary>
    public void ForgetCaches()
    {
        lock (_lock) _recent.Clear();
    }

    /// <summary>The metadata that holds for a stream.</summary>
    public StreamMetadata MetadataOf(string stream)
    {
        lock (_lock) return _streams.TryGetValue(stream, out var found) ? found.Metadata : StreamMetadata.None;
    }

    /// <summary>Writes all events or none.</summary>
    public WriteOutcome Append(string name, ExpectedRevision expected, IReadOnlyList<NewEvent> events)
    {
        lock (_lock)
        {
            var stream = Stream(name);
            if (TombstoneOf(name) is not null) return new WriteOutcome.Deleted();

            var (verdict, original) = WriteCheck.Decide(stream, expected, [.. events.Select(e => e.Id)], _recent);
            return verdict switch
            {
                Verdict.Write => Write(stream, events),
                Verdict.AlreadyWritten => new WriteOutcome.Written(original!.Revision, original.Position),
                Verdict.WrongRevision => new WriteOutcome.WrongRevision(stream.Last),
                Verdict.Deleted => new WriteOutcome.Deleted(),
            };
        }
    }

    /// <summary>Deletes softly: hides all events until somebody appends again.</summary>
    public WriteOutcome Delete(string name, ExpectedRevision expected)
    {
        lock (_lock)
        {
            var stream = Stream(name);
            if (TombstoneOf(name) is not null) return new WriteOutcome.Deleted();
            if (stream.Last < 0) return new WriteOutcome.WrongRevision(-1);
            if (RefusalToDelete(stream, expected) is { } refusal) return refusal;

            var written = WriteMetadata(name, new JsonObject { ["$tb"] = SystemNames.Deleted });
            return new WriteOutcome.Written(stream.Last, written.Position);
        }
    }

    /// <summary>Deletes for ever. A stream that never was can be deleted so too, unless it has to exist.</summary>
    public WriteOutcome Tombstone(string name, ExpectedRevision expected)
    {
        lock (_lock)
        {
            var stream = Stream(name);
            if (TombstoneOf(name) is not null) return new WriteOutcome.Deleted();
            if (RefusalToDelete(stream, expected) is { } refusal) return refusal;

            var last = stream.Last;
            stream.Tombstone = Stored(stream, SystemNames.Deleted, new NewEvent(Guid.NewGuid(), SystemNames.StreamDeletedType, false, [], []));
            stream.TellChange();
            return new WriteOutcome.Written(last, stream.Tombstone.Position);
        }
    }

    /// <summary>Reads visible events upwards.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="from">The revision to begin at, at least 0.</param>
    /// <param name="count">How many revisions to look at, at least 1.</param>
    public StreamPage ReadForwards(string name, long from, int count)
    {
        lock (_lock)
        {
            if (Missing(name) is { } missing) return missing;

            var stream = Stream(name);
            var first = stream.FirstVisible(Now());
            var end = Math.Min(stream.Last, from > stream.Last ? from : from + count - 1);
            var events = Range(stream, Math.Max(from, first), end);
            var next = events.Count > 0 ? end + 1 : Math.Min(Math.Max(from, first), stream.Last + 1);
            return new StreamPage(Finding.Stream, events, next, next > stream.Last, stream.Last);
        }
    }

    /// <summary>Reads visible events downwards.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="from">The revision to begin at; beyond the end it is the last.</param>
    /// <param name="count">How many revisions to look at, at least 1.</param>
    public StreamPage ReadBackwards(string name, long from, int count)
    {
        lock (_lock)
        {
            if (Missing(name) is { } missing) return missing;

            var stream = Stream(name);
            var first = stream.FirstVisible(Now());
            var start = Math.Min(from, stream.Last);
            var end = Math.Max(start - count + 1, 0);
            var events = Range(stream, Math.Max(end, first), start);
            events.Reverse();
            return new StreamPage(Finding.Stream, events, end - 1, end <= first, stream.Last);
        }
    }

    /// <summary>What a subscriber gets next.</summary>
    /// <param name="name">The stream.</param>
    /// <param name="from">The next revision for it; null: what follows the last.</param>
    /// <param name="count">The most events to hand out.</param>
    /// <param name="isLive">Whether it has seen the history, so that no event is kept from it by truncation any more.</param>
    public (StreamNews News, long Next) Follow(string name, long? from, int count, bool isLive)
    {
        lock (_lock)
        {
            var stream = Stream(name);
            var next = from ?? stream.Last + 1;
            var finding = TombstoneOf(name) is not null ? Finding.Deleted : stream.IsFound ? Finding.Stream : Finding.NotFound;
            if (finding != Finding.Stream && !isLive) return (new StreamNews(finding, [], TombstoneOf(name), stream.Changed), next);

            var first = isLive ? next : Math.Max(next, stream.FirstVisible(Now()));
            var events = Range(stream, first, Math.Min(stream.Last, first > stream.Last ? first : first + count - 1));
            var after = events.Count > 0 ? events[^1].Revision + 1 : next;
            return (new StreamNews(finding, events, TombstoneOf(name), stream.Changed), after);
        }
    }

    /// <summary>Reads all events of the server, at most <paramref name="count"/>: upwards those at or beyond the position, downwards those below it.</summary>
    public IReadOnlyList<StoredEvent> ReadAll(bool isBackwards, long position, int count)
    {
        lock (_lock)
        {
            var found = isBackwards
                ? Enumerable.Reverse(_all).SkipWhile(e => e.Position >= position)
                : _all.SkipWhile(e => e.Position < position);
            return [.. found.Take(count)];
        }
    }

    private static List<StoredEvent> Range(EventStream stream, long first, long last)
    {
        var events = new List<StoredEvent>();
        for (var revision = first; revision <= last; revision++) events.Add(stream[revision]);
        return events;
    }

    private static WriteOutcome.WrongRevision? RefusalToDelete(EventStream stream, ExpectedRevision expected) => expected.Kind switch
    {
        Expectation.Any => null,
        Expectation.StreamExists => stream.Last >= 0 ? null : new WriteOutcome.WrongRevision(stream.Last),
        Expectation.NoStream => stream.Last < 0 || stream.Metadata.IsSoftDeleted ? null : new WriteOutcome.WrongRevision(stream.Last),
        Expectation.Revision => expected.Revision == (ulong)stream.Last && stream.Last >= 0 ? null : new WriteOutcome.WrongRevision(stream.Last),
        Expectation.Unnamed => throw new InvalidOperationException("no expectation was named"),
    };

    private EventStream Stream(string name)
    {
        if (!_streams.TryGetValue(name, out var stream)) _streams[name] = stream = new EventStream(name);
        return stream;
    }

    // A tombstone ends the stream's metadata too.
    private StoredEvent? TombstoneOf(string name) =>
        Stream(name).Tombstone ?? (SystemNames.IsMetadataStream(name) ? Stream(SystemNames.OwnerOf(name)).Tombstone : null);

    private StreamPage? Missing(string name) =>
        TombstoneOf(name) is not null ? StreamPage.Without(Finding.Deleted)
        : Stream(name).IsFound ? null
        : StreamPage.Without(Finding.NotFound);

    private WriteOutcome.Written Write(EventStream stream, IReadOnlyList<NewEvent> events)
    {
        // An append without events takes a place in the server's log all the same.
        if (events.Count == 0) return new WriteOutcome.Written(stream.Last, NextPosition(0));

        var isRevived = stream.Metadata.IsSoftDeleted;
        var first = stream.Last + 1;
        foreach (var e in events) stream.Add(Stored(stream, stream.Last + 1, e));
        var written = new WriteOutcome.Written(stream.Last, stream[stream.Last].Position);
        if (SystemNames.IsMetadataStream(stream.Name)) Stream(SystemNames.OwnerOf(stream.Name)).Metadata = StreamMetadata.Read(stream[stream.Last]);
        if (isRevived) Revive(stream.Name, first);
        stream.TellChange();
        return written;
    }

    private void Revive(string name, long first)
    {
        var metadata = Stream(SystemNames.MetadataStreamOf(name));
        var json = (JsonObject)JsonNode.Parse(metadata[metadata.Last].Data)!;
        json["$tb"] = first;
        WriteMetadata(name, json);
    }

    private WriteOutcome.Written WriteMetadata(string name, JsonObject metadata)
    {
        var data = Encoding.UTF8.GetBytes(metadata.ToJsonString());
        return Write(Stream(SystemNames.MetadataStreamOf(name)), [new NewEvent(Guid.NewGuid(), SystemNames.MetadataType, true, [], data)]);
    }

    private StoredEvent Stored(EventStream stream, long revision, NewEvent e)
    {
        _newest = Math.Max(_newest, Now());
        var position = NextPosition(stream.Name.Length + e.Type.Length + e.Metadata.Length + e.Data.Length);
        var stored = new StoredEvent(e.Id, stream.Name, revision, position, _newest, e.Type, e.IsJson, e.Metadata, e.Data);
        _all.Add(stored);
        _recent.Remember(stored);
        return stored;
    }

    private long NextPosition(int length)
    {
        var position = _end;
        _end += RecordOverhead + length;
        return position;
    }

    private long Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks;
}
