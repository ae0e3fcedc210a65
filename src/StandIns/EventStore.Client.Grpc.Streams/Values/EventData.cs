namespace EventStore.Client;

/// <summary>An event to be written.</summary>
public sealed class EventData
{
    /// <summary>The data.</summary>
    public readonly ReadOnlyMemory<byte> Data;

    /// <summary>The identifier, by which a repeated write is recognised.</summary>
    public readonly Uuid EventId;

    /// <summary>The metadata; may be empty.</summary>
    public readonly ReadOnlyMemory<byte> Metadata;

    /// <summary>The name of the event's type.</summary>
    public readonly string Type;

    /// <summary>What the data is: <c>application/json</c> or <c>application/octet-stream</c>.</summary>
    public readonly string ContentType;

    /// <summary>Makes an event. The bytes are not copied: they must not change before it is written.</summary>
    /// <param name="eventId">The identifier; not <see cref="Uuid.Empty"/>.</param>
    /// <param name="type">The name of the type.</param>
    /// <param name="data">The data; may be empty.</param>
    /// <param name="metadata">The metadata, if there is any.</param>
    /// <param name="contentType"><c>application/json</c> or <c>application/octet-stream</c>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="type"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The identifier is empty, or the content type is another.</exception>
    public EventData(
        Uuid eventId, string type, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte>? metadata = null, string contentType = "application/json")
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentOutOfRangeException.ThrowIfEqual(eventId, Uuid.Empty);
        if (contentType is not ("application/json" or "application/octet-stream"))
        {
            throw new ArgumentOutOfRangeException(nameof(contentType), contentType, "application/json or application/octet-stream.");
        }

        EventId = eventId;
        Type = type;
        Data = data;
        Metadata = metadata ?? default;
        ContentType = contentType;
    }
}
