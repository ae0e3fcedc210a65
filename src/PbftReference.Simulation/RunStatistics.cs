using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Rules;
using PbftReference.Host.Replicas;

namespace PbftReference.Simulation;

/// <summary>What happened in a run, or in many.</summary>
public sealed class RunStatistics
{
    /// <summary>Events of all replicas, by kind.</summary>
    public SortedDictionary<EventKind, long> Events { get; } = [];

    /// <summary>Refusals of all replicas, by reason.</summary>
    public SortedDictionary<Refusal, long> Refusals { get; } = [];

    /// <summary>View changes asked for, by reason.</summary>
    public SortedDictionary<ViewChangeReason, long> ViewChangeReasons { get; } = [];

    /// <summary>Frames dropped at the edge, by reason.</summary>
    public SortedDictionary<DropReason, long> Drops { get; } = [];

    /// <summary>Null requests executed.</summary>
    public long NullRequests { get; private set; }

    /// <summary>Steps decided.</summary>
    public long Steps { get; private set; }

    /// <summary>Restarts of replicas.</summary>
    public long Restarts { get; set; }

    /// <summary>Counts a step.</summary>
    public void Count(Step step)
    {
        Steps++;
        if (step.Refusal is { } refusal) Refusals[refusal] = Refusals.GetValueOrDefault(refusal) + 1;
        foreach (var replicaEvent in step.Events)
        {
            Events[replicaEvent.Kind] = Events.GetValueOrDefault(replicaEvent.Kind) + 1;
            if (replicaEvent is ViewChangeSent { Reason: var reason }) ViewChangeReasons[reason] = ViewChangeReasons.GetValueOrDefault(reason) + 1;
            if (replicaEvent is BatchExecuted { Results.IsEmpty: true }) NullRequests++;
        }
    }

    /// <summary>Counts a dropped frame.</summary>
    public void Count(DropReason reason) => Drops[reason] = Drops.GetValueOrDefault(reason) + 1;

    /// <summary>Adds another run's counts.</summary>
    public void Add(RunStatistics other)
    {
        Steps += other.Steps;
        Restarts += other.Restarts;
        NullRequests += other.NullRequests;
        Add(Events, other.Events);
        Add(Refusals, other.Refusals);
        Add(ViewChangeReasons, other.ViewChangeReasons);
        Add(Drops, other.Drops);
    }

    private static void Add<T>(SortedDictionary<T, long> to, SortedDictionary<T, long> from)
        where T : notnull
    {
        foreach (var (key, count) in from) to[key] = to.GetValueOrDefault(key) + count;
    }
}
