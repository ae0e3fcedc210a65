using System.Diagnostics;
using PbftReference.EventLog.Stores;

namespace PbftReference.Simulation;

/// <summary>
/// Makes a simulation's appends durable in groups, now and then. Inside the simulation only the death of this process can lose them,
/// and it loses all replicas' together, so no replica need wait. What leaves the process, as an acknowledgement does, waits for
/// <see cref="Committed"/>.
/// </summary>
public sealed class CommitPacer : IDisposable
{
    private const int TicksBetweenLooks = 64;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly IEventStore _store;
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private IAppendGroup _group;
    private int _ticks;

    /// <summary>Begins the first group.</summary>
    /// <param name="store">The store that the whole simulation appends to; nobody else may open a group on it meanwhile.</param>
    /// <exception cref="EventStoreException">The store cannot begin a group.</exception>
    public CommitPacer(IEventStore store)
    {
        _store = store;
        _group = store.BeginGroup();
    }

    /// <summary>Everything appended so far is durable.</summary>
    public event Action? Committed;

    /// <summary>The simulation went on by a step: commits when a tenth of a second of real time has passed.</summary>
    /// <exception cref="EventStoreException">The medium failed; the group is undone.</exception>
    public void Tick()
    {
        if (++_ticks % TicksBetweenLooks == 0 && _sinceCommit.Elapsed >= Pace) Commit();
    }

    /// <summary>Commits now.</summary>
    /// <exception cref="EventStoreException">The medium failed; the group is undone.</exception>
    public void Commit()
    {
        _group.Commit();
        Committed?.Invoke();
        _group = _store.BeginGroup();
        _sinceCommit.Restart();
    }

    /// <summary>Ends; what was not committed is undone.</summary>
    public void Dispose() => _group.Dispose();
}
