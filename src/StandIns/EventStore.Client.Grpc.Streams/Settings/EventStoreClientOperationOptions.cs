namespace EventStore.Client;

/// <summary>How a single write behaves.</summary>
public class EventStoreClientOperationOptions
{
    /// <summary>
    /// Whether a write to a stream that is not as expected throws <see cref="WrongExpectedVersionException"/>; if not, it returns
    /// <see cref="WrongExpectedVersionResult"/>.
    /// </summary>
    public bool ThrowOnAppendFailure { get; set; } = true;

    /// <summary>New options as they are by default.</summary>
    public static EventStoreClientOperationOptions Default => new();

    /// <summary>Copies the options.</summary>
    /// <returns>The copy.</returns>
    public EventStoreClientOperationOptions Clone() => new() { ThrowOnAppendFailure = ThrowOnAppendFailure };
}
