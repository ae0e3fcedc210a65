using System.Collections.Immutable;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation.Faults;

namespace PbftReference.Simulation;

/// <summary>How much goes wrong.</summary>
public enum FaultProfile
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Now and then: loss, a crash, a partition.</summary>
    Some,

    /// <summary>All the time.</summary>
    Many,

    /// <summary>What <see cref="SimulationOptions.Plan"/> says, and nothing else.</summary>
    Plan,
}

/// <summary>A replica that misbehaves.</summary>
/// <param name="Replica">Which.</param>
/// <param name="Behaviour">How; a name of <c>ByzantineBehaviours</c>.</param>
public sealed record FaultyReplica(ReplicaId Replica, string Behaviour);

/// <summary>What to simulate. With the seed it decides every byte of the run.</summary>
public sealed record SimulationOptions
{
    /// <summary>The seed.</summary>
    public ulong Seed { get; init; } = 7;

    /// <summary>The cluster's name; part of everything that is signed.</summary>
    public string Cluster { get; init; } = "sim";

    /// <summary>The cluster; the initial service digest is filled in.</summary>
    public ClusterConfiguration Configuration { get; init; } = new();

    /// <summary>The service: ledger or kv.</summary>
    public string Service { get; init; } = "ledger";

    /// <summary>Number of clients; operation k belongs to client k mod this.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>Number of clients that misbehave; they come after the others and are no part of the workload.</summary>
    public int LyingClients { get; init; }

    /// <summary>How many requests a client has under way at once; at most the client window.</summary>
    public int Outstanding { get; init; } = 16;

    /// <summary>Longest pause of a client between an answer and its next request, in milliseconds; 0 for none.</summary>
    public long ThinkTime { get; init; }

    /// <summary>How much goes wrong.</summary>
    public FaultProfile Faults { get; init; } = FaultProfile.Some;

    /// <summary>What goes wrong if <see cref="Faults"/> is <see cref="FaultProfile.Plan"/>, in the order of the times; otherwise chance decides.</summary>
    public ImmutableArray<Fault> Plan { get; init; } = [];

    /// <summary>Replicas that misbehave; at most f for the guarantees to hold.</summary>
    public IReadOnlyList<FaultyReplica> Faulty { get; init; } = [];

    /// <summary>
    /// Replicas that misbehaved in what is recorded of a run that goes on, and do no more. What they signed stands, so nothing is promised of
    /// them: they count as faulty.
    /// </summary>
    public IReadOnlyList<ReplicaId> FaultyBefore { get; init; } = [];

    /// <summary>All replicas that are not correct: those that misbehave, and those that did; ascending.</summary>
    public IEnumerable<ReplicaId> NotCorrect => Faulty.Select(faulty => faulty.Replica).Concat(FaultyBefore).Distinct().Order();

    /// <summary>Partitions that are planned, beside those that the faults draw.</summary>
    public IReadOnlyList<ScriptedPartition> Partitions { get; init; } = [];

    /// <summary>Virtual milliseconds after which the network heals and everybody is restarted; or when 80 % of the operations are done.</summary>
    public long HealAfter { get; init; } = 4000;

    /// <summary>Virtual milliseconds after healing within which everything must be done.</summary>
    public long ProgressWithin { get; init; } = 600_000;

    /// <summary>How many records the logs held when the run was resumed; 0 for a new run. Chance takes another course with each number.</summary>
    public long Resumed { get; init; }

    /// <summary>Which of the courses chance takes from a record on at which a run was forked; 0 for the one of a run that is resumed there.</summary>
    public ulong Choices { get; init; }

    /// <summary>When replica snapshots are taken.</summary>
    public SnapshotPolicy Snapshots { get; init; } = new();
}
