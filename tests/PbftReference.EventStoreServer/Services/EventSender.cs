using PbftReference.TestServer.Faults;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Sends the events of one read or subscription, until a fault that counts them is due.</summary>
internal sealed class EventSender(GrpcCall call, ReadOptions options, ReadFault? fault)
{
    private long _sent;

    /// <summary>Waits where a fault holds pages.</summary>
    public async Task BeforePageAsync()
    {
        if (fault is { Kind: ReadFaultKind.HoldPages, Gate: { } gate }) await gate.PassAsync(call.Ended);
    }

    /// <summary>Sends events; they leave with the next flush.</summary>
    public async Task SendAsync(IEnumerable<StoredEvent> events)
    {
        foreach (var e in events)
        {
            await call.SendAsync(ReadAnswers.Event(e, options.StructuredIds == true));
            _sent++;
            await FailIfDueAsync();
        }
    }

    /// <summary>Lets a fault have its way if as many events were sent as it counts.</summary>
    /// <exception cref="CallDroppedException">It cut the call off.</exception>
    /// <exception cref="GrpcFailure">It ended the call.</exception>
    public async Task FailIfDueAsync()
    {
        if (fault is not { Kind: ReadFaultKind.DropAfterEvents or ReadFaultKind.TooSlowAfterEvents } || fault.Count != _sent) return;
        if (fault.Kind == ReadFaultKind.TooSlowAfterEvents) throw GrpcFailure.ConsumerTooSlow();

        await call.FlushAsync();
        if (fault.Gate is { } gate) await gate.PassAsync(call.Ended);
        throw call.Drop(fault.Scope);
    }
}
