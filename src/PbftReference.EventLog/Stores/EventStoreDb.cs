using EventStore.Client;
using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// The streams of an EventStoreDB (KurrentDB), one machine's or a cluster's of three. Every append has an exact expected revision and
/// ids that a retry repeats, so that an append whose answer was lost is made again and written once.
/// </summary>
/// <remarks>
/// While the database is away, calls wait and are made again, up to <see cref="EventStoreDbOptions.Patience"/>; then they fail with
/// <see cref="EventStoreFailure.Unreachable"/>, and the same call may be made once more. A group is no transaction of the database:
/// it waits here, is sent in the order in which it was made, and is durable as a whole when its commit returns.
/// </remarks>
public sealed class EventStoreDb : IEventStore
{
    /// <summary>What an address of a database begins with.</summary>
    private static readonly string[] Schemes = ["esdb", "kurrentdb", "kurrent", "kdb"];

    private static readonly string[] FileOptions = ["tlsCaFile", "userCertFile", "userKeyFile"];

    private readonly Lock _gate = new();
    private readonly EventStoreDbOptions _options;
    private readonly EventStoreDbCalls _calls;
    private readonly EventStoreClient _client;
    private readonly EventStoreDbReads _reads;
    private readonly EventStoreDbCatalogue _catalogue;
    private readonly HashSet<string> _existing = new(StringComparer.Ordinal);
    private EventStoreDbGroup? _group;
    private bool _closed;

    /// <summary>Opens a database; nothing is asked of it yet.</summary>
    /// <param name="address">A connection string, such as <c>esdb://USER:PASSWORD@HOST:2113?tls=true</c>.</param>
    /// <param name="options">How it is used; null for the defaults.</param>
    /// <exception cref="EventStoreException">It is no connection string.</exception>
    public EventStoreDb(string address, EventStoreDbOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        _options = options ?? new EventStoreDbOptions();
        _calls = new EventStoreDbCalls(WithoutSecrets(address), _options);
        try
        {
            var settings = EventStoreClientSettings.Create(address);
            settings.OperationOptions.ThrowOnAppendFailure = true;
            settings.ConnectionName ??= "pbft";
            if (_options.Deadline is { } deadline && !address.Contains("defaultDeadline", StringComparison.OrdinalIgnoreCase)) settings.DefaultDeadline = deadline;
            _client = new EventStoreClient(settings);
        }
        catch (Exception e) when (e is ConnectionStringParseException or ArgumentException or FormatException or IOException)
        {
            throw new EventStoreException(EventStoreFailure.CannotOpen, $"'{WithoutSecrets(address)}' is no address of a database: {e.Message.TrimEnd('.')}. Write esdb://HOST:2113, or see docs/operations.md for credentials, TLS and clusters.", e);
        }

        _reads = new EventStoreDbReads(_client, _calls);
        _catalogue = new EventStoreDbCatalogue((stream, expected, item) => Write(stream, expected, [item]), (stream, from) => PagedRead.Forwards((at, count) => _reads.Forwards(stream, at, count), from, long.MaxValue));
    }

    /// <summary>Whether a text is the address of a database.</summary>
    public static bool IsAddress(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && Schemes.Contains(text[..end].Replace("+discover", "", StringComparison.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>An address whose files are named by whole paths, so that it means the same from everywhere.</summary>
    public static string WithWholePaths(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var query = address.IndexOf('?', StringComparison.Ordinal);
        if (query < 0) return address;
        var options = address[(query + 1)..].Split('&').Select(option => option.Split('=', 2) is [var key, { Length: > 0 } path] && FileOptions.Contains(key, StringComparer.OrdinalIgnoreCase) ? $"{key}={System.IO.Path.GetFullPath(path)}" : option);
        return $"{address[..query]}?{string.Join('&', options)}";
    }

    /// <summary>An address without user and password, as it may be shown.</summary>
    public static string WithoutSecrets(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var host = address.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = address.AsSpan(host < 3 ? 0 : host).IndexOfAny('/', '?');
        var authority = host < 3 ? "" : end < 0 ? address[host..] : address.Substring(host, end);
        return authority.LastIndexOf('@') is >= 0 and var at ? address.Remove(host, at + 1) : address;
    }

    /// <inheritdoc/>
    public long Append(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        AppendRules.Check(stream, events, _options.Limits);
        lock (_gate)
        {
            CheckWritable();
            if (_group is not null) AppendToGroup(_group, stream, expected, events);
            else if (events.Count == 0) AppendRules.MustWrite(stream, expected, events, _reads.Tail(stream)?.LastRevision ?? -1, _ => null);
            else AppendNow(stream, expected, events);
            return expected.Value + events.Count;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> Read(string stream, long fromRevision = 0, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Forwards((from, count) => Page(stream, from, count, forwards: true), fromRevision, maxCount);
    }

    /// <inheritdoc/>
    public IEnumerable<StoredEvent> ReadBackwards(string stream, long fromRevision = long.MaxValue, long maxCount = long.MaxValue)
    {
        PagedRead.CheckRange(stream, fromRevision, maxCount);
        return PagedRead.Backwards((from, count) => Page(stream, from, count, forwards: false), fromRevision, maxCount);
    }

    /// <inheritdoc/>
    public StreamTail? Tail(string stream)
    {
        AppendRules.CheckStreamName(stream);
        lock (_gate)
        {
            CheckOpen();
            if (_group?.Of(stream) is not { } waiting) return _reads.Tail(stream);
            return waiting.Last < 0 ? null : new StreamTail(waiting.Last, waiting.First);
        }
    }

    /// <inheritdoc/>
    public void Truncate(string stream, long beforeRevision)
    {
        AppendRules.CheckStreamName(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(beforeRevision);
        lock (_gate)
        {
            CheckWritable();
            var tail = Tail(stream);
            AppendRules.CheckTruncation(stream, beforeRevision, tail?.LastRevision ?? -1);
            if (tail is null || beforeRevision <= tail.FirstRevision) return;
            if (_group is null)
            {
                TruncateNow(stream, beforeRevision);
                return;
            }

            if (_group.Of(stream) is null) _group.Begin(stream, tail);
            _group.Truncate(stream, beforeRevision);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Streams()
    {
        lock (_gate)
        {
            CheckOpen();
            var names = _catalogue.Names().Union(_group?.Streams ?? []).ToList();
            return [.. names.Where(Exists).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public IEventSubscription Subscribe(string stream, long afterRevision = -1)
    {
        AppendRules.CheckStreamName(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(afterRevision, -1);
        CheckOpen();
        return new EventStoreDbSubscription(_client, _calls, stream, afterRevision, DurableAfter);
    }

    /// <inheritdoc/>
    public IAppendGroup BeginGroup()
    {
        lock (_gate)
        {
            CheckWritable();
            if (_group is not null) throw new InvalidOperationException("a group is open already; commit or dispose it first");
            _group = new EventStoreDbGroup();
            return new AppendGroup(CommitGroup, RollBackGroup);
        }
    }

    /// <summary>Closes the connection. An open group is dropped.</summary>
    public void Dispose()
    {
        // first of all, so that a call that waits for the database ends and lets go of the lock
        _calls.Dispose();
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _group = null;
        }

        _client.Dispose();
    }

    private void AppendToGroup(EventStoreDbGroup group, string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        var waiting = group.Of(stream) ?? group.Begin(stream, _reads.Tail(stream));
        var mustWrite = AppendRules.MustWrite(stream, expected, events, waiting.Last, r => waiting.IdAt(r) ?? _reads.Forwards(stream, r, 1).FirstOrDefault(item => item.Revision == r)?.Id);
        if (mustWrite && events.Count > 0) group.Append(stream, expected, events);
    }

    private void AppendNow(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        if (expected == ExpectedRevision.NoStream) _catalogue.Enter(stream);
        Write(stream, expected, events);
    }

    private void Write(string stream, ExpectedRevision expected, IReadOnlyList<EventToAppend> events)
    {
        var data = events.Select(ToData).ToList();
        try
        {
            var next = _calls.Make($"append to stream '{stream}' in", stream, async cancellation =>
            {
                var result = expected == ExpectedRevision.NoStream
                    ? await _client.AppendToStreamAsync(stream, StreamState.NoStream, data, cancellationToken: cancellation).ConfigureAwait(false)
                    : await _client.AppendToStreamAsync(stream, StreamRevision.FromInt64(expected.Value), data, cancellationToken: cancellation).ConfigureAwait(false);
                return result.NextExpectedStreamRevision.ToInt64();
            });
            if (next != expected.Value + events.Count) throw Recreated(stream, expected, next);
        }
        catch (WrongExpectedVersionException e)
        {
            throw new WrongExpectedRevisionException(stream, expected, e.ActualStreamRevision == StreamRevision.None ? -1 : e.ActualStreamRevision.ToInt64(), e);
        }
        catch (MaximumAppendSizeExceededException e)
        {
            throw new AppendTooLargeException(stream, events.Sum(item => (long)item.Data.Length + item.Metadata.Length + item.Type.Length), events.Count, _options.Limits with { MaxBytes = e.MaxAppendSize });
        }
    }

    private EventStoreException Recreated(string stream, ExpectedRevision expected, long last) => new(
        EventStoreFailure.Damaged,
        $"stream '{stream}' in {_calls.Address} was deleted: an append that expected {expected} as the last revision ended at {last}. "
        + "Restore the database from a backup that has the stream whole, and stop what writes to it until then.");

    private void TruncateNow(string stream, long beforeRevision)
    {
        while (!TryTruncate(stream, beforeRevision))
        {
            // another process wrote the stream's metadata in between: what it wrote is to be kept
        }
    }

    private bool TryTruncate(string stream, long beforeRevision)
    {
        try
        {
            return _calls.Make($"truncate stream '{stream}' in", stream, async cancellation =>
            {
                var found = await _client.GetStreamMetadataAsync(stream, cancellationToken: cancellation).ConfigureAwait(false);
                var old = found.Metadata;
                if (old.TruncateBefore is { } before && before.ToInt64() >= beforeRevision) return true;
                var metadata = new StreamMetadata(old.MaxCount, old.MaxAge, StreamPosition.FromInt64(beforeRevision), old.CacheControl, old.Acl, old.CustomMetadata);
                if (found.MetastreamRevision is { } revision) await _client.SetStreamMetadataAsync(stream, StreamRevision.FromStreamPosition(revision), metadata, cancellationToken: cancellation).ConfigureAwait(false);
                else await _client.SetStreamMetadataAsync(stream, StreamState.NoStream, metadata, cancellationToken: cancellation).ConfigureAwait(false);
                return true;
            });
        }
        catch (WrongExpectedVersionException)
        {
            return false;
        }
    }

    // A stream that was there once stays; one whose first append failed may be named and not be there.
    private bool Exists(string name)
    {
        if (_existing.Contains(name)) return true;
        if (_group?.Of(name) is { } waiting) return waiting.Last >= 0;
        if (_reads.Tail(name) is null) return false;
        return _existing.Add(name);
    }

    // What the bytes are is known to this program alone; the database shows JSON as JSON.
    private static EventData ToData(EventToAppend item) => new(
        Uuid.FromGuid(item.Id), item.Type, item.Data, item.Metadata,
        item.Type != RecordTypes.Blob && item.Data.Span is [(byte)'{', ..] ? "application/json" : "application/octet-stream");

    private List<StoredEvent> Page(string stream, long from, int count, bool forwards)
    {
        lock (_gate)
        {
            CheckOpen();
            if (_group?.Of(stream) is not { } waiting) return forwards ? _reads.Forwards(stream, from, count) : _reads.Backwards(stream, from, count);
            return forwards ? ForwardsWith(waiting, stream, from, count) : BackwardsWith(waiting, stream, from, count);
        }
    }

    // First what is stored, as far as it is visible, then what waits; a page holds one or the other.
    private List<StoredEvent> ForwardsWith(EventStoreDbGroup.Waiting waiting, string stream, long from, int count)
    {
        var first = Math.Max(from, waiting.First);
        if (first > waiting.Stored) return waiting.Forwards(stream, from, count);
        var stored = _reads.Forwards(stream, first, count).Where(item => item.Revision <= waiting.Stored).ToList();
        return stored.Count > 0 ? stored : waiting.Forwards(stream, from, count);
    }

    private List<StoredEvent> BackwardsWith(EventStoreDbGroup.Waiting waiting, string stream, long from, int count)
    {
        if (from > waiting.Stored && waiting.Backwards(stream, from, count) is { Count: > 0 } found) return found;
        return [.. _reads.Backwards(stream, Math.Min(from, waiting.Stored), waiting.Stored < 0 ? 0 : count).Where(item => item.Revision >= waiting.First)];
    }

    // While a group is open, a subscription on this store waits for its end.
    private StoredEvent? DurableAfter(string stream, long after)
    {
        lock (_gate)
        {
            CheckOpen();
            return _group is not null || after == long.MaxValue ? null : _reads.Forwards(stream, after + 1, 1).FirstOrDefault();
        }
    }

    private void CommitGroup()
    {
        lock (_gate)
        {
            CheckOpen();
            var group = _group!;
            _group = null;
            foreach (var change in group.Changes)
            {
                if (change.TruncateBefore is { } before) TruncateNow(change.Stream, before);
                else AppendNow(change.Stream, change.Expected, change.Events);
            }
        }
    }

    private void RollBackGroup()
    {
        lock (_gate) _group = null;
    }

    private void CheckOpen() => ObjectDisposedException.ThrowIf(_closed, this);

    private void CheckWritable()
    {
        CheckOpen();
        if (_options.ReadOnly) throw new EventStoreException(EventStoreFailure.ReadOnly, $"{_calls.Address} was opened for reading only; open it otherwise to change it.");
    }
}
