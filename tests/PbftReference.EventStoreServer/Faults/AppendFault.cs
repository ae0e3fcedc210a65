namespace PbftReference.TestServer.Faults;

/// <summary>What happens to an append instead of its answer.</summary>
public enum AppendFaultKind
{
    /// <summary>The call is cut off; nothing is written.</summary>
    DropBeforeCommit,

    /// <summary>The events are written; the call is cut off before its answer.</summary>
    DropAfterCommit,

    /// <summary>The events are written; the call is cut off in the middle of its answer.</summary>
    DropInsideAnswer,

    /// <summary>The answer is that the operation timed out (ABORTED; in a batch the error Timeout), although the events are written.</summary>
    TimeoutCommitted,

    /// <summary>The answer is that the operation timed out (ABORTED; in a batch the error Timeout); nothing is written.</summary>
    TimeoutNotCommitted,

    /// <summary>The answer is UNAVAILABLE "Server Is Not Ready"; nothing is written.</summary>
    NotReady,

    /// <summary>The answer is UNAVAILABLE "Server Is Too Busy"; nothing is written.</summary>
    TooBusy,

    /// <summary>The append waits at a gate and is written when it passes, even if the client is long gone; only then it is answered.</summary>
    HoldBeforeCommit,

    /// <summary>The events are written; the answer waits at a gate.</summary>
    HoldAfterCommit,
}

/// <summary>A fault of appends.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Gate">The gate of the kinds that hold; null for the others.</param>
/// <param name="Scope">What the kinds that drop cut off.</param>
public sealed record AppendFault(AppendFaultKind Kind, FaultGate? Gate = null, DropScope Scope = DropScope.Call)
{
    /// <inheritdoc cref="AppendFaultKind.DropBeforeCommit"/>
    public static AppendFault DropBeforeCommit { get; } = new(AppendFaultKind.DropBeforeCommit);

    /// <inheritdoc cref="AppendFaultKind.DropAfterCommit"/>
    public static AppendFault DropAfterCommit { get; } = new(AppendFaultKind.DropAfterCommit);

    /// <inheritdoc cref="AppendFaultKind.DropInsideAnswer"/>
    public static AppendFault DropInsideAnswer { get; } = new(AppendFaultKind.DropInsideAnswer);

    /// <inheritdoc cref="AppendFaultKind.TimeoutCommitted"/>
    public static AppendFault TimeoutCommitted { get; } = new(AppendFaultKind.TimeoutCommitted);

    /// <inheritdoc cref="AppendFaultKind.TimeoutNotCommitted"/>
    public static AppendFault TimeoutNotCommitted { get; } = new(AppendFaultKind.TimeoutNotCommitted);

    /// <inheritdoc cref="AppendFaultKind.NotReady"/>
    public static AppendFault NotReady { get; } = new(AppendFaultKind.NotReady);

    /// <inheritdoc cref="AppendFaultKind.TooBusy"/>
    public static AppendFault TooBusy { get; } = new(AppendFaultKind.TooBusy);

    /// <inheritdoc cref="AppendFaultKind.HoldBeforeCommit"/>
    public static AppendFault HoldBeforeCommit(FaultGate gate) => new(AppendFaultKind.HoldBeforeCommit, gate);

    /// <inheritdoc cref="AppendFaultKind.HoldAfterCommit"/>
    public static AppendFault HoldAfterCommit(FaultGate gate) => new(AppendFaultKind.HoldAfterCommit, gate);
}
