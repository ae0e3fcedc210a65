using PbftReference.Cli.Inspect;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Forking;

/// <summary>
/// The beginnings of all replicas' logs at one moment of a run: of one replica up to a record; of the others what came before it by the clock,
/// and whatever the records that are in have taken in. So no message is received in it that was not sent in it.
/// </summary>
internal sealed class ConsistentCut
{
    // of one append: every store takes as much
    private const int MostEvents = 100;
    private const long MostBytes = 512 * 1024;

    private readonly RunLog _log;
    private readonly SortedDictionary<ReplicaId, long> _ends = [];

    /// <summary>Cuts after a record.</summary>
    /// <param name="log">The run.</param>
    /// <param name="replica">Whose record.</param>
    /// <param name="revision">The record's revision.</param>
    /// <exception cref="CommandException">A log is not there, or its beginning is truncated.</exception>
    public ConsistentCut(RunLog log, ReplicaId replica, long revision)
    {
        _log = log;
        foreach (var id in Enumerable.Range(0, log.Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Except(log.Replicas()))
        {
            throw new CommandException(ExitCodes.Data, $"of {log.StreamOf(id)} no record is in {log.Directory}, and others may hold what it signed: a run is forked from its whole log");
        }

        foreach (var id in log.Replicas())
        {
            if (log.Store.Tail(log.StreamOf(id)) is { FirstRevision: > 0 }) throw new CommandException(ExitCodes.Data, $"the beginning of {log.StreamOf(id)} is truncated: a run is forked from its whole log");
        }

        var time = ReplicaLog.Read(log.Store, log.StreamOf(replica)).First(record => record.Revision >= revision).TimeMs;
        foreach (var id in log.Replicas()) _ends[id] = id == replica ? revision : Before(id, time);
        while (Close())
        {
            // what was taken in draws in what it was sent from
        }
    }

    /// <summary>The last revision of each replica's log; -1 for none.</summary>
    public IReadOnlyDictionary<ReplicaId, long> Ends => _ends;

    /// <summary>Copies what is before the cut into another store; nothing else may be in it, but what the same copy left there before it was cut short.</summary>
    /// <returns>How many records were copied.</returns>
    /// <exception cref="WrongExpectedRevisionException">Something else is in it.</exception>
    public long CopyTo(IEventStore store)
    {
        var count = 0L;
        foreach (var (replica, end) in _ends)
        {
            var snapshots = -1L;
            foreach (var record in ReplicaLog.Read(_log.Store, _log.StreamOf(replica)).TakeWhile(record => record.Revision <= end))
            {
                if (record.SnapshotTaken is { } taken) snapshots = Math.Max(snapshots, taken.SnapshotRevision);
            }

            count += Copy(store, _log.StreamOf(replica), end) + Copy(store, LogStreams.OfSnapshots(_log.Genesis.Cluster, replica), snapshots);
        }

        return count;
    }

    private long Before(ReplicaId replica, long time)
    {
        var last = -1L;
        foreach (var record in ReplicaLog.Read(_log.Store, _log.StreamOf(replica)))
        {
            if (record.TimeMs >= time) break;
            last = record.Revision;
        }

        return last;
    }

    private bool Close()
    {
        var grew = false;
        foreach (var (replica, end) in _ends.ToList())
        {
            foreach (var record in ReplicaLog.Read(_log.Store, _log.StreamOf(replica)).TakeWhile(record => record.Revision <= end))
            {
                if (record.Step?.Input is not MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signedAt }) continue;
                if (!_ends.TryGetValue(message.Replica, out var source) || source >= signedAt) continue;
                _ends[message.Replica] = signedAt;
                grew = true;
            }
        }

        return grew;
    }

    // Older snapshots are discarded as newer ones come; what stood in their place is not copied, but counted. The records that were folded
    // into them are all there.
    private long Copy(IEventStore store, string stream, long end)
    {
        var gone = Math.Min(_log.Store.Tail(stream)?.FirstRevision ?? 0, end + 1);
        var next = Append(store, stream, 0, Enumerable.Range(0, (int)gone).Select(i => new EventToAppend(RecordHash.EventId(stream, i, default), RecordTypes.Blob, default, default)));
        next = Append(store, stream, next, _log.Store.Read(stream, gone).TakeWhile(item => item.Revision <= end).Select(item => new EventToAppend(item.Id, item.Type, item.Data, item.Metadata)));
        var last = gone > end && gone > 0 ? Append(store, stream, next, [EmptyBlob(stream, next)]) - 1 : next - 1;
        if (gone > 0) store.Truncate(stream, gone);
        if ((store.Tail(stream)?.LastRevision ?? -1) is var there && there != last) throw new WrongExpectedRevisionException(stream, last, there);
        return next - gone;
    }

    // Where no snapshot is left, the next one is chained to a blob that no snapshot has: one that was never finished leaves such blobs, too.
    private static EventToAppend EmptyBlob(string stream, long revision)
    {
        var unsealed = new RecordMetadata(Digest.None, null, 0, Digest.None, Digest.None);
        var hash = RecordHash.Of(stream, revision, RecordTypes.Blob, unsealed, Digest.Of([]));
        return new EventToAppend(RecordHash.EventId(stream, revision, hash), RecordTypes.Blob, default, (unsealed with { Hash = hash }).Encode());
    }

    private static long Append(IEventStore store, string stream, long next, IEnumerable<EventToAppend> events)
    {
        var (waiting, bytes) = (new List<EventToAppend>(), 0L);
        foreach (var item in events)
        {
            if (waiting.Count == MostEvents || (waiting.Count > 0 && bytes + SizeOf(item) > MostBytes)) Flush();
            waiting.Add(item);
            bytes += SizeOf(item);
        }

        Flush();
        return next;

        void Flush()
        {
            if (waiting.Count > 0) store.Append(stream, next - 1, waiting);
            next += waiting.Count;
            (waiting, bytes) = ([], 0);
        }
    }

    private static long SizeOf(EventToAppend item) => item.Data.Length + item.Metadata.Length;
}
