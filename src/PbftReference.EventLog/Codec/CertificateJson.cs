using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.EventLog.Codec;

/// <summary>Signatures, votes, certificates, signed requests and batches as JSON: the parts of which messages and states are made.</summary>
internal static class CertificateJson
{
    /// <summary>null: still to be made. A string: the bytes of a client's. An object: with its place in the signer's log.</summary>
    internal static void WriteSignature(LogJsonWriter json, string name, Signature signature)
    {
        if (signature.Revision != -1 || !signature.ChainHead.IsNone)
        {
            json.BeginObject(name);
            json.Int64("revision", signature.Revision);
            json.Digest("chainHead", signature.ChainHead);
            json.Base64("bytes", signature.Bytes);
            json.EndObject();
        }
        else if (signature.IsOwn)
        {
            json.Null(name);
        }
        else
        {
            json.Base64(name, signature.Bytes);
        }
    }

    internal static Signature ReadSignature(LogJsonReader json, string name)
    {
        json.Field(name);
        if (json.IsNull)
        {
            json.Null();
            return Signature.Own;
        }

        return json.IsObject ? ReadPlacedSignature(json) : ReadUnplacedSignature(json);
    }

    internal static void WriteRequest(LogJsonWriter json, Signed<Request> request)
    {
        json.BeginObject();
        WriteRequestFields(json, request);
        json.EndObject();
    }

    internal static void WriteRequest(LogJsonWriter json, string name, Signed<Request> request)
    {
        json.BeginObject(name);
        WriteRequestFields(json, request);
        json.EndObject();
    }

    internal static Signed<Request> ReadRequest(LogJsonReader json)
    {
        json.BeginObject();
        var client = new ClientId(json.Int64("client"));
        var timestamp = new Timestamp(json.Int64("timestamp"));
        var operation = json.Payload("operation");
        var signature = ReadSignature(json, "signature");
        json.EndObject();
        return new Signed<Request>(new Request(client, timestamp, operation), signature);
    }

    internal static void WriteBatch(LogJsonWriter json, string name, Batch batch)
    {
        json.BeginArray(name);
        foreach (var request in batch.Requests) WriteRequest(json, request);
        json.EndArray();
    }

    internal static void WriteOptionalBatch(LogJsonWriter json, string name, Batch? batch)
    {
        if (batch is not null) WriteBatch(json, name, batch);
    }

    internal static Batch ReadBatch(LogJsonReader json, string name)
    {
        json.Field(name);
        return ReadBatch(json);
    }

    internal static void WriteBatches(LogJsonWriter json, string name, ImmutableArray<Batch> batches)
    {
        if (batches.IsEmpty) return;
        json.BeginArray(name);
        foreach (var batch in batches)
        {
            json.BeginObject();
            WriteBatch(json, "batch", batch);
            json.EndObject();
        }

        json.EndArray();
    }

    internal static ImmutableArray<Batch> ReadBatches(LogJsonReader json, string name) => !json.TryField(name) ? [] : json.Items(static item =>
    {
        item.BeginObject();
        var batch = ReadBatch(item, "batch");
        item.EndObject();
        return batch;
    });

    internal static Batch? ReadOptionalBatch(LogJsonReader json, string name) => json.TryField(name) ? ReadBatch(json) : null;

    internal static void WritePrepared(LogJsonWriter json, PreparedCertificate certificate, VoteTable? table)
    {
        json.BeginObject();
        WritePreparedFields(json, certificate, table);
        json.EndObject();
    }

    internal static void WritePrepared(LogJsonWriter json, string name, PreparedCertificate certificate)
    {
        json.BeginObject(name);
        WritePreparedFields(json, certificate, null);
        json.EndObject();
    }

    internal static PreparedCertificate ReadPrepared(LogJsonReader json, VoteTable? table)
    {
        json.BeginObject();
        var view = new ViewNumber(json.Int64("view"));
        var n = new SequenceNumber(json.Int64("sequenceNumber"));
        var certificate = new PreparedCertificate(view, n, json.Digest("batchDigest"), json.Digest("newView"), ReadVotes(json, table));
        json.EndObject();
        return certificate;
    }

    internal static void WriteCommit(LogJsonWriter json, string name, CommitCertificate certificate)
    {
        json.BeginObject(name);
        json.Int64("view", certificate.View.Value);
        json.Int64("sequenceNumber", certificate.SequenceNumber.Value);
        json.Digest("batchDigest", certificate.BatchDigest);
        WriteVotes(json, certificate.Votes, null);
        json.EndObject();
    }

    internal static CommitCertificate ReadCommit(LogJsonReader json)
    {
        json.BeginObject();
        var view = new ViewNumber(json.Int64("view"));
        var n = new SequenceNumber(json.Int64("sequenceNumber"));
        var certificate = new CommitCertificate(view, n, json.Digest("batchDigest"), ReadVotes(json, null));
        json.EndObject();
        return certificate;
    }

    internal static void WriteStable(LogJsonWriter json, string name, CheckpointCertificate certificate, VoteTable? table)
    {
        json.BeginObject(name);
        json.Int64("sequenceNumber", certificate.SequenceNumber.Value);
        json.Digest("stateDigest", certificate.StateDigest);
        WriteVotes(json, certificate.Votes, table);
        json.EndObject();
    }

    internal static CheckpointCertificate ReadStable(LogJsonReader json, VoteTable? table)
    {
        json.BeginObject();
        var n = new SequenceNumber(json.Int64("sequenceNumber"));
        var certificate = new CheckpointCertificate(n, json.Digest("stateDigest"), ReadVotes(json, table));
        json.EndObject();
        return certificate;
    }

    /// <summary>The votes of a new-view's certificates, each once; within the new-view a vote is its index here.</summary>
    internal static void WriteVoteTable(LogJsonWriter json, VoteTable table) => WriteVotes(json, table.Votes, null);

    internal static VoteTable ReadVoteTable(LogJsonReader json)
    {
        var table = new VoteTable(ReadVotes(json, null));
        return VoteTable.FaultIn(table.Votes) is { } fault ? throw json.Fault(fault) : table;
    }

    private static Signature ReadPlacedSignature(LogJsonReader json)
    {
        json.BeginObject();
        var signature = new Signature(json.Int64("revision"), json.Digest("chainHead"), json.Base64("bytes"));
        if (signature.Revision == -1 && signature.ChainHead.IsNone) throw json.Fault("a signature without a place in a log is written without one");
        json.EndObject();
        return signature;
    }

    private static Signature ReadUnplacedSignature(LogJsonReader json)
    {
        var bytes = json.Base64();
        return bytes.IsEmpty ? throw json.Fault("a signature that is still to be made is written as null") : Signature.OfClient(bytes);
    }

    private static void WriteRequestFields(LogJsonWriter json, Signed<Request> request)
    {
        json.Int64("client", request.Statement.Client.Value);
        json.Int64("timestamp", request.Statement.Timestamp.Value);
        json.Payload("operation", request.Statement.Operation);
        WriteSignature(json, "signature", request.Signature);
    }

    private static Batch ReadBatch(LogJsonReader json)
    {
        var requests = json.Items(ReadRequest);
        return requests.IsEmpty ? throw json.Fault("a batch holds at least one request") : new Batch(requests);
    }

    private static void WritePreparedFields(LogJsonWriter json, PreparedCertificate certificate, VoteTable? table)
    {
        json.Int64("view", certificate.View.Value);
        json.Int64("sequenceNumber", certificate.SequenceNumber.Value);
        json.Digest("batchDigest", certificate.BatchDigest);
        json.Digest("newView", certificate.NewView);
        WriteVotes(json, certificate.Votes, table);
    }

    private static void WriteVotes(LogJsonWriter json, ImmutableArray<Vote> votes, VoteTable? table)
    {
        json.BeginArray("votes");
        foreach (var vote in votes)
        {
            if (table is null) WriteVote(json, vote);
            else json.Int32(table.IndexOf(vote));
        }

        json.EndArray();
    }

    private static ImmutableArray<Vote> ReadVotes(LogJsonReader json, VoteTable? table)
    {
        if (table is null) return json.Items("votes", ReadVote);
        var votes = ImmutableArray.CreateBuilder<Vote>();
        json.BeginArray("votes");
        while (json.More())
        {
            var index = json.Int32();
            votes.Add(table.Take(index) ?? throw json.Fault($"the table has {table.Votes.Length} votes and none at {index}"));
        }

        return votes.DrainToImmutable();
    }

    private static void WriteVote(LogJsonWriter json, Vote vote)
    {
        json.BeginObject();
        json.Int32("replica", vote.Replica.Value);
        WriteSignature(json, "signature", vote.Signature);
        json.EndObject();
    }

    private static Vote ReadVote(LogJsonReader json)
    {
        json.BeginObject();
        var vote = new Vote(new ReplicaId(json.Int32("replica")), ReadSignature(json, "signature"));
        json.EndObject();
        return vote;
    }
}
