using System.Globalization;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace PbftReference.EventLog.Stores;

/// <summary>The file of the embedded store: how it is recognised, created and opened. A file that is not ours is never written to.</summary>
internal static class SqliteStoreFile
{
    /// <summary>"PBFT" in ASCII, in the database header: tells this program's files from other SQLite databases.</summary>
    public const int ApplicationId = 0x50424654;

    /// <summary>The version of the tables below.</summary>
    public const int FormatVersion = 1;

    // The primary key is the expected revision, enforced by the database: no second event can take a revision, whoever writes.
    private const string Tables = """
        CREATE TABLE stream (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            first_revision INTEGER NOT NULL DEFAULT 0 CHECK (first_revision >= 0)
        ) STRICT;
        CREATE TABLE event (
            stream_id INTEGER NOT NULL REFERENCES stream (id),
            revision INTEGER NOT NULL CHECK (revision >= 0),
            event_id BLOB NOT NULL CHECK (length(event_id) = 16),
            type TEXT NOT NULL,
            data BLOB NOT NULL,
            metadata BLOB NOT NULL,
            PRIMARY KEY (stream_id, revision)
        ) STRICT, WITHOUT ROWID;
        """;

    public static SqliteConnection Open(string path, SqliteStoreOptions options)
    {
        CheckPath(path, options.Access);
        try
        {
            return Connect(path, path, options);
        }
        catch (SqliteException cause)
        {
            return ReadAsItIs(path, options, cause) ?? throw SqliteFailures.Explain(cause, "open", path);
        }
    }

    // Where the reader may not write, and so SQLite's own way of reading is refused.
    private static SqliteConnection? ReadAsItIs(string path, SqliteStoreOptions options, SqliteException refused)
    {
        var belonging = SqliteReadOnlyPlace.BelongingTo(path);
        if (!SqliteReadOnlyPlace.CanBeReadAsItIs(options.Access, refused.SqliteErrorCode, belonging))
        {
            return belonging is not null && SqliteReadOnlyPlace.IsRefused(options.Access, refused.SqliteErrorCode) ? throw SqliteFailures.NotReadableWith(refused, belonging, path) : null;
        }

        try
        {
            return Connect(SqliteReadOnlyPlace.UriOf(path), path, options);
        }
        catch (SqliteException cause)
        {
            throw SqliteFailures.Explain(cause, "open", path);
        }
    }

    private static SqliteConnection Connect(string source, string path, SqliteStoreOptions options)
    {
        var connection = new SqliteConnection(ConnectionString(source, options.Access));
        try
        {
            connection.Open();
            Prepare(connection, path, options);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void CheckPath(string path, SqliteStoreAccess access)
    {
        if (Directory.Exists(path))
        {
            throw new EventStoreException(EventStoreFailure.CannotOpen, $"'{path}' is a directory; name the event log's file in it.");
        }

        if (File.Exists(path)) return;
        if (access != SqliteStoreAccess.CreateOrAppend)
        {
            throw new EventStoreException(
                EventStoreFailure.StoreMissing,
                $"there is no event log at '{path}'; check the path, or open it with access {SqliteStoreAccess.CreateOrAppend} to create one.");
        }

        var directory = Path.GetDirectoryName(path);
        if (!Directory.Exists(directory))
        {
            throw new EventStoreException(
                EventStoreFailure.StoreMissing, $"the directory '{directory}' for the event log '{path}' does not exist; create it first.");
        }
    }

    private static string ConnectionString(string source, SqliteStoreAccess access) => new SqliteConnectionStringBuilder
    {
        DataSource = source,
        Mode = access switch
        {
            SqliteStoreAccess.CreateOrAppend => SqliteOpenMode.ReadWriteCreate,
            SqliteStoreAccess.Append => SqliteOpenMode.ReadWrite,
            SqliteStoreAccess.Read => SqliteOpenMode.ReadOnly,
        },
        Pooling = false,
        // The shortest there is (0 means for ever): waiting is left to SQLite's own busy timeout.
        DefaultTimeout = 1,
    }.ToString();

    private static void Prepare(SqliteConnection connection, string path, SqliteStoreOptions options)
    {
        Execute(connection, $"PRAGMA busy_timeout = {Math.Max(0, (long)options.BusyTimeout.TotalMilliseconds)}");
        if (IsBlank(connection) && options.Access == SqliteStoreAccess.CreateOrAppend) Create(connection, options.PageBytes);
        CheckFormat(connection, path);
        if (options.Access == SqliteStoreAccess.Read) return;
        CheckWritable(connection, path);
        UseWriteAheadLog(connection, path, options.Durability);
        if (options.MaxFileBytes is { } bytes) Execute(connection, $"PRAGMA max_page_count = {Math.Max(1, bytes / Number(connection, "PRAGMA page_size"))}");
    }

    private static bool IsBlank(SqliteConnection connection) =>
        Number(connection, "PRAGMA application_id") == 0 && Number(connection, "SELECT count(*) FROM sqlite_schema") == 0;

    private static void Create(SqliteConnection connection, int pageBytes)
    {
        Execute(connection, $"PRAGMA page_size = {pageBytes}");
        Execute(connection, "BEGIN IMMEDIATE");
        // Two processes may have come here together; the second finds the tables made.
        if (IsBlank(connection))
        {
            Execute(connection, Tables);
            Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {FormatVersion}");
        }

        Execute(connection, "COMMIT");
    }

    private static void CheckFormat(SqliteConnection connection, string path)
    {
        if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new EventStoreException(
                EventStoreFailure.NotAStore, $"'{path}' is an SQLite database, but not an event log of PbftReference; it was left as it is. "
                + "Check the path, or choose a new file.");
        }

        var version = Number(connection, "PRAGMA user_version");
        if (version != FormatVersion)
        {
            throw new EventStoreException(
                EventStoreFailure.UnknownFormat, $"the event log '{path}' has format version {version}, and this program knows version "
                + $"{FormatVersion}; it was left as it is. Use the program version that wrote it, or export the log with that one and import it here.");
        }
    }

    private static void CheckWritable(SqliteConnection connection, string path)
    {
        // SQLite opens a file that it may not write to for reading, without a word.
        if (sqlite3_db_readonly(connection.Handle, "main") == 0) return;
        throw new EventStoreException(
            EventStoreFailure.ReadOnly, $"the event log '{path}' can't be written to; change the file's access rights, or open it with access "
            + $"{SqliteStoreAccess.Read}.");
    }

    private static void UseWriteAheadLog(SqliteConnection connection, string path, SqliteDurability durability)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        if (command.ExecuteScalar() as string != "wal")
        {
            throw new EventStoreException(
                EventStoreFailure.CannotOpen, $"the file system of '{path}' can't hold a write-ahead log with shared memory, as most network "
                + "file systems can't; keep the event log on a local disk.");
        }

        // FULL: each commit is synced. NORMAL would lose the last commits in a power cut, after their effects left.
        Execute(connection, durability == SqliteDurability.PowerCut ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, string sql) =>
        SqliteException.ThrowExceptionForRC(sqlite3_exec(connection.Handle, sql), connection.Handle);
}
