namespace PbftReference.TestServer.Faults;

/// <summary>What happens to a read or a subscription.</summary>
public enum ReadFaultKind
{
    /// <summary>The call is cut off after some events.</summary>
    DropAfterEvents,

    /// <summary>The call ends with ABORTED "Consumer too slow ..." after some events.</summary>
    TooSlowAfterEvents,

    /// <summary>Messages leave in small pieces, each by itself; with a gate each piece waits at it.</summary>
    Trickle,

    /// <summary>Each page of events waits at a gate before it is read.</summary>
    HoldPages,

    /// <summary>The answer is UNAVAILABLE "Server Is Not Ready".</summary>
    NotReady,

    /// <summary>The answer is UNAVAILABLE "Server Is Too Busy".</summary>
    TooBusy,
}

/// <summary>A fault of reads and subscriptions.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Count">After how many events, or in pieces of how many bytes; 0 for the kinds that count nothing.</param>
/// <param name="Gate">The gate to wait at; null: no waiting.</param>
/// <param name="Scope">What the kind that drops cuts off.</param>
public sealed record ReadFault(ReadFaultKind Kind, int Count = 0, FaultGate? Gate = null, DropScope Scope = DropScope.Call)
{
    /// <inheritdoc cref="ReadFaultKind.NotReady"/>
    public static ReadFault NotReady { get; } = new(ReadFaultKind.NotReady);

    /// <inheritdoc cref="ReadFaultKind.TooBusy"/>
    public static ReadFault TooBusy { get; } = new(ReadFaultKind.TooBusy);

    /// <inheritdoc cref="ReadFaultKind.DropAfterEvents"/>
    /// <param name="events">After how many, at least 0.</param>
    /// <param name="gate">Where the drop waits until the test has read these events; what a client has not read by then is lost with the call.</param>
    /// <param name="scope">What is cut off.</param>
    public static ReadFault DropAfter(int events, FaultGate? gate = null, DropScope scope = DropScope.Call) =>
        new(ReadFaultKind.DropAfterEvents, NotBelow(0, events), gate, scope);

    /// <inheritdoc cref="ReadFaultKind.TooSlowAfterEvents"/>
    /// <param name="events">After how many, at least 0.</param>
    public static ReadFault TooSlowAfter(int events) => new(ReadFaultKind.TooSlowAfterEvents, NotBelow(0, events));

    /// <inheritdoc cref="ReadFaultKind.Trickle"/>
    /// <param name="bytes">The length of a piece, at least 1.</param>
    /// <param name="gate">Where each piece waits; null: none does.</param>
    public static ReadFault Trickle(int bytes, FaultGate? gate = null) => new(ReadFaultKind.Trickle, NotBelow(1, bytes), gate);

    /// <inheritdoc cref="ReadFaultKind.HoldPages"/>
    public static ReadFault HoldPages(FaultGate gate) => new(ReadFaultKind.HoldPages, 0, gate);

    private static int NotBelow(int least, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, least);
        return count;
    }
}
