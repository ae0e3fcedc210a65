using System.Collections.Immutable;
using PbftReference.Core.Effects;
using PbftReference.Core.Events;
using PbftReference.Core.Messages;
using PbftReference.Core.Types;

namespace PbftReference.Core.Rules;

/// <summary>Requests, replies and the primary's proposals (paper sections 4.1 and 4.2; Fabric <c>consensus/pbft/batch.go</c>).</summary>
internal static class RequestRules
{
    /// <summary>
    /// Section 4.1: an executed request is answered from the reply cache, a new one waits for its execution; a backup relays it to the
    /// primary (section 4.2). Without the cache a retransmitted request would be executed twice or never answered.
    /// </summary>
    public static void OnRequest(Turn turn, Request request, Signature signature)
    {
        var state = turn.State;
        var entry = state.Clients.Of(request.Client);
        if (request.Timestamp.Value < 1)
        {
            turn.Refuse(Refusal.TimestampInvalid);
        }
        else if (entry.IsExecuted(request.Timestamp))
        {
            if (entry.ReplyTo(request.Timestamp) is { } cached) Reply(turn, request.Id, cached.Result);
            turn.Refuse(Refusal.AlreadyExecuted);
        }
        else if (!entry.Admits(request.Timestamp))
        {
            turn.Refuse(Refusal.TimestampAhead);
        }
        else if (state.Queue.Find(request.Id) is { } waiting)
        {
            var same = waiting.Request.Statement.StatementDigest == request.StatementDigest;
            if (same && waiting.ProposedAt is null) Relay(turn, request, signature);
            turn.Refuse(same ? Refusal.Duplicate : Refusal.ConflictingVote);
        }
        else
        {
            turn.Emit(new RequestAccepted(new Signed<Request>(request, signature)));
            Relay(turn, request, signature);
        }
    }

    private static void Relay(Turn turn, Request request, Signature signature)
    {
        if (turn.State.Active && !turn.State.IsPrimary) turn.Send(turn.State.Primary, request, signature);
    }

    /// <summary>Answers a client.</summary>
    public static void Reply(Turn turn, RequestId id, ImmutableArray<byte> result) =>
        turn.Do(new SendReply(new Reply(turn.State.View, id.Client, id.Timestamp, result, turn.State.Self)));

    /// <summary>
    /// Section 4.2: the primary gives waiting requests the next sequence number, in arrival order, when a batch is full or the batch
    /// timer ran out. It keeps to the lower half of the window, so that backups whose h lags still take the proposal (Fabric).
    /// </summary>
    public static void Propose(Turn turn)
    {
        while (turn.State is { Active: true, IsPrimary: true } state && NextPlace(turn) is { } n)
        {
            var full = state.Queue.UnproposedCount >= state.Configuration.BatchSize;
            if (!full && (!state.BatchDue || state.Queue.UnproposedCount == 0)) return;
            var batch = NextBatch(turn);
            turn.Emit(new PrePrepareSent(state.View, n, batch.Digest, ImmutableArray.CreateRange(batch.Requests, r => r.Statement.Id)));
            turn.Multicast(new PrePrepare(state.View, n, batch.Digest, state.CurrentNewView, state.Self, batch));
            AgreementRules.Advance(turn, n);
        }
    }

    /// <summary>The place that the primary may fill next, if it may.</summary>
    public static SequenceNumber? NextPlace(Turn turn)
    {
        var state = turn.State;
        var n = state.LastAssigned.Next;
        if (n > state.Low + (state.Configuration.LogWindow / 2)) return null;
        return state.PlannedEnd is { } end && n > end ? null : n;
    }

    private static Batch NextBatch(Turn turn)
    {
        var requests = ImmutableArray.CreateBuilder<Signed<Request>>();
        var bytes = 0;
        foreach (var waiting in turn.State.Queue.Unproposed())
        {
            bytes += waiting.Request.Statement.Operation.Length;
            if (requests.Count > 0 && bytes > turn.Configuration.BatchBytes) break;
            requests.Add(waiting.Request);
            if (requests.Count == turn.Configuration.BatchSize) break;
        }

        return new Batch(requests.ToImmutable());
    }

    /// <summary>The batch timer ran out: what waits is proposed although the batch is not full.</summary>
    public static void OnBatchTimer(Turn turn)
    {
        if (turn.State is { Active: true, IsPrimary: true, Queue.UnproposedCount: > 0 }) turn.Emit(new BatchTimeReached());
    }

    /// <summary>
    /// Fabric's keep-alive: an idle primary proposes the null request, so that an idle cluster still makes checkpoints by which
    /// laggards find out; a backup that misses it asks for a new view.
    /// </summary>
    public static void OnNullRequestTimer(Turn turn)
    {
        var state = turn.State;
        if (!state.Active) return;
        if (!state.IsPrimary)
        {
            ViewChangeRules.Start(turn, state.View.Next, ViewChangeReason.NullRequestLate);
        }
        else if (NextPlace(turn) is { } n)
        {
            turn.Emit(new PrePrepareSent(state.View, n, Digest.None, []));
            turn.Multicast(new PrePrepare(state.View, n, Digest.None, state.CurrentNewView, state.Self, null));
            AgreementRules.Advance(turn, n);
        }
    }
}
