using System.Globalization;

namespace EventStore.Client;

/// <summary>An event as it is stored.</summary>
public class EventRecord
{
    /// <summary>The stream it is in.</summary>
    public readonly string EventStreamId;

    /// <summary>Its identifier.</summary>
    public readonly Uuid EventId;

    /// <summary>Its revision.</summary>
    public readonly StreamPosition EventNumber;

    /// <summary>The name of its type.</summary>
    public readonly string EventType;

    /// <summary>Its data.</summary>
    public readonly ReadOnlyMemory<byte> Data;

    /// <summary>Its metadata; may be empty.</summary>
    public readonly ReadOnlyMemory<byte> Metadata;

    /// <summary>When the server stored it, UTC.</summary>
    public readonly DateTime Created;

    /// <summary>Its place among all events of the server.</summary>
    public readonly Position Position;

    /// <summary>What the data is: <c>application/json</c> or <c>application/octet-stream</c>.</summary>
    public readonly string ContentType;

    /// <summary>Makes a record.</summary>
    /// <param name="eventStreamId">The stream.</param>
    /// <param name="eventId">The identifier.</param>
    /// <param name="eventNumber">The revision.</param>
    /// <param name="position">The place among all events.</param>
    /// <param name="metadata">The server's entries <c>type</c>, <c>content-type</c> and <c>created</c> (100 ns since 1970).</param>
    /// <param name="data">The data.</param>
    /// <param name="customMetadata">The metadata.</param>
    /// <exception cref="ArgumentNullException"><paramref name="metadata"/> is null.</exception>
    /// <exception cref="KeyNotFoundException">One of the server's entries is missing.</exception>
    /// <exception cref="FormatException"><c>created</c> is no number.</exception>
    public EventRecord(
        string eventStreamId,
        Uuid eventId,
        StreamPosition eventNumber,
        Position position,
        IDictionary<string, string> metadata,
        ReadOnlyMemory<byte> data,
        ReadOnlyMemory<byte> customMetadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        EventStreamId = eventStreamId;
        EventId = eventId;
        EventNumber = eventNumber;
        Position = position;
        Data = data;
        Metadata = customMetadata;
        EventType = metadata["type"];
        ContentType = metadata["content-type"];
        Created = DateTime.UnixEpoch.AddTicks(long.Parse(metadata["created"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
