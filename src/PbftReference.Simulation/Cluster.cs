using PbftReference.Core;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Events;
using PbftReference.Host.Replicas;
using PbftReference.Host.Services;
using PbftReference.Host.Signing;
using PbftReference.Simulation.Byzantine;
using PbftReference.Simulation.Checking;
using PbftReference.Simulation.Clients;
using PbftReference.Simulation.Faults;
using PbftReference.Simulation.Network;

namespace PbftReference.Simulation;

/// <summary>Where a run's operations come from.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="At">The k-th, from 0.</param>
public sealed record Workload(long Count, Func<long, byte[]> At);

/// <summary>
/// A whole cluster in one thread and in virtual time: replicas, network, disks, clients, faults, checkers. Seed and options decide
/// every byte of its logs.
/// </summary>
public sealed class Cluster : IReplicaObserver, IDisposable
{
    private readonly SimulationOptions _options;
    private readonly IEventStore _store;
    private readonly Workload _workload;
    private readonly SimulatedReplica[] _replicas;
    private readonly List<SimulatedReplica> _twins = [];
    private readonly SimulatedClient[] _clients;
    private readonly LyingClient[] _liars;
    private readonly SeededRandom _random;
    private readonly SeededRandom _chance;
    private readonly FaultInjector _faults;
    private ReplicaId? _sender;
    private TimeSpan? _healedAt;
    private ViewNumber _viewAtHealing;

    /// <summary>Builds a cluster on a store, which may hold the logs of an earlier run of the same seed and options.</summary>
    public Cluster(SimulationOptions options, IEventStore store, Workload workload)
    {
        var service = ServiceFactory.Create(options.Service);
        _options = options with { Configuration = (options.Configuration with { InitialServiceDigest = service.Digest }).Validate() };
        (_store, _workload) = (store, workload);
        _random = new SeededRandom(options.Seed);
        _chance = options.Resumed == 0 ? _random : _random.Fork($"resumed at {options.Resumed}{(options.Choices == 0 ? "" : $" by choices {options.Choices}")}");
        Genesis = new Genesis(options.Cluster, Configuration, options.Service, _random.Fork("genesis").NextDigest());
        Keys = new SimulatedKeys(Genesis.Digest, Configuration.Replicas, _random.Fork("keys"));
        Network = new SimulatedNetwork(Clock, _chance.Fork("network"), Configuration.Replicas, ToReplica, ToClient);
        _faults = new FaultInjector(this, Clock);
        Checker = new SafetyChecker(() => NowMilliseconds, id => _replicas![id.Value].IsCorrect, id => id.Value < options.Clients);
        _replicas = [.. Enumerable.Range(0, Configuration.Replicas).Select(NewReplica)];
        _clients = [.. Enumerable.Range(0, options.Clients).Select(NewClient)];
        _liars = [.. Enumerable.Range(options.Clients, options.LyingClients).Select(i => new LyingClient(new ClientId(i), WorldOf(i)))];
    }

    /// <summary>What a cluster is follows from its options alone, before it runs.</summary>
    public static Genesis GenesisOf(SimulationOptions options)
    {
        using var store = new InMemoryEventStore();
        using var cluster = new Cluster(options, store, new Workload(0, _ => []));
        return cluster.Genesis;
    }

    /// <summary>The clock.</summary>
    public VirtualClock Clock { get; } = new();

    /// <summary>The network.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>What the cluster is.</summary>
    public Genesis Genesis { get; }

    /// <summary>All keys; handed to replicas as a verifier only.</summary>
    public SimulatedKeys Keys { get; }

    /// <summary>The checker of safety.</summary>
    public SafetyChecker Checker { get; }

    /// <summary>What was counted.</summary>
    public RunStatistics Statistics { get; } = new();

    /// <summary>What the cluster agreed on.</summary>
    public ClusterConfiguration Configuration => _options.Configuration;

    /// <summary>When replica snapshots are taken.</summary>
    public SnapshotPolicy Snapshots => _options.Snapshots;

    /// <summary>Virtual milliseconds since the start.</summary>
    public long NowMilliseconds => (long)Clock.Now.TotalMilliseconds;

    /// <summary>Told of every result that a client accepts.</summary>
    public event Action<Acceptance>? Accepted;

    /// <summary>Told of every step of every replica.</summary>
    public event Action<ReplicaHost, ReplicaState, Step>? Stepped;

    /// <summary>A replica.</summary>
    public SimulatedReplica Replica(ReplicaId id) => _replicas[id.Value];

    /// <summary>All replicas.</summary>
    public IReadOnlyList<SimulatedReplica> Replicas => _replicas;

    /// <summary>How often clients departed from the protocol.</summary>
    public long ClientLies => _liars.Sum(liar => liar.Acts);

    /// <summary>How many operations are accepted.</summary>
    public long AcceptedCount => _clients.Sum(client => client.Accepted);

    /// <summary>Spells of faults so far, by name.</summary>
    public IReadOnlyDictionary<string, long> FaultCounts => _faults.Counts;

    /// <summary>What went wrong so far; as a plan it makes the same go wrong again.</summary>
    public IReadOnlyList<Fault> FaultsHappened => _faults.Happened;

    /// <summary>Recovers a replica from its disk.</summary>
    /// <param name="id">The replica.</param>
    /// <param name="log">The cluster name in the names of its streams; a twin has its own.</param>
    internal RecoveredReplica Recover(ReplicaId id, string log) => ReplicaRecovery.Recover(_store, Genesis with { Cluster = log }, id);

    /// <summary>A second process of a faulty replica: the same identity and key, and streams of its own.</summary>
    /// <param name="id">The replica.</param>
    /// <param name="random">The process's chance.</param>
    /// <param name="signer">The key.</param>
    /// <param name="side">The side of scripted partitions to which it is confined; null for none.</param>
    internal SimulatedReplica AddTwin(ReplicaId id, SeededRandom random, ISigner signer, int? side = null)
    {
        var twin = new SimulatedReplica(this, id, random, signer, null, Genesis.Cluster + ClusterView.TwinSuffix, side);
        _twins.Add(twin);
        return twin;
    }

    private SimulatedReplica NewReplica(int i)
    {
        var id = new ReplicaId(i);
        var faulty = _options.Faulty.FirstOrDefault(f => f.Replica == id);
        var behaviour = faulty is null ? null : ByzantineBehaviours.Create(faulty.Behaviour, _chance.Fork($"behaviour {i}"));
        return new SimulatedReplica(this, id, _chance.Fork($"replica {i}"), Keys.SignerOf(id), behaviour, misbehavedBefore: _options.FaultyBefore.Contains(id));
    }

    private SimulatedClient NewClient(int i)
    {
        return new SimulatedClient(new ClientId(i), WorldOf(i), k => OperationOf(i, k), OnAccepted);
    }

    private ClientSurroundings WorldOf(int client) => new(_options, Keys, Network, Clock, _chance.Fork($"client {client}"));

    private byte[]? OperationOf(int client, long k)
    {
        var index = (k * _options.Clients) + client;
        if (index >= _workload.Count) return null;
        var operation = _workload.At(index);
        Checker.OnRequested(new Core.Messages.Request(new ClientId(client), new Timestamp(k + 1), [.. operation]));
        return operation;
    }

    /// <summary>Tells the checker what a client asked for in an earlier run.</summary>
    internal void AskedBefore(int client, Timestamp upTo)
    {
        for (var k = 0L; k < upTo.Value && OperationOf(client, k) is not null; k++)
        {
        }
    }

    /// <summary>Tells the checker of a request that a client made in an earlier run, which may have had more operations than this one.</summary>
    internal void AskedBefore(Core.Messages.Request request)
    {
        if (((request.Timestamp.Value - 1) * _options.Clients) + request.Client.Value < _workload.Count) Checker.OnRequested(request);
        else Checker.OnAbandoned(request);
    }

    private void OnAccepted(Acceptance acceptance)
    {
        Checker.OnAccepted(acceptance);
        Accepted?.Invoke(acceptance);
    }

    private void ToReplica(Arrival arrival, ReplicaId to, byte[] frame)
    {
        _sender = arrival.From;
        _replicas[to.Value].Deliver(arrival, frame);
        _sender = null;
    }

    private void ToClient(ClientId to, byte[] frame)
    {
        // replies to a client that lies are of no use to it
        if (to.Value < _clients.Length) _clients[(int)to.Value].Receive(frame);
    }

    /// <inheritdoc/>
    void IReplicaObserver.OnStep(ReplicaHost host, ReplicaState before, Step step)
    {
        Statistics.Count(step);
        Checker.OnStep(host, before, step);
        Stepped?.Invoke(host, before, step);
    }

    /// <inheritdoc/>
    void IReplicaObserver.OnDropped(ReplicaHost host, DropReason reason)
    {
        Statistics.Count(reason);
        if (_sender is { } sender) Checker.OnDropped(host, sender, reason);
    }

    /// <summary>Starts replicas, clients and faults.</summary>
    /// <param name="done">Timestamps that each client had done in an earlier run.</param>
    public void Start(IReadOnlyList<Timestamp>? done = null)
    {
        foreach (var replica in _replicas) replica.Restart();
        for (var i = 0; i < _clients.Length; i++) _clients[i].Start(done?[i] ?? new Timestamp(0));
        foreach (var liar in _liars) liar.Start();
        // the later first: one that follows at once takes the place of the one before
        foreach (var partition in _options.Partitions.Reverse()) Plan(partition);
        if (_options.Faults == FaultProfile.None && LastPartition <= NowMilliseconds)
        {
            Heal();
            return;
        }

        if (_options.Faults == FaultProfile.Plan) FaultPlan.Begin(_faults, _options.Plan, NowMilliseconds);
        else if (_options.Faults != FaultProfile.None) FaultSchedule.Begin(this, _faults, _chance.Fork("faults"), _options.Faults);
        var healAfter = _options.Faults == FaultProfile.None ? 0 : _options.HealAfter;
        Clock.Schedule(TimeSpan.FromMilliseconds(Math.Max(healAfter, LastPartition - NowMilliseconds)), Heal);
    }

    private long LastPartition => _options.Partitions.Select(partition => partition.To).DefaultIfEmpty().Max();

    // One that stands already when a run is resumed stands on, and one that is over is over.
    private void Plan(ScriptedPartition partition)
    {
        if (partition.To <= NowMilliseconds) return;
        if (partition.From <= NowMilliseconds) Network.Split(partition.Sides);
        else Clock.Schedule(TimeSpan.FromMilliseconds(partition.From - NowMilliseconds), () => Network.Split(partition.Sides));
        Clock.Schedule(TimeSpan.FromMilliseconds(partition.To - NowMilliseconds), () =>
        {
            if (ReferenceEquals(Network.Scripted, partition.Sides)) Network.Join();
        });
    }

    // Planned partitions take their time, even if all operations are done before.
    private void Heal()
    {
        if (_healedAt is not null || NowMilliseconds < LastPartition) return;
        _healedAt = Clock.Now;
        _faults.Heal();
        foreach (var liar in _liars) liar.Stop();
        _viewAtHealing = HighestView();
    }

    private ViewNumber HighestView() => new(_replicas.Where(r => r.IsCorrect && r.IsRunning).Select(r => r.Host.State.View.Value).DefaultIfEmpty().Max());

    /// <summary>Does the next thing. False when everything is done, a property is violated, or progress is overdue.</summary>
    public bool Step()
    {
        if (Checker.Violations.Count > 0 || IsDone || IsOverdue) return false;
        if (!Clock.AdvanceToNext()) return false;
        foreach (var replica in _replicas) replica.Run();
        foreach (var twin in _twins) twin.Run();
        return true;
    }

    /// <summary>All operations are accepted, the faults are over, and the correct replicas have executed equally far.</summary>
    public bool IsDone => AllAccepted && IsSettled;

    private bool AllAccepted
    {
        get
        {
            foreach (var client in _clients)
            {
                if (!client.IsDone) return false;
            }

            if (_healedAt is null) Heal();
            return true;
        }
    }

    private bool IsSettled
    {
        get
        {
            foreach (var replica in _replicas)
            {
                if (replica.IsCorrect && (!replica.IsRunning || replica.Host.State.LastExecuted < Checker.Highest)) return false;
            }

            return true;
        }
    }

    private bool IsOverdue => _healedAt is { } healed && Clock.Now - healed > TimeSpan.FromMilliseconds(_options.ProgressWithin);

    /// <summary>Runs to the end.</summary>
    public RunOutcome Run()
    {
        using var pacer = new CommitPacer(_store);
        try
        {
            while (Step()) pacer.Tick();
        }
        catch (Exception e) when (e is not EventStoreException)
        {
            // What led here is worth looking at.
            pacer.Commit();
            throw;
        }

        var outcome = Finish();
        pacer.Commit();
        return outcome;
    }

    /// <summary>Writes what is pending and judges.</summary>
    public RunOutcome Finish()
    {
        foreach (var replica in _replicas.Concat(_twins))
        {
            if (replica.IsRunning) replica.Host.Log.Flush();
        }

        Statistics.Restarts = _replicas.Sum(r => r.Restarts) - _replicas.Length;
        var viewChanges = HighestView().Value - _viewAtHealing.Value;
        var slow = Configuration.ViewChangePeriod == 0 && viewChanges > Configuration.Faults + 2;
        if (IsDone && slow) Checker.Report("progress", $"{viewChanges} view changes were needed after the network healed; f+2 = {Configuration.Faults + 2} are allowed");
        return new RunOutcome(Checker.Violations.Count == 0, IsDone, AcceptedCount, _workload.Count, NowMilliseconds, HighestView(), Checker.Violations, _faults.Counts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var replica in _replicas.Concat(_twins))
        {
            if (replica.IsRunning) replica.Host.Halt();
        }
    }
}
