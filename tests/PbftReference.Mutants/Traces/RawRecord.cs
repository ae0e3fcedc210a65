using PbftReference.Core;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Mutants.Traces;

/// <summary>One record of a stream apart from its place in the chain, which it gets when the stream is chained anew.</summary>
internal sealed record RawRecord(string Type, ReadOnlyMemory<byte> Data, RecordMetadata Metadata, Guid Id, long Revision)
{
    private Step? _step;

    /// <summary>The records of a stream.</summary>
    public static RawRecord[] All(IEventStore store, string stream)
    {
        var records = store.Read(stream).Select(stored => new RawRecord(stored.Type, stored.Data, RecordMetadata.Decode(stored.Metadata), stored.Id, stored.Revision)).ToArray();
        if (!LogStreams.TryParseReplica(stream, out _, out _)) return records;
        foreach (var whole in ReplicaLog.Read(store, stream).Where(whole => records[whole.Revision].IsInBlobs)) records[whole.Revision]._step = whole.Step;
        return records;
    }

    /// <summary>Whether the record is a step of the replica, and not what the host noted.</summary>
    public bool IsStep => Type is not (RecordTypes.Blob or RecordTypes.RefusalsCounted or RecordTypes.SnapshotTaken or RecordTypes.Snapshot);

    /// <summary>Whether it holds, or is kept in, a blob.</summary>
    public bool IsOfBlobs => IsInBlobs || Type == RecordTypes.Blob;

    /// <summary>Whether its data stands in the blobs before it.</summary>
    public bool IsInBlobs => Data.Span.StartsWith("{\"blobs\":"u8);

    /// <summary>The hash that it had in the recorded chain; of a mutated record, that of the one that it was made from.</summary>
    public Digest OldHash => Metadata.Hash;

    /// <summary>The same record with other data.</summary>
    public RawRecord With(ReadOnlyMemory<byte> data) => this with { Data = data, _step = null };

    /// <summary>The step, decoded once.</summary>
    /// <exception cref="LogFormatException">It is none.</exception>
    public Step Step => _step ??= StepCodec.Decode(Type, Data);
}
