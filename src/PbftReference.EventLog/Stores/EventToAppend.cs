namespace PbftReference.EventLog.Stores;

/// <summary>One event on its way into a stream. Equal means equal bytes.</summary>
/// <param name="Id">
/// Never empty. It serves to recognise a retry and nothing else; it is not a unique key. Make it a function of what is written.
/// </param>
/// <param name="Type">Name and version of the record, such as <c>prepare-received/1</c>. Not empty, not beginning with '$'.</param>
/// <param name="Data">The encoded event. The store copies the bytes before <c>Append</c> returns.</param>
/// <param name="Metadata">The encoded metadata; may be empty. Copied likewise.</param>
public sealed record EventToAppend(Guid Id, string Type, ReadOnlyMemory<byte> Data, ReadOnlyMemory<byte> Metadata)
{
    /// <summary>Compares the bytes, not the buffers that hold them.</summary>
    public bool Equals(EventToAppend? other) =>
        other is not null
        && Id == other.Id
        && Type == other.Type
        && Data.Span.SequenceEqual(other.Data.Span)
        && Metadata.Span.SequenceEqual(other.Metadata.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Type, Data.Length, Metadata.Length);
}
