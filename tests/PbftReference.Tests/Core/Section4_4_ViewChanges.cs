using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.4: view-change, new-view, and what a new view carries over.</summary>
public class Section4_4_ViewChanges
{
    private static readonly ClusterConfiguration Four = Given.Four;
    private static readonly Batch A = Say.Batch(3, 1, "put a 1");
    private static readonly Batch B = Say.Batch(4, 1, "put b 1");
    private static readonly Batch C = Say.Batch(5, 1, "put c 1");

    [Fact]
    public void A_view_change_reports_the_stable_checkpoint_and_every_prepared_certificate_above_it() =>
        Given.Replica(1).After(Say.From(Say.Request(9, 9)), Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.PrePrepare(0, 2, B, 0)))
            .When(new TimerExpired(TimerKind.View))
            .Then(EventKind.ViewChangeSent)
            .ThenSends<ViewChange>(m => m.NewView.Value == 1 && m.Stable.SequenceNumber.Value == 0
                && m.Prepared.Single() is { SequenceNumber.Value: 1 } p && p.BatchDigest == A.Digest && p.Votes.Length == 3);

    [Fact]
    public void The_new_primary_starts_its_view_with_a_quorum_of_view_changes_its_own_among_them()
    {
        var given = Given.Replica(1).After(Say.From(Say.Request(9, 9)), new TimerExpired(TimerKind.View));
        given.When(Say.From(Say.ViewChange(Four, 1, 2))).Then(EventKind.ViewChangeAccepted).ThenSendsNo<NewView>();
        given.When(Say.From(Say.ViewChange(Four, 1, 3, Say.Prepared(0, 1, A, Digest.None, 0, 2, 3))));
        given.ThenSends<NewView>(m => m.ViewChanges.Length == 3 && m.Carried.Single().BatchDigest == A.Digest);
        given.ThenSends<PrePrepare>(m => m.View.Value == 1 && !m.NewView.IsNone && m.BatchDigest == A.Digest);
        Assert.Equal(ReplicaPhase.Normal, given.State.Phase);
    }

    // any other choice could replace what committed in an earlier view (formal anchors, subtlety 1)
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_place_is_carried_over_from_the_highest_view(int viewOfA, int viewOfB)
    {
        var named = Say.Hash("new-view 1");
        var p = Say.Prepared(viewOfA, 1, A, viewOfA == 0 ? Digest.None : named, 0, 1, 2);
        var q = Say.Prepared(viewOfB, 1, B, viewOfB == 0 ? Digest.None : named, 1, 2, 3, 0);
        q = q with { Votes = Say.Votes(0, 1, 2) };
        var chosen = NewViewRulesChoose(Say.ViewChange(Four, 2, 0, p), Say.ViewChange(Four, 2, 1, q), Say.ViewChange(Four, 2, 2));
        Assert.Equal(viewOfA > viewOfB ? A.Digest : B.Digest, chosen.Single().BatchDigest);
    }

    // places above a gap could never be executed (subtleties 3 and 19)
    [Fact]
    public void Gaps_up_to_the_highest_prepared_place_and_no_further_are_filled_with_the_null_request()
    {
        var chosen = NewViewRulesChoose(
            Say.ViewChange(Four, 1, 0, Say.Prepared(0, 2, A, Digest.None, 0, 1, 2)),
            Say.ViewChange(Four, 1, 1, Say.Prepared(0, 5, B, Digest.None, 0, 1, 2)),
            Say.ViewChange(Four, 1, 2));
        Assert.Equal([1, 2, 3, 4, 5], chosen.Select(c => c.SequenceNumber.Value));
        Assert.Equal([Digest.None, A.Digest, Digest.None, Digest.None, B.Digest], chosen.Select(c => c.BatchDigest));
    }

    [Fact]
    public void Nothing_is_carried_over_at_or_below_the_latest_stable_checkpoint_in_V()
    {
        var stable = Say.Stable(2, Say.Hash("s"), 0, 1, 2);
        var behind = Say.ViewChange(Four, 1, 0, Say.Prepared(0, 1, A, Digest.None, 0, 1, 2), Say.Prepared(0, 2, C, Digest.None, 0, 1, 2), Say.Prepared(0, 3, B, Digest.None, 0, 1, 2));
        var chosen = NewViewRulesChoose(behind, Say.ViewChange(Four, 1, 1) with { Stable = stable }, Say.ViewChange(Four, 1, 2));
        Assert.Equal(3, chosen.Single().SequenceNumber.Value);
    }

    [Fact]
    public void A_new_view_that_follows_from_its_view_changes_is_entered_and_every_carried_place_voted_for()
    {
        var newView = NewView(1, Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1, Say.Prepared(0, 1, A, Digest.None, 0, 1, 2)), Say.ViewChange(Four, 1, 3));
        Given.Replica(2).When(Say.From(newView)).Then(EventKind.NewViewAccepted, EventKind.ViewEntered)
            .ThenSends<Prepare>(m => m.View.Value == 1 && m.BatchDigest == A.Digest && m.NewView == newView.StatementDigest)
            .ThenSends<FetchBatch>(m => m.BatchDigest == A.Digest);
    }

    public static TheoryData<string> Lies =>
        ["too few view-changes", "a view-change twice", "not ascending", "for another view", "of no member", "O lacks a place", "O adds a place", "O has another digest", "a certificate without quorum", "a certificate without its primary", "a certificate beyond the window", "a certificate of the new view itself"];

    // defects D4 and D5 of Fabric: a primary could make a view of one view-change repeated
    [Theory]
    [MemberData(nameof(Lies))]
    public void A_new_view_is_refused_that_does_not_follow_from_a_quorum_of_valid_view_changes(string lie)
    {
        var p = Say.Prepared(0, 1, A, Digest.None, 0, 1, 2);
        var (zero, one, three) = (Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1, p), Say.ViewChange(Four, 1, 3));
        var good = NewView(1, zero, one, three);
        ViewChange With(PreparedCertificate certificate) => Say.ViewChange(Four, 1, 1, certificate);
        var bad = lie switch
        {
            "too few view-changes" => NewView(1, zero, one),
            "a view-change twice" => NewView(1, zero, one, one),
            "not ascending" => NewView(1, one, zero, three),
            "for another view" => NewView(1, zero, one, Say.ViewChange(Four, 2, 3)),
            "of no member" => NewView(1, zero, one, Say.ViewChange(Four, 1, 4)),
            "O lacks a place" => good with { Carried = [] },
            "O adds a place" => good with { Carried = good.Carried.Add(new CarriedOver(new SequenceNumber(2), B.Digest)) },
            "O has another digest" => good with { Carried = [new CarriedOver(new SequenceNumber(1), B.Digest)] },
            "a certificate without quorum" => NewView(1, zero, With(p with { Votes = Say.Votes(0, 1) }), three),
            "a certificate without its primary" => NewView(1, zero, With(p with { Votes = Say.Votes(1, 2, 3) }), three),
            "a certificate beyond the window" => NewView(1, zero, With(p with { SequenceNumber = new SequenceNumber(9) }), three),
            _ => NewView(1, zero, With(Say.Prepared(1, 1, A, Say.Hash("x"), 0, 1, 2)), three),
        };
        Given.Replica(2).When(Say.From(bad)).ThenRefused(Refusal.InvalidNewView, EventKind.EvidenceKept).When(Say.From(good)).Then(EventKind.NewViewAccepted, EventKind.ViewEntered);
    }

    [Fact]
    public void A_new_view_of_a_backup_is_refused() =>
        Given.Replica(2).When(Say.From(NewView(1, Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1), Say.ViewChange(Four, 1, 3)) with { Replica = new ReplicaId(3) }))
            .ThenRefused(Refusal.NotThePrimary);

    [Theory]
    [InlineData("without quorum")]
    [InlineData("place twice")]
    [InlineData("genesis with another digest")]
    [InlineData("for view 0")]
    public void A_view_change_that_breaks_the_rules_is_refused(string how)
    {
        var p = Say.Prepared(0, 1, A, Digest.None, 0, 1, 2);
        var good = Say.ViewChange(Four, 1, 3, p);
        var bad = how switch
        {
            "without quorum" => Say.ViewChange(Four, 1, 3, p with { Votes = Say.Votes(0, 1) }),
            "place twice" => Say.ViewChange(Four, 1, 3, p, p),
            "genesis with another digest" => good with { Stable = good.Stable with { StateDigest = Say.Hash("x") } },
            _ => good with { NewView = new ViewNumber(0) },
        };
        var given = Given.Replica(1);
        var refused = how == "for view 0" ? given.When(Say.From(bad)).ThenRefused(Refusal.StaleView) : given.When(Say.From(bad)).ThenRefused(Refusal.InvalidViewChange, EventKind.EvidenceKept);
        refused.When(Say.From(good)).Then(EventKind.ViewChangeAccepted);
    }

    [Fact]
    public void The_same_view_change_again_is_a_duplicate_and_another_for_the_same_view_is_evidence() =>
        Given.Replica(1).After(Say.From(Say.ViewChange(Four, 1, 3)))
            .When(Say.From(Say.ViewChange(Four, 1, 3))).ThenRefused(Refusal.Duplicate)
            .When(Say.From(Say.ViewChange(Four, 1, 3, Say.Prepared(0, 1, A, Digest.None, 0, 1, 2)))).ThenRefused(Refusal.ConflictingVote, EventKind.EvidenceKept);

    // the log must explain itself to an auditor: which new-view did those voters rely on?
    [Fact]
    public void A_view_change_whose_certificate_names_an_unknown_new_view_waits_until_that_has_been_fetched()
    {
        var first = NewView(1, Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1), Say.ViewChange(Four, 1, 3));
        var certificate = Say.Prepared(1, 1, A, first.StatementDigest, 0, 1, 3);
        var given = Given.Replica(2);
        given.When(Say.From(Say.ViewChange(Four, 2, 3, certificate))).Then(EventKind.ViewChangeDeferred)
            .ThenDoes<Send>(s => s.To.Value == 3 && s.Message is FetchNewView f && f.NewView == first.StatementDigest);
        given.When(Say.From(first));
        Assert.Contains(given.Last.Events, e => e is ViewChangeAccepted { ViewChange.Replica.Value: 3 });
    }

    [Fact]
    public void A_batch_that_a_new_view_carries_over_is_fetched_by_digest_and_executed()
    {
        var cluster = Stranded(out var request);
        cluster.Loses = e => e.From.Value == 0 || e.To.Value == 0 || (e.Message is PrePrepare && e.To.Value == 3);
        cluster.RunUntilExecuted(request, 1, 2, 3);
        Assert.Contains(cluster[3].Events, e => e is BatchAccepted or CommitProofAccepted);
        Assert.True(cluster[3].State.View.Value >= 1);
        cluster.AssertAgreement();
    }

    [Fact]
    public void What_committed_in_one_view_keeps_its_place_in_the_next()
    {
        var cluster = Stranded(out var request);
        cluster.RunUntil(() => cluster[1].State.View.Value >= 1 && cluster[1].State.Active);
        cluster.Heal();
        cluster.Execute(8, 1);
        Assert.All(cluster.Replicas, r => Assert.StartsWith(request.Statement.Id.ToString(), r.History, StringComparison.Ordinal));
        cluster.AssertAgreement();
    }

    // without it h could rise past the new-view that is entered, and nobody could be shown it any more
    [Fact]
    public void A_new_view_whose_base_raises_h_is_still_at_hand_when_its_view_is_entered()
    {
        var stable = Say.Stable(2, Say.Hash("s"), 0, 1, 3);
        var newView = NewView(1, Say.ViewChange(Four, 1, 0) with { Stable = stable }, Say.ViewChange(Four, 1, 1), Say.ViewChange(Four, 1, 3));
        var given = Given.Replica(2).After(Say.From(Say.Request(9, 9)), new TimerExpired(TimerKind.View)).When(Say.From(newView));
        Assert.Equal((2, 1), (given.State.Low.Value, given.State.View.Value));
        given.When(Say.From(new FetchNewView(newView.StatementDigest, new ReplicaId(3)))).ThenSends<NewView>();
    }

    // a replica that skipped a view would otherwise never take a proof from it, and stay behind a quiet cluster for ever
    [Fact]
    public void A_commit_proof_from_a_view_that_was_skipped_is_taken_once_its_new_view_is_fetched()
    {
        var first = NewView(1, Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1), Say.ViewChange(Four, 1, 3));
        var proof = new CommitProof(Say.Prepared(1, 1, A, first.StatementDigest, 0, 1, 3), Say.Committed(1, 1, A, 0, 1, 3), A, new ReplicaId(3));
        var given = Given.Replica(2).After(
            Say.From(Say.Request(9, 9)), new TimerExpired(TimerKind.View), Say.From(Say.ViewChange(Four, 1, 0)), Say.From(Say.ViewChange(Four, 1, 3)), new TimerExpired(TimerKind.View));
        Assert.Equal(2, given.State.View.Value);

        given.When(Say.From(proof)).Then(EventKind.NewViewWanted).ThenSends<FetchNewView>(f => f.NewView == first.StatementDigest)
            .When(Say.From(proof)).ThenRefused(Refusal.NewViewMissing)
            .When(Say.From(first)).Then(EventKind.NewViewAccepted)
            .When(Say.From(proof)).Then(EventKind.CommitProofAccepted, EventKind.ExecutionStarted);
    }

    // a log that was taken back to an older state, or a second process with the key: going on, it would sign against what it forgot
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_replica_that_is_shown_a_vote_of_its_own_that_its_log_does_not_know_halts(bool voted, bool committed)
    {
        var prepared = voted ? Say.Prepared(0, 1, A, Digest.None, 0, 1, 2) : Say.Prepared(0, 1, A, Digest.None, 0, 2, 3);
        var commits = committed ? Say.Committed(0, 1, A, 0, 1, 2) : Say.Committed(0, 1, A, 0, 2, 3);
        var given = Given.Replica(1).When(Say.From(new CommitProof(prepared, commits, A, new ReplicaId(3)))).Then(EventKind.Halted);
        Assert.Contains("this replica voted or committed for", ((Halted)given.Last.Events[0]).Contradiction, StringComparison.Ordinal);
        given.When(Say.From(Say.Request(9, 9))).ThenRefused(Refusal.NotRunning);
    }

    [Fact]
    public void A_primary_that_is_shown_a_decision_on_a_proposal_of_its_own_that_its_log_does_not_know_halts_before_it_proposes_another() =>
        Given.Replica(0).After(Say.From(Say.Request(9, 9)))
            .When(Say.From(new CommitProof(Say.Prepared(0, 5, A, Digest.None, 0, 1, 2), Say.Committed(0, 5, A, 1, 2, 3), A, new ReplicaId(3)))).Then(EventKind.Halted);

    // the voters of a certificate may have seen other proposals for the place since; if none kept its batch it could never be executed
    [Fact]
    public void A_batch_that_was_voted_for_is_kept_through_later_views_until_a_stable_checkpoint()
    {
        var first = NewView(1, Say.ViewChange(Four, 1, 0), Say.ViewChange(Four, 1, 1), Say.ViewChange(Four, 1, 3));
        var given = Given.Replica(2).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(first), Say.From(Say.PrePrepare(1, 1, B, 1, first.StatementDigest)));
        Assert.Equal(B.Digest, given.State.SlotAt(new SequenceNumber(1)).Batch!.Digest);

        given.When(Say.From(new FetchBatch(new SequenceNumber(1), A.Digest, new ReplicaId(3)))).ThenSends<BatchData>(m => m.Batch.Digest == A.Digest);
        var named = Say.Prepared(0, 1, A, Digest.None, 0, 1, 2);
        var second = new NewView(
            new ViewNumber(5), [Say.Signed(Say.ViewChange(Four, 5, 0)), Say.Signed(Say.ViewChange(Four, 5, 1, named)), Say.Signed(Say.ViewChange(Four, 5, 3))], [new CarriedOver(new SequenceNumber(1), A.Digest)], new ReplicaId(1));
        given.When(Say.From(second)).ThenSendsNo<FetchBatch>();
        Assert.Equal(A.Digest, given.State.SlotAt(new SequenceNumber(1)).Batch!.Digest);
    }

    [Fact]
    public void A_batch_that_nobody_asked_for_is_refused() =>
        Given.Replica(1).When(Say.From(new BatchData(new SequenceNumber(1), A, new ReplicaId(3)))).ThenRefused(Refusal.NotAskedFor);

    /// <summary>A request executed by replica 0 alone, prepared by 1 and 2, unknown to 3; then 0 is cut off.</summary>
    private static ReplicaCluster Stranded(out Signed<Request> request)
    {
        var cluster = ReplicaCluster.Started();
        cluster.Loses = e => e.To.Value == 3 || (e.Message is Commit && e.To.Value != 0);
        request = cluster.Submit(6, 1, "put x 1");
        cluster.DeliverAll();
        Assert.Equal([1, 0, 0, 0], cluster.Replicas.Select(r => r.State.LastExecuted.Value));
        cluster.Isolate(0);
        return cluster;
    }

    private static NewView NewView(long view, params ViewChange[] viewChanges) =>
        new(new ViewNumber(view), [.. viewChanges.Select(Say.Signed)], NewViewRulesChoose(viewChanges), Four.PrimaryOf(new ViewNumber(view)));

    // what the rules choose is seen through a primary that is given these view-changes
    private static System.Collections.Immutable.ImmutableArray<CarriedOver> NewViewRulesChoose(params ViewChange[] viewChanges) =>
        Expected.Carried([.. viewChanges]);
}
