using System.Collections.Immutable;
using System.Text;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Tests.Core.Messages;

/// <summary>
/// Well-formed messages of every kind from a seed: lists that ascend do, view-changes share their certificates, and payloads are empty,
/// text, text that JSON must escape, and bytes. They need not make sense to the protocol.
/// </summary>
public sealed class MessageGenerator(int seed)
{
    private static readonly string[] Texts = ["", "incr", "set \"a\" \\ b", "Grüße, 世界 🎉", "tab\there", "\u2028", "{}", "null"];

    private readonly Random _random = new(seed);

    public static IEnumerable<MessageKind> AllKinds => Enum.GetValues<MessageKind>();

    public int Below(int bound) => _random.Next(bound);

    public bool Coin() => Below(2) == 0;

    public long Number() => Below(4) switch { 0 => 0, 1 => long.MaxValue - Below(100), _ => Below(1000) };

    public ViewNumber View() => new(Number());

    public SequenceNumber Place() => new(Number());

    public ReplicaId Replica() => new(Below(7));

    public ClientId Client() => new(Number());

    public Timestamp Timestamp() => new(1 + Below(1000));

    public Digest Digest() => Below(5) == 0 ? PbftReference.Core.Types.Digest.None : new Digest(Bytes(32).AsSpan());

    public ImmutableArray<byte> Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return ImmutableArray.Create(bytes);
    }

    public ImmutableArray<byte> Payload() =>
        Coin() ? Bytes(Below(20)) : ImmutableArray.Create(Encoding.UTF8.GetBytes(Texts[Below(Texts.Length)]));

    public Signature Signature() => Below(5) switch
    {
        0 => PbftReference.Core.Messages.Signature.Own,
        1 => PbftReference.Core.Messages.Signature.OfClient(Bytes(1 + Below(70))),
        2 => new Signature(Below(100), PbftReference.Core.Types.Digest.None, Bytes(3)),
        _ => new Signature(Number(), new Digest(Bytes(32).AsSpan()), Bytes(Below(70))),
    };

    public Signed<T> Sign<T>(T statement)
        where T : Message => new(statement, Signature());

    public Signed<Request> Request() => Sign(new Request(Client(), Timestamp(), Payload()));

    public Batch Batch() => new([.. Many(1 + Below(3), Request)]);

    public Batch? MaybeBatch() => Coin() ? Batch() : null;

    public ImmutableArray<Vote> Votes() => [.. Some(7).Select(i => new Vote(new ReplicaId(i), Signature()))];

    public PreparedCertificate Prepared(SequenceNumber n) => new(View(), n, Digest(), Digest(), Votes());

    public CommitCertificate Commit() => new(View(), Place(), Digest(), Votes());

    public CheckpointCertificate Stable() => new(Place(), Digest(), Votes());

    public ViewChange ViewChange(ReplicaId replica) =>
        new(View(), Stable(), [.. Some(9).Select(n => Prepared(new SequenceNumber(n)))], replica);

    /// <summary>A new-view whose view-changes report partly the same certificates.</summary>
    public NewView NewView()
    {
        var stable = Stable();
        var certificates = Some(9).Select(n => Prepared(new SequenceNumber(n))).ToArray();
        var viewChanges = Some(7).Select(i => Sign(new ViewChange(
            View(), Coin() ? stable : Stable(), [.. certificates.Where(_ => Below(4) > 0)], new ReplicaId(i))));
        return new NewView(View(), [.. viewChanges], [.. Some(9).Select(n => new CarriedOver(new SequenceNumber(n), Digest()))], Replica());
    }

    public Message Message(MessageKind kind) => kind switch
    {
        MessageKind.Request => Request().Statement,
        MessageKind.PrePrepare => new PrePrepare(View(), Place(), Digest(), Digest(), Replica(), MaybeBatch()),
        MessageKind.Prepare => new Prepare(View(), Place(), Digest(), Digest(), Replica()),
        MessageKind.Commit => new Commit(View(), Place(), Digest(), Replica()),
        MessageKind.Checkpoint => new Checkpoint(Place(), Digest(), Replica()),
        MessageKind.ViewChange => ViewChange(Replica()),
        MessageKind.NewView => NewView(),
        MessageKind.Reply => new Reply(View(), Client(), Timestamp(), Payload(), Replica()),
        MessageKind.Status => new Status(
            View(),
            Coin(),
            Place(),
            Place(),
            [.. Many(Below(4), () => new SlotStatus(Place(), Coin(), Coin()))],
            [.. Many(Below(4), Replica)],
            Replica()),
        MessageKind.FetchBatch => new FetchBatch(Place(), Digest(), Replica()),
        MessageKind.BatchData => new BatchData(Place(), Batch(), Replica()),
        MessageKind.FetchNewView => new FetchNewView(Digest(), Replica()),
        MessageKind.CommitProof => new CommitProof(Prepared(Place()), Commit(), MaybeBatch(), Replica()),
        MessageKind.StableProof => new StableProof(Stable(), Replica()),
        MessageKind.FetchState => new FetchState(Place(), Digest(), Indexes(), Replica()),
        MessageKind.StateManifest => new StateManifest(
            Place(), [.. Many(Below(4), Digest)], [.. Many(Below(4), Digest)], Replica()),
        MessageKind.StatePages => new StatePages(Place(), [.. Many(Below(4), () => new StatePage(Below(9), Payload()))], Replica()),
    };

    public ImmutableArray<int> Indexes() => [.. Some(9)];

    public IEnumerable<int> Some(int bound)
    {
        var some = new List<int>();
        for (var i = 0; i < bound; i++)
        {
            if (Coin()) some.Add(i);
        }

        return some;
    }

    public T[] Many<T>(int count, Func<T> make)
    {
        var items = new T[count];
        for (var i = 0; i < count; i++) items[i] = make();
        return items;
    }
}
