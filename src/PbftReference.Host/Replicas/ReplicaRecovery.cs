using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Snapshots;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replay;
using PbftReference.Host.Services;

namespace PbftReference.Host.Replicas;

/// <summary>A replica as its log tells it.</summary>
/// <param name="State">The state after the last durable step.</param>
/// <param name="Log">The log, at its end.</param>
/// <param name="Service">The service after the last executed batch, with the checkpoints that it keeps.</param>
public sealed record RecoveredReplica(ReplicaState State, ReplicaLog Log, ServiceRunner Service);

/// <summary>Recovery: the newest replica snapshot that the log confirms, and the steps after it.</summary>
public static class ReplicaRecovery
{
    /// <summary>Recovers a replica; one without a log is at the genesis.</summary>
    /// <exception cref="ReplayMismatchException">The service does not reproduce what is recorded.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">A record cannot be read.</exception>
    public static RecoveredReplica Recover(IEventStore store, Genesis genesis, ReplicaId replica)
    {
        var configuration = genesis.Configuration;
        var service = new ServiceRunner(ServiceFactory.Create(genesis.Service), configuration.ClientWindow);
        var state = ReplicaState.Genesis(configuration, replica);
        var from = 0L;
        if (SnapshotStore.ReadNewest(store, genesis.Cluster, replica, configuration) is { } snapshot)
        {
            state = snapshot.State;
            from = snapshot.Taken.Position.Revision + 1;
            Rebuild(service, snapshot);
        }

        foreach (var record in ReplicaLog.Read(store, LogStreams.OfReplica(genesis.Cluster, replica), from))
        {
            if (record.Step is { } step) state = ServiceReplay.Apply(state, step, service);
        }

        return new RecoveredReplica(state, ReplicaLog.Open(store, genesis.Cluster, replica), service);
    }

    /// <summary>The service after the snapshot's last executed batch: the pages of its stable checkpoint, and the decided batches above.</summary>
    public static void Rebuild(ServiceRunner service, ReplicaSnapshot snapshot)
    {
        var state = snapshot.State;
        var clients = ClientTable.Empty(service.ClientWindow);
        if (state.Low.Value > 0)
        {
            clients = service.Install(state.Low, state.Stable.StateDigest, snapshot.Pages.ClientPages, snapshot.Pages.ServicePages).Clients;
        }

        for (var n = state.Low.Next; n <= state.LastExecuted; n = n.Next)
        {
            clients = Execute(service, clients, state.SlotAt(n));
            foreach (var own in state.OwnCheckpoints)
            {
                if (own.SequenceNumber == n) service.Keep(new TakeCheckpoint(n, own.StateDigest, clients));
            }
        }

        if (service.Service.Digest != state.ServiceDigest)
        {
            throw new ReplayMismatchException(
                $"the snapshot at revision {snapshot.Taken.Position.Revision} gives service digest {service.Service.Digest}, its state says {state.ServiceDigest}");
        }
    }

    private static ClientTable Execute(ServiceRunner service, ClientTable clients, Slot slot)
    {
        var batch = slot.Decision!.BatchDigest.IsNone ? null : slot.Batch!;
        if (batch is null) return clients;
        ImmutableArray<Request> runnable = clients.Runnable(batch);
        return clients.With(runnable, service.Run(new Execute(slot.SequenceNumber, runnable)).Results);
    }
}
