using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification.Foreign;

/// <summary>The deliveries that a received message stands for.</summary>
/// <param name="translation">The cluster's.</param>
/// <param name="terms">The profile's.</param>
internal sealed class TraceDeliveries(SpecTranslation translation, TraceTerms terms)
{
    private readonly StatementReading _reading = new(translation);

    /// <summary>The deliveries, in order. What only waiting, timing and fetching are about is none.</summary>
    public IEnumerable<DeliverEvent> Of(Message message, Signature signature) => message switch
    {
        Request m => [OfRequest(m)],
        PrePrepare m => [.. OfBatch(m.SequenceNumber, m.BatchDigest, m.Batch), .. OfPrePrepare(m, signature)],
        Prepare m => [OfPrepare(m, signature)],
        Commit m => [OfCommit(m, signature)],
        Checkpoint m => [OfCheckpoint(m, signature)],
        ViewChange m => [OfViewChange(m, signature)],
        NewView m => OfNewView(m, signature),
        CommitProof m => [.. OfBatch(m.Commit.SequenceNumber, m.Commit.BatchDigest, m.Batch), OfProof(m)],
        StableProof m => [Signed(EventKind.StableProofAccepted, SpecMessage.StableProof(translation.Of(m.Certificate), m.Replica.Value), m, to => _reading.Add(m.Certificate, to))],
        BatchData m => OfBatch(m.SequenceNumber, m.Batch.Digest, m.Batch),
        _ => [],
    };

    private DeliverEvent OfRequest(Request m) => new(EventKind.RequestAccepted, SpecMessage.Request(translation.Define(m)), []);

    private IEnumerable<DeliverEvent> OfBatch(SequenceNumber n, Digest claimed, Batch? batch)
    {
        if (batch is null) yield break;
        var digest = terms.Define(claimed, batch);
        foreach (var request in batch.Requests) yield return OfRequest(request.Statement);
        yield return new DeliverEvent(EventKind.BatchAccepted, SpecMessage.Body(n.Value, digest), []);
    }

    // Only the primary's proposal is one: another replica's is evidence of nothing.
    private IEnumerable<DeliverEvent> OfPrePrepare(PrePrepare m, Signature signature)
    {
        if (translation.Configuration.PrimaryOf(m.View) != m.Replica) yield break;
        var message = SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView));
        yield return Signed(EventKind.PrePrepareAccepted, message, m, to => to.Add(_reading.Of(m, signature)));
    }

    private DeliverEvent OfPrepare(Prepare m, Signature signature)
    {
        var message = SpecMessage.Prepare(
            m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView), m.Replica.Value);
        return Signed(EventKind.PrepareAccepted, message, m, to => to.Add(_reading.Of(m, signature)));
    }

    private DeliverEvent OfCommit(Commit m, Signature signature)
    {
        var message = SpecMessage.Commit(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), m.Replica.Value);
        return Signed(EventKind.CommitAccepted, message, m, to => to.Add(_reading.Of(m, signature)));
    }

    private DeliverEvent OfCheckpoint(Checkpoint m, Signature signature)
    {
        var message = SpecMessage.Checkpoint(m.SequenceNumber.Value, translation.Number(m.StateDigest), m.Replica.Value);
        return Signed(EventKind.CheckpointAccepted, message, m, to => to.Add(_reading.Of(m, signature)));
    }

    private DeliverEvent OfViewChange(ViewChange m, Signature signature) =>
        Signed(EventKind.ViewChangeAccepted, SpecMessage.ViewChange(translation.Of(m)), m, to => _reading.Add(m, signature, to));

    private IEnumerable<DeliverEvent> OfNewView(NewView m, Signature signature)
    {
        if (translation.Configuration.PrimaryOf(m.View) != m.Replica) yield break;
        yield return Signed(EventKind.NewViewAccepted, SpecMessage.NewView(translation.Of(m)), m, to => _reading.Add(m, signature, to));
    }

    private DeliverEvent OfProof(CommitProof m)
    {
        var message = SpecMessage.CommitProof(translation.Of(m.Commit), translation.Of(m.Prepared), m.Replica.Value);
        return Signed(EventKind.CommitProofAccepted, message, m, to => _reading.Add(m, to));
    }

    private static DeliverEvent Signed(EventKind source, SpecMessage message, ReplicaMessage m, Action<List<DeliveredStatement>> read)
    {
        var statements = new List<DeliveredStatement>();
        read(statements);
        return new DeliverEvent(source, message, statements) { From = m.Replica };
    }
}
