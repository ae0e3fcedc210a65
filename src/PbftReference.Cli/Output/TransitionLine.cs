using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;
using PbftReference.EventLog.Log;

namespace PbftReference.Cli.Output;

/// <summary>A line about one transition.</summary>
/// <param name="Text">The line, at most <see cref="TransitionLine.Width"/> columns.</param>
/// <param name="Name">The name of what happened: an event, a record type without its version, or "refused".</param>
/// <param name="Place">The sequence number that it is about; null if about none.</param>
/// <param name="View">The replica's view after it.</param>
internal readonly record struct Transition(string Text, string Name, SequenceNumber? Place, ViewNumber View);

/// <summary>
/// The records of a log as lines for people, one an event: <c>r2  v3  #001432  COMMITTED-LOCAL n=141 d=9f86d081 (3/3 commits: r0-r2)</c>.
/// What the replica does itself, and what changes its state for good, is in capitals; what it takes in from others is not.
/// </summary>
internal static class TransitionLine
{
    /// <summary>No line is longer.</summary>
    public const int Width = 80;

    /// <summary>What the parts of a line mean.</summary>
    public const string Legend =
        """
        r2  v3  #001432  COMMITTED-LOCAL n=141 d=9f86d081 (3/3 commits: r0-r2)
        |   |   |        |               |     |           votes there are / needed
        |   |   |        |               |     first digits of the batch digest;
        |   |   |        |               |     null: the null request
        |   |   |        |               sequence number
        |   |   |        event: in capitals what the replica does or decides, else
        |   |   |        what it takes in; 'pbft explain committed-local' says more
        |   |   revision in the replica's stream; lines of one step share it
        |   view; v3? means: it has asked for view 3 and not entered it yet
        replica
        <- status from r1: what came in, where the event does not say it
        """;

    /// <summary>The lines of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="before">The state before it.</param>
    public static IEnumerable<Transition> Of(LogRecord record, ReplicaState before)
    {
        if (record.Step is not { } step) return [OfNote(record, before)];
        return OfStep(record, step, before);
    }

    private static IEnumerable<Transition> OfStep(LogRecord record, Step step, ReplicaState before)
    {
        var state = before;
        var cause = CauseOf(step);
        foreach (var change in step.Events)
        {
            state = Fold.Event(state, change);
            yield return Line(record, state, Names.Events.Of(change.Kind), PlaceOf(change), TextOf(change, step, state) + cause);
            cause = "";
        }

        if (step.Refusal is not { } refusal) yield break;
        yield return Line(record, state, "refused", null, $"REFUSED {Names.Refusals.Of(refusal)}{CauseOf(step)}");
    }

    private static Transition OfNote(LogRecord record, ReplicaState state)
    {
        var text = record.Counts is { } counts
            ? "refusals-counted " + string.Join(", ", counts.Select(c => $"{Names.Refusals.Of(c.Key)} {c.Value}"))
            : $"SNAPSHOT-TAKEN of #{record.SnapshotTaken!.Position.Revision} checkpoint={record.SnapshotTaken.Checkpoint}";
        return Line(record, state, record.Type[..record.Type.IndexOf('/', StringComparison.Ordinal)], null, text);
    }

    private static Transition Line(LogRecord record, ReplicaState state, string name, SequenceNumber? place, string text)
    {
        var view = string.Create(CultureInfo.InvariantCulture, $"v{state.View}{(state.Phase == ReplicaPhase.ViewChanging ? "?" : "")}");
        var line = string.Create(CultureInfo.InvariantCulture, $"r{state.Self,-2} {view,-3} #{record.Revision:d6}  {text}");
        return new Transition(Cut(line, Width), name, place, state.View);
    }

    /// <summary>A line of at most so many columns.</summary>
    internal static string Cut(string line, int width) => line.Length <= width ? line : line[..(width - 3)] + "...";

    // The message is named by the event that takes it in; anything else is a cause worth a word.
    private static string CauseOf(Step step) => step.Input switch
    {
        TimerExpired i => $" <- {Names.Timers.Of(i.Timer)} timer",
        MessageReceived i when step.Refusal is not null || !TakesIn(step) => $" <- {Names.Messages.Of(i.Message.Kind)}{SenderOf(i.Message)}",
        _ => "",
    };

    private static bool TakesIn(Step step) => step.Events is [var first, ..] && first is RequestAccepted or PrePrepareAccepted or PrepareAccepted
        or CommitAccepted or CommitProofAccepted or BatchAccepted or CheckpointAccepted or StableProofAccepted or ManifestAccepted or PagesAccepted
        or ViewChangeAccepted or ViewChangeDeferred or NewViewAccepted or NewViewDeferred;

    private static string SenderOf(Message message) => message switch
    {
        ReplicaMessage m => $" from r{m.Replica}",
        Request m => $" from c{m.Client}",
        _ => "",
    };

    private static SequenceNumber? PlaceOf(ReplicaEvent change) => change switch
    {
        PrePrepareSent e => e.SequenceNumber,
        PrePrepareAccepted e => e.PrePrepare.SequenceNumber,
        PrepareSent e => e.SequenceNumber,
        PrepareAccepted e => e.Prepare.SequenceNumber,
        Prepared e => e.SequenceNumber,
        CommitSent e => e.SequenceNumber,
        CommitAccepted e => e.Commit.SequenceNumber,
        CommittedLocal e => e.SequenceNumber,
        CommitProofAccepted e => e.Proof.Commit.SequenceNumber,
        BatchAccepted e => e.SequenceNumber,
        ExecutionStarted e => e.SequenceNumber,
        BatchExecuted e => e.SequenceNumber,
        CheckpointSent e => e.SequenceNumber,
        CheckpointAccepted e => e.Checkpoint.SequenceNumber,
        StableProofAccepted e => e.Certificate.SequenceNumber,
        CheckpointStable e => e.SequenceNumber,
        TransferStarted e => e.SequenceNumber,
        ManifestAccepted e => e.Manifest.SequenceNumber,
        TransferCompleted e => e.SequenceNumber,
        _ => null,
    };

    private static string TextOf(ReplicaEvent change, Step step, ReplicaState state) => change switch
    {
        Started e => $"STARTED incarnation={e.Incarnation.ToShortString()}",
        RequestAccepted e => $"request-accepted {e.Request.Statement.Id} {Quoted(e.Request.Statement.Operation)} ({state.Queue.Count} waiting)",
        BatchTimeReached => "BATCH-TIME-REACHED",
        PrePrepareSent e => $"PRE-PREPARE-SENT {Place(e.SequenceNumber, e.BatchDigest)} ({string.Join(" ", e.Requests)})",
        PrePrepareAccepted e => $"pre-prepare-accepted {Place(e.PrePrepare.SequenceNumber, e.PrePrepare.BatchDigest)} from r{e.PrePrepare.Replica} ({Requests(e.PrePrepare.Batch)})",
        PrepareSent e => $"PREPARE-SENT {Place(e.SequenceNumber, e.BatchDigest)}",
        PrepareAccepted e => $"prepare-accepted {Place(e.Prepare.SequenceNumber, e.Prepare.BatchDigest)} from r{e.Prepare.Replica}{Votes(state, e.Prepare.SequenceNumber)}",
        Prepared e => $"PREPARED {Place(e.SequenceNumber, e.BatchDigest)}{Votes(state, e.SequenceNumber)}",
        CommitSent e => $"COMMIT-SENT {Place(e.SequenceNumber, e.BatchDigest)}",
        CommitAccepted e => $"commit-accepted {Place(e.Commit.SequenceNumber, e.Commit.BatchDigest)} from r{e.Commit.Replica}{Commits(state, e.Commit.SequenceNumber)}",
        CommittedLocal e => $"COMMITTED-LOCAL {Place(e.SequenceNumber, e.BatchDigest)}{Commits(state, e.SequenceNumber)}",
        CommitProofAccepted e => $"COMMIT-PROOF-ACCEPTED {Place(e.Proof.Commit.SequenceNumber, e.Proof.Commit.BatchDigest)} from r{e.Proof.Replica}",
        BatchAccepted e => $"batch-accepted {Place(e.SequenceNumber, e.Batch.Digest)} ({Requests(e.Batch)})",
        ExecutionStarted e => $"EXECUTION-STARTED n={e.SequenceNumber}",
        BatchExecuted e => $"BATCH-EXECUTED n={e.SequenceNumber} ({Results(e)}) service={e.ServiceDigest.ToShortString()}",
        CheckpointSent e => $"CHECKPOINT-SENT {Place(e.SequenceNumber, e.StateDigest)}",
        CheckpointAccepted e => $"checkpoint-accepted {Place(e.Checkpoint.SequenceNumber, e.Checkpoint.StateDigest)} from r{e.Checkpoint.Replica}{Checkpoints(state, e.Checkpoint)}",
        StableProofAccepted e => $"stable-proof-accepted {Place(e.Certificate.SequenceNumber, e.Certificate.StateDigest)} from {Sender(step)}",
        CheckpointStable e => $"CHECKPOINT-STABLE {Place(e.SequenceNumber, e.StateDigest)} (h={state.Low} H={state.High})",
        ProgressNoted e => $"PROGRESS-NOTED executed={e.LastExecuted}",
        _ => OtherTextOf(change, step, state),
    };

    private static string OtherTextOf(ReplicaEvent change, Step step, ReplicaState state) => change switch
    {
        TransferStarted e => $"TRANSFER-STARTED {Place(e.SequenceNumber, e.StateDigest)} attempt {e.Attempt} (signed by {Replicas(e.Sources)})",
        ManifestAccepted e => $"manifest-accepted n={e.Manifest.SequenceNumber} ({e.Manifest.ClientPages.Length}+{e.Manifest.ServicePages.Length} pages) from r{e.Manifest.Replica}",
        TransferStaged e => $"TRANSFER-STAGED ({e.Missing.Length} pages missing)",
        PagesAccepted e => $"pages-accepted {string.Join(" ", e.Pages)} from {Sender(step)}",
        TransferCompleted e => $"TRANSFER-COMPLETED {Place(e.SequenceNumber, e.StateDigest)} service={e.ServiceDigest.ToShortString()}",
        ViewChangeSent e => $"VIEW-CHANGE-SENT {Names.ViewChangeReasons.Of(e.Reason)}{Prepared(state.ViewChanges[state.Self.Value]?.Statement)}",
        ViewChangeAccepted e => $"view-change-accepted v={e.ViewChange.NewView} from r{e.ViewChange.Replica}{Prepared(e.ViewChange)}{ViewChanges(state)}",
        ViewChangeDeferred e => $"view-change-deferred v={e.ViewChange.NewView} from r{e.ViewChange.Replica}",
        NewViewSent e => $"NEW-VIEW-SENT V={Replicas(e.Replicas)}{Carried(state, e.NewView)}",
        NewViewAccepted e => $"new-view-accepted v={e.NewView.View} from r{e.NewView.Replica} V={Replicas(e.NewView.ViewChanges.Select(v => v.Statement.Replica))}",
        NewViewDeferred e => $"new-view-deferred v={e.NewView.View} from r{e.NewView.Replica}",
        NewViewWanted e => $"NEW-VIEW-WANTED {e.NewView.ToShortString()}",
        ViewEntered e => $"VIEW-ENTERED primary r{state.Primary}{Carried(state, e.NewView)}",
        EvidenceKept e => $"EVIDENCE-KEPT against r{e.Accused}",
        Halted e => $"HALTED {e.Contradiction}",
        _ => Names.Events.Of(change.Kind),
    };

    private static string Place(SequenceNumber n, Digest digest) => $"n={n} d={digest.ToShortString()}";

    private static string Requests(Batch? batch) => batch is null ? "no batch" : string.Join(" ", batch.Requests.Select(r => r.Statement.Id));

    private static string Results(BatchExecuted e) => e.Results.Length switch { 0 => "no effect", 1 => "1 result", var count => $"{count} results" };

    private static string Quoted(ImmutableArray<byte> operation)
    {
        var text = Encoding.UTF8.GetString(operation.AsSpan());
        var printable = text.Length <= 24 ? text : text[..21] + "...";
        return printable.Any(char.IsControl) || printable.Contains('\uFFFD', StringComparison.Ordinal) ? $"({operation.Length} bytes)" : $"\"{printable}\"";
    }

    private static string Sender(Step step) => step.Input is MessageReceived { Message: ReplicaMessage m } ? $"r{m.Replica}" : "the disk";

    private static string Votes(ReplicaState state, SequenceNumber n)
    {
        if (!Predicates.InWindow(state, n) || state.SlotAt(n) is not { Phase: not SlotPhase.Empty } slot) return " (early)";
        return Quorum(state, "votes", i => Predicates.IsVoteFor(state, slot, slot.Votes[i]));
    }

    private static string Commits(ReplicaState state, SequenceNumber n)
    {
        if (!Predicates.InWindow(state, n) || state.SlotAt(n) is not { Phase: not SlotPhase.Empty } slot) return " (early)";
        return Quorum(state, "commits", i => Predicates.IsCommitFor(slot, slot.Commits[i]));
    }

    private static string Checkpoints(ReplicaState state, Checkpoint checkpoint) => Quorum(state, "", i =>
        state.Checkpoints.Any(c => c.Statement.Replica.Value == i && IsSame(c.Statement, checkpoint))
        || (i == state.Self.Value && state.OwnCheckpoints.Any(c => c.SequenceNumber == checkpoint.SequenceNumber && c.StateDigest == checkpoint.StateDigest)));

    private static bool IsSame(Checkpoint one, Checkpoint other) => one.SequenceNumber == other.SequenceNumber && one.StateDigest == other.StateDigest;

    private static string ViewChanges(ReplicaState state) => Quorum(state, "", i => state.ViewChanges[i]?.Statement.NewView >= state.View);

    private static string Quorum(ReplicaState state, string what, Func<int, bool> isOne)
    {
        var ones = Enumerable.Range(0, state.Configuration.Replicas).Where(isOne).Select(i => new ReplicaId(i)).ToList();
        var noun = what.Length == 0 ? "" : $" {what}";
        return $" ({ones.Count}/{state.Configuration.Quorum}{noun}: {Replicas(ones)})";
    }

    private static string Prepared(ViewChange? viewChange)
    {
        if (viewChange is null) return "";
        return $" h={viewChange.Stable.SequenceNumber} P={{{Ranges(viewChange.Prepared.Select(p => p.SequenceNumber.Value), "")}}}";
    }

    private static string Carried(ReplicaState state, Digest newView)
    {
        if (!state.NewViews.TryGetValue(newView, out var signed)) return "";
        return $" O={{{string.Join(" ", signed.Statement.Carried.Select(c => $"{c.SequenceNumber}:{c.BatchDigest.ToShortString()}"))}}}";
    }

    /// <summary>Replicas in few characters: r0-r2 r5.</summary>
    internal static string Replicas(IEnumerable<ReplicaId> ascending) => Ranges(ascending.Select(id => (long)id.Value), "r") is { Length: > 0 } text ? text : "none";

    private static string Ranges(IEnumerable<long> ascending, string prefix)
    {
        var parts = new List<string>();
        var numbers = ascending.ToList();
        for (var i = 0; i < numbers.Count; i++)
        {
            var last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1) last++;
            var isRange = last > i + 1;
            parts.Add(isRange ? $"{prefix}{numbers[i]}-{prefix}{numbers[last]}" : $"{prefix}{numbers[i]}");
            if (isRange) i = last;
        }

        return string.Join(" ", parts);
    }
}
