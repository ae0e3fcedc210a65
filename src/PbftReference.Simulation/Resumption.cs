using System.Collections.Immutable;
using PbftReference.Core;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host.Replicas;

namespace PbftReference.Simulation;

/// <summary>
/// Goes on with a run whose whole cluster crashed: the network's frames are lost, every replica is what its log says, clients go on
/// behind what they know to be done.
/// </summary>
public static class Resumption
{
    /// <summary>Makes the cluster and starts it. The checker first sees every recorded step again, so that it judges the run as a whole.</summary>
    /// <param name="options">The run's options.</param>
    /// <param name="store">The run's log; an empty one gives the same run as the first time.</param>
    /// <param name="workload">The run's operations.</param>
    /// <param name="prepare">Called with the cluster before it starts.</param>
    /// <exception cref="EventLog.Codec.LogFormatException">A log cannot be read.</exception>
    /// <exception cref="Host.Replay.ReplayMismatchException">A service does not reproduce what is recorded.</exception>
    public static Cluster Resume(SimulationOptions options, IEventStore store, Workload workload, Action<Cluster>? prepare = null)
    {
        var cluster = new Cluster(options with { Resumed = RecordsOf(store) }, store, workload);
        var done = DoneByClients(cluster, [.. cluster.Replicas.Select(replica => cluster.Recover(replica.Id, cluster.Genesis.Cluster).State.Clients)], options.Clients);
        for (var i = 0; i < done.Count; i++) cluster.AskedBefore(i, new Timestamp(done[i].Value + options.Configuration.ClientWindow));
        var last = cluster.Replicas.Max(replica => ShowToChecker(cluster, store, replica.Id));
        cluster.Clock.Advance(TimeSpan.FromMilliseconds(last));
        prepare?.Invoke(cluster);
        cluster.Start(done);
        return cluster;
    }

    /// <summary>
    /// The timestamps that each client may hold for done. A client had f+1 replies to each request below its oldest open one, so f+1
    /// replicas had executed all of them. And nobody executed further ahead of that one than the window: the replies to all the others
    /// are kept.
    /// </summary>
    private static List<Timestamp> DoneByClients(Cluster cluster, IReadOnlyList<ClientTable> tables, int clients)
    {
        var done = new List<Timestamp>();
        for (var i = 0; i < clients; i++)
        {
            var bases = tables.Select(table => table.Of(new ClientId(i)).Base.Value).OrderDescending().ToArray();
            done.Add(new Timestamp(Math.Max(bases[cluster.Configuration.WeakQuorum - 1], bases[0] - cluster.Configuration.ClientWindow)));
        }

        return done;
    }

    private static long RecordsOf(IEventStore store) => store.Streams().Sum(stream => (store.Tail(stream)?.LastRevision ?? -1) + 1);

    /// <summary>
    /// What a client signed it asked for, whatever this run's operations are: one that is forked may ask for fewer than the recorded one did.
    /// </summary>
    private static void NoteRequests(Cluster cluster, Input input)
    {
        foreach (var signed in RequestsIn(input))
        {
            if (cluster.Keys.IsSignedBy(signed.Statement.Client, Statements.DigestOf(signed.Statement), signed.Signature)) cluster.AskedBefore(signed.Statement);
        }
    }

    private static ImmutableArray<Signed<Request>> RequestsIn(Input input) => input switch
    {
        MessageReceived { Message: Request request, Signature: var signature } => [new Signed<Request>(request, signature)],
        MessageReceived { Message: PrePrepare { Batch: { } batch } } => batch.Requests,
        MessageReceived { Message: BatchData { Batch: { } batch } } => batch.Requests,
        MessageReceived { Message: CommitProof { Batch: { } batch } } => batch.Requests,
        _ => [],
    };

    /// <summary>Returns the time of the last record in milliseconds.</summary>
    private static long ShowToChecker(Cluster cluster, IEventStore store, ReplicaId replica)
    {
        var start = ReplicaRecovery.Begin(store, cluster.Genesis, replica);
        var (state, time) = (start.State, 0L);
        foreach (var record in ReplicaLog.ReadAfter(store, LogStreams.OfReplica(cluster.Genesis.Cluster, replica), start.Position))
        {
            time = record.TimeMs;
            if (record.Step is not { } step) continue;
            NoteRequests(cluster, step.Input);
            var before = state;
            state = Fold.Step(before, step);
            cluster.Checker.OnStep(replica, before, step, state);
        }

        return time;
    }
}
