using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>Writes what <see cref="WireFormatReader"/> reads.</summary>
internal static class WireFormatWriter
{
    internal static void WriteMessage(CanonicalWriter writer, Message message, Signature signature)
    {
        writer.Byte((byte)message.Kind);
        switch (message)
        {
            case Request m: WriteRequest(writer, m); break;
            case PrePrepare m:
                WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest).Digest(m.NewView);
                WriteOptional(writer, m.Batch);
                break;
            case Prepare m: WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest).Digest(m.NewView); break;
            case Commit m: WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest); break;
            case Checkpoint m: writer.Int64(m.SequenceNumber.Value).Digest(m.StateDigest); break;
            case ViewChange m: WriteViewChange(writer, m, null); break;
            case NewView m: WriteNewView(writer, m); break;
            case Reply m: writer.Int64(m.View.Value).Int64(m.Client.Value).Int64(m.Timestamp.Value).Bytes(m.Result.AsSpan()); break;
            case Status m: WriteStatus(writer, m); break;
            case FetchBatch m: writer.Int64(m.SequenceNumber.Value).Digest(m.BatchDigest); break;
            case BatchData m:
                writer.Int64(m.SequenceNumber.Value);
                WriteBatch(writer, m.Batch);
                break;
            case FetchNewView m: writer.Digest(m.NewView); break;
            case CommitProof m: WriteCommitProof(writer, m); break;
            case StableProof m: WriteCertificate(writer, m.Certificate, null); break;
            case FetchState m: WriteFetchState(writer, m); break;
            case StateManifest m:
                writer.Int64(m.SequenceNumber.Value);
                WriteDigests(writer, m.ClientPages);
                WriteDigests(writer, m.ServicePages);
                break;
            case StatePages m: WritePages(writer, m); break;
            default: throw new InvalidOperationException($"no wire format for {message.GetType().Name}");
        }

        if (message is ReplicaMessage replica) writer.Int32(replica.Replica.Value);
        WriteSignature(writer, signature);
    }

    private static void WriteRequest(CanonicalWriter writer, Request m) =>
        writer.Int64(m.Client.Value).Int64(m.Timestamp.Value).Bytes(m.Operation.AsSpan());

    private static CanonicalWriter WritePlace(CanonicalWriter writer, ViewNumber view, SequenceNumber n, Digest digest) =>
        writer.Int64(view.Value).Int64(n.Value).Digest(digest);

    // A client's signature, and a replica's own that is still to be made, name no place in a log.
    private static void WriteSignature(CanonicalWriter writer, Signature signature)
    {
        var placed = signature.Revision != -1 || !signature.ChainHead.IsNone;
        writer.Bool(placed);
        if (placed) writer.Int64(signature.Revision).Digest(signature.ChainHead);
        writer.Bytes(signature.Bytes.AsSpan());
    }

    private static void WriteOptional(CanonicalWriter writer, Batch? batch)
    {
        writer.Bool(batch is not null);
        if (batch is not null) WriteBatch(writer, batch);
    }

    private static void WriteBatch(CanonicalWriter writer, Batch batch)
    {
        writer.Int32(batch.Requests.Length);
        foreach (var request in batch.Requests)
        {
            WriteRequest(writer, request.Statement);
            WriteSignature(writer, request.Signature);
        }
    }

    private static void WriteViewChange(CanonicalWriter writer, ViewChange m, VoteTable? table)
    {
        writer.Int64(m.NewView.Value);
        WriteCertificate(writer, m.Stable, table);
        writer.Int32(m.Prepared.Length);
        foreach (var certificate in m.Prepared) WriteCertificate(writer, certificate, table);
    }

    private static void WriteNewView(CanonicalWriter writer, NewView m)
    {
        var table = VoteTable.Of(m);
        writer.Int64(m.View.Value);
        WriteVotes(writer, table.Votes, null);
        writer.Int32(m.ViewChanges.Length);
        foreach (var viewChange in m.ViewChanges)
        {
            WriteViewChange(writer, viewChange.Statement, table);
            writer.Int32(viewChange.Statement.Replica.Value);
            WriteSignature(writer, viewChange.Signature);
        }

        writer.Int32(m.Carried.Length);
        foreach (var carried in m.Carried) writer.Int64(carried.SequenceNumber.Value).Digest(carried.BatchDigest);
    }

    private static void WriteStatus(CanonicalWriter writer, Status m)
    {
        writer.Int64(m.View.Value).Bool(m.Active).Int64(m.Low.Value).Int64(m.LastExecuted.Value).Int32(m.Pending.Length);
        foreach (var slot in m.Pending) writer.Int64(slot.SequenceNumber.Value).Bool(slot.PrePrepared).Bool(slot.Prepared);
        writer.Int32(m.ViewChangesHeld.Length);
        foreach (var replica in m.ViewChangesHeld) writer.Int32(replica.Value);
    }

    private static void WriteCommitProof(CanonicalWriter writer, CommitProof m)
    {
        WriteCertificate(writer, m.Prepared, null);
        WritePlace(writer, m.Commit.View, m.Commit.SequenceNumber, m.Commit.BatchDigest);
        WriteVotes(writer, m.Commit.Votes, null);
        WriteOptional(writer, m.Batch);
    }

    private static void WriteFetchState(CanonicalWriter writer, FetchState m)
    {
        writer.Int64(m.SequenceNumber.Value).Digest(m.StateDigest).Int32(m.Pages.Length);
        foreach (var page in m.Pages) writer.Int32(page);
    }

    private static void WriteDigests(CanonicalWriter writer, ImmutableArray<Digest> digests)
    {
        writer.Int32(digests.Length);
        foreach (var digest in digests) writer.Digest(digest);
    }

    private static void WritePages(CanonicalWriter writer, StatePages m)
    {
        writer.Int64(m.SequenceNumber.Value).Int32(m.Pages.Length);
        foreach (var page in m.Pages) writer.Int32(page.Index).Bytes(page.Content.AsSpan());
    }

    private static void WriteCertificate(CanonicalWriter writer, PreparedCertificate c, VoteTable? table)
    {
        WritePlace(writer, c.View, c.SequenceNumber, c.BatchDigest).Digest(c.NewView);
        WriteVotes(writer, c.Votes, table);
    }

    private static void WriteCertificate(CanonicalWriter writer, CheckpointCertificate c, VoteTable? table)
    {
        writer.Int64(c.SequenceNumber.Value).Digest(c.StateDigest);
        WriteVotes(writer, c.Votes, table);
    }

    private static void WriteVotes(CanonicalWriter writer, ImmutableArray<Vote> votes, VoteTable? table)
    {
        writer.Int32(votes.Length);
        foreach (var vote in votes)
        {
            if (table is null)
            {
                writer.Int32(vote.Replica.Value);
                WriteSignature(writer, vote.Signature);
            }
            else
            {
                writer.Int32(table.IndexOf(vote));
            }
        }
    }
}
