using PbftReference.Core;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replay;
using PbftReference.Host.Replicas;

namespace PbftReference.Audit.Accountability;

/// <summary>The log of one replica while it is audited: read record by record and folded, until it ends or cannot be read on.</summary>
internal sealed class LogReading : IDisposable
{
    private readonly IEnumerator<LogRecord>? _records;
    private readonly long _until;
    private readonly string _stream;
    private ReplicaState? _state;
    private long _whole = -1;

    /// <summary>Begins.</summary>
    /// <param name="store">The logs.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">Whose log.</param>
    /// <param name="records">Its records from a revision on.</param>
    /// <param name="until">The last revision to read.</param>
    public LogReading(IEventStore store, Genesis genesis, ReplicaId replica, Func<ReplicaId, long, IEnumerable<LogRecord>> records, long until)
    {
        (Replica, _until, _stream) = (replica, until, LogStreams.OfReplica(genesis.Cluster, replica));
        try
        {
            if (store.Tail(_stream) is not { IsEmpty: false } tail)
            {
                IsMissing = true;
                return;
            }

            if (tail.FirstRevision > 0) Gaps.Add($"replica {replica}: its log begins at #{tail.FirstRevision}; what was before is truncated");
            var start = ReplicaRecovery.Begin(store, genesis, replica);
            (_state, _whole, Last) = (start.State, start.Position.Revision, start.Position.Revision);
            _records = records(replica, start.Position.Revision + 1).GetEnumerator();
            IsOpen = true;
        }
        catch (Exception e) when (e is LogFormatException or ReplayMismatchException or EventStoreException { IsUnreadable: true })
        {
            EndBy(e);
        }
    }

    /// <summary>Whose log it is.</summary>
    public ReplicaId Replica { get; }

    /// <summary>What it lacks.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>Whether there is none.</summary>
    public bool IsMissing { get; }

    /// <summary>Whether there may be more.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The last record that was read; -1 for none.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>Whether it was read to its end, and every record of it.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The state after the last record.</summary>
    public ReplicaState State => _state!;

    /// <summary>The last place of which a correct replica's log says nothing more: at or below h, and executed.</summary>
    public SequenceNumber Past => State.Low < State.LastExecuted ? State.Low : State.LastExecuted;

    /// <summary>The next record; null at the end.</summary>
    public LogRecord? Next()
    {
        try
        {
            if (Last >= _until || !_records!.MoveNext())
            {
                (IsOpen, IsWhole) = (false, true);
                return null;
            }

            Last = _records.Current.Revision;
            return _records.Current;
        }
        catch (Exception e) when (e is LogFormatException or EventStoreException { IsUnreadable: true })
        {
            EndBy(e);
            return null;
        }
    }

    /// <summary>Has somebody look into a record's step, and folds it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="look">Looks; before the step is folded.</param>
    /// <returns>Whether it is a step that fits what came before it; if not, nothing follows.</returns>
    public bool Fold(LogRecord record, Action<Step> look)
    {
        try
        {
            var step = record.Step;
            if (step is not null)
            {
                look(step);
                _state = Core.Fold.Step(_state!, step);
            }

            _whole = record.Revision;
            return step is not null;
        }
        catch (Exception e) when (e is IllegalTransitionException or UnfoldableEventException)
        {
            EndBy(new LogFormatException($"record #{record.Revision} of {_stream} does not fit what came before it: {e.Message}", e));
        }
        catch (LogFormatException e)
        {
            EndBy(e);
        }

        return false;
    }

    public void Dispose() => _records?.Dispose();

    private void EndBy(Exception e)
    {
        IsOpen = false;
        Gaps.Add($"replica {Replica}: its log {(_whole < 0 ? "cannot be read" : $"can be read up to #{_whole} only")}: {e.Message}");
    }
}
