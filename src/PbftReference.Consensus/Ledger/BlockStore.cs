using PbftReference.Consensus.Interfaces;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Consensus.Ledger;

/// <summary>
/// The blocks of one replica, in the order of their places, in an append-only stream. They can be made again from the replica's log,
/// so the medium need not outlive a power cut: what was lost is committed again when the log is folded.
/// </summary>
public sealed class BlockStore
{
    private const string RecordType = "block/1";
    private const int Remembered = 256;

    private readonly Lock _gate = new();
    private readonly IEventStore _store;
    private readonly string _stream;
    private readonly Dictionary<SequenceNumber, Block> _recent = [];
    private readonly Queue<SequenceNumber> _order = [];
    private long _last;

    /// <summary>Opens the blocks of a replica.</summary>
    /// <param name="store">Where they are kept; it stays the caller's.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    /// <exception cref="LogFormatException">The last block cannot be read.</exception>
    public BlockStore(IEventStore store, string cluster, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _stream) = (store, StreamOf(cluster, replica));
        _last = store.Tail(_stream)?.LastRevision ?? -1;
        if (_last >= 0) Remember(Last = Read(_last));
    }

    /// <summary>The last block; null if there is none.</summary>
    public Block? Last { get; private set; }

    /// <summary>Number of blocks.</summary>
    public long Count => Volatile.Read(ref _last) + 1;

    /// <summary>The name of the stream: <c>ledger-CLUSTER.I</c>.</summary>
    public static string StreamOf(string cluster, ReplicaId replica) => $"ledger-{cluster}.{replica}";

    /// <summary>Adds a block behind the last.</summary>
    /// <exception cref="EventStoreException">The medium failed; nothing was added.</exception>
    public void Append(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        lock (_gate)
        {
            var data = BlockCodec.Encode(block);
            _store.Append(_stream, _last, [new EventToAppend(RecordHash.EventId(_stream, _last + 1, block.Hash), RecordType, data, default)]);
            Volatile.Write(ref _last, _last + 1);
            Remember(Last = block);
        }
    }

    /// <summary>The block of a place; null if none is there.</summary>
    /// <exception cref="LogFormatException">A block cannot be read.</exception>
    public Block? At(SequenceNumber n)
    {
        lock (_gate)
        {
            if (_recent.TryGetValue(n, out var block)) return block;
            if (Last is null || n > Last.Metadata.SequenceNumber) return null;
            return Search(n);
        }
    }

    /// <summary>All blocks, ascending.</summary>
    /// <exception cref="LogFormatException">While enumerating: a block cannot be read.</exception>
    public IEnumerable<Block> All()
    {
        foreach (var stored in _store.Read(_stream)) yield return Decode(stored);
    }

    private Block? Search(SequenceNumber n)
    {
        var (low, high) = (0L, _last);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var block = Read(middle);
            var at = block.Metadata.SequenceNumber;
            if (at == n) return block;
            if (at < n) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    private Block Read(long revision) => Decode(
        _store.Read(_stream, revision, 1).FirstOrDefault() ?? throw new LogFormatException($"stream {_stream}: block at revision {revision} is missing; remove the file, it is made again from the log"));

    private Block Decode(StoredEvent stored)
    {
        try
        {
            return BlockCodec.Decode(stored.Data.Span);
        }
        catch (FormatException e)
        {
            throw new LogFormatException($"stream {_stream}: the block at revision {stored.Revision} cannot be read: {e.Message}; remove the file, it is made again from the log", e);
        }
    }

    private void Remember(Block block)
    {
        _recent[block.Metadata.SequenceNumber] = block;
        _order.Enqueue(block.Metadata.SequenceNumber);
        if (_order.Count > Remembered) _recent.Remove(_order.Dequeue());
    }
}
