using PbftReference.TestServer.Faults;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Streams/Read: reads of a stream or of all, in pages of at most 32 events, and subscriptions to a stream.</summary>
internal sealed class ReadService(StreamStore store, AccessControl access, ServerFaults faults)
{
    private const int PageLength = 32;

    /// <summary>Serves one call.</summary>
    public async Task ServeAsync(GrpcCall call, ServerUser? user)
    {
        var options = ReadOptions.Read(await call.OnlyAsync()).Checked();
        var stream = options.Stream!;
        access.Demand(user, stream, StreamRight.Read);

        // EventStoreDB 23.10 never answers a read that does not say how ids are to be written.
        if (options.StructuredIds is null) await Task.Delay(Timeout.Infinite, call.Ended);

        var fault = faults.Meet(new ReadCall(stream, options.IsSubscription, options.IsBackwards));
        if (fault is { Kind: ReadFaultKind.NotReady }) throw GrpcFailure.Unavailable("Server Is Not Ready");
        if (fault is { Kind: ReadFaultKind.TooBusy }) throw GrpcFailure.Unavailable("Server Is Too Busy");
        if (fault is { Kind: ReadFaultKind.Trickle }) call.Trickle = fault;

        var sender = new EventSender(call, options, fault);
        if (options.IsSubscription) await SubscribeAsync(call, options, sender);
        else if (stream == SystemNames.All) await ReadAllAsync(options, sender);
        else if (options.IsBackwards) await ReadBackwardsAsync(call, options, sender);
        else await ReadForwardsAsync(call, options, sender);
    }

    private async Task ReadForwardsAsync(GrpcCall call, ReadOptions options, EventSender sender)
    {
        var (from, rest, hasEvents) = (options.Start == ReadStart.Place ? options.Place : 0, options.Count!.Value, false);
        await sender.FailIfDueAsync();
        StreamPage page;
        do
        {
            await sender.BeforePageAsync();
            page = store.ReadForwards(options.Stream!, from, (int)Math.Min(PageLength, rest));
            if (await IsMissingAsync(call, options, page)) return;

            await sender.SendAsync(page.Events);
            hasEvents |= page.Events.Count > 0;
            if (!hasEvents && options.WantsPositions && page.Next != from) await call.SendAsync(ReadAnswers.FirstRevision(page.Next));
            rest -= (ulong)page.Events.Count;
            from = page.Next;
        }
        while (!page.IsEnd && rest > 0);

        if (options.WantsPositions) await call.SendAsync(ReadAnswers.LastRevision(page.Last));
    }

    private async Task ReadBackwardsAsync(GrpcCall call, ReadOptions options, EventSender sender)
    {
        var from = options.Start switch { ReadStart.Place => options.Place, ReadStart.Start => 0, _ => long.MaxValue };
        var rest = options.Count!.Value;
        await sender.FailIfDueAsync();
        StreamPage page;
        do
        {
            await sender.BeforePageAsync();
            page = store.ReadBackwards(options.Stream!, from, (int)Math.Min(PageLength, rest));
            if (await IsMissingAsync(call, options, page)) return;

            await sender.SendAsync(page.Events);
            rest -= (ulong)page.Events.Count;
            from = page.Next;
        }
        while (!page.IsEnd && rest > 0);

        if (options.WantsPositions) await call.SendAsync(ReadAnswers.LastRevision(page.Last));
    }

    private async Task ReadAllAsync(ReadOptions options, EventSender sender)
    {
        var from = options.Start switch { ReadStart.Place => options.Place, ReadStart.Start => 0, _ => long.MaxValue };
        var rest = options.Count!.Value;
        await sender.FailIfDueAsync();
        while (rest > 0)
        {
            await sender.BeforePageAsync();
            var page = store.ReadAll(options.IsBackwards, from, (int)Math.Min(PageLength, rest));
            if (page.Count == 0) return;

            await sender.SendAsync(page);
            rest -= (ulong)page.Count;
            from = options.IsBackwards ? page[^1].Position : page[^1].Position + 1;
        }
    }

    private async Task SubscribeAsync(GrpcCall call, ReadOptions options, EventSender sender)
    {
        long? from = options.Start switch { ReadStart.Place => Math.Min(options.Place, long.MaxValue - 1) + 1, ReadStart.Start => 0, _ => null };
        var (isConfirmed, isLive) = (false, false);
        while (true)
        {
            if (!isConfirmed || !isLive) await sender.BeforePageAsync();
            var (news, next) = store.Follow(options.Stream!, from, PageLength, isLive);
            if (news.Finding == Finding.Deleted && !isConfirmed) throw GrpcFailure.StreamDeleted(options.Stream!);

            if (!isConfirmed) await call.SendAsync(ReadAnswers.Confirmation(Guid.NewGuid()));
            isConfirmed = true;
            await sender.FailIfDueAsync();
            await sender.SendAsync(news.Events);
            from = next;
            if (news.Tombstone is { } tombstone && news.Events.Count == 0)
            {
                await sender.SendAsync([tombstone]);
                throw GrpcFailure.StreamDeleted(options.Stream!);
            }

            if (news.Events.Count > 0) continue;

            // A subscription that waits for its stream to come into being has not caught up with anything yet.
            if (!isLive && news.Finding == Finding.Stream) await call.SendAsync(ReadAnswers.CaughtUp());
            isLive |= news.Finding == Finding.Stream;
            await call.FlushAsync();
            await news.Changed.WaitAsync(call.Ended);
        }
    }

    private static async Task<bool> IsMissingAsync(GrpcCall call, ReadOptions options, StreamPage page)
    {
        if (page.Finding == Finding.Deleted) throw GrpcFailure.StreamDeleted(options.Stream!);
        if (page.Finding == Finding.Stream) return false;

        await call.SendAsync(ReadAnswers.NotFound(options.Stream!));
        return true;
    }
}
