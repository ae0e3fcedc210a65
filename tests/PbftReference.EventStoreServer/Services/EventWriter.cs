using PbftReference.TestServer.Faults;
using PbftReference.TestServer.Grpc;
using PbftReference.TestServer.Streams;

namespace PbftReference.TestServer.Services;

/// <summary>Writes the events of a request, or does what a fault says instead.</summary>
internal sealed class EventWriter(StreamStore store, ServerFaults faults, CancellationToken stopping)
{
    /// <summary>Writes.</summary>
    /// <returns>What became of it, and whether the answer is to be cut off in its middle.</returns>
    /// <exception cref="GrpcFailure">A fault's answer.</exception>
    /// <exception cref="CallDroppedException">A fault cut the call off.</exception>
    public async Task<(WriteOutcome Outcome, AppendFault? InsideAnswer)> WriteAsync(
        GrpcCall call, WriteOptions options, IReadOnlyList<NewEvent> events, bool isBatch)
    {
        var fault = faults.Meet(new AppendCall(options.Stream, [.. events.Select(e => e.Id)], isBatch));
        await BeforeAsync(call, fault, () => Commit(options, events));
        var outcome = Commit(options, events);
        if (fault is { Kind: AppendFaultKind.DropAfterCommit }) throw call.Drop(fault.Scope);
        if (fault is { Kind: AppendFaultKind.TimeoutCommitted }) throw GrpcFailure.TimedOut("Append");
        if (fault is { Kind: AppendFaultKind.HoldAfterCommit }) await Gate(fault).PassAsync(call.Ended);
        return (outcome, fault is { Kind: AppendFaultKind.DropInsideAnswer } ? fault : null);
    }

    private static FaultGate Gate(AppendFault fault) =>
        fault.Gate ?? throw new InvalidOperationException($"a fault of the kind {fault.Kind} has no gate");

    private async Task BeforeAsync(GrpcCall call, AppendFault? fault, Action commit)
    {
        switch (fault?.Kind)
        {
            case AppendFaultKind.DropBeforeCommit: throw call.Drop(fault.Scope);
            case AppendFaultKind.TimeoutNotCommitted: throw GrpcFailure.TimedOut("Append");
            case AppendFaultKind.NotReady: throw GrpcFailure.Unavailable("Server Is Not Ready");
            case AppendFaultKind.TooBusy: throw GrpcFailure.Unavailable("Server Is Too Busy");
            case AppendFaultKind.HoldBeforeCommit: await HoldAsync(call, Gate(fault), commit); break;
            default: break;
        }
    }

    // A server that has taken a request writes it, whether or not the client still waits: only the end of the server prevents it.
    private async Task HoldAsync(GrpcCall call, FaultGate gate, Action commit)
    {
        var passing = gate.PassAsync(stopping);
        try
        {
            await passing.WaitAsync(call.Ended);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            _ = passing.ContinueWith(_ => commit(), stopping, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private WriteOutcome Commit(WriteOptions options, IReadOnlyList<NewEvent> events) => store.Append(options.Stream, options.Expected, events);
}
