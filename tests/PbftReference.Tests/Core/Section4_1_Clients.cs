using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Inputs;
using PbftReference.Core.Messages;
using PbftReference.Core.Rules;
using PbftReference.Core.Types;
using Xunit;

namespace PbftReference.Tests.Core;

/// <summary>Paper section 4.1: requests, replies, and each request once.</summary>
public class Section4_1_Clients
{
    // without waiting requests a backup could not tell that the primary holds one back
    [Fact]
    public void A_backup_keeps_a_request_and_relays_it_to_the_primary_under_the_clients_signature() =>
        Given.Replica(1).When(Say.From(Say.Request(3, 1)))
            .Then(EventKind.RequestAccepted)
            .ThenDoes<Send>(s => s is { To.Value: 0, Message: Request, Signature.IsOwn: false })
            .ThenDoes<StartTimer>(t => t.Timer == TimerKind.View);

    [Fact]
    public void The_primary_proposes_a_request_at_once_when_the_batch_is_full() =>
        Given.Replica(0).When(Say.From(Say.Request(3, 1)))
            .Then(EventKind.RequestAccepted, EventKind.PrePrepareSent)
            .ThenSends<PrePrepare>(m => m.SequenceNumber.Value == 1 && m.Batch!.Requests.Single().Statement.Client.Value == 3);

    [Fact]
    public void The_primary_waits_for_the_batch_timer_when_the_batch_is_not_full() =>
        Given.Replica(0, Given.Four with { BatchSize = 3 }).When(Say.From(Say.Request(3, 1)))
            .Then(EventKind.RequestAccepted)
            .ThenDoes<StartTimer>(t => t is { Timer: TimerKind.Batch, Milliseconds: 50 })
            .When(new TimerExpired(TimerKind.Batch))
            .Then(EventKind.BatchTimeReached, EventKind.PrePrepareSent);

    [Fact]
    public void Requests_that_wait_are_proposed_in_arrival_order_as_one_batch()
    {
        var given = Given.Replica(0, Given.Four with { BatchSize = 3 })
            .After(Say.From(Say.Request(7, 1)), Say.From(Say.Request(3, 2)), Say.From(Say.Request(3, 1)));

        var batch = given.Last.Effects.OfType<Multicast>().Select(m => m.Message).OfType<PrePrepare>().Single().Batch!;
        Assert.Equal(["c7:1", "c3:2", "c3:1"], batch.Requests.Select(r => r.Statement.Id.ToString()));
    }

    [Fact]
    public void A_batch_stays_below_the_configured_bytes_but_for_a_single_larger_request()
    {
        var given = Given.Replica(0, Given.Four with { BatchSize = 10, BatchBytes = 8 })
            .After(Say.From(Say.Request(1, 1, new string('x', 50))), Say.From(Say.Request(1, 2, "12345")), Say.From(Say.Request(1, 3, "67890")))
            .When(new TimerExpired(TimerKind.Batch));

        var first = given.Last.Effects.OfType<Multicast>().Select(m => m.Message).OfType<PrePrepare>().Single();
        Assert.Equal("c1:1", Assert.Single(first.Batch!.Requests).Statement.Id.ToString());
    }

    // a reply cache: else a lost reply would be lost for ever, or the request executed twice
    [Fact]
    public void An_executed_request_is_answered_from_the_cache_and_not_executed_again()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Execute(3, 1, "put a 1");
        var result = cluster.Replies[0].Result;
        cluster.Replies.Clear();

        cluster.Submit(3, 1, "put a 1", 2);

        var reply = Assert.Single(cluster.Replies);
        Assert.Equal(2, reply.Replica.Value);
        Assert.Equal(result.AsEnumerable(), reply.Result);
        Assert.All(cluster.Replicas, r => Assert.Equal("c3:1", r.History));
    }

    [Fact]
    public void All_correct_replicas_send_the_same_result()
    {
        var cluster = ReplicaCluster.Started();
        cluster.Execute(3, 1, "put a 1");
        Assert.Equal(4, cluster.Replies.Count);
        Assert.Single(cluster.Replies.Select(r => Convert.ToHexString(r.Result.AsSpan())).Distinct());
    }

    // no reply is kept for what fell out of the window of W; it is known all the same to be executed
    [Fact]
    public void A_request_whose_reply_is_no_longer_kept_is_still_not_executed_again()
    {
        var cluster = ReplicaCluster.Started(Given.Four with { ClientWindow = 2 });
        cluster.ExecuteMany(5, client: 3);
        cluster.Replies.Clear();

        cluster.Submit(3, 1, "put k1 0");
        cluster.DeliverAll();

        Assert.Empty(cluster.Replies);
        Assert.Equal("c3:1 c3:2 c3:3 c3:4 c3:5", cluster[0].History);
    }

    [Fact]
    public void Requests_that_come_out_of_order_are_all_executed_once()
    {
        var cluster = ReplicaCluster.Started();
        foreach (var timestamp in (long[])[5, 1, 4, 2, 3, 3, 1]) cluster.Execute(3, timestamp);
        Assert.All(cluster.Replicas, r => Assert.Equal("c3:5 c3:1 c3:4 c3:2 c3:3", r.History));
        Assert.Equal(5, cluster[0].State.Clients.Of(new ClientId(3)).Base.Value);
    }

    [Fact]
    public void A_timestamp_beyond_the_clients_window_is_refused() =>
        Given.Replica(1, Given.Four with { ClientWindow = 4 }).When(Say.From(Say.Request(3, 5))).ThenRefused(Refusal.TimestampAhead);

    [Fact]
    public void A_timestamp_below_one_is_refused() =>
        Given.Replica(1).When(Say.From(Say.Request(3, 0))).ThenRefused(Refusal.TimestampInvalid);

    [Fact]
    public void A_request_that_waits_is_refused_the_second_time_and_relayed_again() =>
        Given.Replica(1).After(Say.From(Say.Request(3, 1))).When(Say.From(Say.Request(3, 1)))
            .ThenRefused(Refusal.Duplicate)
            .ThenSends<Request>();

    [Fact]
    public void A_client_that_uses_a_timestamp_for_two_operations_is_refused_the_second() =>
        Given.Replica(1).After(Say.From(Say.Request(3, 1, "put a 1"))).When(Say.From(Say.Request(3, 1, "put a 2")))
            .ThenRefused(Refusal.ConflictingVote);

    [Fact]
    public void A_reply_is_of_no_use_to_a_replica() =>
        Given.Replica(1).When(Say.From(new Reply(new ViewNumber(0), new ClientId(1), new Timestamp(1), [1], new ReplicaId(2))))
            .ThenRefused(Refusal.NotAskedFor);
}
