using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Snapshots;

/// <summary>The record at the end of a snapshot, which names all the rest. Its SHA-256 is the hash of the snapshot.</summary>
/// <param name="Position">The record of the replica's stream up to which the state is folded.</param>
/// <param name="Fingerprint">Fingerprint of the state.</param>
/// <param name="Checkpoint">The checkpoint whose pages it holds.</param>
/// <param name="StateDigest">The checkpoint's digest.</param>
/// <param name="Content">The blobs right before the manifest.</param>
internal sealed record SnapshotManifest(
    LogPosition Position, Digest Fingerprint, SequenceNumber Checkpoint, Digest StateDigest, BlobReference Content)
{
    internal byte[] Encode() => LogJsonWriter.Encode(this, static (json, manifest) =>
    {
        json.BeginObject();
        json.Int64("revision", manifest.Position.Revision);
        json.Digest("hash", manifest.Position.Hash);
        json.Digest("fingerprint", manifest.Fingerprint);
        json.Int64("checkpoint", manifest.Checkpoint.Value);
        json.Digest("stateDigest", manifest.StateDigest);
        json.Digests("blobs", manifest.Content.Blobs);
        json.Int64("size", manifest.Content.Size);
        json.EndObject();
    });

    internal static SnapshotManifest Decode(ReadOnlyMemory<byte> data) => LogJsonReader.Decode(RecordTypes.Snapshot, data, static json =>
    {
        json.BeginObject();
        var position = new LogPosition(json.Int64("revision"), json.Digest("hash"));
        var (fingerprint, checkpoint) = (json.Digest("fingerprint"), new SequenceNumber(json.Int64("checkpoint")));
        var manifest = new SnapshotManifest(
            position, fingerprint, checkpoint, json.Digest("stateDigest"), new BlobReference(json.Digests("blobs"), json.Int64("size")));
        json.EndObject();
        return manifest.Content.Fits ? manifest : throw json.Fault("the blobs can't hold so many bytes");
    });

    /// <summary>What the replica's stream says of the snapshot if it confirms it.</summary>
    /// <param name="revision">Where the manifest stands.</param>
    /// <param name="data">The manifest's bytes.</param>
    internal SnapshotTaken TakenAt(long revision, ReadOnlySpan<byte> data) =>
        new(revision, Position, Fingerprint, Checkpoint, StateDigest, Digest.Of(data));
}
