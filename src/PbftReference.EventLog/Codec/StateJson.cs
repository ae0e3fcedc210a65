using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.State;

namespace PbftReference.EventLog.Codec;

/// <summary>A replica's state as JSON: its properties in the order of their declaration; what is null or empty by default is left out.</summary>
internal static partial class StateJson
{
    internal static void Write(LogJsonWriter json, ReplicaState state)
    {
        json.BeginObject();
        json.Int32("self", state.Self.Value);
        json.Text("phase", Names.ReplicaPhases.Of(state.Phase));
        json.Int64("view", state.View.Value);
        json.Digest("currentNewView", state.CurrentNewView);
        json.Int64("progressView", state.ProgressView.Value);
        CertificateJson.WriteStable(json, "stable", state.Stable, null);
        WriteWindow(json, state);
        json.Int64("lastAssigned", state.LastAssigned.Value);
        json.Bool("batchDue", state.BatchDue);
        WriteQueue(json, state.Queue);
        json.Text("execution", Names.ExecutionPhases.Of(state.Execution));
        json.Int64("lastExecuted", state.LastExecuted.Value);
        json.Digest("serviceDigest", state.ServiceDigest);
        ClientTableJson.Write(json, "clients", state.Clients);
        WriteCheckpoints(json, state);
        json.Int64("notedExecuted", state.NotedExecuted.Value);
        if (state.Transfer is { } transfer) WriteTransfer(json, transfer);
        WriteSigned(json, "viewChanges", state.ViewChanges);
        WriteSigned(json, "deferredViewChanges", state.DeferredViewChanges);
        WriteSigned(json, "deferredNewViews", state.DeferredNewViews);
        WriteNewViews(json, state);
        json.Digests("wantedNewViews", [.. state.WantedNewViews]);
        json.Replicas("accused", state.Accused);
        if (state.PlannedEnd is { } end) json.Int64("plannedEnd", end.Value);
        json.EndObject();
    }

    // Of the window only the places of which something is known: of most, nothing is.
    private static void WriteWindow(LogJsonWriter json, ReplicaState state)
    {
        json.BeginArray("window");
        for (var n = state.Low.Next; n <= state.High; n = n.Next)
        {
            var slot = state.SlotAt(n);
            if (slot.SequenceNumber != n) throw new ArgumentException($"place {n} of the window holds {slot.SequenceNumber}");
            if (!IsEmpty(slot)) WriteSlot(json, slot);
        }

        json.EndArray();
    }

    private static bool IsEmpty(Slot slot) =>
        slot.Phase == default && slot.View == default && slot.BatchDigest.IsNone && slot.Batch is null && slot.EarlierBatches.IsEmpty
        && slot.Certificate is null && slot.Decision is null && slot.DecisionPrepared is null
        && slot.Votes.All(vote => vote is null) && slot.Commits.All(commit => commit is null);

    private static void WriteSlot(LogJsonWriter json, Slot slot)
    {
        json.BeginObject();
        json.Int64("sequenceNumber", slot.SequenceNumber.Value);
        json.Text("phase", Names.SlotPhases.Of(slot.Phase));
        json.Int64("view", slot.View.Value);
        json.Digest("batchDigest", slot.BatchDigest);
        CertificateJson.WriteOptionalBatch(json, "batch", slot.Batch);
        CertificateJson.WriteBatches(json, "earlierBatches", slot.EarlierBatches);
        WriteVotes(json, slot);
        WriteCommits(json, slot);
        if (slot.Certificate is { } certificate) CertificateJson.WritePrepared(json, "certificate", certificate);
        if (slot.Decision is { } decision) CertificateJson.WriteCommit(json, "decision", decision);
        if (slot.DecisionPrepared is { } prepared) CertificateJson.WritePrepared(json, "decisionPrepared", prepared);
        json.EndObject();
    }

    private static void WriteVotes(LogJsonWriter json, Slot slot)
    {
        json.BeginArray("votes");
        for (var i = 0; i < slot.Votes.Length; i++)
        {
            if (slot.Votes[i] is not { } vote) continue;
            json.BeginObject();
            json.Int32("replica", i);
            json.Int64("view", vote.View.Value);
            json.Digest("batchDigest", vote.BatchDigest);
            json.Digest("newView", vote.NewView);
            CertificateJson.WriteSignature(json, "signature", vote.Signature);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteCommits(LogJsonWriter json, Slot slot)
    {
        json.BeginArray("commits");
        for (var i = 0; i < slot.Commits.Length; i++)
        {
            if (slot.Commits[i] is not { } commit) continue;
            json.BeginObject();
            json.Int32("replica", i);
            json.Int64("view", commit.View.Value);
            json.Digest("batchDigest", commit.BatchDigest);
            CertificateJson.WriteSignature(json, "signature", commit.Signature);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteQueue(LogJsonWriter json, RequestQueue queue)
    {
        json.BeginObject("queue");
        json.Int64("nextArrival", queue.NextArrival);
        json.BeginArray("waiting");
        foreach (var waiting in queue.InArrivalOrder())
        {
            json.BeginObject();
            json.Int64("arrival", waiting.Arrival);
            CertificateJson.WriteRequest(json, "request", waiting.Request);
            if (waiting.ProposedAt is { } n) json.Int64("proposedAt", n.Value);
            json.EndObject();
        }

        json.EndArray();
        json.EndObject();
    }

    private static void WriteCheckpoints(LogJsonWriter json, ReplicaState state)
    {
        json.BeginArray("backlog");
        foreach (var decided in state.Backlog)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", decided.SequenceNumber.Value);
            CertificateJson.WriteOptionalBatch(json, "batch", decided.Batch);
            json.EndObject();
        }

        json.EndArray();
        json.BeginArray("ownCheckpoints");
        foreach (var own in state.OwnCheckpoints)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", own.SequenceNumber.Value);
            json.Digest("stateDigest", own.StateDigest);
            json.EndObject();
        }

        json.EndArray();
        json.BeginArray("checkpoints");
        foreach (var checkpoint in state.Checkpoints) MessageJson.WriteSigned(json, checkpoint.Statement, checkpoint.Signature);
        json.EndArray();
        if (state.KnownStable is { } known) CertificateJson.WriteStable(json, "knownStable", known, null);
    }

    private static void WriteTransfer(LogJsonWriter json, StateTransfer transfer)
    {
        json.BeginObject("transfer");
        json.Int64("sequenceNumber", transfer.SequenceNumber.Value);
        json.Digest("stateDigest", transfer.StateDigest);
        json.Replicas("sources", transfer.Sources);
        json.Int32("attempt", transfer.Attempt);
        if (transfer.Manifest is { } manifest) MessageJson.Write(json, "manifest", manifest);
        if (transfer.Missing is { } missing) json.Int32s("missing", missing);
        json.Int32("requested", transfer.Requested);
        json.EndObject();
    }

    // By the index of a replica, of which a new-view or a view-change tells itself only when it is the replica's own.
    private static void WriteSigned<T>(LogJsonWriter json, string name, ImmutableArray<Signed<T>?> messages)
        where T : Message
    {
        json.BeginArray(name);
        for (var i = 0; i < messages.Length; i++)
        {
            if (messages[i] is not { } signed) continue;
            json.BeginObject();
            json.Int32("at", i);
            MessageJson.WriteSigned(json, "message", signed.Statement, signed.Signature);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteNewViews(LogJsonWriter json, ReplicaState state)
    {
        json.BeginArray("newViews");
        foreach (var (digest, newView) in state.NewViews)
        {
            json.BeginObject();
            json.Digest("digest", digest);
            MessageJson.WriteSigned(json, "message", newView.Statement, newView.Signature);
            json.EndObject();
        }

        json.EndArray();
    }
}
