using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace PbftReference.EventLog.Stores;

/// <summary>Says in a user's words what SQLite reports by number.</summary>
internal static class SqliteFailures
{
    /// <summary>Explains an error of SQLite.</summary>
    /// <param name="cause">The error.</param>
    /// <param name="doing">What was attempted, such that "can't {doing} 'path'" is a sentence.</param>
    /// <param name="path">The database file.</param>
    public static EventStoreException Explain(SqliteException cause, string doing, string path)
    {
        if (cause.SqliteErrorCode == SQLITE_CANTOPEN && SqliteReadOnlyPlace.Forbidden(path) is { } forbidden) return MayNotRead(cause, doing, path, forbidden);
        var (failure, advice) = cause.SqliteErrorCode switch
        {
            SQLITE_BUSY or SQLITE_LOCKED => (EventStoreFailure.Locked,
                "another writer holds it; end that one, or wait longer (busy timeout), and make the same append again."),
            SQLITE_READONLY => (EventStoreFailure.ReadOnly,
                "the file or its directory can't be written to; change the access rights, or open it for reading."),
            SQLITE_FULL => (EventStoreFailure.OutOfSpace,
                "the disk, or the limit set for the file, is full; nothing was written. Make room; the same append may then be made again."),
            SQLITE_CANTOPEN => (EventStoreFailure.CannotOpen,
                "it, or the -wal and -shm files beside it, can't be opened; check the access rights of the file and of its directory, "
                + "or copy the file and its -wal to a directory that you may write to."),
            SQLITE_NOTADB => (EventStoreFailure.NotAStore,
                "it is not an SQLite database, hence no event log; it was left as it is. Check the path."),
            SQLITE_CORRUPT => (EventStoreFailure.Damaged,
                "its pages are broken. Keep a copy as evidence, and restore the file from a copy that is sound and as long."),
            SQLITE_ERROR => (EventStoreFailure.Damaged,
                // the statements are fixed, so it is the tables they name that are not there any more
                "its tables are not those of an event log. Keep a copy as evidence, and restore the file from a copy that is sound and as long."),
            _ => (EventStoreFailure.InputOutput,
                "reading or writing failed; it is unknown whether a write took place. Check the disk, reopen, and make the same append again: it is not written twice."),
        };
        return new EventStoreException(failure, $"can't {doing} '{path}': {advice} ({cause.Message})", cause);
    }

    private static EventStoreException MayNotRead(SqliteException cause, string doing, string path, string file) => new(
        EventStoreFailure.MayNotRead,
        $"can't {doing} '{path}': this user has no permission to read {(file == path ? "it" : $"'{file}', which belongs to it")}; read it as its owner, or have that one allow it (chmod +r {ShellWord.Of(file)}). ({cause.Message})",
        cause);

    /// <summary>Reports a store that can't be read because a file belongs to it that is of use only where the reader may write.</summary>
    public static EventStoreException NotReadableWith(SqliteException cause, string belonging, string path) => new(
        EventStoreFailure.MayNotRead,
        $"can't open '{path}': {Path.GetFileName(belonging)} belongs to it, with what is not in the file itself yet, and it can be used only by who has permission to read both files and to write "
        + $"beside them. Copy both to a directory that you may write to, keep both writable, and read that copy. ({cause.Message})",
        cause);

    /// <summary>Reports a row that can't be what a store wrote.</summary>
    public static EventStoreException Damaged(InvalidDataException cause, string doing, string path) => new(
        EventStoreFailure.Damaged,
        $"can't {doing} '{path}': {cause.Message}. Keep a copy as evidence, and restore the file from a copy that is sound and as long.",
        cause);
}
