using PbftReference.Core;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.2: pre-prepare, prepare, commit, and every condition under which each is accepted.</summary>
public class Section4_2_NormalCase
{
    private static readonly Batch A = Say.Batch(3, 1, "put a 1");
    private static readonly Batch B = Say.Batch(3, 1, "put a 2");

    [Fact]
    public void A_backup_accepts_a_proposal_and_votes_for_it() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 0)))
            .Then(EventKind.PrePrepareAccepted, EventKind.PrepareSent)
            .ThenSends<Prepare>(m => m.BatchDigest == A.Digest && m.Replica.Value == 1);

    // two proposals for one place would let two batches be decided there
    [Fact]
    public void A_second_proposal_for_the_same_place_is_refused_kept_as_evidence_and_the_view_left() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0))).When(Say.From(Say.PrePrepare(0, 1, B, 0)))
            .ThenRefused(Refusal.ConflictingPrePrepare, EventKind.EvidenceKept, EventKind.ViewChangeSent);

    [Fact]
    public void The_same_proposal_again_is_a_duplicate() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0))).When(Say.From(Say.PrePrepare(0, 1, A, 0))).ThenRefused(Refusal.Duplicate);

    [Fact]
    public void A_proposal_of_a_backup_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 2))).ThenRefused(Refusal.NotThePrimary);

    [Fact]
    public void A_proposal_of_no_member_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 4))).ThenRefused(Refusal.NotAMember);

    [Fact]
    public void A_proposal_of_a_later_view_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(4, 1, A, 0))).ThenRefused(Refusal.ViewNotEntered);

    // a replica that asked for a new view said what it prepared; voting on in the old one would make that untrue
    [Fact]
    public void A_replica_that_asked_for_a_new_view_takes_no_part_in_the_old_one() =>
        Given.Replica(1).After(Say.From(Say.Request(3, 1)), new TimerExpired(TimerKind.View))
            .When(Say.From(Say.PrePrepare(0, 1, A, 0))).ThenRefused(Refusal.StaleView)
            .When(Say.From(Say.Prepare(0, 1, A, 2))).ThenRefused(Refusal.StaleView)
            .When(Say.From(Say.Commit(0, 1, A, 2))).ThenRefused(Refusal.StaleView);

    // else a faulty primary exhausts the space of sequence numbers
    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(9)]
    public void A_proposal_outside_the_watermarks_is_refused(long n) =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, n, A, 0))).ThenRefused(Refusal.OutsideWatermarks);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_proposal_at_either_end_of_the_window_is_accepted(long n) =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, n, A, 0))).Then(EventKind.PrePrepareAccepted, EventKind.PrepareSent);

    [Fact]
    public void A_proposal_whose_batch_has_another_digest_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 0) with { Batch = B })).ThenRefused(Refusal.WrongDigest);

    [Fact]
    public void A_proposal_without_its_batch_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 0, withBatch: false))).ThenRefused(Refusal.BatchMissing);

    [Fact]
    public void A_null_request_with_a_batch_is_refused() =>
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, null, 0) with { Batch = B })).ThenRefused(Refusal.WrongDigest);

    [Fact]
    public void A_batch_larger_than_the_cluster_allows_is_refused()
    {
        var large = Say.BatchOf(Say.Request(1, 1), Say.Request(1, 2));
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, large, 0))).ThenRefused(Refusal.BatchTooLarge);
    }

    [Fact]
    public void A_vote_that_names_another_new_view_is_refused()
    {
        var other = Say.Hash("another");
        Given.Replica(1).When(Say.From(Say.PrePrepare(0, 1, A, 0, other))).ThenRefused(Refusal.WrongNewView)
            .When(Say.From(Say.Prepare(0, 1, A, 2, other))).ThenRefused(Refusal.WrongNewView);
    }

    [Fact]
    public void The_proposal_and_a_quorum_of_votes_make_prepared_and_the_replica_commits() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0))).When(Say.From(Say.Prepare(0, 1, A, 2)))
            .Then(EventKind.PrepareAccepted, EventKind.Prepared, EventKind.CommitSent)
            .ThenSends<Commit>(m => m.BatchDigest == A.Digest);

    // votes may overtake the proposal
    [Fact]
    public void Votes_that_come_before_the_proposal_count_when_it_comes() =>
        Given.Replica(1).After(Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Prepare(0, 1, A, 3)))
            .When(Say.From(Say.PrePrepare(0, 1, A, 0)))
            .Then(EventKind.PrePrepareAccepted, EventKind.PrepareSent, EventKind.Prepared, EventKind.CommitSent);

    [Fact]
    public void Votes_without_the_proposal_never_make_prepared()
    {
        var given = Given.Replica(1).After(Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Prepare(0, 1, A, 3)));
        Assert.False(Predicates.IsPrepared(given.State, new SequenceNumber(1)));
    }

    [Fact]
    public void Votes_for_another_digest_do_not_count() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)))
            .When(Say.From(Say.Prepare(0, 1, B, 2))).Then(EventKind.PrepareAccepted)
            .When(Say.From(Say.Prepare(0, 1, B, 3))).Then(EventKind.PrepareAccepted);

    // counted with its prepare, an equivocating primary and one backup would make a certificate, and two of them could conflict
    [Fact]
    public void A_prepare_of_the_primary_does_not_count() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0))).When(Say.From(Say.Prepare(0, 1, A, 0)))
            .ThenRefused(Refusal.PrimarySendsNoPrepare);

    [Fact]
    public void Votes_of_one_backup_count_once() =>
        Given.Replica(1, Given.Four with { Replicas = 7, Faults = 2 }).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)))
            .When(Say.From(Say.Prepare(0, 1, A, 2))).ThenRefused(Refusal.Duplicate)
            .When(Say.From(Say.Prepare(0, 1, A, 2))).ThenRefused(Refusal.Duplicate);

    [Fact]
    public void A_second_vote_for_something_else_is_refused_and_kept_as_evidence_once() =>
        Given.Replica(1).After(Say.From(Say.Prepare(0, 1, A, 2)))
            .When(Say.From(Say.Prepare(0, 1, B, 2))).ThenRefused(Refusal.ConflictingVote, EventKind.EvidenceKept)
            .When(Say.From(Say.Prepare(0, 1, B, 2))).ThenRefused(Refusal.ConflictingVote);

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Votes_outside_the_watermarks_are_refused(long n) =>
        Given.Replica(1).When(Say.From(Say.Prepare(0, n, A, 2))).ThenRefused(Refusal.OutsideWatermarks)
            .When(Say.From(Say.Commit(0, n, A, 2))).ThenRefused(Refusal.OutsideWatermarks);

    [Fact]
    public void Prepared_and_a_quorum_of_commits_make_committed_local_and_the_batch_is_executed() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Commit(0, 1, A, 2)))
            .When(Say.From(Say.Commit(0, 1, A, 3)))
            .Then(EventKind.CommitAccepted, EventKind.CommittedLocal, EventKind.ExecutionStarted)
            .ThenDoes<Execute>(e => e.Requests.Single().Timestamp.Value == 1);

    // committed-local is prepared and a commit quorum: the certificate is what an auditor sees
    [Fact]
    public void A_quorum_of_commits_without_prepared_commits_nothing_until_it_is_prepared() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Commit(0, 1, A, 0)), Say.From(Say.Commit(0, 1, A, 2)))
            .When(Say.From(Say.Commit(0, 1, A, 3))).Then(EventKind.CommitAccepted)
            .When(Say.From(Say.Prepare(0, 1, A, 2)))
            .Then(EventKind.PrepareAccepted, EventKind.Prepared, EventKind.CommitSent, EventKind.CommittedLocal, EventKind.ExecutionStarted);

    [Fact]
    public void Commits_count_once_for_each_replica() =>
        Given.Replica(1).After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Commit(0, 1, A, 2)))
            .When(Say.From(Say.Commit(0, 1, A, 2))).ThenRefused(Refusal.Duplicate);

    // a batch may commit before those below it; executing it then would break the order
    [Fact]
    public void A_committed_batch_waits_for_those_with_lower_numbers()
    {
        var second = Say.Batch(3, 2);
        var given = Given.Replica(1).After(
            Say.From(Say.PrePrepare(0, 2, second, 0)), Say.From(Say.Prepare(0, 2, second, 2)), Say.From(Say.Commit(0, 2, second, 2)));

        given.When(Say.From(Say.Commit(0, 2, second, 3))).Then(EventKind.CommitAccepted, EventKind.CommittedLocal).ThenDoesNo<Execute>();

        given.After(Say.From(Say.PrePrepare(0, 1, A, 0)), Say.From(Say.Prepare(0, 1, A, 2)), Say.From(Say.Commit(0, 1, A, 2)))
            .When(Say.From(Say.Commit(0, 1, A, 3))).ThenDoes<Execute>(e => e.SequenceNumber.Value == 1)
            .When(Say.Executed(1)).Then(EventKind.BatchExecuted, EventKind.ExecutionStarted).ThenDoes<Execute>(e => e.SequenceNumber.Value == 2);
    }

    // one batch at a time: the service may be slow and must not see the second before the first is answered
    [Fact]
    public void The_next_batch_is_given_to_the_service_after_the_one_before_is_done()
    {
        var cluster = ReplicaCluster.Started();
        cluster[1].ServiceIsSlow = true;
        cluster.Submit(3, 1, "put a 1");
        cluster.Submit(3, 2, "put a 2");
        cluster.DeliverAll();
        Assert.Equal("c3:1", cluster[1].History);
        Assert.Equal(ExecutionPhase.Executing, cluster[1].State.Execution);

        cluster[1].AnswerNow();

        Assert.Equal("c3:1 c3:2", cluster[1].History);
    }

    [Fact]
    public void An_answer_of_the_service_that_was_not_asked_for_is_refused() =>
        Given.Replica(1).When(Say.Executed(1)).ThenRefused(Refusal.NotAskedFor);

    // backups whose h lags must still be able to take the proposal (Fabric issue 1119)
    [Fact]
    public void The_primary_fills_only_the_lower_half_of_its_window()
    {
        var given = Given.Replica(0);
        for (var t = 1; t <= 6; t++) given.When(Say.From(Say.Request(3, t)));
        Assert.Equal(4, given.State.LastAssigned.Value);
        Assert.Equal(2, given.State.Queue.UnproposedCount);
        given.Then(EventKind.RequestAccepted);
    }

    [Fact]
    public void The_quorum_for_any_n_is_the_least_whose_every_two_share_a_correct_replica()
    {
        for (var f = 0; f <= 5; f++)
        {
            for (var n = (3 * f) + 1; n <= (3 * f) + 7; n++)
            {
                var q = Quorums.Quorum(n, f);
                Assert.True((2 * q) - n > f && (2 * (q - 1)) - n <= f && q <= n - f, $"n = {n}, f = {f}, quorum {q}");
            }
        }
    }

    [Fact]
    public void A_message_from_this_replica_itself_is_refused() =>
        Given.Replica(1).When(Say.From(Say.Prepare(0, 1, A, 1))).ThenRefused(Refusal.Duplicate)
            .When(Say.From(Say.Commit(0, 1, A, 1))).ThenRefused(Refusal.Duplicate)
            .When(Say.From(Say.Checkpoint(2, Digest.None, 1))).ThenRefused(Refusal.Duplicate);

    [Fact]
    public void A_replica_that_has_not_started_refuses_everything()
    {
        var state = PbftReference.Core.State.ReplicaState.Genesis(Given.Four, new ReplicaId(1));
        Given.In(state).When(Say.From(Say.PrePrepare(0, 1, A, 0))).ThenRefused(Refusal.NotRunning);
    }
}
