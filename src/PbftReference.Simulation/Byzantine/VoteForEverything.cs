using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// Prepares and commits every digest that it sees for any place and view, both sides of an equivocation included: at once to who named
/// the digest, a little later to the others, so that each side hears first what it likes.
/// </summary>
public sealed class VoteForEverything : ByzantineBehaviour
{
    private const long OthersAfter = 12;

    private readonly SortedSet<(ViewNumber View, SequenceNumber SequenceNumber, Digest BatchDigest, Digest NewView)> _voted = [];

    /// <inheritdoc/>
    public override string Name => "vote-for-everything";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        // the host's votes are for one side only
        if (KindOf(frame) is not (MessageKind.Prepare or MessageKind.Commit)) Context.Send(to, frame);
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.PrePrepare when TryRead<PrePrepare>(frame) is { } m: Vote(m); break;
            case MessageKind.Prepare when TryRead<Prepare>(frame) is { } m: Vote(m); break;
            default: break;
        }

        return true;
    }

    private void Vote(PrePrepare m) => Vote(new Prepare(m.View, m.SequenceNumber, m.BatchDigest, m.NewView, Context.Self), m.Replica);

    private void Vote(Prepare m) => Vote(m with { Replica = Context.Self }, m.Replica);

    private void Vote(Prepare prepare, ReplicaId namedBy)
    {
        if (!_voted.Add((prepare.View, prepare.SequenceNumber, prepare.BatchDigest, prepare.NewView))) return;
        Act();
        var votes = Context.Encode(prepare);
        var commits = Context.Encode(new Commit(prepare.View, prepare.SequenceNumber, prepare.BatchDigest, Context.Self));
        Tell(namedBy);
        Context.After(OthersAfter, () =>
        {
            foreach (var other in Context.Others)
            {
                if (other != namedBy) Tell(other);
            }
        });

        void Tell(ReplicaId to)
        {
            Context.Send(to, votes);
            Context.Send(to, commits);
        }
    }
}
