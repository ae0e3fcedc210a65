using PbftReference.Core.Messages;
using PbftReference.Core.State;
using PbftReference.Core.Types;
using PbftReference.EventLog.Snapshots;
using PbftReference.Spec;

namespace PbftReference.Audit.Verification;

/// <summary>
/// A replica's history from a snapshot on: the inverse of <see cref="Abstraction"/>. What the snapshot claims is taken as it is: that the
/// messages in it came, that the certificates in it were at hand, and that what bears the replica's own name was sent by it.
/// </summary>
/// <param name="Snapshot">The snapshot, which the replica's stream confirms.</param>
public sealed record SnapshotBeginning(ReplicaSnapshot Snapshot)
{
    /// <summary>The last record that is not judged.</summary>
    public long Revision => Snapshot.Taken.Position.Revision;

    /// <summary>
    /// Whether a statement of the replica may have been made before the beginning: it left no later, or it is about a place or view that was
    /// over by then.
    /// </summary>
    public bool MayHold(DeliveredStatement delivered)
    {
        var (statement, state) = (delivered.Statement, Snapshot.State);
        if (delivered.SignedAt <= Revision) return true;
        return statement.Kind switch
        {
            SpecStatementKind.PrePrepare or SpecStatementKind.Prepare or SpecStatementKind.Commit => statement.View < state.View.Value || statement.SequenceNumber <= state.Low.Value,
            SpecStatementKind.Checkpoint => statement.SequenceNumber < state.Low.Value,
            _ => false,
        };
    }

    /// <summary>The statements in the snapshot that bear the replica's own name.</summary>
    public IEnumerable<Statement> Said(SpecTranslation translation)
    {
        var (reading, statements) = (new StatementReading(translation), new List<DeliveredStatement>());
        foreach (var message in Messages()) Read(reading, message, statements);
        return statements.Select(s => s.Statement).Where(s => s.Sender == Snapshot.State.Self.Value);
    }

    /// <summary>The specification's replica with what the snapshot says that it had.</summary>
    public SpecPeer Peer(SpecTranslation translation)
    {
        var state = Snapshot.State;
        foreach (var newView in state.NewViews.Values) translation.Of(newView.Statement);
        return SpecPeer.At(translation.Model, state.Self.Value, Replica(translation), Delivered(translation), NewViewsNamed(translation));
    }

    /// <summary>The messages that came to the replica or were sent by it, and that its state still holds, as the specification has them.</summary>
    public IEnumerable<SpecMessage> Delivered(SpecTranslation translation) =>
        [.. Requests(translation), .. Bodies(translation), .. Messages().SelectMany(m => SpecMessages(translation, m))];

    private SpecReplica Replica(SpecTranslation translation)
    {
        var state = Snapshot.State;
        var accepted = state.Window.Where(slot => state.Active && slot.Votes[state.Self.Value]?.View == state.View)
            .Select(slot => KeyValuePair.Create(slot.SequenceNumber.Value, translation.Number(slot.Votes[state.Self.Value]!.BatchDigest)));
        var committed = state.Window.Where(slot => slot.Decision is not null)
            .Select(slot => KeyValuePair.Create(slot.SequenceNumber.Value, translation.Number(slot.Decision!.BatchDigest)))
            .Concat(state.Backlog.Select(waiting => KeyValuePair.Create(waiting.SequenceNumber.Value, translation.Number(waiting.Batch?.Digest ?? Digest.None))));
        return new SpecReplica(
            state.View.Value, translation.Number(state.CurrentNewView), state.Active, translation.Of(state.Stable), accepted,
            state.Window.Select(slot => slot.Certificate).OfType<PreparedCertificate>().Select(translation.Of), committed,
            state.OwnCheckpoints.Select(own => KeyValuePair.Create(own.SequenceNumber.Value, translation.Number(own.StateDigest))),
            state.LastExecuted.Value, translation.Of(state.Clients, state.ServiceDigest));
    }

    private IEnumerable<SpecMessage> Requests(SpecTranslation translation) =>
        Snapshot.State.Queue.InArrivalOrder().Select(waiting => SpecMessage.Request(translation.Define(waiting.Request.Statement)));

    private IEnumerable<SpecMessage> Bodies(SpecTranslation translation)
    {
        var state = Snapshot.State;
        var bodies = state.Window.SelectMany(slot => slot.EarlierBatches.Append(slot.Batch).OfType<Batch>().Select(batch => (slot.SequenceNumber, Batch: batch)))
            .Concat(state.Backlog.Where(waiting => waiting.Batch is not null).Select(waiting => (waiting.SequenceNumber, Batch: waiting.Batch!)));
        foreach (var (n, batch) in bodies)
        {
            yield return SpecMessage.Body(n.Value, translation.Define(batch));
            foreach (var request in batch.Requests) yield return SpecMessage.Request(translation.Define(request.Statement));
        }
    }

    // New-views first, since what names one is taken only after it; certificates as the messages that carry them.
    private IEnumerable<ReplicaMessage> Messages()
    {
        var state = Snapshot.State;
        foreach (var newView in state.NewViews.Values) yield return newView.Statement;
        foreach (var viewChange in state.ViewChanges) if (viewChange is not null) yield return viewChange.Statement;
        foreach (var slot in state.Window)
        {
            foreach (var message in Votes(slot)) yield return message;
            foreach (var message in Certificates(slot)) yield return message;
        }

        foreach (var checkpoint in state.Checkpoints) yield return checkpoint.Statement;
        foreach (var own in state.OwnCheckpoints) yield return new Checkpoint(own.SequenceNumber, own.StateDigest, state.Self);
        foreach (var certificate in (CheckpointCertificate?[])[state.Stable, state.KnownStable])
        {
            foreach (var vote in certificate?.Votes ?? []) yield return new Checkpoint(certificate!.SequenceNumber, certificate.StateDigest, vote.Replica);
        }
    }

    private IEnumerable<ReplicaMessage> Votes(Slot slot)
    {
        for (var i = 0; i < slot.Votes.Length; i++)
        {
            if (slot.Votes[i] is { } vote) yield return VoteOf(vote.View, slot.SequenceNumber, vote.BatchDigest, vote.NewView, new ReplicaId(i));
            if (slot.Commits[i] is { } commit) yield return new Commit(commit.View, slot.SequenceNumber, commit.BatchDigest, new ReplicaId(i));
        }
    }

    private IEnumerable<ReplicaMessage> Certificates(Slot slot)
    {
        foreach (var c in (PreparedCertificate?[])[slot.Certificate, slot.DecisionPrepared])
        {
            foreach (var vote in c?.Votes ?? []) yield return VoteOf(c!.View, c.SequenceNumber, c.BatchDigest, c.NewView, vote.Replica);
        }

        foreach (var vote in slot.Decision?.Votes ?? []) yield return new Commit(slot.Decision!.View, slot.SequenceNumber, slot.Decision.BatchDigest, vote.Replica);
    }

    private ReplicaMessage VoteOf(ViewNumber view, SequenceNumber n, Digest batch, Digest newView, ReplicaId replica) =>
        Snapshot.State.Configuration.PrimaryOf(view) == replica
            ? new PrePrepare(view, n, batch, newView, replica, null)
            : new Prepare(view, n, batch, newView, replica);

    private static void Read(StatementReading reading, ReplicaMessage message, List<DeliveredStatement> to)
    {
        switch (message)
        {
            case NewView m: reading.Add(m, Signature.Own, to); break;
            case ViewChange m: reading.Add(m, Signature.Own, to); break;
            case PrePrepare m: to.Add(reading.Of(m, Signature.Own)); break;
            case Prepare m: to.Add(reading.Of(m, Signature.Own)); break;
            case Commit m: to.Add(reading.Of(m, Signature.Own)); break;
            case Checkpoint m: to.Add(reading.Of(m, Signature.Own)); break;
            default: throw new InvalidOperationException($"no statements of {message.Kind}");
        }
    }

    private static IEnumerable<SpecMessage> SpecMessages(SpecTranslation translation, ReplicaMessage message) => message switch
    {
        NewView m => [SpecMessage.NewView(translation.Of(m))],
        ViewChange m => [SpecMessage.ViewChange(translation.Of(m))],
        PrePrepare m => [SpecMessage.PrePrepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView))],
        Prepare m => [SpecMessage.Prepare(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), translation.Number(m.NewView), m.Replica.Value)],
        Commit m => [SpecMessage.Commit(m.View.Value, m.SequenceNumber.Value, translation.Number(m.BatchDigest), m.Replica.Value)],
        Checkpoint m => [SpecMessage.Checkpoint(m.SequenceNumber.Value, translation.Number(m.StateDigest), m.Replica.Value)],
        _ => throw new InvalidOperationException($"no words for {message.Kind}"),
    };

    // Every new-view that anything in the snapshot names was at hand when that was taken.
    private IEnumerable<int> NewViewsNamed(SpecTranslation translation)
    {
        var state = Snapshot.State;
        var named = state.NewViews.Keys.Append(state.CurrentNewView)
            .Concat(state.Window.SelectMany(slot => (PreparedCertificate?[])[slot.Certificate, slot.DecisionPrepared]).OfType<PreparedCertificate>().Select(c => c.NewView))
            .Concat(AllViewChanges(state).SelectMany(viewChange => viewChange.Prepared).Select(c => c.NewView));
        return named.Where(digest => !digest.IsNone).Distinct().Select(translation.Number);
    }

    private static IEnumerable<ViewChange> AllViewChanges(ReplicaState state) =>
        state.ViewChanges.OfType<Signed<ViewChange>>().Concat(state.NewViews.Values.SelectMany(newView => newView.Statement.ViewChanges)).Select(m => m.Statement);
}
