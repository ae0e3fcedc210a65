using Microsoft.Data.Sqlite;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// The embedded store: all streams of a process in one SQLite database. When an append outside a group, or a group's commit,
/// returns, the events are on disk (write-ahead log, synced at each commit) and outlive the process and a power cut.
/// </summary>
/// <remarks>
/// Readers in other processes may have the file open meanwhile (<see cref="SqliteStoreAccess.Read"/>). Two writers exclude each
/// other per append or group, and the second finds the revision moved on. Beside the file stand <c>-wal</c> and <c>-shm</c> files
/// while it is open: a copy of a live store needs the <c>-wal</c> file as well.
/// </remarks>
public sealed class SqliteEventStore : IEventStore
{
    private readonly Lock _gate = new();
    private readonly CommitSignal _signal;
    private readonly SqliteStoreOptions _options;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;

    private bool _groupOpen;
    private EventStoreException? _groupFailure;
    private bool _closed;

    /// <summary>Opens a store.</summary>
    /// <param name="path">The database file. Its directory must exist.</param>
    /// <param name="options">How to open it; null for the defaults: append, creating the file if need be.</param>
    /// <exception cref="ArgumentOutOfRangeException">The page size is none that SQLite knows.</exception>
    /// <exception cref="EventStoreException">
    /// Missing, locked, not writable, not a database, another program's, or of an unknown format. The file is then left as it was.
    /// </exception>
    public SqliteEventStore(string path, SqliteStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _options = options ?? new SqliteStoreOptions();
        if (_options.PageBytes is < 512 or > 65536 || !int.IsPow2(_options.PageBytes))
        {
            throw new ArgumentOutOfRangeException(nameof(options), _options.PageBytes, "a page has a power of two of bytes, from 512 to 65,536");
        }

        Path = System.IO.Path.GetFullPath(path);
        _signal = new CommitSignal(_options.PollInterval);
        _connection = SqliteStoreFile.Open(Path, _options);
        _statements = new SqliteStatements(_connection);
    }

    /// <summary>The full path of the database file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        AppendRules.Check(stream, events, _options.Limits);
        Change($"append to stream '{stream}' in", () => AppendNow(stream, expected, events));
        return expected.Value + events.Count;
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Forwards(
            (from, count) => Ask($"read stream '{stream}' from revision {from} in", () => _statements.PageForwards(stream, from, count)),
            fromRevision,
            maxCount);
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Backwards(
            (from, count) => Ask($"read stream '{stream}' back from revision {from} in", () => _statements.PageBackwards(stream, from, count)),
            fromRevision,
            maxCount);
    }

    /// <inheritdoc/>
    public StreamTail? Tail(string stream)
    {
        AppendRules.CheckStreamName(stream);
        var head = Ask($"find the tail of stream '{stream}' in", () => _statements.Head(stream));
        return head is { LastRevision: >= 0 } ? new StreamTail(head.LastRevision, head.FirstRevision) : null;
    }

    /// <inheritdoc/>
    public void Truncate(string stream, long beforeRevision)
    {
        AppendRules.CheckStreamName(stream);
        Change($"truncate stream '{stream}' in", () => TruncateNow(stream, beforeRevision));
    }

    /// <summary>
    /// Frees the space of hidden events, as EventStoreDB's scavenging does: all of them but a stream's very last event, which keeps
    /// the numbering. Visible events are untouched; a retry of a freed append is no longer recognised. The file does not shrink:
    /// later appends fill the freed pages.
    /// </summary>
    /// <returns>The number of events freed.</returns>
    /// <exception cref="InvalidOperationException">A group is open.</exception>
    public int Scavenge()
    {
        lock (_gate)
        {
            if (_groupOpen) throw new InvalidOperationException("a group is open; commit or dispose it, then scavenge");
            var freed = 0;
            Change("scavenge", () => freed = _statements.DeleteHidden());
            return freed;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Streams()
    {
        var names = Ask("list the streams of", _statements.StreamNames);
        names.Sort(StringComparer.Ordinal);
        return names;
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
            CheckWritable();
            if (_groupOpen) throw new InvalidOperationException("a group is open already; commit or dispose it first");
            Explained("begin a group in", _statements.Begin);
            _groupOpen = true;
            _groupFailure = null;
            return new AppendGroup(CommitGroup, RollBackGroup);
        }
    }

    /// <summary>Closes the store. An open group is undone.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _groupOpen = false;
            // Closing the connection rolls back what is open.
            _statements.Dispose();
            _connection.Dispose();
        }

        _signal.Announce();
    }

    private void AppendNow(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        var head = _statements.Head(stream);
        var mustWrite = AppendRules.MustWrite(
            stream, expected, events, head?.LastRevision ?? -1, r => head is null ? null : _statements.IdAt(head.StreamId, r));
        if (!mustWrite || events.Count == 0) return;
        var id = head?.StreamId ?? _statements.AddStream(stream);
        for (var i = 0; i < events.Count; i++) _statements.Insert(id, expected.Value + 1 + i, events[i]);
    }

    private void TruncateNow(string stream, long beforeRevision)
    {
        var head = _statements.Head(stream);
        AppendRules.CheckTruncation(stream, beforeRevision, head?.LastRevision ?? -1);
        if (head is null || beforeRevision <= head.FirstRevision) return;
        _statements.SetFirstRevision(head.StreamId, beforeRevision);
    }

    private StoredEvent? DurableAfter(string stream, long after)
    {
        lock (_gate)
        {
            CheckOpen();
            if (_groupOpen || after == long.MaxValue) return null;
            return Ask($"follow stream '{stream}' in", () => _statements.PageForwards(stream, after + 1, 1)) is [var next] ? next : null;
        }
    }

    /// <summary>Runs a change: within the open group, or in a transaction of its own.</summary>
    private void Change(string doing, Action change)
    {
        lock (_gate)
        {
            CheckOpen();
            CheckWritable();
            if (_groupOpen)
            {
                ChangeInGroup(doing, change);
                return;
            }

            Explained(doing, () => InTransaction(change));
        }

        _signal.Announce();
    }

    private void ChangeInGroup(string doing, Action change)
    {
        if (_groupFailure is not null) throw GroupLost(_groupFailure);
        try
        {
            Explained(doing, change);
        }
        catch (EventStoreException failure) when (failure.InnerException is SqliteException)
        {
            // Part of an append may have been inserted, or SQLite has already undone the transaction: neither may be committed.
            _groupFailure = failure;
            throw;
        }
    }

    private void InTransaction(Action change)
    {
        _statements.Begin();
        try
        {
            change();
            _statements.Commit();
        }
        catch
        {
            _statements.RollBackIfOpen();
            throw;
        }
    }

    private void CommitGroup()
    {
        lock (_gate)
        {
            CheckOpen();
            _groupOpen = false;
            try
            {
                if (_groupFailure is not null) throw GroupLost(_groupFailure);
                Explained("commit a group in", _statements.Commit);
            }
            catch
            {
                _statements.RollBackIfOpen();
                throw;
            }
        }

        _signal.Announce();
    }

    private void RollBackGroup()
    {
        lock (_gate)
        {
            if (_closed) return;
            _groupOpen = false;
            _statements.RollBackIfOpen();
        }

        _signal.Announce();
    }

    private T Ask<T>(string doing, Func<T> question)
    {
        lock (_gate)
        {
            CheckOpen();
            return Explained(doing, question);
        }
    }

    private void Explained(string doing, Action action) => Explained(doing, () =>
    {
        action();
        return true;
    });

    private T Explained<T>(string doing, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException cause)
        {
            throw SqliteFailures.Explain(cause, doing, Path);
        }
        catch (InvalidDataException cause)
        {
            throw SqliteFailures.Damaged(cause, doing, Path);
        }
    }

    private EventStoreException GroupLost(EventStoreException first) => new(
        first.Failure,
        $"a group in '{Path}' is undone because a change in it failed; dispose it, and append everything again with the same ids. "
        + $"The change that failed: {first.Message}",
        first);

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_closed, this);

    private void CheckWritable()
    {
        if (_options.Access != SqliteStoreAccess.Read) return;
        throw new EventStoreException(
            EventStoreFailure.ReadOnly, $"'{Path}' was opened for reading; open it with access {SqliteStoreAccess.Append} to change it.");
    }
}
