using System.Globalization;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Host.Replicas;
using PbftReference.Simulation;

namespace PbftReference.Cli.Running;

/// <summary>Something worth telling.</summary>
/// <param name="Time">Simulated milliseconds.</param>
/// <param name="Text">What happened.</param>
/// <param name="Weight">The lightest are left out first when there is no room for all.</param>
internal sealed record Happening(long Time, string Text, HappeningWeight Weight);

/// <summary>How much something matters to a story.</summary>
internal enum HappeningWeight
{
    /// <summary>The network misbehaves.</summary>
    Network,

    /// <summary>A replica catches up.</summary>
    Transfer,

    /// <summary>A crash, a restart.</summary>
    Process,

    /// <summary>A view change, evidence, a halt.</summary>
    Protocol,
}

/// <summary>Watches a run and remembers what a person would tell of it: faults, crashes, view changes and why, transfers.</summary>
internal sealed class RunStory
{
    private readonly Cluster _cluster;
    private readonly List<Happening> _happenings = [];
    private readonly SortedDictionary<ViewNumber, ViewStory> _views = [];
    private readonly SortedSet<SequenceNumber> _nullRequests = [];
    private readonly bool[] _runs;
    private readonly Dictionary<ReplicaId, long> _behindSince = [];
    private readonly Dictionary<string, long> _faults = [];
    private IReadOnlyList<IReadOnlyList<ReplicaId>> _scripted = [];

    private sealed class ViewStory(long asked)
    {
        public long Asked => asked;

        public SortedDictionary<ReplicaId, ViewChangeReason> Askers { get; } = [];

        public long? Began { get; set; }
    }

    /// <summary>Begins to watch.</summary>
    public RunStory(Cluster cluster)
    {
        _cluster = cluster;
        _runs = new bool[cluster.Configuration.Replicas];
        cluster.Stepped += OnStep;
    }

    /// <summary>The places that were filled with the null request.</summary>
    public int NullRequests => _nullRequests.Count;

    /// <summary>View changes that came to their end.</summary>
    public int ViewChanges => _views.Values.Count(view => view.Began is not null);

    /// <summary>The last view that began; null if none did.</summary>
    public ViewNumber? LastView => _views.Where(view => view.Value.Began is not null).Select(view => (ViewNumber?)view.Key).LastOrDefault();

    /// <summary>Crashes of replicas.</summary>
    public int Crashes { get; private set; }

    /// <summary>State transfers that came to their end.</summary>
    public int Transfers { get; private set; }

    /// <summary>The last checkpoint that some correct replica knows to be stable.</summary>
    public SequenceNumber LastStable { get; private set; }

    /// <summary>What happened, by time.</summary>
    public IReadOnlyList<Happening> Happenings => [.. _happenings.Concat(_views.Select(view => Tell(view.Key, view.Value))).OrderBy(h => h.Time)];

    /// <summary>Looks at what no step tells: who runs, and what the network does. Called after each step of the cluster.</summary>
    public void Look()
    {
        for (var i = 0; i < _runs.Length; i++) LookAt(_cluster.Replicas[i]);
        LookAtPartition();
        foreach (var (name, count) in _cluster.FaultCounts)
        {
            if (_faults.GetValueOrDefault(name) == count) continue;
            _faults[name] = count;
            if (TellFault(name) is { } text) Add(HappeningWeight.Network, text);
        }
    }

    private void LookAtPartition()
    {
        if (ReferenceEquals(_scripted, _cluster.Network.Scripted)) return;
        _scripted = _cluster.Network.Scripted;
        Add(HappeningWeight.Protocol, _scripted.Count == 0 ? "the network is whole again" : $"the network splits: replicas {string.Join(" | ", _scripted.Select(side => string.Join(' ', side)))}");
    }

    private void LookAt(SimulatedReplica replica)
    {
        var i = replica.Id.Value;
        if (replica.IsRunning == _runs[i]) return;
        _runs[i] = replica.IsRunning;
        if (!replica.IsRunning)
        {
            Crashes++;
            Add(HappeningWeight.Process, $"replica {i} crashes");
        }
        else
        {
            // A run that goes on begins with what it had.
            if (replica.IsCorrect && replica.Host.State.Low > LastStable) LastStable = replica.Host.State.Low;
            if (replica.Restarts <= 1) return;
            Add(HappeningWeight.Process, $"replica {i} restarts from its log, executed up to {replica.Host.State.LastExecuted}");
        }
    }

    private string? TellFault(string name) => name switch
    {
        "partition" => TellPartition(),
        "loss" => string.Create(CultureInfo.InvariantCulture, $"the network loses {_cluster.Network.Conditions.Loss / 10_000} % of the frames for a while"),
        "delay" => "the network delays frames for a while",
        "duplication" => "the network duplicates and reorders frames for a while",
        _ => null,
    };

    private string? TellPartition()
    {
        var sides = _cluster.Replicas.Select(r => r.Id).ToLookup(_cluster.Network.SideOf);
        return sides.Count < 2 ? null : $"the network splits: replicas {string.Join(' ', sides[0])} | {string.Join(' ', sides[1])}";
    }

    private void OnStep(ReplicaHost host, ReplicaState before, Step step)
    {
        if (!_cluster.Replica(host.Self).IsCorrect) return;
        foreach (var replicaEvent in step.Events) Tell(host, replicaEvent);
    }

    private void Tell(ReplicaHost host, ReplicaEvent replicaEvent)
    {
        switch (replicaEvent)
        {
            case ViewChangeSent e:
                ViewOf(e.View).Askers.TryAdd(host.Self, e.Reason);
                break;
            case ViewEntered e:
                ViewOf(e.View).Began ??= _cluster.NowMilliseconds;
                break;
            case BatchExecuted { Results.IsEmpty: true } e:
                _nullRequests.Add(e.SequenceNumber);
                break;
            case CheckpointStable e when e.SequenceNumber > LastStable:
                LastStable = e.SequenceNumber;
                break;
            case TransferStarted:
                _behindSince.TryAdd(host.Self, _cluster.NowMilliseconds);
                break;
            case TransferCompleted e:
                Transfers++;
                _behindSince.Remove(host.Self, out var since);
                Add(HappeningWeight.Transfer, $"replica {host.Self} had fallen behind and fetched the state at {e.SequenceNumber} in {_cluster.NowMilliseconds - since} ms");
                break;
            case EvidenceKept e:
                Add(HappeningWeight.Protocol, $"replica {host.Self} keeps evidence against replica {e.Accused}");
                break;
            case Halted e:
                Add(HappeningWeight.Protocol, $"replica {host.Self} halts: {e.Contradiction}");
                break;
            default:
                break;
        }
    }

    private ViewStory ViewOf(ViewNumber view)
    {
        if (!_views.TryGetValue(view, out var story)) _views[view] = story = new ViewStory(_cluster.NowMilliseconds);
        return story;
    }

    private void Add(HappeningWeight weight, string text) => _happenings.Add(new Happening(_cluster.NowMilliseconds, text, weight));

    private Happening Tell(ViewNumber view, ViewStory story)
    {
        var why = Why(story);
        return story.Began is { } began
            ? new Happening(began, $"view {view} begins, primary {_cluster.Configuration.PrimaryOf(view)}{why}", HappeningWeight.Protocol)
            : new Happening(story.Asked, $"view {view} is asked for and does not begin{why}", HappeningWeight.Protocol);
    }

    private static string Why(ViewStory story)
    {
        var reasons = story.Askers.Where(asker => asker.Value != ViewChangeReason.Joined).ToLookup(asker => asker.Value, asker => asker.Key);
        return reasons.Count == 0 ? "" : ": " + string.Join("; ", reasons.Select(r => $"{NameOf(r.Key)} ({string.Join(' ', r)})"));
    }

    private static string NameOf(ViewChangeReason reason) => reason switch
    {
        ViewChangeReason.TimerExpired => "nothing executed in time",
        ViewChangeReason.NullRequestLate => "the primary fell silent",
        ViewChangeReason.Planned => "planned",
        ViewChangeReason.Equivocation => "the primary proposed twice for one place",
        ViewChangeReason.Joined => "others asked",
    };
}
