using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>
/// Messages as JSON: the fields of the statement in the order of their declaration, and last, where there is one, the signature. What
/// kind of message it is stands outside: in the record's type, or in the name of the field that holds it.
/// </summary>
internal static partial class MessageJson
{
    /// <summary>Writes an object with the message's fields and its signature.</summary>
    internal static void WriteSigned(LogJsonWriter json, string name, Message message, Signature signature)
    {
        json.BeginObject(name);
        WriteFields(json, message, null);
        CertificateJson.WriteSignature(json, "signature", signature);
        json.EndObject();
    }

    /// <summary>The same as an item of a list.</summary>
    internal static void WriteSigned(LogJsonWriter json, Message message, Signature signature, VoteTable? table = null)
    {
        json.BeginObject();
        WriteFields(json, message, table);
        CertificateJson.WriteSignature(json, "signature", signature);
        json.EndObject();
    }

    /// <summary>Writes an object with the message's fields alone.</summary>
    internal static void Write(LogJsonWriter json, string name, Message message)
    {
        json.BeginObject(name);
        WriteFields(json, message, null);
        json.EndObject();
    }

    private static void WriteFields(LogJsonWriter json, Message message, VoteTable? table)
    {
        switch (message)
        {
            case Request m:
                json.Int64("client", m.Client.Value);
                json.Int64("timestamp", m.Timestamp.Value);
                json.Payload("operation", m.Operation);
                break;
            case PrePrepare m:
                WritePlace(json, m.View, m.SequenceNumber, m.BatchDigest);
                json.Digest("newView", m.NewView);
                break;
            case Prepare m:
                WritePlace(json, m.View, m.SequenceNumber, m.BatchDigest);
                json.Digest("newView", m.NewView);
                break;
            case Commit m: WritePlace(json, m.View, m.SequenceNumber, m.BatchDigest); break;
            case Checkpoint m:
                json.Int64("sequenceNumber", m.SequenceNumber.Value);
                json.Digest("stateDigest", m.StateDigest);
                break;
            case ViewChange m: WriteViewChange(json, m, table); break;
            case NewView m: WriteNewView(json, m); break;
            case Reply m: WriteReply(json, m); break;
            case Status m: WriteStatus(json, m); break;
            case FetchBatch m:
                json.Int64("sequenceNumber", m.SequenceNumber.Value);
                json.Digest("batchDigest", m.BatchDigest);
                break;
            case BatchData m:
                json.Int64("sequenceNumber", m.SequenceNumber.Value);
                CertificateJson.WriteBatch(json, "batch", m.Batch);
                break;
            case FetchNewView m: json.Digest("newView", m.NewView); break;
            case CommitProof m:
                CertificateJson.WritePrepared(json, "prepared", m.Prepared);
                CertificateJson.WriteCommit(json, "commit", m.Commit);
                CertificateJson.WriteOptionalBatch(json, "batch", m.Batch);
                break;
            case StableProof m: CertificateJson.WriteStable(json, "certificate", m.Certificate, null); break;
            case FetchState m:
                json.Int64("sequenceNumber", m.SequenceNumber.Value);
                json.Digest("stateDigest", m.StateDigest);
                json.Int32s("pages", m.Pages);
                break;
            case StateManifest m:
                json.Int64("sequenceNumber", m.SequenceNumber.Value);
                json.Digests("clientPages", m.ClientPages);
                json.Digests("servicePages", m.ServicePages);
                break;
            case StatePages m: WritePages(json, m); break;
            default: throw new InvalidOperationException($"no JSON form for {message.GetType().Name}");
        }

        if (message is ReplicaMessage replica) json.Int32("replica", replica.Replica.Value);
        if (message is PrePrepare proposal) CertificateJson.WriteOptionalBatch(json, "batch", proposal.Batch);
    }

    private static void WritePlace(LogJsonWriter json, ViewNumber view, SequenceNumber n, Digest digest)
    {
        json.Int64("view", view.Value);
        json.Int64("sequenceNumber", n.Value);
        json.Digest("batchDigest", digest);
    }

    private static void WriteViewChange(LogJsonWriter json, ViewChange m, VoteTable? table)
    {
        json.Int64("newView", m.NewView.Value);
        CertificateJson.WriteStable(json, "stable", m.Stable, table);
        json.BeginArray("prepared");
        foreach (var certificate in m.Prepared) CertificateJson.WritePrepared(json, certificate, table);
        json.EndArray();
    }

    private static void WriteNewView(LogJsonWriter json, NewView m)
    {
        var table = VoteTable.Of(m);
        json.Int64("view", m.View.Value);
        CertificateJson.WriteVoteTable(json, table);
        json.BeginArray("viewChanges");
        foreach (var viewChange in m.ViewChanges) WriteSigned(json, viewChange.Statement, viewChange.Signature, table);
        json.EndArray();
        json.BeginArray("carried");
        foreach (var carried in m.Carried)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", carried.SequenceNumber.Value);
            json.Digest("batchDigest", carried.BatchDigest);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteReply(LogJsonWriter json, Reply m)
    {
        json.Int64("view", m.View.Value);
        json.Int64("client", m.Client.Value);
        json.Int64("timestamp", m.Timestamp.Value);
        json.Payload("result", m.Result);
    }

    private static void WriteStatus(LogJsonWriter json, Status m)
    {
        json.Int64("view", m.View.Value);
        json.Bool("active", m.Active);
        json.Int64("low", m.Low.Value);
        json.Int64("lastExecuted", m.LastExecuted.Value);
        json.BeginArray("pending");
        foreach (var slot in m.Pending)
        {
            json.BeginObject();
            json.Int64("sequenceNumber", slot.SequenceNumber.Value);
            json.Bool("prePrepared", slot.PrePrepared);
            json.Bool("prepared", slot.Prepared);
            json.EndObject();
        }

        json.EndArray();
        json.Replicas("viewChangesHeld", m.ViewChangesHeld);
    }

    private static void WritePages(LogJsonWriter json, StatePages m)
    {
        json.Int64("sequenceNumber", m.SequenceNumber.Value);
        json.BeginArray("pages");
        foreach (var page in m.Pages)
        {
            json.BeginObject();
            json.Int32("index", page.Index);
            json.Base64("content", page.Content);
            json.EndObject();
        }

        json.EndArray();
    }
}
