using System.Collections.Immutable;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Types;

namespace PbftReference.Core.State;

/// <summary>The three phases (paper section 4.2).</summary>
internal sealed partial class Folding
{
    private void On(PrePrepareSent e)
    {
        var batch = e.Requests.IsEmpty ? null : BatchOf(e.Requests);
        Require((batch?.Digest ?? Digest.None) == e.BatchDigest, $"the batch proposed at {e.SequenceNumber} has another digest");
        var slot = Move(SlotAt(e.SequenceNumber), SlotTrigger.Propose) with { View = e.View, BatchDigest = e.BatchDigest };
        Put(WithOwnVote(slot.WithBatch(batch)));
        State = State with
        {
            LastAssigned = e.SequenceNumber,
            BatchDue = false,
            Queue = batch is null ? State.Queue : State.Queue.MarkProposed(batch, e.SequenceNumber),
        };
    }

    private Batch BatchOf(ImmutableArray<RequestId> ids)
    {
        var requests = ImmutableArray.CreateBuilder<Signed<Request>>(ids.Length);
        foreach (var id in ids)
        {
            var waiting = State.Queue.Find(id);
            Require(waiting is not null, $"request {id} is proposed and does not wait");
            requests.Add(waiting!.Request);
        }

        return new Batch(requests.MoveToImmutable());
    }

    private void On(PrePrepareAccepted e)
    {
        var m = e.PrePrepare;
        var slot = SlotAt(m.SequenceNumber);
        if (slot.Phase == SlotPhase.Empty)
        {
            slot = (Move(slot, SlotTrigger.Propose) with { View = m.View, BatchDigest = m.BatchDigest }).WithBatch(m.Batch);
        }
        else if (m.Batch is not null && slot.MissingBatch == m.BatchDigest)
        {
            slot = slot.WithBatch(m.Batch);
        }

        var vote = new PrepareVote(m.View, m.BatchDigest, m.NewView, e.Signature);
        Put(slot with { Votes = slot.Votes.SetItem(m.Replica.Value, vote) });
        if (m.Batch is not null) State = State with { Queue = State.Queue.MarkProposed(m.Batch, m.SequenceNumber) };
    }

    private void On(PrepareSent e)
    {
        var slot = SlotAt(e.SequenceNumber);
        Require(slot.View == e.View && slot.BatchDigest == e.BatchDigest, $"the prepare for {e.SequenceNumber} is not for the standing proposal");
        Put(WithOwnVote(slot));
    }

    private void On(PrepareAccepted e)
    {
        var m = e.Prepare;
        var slot = SlotAt(m.SequenceNumber);
        var vote = new PrepareVote(m.View, m.BatchDigest, m.NewView, e.Signature);
        Put(slot with { Votes = slot.Votes.SetItem(m.Replica.Value, vote) });
    }

    private void On(Prepared e)
    {
        var slot = SlotAt(e.SequenceNumber);
        var votes = ImmutableArray.CreateBuilder<Vote>();
        for (var i = 0; i < slot.Votes.Length; i++)
        {
            if (Predicates.IsVoteFor(State, slot, slot.Votes[i])) votes.Add(new Vote(new ReplicaId(i), slot.Votes[i]!.Signature));
        }

        var certificate = new PreparedCertificate(e.View, e.SequenceNumber, e.BatchDigest, State.CurrentNewView, votes.ToImmutable());
        Put(Move(slot, SlotTrigger.Prepare) with { Certificate = certificate });
    }

    private void On(CommitSent e)
    {
        var slot = SlotAt(e.SequenceNumber);
        var commit = new CommitVote(e.View, e.BatchDigest, Signature.Own);
        Put(slot with { Commits = slot.Commits.SetItem(State.Self.Value, commit) });
    }

    private void On(CommitAccepted e)
    {
        var m = e.Commit;
        var slot = SlotAt(m.SequenceNumber);
        Put(slot with { Commits = slot.Commits.SetItem(m.Replica.Value, new CommitVote(m.View, m.BatchDigest, e.Signature)) });
    }

    private void On(CommittedLocal e)
    {
        var slot = SlotAt(e.SequenceNumber);
        var votes = ImmutableArray.CreateBuilder<Vote>();
        for (var i = 0; i < slot.Commits.Length; i++)
        {
            if (Predicates.IsCommitFor(slot, slot.Commits[i])) votes.Add(new Vote(new ReplicaId(i), slot.Commits[i]!.Signature));
        }

        var decision = new CommitCertificate(e.View, e.SequenceNumber, e.BatchDigest, votes.ToImmutable());
        Put(Move(slot, SlotTrigger.Commit) with { Decision = decision, DecisionPrepared = slot.Certificate });
    }

    private void On(CommitProofAccepted e)
    {
        var proof = e.Proof;
        var slot = Move(SlotAt(proof.Commit.SequenceNumber), SlotTrigger.Prove);
        if (slot.Batch is { } losing && losing.Digest != proof.Commit.BatchDigest) State = State with { Queue = State.Queue.ClearProposed(losing) };
        var newer = slot.Certificate is null || slot.Certificate.View < proof.Prepared.View;
        Put(slot.WithBatch(proof.Batch) with
        {
            View = proof.Commit.View,
            BatchDigest = proof.Commit.BatchDigest,
            Decision = proof.Commit,
            DecisionPrepared = proof.Prepared,
            Certificate = newer ? proof.Prepared : slot.Certificate,
        });
        if (proof.Batch is not null) State = State with { Queue = State.Queue.MarkProposed(proof.Batch, proof.Commit.SequenceNumber) };
    }

    private void On(BatchAccepted e)
    {
        Put(SlotAt(e.SequenceNumber).WithBatch(e.Batch));
        State = State with { Queue = State.Queue.MarkProposed(e.Batch, e.SequenceNumber) };
    }

    private Slot WithOwnVote(Slot slot)
    {
        var vote = new PrepareVote(State.View, slot.BatchDigest, State.CurrentNewView, Signature.Own);
        return slot with { Votes = slot.Votes.SetItem(State.Self.Value, vote) };
    }
}
