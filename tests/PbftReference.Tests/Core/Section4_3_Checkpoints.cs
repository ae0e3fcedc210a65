using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Phases;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.3: checkpoints, the low watermark, garbage collection. K is 2 and L is 8 here.</summary>
public class Section4_3_Checkpoints
{
    [Fact]
    public void After_every_Kth_place_a_replica_signs_for_its_state_and_keeps_it()
    {
        var given = Executed(1).Then(EventKind.BatchExecuted);
        given = Executed(2);
        given.Then(EventKind.BatchExecuted, EventKind.CheckpointSent).ThenSends<Checkpoint>().ThenDoes<TakeCheckpoint>();
    }

    [Fact]
    public void A_quorum_of_equal_checkpoints_the_own_among_them_makes_one_stable_and_discards_the_log_below()
    {
        var given = Executed(2);
        var digest = given.State.OwnCheckpoints.Single().StateDigest;

        given.When(Say.From(Say.Checkpoint(2, digest, 0))).Then(EventKind.CheckpointAccepted);
        given.When(Say.From(Say.Checkpoint(2, digest, 3))).Then(EventKind.CheckpointAccepted, EventKind.CheckpointStable)
            .ThenDoes<DiscardCheckpoints>(d => d.Below.Value == 2);

        Assert.Equal((2, 10), (given.State.Low.Value, given.State.High.Value));
        Assert.Equal([0, 1, 3], given.State.Stable.Votes.Select(v => v.Replica.Value));
        Assert.Empty(given.State.Checkpoints);
        Assert.All(given.State.Window, slot => Assert.True(slot.Phase == SlotPhase.Empty && slot.Batch is null && slot.Certificate is null));
    }

    // h above what was executed here would discard what is still to be executed
    [Fact]
    public void A_quorum_without_the_own_checkpoint_does_not_raise_h()
    {
        var given = Given.Replica(1).After(
            Say.From(Say.Checkpoint(2, Say.Hash("s"), 0)), Say.From(Say.Checkpoint(2, Say.Hash("s"), 2)), Say.From(Say.Checkpoint(2, Say.Hash("s"), 3)));
        Assert.Equal(0, given.State.Low.Value);
        given.Then(EventKind.CheckpointAccepted);
    }

    [Fact]
    public void Checkpoints_with_another_digest_do_not_count()
    {
        var given = Executed(2);
        var digest = given.State.OwnCheckpoints.Single().StateDigest;
        given.When(Say.From(Say.Checkpoint(2, Say.Hash("lie"), 0))).Then(EventKind.CheckpointAccepted);
        given.When(Say.From(Say.Checkpoint(2, digest, 3))).Then(EventKind.CheckpointAccepted);
        Assert.Equal(0, given.State.Low.Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_checkpoint_that_is_not_at_a_multiple_of_K_is_refused(long n) =>
        Given.Replica(1).When(Say.From(Say.Checkpoint(n, Digest.None, 2))).ThenRefused(Refusal.NotACheckpoint);

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void A_checkpoint_at_or_below_h_is_refused(long n) =>
        Given.Replica(1).When(Say.From(Say.Checkpoint(n, Digest.None, 2))).ThenRefused(Refusal.NotNeeded);

    [Fact]
    public void Two_different_checkpoints_of_one_replica_for_one_place_are_evidence() =>
        Given.Replica(1).After(Say.From(Say.Checkpoint(2, Say.Hash("s"), 2)))
            .When(Say.From(Say.Checkpoint(2, Say.Hash("s"), 2))).ThenRefused(Refusal.Duplicate)
            .When(Say.From(Say.Checkpoint(2, Say.Hash("t"), 2))).ThenRefused(Refusal.ConflictingVote, EventKind.EvidenceKept);

    // f+1 others hold one correct replica: this one's state is wrong, and whatever it signs from now on would be wrong too
    [Fact]
    public void A_replica_whose_state_f_plus_1_contradict_halts_and_refuses_everything_after()
    {
        var given = Executed(2).After(Say.From(Say.Checkpoint(2, Say.Hash("other"), 0)));
        given.When(Say.From(Say.Checkpoint(2, Say.Hash("other"), 3))).Then(EventKind.CheckpointAccepted, EventKind.Halted)
            .ThenDoes<StopTimer>();
        given.When(Say.From(Say.Checkpoint(4, Say.Hash("x"), 3))).ThenRefused(Refusal.NotRunning);
    }

    [Fact]
    public void One_liar_halts_nobody()
    {
        var given = Executed(2).When(Say.From(Say.Checkpoint(2, Say.Hash("other"), 0))).Then(EventKind.CheckpointAccepted);
        Assert.Equal(ReplicaPhase.Normal, given.State.Phase);
    }

    [Fact]
    public void A_proof_of_a_later_stable_checkpoint_is_kept_until_it_is_reached()
    {
        var given = Given.Replica(1).When(Say.From(new StableProof(Say.Stable(2, Say.Hash("s"), 0, 2, 3), new ReplicaId(3))))
            .Then(EventKind.StableProofAccepted);
        Assert.Equal((0, 2), (given.State.Low.Value, given.State.KnownStable!.SequenceNumber.Value));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 0, 2)]
    [InlineData(0, 2, 4)]
    public void A_proof_without_a_quorum_of_different_members_is_refused(params int[] signers) =>
        Given.Replica(1).When(Say.From(new StableProof(Say.Stable(2, Say.Hash("s"), signers), new ReplicaId(3))))
            .ThenRefused(Refusal.InvalidCertificate);

    // the service has one state: given the next batch first, what is kept as checkpoint would be another state than what was signed
    [Fact]
    public void The_checkpoint_is_taken_before_the_service_gets_the_next_batch()
    {
        var given = Executed(2, upTo: 3);
        given.Then(EventKind.BatchExecuted, EventKind.CheckpointSent, EventKind.ExecutionStarted);
        var order = given.Last.Effects.Where(e => e is TakeCheckpoint or Execute).Select(e => e.Kind);
        Assert.Equal([EffectKind.TakeCheckpoint, EffectKind.Execute], order);
    }

    // else it could not serve its stable checkpoint to others, nor notice that its own state differs
    [Fact]
    public void A_replica_that_reaches_its_stable_checkpoint_late_signs_for_it_too()
    {
        var cluster = LateAtItsStableCheckpoint();
        cluster[3].AnswerNow();
        Assert.Contains(cluster[3].Events.OfType<CheckpointSent>(), e => e.SequenceNumber == cluster[3].State.Low);
        Assert.Equal(ReplicaPhase.Normal, cluster[3].State.Phase);
    }

    [Fact]
    public void A_replica_whose_state_differs_from_its_stable_checkpoint_when_it_gets_there_halts()
    {
        var cluster = LateAtItsStableCheckpoint();
        var state = cluster[3].State;
        Assert.Equal((0, 2), (state.LastExecuted.Value, state.Low.Value));

        Given.In(state).After(Say.Executed(1)).When(Say.Executed(2, 1, "wrong")).Then(EventKind.BatchExecuted, EventKind.CheckpointSent, EventKind.Halted);
    }

    [Fact]
    public void The_window_moves_over_many_checkpoints_without_a_trace_of_the_past()
    {
        var cluster = ReplicaCluster.Started();
        cluster.ExecuteMany(41);
        cluster.RunUntil(() => cluster.Replicas.All(r => r.State.Low.Value == 40));
        Assert.All(cluster.Replicas, r => Assert.Equal([1], r.State.Window.Where(s => s.Batch is not null).Select(s => s.SequenceNumber.Value - 40)));
    }

    /// <summary>Replica 1 with this place just executed, and others up to <paramref name="upTo"/> decided.</summary>
    private static Given Executed(int n, int upTo = 0)
    {
        var given = Given.Replica(1);
        for (var i = 1; i <= Math.Max(n, upTo); i++)
        {
            var batch = Say.Batch(3, i);
            given.After(Say.From(Say.PrePrepare(0, i, batch, 0)), Say.From(Say.Prepare(0, i, batch, 2)));
            given.After(Say.From(Say.Commit(0, i, batch, 2)), Say.From(Say.Commit(0, i, batch, 3)));
        }

        for (var i = 1; i <= n; i++) given.When(Say.Executed(i));
        return given;
    }

    /// <summary>Replica 3 has decided 1 and 2 and is still executing 1 when it enters a view whose base is 2.</summary>
    private static ReplicaCluster LateAtItsStableCheckpoint()
    {
        var cluster = ReplicaCluster.Started();
        cluster[3].ServiceIsSlow = true;
        cluster.Loses = e => e.To.Value == 3 && e.Message is Checkpoint;
        cluster.Submit(3, 1, "put a 1");
        cluster.Submit(3, 2, "put b 1");
        cluster.DeliverAll();
        cluster.Submit(3, 3, "put c 1", 1, 2, 3);
        cluster.Loses = e => e.From.Value == 0 || e.To.Value == 0;
        cluster.DropAll();
        for (var i = 1; i <= 3; i++) cluster.Expire(i, PbftReference.Core.Inputs.TimerKind.View);
        cluster.DeliverAll();
        Assert.Equal(new ViewNumber(1), cluster[3].State.View);
        Assert.Equal(2, cluster[3].State.Backlog.Length);
        return cluster;
    }
}
