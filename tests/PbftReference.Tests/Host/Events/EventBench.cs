using PbftReference.Host.Events;
using Xunit;

namespace PbftReference.Tests.Host.Events;

/// <summary>An event that does nothing but leave its name.</summary>
public sealed record Named(string Name) : HostEvent;

/// <summary>An event whose handler is the test's code; what it returns follows from it.</summary>
public sealed record Act(Func<HostEvent?> Do) : HostEvent;

/// <summary>A manager, a clock that the test advances, and a receiver that writes down what it is given.</summary>
public abstract class EventBench : IEventReceiver, IDisposable
{
    /// <summary>How long to wait for what must happen, before failing rather than hanging. Nothing is asserted about time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> _delivered = [];

    protected EventBench(IEventManager manager)
    {
        Manager = manager;
        manager.SetReceiver(this);
    }

    public IEventManager Manager { get; }

    public VirtualClock Clock { get; } = new();

    /// <summary>The names delivered so far; read it after <see cref="Settle"/> or on the event thread.</summary>
    public IReadOnlyList<string> Delivered => _delivered;

    public abstract int Waiting { get; }

    /// <summary>Returns when everything queued before has been handled; throws what a handler threw.</summary>
    public abstract void Settle();

    /// <summary>Returns when delivery has ended.</summary>
    public abstract void SettleHalted();

    public abstract void Dispose();

    public IEventTimer CreateTimer() => new EventTimerFactory(Clock, Manager).CreateTimer();

    /// <summary>Queues code for the event thread.</summary>
    public void Queue(Action action) => Manager.Queue.Send(Does(action));

    /// <summary>Runs code on the event thread, then lets everything that it left in the queue be handled.</summary>
    public void OnEventThread(Action action)
    {
        Queue(action);
        Settle();
    }

    public static Act Does(Action action) => new(() =>
    {
        action();
        return null;
    });

    public HostEvent? ProcessEvent(HostEvent hostEvent)
    {
        switch (hostEvent)
        {
            case Act act:
                return act.Do();
            case Named named:
                _delivered.Add(named.Name);
                return null;
            default:
                return null;
        }
    }
}

public sealed class VirtualBench : EventBench
{
    private readonly VirtualEventManager _manager;

    public VirtualBench()
        : this(new VirtualEventManager())
    {
    }

    private VirtualBench(VirtualEventManager manager)
        : base(manager) => _manager = manager;

    public override int Waiting => _manager.Waiting;

    public override void Settle() => _manager.RunToIdle();

    public override void SettleHalted()
    {
        _manager.RunToIdle();
        Assert.True(_manager.Completion.IsCompleted);
    }

    public override void Dispose() => _manager.Halt();
}

public sealed class RealBench : EventBench
{
    private readonly EventManager _manager;
    private readonly List<Exception> _faults;

    public RealBench(int capacity = EventManager.DefaultCapacity)
        : this(capacity, [])
    {
    }

    private RealBench(int capacity, List<Exception> faults)
        : this(new EventManager(faults.Add, capacity), faults)
    {
    }

    private RealBench(EventManager manager, List<Exception> faults)
        : base(manager)
    {
        _manager = manager;
        _faults = faults;
    }

    public IReadOnlyList<Exception> Faults => _faults;

    public override int Waiting => _manager.Waiting;

    public override void Settle()
    {
        var reached = new TaskCompletionSource();
        _manager.Queue.Send(Does(reached.SetResult));
        int first = Task.WaitAny([reached.Task, _manager.Completion], Patience);
        Assert.True(first >= 0, "The event thread does not come back.");
        if (first == 1)
        {
            _manager.Completion.GetAwaiter().GetResult();
        }
    }

    public override void SettleHalted()
    {
        bool ended = Task.WaitAny([_manager.Completion], Patience) == 0;
        Assert.True(ended, "The event thread does not end.");
    }

    public override void Dispose() => _manager.Halt();
}
