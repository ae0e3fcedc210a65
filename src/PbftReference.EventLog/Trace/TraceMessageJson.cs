using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.EventLog.Codec;

namespace PbftReference.EventLog.Trace;

/// <summary>
/// The messages of a trace as JSON: <c>"kind":"prepare","message":{...}</c>. In profile named-new-view the message is written as in the
/// log; in the others only with what the paper gives it.
/// </summary>
internal static class TraceMessageJson
{
    internal static void Write(LogJsonWriter json, TraceMessage message)
    {
        json.Text("kind", Names.Messages.Of(message.Kind));
        if (message.Message is { } whole) MessageJson.WriteSigned(json, "message", whole, message.Signature!);
        else WriteStatement(json, message.Statement!);
    }

    internal static TraceMessage Read(LogJsonReader json, TraceHeader header)
    {
        var kind = json.Name("kind", Names.Messages);
        json.Field("message");
        if (header.Profile != TraceProfile.NamedNewView) return new TraceMessage(kind, null, null, ReadStatement(json, kind, header));
        var (message, signature) = MessageJson.ReadSigned(json, kind);
        if (message is ReplicaMessage { Replica: var sender } && !header.Configuration.IsMember(sender))
        {
            throw json.Fault($"its \"replica\": there is no replica {sender} in a cluster of {header.Configuration.Replicas}: they are 0 to {header.Configuration.Replicas - 1}");
        }

        return TraceMessage.Of(message, signature);
    }

    private static bool IsOfPaper(MessageKind kind) => kind == MessageKind.Request || HasView(kind) || HasPlace(kind);

    private static bool HasView(MessageKind kind) =>
        kind is MessageKind.PrePrepare or MessageKind.Prepare or MessageKind.Commit or MessageKind.ViewChange or MessageKind.NewView;

    private static bool HasPlace(MessageKind kind) =>
        kind is MessageKind.PrePrepare or MessageKind.Prepare or MessageKind.Commit or MessageKind.Checkpoint or MessageKind.ViewChange;

    private static bool HasBatch(MessageKind kind) => kind is MessageKind.PrePrepare or MessageKind.Prepare or MessageKind.Commit;

    private static bool HasState(MessageKind kind) => kind is MessageKind.Checkpoint or MessageKind.ViewChange;

    private static void WriteStatement(LogJsonWriter json, PaperStatement statement)
    {
        json.BeginObject("message");
        if (statement.Request is { } request)
        {
            json.Int64("client", request.Client.Value);
            json.Int64("timestamp", request.Timestamp.Value);
            json.Payload("operation", statement.Operation);
        }

        var kind = statement.Kind;
        if (HasView(kind)) json.Int64("view", statement.View!.Value.Value);
        if (HasPlace(kind)) json.Int64("sequenceNumber", statement.SequenceNumber!.Value.Value);
        if (HasBatch(kind)) json.Digest("batchDigest", statement.Digest);
        if (HasState(kind)) json.Digest("stateDigest", statement.Digest);
        if (kind == MessageKind.ViewChange) WriteClaims(json, "prepared", statement.Prepared);
        if (kind == MessageKind.ViewChange && !statement.PrePrepared.IsEmpty) WriteClaims(json, "prePrepared", statement.PrePrepared);
        if (kind == MessageKind.NewView)
        {
            json.Replicas("viewChanges", statement.ViewChanges);
            WriteClaims(json, "carried", statement.Prepared);
        }

        if (statement.Replica is { } replica) json.Int32("replica", replica.Value);
        if (statement.Batch is { } batch) WriteBatch(json, batch);
        json.EndObject();
    }

    private static PaperStatement ReadStatement(LogJsonReader json, MessageKind kind, TraceHeader header)
    {
        if (!IsOfPaper(kind))
        {
            throw json.Fault($"{Names.Messages.Of(kind)} is no message of profile {TraceNames.Profiles.Of(header.Profile)}; there are {string.Join(", ", Enum.GetValues<MessageKind>().Where(IsOfPaper).Select(Names.Messages.Of))}");
        }

        json.BeginObject();
        var statement = new PaperStatement(kind);
        if (kind == MessageKind.Request)
        {
            var id = new RequestId(new ClientId(json.Int64("client")), new Timestamp(json.Int64("timestamp")));
            statement = statement with { Request = id, Operation = json.Payload("operation") };
        }

        statement = statement with
        {
            View = HasView(kind) ? new ViewNumber(json.From0("view")) : null,
            SequenceNumber = HasPlace(kind) ? new SequenceNumber(json.From0("sequenceNumber")) : null,
            Digest = HasBatch(kind) ? json.Digest("batchDigest") : HasState(kind) ? json.Digest("stateDigest") : Digest.None,
        };
        if (kind == MessageKind.ViewChange) statement = ReadViewChange(json, statement, header.Profile);
        if (kind == MessageKind.NewView)
        {
            statement = statement with { ViewChanges = json.Members("viewChanges", header.Configuration.Replicas), Prepared = json.Items("carried", item => ReadClaim(item, false)) };
        }

        if (kind != MessageKind.Request) statement = statement with { Replica = json.Member("replica", header.Configuration.Replicas) };
        if (kind == MessageKind.PrePrepare && json.NextField == "batch") statement = statement with { Batch = ReadBatch(json) };
        json.EndObject();
        return statement;
    }

    private static void WriteBatch(LogJsonWriter json, Batch batch)
    {
        json.BeginArray("batch");
        foreach (var request in batch.Requests)
        {
            json.BeginObject();
            json.Int64("client", request.Statement.Client.Value);
            json.Int64("timestamp", request.Statement.Timestamp.Value);
            json.Payload("operation", request.Statement.Operation);
            json.EndObject();
        }

        json.EndArray();
    }

    private static Batch ReadBatch(LogJsonReader json)
    {
        var requests = json.Items("batch", ReadRequest);
        return requests.IsEmpty ? throw json.Fault("a batch holds at least one request; the null request has none") : new Batch(requests);
    }

    private static Signed<Request> ReadRequest(LogJsonReader json)
    {
        json.BeginObject();
        var request = new Request(new ClientId(json.Int64("client")), new Timestamp(json.Int64("timestamp")), json.Payload("operation"));
        json.EndObject();
        return new Signed<Request>(request, Signature.Own);
    }

    private static PaperStatement ReadViewChange(LogJsonReader json, PaperStatement statement, TraceProfile profile)
    {
        statement = statement with { Prepared = json.Items("prepared", item => ReadClaim(item, true)) };
        if (profile != TraceProfile.FabricPq || json.NextField != "prePrepared") return statement;
        return statement with { PrePrepared = json.Items("prePrepared", item => ReadClaim(item, true)) };
    }

    private static void WriteClaims(LogJsonWriter json, string name, IEnumerable<TraceClaim> claims)
    {
        json.BeginArray(name);
        foreach (var claim in claims)
        {
            json.BeginObject();
            if (claim.View is { } view) json.Int64("view", view.Value);
            json.Int64("sequenceNumber", claim.SequenceNumber.Value);
            json.Digest("batchDigest", claim.BatchDigest);
            json.EndObject();
        }

        json.EndArray();
    }

    private static TraceClaim ReadClaim(LogJsonReader json, bool withView)
    {
        json.BeginObject();
        ViewNumber? view = withView ? new ViewNumber(json.From0("view")) : null;
        var claim = new TraceClaim(view, new SequenceNumber(json.From0("sequenceNumber")), json.Digest("batchDigest"));
        json.EndObject();
        return claim;
    }
}
