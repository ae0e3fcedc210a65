using PbftReference.Audit.Verification;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Audit;

/// <summary>What correct replicas decided is compared while their logs are read, in bounded memory.</summary>
public sealed class DecidedBatchesTests
{
    private static readonly ReplicaId One = new(0);
    private static readonly ReplicaId Other = new(1);
    private static readonly Digest Batch = Digest.Of("a batch"u8);
    private static readonly Digest AnotherBatch = Digest.Of("another batch"u8);

    [Fact]
    public void The_lowest_place_at_which_two_replicas_decided_differently_is_told()
    {
        var decided = new DecidedBatches();
        foreach (var n in new[] { 1, 2, 3 }) decided.Add(One, new SequenceNumber(n), Batch);
        decided.Add(Other, new SequenceNumber(1), Batch);
        Assert.Null(decided.Different);

        decided.Add(Other, new SequenceNumber(3), AnotherBatch);
        decided.Add(Other, new SequenceNumber(2), AnotherBatch);

        Assert.Equal(new DifferentDecisions(new SequenceNumber(2), One, Batch, Other, AnotherBatch), decided.Different);
    }

    [Fact]
    public void Of_a_replica_that_runs_far_ahead_no_more_places_are_kept_than_the_bound()
    {
        var decided = new DecidedBatches();
        for (var n = 1; n <= DecidedBatches.MostPlaces + 1; n++) decided.Add(One, new SequenceNumber(n), Batch);

        decided.Add(Other, new SequenceNumber(DecidedBatches.MostPlaces + 1), AnotherBatch);
        Assert.Null(decided.Different);

        decided.Add(Other, new SequenceNumber(DecidedBatches.MostPlaces), AnotherBatch);
        Assert.Equal(DecidedBatches.MostPlaces, decided.Different?.Place.Value);
    }
}
