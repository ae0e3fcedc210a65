using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>Execution, checkpoints and state transfer (paper sections 4.2, 4.3, 4.6).</summary>
internal sealed partial class Folding
{
    private void On(BatchExecuted e)
    {
        Require(e.SequenceNumber == State.LastExecuted.Next, $"{e.SequenceNumber} is executed after {State.LastExecuted}");
        var found = Predicates.TryNextDecided(State, out var batch);
        Require(found, $"{e.SequenceNumber} is executed and not decided");
        MoveExecution(ExecutionTrigger.Complete);
        State = State with { LastExecuted = e.SequenceNumber, ServiceDigest = e.ServiceDigest };
        if (!State.Backlog.IsEmpty) State = State with { Backlog = State.Backlog.RemoveAt(0) };
        if (batch is null) return;
        var clients = State.Clients.With(State.Clients.Runnable(batch), e.Results);
        State = State with
        {
            Clients = clients,
            Queue = State.Queue.RemoveExecuted(batch, clients),
            ProgressView = State.Active ? State.View : State.ProgressView,
        };
    }

    private void On(CheckpointSent e) =>
        State = State with { OwnCheckpoints = State.OwnCheckpoints.Add(new OwnCheckpoint(e.SequenceNumber, e.StateDigest)) };

    private void On(CheckpointAccepted e)
    {
        var m = e.Checkpoint;
        var kept = State.Checkpoints;
        if (m.SequenceNumber > State.High)
        {
            kept = kept.RemoveAll(c => c.Statement.Replica == m.Replica && c.Statement.SequenceNumber > State.High);
        }

        var at = 0;
        while (at < kept.Length && Precedes(kept[at].Statement, m)) at++;
        State = State with { Checkpoints = kept.Insert(at, new Signed<Checkpoint>(m, e.Signature)) };
    }

    private static bool Precedes(Checkpoint a, Checkpoint b) =>
        a.SequenceNumber < b.SequenceNumber || (a.SequenceNumber == b.SequenceNumber && a.Replica < b.Replica);

    private void On(CheckpointStable e)
    {
        var certificate = State.KnownStable;
        if (certificate?.SequenceNumber != e.SequenceNumber || certificate.StateDigest != e.StateDigest)
        {
            certificate = CheckpointRules.CertificateFor(State, e.SequenceNumber, e.StateDigest);
        }

        Require(certificate.SequenceNumber > State.Low, $"checkpoint {e.SequenceNumber} is not above the stable one at {State.Low}");
        Advance(certificate);
    }

    /// <summary>Raises h and discards what is at or below it (section 4.3); decided batches that were not executed yet are kept apart.</summary>
    private void Advance(CheckpointCertificate stable)
    {
        var low = stable.SequenceNumber;
        var backlog = State.Backlog.ToBuilder();
        for (var n = State.LastExecuted + backlog.Count + 1; n <= low && Predicates.InWindow(State, n) && SlotAt(n).IsExecutable; n = n.Next)
        {
            var slot = SlotAt(n);
            backlog.Add(new DecidedBatch(n, slot.Decision!.BatchDigest.IsNone ? null : slot.Batch));
        }

        var first = Math.Max(State.Low.Value + 1, low.Value - State.Window.Length + 1);
        for (var n = first; n <= low.Value; n++) Put(Slot.Empty(new SequenceNumber(n + State.Window.Length), State.Configuration.Replicas));
        State = State with
        {
            Stable = stable,
            Backlog = backlog.ToImmutable(),
            OwnCheckpoints = State.OwnCheckpoints.RemoveAll(c => c.SequenceNumber < low),
            Checkpoints = State.Checkpoints.RemoveAll(c => c.Statement.SequenceNumber <= low),
            KnownStable = State.KnownStable?.SequenceNumber > low ? State.KnownStable : null,
            LastAssigned = State.LastAssigned < low ? low : State.LastAssigned,
            WantedNewViews = [],
        };
        PruneNewViews();
    }

    private void On(TransferStarted e)
    {
        MoveExecution(ExecutionTrigger.Fetch);
        var same = State.Transfer?.SequenceNumber == e.SequenceNumber && State.Transfer.StateDigest == e.StateDigest ? State.Transfer : null;
        var transfer = new StateTransfer(e.SequenceNumber, e.StateDigest, e.Sources, e.Attempt, same?.Manifest, same?.Missing, -1);
        State = State with { Transfer = transfer with { Requested = TransferRules.LastOf(TransferRules.FirstPages(transfer), -1) } };
    }

    private void On(ManifestAccepted e) => State = State with { Transfer = Transfer() with { Manifest = e.Manifest } };

    private void On(TransferStaged e)
    {
        var transfer = Transfer() with { Missing = ImmutableSortedSet.CreateRange(e.Missing) };
        State = State with { Transfer = transfer with { Requested = TransferRules.LastOf(TransferRules.FirstPages(transfer), -1) } };
    }

    private void On(PagesAccepted e)
    {
        var transfer = Transfer();
        Require(transfer.Missing is not null, "pages came before it was known which are missing");
        transfer = transfer with { Missing = transfer.Missing!.Except(e.Pages) };
        State = State with { Transfer = transfer with { Requested = TransferRules.LastOf(TransferRules.NextPages(transfer), transfer.Requested) } };
    }

    private StateTransfer Transfer()
    {
        Require(State.Transfer is not null, "no transfer is under way");
        return State.Transfer!;
    }

    private void On(TransferCompleted e)
    {
        MoveExecution(ExecutionTrigger.Install);
        State = State with
        {
            Transfer = null,
            LastExecuted = e.SequenceNumber,
            Clients = e.Clients,
            ServiceDigest = e.ServiceDigest,
            Backlog = State.Backlog.RemoveAll(b => b.SequenceNumber <= e.SequenceNumber),
            Queue = State.Queue.RemoveExecuted(e.Clients),
        };
    }
}
