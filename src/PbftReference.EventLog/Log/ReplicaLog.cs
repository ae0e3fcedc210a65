using PbftReference.Core;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Log;

/// <summary>
/// The log of one replica, at its end: what it decides is chained here at once, and durable when flushed. Dropping the object without
/// flushing is a crash; what waited is lost and everything before it stands. One thread at a time. See docs/log-format.md.
/// </summary>
/// <remarks>
/// Within a group of the store, what was flushed is durable when the group commits. If a group is undone, open the log anew.
/// </remarks>
public sealed class ReplicaLog
{
    private readonly ChainWriter _chain;
    private readonly Causes _causes;

    private ReplicaLog(IEventStore store, string cluster, ReplicaId replica)
    {
        (Store, Cluster, Replica) = (store, cluster, replica);
        _chain = ChainWriter.Open(store, LogStreams.OfReplica(cluster, replica));
        _causes = new Causes(cluster);
    }

    /// <summary>The store.</summary>
    public IEventStore Store { get; }

    /// <summary>The cluster's name.</summary>
    public string Cluster { get; }

    /// <summary>The replica.</summary>
    public ReplicaId Replica { get; }

    /// <summary>The stream's name.</summary>
    public string Stream => _chain.Stream;

    /// <summary>The last record, flushed or not.</summary>
    public LogPosition Head => _chain.Head;

    /// <summary>The last record that is flushed.</summary>
    public LogPosition Durable => _chain.Durable;

    /// <summary>Number of records that wait to be flushed; a large step has several.</summary>
    public int PendingCount => _chain.PendingCount;

    /// <summary>Opens a replica's log at its end; a log that does not exist yet begins with the first flush.</summary>
    /// <param name="store">The store; it stays the caller's.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="replica">The replica.</param>
    /// <exception cref="LogFormatException">The last record is damaged or missing, so nothing can be chained to it.</exception>
    public static ReplicaLog Open(IEventStore store, string cluster, ReplicaId replica)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new ReplicaLog(store, cluster, replica);
    }

    /// <summary>Adds a step. Its bytes, revision and hash are final; it is durable after the next flush.</summary>
    /// <param name="step">The step.</param>
    /// <param name="timeMs">The host's time in milliseconds.</param>
    /// <returns>Where it stands.</returns>
    /// <exception cref="FencedException">A flush before found another writer.</exception>
    public LogPosition Add(Step step, long timeMs)
    {
        ArgumentNullException.ThrowIfNull(step);
        var (type, data) = StepCodec.Encode(step);
        var position = _chain.Add(type, data, timeMs, Correlation.Of(step), _causes.Of(step.Input));
        _causes.Note(step, _chain.HeadId);
        return position;
    }

    /// <summary>Adds how many inputs were refused since the last such record. Reasons that did not occur are left out.</summary>
    /// <param name="counts">Numbers by reason, 0 and up.</param>
    /// <param name="timeMs">The host's time in milliseconds.</param>
    public LogPosition AddRefusals(IEnumerable<KeyValuePair<Refusal, long>> counts, long timeMs) =>
        _chain.Add(RecordTypes.RefusalsCounted, RefusalCounts.Encode(counts), timeMs);

    /// <summary>Adds the confirmation of a snapshot that is written; <c>SnapshotStore.Write</c> does.</summary>
    /// <param name="taken">The snapshot.</param>
    /// <param name="timeMs">The host's time in milliseconds.</param>
    public LogPosition AddSnapshotTaken(SnapshotTaken taken, long timeMs)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return _chain.Add(RecordTypes.SnapshotTaken, taken.Encode(), timeMs, causation: _chain.IdOf(taken.Position));
    }

    /// <summary>
    /// Makes everything that waits durable. If the store fails, what waits stays, and flushing again is safe: what was written
    /// nevertheless is recognised by its ids.
    /// </summary>
    /// <exception cref="FencedException">Another writer appended to the stream; stop.</exception>
    /// <exception cref="EventStoreException">The store failed.</exception>
    public void Flush() => _chain.Flush();

    /// <summary>Makes only the first records that wait durable: what a crash in the middle of a flush leaves.</summary>
    /// <param name="records">At most so many; 0 and up. A blob counts as a record.</param>
    /// <exception cref="FencedException">Another writer appended to the stream; stop.</exception>
    /// <exception cref="EventStoreException">The store failed.</exception>
    public void FlushPrefix(int records) => _chain.Flush(records);

    /// <summary>
    /// Takes what waits, to be written on another thread by <see cref="LogWrite.Run"/>; null if nothing waits. Records may be added
    /// meanwhile. Until <see cref="EndWrite"/>, nothing else may be flushed.
    /// </summary>
    /// <exception cref="FencedException">A flush before found another writer.</exception>
    /// <exception cref="InvalidOperationException">A write is under way.</exception>
    public LogWrite? BeginWrite() => _chain.BeginWrite();

    /// <summary>A write is over, done or failed: <see cref="Durable"/> moves to where it came. What it did not write waits on.</summary>
    /// <exception cref="InvalidOperationException">It is not the write that is under way.</exception>
    public void EndWrite(LogWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        _chain.EndWrite(write);
    }

    /// <summary>
    /// Reads a replica's stream from a revision on, and checks that each record's hash holds and follows on the one before. Blobs are
    /// not given out; the records that they belong to come with their whole data.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="from">The first revision wanted; what is truncated is left out.</param>
    /// <param name="check">False reads on over a broken chain, to look at a damaged log.</param>
    /// <exception cref="LogFormatException">While enumerating: a record can't be read, or the chain is broken; names stream and revision.</exception>
    public static IEnumerable<LogRecord> Read(IEventStore store, string stream, long from = 0, bool check = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var first = Math.Max(from, store.Tail(stream)?.FirstRevision ?? 0);
        return LogReading.From(store, stream, first, first == 0 ? Digest.None : null, check);
    }

    /// <summary>Reads the records that follow a known one, such as the one up to which a snapshot is folded.</summary>
    /// <param name="store">The store.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="position">The known record: the first record read must follow on it.</param>
    /// <exception cref="LogFormatException">While enumerating, as for <see cref="Read"/>.</exception>
    public static IEnumerable<LogRecord> ReadAfter(IEventStore store, string stream, LogPosition position) =>
        LogReading.From(store, stream, position.Revision + 1, position.Hash, check: true);
}
