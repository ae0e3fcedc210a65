using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>
/// One reading of all logs side by side, the one that is behind first, so that what is said of a place is together when all logs are past it and
/// need not be kept any longer. For those who are a little late, statements are held for one more window.
/// </summary>
internal sealed class AuditReading : IDisposable
{
    private const int BetweenProgress = 1000;

    private readonly Genesis _genesis;
    private readonly History _history;
    private readonly PlaceRows _rows = new();
    private readonly List<LogReading> _logs;
    private readonly LastHeard _heard;
    private readonly GenesisSample _sample;
    private readonly List<(SequenceNumber Place, ReplicaId Replica, string Gap)> _unproved = [];
    private readonly List<Conflict> _conflicts = [];
    private SequenceNumber _forgotten;
    private long _records;
    private bool _isReported;

    /// <summary>Begins.</summary>
    /// <param name="store">The logs.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="evidence">Takes in what is signed.</param>
    /// <param name="verifier">Checks the cluster's signatures.</param>
    /// <param name="records">The records of a replica from a revision on.</param>
    /// <param name="until">The last revision to read of each.</param>
    public AuditReading(IEventStore store, Genesis genesis, EvidenceSet evidence, ISignatureVerifier verifier, Func<ReplicaId, long, IEnumerable<LogRecord>> records, Func<ReplicaId, long> until)
    {
        (_genesis, Evidence) = (genesis, evidence);
        _history = new History(genesis.Configuration) { Forgotten = evidence.Forgotten };
        (_heard, _sample) = (new LastHeard(genesis.Configuration, verifier), new GenesisSample(verifier));
        _logs = [.. Enumerable.Range(0, genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Select(replica => new LogReading(store, genesis, replica, records, until(replica)))];
    }

    /// <summary>What is signed.</summary>
    public EvidenceSet Evidence { get; }

    /// <summary>What the logs lack, the replicas ascending. They are read.</summary>
    public IEnumerable<string> Gaps => _logs.SelectMany(GapsOf);

    /// <summary>The last revision that was read of a replica's log.</summary>
    public long LastOf(ReplicaId replica) => _logs[replica.Value].Last;

    /// <summary>Reads.</summary>
    /// <param name="progress">Told now and then how many records were read.</param>
    public void Run(Action<long> progress)
    {
        while (Behind() is { } log)
        {
            var before = log.Past;
            if (log.Next() is { } record)
            {
                if (++_records % BetweenProgress == 0) progress(_records);
                if (log.Fold(record, step => TakeIn(log, record, step))) _history.Add(log.Replica, record, log.State);
            }

            if (!log.IsOpen || log.Past != before) Forget();
        }

        foreach (var row in _history.TakeRest()) Settle(row);
    }

    /// <summary>What was found.</summary>
    /// <param name="gaps">What the logs lack.</param>
    public AuditReport Report(IEnumerable<string> gaps)
    {
        _isReported = true;
        var foreign = _sample.Foreign.ToList();
        var conflicts = _conflicts.OrderBy(conflict => conflict.Place).Select(conflict => conflict with { Missing = Evidence.MissingAt(conflict.Place) });
        return new AuditReport(
            Evidence.Accusations(), [.. conflicts], _rows, _history, [.. gaps, .. _unproved.Where(found => !foreign.Contains(found.Replica)).OrderBy(found => found.Place).Select(found => found.Gap)], Evidence.Count, Evidence.Forged, _records)
        {
            HeldAtMost = Evidence.HeldAtMost,
            Foreign = foreign,
        };
    }

    public void Dispose()
    {
        foreach (var log in _logs) log.Dispose();
        if (!_isReported) _rows.Dispose();
    }

    private IEnumerable<string> GapsOf(LogReading log)
    {
        var heard = log.IsMissing || log.IsWhole ? _heard.After(log.Replica, log.Last) : null;
        if (log.IsMissing) return [$"replica {log.Replica}: its log is not here{(heard is null ? "" : $"; {heard}")}"];
        return heard is null ? log.Gaps : log.Gaps.Append($"replica {log.Replica}: its log ends at #{log.Last}, and {heard}: its end was cut off, the replica set it back, or this copy was made before; add a longer one");
    }

    private LogReading? Behind()
    {
        LogReading? behind = null;
        foreach (var log in _logs)
        {
            if (log.IsOpen && (behind is null || log.Past < behind.Past)) behind = log;
        }

        return behind;
    }

    private void TakeIn(LogReading log, LogRecord record, Step step)
    {
        if (step.Input is MessageReceived received)
        {
            Evidence.Add(received.Message, received.Signature, log.Replica, record.Revision);
            if (received.Message is ReplicaMessage message)
            {
                _heard.Hear(log.Replica, record.Revision, message, received.Signature);
                _sample.Look(log.Replica, message, received.Signature);
            }
        }

        foreach (var change in step.Events)
        {
            if (change is ViewChangeSent sent) Evidence.Await(log.Replica, sent.ViewChange, log.State.Low);
        }
    }

    private void Forget()
    {
        if (Behind() is not { } behind) return;
        var through = new SequenceNumber(behind.Past.Value - _genesis.Configuration.LogWindow);
        if (through <= _forgotten) return;
        _forgotten = through;
        foreach (var row in _history.Take(through)) Settle(row);
        Evidence.Forget(through);
    }

    private void Settle(PlaceHistory row)
    {
        _rows.Add(row);
        var decided = row.Replicas.Where(pair => pair.Value.Committed is not null && IsProved(row.Place, pair.Key, pair.Value)).ToList();
        if (decided.Count < 2) return;
        var (one, first) = decided[0];
        foreach (var (other, second) in decided.Skip(1).Where(pair => pair.Value.Decided != first.Decided).Take(1))
        {
            _conflicts.Add(new Conflict(row.Place, one, first.Decided, other, second.Decided, []));
        }
    }

    // A log may claim what it likes; a decision counts with a quorum of commits whose signatures hold.
    private bool IsProved(SequenceNumber n, ReplicaId replica, PlaceAtReplica at)
    {
        if (at.Committers.Count >= _genesis.Configuration.Quorum && Evidence.HasCommits(at.View, n, at.Decided, at.Committers, replica)) return true;
        _unproved.Add((n, replica, $"replica {replica}: its log says that it decided {at.Decided.ToShortString()} at {n}, and does not have the signed commits"));
        return false;
    }
}
