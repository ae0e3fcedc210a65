namespace PbftReference.EventLog.Stores;

/// <summary>One event as it stands in a stream: the very bytes that were appended. Equal means equal bytes.</summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Revision">Its place in the stream, from 0. It never changes, whatever is truncated before it.</param>
/// <param name="Id">The id it was appended with.</param>
/// <param name="Type">The type it was appended with.</param>
/// <param name="Data">The encoded event.</param>
/// <param name="Metadata">The encoded metadata.</param>
public sealed record StoredEvent(
    string Stream, long Revision, Guid Id, string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata)
{
    /// <summary>Compares the bytes, not the buffers that hold them.</summary>
    public bool Equals(StoredEvent? other) =>
        other is not null
        && Revision == other.Revision
        && Stream == other.Stream
        && Id == other.Id
        && Type == other.Type
        && Data.Span.SequenceEqual(other.Data.Span)
        && Metadata.Span.SequenceEqual(other.Metadata.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Stream, Revision, Id);
}
