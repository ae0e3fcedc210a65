using System.Diagnostics;
using System.Globalization;
using PbftReference.Cli.Inspect;
using PbftReference.Cli.Output;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;
using PbftReference.EventLog.Stores;
using PbftReference.Host;
using PbftReference.Host.Replay;

namespace PbftReference.Cli.Replaying;

/// <summary>Replays the streams of a log, one after the other.</summary>
internal sealed class Replayer(Terminal terminal, IEventStore store, Genesis genesis, bool verify, RevisionBound until, RevisionBound? breakAt = null)
{
    /// <summary>Replays one replica's stream; one that is damaged does not keep the others from being replayed.</summary>
    public ReplayRow Replay(ReplicaId replica)
    {
        var stream = LogStreams.OfReplica(genesis.Cluster, replica);
        var elapsed = Stopwatch.StartNew();
        var (last, stopped) = (-1L, false);
        try
        {
            if (store.Tail(stream) is not { IsEmpty: false } tail) return new ReplayRow(replica, stream, null, null, TimeSpan.Zero);
            last = tail.LastRevision;
            var bound = until.Of(replica);
            var stop = breakAt?.Of(replica) ?? -1;
            if (stop > bound) throw new CommandException(ExitCodes.Usage, $"--break stands at #{stop} and --until ends at #{bound} before it: leave out --until, or name a later record");
            elapsed.Restart();
            var report = verify
                ? ReplayVerifier.Verify(store, genesis, replica, bound, revision => Decide(revision, stop))
                : FoldReplay.Run(store, genesis, replica, bound, Progress);
            if (stop >= 0 && !stopped && report.Mismatch is null) throw new CommandException(ExitCodes.Data, $"nothing is decided at #{stop} of {stream}, so nothing stopped there: it is a note or a part of the record after it; name a record with a step");
            return new ReplayRow(replica, stream, report, null, elapsed.Elapsed);
        }
        catch (Exception e) when (StreamDamage.IsSaidBy(e))
        {
            return new ReplayRow(replica, stream, null, new StreamDamage(stream, e), elapsed.Elapsed);
        }

        // called right before the record's input is decided
        void Decide(long revision, long stop)
        {
            Progress(revision);
            if (revision != stop) return;
            stopped = true;
            DebuggerStop.Here(replica, revision, terminal);
        }

        void Progress(long revision) => terminal.Progress(() =>
            string.Create(CultureInfo.InvariantCulture, $"replica {replica}: record {revision:N0} of {last:N0}"));
    }
}
