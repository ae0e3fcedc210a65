using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;

namespace PbftReference.Host.Replay;

/// <summary>Folds a replica's recorded steps from the beginning and executes its batches again, as recovery does; decides nothing.</summary>
public static class FoldReplay
{
    /// <summary>Replays one replica's stream up to a revision.</summary>
    /// <param name="store">The store.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="until">The last revision to replay.</param>
    /// <param name="progress">Called with each revision; null for nobody.</param>
    /// <returns>The state at the end. A mismatch says that the service, run again, does something else than recorded.</returns>
    /// <exception cref="EventLog.Codec.LogFormatException">A record cannot be read.</exception>
    public static ReplayReport Run(
        IEventStore store, Genesis genesis, ReplicaId replica, long until = long.MaxValue, Action<long>? progress = null)
    {
        var start = ReplicaRecovery.Begin(store, genesis, replica);
        var (state, service, steps) = (start.State, start.Service, 0L);
        var stream = LogStreams.OfReplica(genesis.Cluster, replica);
        foreach (var record in ReplicaLog.ReadAfter(store, stream, start.Position))
        {
            if (record.Revision > until) break;
            progress?.Invoke(record.Revision);
            if (record.Step is not { } step) continue;
            steps++;
            try
            {
                state = ServiceReplay.Apply(state, step, service);
            }
            catch (ReplayMismatchException e)
            {
                return new ReplayReport(stream, steps, state, service, new ReplayMismatch(record.Revision, record.Type, e.Message));
            }
        }

        return new ReplayReport(stream, steps, state, service, null);
    }
}
