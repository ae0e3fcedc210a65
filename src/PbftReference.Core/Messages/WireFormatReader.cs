using System.Collections.Immutable;
using PbftReference.Core.Types;

namespace PbftReference.Core.Messages;

/// <summary>Reads what <see cref="WireFormatWriter"/> wrote and accepts nothing else.</summary>
internal static class WireFormatReader
{
    // The least bytes that one item of a list takes; they keep a count from asking for more memory than the message is long.
    private const int SignatureBytes = 1 + 4;
    private const int VoteBytes = 4 + SignatureBytes;
    private const int VoteIndexBytes = 4;
    private const int RequestBytes = 8 + 8 + 4 + SignatureBytes;
    private const int CertificateBytes = 8 + 8 + Digest.Size + Digest.Size + 4;
    private const int ViewChangeBytes = 8 + 8 + Digest.Size + 4 + 4 + 4 + SignatureBytes;
    private const int CarriedBytes = 8 + Digest.Size;
    private const int SlotStatusBytes = 8 + 1 + 1;
    private const int PageBytes = 4 + 4;

    internal static (Message Statement, Signature Signature) ReadMessage(ref CanonicalReader reader)
    {
        var kind = reader.Byte();
        Message message = (MessageKind)kind switch
        {
            MessageKind.Request => ReadRequest(ref reader),
            MessageKind.PrePrepare => ReadPrePrepare(ref reader),
            MessageKind.Prepare => new Prepare(View(ref reader), Place(ref reader), reader.Digest(), reader.Digest(), Replica(ref reader)),
            MessageKind.Commit => new Commit(View(ref reader), Place(ref reader), reader.Digest(), Replica(ref reader)),
            MessageKind.Checkpoint => new Checkpoint(Place(ref reader), reader.Digest(), Replica(ref reader)),
            MessageKind.ViewChange => ReadViewChange(ref reader, null),
            MessageKind.NewView => ReadNewView(ref reader),
            MessageKind.Reply => new Reply(View(ref reader), Client(ref reader), Timestamp(ref reader), Bytes(ref reader), Replica(ref reader)),
            MessageKind.Status => ReadStatus(ref reader),
            MessageKind.FetchBatch => new FetchBatch(Place(ref reader), reader.Digest(), Replica(ref reader)),
            MessageKind.BatchData => new BatchData(Place(ref reader), ReadBatch(ref reader), Replica(ref reader)),
            MessageKind.FetchNewView => new FetchNewView(reader.Digest(), Replica(ref reader)),
            MessageKind.CommitProof => ReadCommitProof(ref reader),
            MessageKind.StableProof => new StableProof(ReadCheckpointCertificate(ref reader, null), Replica(ref reader)),
            MessageKind.FetchState => ReadFetchState(ref reader),
            MessageKind.StateManifest => new StateManifest(Place(ref reader), ReadDigests(ref reader), ReadDigests(ref reader), Replica(ref reader)),
            MessageKind.StatePages => ReadPages(ref reader),
            _ => throw reader.Fault($"there is no message kind {kind}"),
        };
        return (message, ReadSignature(ref reader));
    }

    private static long NotNegative(ref CanonicalReader reader, string what)
    {
        var value = reader.Int64();
        return value >= 0 ? value : throw reader.Fault($"a {what} is at least 0, not {value}");
    }

    private static ViewNumber View(ref CanonicalReader reader) => new(NotNegative(ref reader, "view"));

    private static SequenceNumber Place(ref CanonicalReader reader) => new(NotNegative(ref reader, "sequence number"));

    private static ClientId Client(ref CanonicalReader reader) => new(NotNegative(ref reader, "client"));

    // Any number: a timestamp below 1 is refused by name.
    private static Timestamp Timestamp(ref CanonicalReader reader) => new(reader.Int64());

    private static ReplicaId Replica(ref CanonicalReader reader) => new(Index(ref reader, "replica"));

    private static int Index(ref CanonicalReader reader, string what)
    {
        var value = reader.Int32();
        return value >= 0 ? value : throw reader.Fault($"a {what} is at least 0, not {value}");
    }

    private static ImmutableArray<byte> Bytes(ref CanonicalReader reader) => ImmutableArray.Create(reader.Bytes());

    private static Signature ReadSignature(ref CanonicalReader reader)
    {
        if (!reader.Bool())
        {
            var unplaced = reader.Bytes();
            return unplaced.IsEmpty ? Signature.Own : Signature.OfClient(ImmutableArray.Create(unplaced));
        }

        var (revision, head) = (reader.Int64(), reader.Digest());
        if (revision < -1) throw reader.Fault($"a revision is at least -1, not {revision}");
        if (revision == -1 && head.IsNone) throw reader.Fault("a signature without a place in a log must not name one");
        return new Signature(revision, head, Bytes(ref reader));
    }

    private static Request ReadRequest(ref CanonicalReader reader) => new(Client(ref reader), Timestamp(ref reader), Bytes(ref reader));

    private static Batch ReadBatch(ref CanonicalReader reader)
    {
        var requests = ImmutableArray.CreateBuilder<Signed<Request>>(reader.Count(RequestBytes));
        if (requests.Capacity == 0) throw reader.Fault("a batch holds at least one request");
        for (var i = requests.Capacity; i > 0; i--)
        {
            requests.Add(new Signed<Request>(ReadRequest(ref reader), ReadSignature(ref reader)));
        }

        return new Batch(requests.MoveToImmutable());
    }

    private static Batch? ReadOptionalBatch(ref CanonicalReader reader) => reader.Bool() ? ReadBatch(ref reader) : null;

    private static PrePrepare ReadPrePrepare(ref CanonicalReader reader)
    {
        var (view, n, digest, newView) = (View(ref reader), Place(ref reader), reader.Digest(), reader.Digest());
        var batch = ReadOptionalBatch(ref reader);
        return new PrePrepare(view, n, digest, newView, Replica(ref reader), batch);
    }

    private static ViewChange ReadViewChange(ref CanonicalReader reader, VoteTable? table)
    {
        var newView = View(ref reader);
        var stable = ReadCheckpointCertificate(ref reader, table);
        var prepared = ImmutableArray.CreateBuilder<PreparedCertificate>(reader.Count(CertificateBytes));
        var last = -1L;
        for (var i = prepared.Capacity; i > 0; i--)
        {
            var certificate = ReadPreparedCertificate(ref reader, table);
            last = Ascending(ref reader, last, certificate.SequenceNumber.Value, "prepared certificates must ascend by sequence number");
            prepared.Add(certificate);
        }

        return new ViewChange(newView, stable, prepared.MoveToImmutable(), Replica(ref reader));
    }

    private static NewView ReadNewView(ref CanonicalReader reader)
    {
        var view = View(ref reader);
        var table = ReadVoteTable(ref reader);
        var viewChanges = ImmutableArray.CreateBuilder<Signed<ViewChange>>(reader.Count(ViewChangeBytes));
        var last = -1L;
        for (var i = viewChanges.Capacity; i > 0; i--)
        {
            var viewChange = ReadViewChange(ref reader, table);
            last = Ascending(ref reader, last, viewChange.Replica.Value, "view-changes must ascend by replica");
            viewChanges.Add(new Signed<ViewChange>(viewChange, ReadSignature(ref reader)));
        }

        if (table.FirstUnused >= 0) throw reader.Fault($"vote {table.FirstUnused} of the table stands in no certificate");
        var carried = ReadCarried(ref reader);
        return new NewView(view, viewChanges.MoveToImmutable(), carried, Replica(ref reader));
    }

    private static ImmutableArray<CarriedOver> ReadCarried(ref CanonicalReader reader)
    {
        var carried = ImmutableArray.CreateBuilder<CarriedOver>(reader.Count(CarriedBytes));
        var last = -1L;
        for (var i = carried.Capacity; i > 0; i--)
        {
            var place = new CarriedOver(Place(ref reader), reader.Digest());
            last = Ascending(ref reader, last, place.SequenceNumber.Value, "carried places must ascend");
            carried.Add(place);
        }

        return carried.MoveToImmutable();
    }

    private static VoteTable ReadVoteTable(ref CanonicalReader reader)
    {
        var votes = ImmutableArray.CreateBuilder<Vote>(reader.Count(VoteBytes));
        for (var i = votes.Capacity; i > 0; i--) votes.Add(ReadVote(ref reader));
        var table = new VoteTable(votes.MoveToImmutable());
        return VoteTable.FaultIn(table.Votes) is { } fault ? throw reader.Fault(fault) : table;
    }

    private static Status ReadStatus(ref CanonicalReader reader)
    {
        var (view, active, low, executed) = (View(ref reader), reader.Bool(), Place(ref reader), Place(ref reader));
        var pending = ImmutableArray.CreateBuilder<SlotStatus>(reader.Count(SlotStatusBytes));
        for (var i = pending.Capacity; i > 0; i--) pending.Add(new SlotStatus(Place(ref reader), reader.Bool(), reader.Bool()));
        var held = ImmutableArray.CreateBuilder<ReplicaId>(reader.Count(sizeof(int)));
        for (var i = held.Capacity; i > 0; i--) held.Add(Replica(ref reader));
        return new Status(view, active, low, executed, pending.MoveToImmutable(), held.MoveToImmutable(), Replica(ref reader));
    }

    private static CommitProof ReadCommitProof(ref CanonicalReader reader)
    {
        var prepared = ReadPreparedCertificate(ref reader, null);
        var commit = new CommitCertificate(View(ref reader), Place(ref reader), reader.Digest(), ReadVotes(ref reader, null));
        var batch = ReadOptionalBatch(ref reader);
        return new CommitProof(prepared, commit, batch, Replica(ref reader));
    }

    private static FetchState ReadFetchState(ref CanonicalReader reader)
    {
        var (n, digest) = (Place(ref reader), reader.Digest());
        var pages = ImmutableArray.CreateBuilder<int>(reader.Count(sizeof(int)));
        for (var i = pages.Capacity; i > 0; i--) pages.Add(Index(ref reader, "page"));
        return new FetchState(n, digest, pages.MoveToImmutable(), Replica(ref reader));
    }

    private static ImmutableArray<Digest> ReadDigests(ref CanonicalReader reader)
    {
        var digests = ImmutableArray.CreateBuilder<Digest>(reader.Count(Digest.Size));
        for (var i = digests.Capacity; i > 0; i--) digests.Add(reader.Digest());
        return digests.MoveToImmutable();
    }

    private static StatePages ReadPages(ref CanonicalReader reader)
    {
        var n = Place(ref reader);
        var pages = ImmutableArray.CreateBuilder<StatePage>(reader.Count(PageBytes));
        for (var i = pages.Capacity; i > 0; i--) pages.Add(new StatePage(Index(ref reader, "page"), Bytes(ref reader)));
        return new StatePages(n, pages.MoveToImmutable(), Replica(ref reader));
    }

    private static PreparedCertificate ReadPreparedCertificate(ref CanonicalReader reader, VoteTable? table) =>
        new(View(ref reader), Place(ref reader), reader.Digest(), reader.Digest(), ReadVotes(ref reader, table));

    private static CheckpointCertificate ReadCheckpointCertificate(ref CanonicalReader reader, VoteTable? table) =>
        new(Place(ref reader), reader.Digest(), ReadVotes(ref reader, table));

    private static ImmutableArray<Vote> ReadVotes(ref CanonicalReader reader, VoteTable? table)
    {
        var votes = ImmutableArray.CreateBuilder<Vote>(reader.Count(table is null ? VoteBytes : VoteIndexBytes));
        var last = -1L;
        for (var i = votes.Capacity; i > 0; i--)
        {
            var vote = table is null ? ReadVote(ref reader) : ReadVoteIndex(ref reader, table);
            last = Ascending(ref reader, last, vote.Replica.Value, "votes must ascend by replica");
            votes.Add(vote);
        }

        return votes.MoveToImmutable();
    }

    private static Vote ReadVote(ref CanonicalReader reader) => new(Replica(ref reader), ReadSignature(ref reader));

    private static Vote ReadVoteIndex(ref CanonicalReader reader, VoteTable table)
    {
        var index = reader.Int32();
        return table.Take(index) ?? throw reader.Fault($"the table has {table.Votes.Length} votes and none at {index}");
    }

    private static long Ascending(ref CanonicalReader reader, long last, long next, string rule) =>
        next > last ? next : throw reader.Fault($"{rule}, and {next} follows {last}");
}
