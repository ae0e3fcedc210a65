using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;
using PbftReference.Host.Signing;

namespace PbftReference.Audit.Accountability;

/// <summary>Two logs in which a place holds different batches.</summary>
/// <param name="Place">The place.</param>
/// <param name="One">A replica.</param>
/// <param name="OneBatch">What it decided.</param>
/// <param name="Other">Another.</param>
/// <param name="OtherBatch">What that one decided.</param>
/// <param name="Missing">The new-views that the evidence about this place names and that no log has; empty if it is closed.</param>
public sealed record Conflict(SequenceNumber Place, ReplicaId One, Digest OneBatch, ReplicaId Other, Digest OtherBatch, IReadOnlyList<(Digest NewView, ReplicaId NamedBy)> Missing);

/// <summary>What an audit found.</summary>
/// <param name="Accusations">Those whom signed statements prove guilty, each with the proof, ascending.</param>
/// <param name="Conflicts">Where replicas decided differently, ascending.</param>
/// <param name="History">What happened, as the logs tell it.</param>
/// <param name="Gaps">What the logs lack: replicas without a log, beginnings and ends that are missing, records that cannot be read.</param>
/// <param name="Statements">How many signed statements there were.</param>
/// <param name="Forged">Statements in logs whose signature does not hold: whoever wrote that log made them up.</param>
/// <param name="Records">How many records were read.</param>
public sealed record AuditReport(
    IReadOnlyList<Accusation> Accusations, IReadOnlyList<Conflict> Conflicts, History History, IReadOnlyList<string> Gaps, long Statements, long Forged, long Records)
{
    /// <summary>Whether replicas decided differently and the logs do not tell who is to blame.</summary>
    public bool IsUndetermined(int weakQuorum) => Conflicts.Count > 0 && Accusations.Count < weakQuorum;
}

/// <summary>
/// The audit of a cluster by any of its logs: what happened, and who is proved to have lied. No log is taken at its word: only signatures count
/// against anybody. The proof that no correct replica is ever accused, and that a conflict in closed evidence convicts at least f+1, is the
/// specification's (<c>spec/proof/Accountability.dfy</c>).
/// </summary>
public static class ClusterAudit
{
    /// <summary>Audits the logs of a store.</summary>
    /// <param name="store">The logs; some may be missing, torn, or made up.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="verifier">Checks its signatures.</param>
    /// <param name="progress">Told how many records were read; null for nobody.</param>
    public static AuditReport Run(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(genesis);
        var reading = new Reading(store, genesis, verifier, progress);
        for (var i = 0; i < genesis.Configuration.Replicas; i++) reading.Read(new ReplicaId(i));
        return reading.Report();
    }

    private sealed class Reading(IEventStore store, Genesis genesis, ISignatureVerifier verifier, Action<long>? progress)
    {
        private readonly EvidenceSet _evidence = new(genesis.Configuration, verifier);
        private readonly History _history = new(genesis.Configuration);
        private readonly List<string> _gaps = [];
        private long _forged;
        private long _records;

        public void Read(ReplicaId replica)
        {
            var stream = LogStreams.OfReplica(genesis.Cluster, replica);
            try
            {
                if (store.Tail(stream) is not { IsEmpty: false } tail)
                {
                    _gaps.Add($"replica {replica}: its log is not here");
                    return;
                }

                if (tail.FirstRevision > 0) _gaps.Add($"replica {replica}: its log begins at #{tail.FirstRevision}; what was before is truncated");
                Read(replica, stream);
            }
            catch (Exception e) when (e is LogFormatException or EventStoreException { Failure: EventStoreFailure.Damaged })
            {
                _gaps.Add($"replica {replica}: its log can be read up to #{_last} only: {e.Message}");
            }
        }

        private long _last;

        private void Read(ReplicaId replica, string stream)
        {
            _last = -1;
            var start = ReplicaRecovery.Begin(store, genesis, replica);
            var state = start.State;
            foreach (var record in ReplicaLog.Read(store, stream, start.Position.Revision + 1))
            {
                _records++;
                if (_records % 1000 == 0) progress?.Invoke(_records);
                if (record.Step is { } step)
                {
                    if (step.Input is MessageReceived { Message: var message, Signature: var signature }) _forged += _evidence.Add(message, signature);
                    try
                    {
                        state = Fold.Step(state, step);
                    }
                    catch (Exception e) when (e is IllegalTransitionException or UnfoldableEventException)
                    {
                        throw new LogFormatException($"record #{record.Revision} of {stream} does not fit what came before it: {e.Message}", e);
                    }

                    _history.Add(replica, record, state);
                }

                _last = record.Revision;
            }
        }

        public AuditReport Report() => new(_evidence.Accusations(), [.. Conflicts()], _history, _gaps, _evidence.Count, _forged, _records);

        // A log may claim what it likes; a decision counts with a quorum of commits whose signatures hold.
        private bool IsProved(SequenceNumber n, ReplicaId replica, PlaceAtReplica at)
        {
            if (at.Committers.Count >= genesis.Configuration.Quorum && _evidence.HasCommits(at.View, n, at.Decided, at.Committers, replica)) return true;
            _gaps.Add($"replica {replica}: its log says that it decided {at.Decided.ToShortString()} at {n}, and does not have the signed commits");
            return false;
        }

        private IEnumerable<Conflict> Conflicts()
        {
            foreach (var place in _history.Places.Values)
            {
                var decided = place.Replicas.Where(pair => pair.Value.Committed is not null && IsProved(place.Place, pair.Key, pair.Value)).ToList();
                if (decided.Count < 2) continue;
                var (one, first) = decided[0];
                foreach (var (other, second) in decided.Skip(1).Where(pair => pair.Value.Decided != first.Decided).Take(1))
                {
                    yield return new Conflict(place.Place, one, first.Decided, other, second.Decided, _evidence.MissingAt(place.Place));
                }
            }
        }
    }
}
