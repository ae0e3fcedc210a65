namespace PbftReference.EventLog.Stores;

/// <summary>One append with more events or bytes than the store takes. Nothing was written.</summary>
public sealed class AppendTooLargeException : EventStoreException
{
    /// <summary>Reports the append's size beside the limits.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="bytes">Data, metadata and types of the append, in bytes.</param>
    /// <param name="events">Number of events of the append.</param>
    /// <param name="limits">The store's limits.</param>
    public AppendTooLargeException(string stream, long bytes, int events, AppendLimits limits)
        : base(EventStoreFailure.AppendTooLarge, Describe(stream, bytes, events, limits))
    {
        Stream = stream;
        Bytes = bytes;
        Events = events;
        Limits = limits;
    }

    /// <summary>The stream.</summary>
    public string Stream { get; }

    /// <summary>Data, metadata and types of the append, in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Number of events of the append.</summary>
    public int Events { get; }

    /// <summary>The store's limits.</summary>
    public AppendLimits Limits { get; }

    private static string Describe(string stream, long bytes, int events, AppendLimits limits) =>
        $"stream '{stream}': an append of {events} events and {bytes} bytes is over the limit of {limits.MaxEvents} events and "
        + $"{limits.MaxBytes} bytes; nothing was written. Split it, or put large payloads into records of their own.";
}
