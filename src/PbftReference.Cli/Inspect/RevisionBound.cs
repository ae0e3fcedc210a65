using System.Globalization;
using PbftReference.Core.Types;
using PbftReference.EventLog.Stores;

namespace PbftReference.Cli.Inspect;

/// <summary>Where the reading of several streams begins or ends.</summary>
/// <param name="position">A position, as the command line has it.</param>
/// <param name="log">The log.</param>
/// <param name="replicas">The replicas whose streams are read.</param>
internal sealed class RevisionBound(string position, RunLog log, IReadOnlyList<ReplicaId> replicas)
{
    /// <summary>The revision in a replica's stream. A number may lie beyond the end of a shorter stream, and not of all.</summary>
    /// <exception cref="CommandException">It is no position, or nothing is there.</exception>
    public long Of(ReplicaId replica)
    {
        if (!long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return Named(replica);
        if (revision <= LastOf(replica)) return LogPositions.Resolve(log, replica, position);
        var longest = replicas.MaxBy(LastOf);
        return revision <= LastOf(longest) ? revision : LogPositions.Resolve(log, longest, position);
    }

    // What one replica did another need not have done: say which did.
    private long Named(ReplicaId replica)
    {
        try
        {
            return LogPositions.Resolve(log, replica, position);
        }
        catch (CommandException e) when (e.ExitCode == ExitCodes.Data && replicas.Where(HasIt).ToList() is { Count: > 0 } others)
        {
            throw new CommandException(ExitCodes.Data, $"{e.Message}; it is in the log of {string.Join(" and ", others.Select(id => $"replica {id}"))}: name one by --replica", e);
        }
    }

    private bool HasIt(ReplicaId replica)
    {
        try
        {
            return LogPositions.Resolve(log, replica, position) >= 0;
        }
        catch (Exception e) when (e is CommandException || StreamDamage.IsSaidBy(e))
        {
            return false;
        }
    }

    // a stream that cannot be read is told when it is its turn
    private long LastOf(ReplicaId replica)
    {
        try
        {
            return log.Store.Tail(log.StreamOf(replica)) is { IsEmpty: false } tail ? tail.LastRevision : -1;
        }
        catch (EventStoreException e) when (e.IsUnreadable)
        {
            return -1;
        }
    }
}
