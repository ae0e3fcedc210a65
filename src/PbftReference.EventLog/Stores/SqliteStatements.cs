using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace PbftReference.EventLog.Stores;

/// <summary>The SQL of the embedded store, prepared once and reused. One thread at a time; errors are SQLite's own.</summary>
internal sealed class SqliteStatements : IDisposable
{
    /// <summary>A page of events ends after the event that reaches this size, so that large events don't pile up in memory.</summary>
    private const int PageBytes = 1024 * 1024;

    private const string Row = "SELECT revision, event_id, type, data, metadata FROM event WHERE stream_id = $stream";

    private const int RowColumns = 5;

    // How many types are remembered, so that each is one string.
    private const int MaxTypes = 64;

    private static (byte[] Utf8, string Name)[] _types = [];

    private readonly SqliteConnection _connection;
    private readonly List<SqliteCommand> _commands = [];
    private readonly SqliteCommand _head;
    private readonly SqliteCommand _idAt;
    private readonly SqliteCommand _addStream;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _forwards;
    private readonly SqliteCommand _backwards;
    private readonly SqliteCommand _setFirst;
    private readonly SqliteCommand _names;
    private readonly SqliteCommand _deleteHidden;

    public SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        _head = Prepare(
            "SELECT id, first_revision, (SELECT max(revision) FROM event WHERE stream_id = stream.id) FROM stream WHERE name = $name",
            "$name");
        _idAt = Prepare("SELECT event_id FROM event WHERE stream_id = $stream AND revision = $revision", "$stream", "$revision");
        _addStream = Prepare("INSERT INTO stream (name) VALUES ($name) RETURNING id", "$name");
        _insert = Prepare(
            "INSERT INTO event (stream_id, revision, event_id, type, data, metadata) "
            + "VALUES ($stream, $revision, $id, $type, $data, $metadata)",
            "$stream", "$revision", "$id", "$type", "$data", "$metadata");
        _forwards = Prepare(Row + " AND revision >= $from ORDER BY revision LIMIT $count", "$stream", "$from", "$count");
        _backwards = Prepare(
            Row + " AND revision BETWEEN $first AND $from ORDER BY revision DESC LIMIT $count", "$stream", "$first", "$from", "$count");
        _setFirst = Prepare("UPDATE stream SET first_revision = $first WHERE id = $stream", "$first", "$stream");
        _names = Prepare("SELECT name FROM stream");
        _deleteHidden = Prepare(
            "DELETE FROM event WHERE revision < (SELECT first_revision FROM stream WHERE id = event.stream_id) "
            + "AND revision < (SELECT max(other.revision) FROM event AS other WHERE other.stream_id = event.stream_id)");
    }

    // The transaction statements go past Microsoft.Data.Sqlite, whose own retries would outlast the busy timeout that was set.

    /// <summary>Takes the write lock now rather than at the first insert, so that what is read stays true until the commit.</summary>
    public void Begin() => Execute("BEGIN IMMEDIATE");

    public void Commit() => Execute("COMMIT");

    public void RollBackIfOpen()
    {
        // SQLite undoes the transaction itself on some errors (a full disk among them). A failing rollback leaves nothing to do:
        // the transaction has no commit record, so it is undone when the file is opened next.
        if (sqlite3_get_autocommit(_connection.Handle) == 0) sqlite3_exec(_connection.Handle, "ROLLBACK");
    }

    /// <summary>A stream's row and last revision (-1: no events); null if there is no such stream.</summary>
    public StreamHead? Head(string stream)
    {
        _head.Parameters[0].Value = stream;
        using var reader = _head.ExecuteReader();
        if (!reader.Read()) return null;
        if (reader.IsDBNull(0) || reader.IsDBNull(1)) throw new InvalidDataException($"the row of stream '{stream}' has no id or no first revision");
        return new StreamHead(reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? -1 : reader.GetInt64(2));
    }

    public Guid? IdAt(long streamId, long revision)
    {
        _idAt.Parameters[0].Value = streamId;
        _idAt.Parameters[1].Value = revision;
        return _idAt.ExecuteScalar() is byte[] id ? ToGuid(id, revision) : null;
    }

    public long AddStream(string name)
    {
        _addStream.Parameters[0].Value = name;
        return (long)_addStream.ExecuteScalar()!;
    }

    public void Insert(long streamId, long revision, EventToAppend e)
    {
        var values = _insert.Parameters;
        values[0].Value = streamId;
        values[1].Value = revision;
        values[2].Value = e.Id.ToByteArray(bigEndian: true);
        values[3].Value = e.Type;
        values[4].Value = e.Data.ToArray();
        values[5].Value = e.Metadata.ToArray();
        _insert.ExecuteNonQuery();
    }

    public IReadOnlyList<StoredEvent> PageForwards(string stream, long fromRevision, int maxCount)
    {
        if (Head(stream) is not { } head) return [];
        _forwards.Parameters[0].Value = head.StreamId;
        _forwards.Parameters[1].Value = Math.Max(fromRevision, head.FirstRevision);
        _forwards.Parameters[2].Value = maxCount;
        return Rows(_forwards, stream);
    }

    public IReadOnlyList<StoredEvent> PageBackwards(string stream, long fromRevision, int maxCount)
    {
        if (Head(stream) is not { } head) return [];
        _backwards.Parameters[0].Value = head.StreamId;
        _backwards.Parameters[1].Value = head.FirstRevision;
        _backwards.Parameters[2].Value = fromRevision;
        _backwards.Parameters[3].Value = maxCount;
        return Rows(_backwards, stream);
    }

    public void SetFirstRevision(long streamId, long revision)
    {
        _setFirst.Parameters[0].Value = revision;
        _setFirst.Parameters[1].Value = streamId;
        _setFirst.ExecuteNonQuery();
    }

    public List<string> StreamNames()
    {
        using var reader = _names.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            if (reader.IsDBNull(0)) throw new InvalidDataException("a stream has no name");
            names.Add(reader.GetString(0));
        }

        return names;
    }

    public int DeleteHidden() => _deleteHidden.ExecuteNonQuery();

    public void Dispose()
    {
        foreach (var command in _commands) command.Dispose();
    }

    private static List<StoredEvent> Rows(SqliteCommand command, string stream)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<StoredEvent>();
        long bytes = 0;
        while (bytes < PageBytes && reader.Read())
        {
            var row = RowOf(reader, stream);
            rows.Add(row);
            bytes += row.Data.Length + row.Metadata.Length;
        }

        return rows;
    }

    // Straight from SQLite's own memory: a log is read row by row, and the wrapper's checks of each value cost more than the reading.
    private static StoredEvent RowOf(SqliteDataReader reader, string stream)
    {
        var row = reader.Handle!;
        // No column may be null, but a page whose bytes were changed holds to no such rule.
        for (var column = 0; column < RowColumns; column++)
        {
            if (sqlite3_column_type(row, column) == SQLITE_NULL) throw new InvalidDataException($"a row of stream '{stream}' has no {reader.GetName(column)}");
        }

        var revision = sqlite3_column_int64(row, 0);
        var id = ToGuid(sqlite3_column_blob(row, 1), revision);
        var type = TypeOf(sqlite3_column_blob(row, 2));
        return new StoredEvent(stream, revision, id, type, sqlite3_column_blob(row, 3).ToArray(), sqlite3_column_blob(row, 4).ToArray());
    }

    // There are few types, and the last one often comes again.
    private static string TypeOf(ReadOnlySpan<byte> utf8)
    {
        var names = _types;
        foreach (var (bytes, name) in names)
        {
            if (utf8.SequenceEqual(bytes)) return name;
        }

        var text = System.Text.Encoding.UTF8.GetString(utf8);
        if (names.Length < MaxTypes) _types = [.. names, (utf8.ToArray(), text)];
        return text;
    }

    private static Guid ToGuid(ReadOnlySpan<byte> bytes, long revision) => bytes.Length == 16
        ? new Guid(bytes, bigEndian: true)
        : throw new InvalidDataException($"the event id at revision {revision} has {bytes.Length} bytes instead of 16");

    private void Execute(string sql) => SqliteException.ThrowExceptionForRC(sqlite3_exec(_connection.Handle, sql), _connection.Handle);

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        _commands.Add(command);
        return command;
    }

    /// <summary>What the stream table and the last row say of a stream.</summary>
    internal sealed record StreamHead(long StreamId, long FirstRevision, long LastRevision);
}
