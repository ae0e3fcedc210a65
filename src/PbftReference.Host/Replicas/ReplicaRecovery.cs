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

/// <summary>Where folding starts.</summary>
/// <param name="State">The state.</param>
/// <param name="Service">The service.</param>
/// <param name="Position">The last record that is in them.</param>
public readonly record struct ReplayStart(ReplicaState State, ServiceRunner Service, LogPosition Position);

/// <summary>Recovery: the newest replica snapshot that the log confirms, and the steps after it.</summary>
public static class ReplicaRecovery
{
    /// <summary>Recovers a replica; one without a log is at the genesis.</summary>
    /// <param name="store">The store.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="replica">The replica.</param>
    /// <param name="journal">Told what the service does meanwhile, and later; null for nobody.</param>
    /// <exception cref="ReplayMismatchException">The service does not reproduce what is recorded.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">A record cannot be read.</exception>
    public static RecoveredReplica Recover(IEventStore store, Genesis genesis, ReplicaId replica, IServiceJournal? journal = null)
    {
        var start = NewestSnapshot(store, genesis, replica, journal: journal) ?? FromGenesis(genesis, replica, journal);
        return RecoverTo(store, genesis, start, long.MaxValue);
    }

    /// <summary>A replica as it was after a revision, folded from where its stream begins.</summary>
    /// <exception cref="ReplayMismatchException">The service does not reproduce what is recorded.</exception>
    /// <exception cref="EventLog.Codec.LogFormatException">A record cannot be read.</exception>
    public static RecoveredReplica RecoverAt(IEventStore store, Genesis genesis, ReplicaId replica, long revision)
    {
        var start = NewestSnapshot(store, genesis, replica, revision) ?? FromGenesis(genesis, replica);
        return RecoverTo(store, genesis, start, revision);
    }

    /// <summary>Where a replay from the very beginning starts: the genesis, or the newest snapshot if the beginning was truncated.</summary>
    public static ReplayStart Begin(IEventStore store, Genesis genesis, ReplicaId replica)
    {
        var first = store.Tail(LogStreams.OfReplica(genesis.Cluster, replica))?.FirstRevision ?? 0;
        return first > 0 ? NewestSnapshot(store, genesis, replica, first - 1)!.Value : FromGenesis(genesis, replica);
    }

    private static ReplayStart FromGenesis(Genesis genesis, ReplicaId replica, IServiceJournal? journal = null) =>
        new(ReplicaState.Genesis(genesis.Configuration, replica), NewService(genesis, journal), LogPosition.Start);

    private static ServiceRunner NewService(Genesis genesis, IServiceJournal? journal) =>
        new(ServiceFactory.Create(genesis.Service), genesis.Configuration.ClientWindow, journal);

    private static ReplayStart? NewestSnapshot(
        IEventStore store, Genesis genesis, ReplicaId replica, long until = long.MaxValue, IServiceJournal? journal = null)
    {
        if (SnapshotStore.ReadNewest(store, genesis.Cluster, replica, genesis.Configuration, until) is not { } snapshot) return null;
        var service = NewService(genesis, journal);
        Rebuild(service, snapshot);
        return new ReplayStart(snapshot.State, service, snapshot.Taken.Position);
    }

    private static RecoveredReplica RecoverTo(IEventStore store, Genesis genesis, ReplayStart start, long revision)
    {
        var (state, service) = (start.State, start.Service);

        // opened first: what another process appends from now on is not folded, and this one's first append finds itself fenced
        var log = ReplicaLog.Open(store, genesis.Cluster, state.Self);
        foreach (var record in ReplicaLog.ReadAfter(store, log.Stream, start.Position))
        {
            if (record.Revision > Math.Min(revision, log.Head.Revision)) break;
            if (record.Step is { } step) state = ServiceReplay.Apply(state, step, service);
        }

        return new RecoveredReplica(state, log, service);
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
