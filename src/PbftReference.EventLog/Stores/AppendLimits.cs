namespace PbftReference.EventLog.Stores;

/// <summary>How much one append may carry. The defaults pass every EventStoreDB server with its default settings.</summary>
/// <param name="MaxBytes">Sum of data, metadata and type (as UTF-8) over the events of one append, in bytes; at least 1.</param>
/// <param name="MaxEvents">Number of events in one append; at least 1.</param>
public sealed record AppendLimits(long MaxBytes = 1024 * 1024, int MaxEvents = 500)
{
    /// <summary>1 MiB and 500 events.</summary>
    public static AppendLimits Default { get; } = new();
}
