using System.Buffers.Binary;
using System.Collections.Immutable;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;

namespace PbftReference.EventLog.Snapshots;

/// <summary>
/// What a snapshot's blobs hold, one after the other in the canonical encoding: the state's JSON, the client pages, the service pages.
/// </summary>
internal static class SnapshotContent
{
    // So many blobs wait at most, so that a large snapshot is not held twice.
    private const int MaxPending = 8;

    /// <summary>Adds the blobs to a chain; some may be flushed.</summary>
    internal static BlobReference Write(ChainWriter chain, ReadOnlySpan<byte> state, CheckpointPages pages, long timeMs)
    {
        var pieces = new Pieces(chain, timeMs);
        pieces.Bytes(state);
        pieces.Pages(pages.ClientPages);
        pieces.Pages(pages.ServicePages);
        return pieces.End();
    }

    /// <summary>Reads the content, and holds it against the manifest.</summary>
    /// <exception cref="LogFormatException">It is not what the manifest says.</exception>
    internal static (ReplicaState State, CheckpointPages Pages) Read(
        byte[] content, SnapshotManifest manifest, ClusterConfiguration configuration, ReplicaId replica)
    {
        try
        {
            var reader = new CanonicalReader(content);
            var state = Slice(ref reader, content);
            var pages = new CheckpointPages(manifest.Checkpoint, manifest.StateDigest, Slices(ref reader, content), Slices(ref reader, content));
            reader.End();
            if (Digest.Of(state.Span) != manifest.Fingerprint) throw new LogFormatException("snapshot: the state has another fingerprint");
            if (!pages.FitDigest()) throw new LogFormatException("snapshot: the pages do not have the checkpoint's digest");
            return (StateCodec.Decode(state, configuration, replica), pages);
        }
        catch (InvalidDataException e)
        {
            throw new LogFormatException($"snapshot: {e.Message}", e);
        }
    }

    private static ImmutableArray<ReadOnlyMemory<byte>> Slices(ref CanonicalReader reader, byte[] content)
    {
        var slices = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(reader.Count(sizeof(int)));
        while (slices.Count < slices.Capacity) slices.Add(Slice(ref reader, content));
        return slices.MoveToImmutable();
    }

    private static ReadOnlyMemory<byte> Slice(ref CanonicalReader reader, byte[] content)
    {
        var length = reader.Bytes().Length;
        return content.AsMemory(reader.Position - length, length);
    }

    /// <summary>Cuts what is written into blobs.</summary>
    private sealed class Pieces(ChainWriter chain, long timeMs)
    {
        private readonly ImmutableArray<Digest>.Builder _blobs = ImmutableArray.CreateBuilder<Digest>();
        private byte[] _piece = [];
        private int _used;
        private long _size;

        internal void Pages(IReadOnlyList<ReadOnlyMemory<byte>> pages)
        {
            Int32(pages.Count);
            foreach (var page in pages) Bytes(page.Span);
        }

        internal void Bytes(ReadOnlySpan<byte> bytes)
        {
            Int32(bytes.Length);
            Write(bytes);
        }

        internal BlobReference End()
        {
            Cut();
            return new BlobReference(_blobs.DrainToImmutable(), _size);
        }

        private void Int32(int value)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            Write(bytes);
        }

        private void Write(ReadOnlySpan<byte> bytes)
        {
            _size += bytes.Length;
            while (!bytes.IsEmpty)
            {
                if (_piece.Length == 0) _piece = new byte[BlobReference.PieceSize];
                var count = Math.Min(bytes.Length, _piece.Length - _used);
                bytes[..count].CopyTo(_piece.AsSpan(_used));
                bytes = bytes[count..];
                _used += count;
                if (_used == _piece.Length) Cut();
            }
        }

        private void Cut()
        {
            if (_used == 0) return;
            _blobs.Add(chain.AddBlob(_piece.AsMemory(0, _used), timeMs));
            if (chain.PendingCount >= MaxPending) chain.Flush();
            (_piece, _used) = ([], 0);
        }
    }
}
