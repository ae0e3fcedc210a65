namespace PbftReference.Host.Events;

/// <summary>The event manager of a running node: one thread takes events from a queue with limited room.</summary>
/// <remarks>Fabric v0.6, <c>consensus/util/events/events.go</c>, <c>managerImpl</c>.</remarks>
public sealed class EventManager : IEventManager
{
    /// <summary>The events that wait before senders do, unless said otherwise.</summary>
    public const int DefaultCapacity = 1024;

    [ThreadStatic]
    private static EventManager? _current;

    private readonly EventQueue _queue;
    private readonly Action<Exception> _faulted;
    private readonly Thread _thread;
    private readonly Lock _lifecycle = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IEventReceiver? _receiver;
    private long _handled;
    private bool _started;
    private bool _halted;

    /// <summary>Creates a manager that is not yet started.</summary>
    /// <param name="faulted">
    /// Called on the event thread with an exception that left a handler, after the manager has halted. If it throws in turn, the
    /// exception is unhandled and the process ends.
    /// </param>
    /// <param name="capacity">How many sent events may wait before senders do; 1 or more. Expired timers do not count.</param>
    /// <param name="name">The thread's name, for debuggers and dumps.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faulted"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is below 1.</exception>
    public EventManager(Action<Exception> faulted, int capacity = DefaultCapacity, string name = "PBFT events")
    {
        ArgumentNullException.ThrowIfNull(faulted);
        _faulted = faulted;
        _queue = new EventQueue(capacity);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <inheritdoc/>
    public IEventQueue Queue => _queue;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <summary>How many events wait: a gauge, out of date as soon as it is read.</summary>
    public int Waiting => _queue.Count;

    /// <summary>How many events are done; may be read from any thread. While events wait and this stands still, the event thread hangs.</summary>
    public long Handled => Volatile.Read(ref _handled);

    /// <summary>Whether the calling thread is the event thread of some manager, and so must not wait for one.</summary>
    internal static bool IsEventThread => _current is not null;

    /// <inheritdoc/>
    public void SetReceiver(IEventReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        _receiver = receiver;
    }

    /// <inheritdoc/>
    public void Start()
    {
        lock (_lifecycle)
        {
            if (_started || _halted)
            {
                throw new InvalidOperationException(
                    $"The event manager '{_thread.Name}' was {(_halted ? "halted" : "started")} before. It runs once: create a new one.");
            }
            _started = true;
            _thread.Start();
        }
    }

    /// <inheritdoc/>
    public void Halt()
    {
        lock (_lifecycle)
        {
            _halted = true;
            _queue.Close();
            if (!_started)
            {
                _completion.TrySetResult();
            }
        }
    }

    /// <inheritdoc/>
    public void Inject(HostEvent hostEvent)
    {
        ArgumentNullException.ThrowIfNull(hostEvent);
        if (_current != this)
        {
            throw new InvalidOperationException(
                $"{hostEvent.GetType().Name} was injected from outside the event thread '{_thread.Name}'. Send it to Queue instead.");
        }
        Deliver(hostEvent);
    }

    private void Run()
    {
        _current = this;
        try
        {
            while (_queue.Take() is { } next)
            {
                Deliver(next);
                Volatile.Write(ref _handled, _handled + 1);
            }
        }
        catch (Exception fault)
        {
            Fault(fault);
            return;
        }
        _completion.TrySetResult();
    }

    private void Fault(Exception fault)
    {
        Halt();
        try
        {
            _faulted(fault);
        }
        finally
        {
            _completion.TrySetException(fault);
        }
    }

    private void Deliver(HostEvent hostEvent)
    {
        if (_receiver is { } receiver)
        {
            EventChain.SendEvent(receiver, hostEvent);
        }
    }
}
