namespace PbftReference.EventLog.Stores;

/// <summary>What a <see cref="SqliteEventStore"/> may do with its file.</summary>
public enum SqliteStoreAccess
{
    /// <summary>Read and append; create the file if it is missing or empty.</summary>
    CreateOrAppend,

    /// <summary>Read and append; the file must be there.</summary>
    Append,

    /// <summary>Read only, also while another process appends.</summary>
    Read,
}

/// <summary>What an append of a <see cref="SqliteEventStore"/> outlives once it has returned.</summary>
public enum SqliteDurability
{
    /// <summary>The process and a power cut: the disk is flushed at each commit.</summary>
    PowerCut,

    /// <summary>The process only: a power cut may take the last commits, never an earlier one without the later. For what can be made again.</summary>
    Process,
}

/// <summary>How a <see cref="SqliteEventStore"/> is opened.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>What may be done with the file; by default everything.</summary>
    public SqliteStoreAccess Access { get; init; } = SqliteStoreAccess.CreateOrAppend;

    /// <summary>What an append outlives; a power cut by default.</summary>
    public SqliteDurability Durability { get; init; }

    /// <summary>How long an append or a group waits for another writer to finish; 0 and up, 5 s by default.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a waiting subscription looks for events that another process appended; above 0, 100 ms by default. Appends on the
    /// same store object wake it at once.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The size in bytes of the pages of a file that is created: a power of two from 512 to 65,536, 4,096 by default. A file that is there
    /// keeps its own. With wider pages a record of a live replica, a few KiB, needs no pages of its own.
    /// </summary>
    public int PageBytes { get; init; } = 4096;

    /// <summary>What one append may carry.</summary>
    public AppendLimits Limits { get; init; } = AppendLimits.Default;

    /// <summary>
    /// The size in bytes up to which this store lets the file grow, rounded down to whole pages; null for no limit. Beyond
    /// it appends fail with <see cref="EventStoreFailure.OutOfSpace"/>, as on a full disk. The write-ahead log beside the file is
    /// not counted.
    /// </summary>
    public long? MaxFileBytes { get; init; }
}
