namespace PbftReference.EventLog.Stores;

/// <summary>How an EventStoreDB is used.</summary>
public sealed record EventStoreDbOptions
{
    /// <summary>What one append may carry. The default passes a server with default settings, whatever its framing costs.</summary>
    public AppendLimits Limits { get; init; } = AppendLimits.Default;

    /// <summary>How long a call is made again while the database is away, once it was reached; 0 for never.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a database that was not reached yet: a wrong address should be told soon.</summary>
    public TimeSpan PatienceAtFirst { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one call may take before it is taken for lost; null for what the address says, or the client's default of ten seconds.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Cancelled when nobody wants to wait for the database any more: calls that would be made again fail instead.</summary>
    public CancellationToken Impatient { get; init; }

    /// <summary>Told each time that a call is going to be made again, with the reason; null for nobody. May be called on any thread.</summary>
    public Action<EventStoreException>? Waiting { get; init; }

    /// <summary>Whether this store only reads: then it refuses to write.</summary>
    public bool ReadOnly { get; init; }
}
