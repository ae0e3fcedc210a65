using PbftReference.Cli.Inspect;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Log;

namespace PbftReference.Cli.Causality;

/// <summary>A step in a chain of causes.</summary>
/// <param name="Replica">Whose step.</param>
/// <param name="Record">Its record; null if that replica's log is not here.</param>
/// <param name="Why">What it gave to the step before in the chain.</param>
internal sealed record Cause(ReplicaId Replica, LogRecord? Record, string Why);

/// <summary>
/// From a step back to what began it: the step whose message it took in, the step whose message that one took in, and so on, down to a
/// client's request, a timer or a start. It is the chain that was last to be completed; the quorums beside it are told by <see cref="Support"/>.
/// </summary>
/// <param name="log">The log.</param>
internal sealed class CausalChain(RunLog log)
{
    private const int Longest = 64;
    private const long FirstWindow = 256;

    /// <summary>The causes of a step, the nearest first.</summary>
    public IEnumerable<Cause> Of(ReplicaId replica, LogRecord record)
    {
        var (at, current) = (replica, record);
        for (var i = 0; i < Longest; i++)
        {
            if (Before(at, current) is not { } cause) yield break;
            yield return cause;
            if (cause.Record is null) yield break;
            (at, current) = (cause.Replica, cause.Record);
        }
    }

    /// <summary>What a step has to say of its own beginning, where no other step caused it.</summary>
    public static string? Origin(LogRecord record) => record.Step?.Input switch
    {
        MessageReceived { Message: Request m } => $"client {m.Client} sent the request {m.Id}",
        TimerExpired => "a timer ran out",
        ReplicaStarted => "the process was started",
        _ => null,
    };

    private Cause? Before(ReplicaId self, LogRecord record) => record.Step?.Input switch
    {
        MessageReceived { Message: ReplicaMessage message, Signature.Revision: var signedAt } when message.Replica != self => SentBy(message, signedAt, record),
        ExecutionCompleted => Own(self, record, change => change is ExecutionStarted, "began the execution"),
        StateStaged or StateInstalled => Own(self, record, change => change is ManifestAccepted or TransferStaged or PagesAccepted or TransferStarted, "asked for the state"),
        _ => null,
    };

    private Cause SentBy(ReplicaMessage message, long signedAt, LogRecord record)
    {
        var sends = Sends(message);
        var why = $"sent the {EventLog.Codec.Names.Messages.Of(message.Kind)}";
        if (signedAt < 0 || log.Store.Tail(log.StreamOf(message.Replica)) is not { IsEmpty: false } tail) return new Cause(message.Replica, null, $"{why}; its log is not here");
        if (signedAt > tail.LastRevision) return new Cause(message.Replica, null, $"{why}, signed at its #{signedAt}, which its log does not reach: it is cut off, or from another copy");
        return Last(message.Replica, signedAt, sends) is { } found
            ? new Cause(message.Replica, found, why)
            : new Cause(message.Replica, null, $"{why}, signed at its #{signedAt}; no step before says so: it was sent again, or {record.Stream} has it from a faulty replica");
    }

    private Cause? Own(ReplicaId self, LogRecord record, Func<ReplicaEvent, bool> isIt, string why) =>
        Last(self, record.Revision - 1, isIt) is { } found ? new Cause(self, found, why) : null;

    // The last step up to a revision with such an event; looked for near the revision first.
    private LogRecord? Last(ReplicaId replica, long revision, Func<ReplicaEvent, bool> isIt)
    {
        var first = log.Store.Tail(log.StreamOf(replica))?.FirstRevision ?? 0;
        for (var window = FirstWindow; ; window *= 16)
        {
            var from = Math.Max(first, revision - window);
            var found = ReplicaLog.Read(log.Store, log.StreamOf(replica), from, check: false).TakeWhile(r => r.Revision <= revision)
                .LastOrDefault(r => r.Step is { } step && step.Events.Any(isIt));
            if (found is not null || from == first) return found;
        }
    }

    private static Func<ReplicaEvent, bool> Sends(ReplicaMessage message) => message switch
    {
        PrePrepare m => change => change is PrePrepareSent e && e.SequenceNumber == m.SequenceNumber,
        Prepare m => change => (change is PrepareSent e && e.SequenceNumber == m.SequenceNumber) || (change is ViewEntered && m.View.Value > 0),
        Commit m => change => change is CommitSent e && e.SequenceNumber == m.SequenceNumber,
        Checkpoint m => change => change is CheckpointSent e && e.SequenceNumber == m.SequenceNumber,
        ViewChange => change => change is ViewChangeSent,
        NewView => change => change is NewViewSent,
        BatchData => change => change is PrePrepareSent or PrePrepareAccepted or BatchAccepted,
        CommitProof m => change => (change is CommittedLocal e && e.SequenceNumber == m.Commit.SequenceNumber) || (change is CommitProofAccepted p && p.Proof.Commit.SequenceNumber == m.Commit.SequenceNumber),
        StableProof m => change => change is CheckpointStable e && e.SequenceNumber == m.Certificate.SequenceNumber,
        _ => _ => true,
    };
}
