using PbftReference.Core;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replicas;

namespace PbftReference.Cli.Inspect;

/// <summary>A record with the state before it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Before">The state that its events are folded into.</param>
internal readonly record struct LoggedStep(LogRecord Record, ReplicaState Before);

/// <summary>The log of a run, opened to be looked at. Nothing here writes.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly bool _owns;

    private RunLog(string directory, Genesis genesis, IEventStore store, string? run, bool owns) => (Directory, Genesis, Store, Run, _owns) = (directory, genesis, store, run, owns);

    /// <summary>The manifest of a simulated run as text; null for a cluster of processes.</summary>
    public string? Run { get; }

    /// <summary>The directory; empty for a log in memory.</summary>
    public string Directory { get; }

    /// <summary>The cluster.</summary>
    public Genesis Genesis { get; }

    /// <summary>The streams.</summary>
    public IEventStore Store { get; }

    /// <summary>Opens the directory of a run or of a cluster.</summary>
    /// <exception cref="IOException">It holds no run.</exception>
    public static RunLog Open(string directory)
    {
        var source = LogSource.Of(directory);
        return new RunLog(source.Shown, source.Genesis, source.OpenLog(), source.RunText, owns: true);
    }

    /// <summary>Looks at a store that is open already; closing this does not close it for others.</summary>
    /// <param name="store">The store.</param>
    /// <param name="genesis">The cluster.</param>
    /// <param name="directory">What it is called in messages; empty for a log in memory.</param>
    public static RunLog Over(IEventStore store, Genesis genesis, string directory = "") => new(directory, genesis, store, null, owns: false);

    /// <summary>All replicas that have a stream, ascending.</summary>
    public IReadOnlyList<ReplicaId> Replicas() =>
        [.. Enumerable.Range(0, Genesis.Configuration.Replicas).Select(i => new ReplicaId(i)).Where(id => Store.Tail(StreamOf(id)) is not null)];

    /// <summary>A member's identity from the command line.</summary>
    /// <param name="number">The number.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="CommandException">No member has this number.</exception>
    public ReplicaId Replica(int number, string option = "--replica")
    {
        var id = new ReplicaId(number);
        if (Genesis.Configuration.IsMember(id)) return id;
        throw new CommandException(ExitCodes.Usage, $"{option} {number}: the cluster has replicas 0 to {Genesis.Configuration.Replicas - 1}");
    }

    /// <summary>The name of a replica's stream.</summary>
    public string StreamOf(ReplicaId replica) => LogStreams.OfReplica(Genesis.Cluster, replica);

    /// <summary>The ends of a replica's stream.</summary>
    /// <exception cref="CommandException">It is empty or does not exist.</exception>
    public StreamTail TailOf(ReplicaId replica)
    {
        if (Store.Tail(StreamOf(replica)) is { IsEmpty: false } tail) return tail;
        throw new CommandException(ExitCodes.Data, $"{Where(replica)} has no records: there is nothing to look at");
    }

    /// <summary>Names a replica's stream for a message.</summary>
    public string Where(ReplicaId replica) => Directory.Length == 0 ? StreamOf(replica) : $"{StreamOf(replica)} in {Directory}";

    /// <summary>A replica's state before the first of its records; of a log whose beginning cannot be read, as it was in the genesis.</summary>
    public ReplicaState Beginning(ReplicaId replica)
    {
        try
        {
            return ReplicaRecovery.Begin(Store, Genesis, replica).State;
        }
        catch (Exception e) when (StreamDamage.IsSaidBy(e))
        {
            return ReplicaState.Genesis(Genesis.Configuration, replica);
        }
    }

    /// <summary>
    /// The records of a replica in order with the state before each, up to a revision. Folding starts where the stream does; nothing is
    /// executed.
    /// </summary>
    /// <param name="replica">The replica.</param>
    /// <param name="to">The last revision wanted.</param>
    /// <param name="check">False reads on over a broken chain.</param>
    /// <exception cref="EventLog.Codec.LogFormatException">While enumerating: a record cannot be read, or does not fit what came before.</exception>
    public IEnumerable<LoggedStep> Walk(ReplicaId replica, long to = long.MaxValue, bool check = true)
    {
        var start = ReplicaRecovery.Begin(Store, Genesis, replica);
        var state = start.State;
        foreach (var record in ReplicaLog.Read(Store, StreamOf(replica), start.Position.Revision + 1, check))
        {
            if (record.Revision > to) yield break;
            // nobody is given what cannot be folded
            var after = After(record, state);
            yield return new LoggedStep(record, state);
            state = after;
        }
    }

    /// <summary>The state after a record.</summary>
    /// <exception cref="EventLog.Codec.LogFormatException">The record cannot be read, or does not fit the state.</exception>
    public static ReplicaState After(LogRecord record, ReplicaState before)
    {
        try
        {
            return record.Step is { } step ? Fold.Step(before, step) : before;
        }
        catch (Exception e) when (e is IllegalTransitionException or UnfoldableEventException)
        {
            throw new EventLog.Codec.LogFormatException(
                $"stream '{record.Stream}', revision {record.Revision}: the record does not fit what came before it: {e.Message}. "
                + "Check the log with 'pbft log verify'.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owns) Store.Dispose();
    }
}
