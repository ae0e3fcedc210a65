using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Cli.Inspect;

/// <summary>
/// The records of several replicas in one order: each replica's own, a message received after the record that it was signed at, and by
/// the hosts' times where nothing else decides.
/// </summary>
internal static class CausalOrder
{
    /// <summary>Merges the replicas' records.</summary>
    /// <param name="streams">Each replica's records in order.</param>
    public static IEnumerable<LoggedStep> Of(IEnumerable<IEnumerable<LoggedStep>> streams)
    {
        var lanes = streams.Select(stream => stream.GetEnumerator()).ToList();
        lanes.RemoveAll(lane => !lane.MoveNext());
        while (lanes.Count > 0)
        {
            var next = lanes.Where(lane => !Waits(lane.Current, lanes)).DefaultIfEmpty(lanes[0]).MinBy(lane => lane.Current.Record.TimeMs)!;
            yield return next.Current;
            if (!next.MoveNext()) lanes.Remove(next);
        }
    }

    // The sender's lane stands at a record up to which the message was signed, so that record comes first.
    private static bool Waits(LoggedStep step, List<IEnumerator<LoggedStep>> lanes)
    {
        if (step.Record.Step?.Input is not MessageReceived { Message: ReplicaMessage message, Signature.Revision: var revision }) return false;
        return lanes.Any(lane => IsOf(lane.Current, message.Replica) && lane.Current.Record.Revision <= revision && lane.Current.Before.Self != step.Before.Self);
    }

    private static bool IsOf(LoggedStep step, ReplicaId replica) => step.Before.Self == replica;
}
