using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>Well-signed messages of every kind with numbers at the edges of what a number can be, and bytes that are no message.</summary>
public sealed class Nonsense(SeededRandom random) : ByzantineBehaviour
{
    /// <inheritdoc/>
    public override string Name => "nonsense";

    /// <inheritdoc/>
    public override void Begin(ByzantineContext context)
    {
        base.Begin(context);
        Repeat(random, 20, 120, Invent);
    }

    private void Invent()
    {
        if (Context.State is null) return;
        Act();
        var frame = Context.Encode(Any());
        if (random.Below(8) == 0) frame[random.Below(frame.Length)] ^= (byte)(1 << random.Below(8));
        if (random.Below(16) == 0) frame = frame[..random.Below(frame.Length)];
        Context.SendPastOthers(random.Pick([.. Context.Others]), frame);
    }

    private Message Any() => random.Below(15) switch
    {
        0 => new PrePrepare(View(), Place(), Any(random), NewView(), Context.Self, null),
        1 => new Prepare(View(), Place(), Any(random), NewView(), Context.Self),
        2 => new Commit(View(), Place(), Any(random), Context.Self),
        3 => new Checkpoint(Place(), Any(random), Context.Self),
        4 => new ViewChange(View(), Checkpoint(), Prepared(), Context.Self),
        5 => new NewView(View(), [], [new CarriedOver(Place(), Any(random))], Context.Self),
        6 => new Reply(View(), new ClientId(Number()), new Timestamp(Number()), [], Context.Self),
        7 => new Status(View(), random.Chance(500_000), Place(), Place(), [new SlotStatus(Place(), true, false)], [new ReplicaId((int)random.Between(-2, 9))], Context.Self),
        8 => new FetchBatch(Place(), Any(random), Context.Self),
        9 => new FetchNewView(Any(random), Context.Self),
        10 => new CommitProof(Certificate(), new CommitCertificate(View(), Place(), Any(random), []), null, Context.Self),
        11 => new StableProof(Checkpoint(), Context.Self),
        12 => new FetchState(Place(), Digest(), [(int)random.Between(-3, 3), int.MaxValue, int.MinValue], Context.Self),
        13 => new StateManifest(Place(), [Any(random)], [], Context.Self),
        _ => new StatePages(Place(), [new StatePage((int)random.Between(-2, 5), [1, 2])], Context.Self),
    };

    private long Number() => random.Below(8) switch
    {
        0 => long.MaxValue,
        1 => long.MinValue,
        2 => long.MaxValue - random.Between(0, 20),
        3 => random.Between(-3, 3),
        4 => 1L << (int)random.Between(30, 62),
        _ => Context.State!.LastExecuted.Value + random.Between(-20, 20),
    };

    private ViewNumber View() => new(random.Below(3) == 0 ? Number() : Context.State!.View.Value + random.Between(0, 1));

    private SequenceNumber Place() => new(random.Below(2) == 0 ? Number() : Number() / Context.Configuration.CheckpointPeriod * Context.Configuration.CheckpointPeriod);

    private static Digest Any(SeededRandom random) => random.Below(3) == 0 ? Core.Types.Digest.None : random.NextDigest();

    private Digest NewView() => random.Below(2) == 0 ? Context.State!.CurrentNewView : Any(random);

    /// <summary>The digest of something that the host has.</summary>
    private Digest Digest() => Context.State!.Stable.StateDigest;

    private CheckpointCertificate Checkpoint() =>
        random.Below(2) == 0 ? Context.State!.Stable : new CheckpointCertificate(Place(), Any(random), [new Vote(Context.Self, Signature.Own)]);

    private PreparedCertificate Certificate() => new(View(), Place(), Any(random), NewView(), [new Vote(Context.Self, Signature.Own)]);

    private ImmutableArray<PreparedCertificate> Prepared() => random.Below(2) == 0 ? [] : [Certificate()];
}
