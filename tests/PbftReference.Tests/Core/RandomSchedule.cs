using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>
/// A run drawn from a seed: for a while messages are lost, doubled and reordered, timers run out at any time, replicas crash and services
/// are slow; then the network is kind and clients send again whatever is not executed yet.
/// </summary>
internal sealed class RandomSchedule
{
    private readonly Random _random;
    private readonly List<Signed<Request>> _requests = [];

    public RandomSchedule(int seed, ClusterConfiguration configuration, bool checksFolding = false)
    {
        _random = new Random(seed);
        Cluster = new ReplicaCluster(configuration) { ChecksFolding = checksFolding };
        foreach (var replica in Cluster.Replicas) replica.Start();
    }

    public ReplicaCluster Cluster { get; }

    public IReadOnlyList<Signed<Request>> Requests => _requests;

    public static ClusterConfiguration Configuration(int seed)
    {
        var (n, f) = (seed % 5) switch { 0 => (4, 1), 1 => (7, 2), 2 => (5, 1), 3 => (4, 1), _ => (1, 0) };
        return new ClusterConfiguration
        {
            Replicas = n,
            Faults = f,
            CheckpointPeriod = 1 + (seed / 5 % 3),
            LogMultiplier = 2 + (seed / 15 % 3),
            BatchSize = 1 + (seed / 7 % 3),
            ClientWindow = seed % 2 == 0 ? 64 : 4,
            ViewChangePeriod = seed % 4 == 3 ? 2 : 0,
            NullRequestTimeout = seed % 6 == 5 ? 3000 : 0,
        };
    }

    public void Trouble(int steps)
    {
        for (var i = 0; i < steps; i++) OneStep();
    }

    /// <summary>From now on everything arrives, and everything must be executed everywhere.</summary>
    public void Recover()
    {
        foreach (var replica in Cluster.Replicas)
        {
            if (!replica.Running) replica.Start();
            replica.AnswerNow();
        }

        foreach (var request in _requests) Cluster.Submit(request);
        Cluster.RunUntil(
            () => Cluster.Replicas.All(r => _requests.All(q => r.State.Clients.IsExecuted(q.Statement.Id)))
                && Cluster.Replicas.Select(r => r.State.LastExecuted).Distinct().Count() == 1,
            3_000_000);
        Cluster.AssertAgreement();
        Assert.Single(Cluster.Replicas.Select(r => r.Service.Digest).Distinct());
    }

    private void OneStep()
    {
        switch (_random.Next(100))
        {
            case < 60: Deliver(keep: false); break;
            case < 68: Deliver(keep: true); break;
            case < 76: Lose(); break;
            case < 86: Submit(); break;
            case < 94: RunOutOfTime(); break;
            case < 96: Cluster.PassTime(); break;
            case < 97: CrashOrStart(); break;
            default: SlowDownOrAnswer(); break;
        }
    }

    private void Deliver(bool keep)
    {
        if (Cluster.Pool.Count == 0) return;
        var envelope = Cluster.Pool[_random.Next(Cluster.Pool.Count)];
        Cluster.Deliver(keep ? envelope with { } : envelope);
    }

    private void Lose()
    {
        if (Cluster.Pool.Count == 0) return;
        var lost = Cluster.Pool[_random.Next(Cluster.Pool.Count)];
        Cluster.DropAll(e => ReferenceEquals(e, lost));
    }

    private void Submit()
    {
        var client = _random.Next(3);
        var mine = _requests.Count(r => r.Statement.Client.Value == client);
        if (mine >= Cluster.Configuration.ClientWindow) return;
        // pairs out of order: 2, 1, 4, 3, ...
        var timestamp = (mine ^ 1) + 1;
        if (mine % 2 == 0 && mine + 1 >= Cluster.Configuration.ClientWindow) return;
        var to = Enumerable.Range(0, Cluster.Configuration.Replicas).Where(_ => _random.Next(2) == 0).ToArray();
        _requests.Add(Cluster.Submit(client, timestamp, $"put k{_random.Next(40)} {new string('x', _random.Next(50))}", to.Length == 0 ? [0] : to));
    }

    private void RunOutOfTime()
    {
        var replica = Any();
        if (!replica.Running || replica.Deadlines.Count == 0) return;
        replica.Expire(replica.Deadlines.Keys.ElementAt(_random.Next(replica.Deadlines.Count)));
    }

    private void CrashOrStart()
    {
        var replica = Any();
        if (replica.Running) replica.Crash();
        else replica.Start();
    }

    private void SlowDownOrAnswer()
    {
        var replica = Any();
        if (!replica.Running) return;
        if (replica.ServiceIsSlow) replica.AnswerNow();
        else replica.ServiceIsSlow = true;
    }

    private TestReplica Any() => Cluster[_random.Next(Cluster.Configuration.Replicas)];
}
