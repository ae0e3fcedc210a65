using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Log;

/// <summary>What stands beside a record's data.</summary>
/// <param name="Correlation">Digest of the batch that the record is about (<c>$correlationId</c>); <see cref="Digest.None"/> if about none.</param>
/// <param name="Causation">Id of the record that caused this one (<c>$causationId</c>), in this stream or in the sender's; null if not known.</param>
/// <param name="TimeMs">The host's time in milliseconds: of the simulation, or since 1970.</param>
/// <param name="PrevHash">Hash of the record before; <see cref="Digest.None"/> for the first.</param>
/// <param name="Hash">Hash of this record.</param>
public sealed record RecordMetadata(Digest Correlation, Guid? Causation, long TimeMs, Digest PrevHash, Digest Hash)
{
    /// <summary>The metadata as JSON; there is one form only.</summary>
    public byte[] Encode() => LogJsonWriter.Encode(this, Write);

    /// <summary>Reads metadata.</summary>
    /// <exception cref="LogFormatException">Not metadata, or not in the one form in which it is written.</exception>
    public static RecordMetadata Decode(ReadOnlyMemory<byte> bytes) => MetadataForm.TryRead(bytes.Span) ?? DecodeSlowly(bytes);

    /// <summary>Reads metadata as JSON and holds it against the one form; the reference for <see cref="MetadataForm"/>.</summary>
    internal static RecordMetadata DecodeSlowly(ReadOnlyMemory<byte> bytes)
    {
        var metadata = LogJsonReader.Decode("metadata", bytes, Read);
        return metadata.Encode().AsSpan().SequenceEqual(bytes.Span)
            ? metadata
            : throw new LogFormatException("metadata: not in the one form in which metadata is written");
    }

    private static void Write(LogJsonWriter json, RecordMetadata metadata)
    {
        json.BeginObject();
        if (!metadata.Correlation.IsNone) json.Digest("$correlationId", metadata.Correlation);
        if (metadata.Causation is { } causation) json.Text("$causationId", causation.ToString("D"));
        json.Int64("time", metadata.TimeMs);
        json.Digest("prevHash", metadata.PrevHash);
        json.Digest("hash", metadata.Hash);
        json.EndObject();
    }

    private static RecordMetadata Read(LogJsonReader json)
    {
        json.BeginObject();
        var correlation = json.TryField("$correlationId") ? json.Digest() : Digest.None;
        Guid? causation = json.TryField("$causationId") ? ReadGuid(json) : null;
        var metadata = new RecordMetadata(correlation, causation, json.Int64("time"), json.Digest("prevHash"), json.Digest("hash"));
        json.EndObject();
        return metadata;
    }

    private static Guid ReadGuid(LogJsonReader json)
    {
        var text = json.Text();
        return Guid.TryParseExact(text, "D", out var value) ? value : throw json.Fault($"\"{text}\" is no event id");
    }
}
