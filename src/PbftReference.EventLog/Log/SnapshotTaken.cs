using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Log;

/// <summary>A replica's own word for a snapshot: only a snapshot that its stream names is ever read.</summary>
/// <param name="SnapshotRevision">Where its manifest stands in the stream of snapshots.</param>
/// <param name="Position">The record of the replica's stream up to which it is folded.</param>
/// <param name="Fingerprint">Fingerprint of the replica's state.</param>
/// <param name="Checkpoint">The checkpoint whose pages it holds.</param>
/// <param name="StateDigest">The checkpoint's digest.</param>
/// <param name="SnapshotHash">SHA-256 of its manifest, which names all the rest.</param>
public sealed record SnapshotTaken(
    long SnapshotRevision, LogPosition Position, Digest Fingerprint, SequenceNumber Checkpoint, Digest StateDigest, Digest SnapshotHash)
{
    internal byte[] Encode() => LogJsonWriter.Encode(this, static (json, taken) =>
    {
        json.BeginObject();
        json.Int64("snapshotRevision", taken.SnapshotRevision);
        json.Int64("revision", taken.Position.Revision);
        json.Digest("hash", taken.Position.Hash);
        json.Digest("fingerprint", taken.Fingerprint);
        json.Int64("checkpoint", taken.Checkpoint.Value);
        json.Digest("stateDigest", taken.StateDigest);
        json.Digest("snapshotHash", taken.SnapshotHash);
        json.EndObject();
    });

    internal static SnapshotTaken Decode(ReadOnlyMemory<byte> data) => LogJsonReader.Decode(RecordTypes.SnapshotTaken, data, static json =>
    {
        json.BeginObject();
        var snapshotRevision = json.Int64("snapshotRevision");
        var position = new LogPosition(json.Int64("revision"), json.Digest("hash"));
        var fingerprint = json.Digest("fingerprint");
        var checkpoint = new SequenceNumber(json.Int64("checkpoint"));
        var taken = new SnapshotTaken(
            snapshotRevision, position, fingerprint, checkpoint, json.Digest("stateDigest"), json.Digest("snapshotHash"));
        json.EndObject();
        return taken;
    });
}
