namespace PbftReference.Host.Events;

/// <summary>
/// The event manager of a simulation: same rules, no thread. Events wait until the simulation lets one be delivered, on its own
/// thread, which therefore is the event thread. The queue has no limit, since a sender that waited could never be woken.
/// </summary>
/// <remarks>Takes the place of Fabric v0.6's <c>managerImpl</c> (<c>consensus/util/events/events.go</c>) where time is virtual.</remarks>
public sealed class VirtualEventManager : IEventManager
{
    /// <summary>How many events <see cref="RunToIdle"/> delivers before it takes the simulation for endless.</summary>
    public const int DefaultLimit = 1_000_000;

    private readonly EventQueue _queue = new(int.MaxValue);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IEventReceiver? _receiver;
    private bool _started;
    private bool _halted;
    private bool _delivering;

    /// <inheritdoc/>
    public IEventQueue Queue => _queue;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>How many events wait to be delivered.</summary>
    public int Waiting => _queue.Count;

    /// <inheritdoc/>
    public void SetReceiver(IEventReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        _receiver = receiver;
    }

    /// <inheritdoc/>
    public void Start()
    {
        if (_started || _halted)
        {
            throw new InvalidOperationException(
                $"The virtual event manager was {(_halted ? "halted" : "started")} before. It runs once: create a new one.");
        }
        _started = true;
    }

    /// <inheritdoc/>
    public void Halt()
    {
        _halted = true;
        _queue.Close();
        if (!_delivering)
        {
            _completion.TrySetResult();
        }
    }

    /// <inheritdoc/>
    /// <remarks>The simulation's thread is the event thread, so it may inject between events too, until the manager halts.</remarks>
    public void Inject(HostEvent hostEvent)
    {
        ArgumentNullException.ThrowIfNull(hostEvent);
        if (_delivering)
        {
            Chain(hostEvent);
            return;
        }
        if (_halted)
        {
            throw new InvalidOperationException($"{hostEvent.GetType().Name} was injected after Halt. Create a new event manager.");
        }
        Deliver(hostEvent);
    }

    /// <summary>Delivers the longest waiting event and everything that follows from it.</summary>
    /// <returns>True if an event was taken; false if none waits, or delivery has not started or has ended.</returns>
    /// <exception cref="InvalidOperationException">Called from a handler: events are delivered one at a time.</exception>
    /// <remarks>An exception that leaves the handler halts the manager, ends <see cref="Completion"/> with it, and leaves this method.</remarks>
    public bool RunOne()
    {
        if (_delivering)
        {
            throw new InvalidOperationException("RunOne was called from a handler. Events are delivered one at a time: use Inject there.");
        }
        if (!_started || _queue.TakeIfAny() is not { } next)
        {
            return false;
        }
        Deliver(next);
        return true;
    }

    /// <summary>Delivers events until none waits.</summary>
    /// <param name="limit">The most events to deliver; 0 or more.</param>
    /// <returns>How many events were delivered, not counting those that followed from them by chaining.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">Events still wait after <paramref name="limit"/>, or called from a handler.</exception>
    public int RunToIdle(int limit = DefaultLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        int delivered = 0;
        while (delivered < limit && RunOne())
        {
            delivered++;
        }
        if (delivered == limit && _started && Waiting > 0)
        {
            throw new InvalidOperationException(
                $"{Waiting} event(s) still wait after {limit} were delivered. A handler probably feeds its own queue; otherwise raise the limit.");
        }
        return delivered;
    }

    private void Deliver(HostEvent hostEvent)
    {
        _delivering = true;
        try
        {
            Chain(hostEvent);
        }
        catch (Exception fault)
        {
            Halt();
            _completion.TrySetException(fault);
            throw;
        }
        finally
        {
            _delivering = false;
            if (_halted)
            {
                _completion.TrySetResult();
            }
        }
    }

    private void Chain(HostEvent hostEvent)
    {
        if (_receiver is { } receiver)
        {
            EventChain.SendEvent(receiver, hostEvent);
        }
    }
}
