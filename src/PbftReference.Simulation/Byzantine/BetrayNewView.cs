using System.Collections.Immutable;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Simulation.Byzantine;

/// <summary>
/// As new primary, sends the new-view that follows from the view-changes and proposes against it: the null request at each place that the
/// new-view carries over. Once a quorum has voted for that (accomplices, since no correct replica does), it shows everybody the proof that
/// the place is decided. Like an <see cref="Accomplice"/> it keeps to itself what was decided before.
/// </summary>
public sealed class BetrayNewView : ByzantineBehaviour
{
    private readonly SortedDictionary<(ViewNumber View, SequenceNumber SequenceNumber), Betrayal> _betrayals = [];

    private sealed class Betrayal(PrePrepare proposal)
    {
        public PrePrepare Proposal => proposal;

        public SortedDictionary<ReplicaId, Vote> Prepares { get; } = [];

        public SortedDictionary<ReplicaId, Vote> Commits { get; } = [];

        public bool Shown { get; set; }
    }

    /// <inheritdoc/>
    public override string Name => "betray-new-view";

    /// <inheritdoc/>
    public override void OnSend(ReplicaId to, byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.CommitProof: break;
            case MessageKind.PrePrepare when Read<PrePrepare>(frame) is var m && IsCarriedOver(m): Context.Send(to, Context.Encode(Betray(m).Proposal)); break;
            case MessageKind.Commit when Read<Commit>(frame) is var m && _betrayals.ContainsKey((m.View, m.SequenceNumber)): break;
            default: Context.Send(to, frame); break;
        }
    }

    /// <inheritdoc/>
    public override bool OnFrame(byte[] frame)
    {
        switch (KindOf(frame))
        {
            case MessageKind.Prepare when TryReadSigned<Prepare>(frame) is { Statement: var m } signed:
                if (Find(m.View, m.SequenceNumber, m.BatchDigest) is { } prepared) Count(prepared, prepared.Prepares, new Vote(m.Replica, signed.Signature));
                break;
            case MessageKind.Commit when TryReadSigned<Commit>(frame) is { Statement: var m } signed:
                if (Find(m.View, m.SequenceNumber, m.BatchDigest) is { } committed) Count(committed, committed.Commits, new Vote(m.Replica, signed.Signature));
                break;
            default: break;
        }

        return true;
    }

    private bool IsCarriedOver(PrePrepare m) => m.View.Value > 0 && m.Replica == Context.Self && !m.BatchDigest.IsNone
        && Context.State is { } state && state.NewViews.TryGetValue(m.NewView, out var newView)
        && newView.Statement.Carried.Any(carried => carried.SequenceNumber == m.SequenceNumber);

    private Betrayal Betray(PrePrepare m)
    {
        if (_betrayals.TryGetValue((m.View, m.SequenceNumber), out var known)) return known;
        Act();
        var proposal = m with { BatchDigest = Digest.None, Batch = null };
        var betrayal = new Betrayal(proposal);
        betrayal.Prepares.Add(Context.Self, new Vote(Context.Self, Context.Sign(proposal)));
        betrayal.Commits.Add(Context.Self, new Vote(Context.Self, Context.Sign(new Commit(m.View, m.SequenceNumber, Digest.None, Context.Self))));
        _betrayals.Add((m.View, m.SequenceNumber), betrayal);
        return betrayal;
    }

    private Betrayal? Find(ViewNumber view, SequenceNumber n, Digest batch) =>
        batch.IsNone && _betrayals.TryGetValue((view, n), out var betrayal) ? betrayal : null;

    private void Count(Betrayal betrayal, SortedDictionary<ReplicaId, Vote> votes, Vote vote)
    {
        votes.TryAdd(vote.Replica, vote);
        var quorum = Context.Configuration.Quorum;
        if (betrayal.Shown || betrayal.Prepares.Count < quorum || betrayal.Commits.Count < quorum) return;
        betrayal.Shown = true;
        var (p, n) = (betrayal.Proposal, betrayal.Proposal.SequenceNumber);
        var prepared = new PreparedCertificate(p.View, n, p.BatchDigest, p.NewView, Votes(betrayal.Prepares));
        var committed = new CommitCertificate(p.View, n, p.BatchDigest, Votes(betrayal.Commits));
        Context.SendToOthers(Context.Encode(new CommitProof(prepared, committed, null, Context.Self)));
    }

    private static ImmutableArray<Vote> Votes(SortedDictionary<ReplicaId, Vote> votes) => [.. votes.Values];
}
