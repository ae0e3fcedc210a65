namespace PbftReference.TestServer.Faults;

/// <summary>A fault that waits for its calls. Disposing it takes it away. Thread-safe.</summary>
public abstract class FaultRule : IDisposable
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _timesMet;

    /// <summary>How many calls it has met.</summary>
    public int TimesMet => Volatile.Read(ref _timesMet);

    /// <summary>Completes when it has met its first call.</summary>
    public Task FirstMet => _first.Task;

    /// <summary>Whether it was taken away.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Takes the fault away; calls that it has met already are not changed.</summary>
    public void Dispose()
    {
        IsOver = true;
        GC.SuppressFinalize(this);
    }

    /// <summary>Notes that a call was met.</summary>
    private protected void Met()
    {
        Interlocked.Increment(ref _timesMet);
        _first.TrySetResult();
    }
}

/// <summary>A rule for calls of one kind: sees every call, and tells which the fault is for.</summary>
internal sealed class FaultRule<TCall, TFault>(TFault fault, Func<TCall, int, bool> isMet) : FaultRule
{
    private int _seen;

    /// <summary>Shows a call to the rule; the fault, where the rule is for this call.</summary>
    public bool TryMeet(TCall call, out TFault met)
    {
        met = fault;
        if (IsOver || !isMet(call, ++_seen)) return false;

        Met();
        return true;
    }
}
