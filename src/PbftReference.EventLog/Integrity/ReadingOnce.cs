using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;

namespace PbftReference.EventLog.Integrity;

/// <summary>
/// Reads the log of a cluster once, for its integrity and for whoever judges it. It says only whether all is as it should be; if something
/// is not, nothing that was read counts, and <see cref="LogIntegrity"/> is to be asked, which reads the log more than once and says what
/// is wrong. Memory is bounded by how far the readers of the streams are apart.
/// </summary>
public sealed class ReadingOnce
{
    private readonly Findings _findings = new();
    private readonly SortedDictionary<ReplicaId, StreamReading> _judged = [];
    private readonly List<StreamReading> _beside = [];
    private readonly List<CheckedStream> _snapshots = [];
    private readonly HeadsOnce _heads;

    private ReadingOnce(IEventStore store, string cluster, IReadOnlyCollection<ReplicaId> judged, Func<ReplicaId, bool> isFaulty)
    {
        var all = store.Streams();
        var names = all.Where(stream => LogIntegrity.IsOf(stream, cluster)).ToList();
        _heads = new HeadsOnce(store, cluster, isFaulty);
        foreach (var stream in names)
        {
            if (!LogStreams.TryParseReplica(stream, out _, out var replica))
            {
                // what a faulty replica keeps beside its log says nothing of anybody
                if (LogStreams.TryParseSnapshots(stream, out _, out var owner) && !isFaulty(owner)) _snapshots.Add(LogIntegrity.CheckSnapshots(store, stream, all, _findings));
                continue;
            }

            var reading = new StreamReading(store, cluster, replica, stream, all, isFaulty(replica) ? new Findings() : _findings, _heads);
            if (judged.Contains(replica)) _judged.Add(replica, reading);
            else _beside.Add(reading);
        }
    }

    /// <summary>Begins; null if nobody judges the stream of a correct replica.</summary>
    /// <param name="store">The streams.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="judged">The replicas whose streams will be read by <see cref="RecordsOf"/>.</param>
    /// <param name="isFaulty">Which replicas may have written anything.</param>
    /// <exception cref="EventStoreException">The store itself can't be read.</exception>
    public static ReadingOnce? Begin(IEventStore store, string cluster, IReadOnlyCollection<ReplicaId> judged, Func<ReplicaId, bool> isFaulty)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(judged);
        ArgumentNullException.ThrowIfNull(isFaulty);
        var reading = new ReadingOnce(store, cluster, judged, isFaulty);
        return reading._beside.All(stream => isFaulty(stream.Replica)) ? reading : null;
    }

    /// <summary>Whether all that was read so far is as it should be.</summary>
    public bool IsSound => !_findings.Any && _heads.Agree;

    /// <summary>The records of a judged replica, in order, each checked before it is given out. Nothing follows on what is not sound.</summary>
    /// <exception cref="EventStoreException">The store itself can't be read.</exception>
    public IEnumerable<LogRecord> RecordsOf(ReplicaId replica)
    {
        if (!_judged.TryGetValue(replica, out var reading)) yield break;
        while (reading.MoveNext())
        {
            foreach (var other in _beside) other.Follow(reading.Revision);
            if (!IsSound) yield break;
            if (reading.Current is { } record) yield return record;
        }
    }

    /// <summary>Reads what is left.</summary>
    /// <returns>The report, which has no findings; null if something is not as it should be.</returns>
    /// <exception cref="EventStoreException">The store itself can't be read.</exception>
    public IntegrityReport? End()
    {
        var readings = _judged.Values.Concat(_beside).ToList();
        foreach (var reading in readings)
        {
            while (IsSound && reading.MoveNext())
            {
            }
        }

        if (!IsSound || !_heads.AllSeen) return null;
        var streams = _snapshots.Concat(readings.Select(reading => reading.Result)).OrderBy(stream => stream.Stream, StringComparer.Ordinal);
        return new IntegrityReport([.. streams], []);
    }

    /// <summary>One replica's stream.</summary>
    private sealed class StreamReading
    {
        private readonly IEventStore _store;
        private readonly string _cluster;
        private readonly string _stream;
        private readonly Findings _findings;
        private readonly HeadsOnce _heads;
        private readonly ChainCheck _check;
        private readonly ContentCheck _content;
        private readonly IEnumerator<(StoredEvent Item, RecordMetadata Metadata)> _walk;
        private bool _isDone;

        public StreamReading(
            IEventStore store, string cluster, ReplicaId replica, string stream, IReadOnlyList<string> all, Findings findings, HeadsOnce heads)
        {
            (_store, _cluster, Replica, _stream, _findings, _heads) = (store, cluster, replica, stream, findings, heads);
            _check = ChainCheck.Of(store, stream, all, findings);
            _content = new ContentCheck(store, stream, findings);
            _walk = _check.Walk().GetEnumerator();
        }

        public ReplicaId Replica { get; }

        public long Revision { get; private set; } = -1;

        /// <summary>The record; null if it is a blob or cannot be read.</summary>
        public LogRecord? Current { get; private set; }

        public CheckedStream Result => _check.Result;

        public bool MoveNext()
        {
            if (_isDone) return false;
            try
            {
                return Advance();
            }
            catch (EventStoreException e) when (e.IsUnreadable)
            {
                // the walk is over by it, and must not pass for one that came to its end
                _isDone = true;
                _findings.Unreadable(_stream, e);
                throw;
            }
        }

        private bool Advance()
        {
            if (!_walk.MoveNext())
            {
                _isDone = true;
                _content.EndReplica();
                LogIntegrity.CheckEndAgainstSnapshots(_store, _stream, _cluster, Replica, _findings);
                return false;
            }

            var (item, metadata) = _walk.Current;
            Revision = item.Revision;
            _heads.Read(Replica, item.Revision, metadata.Hash);
            Current = _content.VisitReplica(item, metadata, _cluster, Replica);
            if (Current?.Step is { } step) _heads.Hold(step);
            return true;
        }

        // So that no reader runs far ahead of another.
        public void Follow(long revision)
        {
            while (Revision < revision && MoveNext())
            {
            }
        }
    }
}
