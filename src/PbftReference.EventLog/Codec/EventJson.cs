using System.Globalization;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Events as JSON: the event's name, then its fields, without what it takes over from the step's input.</summary>
internal static partial class EventJson
{
    internal static void Write(LogJsonWriter json, ReplicaEvent change, Input input)
    {
        json.BeginObject();
        json.Text("event", Names.Events.Of(change.Kind));
        switch (change)
        {
            case Started e: json.Digest("incarnation", e.Incarnation); break;
            case RequestAccepted e: WriteMessage(json, "request", e.Request.Statement, e.Request.Signature, input); break;
            case BatchTimeReached: break;
            case PrePrepareSent e: WritePrePrepareSent(json, e); break;
            case PrePrepareAccepted e: WriteMessage(json, "prePrepare", e.PrePrepare, e.Signature, input); break;
            case PrepareSent e: WritePlace(json, e.View, e.SequenceNumber, e.BatchDigest); break;
            case PrepareAccepted e: WriteMessage(json, "prepare", e.Prepare, e.Signature, input); break;
            case Prepared e: WritePlace(json, e.View, e.SequenceNumber, e.BatchDigest); break;
            case CommitSent e: WritePlace(json, e.View, e.SequenceNumber, e.BatchDigest); break;
            case CommitAccepted e: WriteMessage(json, "commit", e.Commit, e.Signature, input); break;
            case CommittedLocal e: WritePlace(json, e.View, e.SequenceNumber, e.BatchDigest); break;
            case CommitProofAccepted e: WriteMessage(json, "proof", e.Proof, input); break;
            case BatchAccepted e: WriteBatchAccepted(json, e, input); break;
            case ExecutionStarted e: json.Int64("sequenceNumber", e.SequenceNumber.Value); break;
            case BatchExecuted e: WriteBatchExecuted(json, e, input); break;
            case CheckpointSent e: WriteCheckpoint(json, e.SequenceNumber, e.StateDigest); break;
            case CheckpointAccepted e: WriteMessage(json, "checkpoint", e.Checkpoint, e.Signature, input); break;
            case StableProofAccepted e:
                if (!InputContent.Carries(input, e.Certificate)) CertificateJson.WriteStable(json, "certificate", e.Certificate, null);
                break;
            case CheckpointStable e: WriteCheckpoint(json, e.SequenceNumber, e.StateDigest); break;
            case ProgressNoted e: json.Int64("lastExecuted", e.LastExecuted.Value); break;
            case TransferStarted e:
                WriteCheckpoint(json, e.SequenceNumber, e.StateDigest);
                json.Replicas("sources", e.Sources);
                json.Int32("attempt", e.Attempt);
                break;
            case ManifestAccepted e: WriteMessage(json, "manifest", e.Manifest, input); break;
            case TransferStaged e:
                if (!InputContent.Carries(input, e.Missing)) json.Int32s("missing", e.Missing);
                break;
            case PagesAccepted e: json.Int32s("pages", e.Pages); break;
            case TransferCompleted e: WriteTransferCompleted(json, e, input); break;
            case ViewChangeSent e:
                json.Int64("view", e.View.Value);
                json.Text("reason", Names.ViewChangeReasons.Of(e.Reason));
                json.Digest("viewChange", e.ViewChange);
                break;
            case ViewChangeAccepted e: WriteMessage(json, "viewChange", e.ViewChange, e.Signature, input); break;
            case ViewChangeDeferred e: WriteMessage(json, "viewChange", e.ViewChange, e.Signature, input); break;
            case NewViewSent e:
                json.Int64("view", e.View.Value);
                json.Replicas("replicas", e.Replicas);
                json.Digest("newView", e.NewView);
                break;
            case NewViewAccepted e: WriteMessage(json, "newView", e.NewView, e.Signature, input); break;
            case NewViewDeferred e: WriteMessage(json, "newView", e.NewView, e.Signature, input); break;
            case NewViewWanted e: json.Digest("newView", e.NewView); break;
            case ViewEntered e:
                json.Int64("view", e.View.Value);
                json.Digest("newView", e.NewView);
                break;
            case EvidenceKept e: json.Int32("accused", e.Accused.Value); break;
            case Halted e: json.Text("contradiction", e.Contradiction); break;
            default: throw new InvalidOperationException($"no JSON form for {change.GetType().Name}");
        }

        json.EndObject();
    }

    private static void WriteMessage(LogJsonWriter json, string name, Message message, Signature signature, Input input)
    {
        if (!InputContent.Carries(input, message, signature)) MessageJson.WriteSigned(json, name, message, signature);
    }

    private static void WriteMessage(LogJsonWriter json, string name, Message message, Input input)
    {
        if (!InputContent.Carries(input, message)) MessageJson.Write(json, name, message);
    }

    private static void WritePlace(LogJsonWriter json, ViewNumber view, SequenceNumber n, Digest digest)
    {
        json.Int64("view", view.Value);
        json.Int64("sequenceNumber", n.Value);
        json.Digest("batchDigest", digest);
    }

    private static void WriteCheckpoint(LogJsonWriter json, SequenceNumber n, Digest digest)
    {
        json.Int64("sequenceNumber", n.Value);
        json.Digest("stateDigest", digest);
    }

    // A request's name is one string, client:timestamp; a full batch has a hundred of them.
    private static void WritePrePrepareSent(LogJsonWriter json, PrePrepareSent e)
    {
        WritePlace(json, e.View, e.SequenceNumber, e.BatchDigest);
        json.BeginArray("requests");
        foreach (var id in e.Requests) json.Text(string.Create(CultureInfo.InvariantCulture, $"{id.Client.Value}:{id.Timestamp.Value}"));
        json.EndArray();
    }

    private static void WriteBatchAccepted(LogJsonWriter json, BatchAccepted e, Input input)
    {
        json.Int64("sequenceNumber", e.SequenceNumber.Value);
        if (!InputContent.Carries(input, e.Batch)) CertificateJson.WriteBatch(json, "batch", e.Batch);
    }

    private static void WriteBatchExecuted(LogJsonWriter json, BatchExecuted e, Input input)
    {
        json.Int64("sequenceNumber", e.SequenceNumber.Value);
        if (!InputContent.Carries(input, e.Results)) json.Payloads("results", e.Results);
        json.Digest("serviceDigest", e.ServiceDigest);
    }

    private static void WriteTransferCompleted(LogJsonWriter json, TransferCompleted e, Input input)
    {
        WriteCheckpoint(json, e.SequenceNumber, e.StateDigest);
        if (!InputContent.Carries(input, e.Clients)) ClientTableJson.Write(json, "clients", e.Clients);
        json.Digest("serviceDigest", e.ServiceDigest);
    }
}
