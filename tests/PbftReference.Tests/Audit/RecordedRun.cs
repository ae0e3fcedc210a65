using System.Collections.Immutable;
using PbftReference.Audit.Verification;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Simulation;
using PbftReference.Tests.Host.Replicas;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>The steps of a small run, to be changed in memory and judged. Every run has correct replicas only.</summary>
internal sealed class RecordedRun
{
    private readonly Dictionary<int, List<Step>> _steps = [];

    private RecordedRun(ClusterConfiguration configuration, IEventStore store)
    {
        Configuration = configuration;
        for (var i = 0; i < configuration.Replicas; i++)
        {
            _steps.Add(i, [.. ReplicaLog.Read(store, LogStreams.OfReplica("sim", new ReplicaId(i))).Select(record => record.Step).OfType<Step>()]);
        }
    }

    public ClusterConfiguration Configuration { get; }

    /// <summary>The steps of a replica, to be changed.</summary>
    public List<Step> Steps(int replica) => _steps[replica];

    /// <summary>A run without faults.</summary>
    public static RecordedRun Calm() => Of(1, FaultProfile.None);

    /// <summary>A run without faults of so many operations.</summary>
    public static RecordedRun Long(int operations) => Of(1, FaultProfile.None, operations);

    /// <summary>The first run with faults in which something happens.</summary>
    public static RecordedRun Where(Func<RecordedRun, bool> happens)
    {
        for (var seed = 1UL; seed < 40; seed++)
        {
            if (Of(seed, FaultProfile.Many) is var run && happens(run)) return run;
        }

        throw new InvalidOperationException("in none of the runs does it happen");
    }

    private static RecordedRun Of(ulong seed, FaultProfile faults, int operations = 60)
    {
        using var store = new InMemoryEventStore();
        using var cluster = SmallRun.Of(seed, store, faults, operations);
        cluster.Start();
        Assert.True(cluster.Run().Safe);
        return new RecordedRun(cluster.Configuration, store);
    }

    /// <summary>The first step of a replica with an event of a type, and where the event stands in it.</summary>
    public (int Step, int Event) Find<T>(int replica, Func<T, bool>? which = null)
        where T : ReplicaEvent
    {
        for (var i = 0; i < _steps[replica].Count; i++)
        {
            var events = _steps[replica][i].Events;
            for (var j = 0; j < events.Length; j++)
            {
                if (events[j] is T found && (which is null || which(found))) return (i, j);
            }
        }

        throw new InvalidOperationException($"replica {replica} has no {typeof(T).Name}");
    }

    public bool Has<T>(int replica, Func<T, bool>? which = null)
        where T : ReplicaEvent => _steps[replica].SelectMany(step => step.Events).OfType<T>().Any(which ?? (_ => true));

    /// <summary>Changes the events of a step.</summary>
    public void Change(int replica, int step, Func<ImmutableArray<ReplicaEvent>, ImmutableArray<ReplicaEvent>> change) =>
        _steps[replica][step] = _steps[replica][step] with { Events = change(_steps[replica][step].Events) };

    /// <summary>Judges one replica by its own log; the refusal and its step.</summary>
    public (StepRefusal? Refusal, int Step) Judge(int replica)
    {
        var verifier = new LocalVerifier(new SpecTranslation(Configuration), new ReplicaId(replica));
        for (var i = 0; i < _steps[replica].Count; i++)
        {
            if (verifier.Accept(_steps[replica][i], out _) is { } refusal) return (refusal, i);
        }

        return (null, -1);
    }

    /// <summary>Judges all replicas together, or those that are named.</summary>
    public LogJoin Join(params int[] replicas) =>
        LogJoin.Of(Configuration, Histories(replicas.Length == 0 ? [.. _steps.Keys] : replicas), _ => false);

    /// <summary>The histories of replicas.</summary>
    public IEnumerable<ReplicaHistory> Histories(params int[] replicas) => replicas.Select(History);

    private ReplicaHistory History(int replica) =>
        new(new ReplicaId(replica), $"replica-sim.{replica}", _steps[replica].Count - 1, _steps[replica].Select((step, i) => new RecordedStep(i, step)));
}
