using System.Collections.Immutable;
using PbftReference.Audit.Accountability;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;
using PbftReference.Host;
using PbftReference.Simulation;
using PbftReference.Spec;
using Xunit;

namespace PbftReference.Tests.Audit.Accountability;

/// <summary>Each offence by hand: the signed statements that prove it, and the same without one of them, which prove nothing.</summary>
public sealed class OffenceTests
{
    private static readonly Digest A = Digest.Of([1]);
    private static readonly Digest B = Digest.Of([2]);
    private static readonly ClusterConfiguration Configuration = new ClusterConfiguration { CheckpointPeriod = 2, LogMultiplier = 2 }.Validate();

    private readonly SimulatedKeys _keys = new(new Genesis("hand", Configuration, "ledger", Digest.Of([7])).Digest, 4, new SeededRandom(1));
    private readonly EvidenceSet _evidence;
    private readonly HeldWhole _whole;
    private long _revision;

    public OffenceTests() => (_evidence, _whole) = (new EvidenceSet(Configuration, _keys), new HeldWhole(new Genesis("hand", Configuration, "ledger", Digest.Of([7])), _keys));

    [Fact]
    public void Two_votes_for_one_place_in_a_view_convict_their_signer_and_nobody_else()
    {
        Say(0, PrePrepare(0, 1, A));
        Say(0, PrePrepare(0, 1, B));
        Say(1, Prepare(0, 1, A, 1));
        Say(2, Prepare(0, 1, B, 2));

        Convicts((0, SpecOffence.Equivocation));
    }

    [Fact]
    public void A_vote_and_a_commit_for_another_batch_convict()
    {
        Say(1, Prepare(0, 1, A, 1));
        Say(1, new Commit(new ViewNumber(0), new SequenceNumber(1), B, new ReplicaId(1)));

        Convicts((1, SpecOffence.Equivocation));
    }

    [Fact]
    public void Two_checkpoints_of_one_place_convict()
    {
        Say(2, new Checkpoint(new SequenceNumber(2), A, new ReplicaId(2)));
        Nobody();
        Say(2, new Checkpoint(new SequenceNumber(2), B, new ReplicaId(2)));

        Convicts((2, SpecOffence.Equivocation));
    }

    [Fact]
    public void A_commit_that_a_later_view_change_conceals_convicts()
    {
        Say(3, new Commit(new ViewNumber(0), new SequenceNumber(1), A, new ReplicaId(3)));
        Nobody();
        Say(3, ViewChange(1, 3));

        Convicts((3, SpecOffence.Amnesia));
    }

    [Fact]
    public void A_view_change_that_reports_the_commit_convicts_nobody()
    {
        Say(3, new Commit(new ViewNumber(0), new SequenceNumber(1), A, new ReplicaId(3)));
        Say(3, ViewChange(1, 3, Certificate(0, 1, A)));

        Nobody();
    }

    [Fact]
    public void A_vote_that_contradicts_the_new_view_it_names_convicts()
    {
        // the new-view carries A at 1; the primary proposes B there by it
        var newView = NewView(1, [ViewChange(1, 0, Certificate(0, 1, A)), ViewChange(1, 1), ViewChange(1, 2)], [new CarriedOver(new SequenceNumber(1), A)]);
        Say(1, newView);
        Nobody();
        Say(1, new PrePrepare(new ViewNumber(1), new SequenceNumber(1), B, newView.StatementDigest, new ReplicaId(1), null));

        Convicts((1, SpecOffence.UnjustifiedVote));
    }

    [Fact]
    public void A_new_view_that_does_not_follow_from_its_view_changes_convicts()
    {
        Say(1, NewView(1, [ViewChange(1, 0, Certificate(0, 1, A)), ViewChange(1, 1), ViewChange(1, 2)], [new CarriedOver(new SequenceNumber(1), B)]));

        Convicts((1, SpecOffence.BadNewView));
    }

    [Fact]
    public void A_fork_by_more_than_f_convicts_at_least_f_plus_one_by_two_logs_together_and_nobody_by_one()
    {
        // 0 and 1 vote for both; 2 saw one quorum, 3 the other
        var (seenBy2, seenBy3) = (new EvidenceSet(Configuration, _keys), new EvidenceSet(Configuration, _keys));
        foreach (var (set, batch, honest) in new[] { (seenBy2, A, 2), (seenBy3, B, 3) })
        {
            Say(set, 0, PrePrepare(0, 1, batch));
            Say(set, 1, Prepare(0, 1, batch, 1));
            Say(set, honest, Prepare(0, 1, batch, honest));
            foreach (var signer in new[] { 0, 1, honest }) Say(set, signer, new Commit(new ViewNumber(0), new SequenceNumber(1), batch, new ReplicaId(signer)));
        }

        Assert.Empty(seenBy2.Accusations());
        Assert.Empty(seenBy3.Accusations());
        foreach (var batch in new[] { A, B })
        {
            foreach (var signer in new[] { 0, 1, batch == A ? 2 : 3 }) Say(_evidence, signer, new Commit(new ViewNumber(0), new SequenceNumber(1), batch, new ReplicaId(signer)));
        }

        Convicts((0, SpecOffence.Equivocation), (1, SpecOffence.Equivocation));
    }

    [Fact]
    public void What_is_signed_by_somebody_else_or_not_at_all_proves_nothing()
    {
        Say(0, PrePrepare(0, 1, A));
        var forged = PrePrepare(0, 1, B);
        Add(_evidence, forged, Sign(3, forged));
        Add(_evidence, forged, Sign(0, PrePrepare(0, 2, B)));
        Assert.Equal(2, _evidence.Forged);

        Nobody();
        Assert.Null(_evidence.Judge(new SignedStatement(PrePrepare(0, 1, A), Sign(0, PrePrepare(0, 1, A))), new SignedStatement(forged, Sign(3, forged))));
    }

    [Fact]
    public void A_proposal_by_one_who_is_not_the_primary_is_nobodys_proposal()
    {
        var usurped = PrePrepare(0, 1, B) with { Replica = new ReplicaId(2) };
        Say(0, PrePrepare(0, 1, A));
        Add(_evidence, usurped, Sign(2, usurped));

        Nobody();
    }

    private void Convicts(params (int Replica, SpecOffence Offence)[] guilty)
    {
        Assert.Equal(guilty, _evidence.Accusations().Select(a => (a.Accused.Value, a.Offence)));
        Assert.Equal(_whole.Accusations(), _evidence.Accusations());
        Assert.All(_evidence.Accusations(), a => Assert.Equal(a.Offence, _evidence.Judge(a.First, a.Second)));
    }

    private void Nobody()
    {
        Assert.Empty(_evidence.Accusations());
        Assert.Empty(_whole.Accusations());
    }

    private void Say(int signer, ReplicaMessage statement) => Say(_evidence, signer, statement);

    private void Say(EvidenceSet set, int signer, ReplicaMessage statement)
    {
        Add(set, statement, Sign(signer, statement));
        Assert.Equal(0, set.Forged);
    }

    private void Add(EvidenceSet set, ReplicaMessage statement, Signature signature)
    {
        set.Add(statement, signature, new ReplicaId(0), _revision++);
        if (set == _evidence) _whole.Add(statement, signature);
    }

    private Signature Sign(int signer, ReplicaMessage statement) => _keys.SignerOf(new ReplicaId(signer)).Sign(Statements.DigestOf(statement), 5, Digest.Of([9]));

    private static PrePrepare PrePrepare(long view, long n, Digest batch) =>
        new(new ViewNumber(view), new SequenceNumber(n), batch, Digest.None, Configuration.PrimaryOf(new ViewNumber(view)), null);

    private static Prepare Prepare(long view, long n, Digest batch, int replica) => new(new ViewNumber(view), new SequenceNumber(n), batch, Digest.None, new ReplicaId(replica));

    private PreparedCertificate Certificate(long view, long n, Digest batch) => new(
        new ViewNumber(view), new SequenceNumber(n), batch, Digest.None,
        [.. new[] { 0, 1, 2 }.Select(i => new Vote(new ReplicaId(i), Sign(i, i == 0 ? PrePrepare(view, n, batch) : Prepare(view, n, batch, i))))]);

    private static ViewChange ViewChange(long view, int replica, params PreparedCertificate[] prepared) => new(
        new ViewNumber(view), new CheckpointCertificate(default, GenesisState, []), [.. prepared], new ReplicaId(replica));

    private static Digest GenesisState => PbftReference.Core.State.ReplicaState.Genesis(Configuration, new ReplicaId(0)).Stable.StateDigest;

    private NewView NewView(long view, ViewChange[] viewChanges, ImmutableArray<CarriedOver> carried) => new(
        new ViewNumber(view), [.. viewChanges.Select(m => new Signed<ViewChange>(m, Sign(m.Replica.Value, m)))], carried, Configuration.PrimaryOf(new ViewNumber(view)));
}
