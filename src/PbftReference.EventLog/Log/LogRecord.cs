using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>One record of a replica's stream: a step, or what the host noted beside the steps.</summary>
public sealed class LogRecord
{
    private readonly StoredEvent _stored;
    private readonly RecordMetadata _metadata;
    private Step? _step;

    internal LogRecord(StoredEvent stored, RecordMetadata metadata, ReadOnlyMemory<byte> data)
    {
        (_stored, _metadata, Data) = (stored, metadata, data);
    }

    /// <summary>The stream.</summary>
    public string Stream => _stored.Stream;

    /// <summary>The record's place in its stream.</summary>
    public long Revision => _stored.Revision;

    /// <summary>Its type with its version, such as <c>prepare-received/1</c>.</summary>
    public string Type => _stored.Type;

    /// <summary>Its id, a function of stream, revision and hash.</summary>
    public Guid Id => _stored.Id;

    /// <summary>The host's time in milliseconds.</summary>
    public long TimeMs => _metadata.TimeMs;

    /// <summary>Digest of the batch that it is about; <see cref="Digest.None"/> if about none.</summary>
    public Digest Correlation => _metadata.Correlation;

    /// <summary>Id of the record that caused it, in this stream or in the sender's; null if not known.</summary>
    public Guid? Causation => _metadata.Causation;

    /// <summary>Hash of the record before.</summary>
    public Digest PrevHash => _metadata.PrevHash;

    /// <summary>Hash of this record.</summary>
    public Digest Hash => _metadata.Hash;

    /// <summary>Its place and hash.</summary>
    public LogPosition Position => new(Revision, Hash);

    /// <summary>Its data, put together if it was kept in blobs.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether it is a step, and not what the host noted.</summary>
    public bool IsStep => Type is not (RecordTypes.RefusalsCounted or RecordTypes.SnapshotTaken);

    /// <summary>The step, decoded when first asked for; null if it is none.</summary>
    /// <exception cref="LogFormatException">The data is not a step of this type; names the stream and the revision.</exception>
    public Step? Step => !IsStep ? null : _step ??= Decoded(() => StepCodec.Decode(Type, Data));

    /// <summary>How many inputs were refused, by reason; null if it is no such record.</summary>
    /// <exception cref="LogFormatException">The data is not that; names the stream and the revision.</exception>
    public ImmutableSortedDictionary<Refusal, long>? Counts =>
        Type == RecordTypes.RefusalsCounted ? Decoded(() => RefusalCounts.Decode(Data)) : null;

    /// <summary>The snapshot that it confirms; null if it confirms none.</summary>
    /// <exception cref="LogFormatException">The data is not that; names the stream and the revision.</exception>
    public SnapshotTaken? SnapshotTaken =>
        Type == RecordTypes.SnapshotTaken ? Decoded(() => Log.SnapshotTaken.Decode(Data)) : null;

    private T Decoded<T>(Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (LogFormatException e)
        {
            throw RecordFault.At(_stored, e);
        }
    }
}
