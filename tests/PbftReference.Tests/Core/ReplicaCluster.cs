using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host.Services;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>
/// A cluster of pure replicas in memory: a pool of messages that a test delivers in the order it likes, time that passes only when
/// nothing else can happen, clients made by hand. The same calls give the same run.
/// </summary>
internal sealed class ReplicaCluster
{
    private readonly List<Envelope> _pool = [];
    private readonly TestReplica[] _replicas;

    public ReplicaCluster(ClusterConfiguration? configuration = null)
    {
        Configuration = ((configuration ?? Given.Four) with { InitialServiceDigest = ServiceFactory.Create("kv").Digest }).Validate();
        _replicas = [.. Enumerable.Range(0, Configuration.Replicas).Select(i => new TestReplica(this, i))];
    }

    public ClusterConfiguration Configuration { get; }

    /// <summary>Milliseconds since the start.</summary>
    public long Now { get; private set; }

    /// <summary>Whether every step is folded again into the state before it.</summary>
    public bool ChecksFolding { get; init; }

    public IReadOnlyList<Envelope> Pool => _pool;

    public List<Reply> Replies { get; } = [];

    /// <summary>Messages for which this is true are lost when they are sent.</summary>
    public Func<Envelope, bool> Loses { get; set; } = _ => false;

    public IReadOnlyList<TestReplica> Replicas => _replicas;

    public TestReplica this[int i] => _replicas[i];

    public static ReplicaCluster Started(ClusterConfiguration? configuration = null, params int[] silent)
    {
        var cluster = new ReplicaCluster(configuration);
        foreach (var replica in cluster._replicas)
        {
            if (!silent.Contains(replica.State.Self.Value)) replica.Start();
        }

        return cluster;
    }

    public void Post(ReplicaId from, ReplicaId to, Message message, Signature signature)
    {
        var filled = Seal.Fill(message, from);
        var envelope = new Envelope(from, to, filled, signature.IsOwn ? Seal.Of(from) : signature);
        if (signature.IsOwn && message is ReplicaMessage m) Assert.Equal(from, m.Replica);
        if (!Loses(envelope)) _pool.Add(envelope);
    }

    public void PostToAll(ReplicaId from, ReplicaMessage message)
    {
        foreach (var replica in _replicas)
        {
            if (replica.State.Self != from) Post(from, replica.State.Self, message, Signature.Own);
        }
    }

    /// <summary>A client sends a request to these replicas, or to all.</summary>
    public Signed<Request> Submit(long client, long timestamp, string operation, params int[] to)
    {
        var request = Say.Request(client, timestamp, operation);
        Submit(request, to);
        return request;
    }

    public void Submit(Signed<Request> request, params int[] to)
    {
        foreach (var replica in _replicas.Where(r => r.Running && (to.Length == 0 || to.Contains(r.State.Self.Value))))
        {
            replica.Take(Say.From(request));
        }
    }

    public void Deliver(Envelope envelope)
    {
        var at = _pool.FindIndex(e => ReferenceEquals(e, envelope));
        if (at >= 0) _pool.RemoveAt(at);
        var replica = _replicas[envelope.To.Value];
        if (replica.Running) replica.Take(new MessageReceived(envelope.Message, envelope.Signature));
    }

    /// <summary>Delivers the first of these in the pool.</summary>
    public void DeliverOne<T>(int from, int to)
        where T : Message => Deliver(_pool.First(e => e.Message is T && e.From.Value == from && e.To.Value == to));

    /// <summary>Delivers in the order of sending, with what follows, until nothing (of these) is on its way.</summary>
    public void DeliverAll(Func<Envelope, bool>? only = null)
    {
        for (var count = 0; ; count++)
        {
            Assert.True(count < 200_000, "messages beget messages for ever");
            var next = _pool.Find(e => only is null || only(e));
            if (next is null) return;
            Deliver(next);
        }
    }

    public void DropAll(Func<Envelope, bool>? only = null) => _pool.RemoveAll(e => only is null || only(e));

    public void Expire(int replica, TimerKind timer) => _replicas[replica].Expire(timer);

    /// <summary>Lets the earliest timer run out; lower replicas first, then in the order of the kinds.</summary>
    public bool PassTime()
    {
        var earliest = _replicas.Where(r => r.Running)
            .SelectMany(r => r.Deadlines.Select(d => (At: d.Value, r.State.Self, Timer: d.Key)))
            .OrderBy(d => d.At).ThenBy(d => d.Self).ThenBy(d => d.Timer).FirstOrDefault((At: -1, Self: default, Timer: default));
        if (earliest.At < 0) return false;
        Now = Math.Max(Now, earliest.At);
        Expire(earliest.Self.Value, earliest.Timer);
        return true;
    }

    /// <summary>Delivers everything and lets time pass until it is so.</summary>
    public void RunUntil(Func<bool> so, long withinMilliseconds = 120_000)
    {
        var end = Now + withinMilliseconds;
        DeliverAll();
        while (!so())
        {
            Assert.True(PassTime(), "no timer runs");
            Assert.True(Now <= end, $"not so after {withinMilliseconds} ms:\n{Describe()}");
            DeliverAll();
        }
    }

    /// <summary>Runs until these replicas, or all that run, have executed a client's request.</summary>
    public void RunUntilExecuted(Signed<Request> request, params int[] at) =>
        RunUntil(() => Among(at).All(r => r.State.Clients.IsExecuted(request.Statement.Id)));

    /// <summary>Submits a request to all and runs until all that run have executed it.</summary>
    public void Execute(long client, long timestamp, string operation = "put a 1") => RunUntilExecuted(Submit(client, timestamp, operation));

    /// <summary>So many requests of one client, one after the other.</summary>
    public void ExecuteMany(int count, long client = 9)
    {
        var first = _replicas[0].State.Clients.Of(new ClientId(client)).Base.Value + 1;
        var top = _replicas.Max(r => r.State.Clients.Of(new ClientId(client)).Base.Value) + 1;
        first = Math.Max(first, top);
        for (var i = 0; i < count; i++) Execute(client, first + i, $"put k{first + i} {i}");
    }

    public void Isolate(params int[] replicas) =>
        Loses = e => replicas.Contains(e.From.Value) != replicas.Contains(e.To.Value);

    public void Heal() => Loses = _ => false;

    /// <summary>All that run executed the same in the same places.</summary>
    public void AssertAgreement()
    {
        var decided = new Dictionary<long, string>();
        foreach (var replica in _replicas)
        {
            foreach (var executed in replica.ExecutedBatches)
            {
                if (!decided.TryGetValue(executed.SequenceNumber, out var other)) decided[executed.SequenceNumber] = executed.Requests;
                else Assert.Equal(other, executed.Requests);
            }
        }

        var once = decided.Values.SelectMany(requests => requests.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(once.Distinct().Count(), once.Count);
    }

    public string Describe() => string.Join("\n", _replicas.Select(r =>
        $"{r.State.Self}: view {r.State.View} {r.State.Phase}, h {r.State.Low}, executed {r.State.LastExecuted} {r.State.Execution}, "
        + $"waiting {r.State.Queue.Count}, timers {string.Join(' ', r.Deadlines.Keys)}"));

    private IEnumerable<TestReplica> Among(int[] replicas) =>
        _replicas.Where(r => r.Running && (replicas.Length == 0 || replicas.Contains(r.State.Self.Value)));
}
