using PbftReference.Core;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// From what a replica recorded to the events of the specification. The folded states say which certificates the replica made; that is a
/// claim, which the oracle holds against what was delivered. See spec/mapping.md.
/// </summary>
/// <param name="translation">The cluster's.</param>
/// <param name="self">The replica.</param>
public sealed class Projection(SpecTranslation translation, ReplicaId self)
{
    private readonly StatementReading _reading = new(translation);

    /// <summary>What an event of a step stands for.</summary>
    /// <param name="replicaEvent">The event.</param>
    /// <param name="input">The step's input.</param>
    /// <param name="before">The state before the event.</param>
    /// <param name="after">The state after it; null if the event cannot be folded.</param>
    public IEnumerable<ProjectedEvent> Of(ReplicaEvent replicaEvent, Input input, ReplicaState before, ReplicaState? after) => replicaEvent switch
    {
        Started e => before.Phase == Core.Phases.ReplicaPhase.Recovering ? [] : [new ActEvent(e.Kind, SpecAction.Restart)],
        RequestAccepted e => [OfRequest(e.Kind, e.Request.Statement)],
        PrePrepareSent e => OfProposal(e, before, after),
        PrePrepareAccepted e => [.. OfBatch(e.Kind, e.PrePrepare.SequenceNumber, e.PrePrepare.Batch), .. OfPrePrepare(e)],
        PrepareSent e => [OfVote(e, before)],
        PrepareAccepted e => [OfPrepare(e)],
        CommitSent e => [OfCommit(e, before)],
        CommitAccepted e => [OfCommit(e)],
        CommittedLocal e => [OfDecision(e.Kind, e.SequenceNumber, after)],
        CommitProofAccepted e => [.. OfBatch(e.Kind, e.Proof.Commit.SequenceNumber, e.Proof.Batch), OfProof(e), OfDecision(e.Kind, e.Proof)],
        BatchAccepted e => OfBatch(e.Kind, e.SequenceNumber, e.Batch),
        BatchExecuted e => [new ActEvent(e.Kind, SpecAction.Execute) { Execution = e }],
        CheckpointSent e => [OfCheckpoint(e)],
        CheckpointAccepted e => [OfCheckpoint(e)],
        StableProofAccepted e => OfStableProof(e, input),
        CheckpointStable e => [OfStable(e, after)],
        TransferCompleted e => [OfTransfer(e, before)],
        ViewChangeSent e => [new ActEvent(e.Kind, SpecAction.ViewChange(e.View.Value)) { Whole = e.ViewChange }],
        ViewChangeAccepted e => [OfViewChange(e)],
        NewViewSent e => [OfNewView(e, after)],
        NewViewAccepted e => [OfNewView(e)],
        ViewEntered e => OfEntering(e, before),
        _ => [],
    };

    private static DeliverEvent Unsigned(EventKind source, SpecMessage message) => new(source, message, []);

    private DeliverEvent OfRequest(EventKind source, Request request) => Unsigned(source, SpecMessage.Request(translation.Define(request)));

    private IEnumerable<ProjectedEvent> OfBatch(EventKind source, SequenceNumber n, Batch? batch)
    {
        if (batch is null) yield break;
        var digest = translation.Define(batch);
        foreach (var request in batch.Requests) yield return OfRequest(source, request.Statement);
        yield return Unsigned(source, SpecMessage.Body(n.Value, digest));
    }

    private IEnumerable<ProjectedEvent> OfProposal(PrePrepareSent e, ReplicaState before, ReplicaState? after)
    {
        var digest = translation.Number(e.BatchDigest);
        if (after?.SlotAt(e.SequenceNumber).Batch is { } batch) translation.Define(batch);
        if (!translation.Model.Knows(digest))
        {
            yield return new BaselessEvent(e.Kind, $"the batch {e.BatchDigest.ToShortString()} is proposed at {e.SequenceNumber}, and it cannot be made of the requests that wait");
            yield break;
        }

        var claimed = SpecMessage.PrePrepare(e.View.Value, e.SequenceNumber.Value, digest, translation.Number(before.CurrentNewView));
        yield return new ActEvent(e.Kind, SpecAction.Propose(e.SequenceNumber.Value, digest)) { Claimed = claimed };
    }

    private IEnumerable<ProjectedEvent> OfPrePrepare(PrePrepareAccepted e)
    {
        var m = e.PrePrepare;
        // Only the primary's proposal is one: another replica's is evidence of nothing.
        if (translation.Configuration.PrimaryOf(m.View) != m.Replica) yield break;
        var message = SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView));
        yield return Signed(e.Kind, message, m.Replica, _reading.Of(m, e.Signature));
    }

    private ActEvent OfVote(PrepareSent e, ReplicaState before)
    {
        var digest = translation.Number(e.BatchDigest);
        var claimed = SpecMessage.Prepare(e.View.Value, e.SequenceNumber.Value, digest, translation.Number(before.CurrentNewView), self.Value);
        return new ActEvent(e.Kind, SpecAction.Prepare(e.SequenceNumber.Value, digest)) { Claimed = claimed };
    }

    private DeliverEvent OfPrepare(PrepareAccepted e)
    {
        var m = e.Prepare;
        var message = SpecMessage.Prepare(
            m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView), m.Replica.Value);
        return Signed(e.Kind, message, m.Replica, _reading.Of(m, e.Signature));
    }

    // The certificate is made by the event "prepared" right before.
    private ProjectedEvent OfCommit(CommitSent e, ReplicaState before)
    {
        if (!Predicates.InWindow(before, e.SequenceNumber) || before.SlotAt(e.SequenceNumber).Certificate is not { } certificate)
        {
            return new BaselessEvent(e.Kind, $"a commit for {e.SequenceNumber}, for which there is no prepared certificate");
        }

        var claimed = SpecMessage.Commit(e.View.Value, e.SequenceNumber.Value, translation.Number(e.BatchDigest), self.Value);
        return new ActEvent(e.Kind, SpecAction.Commit(translation.Of(certificate))) { Claimed = claimed };
    }

    private DeliverEvent OfCommit(CommitAccepted e)
    {
        var m = e.Commit;
        var message = SpecMessage.Commit(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), m.Replica.Value);
        return Signed(e.Kind, message, m.Replica, _reading.Of(m, e.Signature));
    }

    private ProjectedEvent OfDecision(EventKind source, SequenceNumber n, ReplicaState? after)
    {
        var slot = after?.SlotAt(n);
        return slot?.Decision is { } decision && slot.DecisionPrepared is { } prepared
            ? new ActEvent(source, SpecAction.Committed(translation.Of(decision), translation.Of(prepared)))
            : new BaselessEvent(source, $"{n} is decided without its certificates");
    }

    private ActEvent OfDecision(EventKind source, CommitProof proof) =>
        new(source, SpecAction.Committed(translation.Of(proof.Commit), translation.Of(proof.Prepared)));

    private DeliverEvent OfProof(CommitProofAccepted e)
    {
        var m = e.Proof;
        var message = SpecMessage.CommitProof(translation.Of(m.Commit), translation.Of(m.Prepared), m.Replica.Value);
        return Signed(e.Kind, message, m.Replica, to => _reading.Add(m, to));
    }

    private ActEvent OfCheckpoint(CheckpointSent e) => new(e.Kind, SpecAction.Checkpoint)
    {
        Claimed = SpecMessage.Checkpoint(e.SequenceNumber.Value, translation.Number(e.StateDigest), self.Value),
    };

    private DeliverEvent OfCheckpoint(CheckpointAccepted e)
    {
        var m = e.Checkpoint;
        var message = SpecMessage.Checkpoint(m.SequenceNumber.Value, translation.Number(m.StateDigest), m.Replica.Value);
        return Signed(e.Kind, message, m.Replica, _reading.Of(m, e.Signature));
    }

    // A certificate out of a view-change was delivered with it.
    private IEnumerable<ProjectedEvent> OfStableProof(StableProofAccepted e, Input input)
    {
        if (input is not MessageReceived { Message: StableProof m }) yield break;
        var message = SpecMessage.StableProof(translation.Of(e.Certificate), m.Replica.Value);
        yield return Signed(e.Kind, message, m.Replica, to => _reading.Add(e.Certificate, to));
    }

    private ProjectedEvent OfStable(CheckpointStable e, ReplicaState? after) => after is null
        ? new BaselessEvent(e.Kind, $"checkpoint {e.SequenceNumber} became stable without a certificate")
        : new ActEvent(e.Kind, SpecAction.Stable(translation.Of(after.Stable)));

    private ProjectedEvent OfTransfer(TransferCompleted e, ReplicaState before)
    {
        if (before.Transfer is not { } transfer) return new BaselessEvent(e.Kind, $"the state of checkpoint {e.SequenceNumber} was taken over and not fetched");
        var state = translation.Of(e.Clients, e.ServiceDigest);
        var weak = new SpecCheckpoint(transfer.SequenceNumber.Value, translation.Number(transfer.StateDigest), transfer.Sources.Select(r => r.Value));
        var stable = before.Stable.SequenceNumber == transfer.SequenceNumber && before.Stable.StateDigest == transfer.StateDigest;
        return new ActEvent(e.Kind, SpecAction.Transfer(stable ? translation.Of(before.Stable) : weak, state));
    }

    private DeliverEvent OfViewChange(ViewChangeAccepted e)
    {
        var message = SpecMessage.ViewChange(translation.Of(e.ViewChange));
        return Signed(e.Kind, message, e.ViewChange.Replica, to => _reading.Add(e.ViewChange, e.Signature, to));
    }

    private ProjectedEvent OfNewView(NewViewSent e, ReplicaState? after)
    {
        if (after is null || !after.NewViews.TryGetValue(e.NewView, out var signed))
        {
            return new BaselessEvent(e.Kind, $"the new-view {e.NewView.ToShortString()} does not follow from the view-changes at hand");
        }

        var newView = translation.Of(signed.Statement);
        return new ActEvent(e.Kind, SpecAction.NewView(newView))
        {
            Claimed = SpecMessage.NewView(newView),
            Whole = e.NewView,
            NullFills = NullsIn(signed.Statement),
        };
    }

    private DeliverEvent OfNewView(NewViewAccepted e)
    {
        var message = SpecMessage.NewView(translation.Of(e.NewView));
        return Signed(e.Kind, message, e.NewView.Replica, to => _reading.Add(e.NewView, e.Signature, to));
    }

    // A primary enters with the new-view that it sends.
    private IEnumerable<ProjectedEvent> OfEntering(ViewEntered e, ReplicaState before)
    {
        if (!before.NewViews.TryGetValue(e.NewView, out var signed))
        {
            yield return new BaselessEvent(e.Kind, $"view {e.View} is entered by the new-view {e.NewView.ToShortString()}, which is not at hand");
        }
        else if (signed.Statement.View != e.View)
        {
            yield return new BaselessEvent(e.Kind, $"view {e.View} is entered by a new-view for view {signed.Statement.View}");
        }
        else if (signed.Signature.IsOwn && before.Active && before.CurrentNewView == e.NewView)
        {
            yield return new BaselessEvent(e.Kind, $"view {e.View}, whose new-view the replica sent itself, is entered twice");
        }
        else if (!signed.Signature.IsOwn)
        {
            yield return new ActEvent(e.Kind, SpecAction.EnterView(translation.Of(signed.Statement))) { NullFills = NullsIn(signed.Statement) };
        }
    }

    private static int NullsIn(NewView newView) => newView.Carried.Count(place => place.BatchDigest.IsNone);

    private static DeliverEvent Signed(EventKind source, SpecMessage message, ReplicaId from, DeliveredStatement only) =>
        new(source, message, [only]) { From = from };

    private static DeliverEvent Signed(EventKind source, SpecMessage message, ReplicaId from, Action<List<DeliveredStatement>> read)
    {
        var statements = new List<DeliveredStatement>();
        read(statements);
        return new DeliverEvent(source, message, statements) { From = from };
    }
}
