using System.Threading.Channels;

namespace PbftReference.TestServer.Faults;

/// <summary>A gate at which a fault holds calls until a test lets them pass, one by one or all. Thread-safe.</summary>
public sealed class FaultGate
{
    private readonly Channel<bool> _passes = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _arrivals = Channel.CreateUnbounded<bool>();
    private volatile bool _isOpen;

    /// <summary>Lets calls pass that wait at the gate or come to it.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public void Release(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        for (var i = 0; i < count; i++) _passes.Writer.TryWrite(true);
    }

    /// <summary>Opens the gate for good.</summary>
    public void Open()
    {
        _isOpen = true;
        Release();
    }

    /// <summary>Completes when a call has come to the gate; each arrival completes one wait.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task ArrivalAsync(CancellationToken cancellation = default) => await _arrivals.Reader.ReadAsync(cancellation);

    /// <summary>Comes to the gate and waits until it lets the caller pass.</summary>
    internal async Task PassAsync(CancellationToken cancellation)
    {
        _arrivals.Writer.TryWrite(true);
        if (_isOpen) return;

        await _passes.Reader.ReadAsync(cancellation);

        // Who passes an open gate leaves it open for the next.
        if (_isOpen) _passes.Writer.TryWrite(true);
    }
}
