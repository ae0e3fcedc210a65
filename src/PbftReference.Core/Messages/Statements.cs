using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>
/// What exactly is signed: the canonical encoding of a statement. Signature values never stand in it, so that one statement has one
/// digest whoever signed it and however often.
/// </summary>
public static class Statements
{
    // A larger buffer than this is given back after use.
    private const int KeptBuffer = 1 << 20;

    [ThreadStatic]
    private static CanonicalWriter? _ofThread;

    /// <summary>The digest of a message's statement.</summary>
    public static Digest DigestOf(Message message)
    {
        var writer = TakeWriter();
        Write(writer, message);
        return DigestAndReturn(writer);
    }

    /// <summary>The digest of a batch: over its requests' statements.</summary>
    public static Digest DigestOf(Batch batch)
    {
        var writer = TakeWriter().Text("batch").Int32(batch.Requests.Length);
        foreach (var request in batch.Requests) Write(writer, request.Statement);
        return DigestAndReturn(writer);
    }

    // Taken for the time of its use: a new-view asks for the digests of its view-changes half-way.
    private static CanonicalWriter TakeWriter()
    {
        var writer = _ofThread ?? new CanonicalWriter();
        _ofThread = null;
        writer.Clear();
        return writer;
    }

    private static Digest DigestAndReturn(CanonicalWriter writer)
    {
        var digest = writer.ToDigest();
        if (writer.Length <= KeptBuffer) _ofThread = writer;
        return digest;
    }

    /// <summary>Writes the statement of a message.</summary>
    public static void Write(CanonicalWriter writer, Message message)
    {
        writer.Byte((byte)message.Kind);
        switch (message)
        {
            case Request m: writer.Int64(m.Client.Value).Int64(m.Timestamp.Value).Bytes(m.Operation.AsSpan()); break;
            case PrePrepare m: WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest).Digest(m.NewView); break;
            case Prepare m: WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest).Digest(m.NewView); break;
            case Commit m: WritePlace(writer, m.View, m.SequenceNumber, m.BatchDigest); break;
            case Checkpoint m: writer.Int64(m.SequenceNumber.Value).Digest(m.StateDigest); break;
            case ViewChange m: WriteViewChange(writer, m); break;
            case NewView m: WriteNewView(writer, m); break;
            case Reply m: writer.Int64(m.View.Value).Int64(m.Client.Value).Int64(m.Timestamp.Value).Bytes(m.Result.AsSpan()); break;
            case Status m: WriteStatus(writer, m); break;
            case FetchBatch m: writer.Int64(m.SequenceNumber.Value).Digest(m.BatchDigest); break;
            case BatchData m: writer.Int64(m.SequenceNumber.Value).Digest(m.Batch.Digest); break;
            case FetchNewView m: writer.Digest(m.NewView); break;
            case CommitProof m: WriteCommitProof(writer, m); break;
            case StableProof m: WriteCertificate(writer, m.Certificate); break;
            case FetchState m: WriteFetchState(writer, m); break;
            case StateManifest m: WriteManifest(writer, m); break;
            case StatePages m: WritePages(writer, m); break;
            default: throw new InvalidOperationException($"no canonical form for {message.GetType().Name}");
        }

        if (message is ReplicaMessage replica) writer.Int32(replica.Replica.Value);
    }

    private static CanonicalWriter WritePlace(CanonicalWriter writer, ViewNumber view, SequenceNumber n, Digest digest) =>
        writer.Int64(view.Value).Int64(n.Value).Digest(digest);

    private static void WriteViewChange(CanonicalWriter writer, ViewChange m)
    {
        writer.Int64(m.NewView.Value);
        WriteCertificate(writer, m.Stable);
        writer.Int32(m.Prepared.Length);
        foreach (var certificate in m.Prepared) WriteCertificate(writer, certificate);
    }

    private static void WriteNewView(CanonicalWriter writer, NewView m)
    {
        writer.Int64(m.View.Value).Int32(m.ViewChanges.Length);
        foreach (var viewChange in m.ViewChanges) writer.Digest(viewChange.Statement.StatementDigest);
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
        WriteCertificate(writer, m.Prepared);
        WritePlace(writer, m.Commit.View, m.Commit.SequenceNumber, m.Commit.BatchDigest);
        WriteSigners(writer, m.Commit.Votes);
        writer.Digest(m.Batch?.Digest ?? Digest.None);
    }

    private static void WriteFetchState(CanonicalWriter writer, FetchState m)
    {
        writer.Int64(m.SequenceNumber.Value).Digest(m.StateDigest).Int32(m.Pages.Length);
        foreach (var page in m.Pages) writer.Int32(page);
    }

    private static void WriteManifest(CanonicalWriter writer, StateManifest m)
    {
        writer.Int64(m.SequenceNumber.Value).Int32(m.ClientPages.Length);
        foreach (var page in m.ClientPages) writer.Digest(page);
        writer.Int32(m.ServicePages.Length);
        foreach (var page in m.ServicePages) writer.Digest(page);
    }

    private static void WritePages(CanonicalWriter writer, StatePages m)
    {
        writer.Int64(m.SequenceNumber.Value).Int32(m.Pages.Length);
        foreach (var page in m.Pages) writer.Int32(page.Index).Bytes(page.Content.AsSpan());
    }

    private static void WriteCertificate(CanonicalWriter writer, PreparedCertificate c)
    {
        WritePlace(writer, c.View, c.SequenceNumber, c.BatchDigest).Digest(c.NewView);
        WriteSigners(writer, c.Votes);
    }

    private static void WriteCertificate(CanonicalWriter writer, CheckpointCertificate c)
    {
        writer.Int64(c.SequenceNumber.Value).Digest(c.StateDigest);
        WriteSigners(writer, c.Votes);
    }

    private static void WriteSigners(CanonicalWriter writer, ImmutableArray<Vote> votes)
    {
        writer.Int32(votes.Length);
        foreach (var vote in votes) writer.Int32(vote.Replica.Value);
    }
}
