using static SQLitePCL.raw;

namespace PbftReference.EventLog.Stores;

/// <summary>
/// A store where its reader may not write. SQLite reads a store with a write-ahead log by help of the <c>-wal</c> and <c>-shm</c> files, which it
/// makes if they are not there. Where it may not, a file with nothing left in a log beside it is all there is, and nobody is changing it
/// (a writer has a <c>-wal</c>): it is read as one that cannot change, which needs no file beside it.
/// </summary>
internal static class SqliteReadOnlyPlace
{
    private static readonly string[] Suffixes = ["-wal", "-journal"];

    /// <summary>Whether a store that could not be opened may be read as a file that cannot change.</summary>
    /// <param name="access">What it was opened for.</param>
    /// <param name="errorCode">Why it could not be: SQLite's primary result code.</param>
    /// <param name="belonging">The file beside it in which a part of it is; null if there is none.</param>
    public static bool CanBeReadAsItIs(SqliteStoreAccess access, int errorCode, string? belonging) => IsRefused(access, errorCode) && belonging is null;

    /// <summary>Whether a store could not be opened for reading because the files beside it could not be made or opened.</summary>
    /// <param name="access">What it was opened for.</param>
    /// <param name="errorCode">SQLite's primary result code.</param>
    public static bool IsRefused(SqliteStoreAccess access, int errorCode) =>
        access == SqliteStoreAccess.Read && errorCode is (SQLITE_READONLY or SQLITE_CANTOPEN);

    /// <summary>The file beside a store in which a part of it is: commits that are not in the store itself yet, or pages to be put back. Null if there is none.</summary>
    /// <param name="path">The store.</param>
    public static string? BelongingTo(string path) => Suffixes.Select(suffix => path + suffix).FirstOrDefault(file => new FileInfo(file) is { Exists: true, Length: > 0 });

    /// <summary>The file of a store, itself or one beside it, that the access rights keep this user from reading; null if there is none.</summary>
    /// <param name="path">The store.</param>
    public static string? Forbidden(string path) => ((string[])[path, path + "-wal", path + "-shm"]).FirstOrDefault(file => File.Exists(file) && !MayRead(file));

    private static bool MayRead(string file)
    {
        try
        {
            // shared with its writer
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // another reason, which SQLite tells
            return true;
        }
    }

    /// <summary>The URI by which SQLite reads a file as one that cannot change: without locks, and without a file beside it.</summary>
    /// <param name="path">The full path.</param>
    public static string UriOf(string path)
    {
        var slashed = OperatingSystem.IsWindows() ? "/" + path.Replace('\\', '/') : path;
        return "file:" + slashed.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3f", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal) + "?immutable=1";
    }
}
