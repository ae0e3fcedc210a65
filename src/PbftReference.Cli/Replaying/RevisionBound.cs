using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Replaying;

/// <summary>Where the replay of a stream ends.</summary>
internal static class RevisionBound
{
    /// <summary>The last revision to replay. A number may lie beyond the end, since replicas' streams differ in length.</summary>
    /// <exception cref="CommandException">It is no position, or nothing in the stream is there.</exception>
    public static long Of(string position, RunLog log, ReplicaId replica) =>
        long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : LogPositions.Resolve(log, replica, position);
}
