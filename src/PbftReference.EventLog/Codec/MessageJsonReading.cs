using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Reads what the other part writes.</summary>
internal static partial class MessageJson
{
    /// <summary>Reads an object with a message's fields and its signature.</summary>
    internal static (Message Message, Signature Signature) ReadSigned(LogJsonReader json, MessageKind kind)
    {
        json.BeginObject();
        var message = ReadFields(json, kind, null);
        var signature = CertificateJson.ReadSignature(json, "signature");
        json.EndObject();
        return (message, signature);
    }

    /// <summary>Reads a signed view-change.</summary>
    internal static Signed<ViewChange> ReadViewChange(LogJsonReader json) => ReadViewChange(json, null);

    /// <summary>Reads a signed new-view.</summary>
    internal static Signed<NewView> ReadNewView(LogJsonReader json)
    {
        var (message, signature) = ReadSigned(json, MessageKind.NewView);
        return new Signed<NewView>((NewView)message, signature);
    }

    /// <summary>Reads a signed checkpoint.</summary>
    internal static Signed<Checkpoint> ReadCheckpoint(LogJsonReader json)
    {
        var (message, signature) = ReadSigned(json, MessageKind.Checkpoint);
        return new Signed<Checkpoint>((Checkpoint)message, signature);
    }

    /// <summary>Reads an object with a message's fields alone.</summary>
    internal static Message Read(LogJsonReader json, MessageKind kind)
    {
        json.BeginObject();
        var message = ReadFields(json, kind, null);
        json.EndObject();
        return message;
    }

    private static Message ReadFields(LogJsonReader json, MessageKind kind, VoteTable? table) => kind switch
    {
        MessageKind.Request => new Request(Client(json), Timestamp(json), json.Payload("operation")),
        MessageKind.PrePrepare => new PrePrepare(
            View(json), Place(json), json.Digest("batchDigest"), json.Digest("newView"), Replica(json), CertificateJson.ReadOptionalBatch(json, "batch")),
        MessageKind.Prepare => new Prepare(View(json), Place(json), json.Digest("batchDigest"), json.Digest("newView"), Replica(json)),
        MessageKind.Commit => new Commit(View(json), Place(json), json.Digest("batchDigest"), Replica(json)),
        MessageKind.Checkpoint => new Checkpoint(Place(json), json.Digest("stateDigest"), Replica(json)),
        MessageKind.ViewChange => ReadViewChangeFields(json, table),
        MessageKind.NewView => ReadNewViewFields(json),
        MessageKind.Reply => new Reply(View(json), Client(json), Timestamp(json), json.Payload("result"), Replica(json)),
        MessageKind.Status => new Status(
            View(json),
            json.Bool("active"),
            new SequenceNumber(json.Int64("low")),
            new SequenceNumber(json.Int64("lastExecuted")),
            json.Items("pending", ReadSlotStatus),
            json.Replicas("viewChangesHeld"),
            Replica(json)),
        MessageKind.FetchBatch => new FetchBatch(Place(json), json.Digest("batchDigest"), Replica(json)),
        MessageKind.BatchData => new BatchData(Place(json), CertificateJson.ReadBatch(json, "batch"), Replica(json)),
        MessageKind.FetchNewView => new FetchNewView(json.Digest("newView"), Replica(json)),
        MessageKind.CommitProof => ReadCommitProofFields(json),
        MessageKind.StableProof => ReadStableProofFields(json),
        MessageKind.FetchState => new FetchState(Place(json), json.Digest("stateDigest"), json.Int32s("pages"), Replica(json)),
        MessageKind.StateManifest => new StateManifest(Place(json), json.Digests("clientPages"), json.Digests("servicePages"), Replica(json)),
        MessageKind.StatePages => new StatePages(Place(json), json.Items("pages", ReadPage), Replica(json)),
    };

    private static ViewNumber View(LogJsonReader json) => new(json.Int64("view"));

    private static SequenceNumber Place(LogJsonReader json) => new(json.Int64("sequenceNumber"));

    private static ClientId Client(LogJsonReader json) => new(json.Int64("client"));

    private static Timestamp Timestamp(LogJsonReader json) => new(json.Int64("timestamp"));

    private static ReplicaId Replica(LogJsonReader json) => new(json.Int32("replica"));

    private static Signed<ViewChange> ReadViewChange(LogJsonReader json, VoteTable? table)
    {
        json.BeginObject();
        var viewChange = ReadViewChangeFields(json, table);
        var signature = CertificateJson.ReadSignature(json, "signature");
        json.EndObject();
        return new Signed<ViewChange>(viewChange, signature);
    }

    private static ViewChange ReadViewChangeFields(LogJsonReader json, VoteTable? table)
    {
        var newView = new ViewNumber(json.Int64("newView"));
        json.Field("stable");
        var stable = CertificateJson.ReadStable(json, table);
        var prepared = json.Items("prepared", item => CertificateJson.ReadPrepared(item, table));
        return new ViewChange(newView, stable, prepared, Replica(json));
    }

    private static NewView ReadNewViewFields(LogJsonReader json)
    {
        var view = View(json);
        var table = CertificateJson.ReadVoteTable(json);
        var viewChanges = json.Items("viewChanges", item => ReadViewChange(item, table));
        if (table.FirstUnused >= 0) throw json.Fault($"vote {table.FirstUnused} of the table stands in no certificate");
        return new NewView(view, viewChanges, json.Items("carried", ReadCarried), Replica(json));
    }

    private static CarriedOver ReadCarried(LogJsonReader json)
    {
        json.BeginObject();
        var carried = new CarriedOver(Place(json), json.Digest("batchDigest"));
        json.EndObject();
        return carried;
    }

    private static SlotStatus ReadSlotStatus(LogJsonReader json)
    {
        json.BeginObject();
        var status = new SlotStatus(Place(json), json.Bool("prePrepared"), json.Bool("prepared"));
        json.EndObject();
        return status;
    }

    private static CommitProof ReadCommitProofFields(LogJsonReader json)
    {
        json.Field("prepared");
        var prepared = CertificateJson.ReadPrepared(json, null);
        json.Field("commit");
        var commit = CertificateJson.ReadCommit(json);
        return new CommitProof(prepared, commit, CertificateJson.ReadOptionalBatch(json, "batch"), Replica(json));
    }

    private static StableProof ReadStableProofFields(LogJsonReader json)
    {
        json.Field("certificate");
        return new StableProof(CertificateJson.ReadStable(json, null), Replica(json));
    }

    private static StatePage ReadPage(LogJsonReader json)
    {
        json.BeginObject();
        var page = new StatePage(json.Int32("index"), json.Base64("content"));
        json.EndObject();
        return page;
    }
}
